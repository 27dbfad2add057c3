/*
 * Updates (RFC 2136): each form of a prerequisite and of a change is read, shown, and built as the
 * same octets. What an update may not say, but a record can be, is accepted:
 * docs/dns-strictness.md.
 */
#include "wire.h"

#include "dns/builder.h"
#include "dns/code.h"
#include "dns/message.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "dns/text.h"

#define ZONE "07'example'04'test'00 0006 0001"

struct row {
    const char *label;
    const char *record; /* behind its owner, which is the zone's name */
    enum dns_section section;
    enum dns_status status; /* of RDATA */
    const char *text;       /* behind the owner */
};

/* Sections are DNS_ANSWER for prerequisites and DNS_AUTHORITY for changes. */
static const struct row rows[] = {
    { "2.4.1: an RRset exists", "0001 00ff 00000000 0000", DNS_ANSWER, DNS_OK, "0 ANY A \\# 0" },
    { "2.4.2: an RRset has this record", "0001 0001 00000000 0004 c0000201", DNS_ANSWER, DNS_OK,
      "0 IN A 192.0.2.1" },
    { "2.4.3: an RRset does not exist", "000f 00fe 00000000 0000", DNS_ANSWER, DNS_OK,
      "0 NONE MX \\# 0" },
    { "2.4.4: a name is in use", "00ff 00ff 00000000 0000", DNS_ANSWER, DNS_OK, "0 ANY ANY \\# 0" },
    { "2.4.5: a name is not in use", "00ff 00fe 00000000 0000", DNS_ANSWER, DNS_OK,
      "0 NONE ANY \\# 0" },
    { "2.5.1: a record is added", "000f 0001 00000e10 0004 000a c00c", DNS_AUTHORITY, DNS_OK,
      "3600 IN MX 10 example.test." },
    { "2.5.2: an RRset is deleted", "000f 00ff 00000000 0000", DNS_AUTHORITY, DNS_OK,
      "0 ANY MX \\# 0" },
    { "2.5.3: all RRsets of a name are deleted", "00ff 00ff 00000000 0000", DNS_AUTHORITY, DNS_OK,
      "0 ANY ANY \\# 0" },
    { "2.5.4: a record is deleted", "000f 00fe 00000000 0004 000a c00c", DNS_AUTHORITY, DNS_OK,
      "0 NONE MX 10 example.test." },
    { "2.5.4: an address is deleted", "0001 00fe 00000000 0004 c0000201", DNS_AUTHORITY, DNS_OK,
      "0 NONE A 192.0.2.1" },
    { "2.4.2: the record has no RDATA", "0001 0001 00000000 0000", DNS_ANSWER, DNS_RDATA_TRUNCATED,
      "0 IN A \\# 0" },
    { "2.5.1: what is added has no RDATA", "0006 0001 00000e10 0000", DNS_AUTHORITY,
      DNS_NAME_TRUNCATED, "3600 IN SOA \\# 0" },
    { "2.5.4: what is deleted is wrong", "0001 00fe 00000000 0003 c00002", DNS_AUTHORITY,
      DNS_RDATA_TRUNCATED, "0 NONE A \\# 3 c00002" },
    { "3.2.1: RDATA in class ANY is opaque for an address", "0001 00ff 00000000 0001 c0",
      DNS_ANSWER, DNS_OK, "0 ANY A \\# 1 c0" },
    { "3.2.1: and is what the type has otherwise", "000f 00ff 00000000 0001 00", DNS_AUTHORITY,
      DNS_RDATA_TRUNCATED, "0 ANY MX \\# 1 00" },
    { "3.2.1: RDATA in class NONE of a prerequisite", "0001 00fe 00000000 0004 c0000201",
      DNS_ANSWER, DNS_OK, "0 NONE A 192.0.2.1" },
    { "3.4.1.2: a TTL of what is deleted", "0001 00ff 0000003c 0000", DNS_AUTHORITY, DNS_OK,
      "60 ANY A \\# 0" },
    { "3.4.1.1: another class than the zone's", "0010 0003 0000003c 0002 01'a'", DNS_AUTHORITY,
      DNS_OK, "60 CH TXT \"a\"" },
};

