/*
 * Property: lines of a zone file are read one after another, each refused with an offset inside the
 * text and nothing written, or accepted: and then the record is what its type has, and the line
 * that it prints reads back as the same record. That line and its RDATA need the room that they
 * take. All that holds for each beginning of the text as well (when it is replayed).
 *
 * Covers: src/dns/scan.c src/dns/rr_text.c src/dns/name_text.c src/dns/quote.c
 * src/dns/field_number.c src/dns/field_address.c src/dns/field_octets.c
 * src/dns/field_string.c src/dns/field_bitmap.c src/dns/field_location.c
 * src/dns/field_gateway.c src/dns/field_param_text.c
 */
#include "dns/rr_text.h"
#include "dns/text.h"
#include "fuzz/dns/room.h"
#include "fuzz/target.h"

static const struct dns_name origin = { .size = 6, .octets = { 4, 't', 'e', 's', 't', 0 } };

/* Enough for a bitmap of all ports, and little enough to be had for each input. */
#define RDATA_ROOM 16384

static bool print(const void *what, struct text *text)
{
    return dns_rr_format(what, text);
}

/* The line that a record prints reads back as the same record. */
static void check_prints(const struct dns_rr_text *record)
{
    struct dns_rr rr = dns_rr_of_text(record);
    size_t room = 88 * record->rdata.size + 4096; /* a bitmap takes most */
    char *line = fuzz_block(room);
    uint8_t *again = fuzz_block(RDATA_ROOM);
    struct text text = text_init(line, room);
    struct byte_writer out = byte_writer_init(again, RDATA_ROOM);
    struct dns_rr_defaults defaults = { .ttl_s = 1, .class = 2 };
    struct dns_rr_text back;
    struct dns_scan scan;

    fuzz_require(dns_rdata_check(&rr).status == DNS_OK);
    fuzz_require(dns_rr_format(&rr, &text));
    fuzz_require_room_for_text(print, &rr, text.size);
    scan = dns_scan_init(text_bytes(&text));
    fuzz_require(dns_rr_parse(&scan, &defaults, &out, &back).status == DNS_OK);
    fuzz_require(byte_reader_is_done(&scan.in));
    fuzz_require(back.type == record->type && back.class == record->class);
    fuzz_require(back.ttl_s == record->ttl_s && bytes_equal(back.rdata, record->rdata));
    fuzz_require(bytes_equal(dns_name_bytes(&back.owner), dns_name_bytes(&record->owner)));
    free(line);
    free(again);
}

static void check_lines(struct bytes input, uint8_t *rdata)
{
    struct dns_scan scan = dns_scan_init(input);
    struct dns_rr_defaults defaults = { .origin = &origin, .ttl_s = 300, .class = 1 };
    struct dns_rr_text record = { .type = 7 };
    struct dns_name owner;

    while (!byte_reader_is_done(&scan.in)) {
        struct byte_writer out = byte_writer_init(rdata, RDATA_ROOM);
        size_t before = scan.in.position;
        struct dns_verdict verdict;

        if (dns_scan_is_done(&scan)) { /* an empty line, or a comment */
            fuzz_require(dns_scan_end(&scan) == DNS_OK);
            continue;
        }
        verdict = dns_rr_parse(&scan, &defaults, &out, &record);
        fuzz_require(verdict.offset <= input.size);
        if (verdict.status != DNS_OK) {
            fuzz_require(scan.in.position == before && out.position == 0);
            return;
        }
        fuzz_require(scan.in.position > before);
        check_prints(&record);
        owner = record.owner;
        defaults.owner = &owner;
    }
}

FUZZ_TARGET(input)
{
    uint8_t *rdata = fuzz_block(RDATA_ROOM);

    for (size_t size = fuzz_is_thorough(input.size) ? 0 : input.size; size <= input.size; size++)
        check_lines(bytes_of(input.at, size), rdata);
    free(rdata);
}
