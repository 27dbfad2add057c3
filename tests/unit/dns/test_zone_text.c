/* Zone text: directives, and what lines carry to those after them. */
#include "wire.h"

#include "dns/text.h"
#include "dns/zone_text.h"

static const struct dns_name origin = { .size = 6, .octets = { 4, 't', 'e', 's', 't', 0 } };

/* All records of a zone, one a line, and then the refusal, if there is one. */
static void show(const char *zone_text, struct text *text)
{
    struct dns_zone_text zone;
    struct dns_rr_text record;

    dns_zone_text_init(&zone, bytes_of_text(zone_text), &origin);
    for (;;) {
        uint8_t block[512];
        struct byte_writer out = byte_writer_init(block, sizeof(block));

        if (!dns_zone_text_next(&zone, &out, &record))
            break;
        struct dns_rr rr = dns_rr_of_text(&record);

        assert_true(dns_rr_format(&rr, text) && text_append_char(text, '\n'));
    }
    if (zone.verdict.status != DNS_OK)
        assert_true(text_append_decimal(text, zone.verdict.offset, 0) && text_append(text, ": ") &&
                    text_append(text, dns_status_text(zone.verdict.status)) &&
                    text_append_char(text, '\n'));
}

static void zone_text_carries_owner_ttl_and_class(void **state)
{
    static const struct {
        const char *label, *text, *expected;
    } rows[] = {
        { "nothing", "", "" },
        { "nothing but lines and comments", "\n ; comment\r\n\t\n; $TTL\n", "" },
        { "the owner of the line before", "a 1 A 192.0.2.1\n  2 A 192.0.2.2\n\n\tTXT x",
          "a.test.\t1\tIN\tA\t192.0.2.1\na.test.\t2\tIN\tA\t192.0.2.2\n"
          "a.test.\t2\tIN\tTXT\t\"x\"\n" },
        { "the last TTL without $TTL (RFC 1035)", "a 1 A 192.0.2.1\nb A 192.0.2.2\n",
          "a.test.\t1\tIN\tA\t192.0.2.1\nb.test.\t1\tIN\tA\t192.0.2.2\n" },
        { "$TTL, which a record's own does not change (RFC 2308)",
          "$TTL 1h\na 1 A 192.0.2.1\nb A 192.0.2.2\n$ttl 2d1s ; units\nc A 192.0.2.3\n",
          "a.test.\t1\tIN\tA\t192.0.2.1\nb.test.\t3600\tIN\tA\t192.0.2.2\n"
          "c.test.\t172801\tIN\tA\t192.0.2.3\n" },
        { "a SOA without TTL has its minimum", "@ SOA a b 1 2 3 4 5\nx A 192.0.2.1\n",
          "test.\t5\tIN\tSOA\ta.test. b.test. 1 2 3 4 5\nx.test.\t5\tIN\tA\t192.0.2.1\n" },
        { "the class", "a 1 CH TXT x\nb TXT y\nc IN TXT z\nd TXT w\n",
          "a.test.\t1\tCH\tTXT\t\"x\"\nb.test.\t1\tCH\tTXT\t\"y\"\nc.test.\t1\tIN\tTXT\t\"z\"\n"
          "d.test.\t1\tIN\tTXT\t\"w\"\n" },
        { "$ORIGIN, absolute and relative",
          "$TTL 1\n$ORIGIN b\na A 192.0.2.1\n$ORIGIN c.\n@ A 192.0.2.2\n A 192.0.2.3\n"
          "$ORIGIN .\nd NS e\n",
          "a.b.test.\t1\tIN\tA\t192.0.2.1\nc.\t1\tIN\tA\t192.0.2.2\nc.\t1\tIN\tA\t192.0.2.3\n"
          "d.\t1\tIN\tNS\te.\n" },
        { "the owner stays when the origin changes", "a 1 A 192.0.2.1\n$ORIGIN b.\n A 192.0.2.2\n",
          "a.test.\t1\tIN\tA\t192.0.2.1\na.test.\t1\tIN\tA\t192.0.2.2\n" },
        { "several lines", "@ 1 SOA a b ( ; first\n 1 ; serial\n\n 2 3\n\t4 5 )\n A 192.0.2.1",
          "test.\t1\tIN\tSOA\ta.test. b.test. 1 2 3 4 5\ntest.\t1\tIN\tA\t192.0.2.1\n" },
        { "a label that begins with a dollar sign", "\\$ttl 1 A 192.0.2.1",
          "\\$ttl.test.\t1\tIN\tA\t192.0.2.1\n" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char shown[1024];
        struct text text = text_init(shown, sizeof(shown));

        show(rows[i].text, &text);
        if (strcmp(shown, rows[i].expected) != 0)
            fail_msg("row '%s':\n%s", rows[i].label, shown);
    }
}

static void zone_text_is_refused_and_says_where(void **state)
{
    static const struct {
        const char *label, *text;
        size_t offset;
        enum dns_status status;
    } rows[] = {
        { "no owner", "\n A 192.0.2.1", 1, DNS_TEXT_OWNER },
        { "no TTL", "\na A 192.0.2.1", 1, DNS_TEXT_TTL },
        { "a file", "$TTL 1\n$INCLUDE other.zone", 7, DNS_TEXT_INCLUDE },
        { "a directive of one server alone", "$GENERATE 1-2 a A 192.0.2.$", 0, DNS_TEXT_DIRECTIVE },
        { "$TTL of nothing", "$TTL ; 1", 8, DNS_TEXT_MISSING },
        { "$TTL past 31 bits (RFC 2181 section 8)", "$TTL 2147483648", 5, DNS_TEXT_NUMBER },
        { "$TTL of a word", "$TTL day", 5, DNS_TEXT_NUMBER },
        { "$TTL and more", "$TTL 1 2", 7, DNS_TEXT_TRAILING },
        { "$ORIGIN of nothing", "$ORIGIN\na 1 A 192.0.2.1", 7, DNS_TEXT_MISSING },
        { "$ORIGIN with an empty label", "$ORIGIN a..b.", 10, DNS_TEXT_LABEL_EMPTY },
        { "an unknown type", "a 1 IN FOO bar", 7, DNS_TEXT_TYPE },
        { "parentheses that stay open", "a 1 TXT (x\ny", 12, DNS_TEXT_PARENTHESIS },
        { "a quote that stays open", "a 1 TXT \"x\ny\"", 8, DNS_TEXT_QUOTE },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct dns_zone_text zone;
        struct dns_rr_text record = { .type = 7 };
        uint8_t block[64];
        struct byte_writer out = byte_writer_init(block, sizeof(block));

        dns_zone_text_init(&zone, bytes_of_text(rows[i].text), &origin);
        assert_row(rows[i].label, !dns_zone_text_next(&zone, &out, &record));
        if (zone.verdict.status != rows[i].status || zone.verdict.offset != rows[i].offset)
            fail_msg("row '%s': %s at %zu", rows[i].label, dns_status_text(zone.verdict.status),
                     zone.verdict.offset);
        assert_row(rows[i].label, record.type == 7 && out.position == 0);
        assert_row(rows[i].label, !dns_zone_text_next(&zone, &out, &record));
        assert_row(rows[i].label, zone.verdict.status == rows[i].status);
    }
}

static void zone_text_gives_what_stands_before_a_refusal(void **state)
{
    char shown[256];
    struct text text = text_init(shown, sizeof(shown));

    (void)state;
    show("a 1 A 192.0.2.1\nb A 192.0.2.\nc A 192.0.2.3\n", &text);
    assert_string_equal(shown, "a.test.\t1\tIN\tA\t192.0.2.1\n20: an address is not well formed\n");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(zone_text_carries_owner_ttl_and_class),
    cmocka_unit_test(zone_text_is_refused_and_says_where),
    cmocka_unit_test(zone_text_gives_what_stands_before_a_refusal),
};

RUN_TESTS(tests)