/* An update of one record. */
static struct bytes update_of(const struct row *row, uint8_t *block, size_t capacity)
{
    WIRE(head, row->section == DNS_ANSWER ? "1234 2800 0001 0001 0000 0000" ZONE "c00c"
                                          : "1234 2800 0001 0000 0001 0000" ZONE "c00c");
    WIRE(record, row->record);
    struct byte_writer out = byte_writer_init(block, capacity);

    assert_true(write_bytes(&out, head) && write_bytes(&out, record));
    return byte_writer_written(&out);
}

static void update_forms_are_read_and_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint8_t block[128];
        struct bytes wire = update_of(&rows[i], block, sizeof(block));
        struct dns_message message;
        struct dns_walk walk;
        struct dns_rr rr;
        char line[256];
        char *at = line;
        struct text text = text_init(line, sizeof(line));

        assert_row(rows[i].label, dns_message_read(wire, &message).status == DNS_OK);
        assert_row(rows[i].label, dns_message_check_rdata(&message).status == rows[i].status);
        walk = dns_message_section(&message, rows[i].section);
        assert_row(rows[i].label, dns_walk_next(&walk, &rr) && !dns_walk_next(&walk, &rr));
        assert_row(rows[i].label, dns_rr_format(&rr, &text));
        while ((at = strchr(at, '\t')) != NULL)
            *at = ' ';
        if (strcmp(line + strlen("example.test. "), rows[i].text) != 0)
            fail_msg("%s: %s", rows[i].label, line);
    }
}

static void update_forms_are_built_as_they_were(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint8_t block[128];
        uint8_t again[128];
        struct bytes wire = update_of(&rows[i], block, sizeof(block));
        struct dns_message message;
        struct dns_builder builder;
        struct dns_question zone;
        struct dns_walk walk;
        struct dns_rr rr;

        assert_row(rows[i].label, dns_message_read(wire, &message).status == DNS_OK);
        walk = dns_message_section(&message, rows[i].section);
        assert_row(rows[i].label, dns_message_question(&message, &zone));
        assert_row(rows[i].label, zone.type == DNS_TYPE_SOA && zone.class == DNS_CLASS_IN);
        assert_row(rows[i].label, dns_walk_next(&walk, &rr));
        dns_builder_init(&builder, again, sizeof(again), &message.header);
        assert_row(rows[i].label, dns_builder_add_question(&builder, &zone).status == DNS_OK);
        assert_row(rows[i].label,
                   dns_builder_add_rr(&builder, rows[i].section, &rr).status == rows[i].status);
        if (rows[i].status == DNS_OK)
            assert_row(rows[i].label, bytes_equal(dns_builder_finish(&builder), wire));
    }
}

/* What section 3.1.1 asks of the zone section is for who carries an update out. */
static void zone_section_of_any_form_is_read(void **state)
{
    static const struct {
        const char *label, *wire;
        unsigned int zones;
    } zones[] = {
        { "one SOA", "1234 2800 0001 0000 0000 0000" ZONE, 1 },
        { "none", "1234 2800 0000 0000 0000 0000", 0 },
        { "two", "1234 2800 0002 0000 0000 0000" ZONE ZONE, 2 },
        { "no SOA", "1234 2800 0001 0000 0000 0000 07'example'04'test'00 0001 0001", 1 },
        { "of class NONE", "1234 2800 0001 0000 0000 0000 07'example'04'test'00 0006 00fe", 1 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(zones); i++) {
        WIRE(wire, zones[i].wire);
        struct dns_message message;
        struct byte_reader in;
        struct dns_question zone;
        unsigned int count = 0;
        char block[128];
        struct text text = text_init(block, sizeof(block));

        assert_row(zones[i].label, dns_message_read(wire, &message).status == DNS_OK);
        for (in = dns_message_questions(&message); dns_question_read(&in, &zone).status == DNS_OK;)
            count++;
        assert_row(zones[i].label, count == zones[i].zones);
        assert_row(zones[i].label, dns_header_format(&message, &text));
        assert_row(zones[i].label, strstr(block, "; ZONE: ") != NULL);
        assert_row(zones[i].label, strstr(block, ", PREREQ: 0, UPDATE: 0") != NULL);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(update_forms_are_read_and_shown),
    cmocka_unit_test(update_forms_are_built_as_they_were),
    cmocka_unit_test(zone_section_of_any_form_is_read),
};

RUN_TESTS(tests)
