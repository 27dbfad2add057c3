/*
 * Property: none holds. This target is a parser with a bug of the kind that DNS parsers have: it
 * trusts a length inside RDATA. Before it looks there, it wants a message that is framed well, has
 * an answer whose owner is compressed, and in the authority section RDATA that is right and holds a
 * compressed name. A change of octets seldom keeps so much right; one that knows what a message is
 * made of does.
 *
 * Covers: src/dns/message_read.c 10%
 *
 * Mutator: dns
 */
#include "dns/message.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "fuzz/target.h"

/* Whether RDATA is right, and one of its names ends with a pointer. */
static bool has_compressed_name(const struct dns_rr *rr)
{
    struct dns_rdata fields = dns_rdata_of(rr);
    struct dns_value value;
    bool has_one = false;

    while (dns_rdata_next(&fields, &value))
        has_one = has_one || (value.field->kind == DNS_FIELD_NAME_SHORT &&
                              dns_name_is_compressed(value.octets));
    return has_one && fields.verdict.status == DNS_OK;
}

/* Adds the octets of the first character-string, and does not ask where RDATA ends. */
static void add_string(struct bytes rdata)
{
    uint8_t *block = malloc(rdata.size);
    volatile unsigned int sum = 0;

    if (block == NULL)
        return;
    memcpy(block, rdata.at, rdata.size);
    for (size_t i = 1; i <= block[0]; i++)
        sum += block[i];
    free(block);
}

/* Whether the first thing in this RDATA, or in this class, is a character-string. */
static bool begins_with_string(const struct dns_rr *rr)
{
    enum dns_field_kind kind = dns_rrtype_of(rr->type, rr->class)->fields[0].kind;

    return kind >= DNS_FIELD_STRING && kind <= DNS_FIELD_DIGITS && !byte_reader_is_done(&rr->rdata);
}

FUZZ_TARGET(input)
{
    bool is_deep = false;
    struct dns_message message;
    struct dns_walk walk;
    struct dns_rr rr;

    if (dns_message_read(input, &message).status != DNS_OK)
        return;
    walk = dns_message_section(&message, DNS_ANSWER);
    if (!dns_walk_next(&walk, &rr) || !dns_name_is_compressed(rr.owner))
        return;
    walk = dns_message_section(&message, DNS_AUTHORITY);
    while (dns_walk_next(&walk, &rr))
        is_deep = is_deep || has_compressed_name(&rr);
    walk = dns_message_section(&message, DNS_ADDITIONAL);
    while (is_deep && dns_walk_next(&walk, &rr)) {
        if (begins_with_string(&rr))
            add_string(byte_reader_rest(&rr.rdata));
    }
}
