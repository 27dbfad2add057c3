/*
 * memcpy(3) for few octets, which the linker puts in the place of musl's (--wrap): that begins an
 * instruction of the processor for strings each time, which is dear where jansson copies one
 * character after the other. Nothing here may become a call of itself, which is why this file has
 * compiler options of its own.
 */
#include <stddef.h>
#include <stdint.h>

/* A word of any alignment. */
struct word {
    uint64_t value;
} __attribute__((packed, may_alias));

static void copy_many(unsigned char *to, const unsigned char *from, size_t size)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

void *__wrap_memcpy(void *restrict to, const void *restrict from, size_t size);

void *__wrap_memcpy(void *restrict to, const void *restrict from, size_t size)
{
    unsigned char *out = to;
    const unsigned char *in = from;

    if (size >= 128) {
        copy_many(out, in, size);
        return to;
    }
    for (; size >= sizeof(struct word); size -= sizeof(struct word)) {
        *(struct word *)(void *)out = *(const struct word *)(const void *)in;
        out += sizeof(struct word);
        in += sizeof(struct word);
    }
    while (size-- > 0)
        *out++ = *in++;
    return to;
}
