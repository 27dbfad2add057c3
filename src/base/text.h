/*
 * struct text: text of a limited size in a block of the caller's, always ended by a NUL.
 *
 * Order of calls: text_init() over a block, text_append…() to it; the C string is `text.at`. Each
 * append gives true, or gives false where it does not fit and changes nothing. Pure; any thread;
 * never allocates; fit for the time between clone and exec.
 */
#pragma once

#include "base/bytes.h"

struct text {
    char *at;
    size_t size;     /* characters, without the NUL */
    size_t capacity; /* octets of the block, with the NUL; at least 1 */
};

/* An empty text in the `capacity` (at least 1: REQUIRE) octets at `block`. The caller keeps the
 * block. */
struct text text_init(char *block, size_t capacity);

/* Makes it empty again. */
void text_clear(struct text *text);

/* What it holds, without the NUL, as a view of the caller's block. */
struct bytes text_bytes(const struct text *text);

/* Appends the characters of a view; a NUL among them is refused. */
bool text_append_bytes(struct text *text, struct bytes part);

/* Appends a C string. */
bool text_append(struct text *text, const char *part);

/* Room for `size` characters more, which the caller writes at once, none of them NUL; NULL, and
 * nothing changed, where they do not fit. */
static inline char *text_extend(struct text *text, size_t size)
{
    char *start = text->at + text->size;

    if (size >= text->capacity - text->size)
        return NULL;
    text->size += size;
    start[size] = '\0';
    return start;
}

/* Appends one character, which may not be NUL. */
bool text_append_char(struct text *text, char character);

/* Appends a number in decimal, filled with zeroes on the left to `width` digits (0 to 20). */
bool text_append_decimal(struct text *text, uint64_t value, unsigned int width);

/* Appends the octets of a view as lower-case hexadecimal, two digits each. */
bool text_append_hex(struct text *text, struct bytes part);

/* Goes back to a size that it had before. `size` must not be greater than it is now (REQUIRE). */
void text_rollback(struct text *text, size_t size);
