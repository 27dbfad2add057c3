/*
 * Property: zone text is read record after record; each moves on, is what its type has, and stands
 * alone: printed on a line of its own it reads back as the same record under any origin. A refusal
 * has an offset inside the text, changes nothing of what the caller holds, and is given again when
 * asked again.
 *
 * Covers: src/dns/zone_text.c 95% src/dns/rr_text.c src/dns/scan.c
 */
#include "dns/text.h"
#include "dns/zone_text.h"
#include "fuzz/target.h"

static const struct dns_name origin = { .size = 6, .octets = { 4, 't', 'e', 's', 't', 0 } };
static const struct dns_name other = { .size = 3, .octets = { 1, 'o', 0 } };

#define RDATA_ROOM 16384

static void check_line(const struct dns_rr_text *record, uint8_t *rdata)
{
    struct dns_rr rr = dns_rr_of_text(record);
    size_t room = 88 * record->rdata.size + 4096; /* a bitmap takes most */
    char *line = fuzz_block(room);
    struct text text = text_init(line, room);
    struct byte_writer out = byte_writer_init(rdata, RDATA_ROOM);
    struct dns_zone_text zone;
    struct dns_rr_text back;

    fuzz_require(dns_rdata_check(&rr).status == DNS_OK);
    fuzz_require(dns_rr_format(&rr, &text));
    dns_zone_text_init(&zone, text_bytes(&text), &other);
    fuzz_require(dns_zone_text_next(&zone, &out, &back));
    fuzz_require(back.type == record->type && back.class == record->class);
    fuzz_require(back.ttl_s == record->ttl_s && back.has_ttl);
    fuzz_require(bytes_equal(back.rdata, record->rdata));
    fuzz_require(bytes_equal(dns_name_bytes(&back.owner), dns_name_bytes(&record->owner)));
    fuzz_require(!dns_zone_text_next(&zone, &out, &back) && zone.verdict.status == DNS_OK);
    free(line);
}

/* Asked again after the end, it changes nothing and says the same. */
static void check_end(struct dns_zone_text *zone, struct bytes input)
{
    struct dns_verdict verdict = zone->verdict;
    struct dns_rr_text record = { .type = 7 };
    uint8_t octet;
    struct byte_writer out = byte_writer_init(&octet, sizeof(octet));

    fuzz_require(verdict.offset <= input.size);
    fuzz_require(verdict.status != DNS_OK || byte_reader_is_done(&zone->scan.in));
    fuzz_require(!dns_zone_text_next(zone, &out, &record));
    fuzz_require(zone->verdict.status == verdict.status && zone->verdict.offset == verdict.offset);
    fuzz_require(record.type == 7 && out.position == 0);
}

FUZZ_TARGET(input)
{
    uint8_t *rdata = fuzz_block(RDATA_ROOM);
    uint8_t *again = fuzz_block(RDATA_ROOM);
    struct dns_rr_text record = { .type = 7 };
    struct dns_zone_text zone;
    size_t at = 0;

    dns_zone_text_init(&zone, input, &origin);
    for (;;) {
        struct byte_writer out = byte_writer_init(rdata, RDATA_ROOM);
        struct dns_rr_text before = record;

        if (!dns_zone_text_next(&zone, &out, &record)) {
            fuzz_require(out.position == 0 && before.type == record.type);
            fuzz_require(before.rdata.size == record.rdata.size);
            break;
        }
        fuzz_require(zone.scan.in.position > at);
        at = zone.scan.in.position;
        check_line(&record, again);
    }
    check_end(&zone, input);
    free(rdata);
    free(again);
}
