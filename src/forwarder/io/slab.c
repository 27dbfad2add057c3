/* malloc() would take what is freed for the next one, and calloc() write to all of it. */
#include "forwarder/io/slab.h"

#include <sys/mman.h>

#define LARGE_PAGE (UINT64_C(2) << 20)

struct forwarder_slab forwarder_slab_new(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return at == MAP_FAILED ? (struct forwarder_slab){ 0 } : (struct forwarder_slab){ at, size };
}

void forwarder_slab_enlarge_pages(const struct forwarder_slab *slab, struct bytes part)
{
    uintptr_t first = (uintptr_t)slab->at;
    uintptr_t start = (uintptr_t)part.at / LARGE_PAGE * LARGE_PAGE;
    uintptr_t end = ((uintptr_t)part.at + part.size + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;

    if (part.size < LARGE_PAGE)
        return;
    start = start < first ? first : start;
    end = end > first + slab->size ? first + slab->size : end;
    /* A kernel that has none goes on with small ones. */
    (void)madvise((uint8_t *)slab->at + (start - first), end - start, MADV_HUGEPAGE);
}

void forwarder_slab_free(struct forwarder_slab *slab)
{
    if (slab->at != NULL)
        (void)munmap(slab->at, slab->size);
    *slab = (struct forwarder_slab){ 0 };
}
