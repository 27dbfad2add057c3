/*
 * struct forwarder_slab: memory of the kernel's own for a core, so that its pages are there only
 * once they are touched, and go back when it is freed, however often a core gets another.
 *
 * All zero but for what was written: zero is none.
 */
#pragma once

#include "base/bytes.h"

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
