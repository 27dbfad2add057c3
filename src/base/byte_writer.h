/*
 * struct byte_writer: a cursor that fills a block of the caller's.
 *
 * Order of calls: byte_writer_init() over a block, write_…() into it, byte_writer_written() to see
 * the result. Each write gives true and moves the cursor, or gives false where it does not fit and
 * changes nothing, so a caller can try, fail and go back to a position that it kept. Multi-octet
 * integers are in network order. Pure; any thread; never allocates.
 */
#pragma once

#include "base/bytes.h"

struct byte_writer {
    uint8_t *base;   /* the first octet of the block */
    size_t position; /* where the next octet goes, from base */
    size_t capacity; /* how many octets the block has */
};

/* A writer over the `capacity` octets at `block`, at its start. The caller keeps the block. */
static inline struct byte_writer byte_writer_init(void *block, size_t capacity)
{
    return (struct byte_writer){ .base = block, .position = 0, .capacity = capacity };
}

/* How many octets still fit. */
static inline size_t byte_writer_left(const struct byte_writer *out)
{
    return out->capacity - out->position;
}

/* What has been written so far, as a view of the caller's block. */
static inline struct bytes byte_writer_written(const struct byte_writer *out)
{
    return bytes_of(out->base, out->position);
}

/* One octet. */
static inline bool write_u8(struct byte_writer *out, uint8_t value)
{
    if (byte_writer_left(out) < 1)
        return false;
    out->base[out->position] = value;
    out->position += 1;
    return true;
}

/* Two octets, the most significant first. */
static inline bool write_u16_be(struct byte_writer *out, uint16_t value)
{
    if (byte_writer_left(out) < 2)
        return false;
    out->base[out->position] = (uint8_t)(value >> 8);
    out->base[out->position + 1] = (uint8_t)value;
    out->position += 2;
    return true;
}

/* Four octets, the most significant first. */
static inline bool write_u32_be(struct byte_writer *out, uint32_t value)
{
    if (byte_writer_left(out) < 4)
        return false;
    out->base[out->position] = (uint8_t)(value >> 24);
    out->base[out->position + 1] = (uint8_t)(value >> 16);
    out->base[out->position + 2] = (uint8_t)(value >> 8);
    out->base[out->position + 3] = (uint8_t)value;
    out->position += 4;
    return true;
}

/* The octets of a view, which may not overlap the block. */
bool write_bytes(struct byte_writer *out, struct bytes part);

/* Writes two octets over ones written before, at the absolute offset `at`: for lengths and counts
 * that are known only afterwards. `at` + 2 must not be past the cursor (REQUIRE). */
void byte_writer_patch_u16_be(struct byte_writer *out, size_t at, uint16_t value);

/* Goes back to a position that the cursor had before; what came after it is forgotten. `position`
 * must not be past the cursor (REQUIRE). */
void byte_writer_rollback(struct byte_writer *out, size_t position);
