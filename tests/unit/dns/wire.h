/*
 * Octets of a message as text in a test: pairs of hexadecimal digits, characters between single
 * quotes, and spaces for the reader.
 *
 *     WIRE(wire, "0001 0100 0001 0000 0000 0000  03'www'00 0001 0001");
 *
 * `wire` is then a struct bytes over a heap block of exactly that size, so that a sanitizer sees
 * the first octet past it.
 */
#pragma once

#include "unit.h"

#include "base/bytes.h"
#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

static inline unsigned int wire_digit(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit);

    if (at == NULL)
        fail_msg("'%c' is no hexadecimal digit", digit);
    return (unsigned int)(at - digits);
}

/* The octets of the notation above, at most `capacity` of them; their number. */
static inline size_t wire_read(const char *notation, uint8_t *octets, size_t capacity)
{
    size_t size = 0;
    bool quoted = false;

    for (const char *at = notation; *at != '\0'; at++) {
        uint8_t octet = (uint8_t)*at;

        if (*at == '\'') {
            quoted = !quoted;
            continue;
        }
        if (!quoted && *at == ' ')
            continue;
        if (!quoted) {
            octet = (uint8_t)(wire_digit(at[0]) << 4 | wire_digit(at[1]));
            at++;
        }
        assert_true(size < capacity);
        octets[size++] = octet;
    }
    return size;
}

/* A heap block with exactly these octets; never NULL. */
static inline uint8_t *wire_block(const uint8_t *octets, size_t size)
{
    uint8_t *block = malloc(size == 0 ? 1 : size);

    assert_non_null(block);
    memcpy(block, octets, size);
    return block;
}

static inline struct bytes wire_of(const char *notation, uint8_t **ret_block)
{
    uint8_t octets[4096];
    size_t size = wire_read(notation, octets, sizeof(octets));

    *ret_block = wire_block(octets, size);
    return bytes_of(*ret_block, size);
}

#define WIRE(name, notation)                                                                       \
    CLEANUP(free_pointer) uint8_t *name##_block = NULL;                                            \
    struct bytes name = wire_of((notation), &name##_block)
