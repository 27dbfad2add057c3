/*
 * Property: the input is a type and octets of RDATA, which stand in a message behind a name that
 * they may point to. They are refused with an offset among them, alike by dns_rdata_check(), field
 * by field, and as part of the message; or accepted, and then their text reads back as the same
 * wire form, and the canonical form is its own canonical form and equal in order. Refused or not,
 * they print; what is refused is refused from its text too. Text and wire form need the room that
 * they take. All that holds for each beginning of the RDATA as well (when it is replayed).
 *
 * Covers: src/dns/rdata.c src/dns/field_check.c src/dns/field_param.c
 * src/dns/rdata_text.c src/dns/field_number.c
 * src/dns/field_address.c src/dns/field_octets.c src/dns/field_string.c
 * src/dns/field_bitmap.c src/dns/field_location.c src/dns/field_gateway.c
 * src/dns/field_param_text.c
 */
#include "dns/message.h"
#include "dns/rr_text.h"
#include "dns/rrtype.h"
#include "fuzz/dns/room.h"
#include "fuzz/target.h"

/* A response with one answer, up to its RDATA: of the name eXample, which stands at 12. */
static const uint8_t head[] = {
    0,    0,   0x80, 0,   0,   1,   0,   1,   0, 0,  0, 0,    /* header */
    7,    'e', 'X',  'a', 'm', 'p', 'l', 'e', 0, 0,  1, 0, 1, /* question */
    0xC0, 12,  0,    0,   0,   1,   0,   0,   0, 60, 0, 0, /* owner, type, class, TTL, RDLENGTH */
};

#define TYPE_AT 27
#define RDLENGTH_AT 35
#define INPUT_SIZE_MAX 64000 /* so that RDATA fits too when its names are not compressed */

/* Field by field, and by the pass over a message, the verdict is the same. */
static void check_verdicts(struct bytes wire, const struct dns_rr *rr, struct dns_verdict verdict)
{
    struct dns_rdata fields = dns_rdata_of(rr);
    size_t at = rr->rdata.position;
    struct dns_message message;
    struct dns_value value;

    while (dns_rdata_next(&fields, &value)) {
        fuzz_require(value.octets.position == at);
        at = value.octets.end;
    }
    fuzz_require(fields.verdict.status == verdict.status);
    fuzz_require(fields.verdict.offset == verdict.offset);
    fuzz_require(verdict.status != DNS_OK || at == rr->rdata.end);
    if (dns_message_read(wire, &message).status != DNS_OK) {
        fuzz_require(rr->type == DNS_TYPE_OPT || rr->type == DNS_TYPE_TSIG);
        return;
    }
    fuzz_require(dns_message_check_rdata(&message).status == verdict.status);
    fuzz_require(dns_message_check_rdata(&message).offset == verdict.offset);
}

/* RDATA that stands alone. */
static struct dns_rr alone(const struct dns_rr *rr, struct bytes rdata)
{
    struct dns_rr other = *rr;

    other.rdata = byte_reader_init(rdata);
    return other;
}

static bool put_plain(const void *what, struct byte_writer *out)
{
    return dns_rdata_write(what, false, out).status == DNS_OK;
}

static bool put_canonical(const void *what, struct byte_writer *out)
{
    return dns_rdata_write(what, true, out).status == DNS_OK;
}

static bool print(const void *what, struct text *text)
{
    return dns_rdata_format(what, text);
}

/* RDATA as text, for parsing. */
struct shown {
    struct bytes text;
    struct dns_rdata_form form;
};

static bool put_parsed(const void *what, struct byte_writer *out)
{
    const struct shown *shown = what;
    struct dns_scan scan = dns_scan_init(shown->text);
    enum dns_status status = dns_rdata_parse(&scan, &shown->form, out).status;

    fuzz_require(status == DNS_OK || (status == DNS_NO_ROOM && scan.in.position == 0));
    return status == DNS_OK;
}

