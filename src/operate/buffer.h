/*
 * struct operate_buffer: text or octets that grow, up to a maximum, and are taken from the front.
 * All zero but for `max` is an empty one. One thread.
 */
#pragma once

#include "base/bytes.h"

struct operate_buffer {
    char *at;
    size_t size; /* octets that it holds */
    size_t room;
    size_t max;
    bool is_cut; /* something that was to be appended did not fit */
};

/* Frees what it holds; it is empty then. */
void operate_buffer_done(struct operate_buffer *buffer);

/* Appends; false, and nothing changed, where that is more than the maximum, or there is no
 * memory. */
bool operate_buffer_append(struct operate_buffer *buffer, struct bytes part);

/* Appends a C string, likewise. */
bool operate_buffer_append_text(struct operate_buffer *buffer, const char *part);

/* Appends a formatted line of at most 1000 characters, likewise; longer ones are cut. */
bool operate_buffer_format(struct operate_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Takes so many octets, which it has, from the front. */
void operate_buffer_take(struct operate_buffer *buffer, size_t size);
