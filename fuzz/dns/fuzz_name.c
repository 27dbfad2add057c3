/*
 * Property: a name on the wire is either refused, with an offset inside the input and nothing
 * changed, or it reads back the same from its own wire form and from its text. Text is either
 * refused likewise, or gives a name of which the same holds. The first two octets of the input say
 * where in the rest the name begins, so that there is something to point back to; the whole input
 * is also taken as text. Text needs the room that it takes, and order has no favourites.
 *
 * Covers: src/dns/name.c src/dns/name_text.c 60% src/dns/quote.c 65%
 */
#include "base/byte_writer.h"
#include "dns/name.h"
#include "fuzz/dns/room.h"
#include "fuzz/target.h"

static bool print(const void *what, struct text *text)
{
    return dns_name_format(what, text);
}

static void check_text(const struct dns_name *name)
{
    char *block = fuzz_block(DNS_NAME_TEXT_MAX);
    struct text text = text_init(block, DNS_NAME_TEXT_MAX);
    struct dns_name again;

    fuzz_require(dns_name_format(name, &text));
    fuzz_require_room_for_text(print, name, text.size);
    fuzz_require(dns_name_parse(text_bytes(&text), &again).status == DNS_OK);
    fuzz_require(bytes_equal(dns_name_bytes(name), dns_name_bytes(&again)));
    free(block);
}

/* Before and behind another are opposites, and equal is both. */
static void check_order(const struct dns_name *name)
{
    static const struct dns_name other = { .size = 10, .octets = "\3www\4test" };
    int order = dns_name_compare(name, &other);
    int opposite = dns_name_compare(&other, name);

    fuzz_require((order > 0) == (opposite < 0) && (order < 0) == (opposite > 0));
    fuzz_require((order == 0) == dns_name_equal(name, &other));
}

/* All that holds for any name. */
static void check_name(const struct dns_name *name)
{
    struct byte_reader in = dns_name_reader(name);
    struct dns_name lower = *name;
    struct dns_name again;

    fuzz_require(name->size >= 1 && dns_name_labels(name) <= DNS_NAME_LABELS_MAX);
    fuzz_require(!dns_name_is_compressed(in));
    fuzz_require(dns_name_read(&in, &again).status == DNS_OK);
    fuzz_require(byte_reader_is_done(&in));
    fuzz_require(bytes_equal(dns_name_bytes(name), dns_name_bytes(&again)));
    check_order(name);
    dns_name_lower(&lower);
    fuzz_require(dns_name_equal(name, &lower) && dns_name_compare(name, &lower) == 0);
    again = lower;
    dns_name_lower(&again);
    fuzz_require(bytes_equal(dns_name_bytes(&lower), dns_name_bytes(&again)));
    check_text(name);
}

static void check_wire(struct byte_reader in)
{
    struct byte_reader before = in;
    struct byte_reader skipped = in;
    struct dns_name name = { .size = 0 };
    size_t size = 0;
    struct dns_verdict verdict = dns_name_read(&in, &name);
    struct dns_verdict skip_verdict = dns_name_skip(&skipped, &size);

    fuzz_require(verdict.status == skip_verdict.status && verdict.offset == skip_verdict.offset);
    fuzz_require(in.position == skipped.position && size == name.size);
    if (verdict.status != DNS_OK) {
        fuzz_require(verdict.offset <= before.end && in.position == before.position && size == 0);
        return;
    }
    fuzz_require(in.position > before.position && in.position <= before.end);
    if (!dns_name_is_compressed(before))
        fuzz_require(in.position - before.position == name.size);
    check_name(&name);
}

FUZZ_TARGET(input)
{
    struct byte_reader in = byte_reader_init(input);
    struct dns_name name = { .size = 0 };
    struct dns_verdict verdict = dns_name_parse(input, &name);
    uint16_t start;
    struct bytes rest;

    fuzz_require(verdict.offset <= input.size);
    fuzz_require((verdict.status == DNS_OK) == (name.size != 0));
    if (verdict.status == DNS_OK)
        check_name(&name);
    if (!read_u16_be(&in, &start))
        return;
    rest = byte_reader_rest(&in);
    in = byte_reader_init(rest);
    if (byte_reader_at(&in, start % (rest.size + 1), &in))
        check_wire(in);
}
