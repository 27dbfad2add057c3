/*
 * Examples that stand in RFCs, each as a row that says which and where: names and how they compare,
 * the message in which names are compressed, and records as lines of zone files. More of them, by
 * type, are in test_rdata_vectors.c.
 */
#include "rfc_lines.h"
#include "rfc_lines_security.h"
#include "rfc_lines_services.h"
#include "wire.h"

#include "dns/rdata.h"
#include "dns/rr_text.h"
#include "dns/text.h"

/* Longer lines and RDATA than these are in no example. */
#define RDATA_ROOM 1024
#define LINE_ROOM 4096

static struct dns_name name_of(const char *label, const char *text)
{
    struct dns_name name = { .size = 0 };

    if (dns_name_parse(bytes_of_text(text), &name).status != DNS_OK)
        fail_msg("row '%s': %s is no name", label, text);
    return name;
}

/* RFC 1035 section 4.1.4: offsets 20 to 92 hold F.ISI.ARPA, FOO.F.ISI.ARPA, ARPA and the root. */
static void names_of_rfc_1035_section_4_1_4_are_read_where_they_stand(void **state)
{
    static const struct {
        const char *label, *name;
        size_t at, behind;
    } rows[] = {
        { "RFC 1035 section 4.1.4: labels alone", "F.ISI.ARPA.", 20, 32 },
        { "RFC 1035 section 4.1.4: a label and a pointer", "FOO.F.ISI.ARPA.", 40, 46 },
        { "RFC 1035 section 4.1.4: a pointer into a name", "ARPA.", 64, 66 },
        { "RFC 1035 section 4.1.4: the root", ".", 92, 93 },
    };
    WIRE(wire, "00000000000000000000000000000000 00000000 01'F'03'ISI'04'ARPA'00 0000000000000000 "
               "03'FOO'c014 000000000000000000000000000000000000 c01a "
               "0000000000000000000000000000000000000000000000000000 00");

    (void)state;
    assert_int_equal(wire.size, 93);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct byte_reader in = byte_reader_init(wire);
        struct dns_name expected = name_of(rows[i].label, rows[i].name);
        struct dns_name name;

        in.position = rows[i].at;
        assert_row(rows[i].label, dns_name_read(&in, &name).status == DNS_OK);
        assert_row(rows[i].label, in.position == rows[i].behind);
        assert_row(rows[i].label, bytes_equal(dns_name_bytes(&name), dns_name_bytes(&expected)));
    }
}

static void names_of_rfc_4034_section_6_1_are_in_canonical_order(void **state)
{
    static const char *const sorted[] = {
        "example.",         "a.example.",      "yljkjljk.a.example.",
        "Z.a.example.",     "zABC.a.EXAMPLE.", "z.example.",
        "\\001.z.example.", "*.z.example.",    "\\200.z.example.",
    };

    (void)state;
    for (size_t i = 0; i < ROWS(sorted); i++) {
        for (size_t j = 0; j < ROWS(sorted); j++) {
            struct dns_name a = name_of("RFC 4034 section 6.1", sorted[i]);
            struct dns_name b = name_of("RFC 4034 section 6.1", sorted[j]);
            int order = dns_name_compare(&a, &b);

            if ((i < j) != (order < 0) || (i > j) != (order > 0))
                fail_msg("RFC 4034 section 6.1: %s and %s: %d", sorted[i], sorted[j], order);
        }
    }
}

