/*
 * malloc(3) and its like for a program that reads a few documents and ends, which the linker puts
 * in front of musl's (--wrap): the first pieces come from a place that is used from its front,
 * where only what is at its end comes back. What does not fit there is musl's, which asks the
 * kernel for each few pages and gives them back at once.
 *
 * For one thread, as programs of this project with musl are.
 */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define POOL_BYTES ((size_t)524288)
#define ALIGNMENT _Alignof(max_align_t)

void *__real_malloc(size_t size);
void *__real_realloc(void *piece, size_t size);
void __real_free(void *piece);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *piece, size_t size);
void __wrap_free(void *piece);

/* In front of each piece of the pool. */
struct header {
    _Alignas(max_align_t) size_t size; /* octets of the piece, a multiple of ALIGNMENT */
};

static unsigned char *pool;
static size_t used;
static bool is_made;

static void make_pool(void)
{
    void *place =
        mmap(NULL, POOL_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    is_made = true;
    if (place != MAP_FAILED)
        pool = place;
}

static bool is_in_pool(const void *piece)
{
    return pool != NULL && (uintptr_t)piece - (uintptr_t)pool < POOL_BYTES;
}

static size_t rounded(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static struct header *header_of(void *piece)
{
    return (struct header *)piece - 1;
}

static bool is_last(void *piece)
{
    return (unsigned char *)piece + header_of(piece)->size == pool + used;
}

static bool fits(size_t size)
{
    return pool != NULL && size <= POOL_BYTES &&
           rounded(size) + sizeof(struct header) <= POOL_BYTES - used;
}

void *__wrap_malloc(size_t size)
{
    struct header *header;

    if (!is_made)
        make_pool();
    if (!fits(size))
        return __real_malloc(size);
    header = (struct header *)(void *)(pool + used);
    header->size = rounded(size);
    used += sizeof(*header) + header->size;
    return header + 1;
}

void *__wrap_calloc(size_t count, size_t size)
{
    void *piece;
    size_t all;

    if (__builtin_mul_overflow(count, size, &all)) {
        errno = ENOMEM;
        return NULL;
    }
    piece = __wrap_malloc(all);
    return piece == NULL ? NULL : memset(piece, 0, all);
}

void __wrap_free(void *piece)
{
    if (!is_in_pool(piece))
        __real_free(piece);
    else if (is_last(piece))
        used -= sizeof(struct header) + header_of(piece)->size;
}

void *__wrap_realloc(void *piece, size_t size)
{
    size_t old;
    void *larger;

    if (piece != NULL && !is_in_pool(piece))
        return __real_realloc(piece, size);
    old = piece == NULL ? 0 : header_of(piece)->size;
    if (piece != NULL && size <= old)
        return piece;
    larger = __wrap_malloc(size);
    if (larger == NULL || piece == NULL)
        return larger;
    memcpy(larger, piece, old);
    __wrap_free(piece);
    return larger;
}
