/*
 * Where a field of RDATA ends, and whether it is what its kind has: the one thing that every reader
 * of RDATA does, and the only thing that checking a message does with it.
 *
 *     enum dns_status status = dns_field_check(field->kind, &in, rdata_start);
 *
 * Kinds are in the order of dns/field.def, so that fixed sizes and names, which nearly all fields
 * are, are decided here by two comparisons; the others go through a table. Pure; any thread.
 */
#pragma once

#include "base/byte_reader.h"
#include "dns/name.h"
#include "dns/rrtype.h"

/* The octets of each kind of fixed size, and 0 for the others. */
extern const uint8_t dns_field_octets[DNS_FIELD_KINDS];

/* The check of a kind that is neither of fixed size nor a name. `start`: where RDATA begins, since
 * what a field may hold can depend on one before it. As dns_field_check() otherwise. */
typedef enum dns_status (*dns_field_checker)(struct byte_reader *in, size_t start);
extern const dns_field_checker dns_field_checkers[DNS_FIELD_KINDS];

/* The offset behind a name that holds no pointer, or 0 where there is more to be said of it. */
static inline size_t dns_field_skip_labels(const uint8_t *base, size_t at, size_t end)
{
    size_t start = at;

    while (at < end && base[at] != 0 && base[at] <= DNS_LABEL_SIZE_MAX)
        at += 1U + base[at];
    return at < end && base[at] == 0 && at - start < DNS_NAME_SIZE_MAX ? at + 1 : 0;
}

/* Moves over a name. */
static inline enum dns_status dns_field_check_name(enum dns_field_kind kind, struct byte_reader *in)
{
    struct byte_reader before = *in;
    size_t next =
        kind >= DNS_FIELD_NAME_LOWER ? dns_field_skip_labels(in->base, in->position, in->end) : 0;
    size_t size;
    struct dns_verdict verdict;

    if (next != 0) {
        in->position = next;
        return DNS_OK;
    }
    verdict = dns_name_skip(in, &size);
    if (verdict.status != DNS_OK) {
        in->position = verdict.offset;
        return verdict.status;
    }
    /* A name that is written as it is has as many octets here as in all. */
    if (kind >= DNS_FIELD_NAME_LOWER && in->position - before.position != size) {
        in->position = before.position;
        return DNS_POINTER_FORBIDDEN;
    }
    return DNS_OK;
}

/* Moves over one field, which is checked, and gives DNS_OK; or says what is wrong, and leaves the
 * cursor where it is wrong. `in` is a reader over the message that ends with RDATA, which began at
 * `start`. */
static inline enum dns_status dns_field_check(enum dns_field_kind kind, struct byte_reader *in,
                                              size_t start)
{
    if (kind < DNS_FIELD_NAME_SHORT) {
        size_t size = dns_field_octets[kind];

        if (byte_reader_left(in) < size)
            return DNS_RDATA_TRUNCATED;
        in->position += size;
        return DNS_OK;
    }
    if (kind <= DNS_FIELD_NAME_PLAIN)
        return dns_field_check_name(kind, in);
    return dns_field_checkers[kind](in, start);
}
