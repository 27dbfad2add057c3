/* malloc() would take what is freed for the next one, and calloc() write to all of it. */
#include "forwarder/io/slab.h"

#include <sys/mman.h>

struct forwarder_slab forwarder_slab_new(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return at == MAP_FAILED ? (struct forwarder_slab){ 0 } : (struct forwarder_slab){ at, size };
}

void forwarder_slab_free(struct forwarder_slab *slab)
{
    if (slab->at != NULL)
        (void)munmap(slab->at, slab->size);
    *slab = (struct forwarder_slab){ 0 };
}
