/* RDATA: each type's fields, checked, shown, written, made canonical and ordered. */
#include "wire.h"

#include "dns/header.h"
#include "dns/rdata.h"
#include "dns/text.h"

#include <stdio.h>

/* Twelve octets, and names at 12 (example.) and 21 (EXAMPLE.) to point to. */
#define BEFORE "000000000000000000000000 07'example'00 07'EXAMPLE'00 "
#define RDATA_AT 30

static struct dns_rr rr_in(struct bytes wire, uint16_t type, uint16_t class)
{
    struct dns_rr rr = { .type = type, .class = class, .rdata = byte_reader_init(wire) };

    rr.owner = rr.rdata;
    rr.owner.position = DNS_HEADER_SIZE;
    assert_true(read_skip(&rr.rdata, RDATA_AT));
    return rr;
}

static void rdata_of_each_type_is_shown(void **state)
{
    static const struct {
        const char *label;
        uint16_t type, class;
        const char *rdata, *expected;
    } rows[] = {
        { "A", DNS_TYPE_A, 1, "c0000201", "192.0.2.1" },
        { "A, all ones", DNS_TYPE_A, 1, "ffffffff", "255.255.255.255" },
        { "A in class CH is unknown", DNS_TYPE_A, 3, "c0000201", "\\# 4 c0000201" },
        { "A in class NONE, as in an update", DNS_TYPE_A, 254, "c0000201", "192.0.2.1" },
        { "A left out in class ANY, as in an update", DNS_TYPE_A, 255, "", "\\# 0" },
        { "NS", DNS_TYPE_NS, 1, "02'ns'c00c", "ns.example." },
        { "NS in class CH", DNS_TYPE_NS, 3, "02'ns'c00c", "ns.example." },
        { "CNAME, uncompressed", DNS_TYPE_CNAME, 1, "01'a'00", "a." },
        { "PTR", DNS_TYPE_PTR, 1, "c00c", "example." },
        { "MX", DNS_TYPE_MX, 1, "000a04'mail'c00c", "10 mail.example." },
        { "SOA", DNS_TYPE_SOA, 1,
          "02'ns'c00c 04'root'c00c 78495f8f 00000e10 00000384 00093a80 ffffffff",
          "ns.example. root.example. 2018074511 3600 900 604800 4294967295" },
        { "TXT", DNS_TYPE_TXT, 1, "05'hello'", "\"hello\"" },
        { "TXT of two strings, one empty", DNS_TYPE_TXT, 1, "00 03'a b'", "\"\" \"a b\"" },
        { "TXT with what must be escaped", DNS_TYPE_TXT, 1, "06 225c09 7f ff 3b",
          "\"\\\"\\\\\\009\\127\\255;\"" },
        { "AAAA", DNS_TYPE_AAAA, 1, "20010db8000000000000000000000001", "2001:db8::1" },
        { "OPT", DNS_TYPE_OPT, 1232, "00030002beef", "\\# 6 00030002beef" },
        { "an unknown type (RFC 3597 section 5)", 65280, 1, "0a000001", "\\# 4 0a000001" },
        { "an unknown type without RDATA", 65280, 1, "", "\\# 0" },
        { "wrong RDATA is shown as it is", DNS_TYPE_A, 1, "0102", "\\# 2 0102" },
        { "RDATA that is wrong at its end", DNS_TYPE_MX, 1, "000a c00c 00", "\\# 5 000ac00c00" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char notation[512];
        char block[DNS_NAME_TEXT_MAX * 3];
        struct text text = text_init(block, sizeof(block));

        (void)snprintf(notation, sizeof(notation), "%s%s", BEFORE, rows[i].rdata);
        WIRE(wire, notation);
        struct dns_rr rr = rr_in(wire, rows[i].type, rows[i].class);

        assert_row(rows[i].label, dns_rdata_format(&rr, &text));
        if (strcmp(block, rows[i].expected) != 0)
            fail_msg("row '%s': %s, expected %s", rows[i].label, block, rows[i].expected);
        for (size_t room = 1; room <= text.size; room++) {
            struct text small = text_init(block, room);

            assert_row(rows[i].label, !dns_rdata_format(&rr, &small) && small.size == 0);
        }
    }
}

static void rdata_aaaa_is_shown_as_rfc_5952_has_it(void **state)
{
    static const struct {
        const char *wire, *expected;
    } rows[] = {
        { "00000000000000000000000000000000", "::" },
        { "00000000000000000000000000000001", "::1" },
        { "00010000000000000000000000000000", "1::" },
        { "20010db8000000010001000100010001", "2001:db8:0:1:1:1:1:1" },
        { "20010db8000000000001000000000001", "2001:db8::1:0:0:1" },
        { "20010000000000010000000000000001", "2001:0:0:1::1" },
        { "00000000000000010002000300040005", "::1:2:3:4:5" },
        { "00010002000300040005000600070000", "1:2:3:4:5:6:7:0" },
        { "20010db80a0b0c0d0e0f000100020abc", "2001:db8:a0b:c0d:e0f:1:2:abc" },
        { "00000000000000000000ffffc0000201", "::ffff:192.0.2.1" },
        { "000000000000000000000000c0000201", "::192.0.2.1" },
        { "00000000000000000000000000000100", "::100" },
        { "0064ff9b0000000000000000c0000201", "64:ff9b::c000:201" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(wire, rows[i].wire);
        struct dns_rr rr = { .type = DNS_TYPE_AAAA, .class = 1, .rdata = byte_reader_init(wire) };
        char block[64];
        struct text text = text_init(block, sizeof(block));

        assert_row(rows[i].expected, dns_rdata_format(&rr, &text));
        assert_string_equal(block, rows[i].expected);
    }
}

static void rdata_that_its_type_does_not_have_is_refused_and_says_where(void **state)
{
    static const struct {
        const char *label;
        uint16_t type;
        const char *rdata;
        enum dns_status status;
        size_t offset; /* from the start of RDATA */
    } rows[] = {
        { "A of three octets", DNS_TYPE_A, "c00002", DNS_RDATA_TRUNCATED, 0 },
        { "A of five octets", DNS_TYPE_A, "c000020100", DNS_RDATA_TRAILING, 4 },
        { "A of none", DNS_TYPE_A, "", DNS_RDATA_TRUNCATED, 0 },
        { "AAAA of four octets", DNS_TYPE_AAAA, "c0000201", DNS_RDATA_TRUNCATED, 0 },
        { "NS of none", DNS_TYPE_NS, "", DNS_NAME_TRUNCATED, 0 },
        { "NS past RDATA", DNS_TYPE_NS, "02'n'", DNS_NAME_TRUNCATED, 0 },
        { "CNAME to itself", DNS_TYPE_CNAME, "c01e", DNS_POINTER_NOT_BACKWARD, 0 },
        { "PTR and more", DNS_TYPE_PTR, "c00c00", DNS_RDATA_TRAILING, 2 },
        { "MX without an exchange", DNS_TYPE_MX, "000a", DNS_NAME_TRUNCATED, 2 },
        { "MX of one octet", DNS_TYPE_MX, "00", DNS_RDATA_TRUNCATED, 0 },
        { "SOA without its last field", DNS_TYPE_SOA,
          "c00c c00c 00000001 00000002 00000003 00000004 0000", DNS_RDATA_TRUNCATED, 20 },
        { "TXT without a string", DNS_TYPE_TXT, "", DNS_STRINGS_EMPTY, 0 },
        { "TXT past RDATA", DNS_TYPE_TXT, "01'a'03'ab'", DNS_STRING_TRUNCATED, 2 },
        { "OPT with half an option", DNS_TYPE_OPT, "00030000 000a00", DNS_OPTION_TRUNCATED, 4 },
        { "OPT with an option past RDATA", DNS_TYPE_OPT, "0003000100000100", DNS_OPTION_TRUNCATED,
          5 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char notation[512];
        uint8_t written[64] = { 0 };
        struct byte_writer out = byte_writer_init(written, sizeof(written));
        struct dns_verdict verdict;

        (void)snprintf(notation, sizeof(notation), "%s%s", BEFORE, rows[i].rdata);
        WIRE(wire, notation);
        struct dns_rr rr = rr_in(wire, rows[i].type, 1);

        verdict = dns_rdata_check(&rr);
        if (verdict.status != rows[i].status)
            fail_msg("row '%s': %s", rows[i].label, dns_status_text(verdict.status));
        assert_row(rows[i].label, verdict.offset == RDATA_AT + rows[i].offset);
        assert_row(rows[i].label, dns_rdata_write(&rr, false, &out).status == rows[i].status);
        assert_row(rows[i].label, out.position == 0);
    }
}

static void rdata_is_written_without_compression(void **state)
{
    WIRE(wire, BEFORE "000a 04'Mail'c015");
    WIRE(plain, "000a 04'Mail'07'EXAMPLE'00");
    WIRE(canonical, "000a 04'mail'07'example'00");
    struct dns_rr rr = rr_in(wire, DNS_TYPE_MX, 1);
    uint8_t block[64];
    struct byte_writer out = byte_writer_init(block, sizeof(block));

    (void)state;
    assert_int_equal(dns_rdata_write(&rr, false, &out).status, DNS_OK);
    assert_true(bytes_equal(byte_writer_written(&out), plain));
    out = byte_writer_init(block, sizeof(block));
    assert_int_equal(dns_rdata_write(&rr, true, &out).status, DNS_OK);
    assert_true(bytes_equal(byte_writer_written(&out), canonical));
    for (size_t room = 0; room < plain.size; room++) {
        out = byte_writer_init(block, room);
        assert_int_equal(dns_rdata_write(&rr, false, &out).status, DNS_NO_ROOM);
        assert_int_equal(out.position, 0);
    }
}

static void rdata_is_ordered_by_its_canonical_octets(void **state)
{
    static const struct {
        const char *label;
        uint16_t type;
        const char *a, *b;
        int order;
    } rows[] = {
        { "A", DNS_TYPE_A, "0a000001", "0a000002", -1 },
        { "A, as unsigned octets", DNS_TYPE_A, "80000000", "7f000000", 1 },
        { "names that differ by case and compression", DNS_TYPE_NS, "c00c", "c015", 0 },
        { "the shorter name by its length octet", DNS_TYPE_NS, "01'z'00", "02'aa'00", -1 },
        { "MX by preference", DNS_TYPE_MX, "0001c00c", "0002 01'a'00", -1 },
        { "MX by exchange", DNS_TYPE_MX, "000101'b'00", "0001 01'a'00", 1 },
        { "a prefix first", 65280, "0102", "010200", -1 },
        { "nothing first", 65280, "", "00", -1 },
        { "equal", DNS_TYPE_TXT, "01'a'", "01'a'", 0 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char notation_a[256];
        char notation_b[256];

        (void)snprintf(notation_a, sizeof(notation_a), "%s%s", BEFORE, rows[i].a);
        (void)snprintf(notation_b, sizeof(notation_b), "%s%s", BEFORE, rows[i].b);
        WIRE(wire_a, notation_a);
        WIRE(wire_b, notation_b);
        struct dns_rr a = rr_in(wire_a, rows[i].type, 1);
        struct dns_rr b = rr_in(wire_b, rows[i].type, 1);
        int order = dns_rdata_compare(&a, &b);

        assert_row(rows[i].label, (order > 0) - (order < 0) == rows[i].order);
        order = dns_rdata_compare(&b, &a);
        assert_row(rows[i].label, (order > 0) - (order < 0) == -rows[i].order);
    }
}

static void rr_is_shown_as_a_line_of_a_zone_file(void **state)
{
    WIRE(wire, BEFORE "000a 04'mail'c00c");
    struct dns_rr rr = rr_in(wire, DNS_TYPE_MX, 1);
    char block[256];
    struct text text = text_init(block, sizeof(block));

    (void)state;
    rr.ttl_s = 3600;
    assert_true(dns_rr_format(&rr, &text));
    assert_string_equal(block, "example.\t3600\tIN\tMX\t10 mail.example.");
    rr.type = 65280;
    rr.class = 42;
    text_clear(&text);
    assert_true(dns_rr_format(&rr, &text));
    assert_string_equal(block, "example.\t3600\tCLASS42\tTYPE65280\t\\# 9 000a046d61696cc00c");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(rdata_of_each_type_is_shown),
    cmocka_unit_test(rdata_aaaa_is_shown_as_rfc_5952_has_it),
    cmocka_unit_test(rdata_that_its_type_does_not_have_is_refused_and_says_where),
    cmocka_unit_test(rdata_is_written_without_compression),
    cmocka_unit_test(rdata_is_ordered_by_its_canonical_octets),
    cmocka_unit_test(rr_is_shown_as_a_line_of_a_zone_file),
};

RUN_TESTS(tests)
