/*
 * The capabilities of the calling process. A set is 64 bits: bit n stands for capability n of
 * capabilities(7). Errors are 0 or -errno with a sentence. The functions of the sets allocate
 * nothing and may be called between clone and exec.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "base/text.h"

struct kernel_capabilities {
    uint64_t effective;
    uint64_t permitted;
    uint64_t inheritable;
    uint64_t ambient;
};

/* The number of the capability of that name ("CAP_KILL"), or -1. Pure. */
int kernel_capability_find(const char *name);

/* Appends the name of a capability in capitals ("CAP_KILL"); false where it has none. Allocates. */
bool kernel_capability_name(unsigned int capability, struct text *ret_name);

/* The highest capability that the running kernel knows. */
unsigned int kernel_capability_last(void);

/* Removes all that is not in `keep` from the bounding set. Capabilities that the kernel does not
 * know are passed over. Needs CAP_SETPCAP. */
int kernel_capabilities_bound(uint64_t keep, struct err *err);

/* Keeps the permitted set over the next change of user ids, until exec. */
int kernel_capabilities_keep(struct err *err);

/* Sets the four sets. */
int kernel_capabilities_set(const struct kernel_capabilities *sets, struct err *err);

/* The capabilities that the calling thread may use or pass on; bit n stands for n. */
uint64_t kernel_capabilities_permitted(void);
