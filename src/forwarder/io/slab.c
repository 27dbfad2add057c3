/* malloc() would take what is freed for the next one, and calloc() write to all of it. */
#include "forwarder/io/slab.h"

#include <sys/mman.h>

#define LARGE_PAGE (UINT64_C(2) << 20)

struct forwarder_slab forwarder_slab_new(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return at == MAP_FAILED ? (struct forwarder_slab){ 0 } : (struct forwarder_slab){ at, size };
}

void forwarder_slab_enlarge_pages(const struct forwarder_slab *slab, struct bytes part,
                                  size_t small_bytes)
{
    size_t first = (size_t)((uintptr_t)part.at - (uintptr_t)slab->at);
    size_t skew = (uintptr_t)slab->at % LARGE_PAGE;
    size_t start = (skew + first + small_bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    size_t end = (skew + first + part.size) / LARGE_PAGE * LARGE_PAGE;

    /* A kernel that has none goes on with small ones. */
    if (part.size > small_bytes && start < end)
        (void)madvise((uint8_t *)slab->at + (start - skew), end - start, MADV_HUGEPAGE);
}

void forwarder_slab_free(struct forwarder_slab *slab)
{
    if (slab->at != NULL)
        (void)munmap(slab->at, slab->size);
    *slab = (struct forwarder_slab){ 0 };
}
