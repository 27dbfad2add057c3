/*
 * Whole numbers of JSON. The library's integers end at INT64_MAX, and limits without a limit are
 * UINT64_MAX: what is above the one arrives as a double, and as one that no field takes if it would
 * become another number.
 */
#include "oci/fields.h"

#include "base/byte_writer.h"

#include <stdlib.h>
#include <string.h>

#define TOO_LARGE "1e300" /* above 2^64 */

/* Whether a number above INT64_MAX is the same as a double; UINT64_MAX stands for itself. */
static bool is_exact(uint64_t value)
{
    return value == UINT64_MAX || ((double)value < 0x1p64 && (uint64_t)(double)value == value);
}

/* The characters of a number that a document has from a place on. */
static struct bytes literal_at(struct bytes json, size_t at)
{
    size_t size = 0;

    while (at + size < json.size && json.at[at + size] != '\0' &&
           strchr("0123456789.eE+", json.at[at + size]) != NULL)
        size++;
    return bytes_of(json.at + at, size);
}

/* Writes a literal so that the library can read it: itself, or the double in its place. */
static void append_literal(struct byte_writer *out, struct bytes literal)
{
    uint64_t value = 0;
    bool is_wide = false;

    for (size_t i = 0; i < literal.size; i++) {
        if (literal.at[i] < '0' || literal.at[i] > '9') {
            (void)write_bytes(out, literal);
            return;
        }
        is_wide |= __builtin_mul_overflow(value, 10, &value) ||
                   __builtin_add_overflow(value, (unsigned int)(literal.at[i] - '0'), &value);
    }
    if (is_wide || !(value <= INT64_MAX || is_exact(value))) {
        (void)write_bytes(out, bytes_of_text(TOO_LARGE));
        return;
    }
    (void)write_bytes(out, literal);
    if (value > INT64_MAX)
        (void)write_bytes(out, bytes_of_text(".0"));
}

char *oci_numbers_widen(struct bytes json, size_t *ret_size)
{
    const size_t capacity = json.size + json.size / 8; /* two more in 19 characters or more */
    char *block = malloc(capacity);
    struct byte_writer out = byte_writer_init(block, block != NULL ? capacity : 0);
    bool in_text = false;
    size_t size;

    for (size_t i = 0; i < json.size; i += size) {
        const struct bytes literal = in_text ? bytes_of(json.at, 0) : literal_at(json, i);

        size = literal.size > 0 ? literal.size : 1;
        if (in_text && json.at[i] == '\\' && i + 1 < json.size)
            size = 2;
        else if (json.at[i] == '"')
            in_text = !in_text;
        if (literal.size > 0)
            append_literal(&out, literal);
        else
            (void)write_bytes(&out, bytes_of(json.at + i, size));
    }
    *ret_size = out.position;
    return block;
}

const char *oci_whole_read(const json_t *value, struct oci_whole *ret_whole)
{
    json_int_t number = json_integer_value(value);
    double real = json_real_value(value);

    if (json_is_integer(value)) {
        *ret_whole =
            (struct oci_whole){ number < 0, number < 0 ? 0 - (uint64_t)number : (uint64_t)number };
        return NULL;
    }
    if (real > 0x1p64 || real < -0x1p64)
        return "is too large";
    ret_whole->is_negative = real < 0;
    if (real < 0)
        real = -real;
    ret_whole->magnitude = real < 0x1p64 ? (uint64_t)real : UINT64_MAX;
    return real == 0x1p64 || (double)ret_whole->magnitude == real ? NULL : "must be a whole number";
}
