/*
 * struct byte_reader: a cursor over bytes that someone else owns.
 *
 * Order of calls: byte_reader_init() over the whole input, then read_…() until it is at its end.
 * Each read gives true and moves the cursor, or gives false and changes neither the cursor nor its
 * output. Offsets are absolute, counted from the first octet of the whole input, and stay so in a
 * part that was split off: a DNS compression pointer means the same everywhere (RFC 1035 section
 * 4.1.4). Multi-octet integers are in network order. Pure; any thread; nothing is copied.
 */
#pragma once

#include "base/bytes.h"

struct byte_reader {
    const uint8_t *base; /* the first octet of the whole input */
    size_t position;     /* the next octet to read, from base */
    size_t end;          /* one past the last octet that may be read, from base */
};

/* A reader over the whole of `input`, at its start. */
static inline struct byte_reader byte_reader_init(struct bytes input)
{
    return (struct byte_reader){ .base = input.at, .position = 0, .end = input.size };
}

/* How many octets are left to read. */
static inline size_t byte_reader_left(const struct byte_reader *in)
{
    return in->end - in->position;
}

/* What is left to read, as a view; the view lives as long as the input. */
static inline struct bytes byte_reader_rest(const struct byte_reader *in)
{
    size_t left = byte_reader_left(in);

    /* An empty input has no base to count from. */
    return bytes_of(left == 0 ? in->base : in->base + in->position, left);
}

/* Whether all has been read. */
static inline bool byte_reader_is_done(const struct byte_reader *in)
{
    return in->position == in->end;
}

/* One octet. */
static inline bool read_u8(struct byte_reader *in, uint8_t *ret_value)
{
    if (byte_reader_left(in) < 1)
        return false;
    *ret_value = in->base[in->position];
    in->position += 1;
    return true;
}

/* Two octets, the most significant first. */
static inline bool read_u16_be(struct byte_reader *in, uint16_t *ret_value)
{
    const uint8_t *at;

    if (byte_reader_left(in) < 2)
        return false;
    at = in->base + in->position;
    *ret_value = (uint16_t)((unsigned int)at[0] << 8 | at[1]);
    in->position += 2;
    return true;
}

/* Four octets, the most significant first. */
static inline bool read_u32_be(struct byte_reader *in, uint32_t *ret_value)
{
    const uint8_t *at;

    if (byte_reader_left(in) < 4)
        return false;
    at = in->base + in->position;
    *ret_value = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    in->position += 4;
    return true;
}

/* The next `size` octets as a view; the view lives as long as the input. */
bool read_bytes(struct byte_reader *in, size_t size, struct bytes *ret_part);

/* Moves over `size` octets without looking at them. */
bool read_skip(struct byte_reader *in, size_t size);

/* The next `size` octets as a reader of their own, whose offsets are still those of the whole
 * input; `in` moves past them. */
bool byte_reader_split(struct byte_reader *in, size_t size, struct byte_reader *ret_part);

/* A reader of the same input with the same end that stands at the absolute offset `position`.
 * False where `position` is past the end. */
bool byte_reader_at(const struct byte_reader *in, size_t position, struct byte_reader *ret_reader);