/* The canonical form is right, is its own canonical form, and has the same place in the order. */
static void check_canonical(const struct dns_rr *rr, size_t room)
{
    uint8_t *first = fuzz_block(room);
    uint8_t *second = fuzz_block(room);
    struct byte_writer out = byte_writer_init(first, room);
    struct byte_writer again = byte_writer_init(second, room);
    struct dns_rr canonical;

    fuzz_require(dns_rdata_write(rr, true, &out).status == DNS_OK);
    canonical = alone(rr, byte_writer_written(&out));
    fuzz_require(dns_rdata_check(&canonical).status == DNS_OK);
    fuzz_require(dns_rdata_write(&canonical, true, &again).status == DNS_OK);
    fuzz_require(bytes_equal(byte_writer_written(&out), byte_writer_written(&again)));
    fuzz_require(dns_rdata_compare(rr, &canonical) == 0);
    fuzz_require_room_for_octets(put_canonical, rr, out.position);
    fuzz_require_room_for_octets(put_plain, &canonical, again.position);
    free(first);
    free(second);
}

/* Room for RDATA of a size as text: in bitmaps, whose window of 34 octets may hold 256 types, an
 * octet takes most. */
static size_t text_room(size_t size)
{
    size_t room = 88 * size + 2048;

    return room < DNS_RDATA_TEXT_MAX ? room : DNS_RDATA_TEXT_MAX;
}

/* What is shown reads back: as the same wire form, or refused as before. */
static void check_text(const struct dns_rr *rr, struct bytes wire, bool is_right)
{
    size_t size = is_right ? wire.size : byte_reader_left(&rr->rdata);
    size_t room = text_room(size);
    char *block = fuzz_block(room);
    uint8_t *octets = fuzz_block(size);
    struct text text = text_init(block, room);
    struct byte_writer out = byte_writer_init(octets, size);
    struct shown shown = { .form = { .type = rr->type, .class = rr->class } };
    struct dns_scan scan;
    enum dns_status status;

    fuzz_require(dns_rdata_format(rr, &text));
    fuzz_require(memchr(text.at, '\n', text.size) == NULL);
    fuzz_require_room_for_text(print, rr, text.size);
    shown.text = text_bytes(&text);
    scan = dns_scan_init(shown.text);
    status = dns_rdata_parse(&scan, &shown.form, &out).status;
    fuzz_require((status == DNS_OK) == is_right);
    if (is_right) {
        fuzz_require(byte_reader_is_done(&scan.in));
        fuzz_require(bytes_equal(byte_writer_written(&out), wire));
        fuzz_require_room_for_octets(put_parsed, &shown, size);
    } else {
        fuzz_require(out.position == 0 && scan.in.position == 0);
    }
    free(octets);
    free(block);
}

static void check_rdata(struct bytes wire)
{
    struct dns_rr rr = { .class = 1, .rdata = byte_reader_init(wire) };
    /* Each name that is written without compression grows by 255 octets at most, and no type whose
     * names may be compressed has more than two. */
    size_t room = wire.size + (size_t)2 * DNS_NAME_SIZE_MAX;
    uint8_t *plain = fuzz_block(room);
    struct byte_writer out = byte_writer_init(plain, room);
    struct dns_verdict verdict;

    rr.type = (uint16_t)((unsigned int)wire.at[TYPE_AT] << 8 | wire.at[TYPE_AT + 1]);
    rr.rdata.position = sizeof(head);
    verdict = dns_rdata_check(&rr);
    fuzz_require(verdict.offset <= wire.size);
    check_verdicts(wire, &rr, verdict);
    fuzz_require(dns_rdata_write(&rr, false, &out).status == verdict.status);
    if (verdict.status == DNS_OK)
        check_canonical(&rr, room);
    else
        fuzz_require(out.position == 0);
    check_text(&rr, byte_writer_written(&out), verdict.status == DNS_OK);
    free(plain);
}

/* RDATA of a type, in a message of its own. */
static void check_input(struct bytes input)
{
    size_t size = sizeof(head) + input.size - 2;
    uint8_t *block = fuzz_block(size);

    memcpy(block, head, sizeof(head));
    memcpy(block + TYPE_AT, input.at, 2);
    block[RDLENGTH_AT] = (uint8_t)((input.size - 2) >> 8);
    block[RDLENGTH_AT + 1] = (uint8_t)(input.size - 2);
    memcpy(block + sizeof(head), input.at + 2, input.size - 2);
    check_rdata(bytes_of(block, size));
    free(block);
}

FUZZ_TARGET(input)
{
    if (input.size < 2 || input.size > INPUT_SIZE_MAX)
        return;
    for (size_t size = fuzz_is_thorough(input.size) ? 2 : input.size; size <= input.size; size++)
        check_input(bytes_of(input.at, size));
}