static void names_of_other_rfcs_have_the_labels_that_they_say(void **state)
{
    static const struct {
        const char *label, *text, *same;
        unsigned int labels, first_size;
    } rows[] = {
        { "RFC 3596 section 2.5: an address turned around",
          "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.IP6.ARPA.",
          "B.A.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa.", 34, 1 },
        { "RFC 4343 section 2.1: blanks and a dot", "Donald\\032E\\.\\032Eastlake\\0323rd.example.",
          "donald\\ e\\.\\ eastlake\\ 3RD.EXAMPLE.", 2, 22 },
        { "RFC 4343 section 2.1: octets of every look", "a\\000\\\\\\255z.example.",
          "A\\000\\092\\255Z.Example.", 2, 5 },
        { "SHA-256 of hugh, cut as RFC 7929 cuts it",
          "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._openpgpkey.example.com.",
          "C93F1E400F26708F98CB19D936620DA35EEC8F72E57F9EEC01C1AFD6._OPENPGPKEY.example.com.", 4,
          56 },
        { "SHA-256 of hugh, cut as RFC 8162 cuts it",
          "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.example.com.",
          "C93F1E400F26708F98CB19D936620DA35EEC8F72E57F9EEC01C1AFD6._SMIMECERT.example.com.", 4,
          56 },
        { "RFC 9567 section 4.1: what is reported",
          "_er.1.broken.test.7._er.a01.agent-domain.example.",
          "_ER.1.BROKEN.TEST.7._ER.A01.AGENT-DOMAIN.EXAMPLE.", 9, 3 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct dns_name name = name_of(rows[i].label, rows[i].text);
        struct dns_name same = name_of(rows[i].label, rows[i].same);

        assert_row(rows[i].label, dns_name_labels(&name) == rows[i].labels);
        assert_row(rows[i].label, name.octets[0] == rows[i].first_size);
        assert_row(rows[i].label, dns_name_equal(&name, &same));
        assert_row(rows[i].label, dns_name_compare(&name, &same) == 0);
    }
}

/* RFC 4034 section 6.2 and RFC 6840 section 5.1: which names in RDATA become small. */
static void rdata_of_rfc_4034_section_6_2_gets_small_letters(void **state)
{
    static const struct {
        const char *label;
        uint16_t type;
        const char *wire, *canonical;
    } rows[] = {
        { "RFC 4034 section 6.2: NS", 2, "02'NS'07'Example'00", "02'ns'07'example'00" },
        { "RFC 4034 section 6.2: MX", 15, "000a02'MX'00", "000a02'mx'00" },
        { "RFC 4034 section 6.2: SRV", 33, "00000000003502'Ns'00", "00000000003502'ns'00" },
        { "RFC 4034 section 6.2: RRSIG", 46,
          "0001 0d02 00000e10 00000002 00000001 0001 01'A'00 'S'",
          "0001 0d02 00000e10 00000002 00000001 0001 01'a'00 'S'" },
        { "RFC 6840 section 5.1: not in NSEC", 47, "01'A'00 0001 40", "01'A'00 0001 40" },
        { "RFC 4034 section 6.2: not in types that came later", 64, "0001 01'A'00",
          "0001 01'A'00" },
        { "RFC 4034 section 6.2: not in text", 16, "02'AB'", "02'AB'" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(wire, rows[i].wire);
        WIRE(canonical, rows[i].canonical);
        uint8_t block[RDATA_ROOM];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        struct dns_rr rr = { .type = rows[i].type, .class = 1, .rdata = byte_reader_init(wire) };

        assert_row(rows[i].label, dns_rdata_write(&rr, true, &out).status == DNS_OK);
        assert_row(rows[i].label, bytes_equal(byte_writer_written(&out), canonical));
    }
}

static struct dns_rr_text record_of(const struct line *row, const char *text, uint8_t *block)
{
    struct dns_scan scan = dns_scan_init(bytes_of_text(text));
    struct dns_name origin = name_of(row->label, "ISI.EDU."); /* of RFC 1035 section 5.3 */
    struct dns_rr_defaults defaults = { .origin = &origin, .ttl_s = 60, .class = 1 };
    struct byte_writer out = byte_writer_init(block, RDATA_ROOM);
    struct dns_rr_text record = { .type = 0 };
    struct dns_verdict verdict = dns_rr_parse(&scan, &defaults, &out, &record);

    if (verdict.status != DNS_OK)
        fail_msg("row '%s': %s at %zu", row->label, dns_status_text(verdict.status),
                 verdict.offset);
    assert_row(row->label, byte_reader_is_done(&scan.in));
    return record;
}

static void require_line(const struct line *row)
{
    WIRE(wire, row->wire);
    uint8_t block[RDATA_ROOM];
    uint8_t again_block[RDATA_ROOM];
    char shown[LINE_ROOM];
    struct text text = text_init(shown, sizeof(shown));
    struct dns_rr_text record = record_of(row, row->text, block);
    struct dns_rr_text again;
    struct dns_rr rr = dns_rr_of_text(&record);

    assert_row(row->label, record.type == row->type);
    assert_row(row->label, record.class == row->class);
    assert_row(row->label, bytes_equal(record.rdata, wire));
    assert_row(row->label, dns_rdata_check(&rr).status == DNS_OK);
    assert_row(row->label, dns_rr_format(&rr, &text));
    again = record_of(row, shown, again_block);
    assert_row(row->label, bytes_equal(again.rdata, wire));
    assert_row(row->label, dns_name_equal(&again.owner, &record.owner));
}

static void lines_of_rfcs_are_the_records_that_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(lines); i++)
        require_line(&lines[i]);
    for (size_t i = 0; i < ROWS(lines_of_services); i++)
        require_line(&lines_of_services[i]);
    for (size_t i = 0; i < ROWS(lines_of_security); i++)
        require_line(&lines_of_security[i]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_of_rfc_1035_section_4_1_4_are_read_where_they_stand),
    cmocka_unit_test(names_of_rfc_4034_section_6_1_are_in_canonical_order),
    cmocka_unit_test(names_of_other_rfcs_have_the_labels_that_they_say),
    cmocka_unit_test(rdata_of_rfc_4034_section_6_2_gets_small_letters),
    cmocka_unit_test(lines_of_rfcs_are_the_records_that_they_say),
};

RUN_TESTS(tests)
