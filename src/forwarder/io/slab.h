/*
 * struct forwarder_slab: memory of the kernel's own for a core, so that its pages are there only
 * once they are touched, and go back when it is freed, however often a core gets another.
 *
 * All zero but for what was written: zero is none.
 */
#pragma once

#include "base/bytes.h"

/* So many octets of a cache's blocks and of its index are in small pages: about what a processor
 * has translations for at hand, and so much that one page of 2 MiB more is not much. */
#define FORWARDER_SLAB_BLOCKS_SMALL ((size_t)8 << 20)
#define FORWARDER_SLAB_INDEX_SMALL ((size_t)1 << 20)

struct forwarder_slab {
    void *at; /* NULL: there is none */
    size_t size;
};

/* Memory of so many octets, all zero; none where there is none. */
struct forwarder_slab forwarder_slab_new(size_t size);

/* Asks the kernel for large pages in a part of it that is touched from its start on, but for so
 * many octets at its start: so one that is not full yet is never much more than what is needed. */
void forwarder_slab_enlarge_pages(const struct forwarder_slab *slab, struct bytes part,
                                  size_t small_bytes);

/* Gives it back; one that is none is fine, as it is then. */
void forwarder_slab_free(struct forwarder_slab *slab);
