/*
 * struct bytes: a view of bytes that someone else owns. Passed by value; never NULL-terminated;
 * `at` may be NULL when `size` is 0. A view lives no longer than what it looks at.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bytes {
    const uint8_t *at;
    size_t size; /* in octets */
};

/* A view of `size` octets from `at`. The caller keeps ownership. */
static inline struct bytes bytes_of(const void *at, size_t size)
{
    return (struct bytes){ .at = at, .size = size };
}

/* A view of a C string without its final NUL. The caller keeps ownership. */
static inline struct bytes bytes_of_text(const char *text)
{
    return bytes_of(text, strlen(text));
}

/* Whether both views show the same octets; two empty views are equal. */
static inline bool bytes_equal(struct bytes a, struct bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

/* Whether `all` begins with the octets of `start`. */
static inline bool bytes_has_prefix(struct bytes all, struct bytes start)
{
    return all.size >= start.size && (start.size == 0 || memcmp(all.at, start.at, start.size) == 0);
}

/* The part of `all` from `start` (at most all.size) on. */
bool bytes_from(struct bytes all, size_t start, struct bytes *ret_rest);

/* The `size` octets of `all` from `start` on. False, and *ret_part untouched, where they do not
 * all lie inside `all`. */
bool bytes_part(struct bytes all, size_t start, size_t size, struct bytes *ret_part);
