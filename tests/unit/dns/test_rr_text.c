/* Lines of a zone file: words, owners, TTLs, classes, and what is wrong with them. */
#include "wire.h"

#include "dns/rr_text.h"
#include "dns/text.h"

static const struct dns_name origin = { .size = 6, .octets = { 4, 't', 'e', 's', 't', 0 } };

static void rr_lines_are_read_as_zone_files_have_them(void **state)
{
    static const struct {
        const char *label, *text, *expected;
    } rows[] = {
        { "all is said", "a.example. 60 CH TXT x", "a.example.\t60\tCH\tTXT\t\"x\"" },
        { "the class before the TTL", "a. IN 60 A 192.0.2.1", "a.\t60\tIN\tA\t192.0.2.1" },
        { "neither", "a. A 192.0.2.1", "a.\t300\tIN\tA\t192.0.2.1" },
        { "small letters", "a. in mx 10 b.", "a.\t300\tIN\tMX\t10 b." },
        { "units", "a. 1W2d3h4M5s A 192.0.2.1", "a.\t788645\tIN\tA\t192.0.2.1" },
        { "relative names", "www MX 10 mail", "www.test.\t300\tIN\tMX\t10 mail.test." },
        { "a dot that is part of a label", "a\\. A 192.0.2.1",
          "a\\..test.\t300\tIN\tA\t192.0.2.1" },
        { "the origin", "@ NS @", "test.\t300\tIN\tNS\ttest." },
        { "the owner of the line before", "\tA 192.0.2.1", "before.\t300\tIN\tA\t192.0.2.1" },
        { "all in parentheses", "@ SOA ns root ( 1 ; serial (\n 1h\r\n\t15m 1w 1d)",
          "test.\t300\tIN\tSOA\tns.test. root.test. 1 3600 900 604800 86400" },
        { "quotes, and words beside them", "a. TXT \"; ( \\\" \\\\\"b\"\"",
          "a.\t300\tIN\tTXT\t\"; ( \\\" \\\\\" \"b\" \"\"" },
        { "escapes", "\\097\\b\\. TXT \\000\\;\\ x", "ab\\..test.\t300\tIN\tTXT\t\"\\000; x\"" },
        { "an unknown type and class (RFC 3597 section 5)",
          "a. CLASS32 TYPE731 \\# 6 abcdef (\n01 2345)",
          "a.\t300\tCLASS32\tTYPE731\t\\# 6 abcdef012345" },
        { "a known type as an unknown one", "a. TYPE1 \\# 4 0A000001", "a.\t300\tIN\tA\t10.0.0.1" },
        { "A in a class that it is not defined for", "a. CH A \\# 1 ff",
          "a.\t300\tCH\tA\t\\# 1 ff" },
        { "base64 in pieces", "a. OPENPGPKEY A QID BA= =", "a.\t300\tIN\tOPENPGPKEY\tAQIDBA==" },
        { "parameters in any order", "a. SVCB 1 . key99=\"a b\" port=53 alpn=\"h2\"",
          "a.\t300\tIN\tSVCB\t1 . alpn=\"h2\" port=53 key99=\"a b\"" },
        { "types in any order", "a. NSEC b. TYPE1234 A CAA NSEC A",
          "a.\t300\tIN\tNSEC\tb. A NSEC CAA TYPE1234" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct dns_name owner = { .size = 8, .octets = { 6, 'b', 'e', 'f', 'o', 'r', 'e', 0 } };
        struct dns_rr_defaults defaults = { &origin, &owner, 300, 1 };
        struct dns_scan scan = dns_scan_init(bytes_of_text(rows[i].text));
        struct dns_rr_text record;
        uint8_t block[256];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        struct dns_verdict verdict = dns_rr_parse(&scan, &defaults, &out, &record);
        char shown[512];
        struct text text = text_init(shown, sizeof(shown));

        if (verdict.status != DNS_OK)
            fail_msg("row '%s': %s at %zu", rows[i].label, dns_status_text(verdict.status),
                     verdict.offset);
        struct dns_rr rr = dns_rr_of_text(&record);

        assert_row(rows[i].label, dns_rr_format(&rr, &text));
        if (strcmp(shown, rows[i].expected) != 0)
            fail_msg("row '%s': %s, expected %s", rows[i].label, shown, rows[i].expected);
    }
}

static void rr_lines_that_are_wrong_are_refused_and_say_where(void **state)
{
    static const struct {
        const char *label, *text;
        enum dns_status status;
        size_t offset;
    } rows[] = {
        { "an owner alone", "a.", DNS_TEXT_MISSING, 2 },
        { "a blank owner first", " A 192.0.2.1", DNS_TEXT_OWNER, 0 },
        { "an owner with an empty label", "a..b. A 192.0.2.1", DNS_TEXT_LABEL_EMPTY, 2 },
        { "a TTL that is too great", "a. 4294967296 A 192.0.2.1", DNS_TEXT_TYPE, 3 },
        { "a TTL without its unit", "a. 1h30 A 192.0.2.1", DNS_TEXT_TYPE, 3 },
        { "two TTLs", "a. 1 2 A 192.0.2.1", DNS_TEXT_TYPE, 5 },
        { "an unknown type", "a. NOTYPE x", DNS_TEXT_TYPE, 3 },
        { "a type past 65535", "a. TYPE65536 \\# 0", DNS_TEXT_TYPE, 3 },
        { "too few words", "a. MX 10", DNS_TEXT_MISSING, 8 },
        { "too many words", "a. A 192.0.2.1 x", DNS_TEXT_TRAILING, 15 },
        { "a quote that is open", "a. TXT \"x\ny\"", DNS_TEXT_QUOTE, 7 },
        { "a parenthesis that is open", "a. A ( 192.0.2.1\n", DNS_TEXT_PARENTHESIS, 17 },
        { "a parenthesis that was not open", "a. A ) 192.0.2.1", DNS_TEXT_PARENTHESIS, 5 },
        { "an escape past 255", "a. TXT \\256", DNS_TEXT_ESCAPE, 7 },
        { "a number past its field", "a. MX 65536 b.", DNS_TEXT_NUMBER, 6 },
        { "an address with a fifth part", "a. A 192.0.2.1.5", DNS_TEXT_ADDRESS, 5 },
        { "an address with two gaps", "a. AAAA 1::2::3", DNS_TEXT_ADDRESS, 8 },
        { "an address of nine groups", "a. AAAA 1:2:3:4:5:6:7:8:9", DNS_TEXT_ADDRESS, 8 },
        { "an address that ends with a colon", "a. AAAA 1::2:", DNS_TEXT_ADDRESS, 8 },
        { "a locator of three groups", "a. L64 10 1:2:3", DNS_TEXT_ADDRESS, 10 },
        { "EUI-48 with colons", "a. EUI48 00:00:5e:00:53:2a", DNS_TEXT_ADDRESS, 9 },
        { "half an octet", "a. TLSA 0 0 1 abc", DNS_TEXT_HEX, 14 },
        { "base64 without padding", "a. OPENPGPKEY AQ", DNS_TEXT_BASE64, 14 },
        { "base64 with bits that are lost", "a. OPENPGPKEY AR==", DNS_TEXT_BASE64, 14 },
        { "the 31st of February",
          "a. RRSIG A 5 3 1 20030231000000 20030220173103 1 b. eA==", DNS_TEXT_TIME, 17 },
        { "the 24th hour",
          "a. RRSIG A 5 3 1 20030228240000 20030220173103 1 b. eA==", DNS_TEXT_TIME, 17 },
        { "a location past the pole", "a. LOC 90 0 0.001 N 0 E 0m", DNS_TEXT_LOCATION, 18 },
        { "a prefix of no known family", "a. APL 3:1/2", DNS_TEXT_PREFIX, 7 },
        { "a prefix that is too long", "a. APL 1:10.0.0.0/33", DNS_PREFIX_SIZE, 6 },
        { "a digest of another size", "a. DS 1 8 1 00", DNS_DIGEST_SIZE, 5 },
        { "a parameter that is not known", "a. SVCB 1 . speed=9", DNS_TEXT_PARAM, 12 },
        { "a parameter twice", "a. SVCB 1 . port=1 port=2", DNS_PARAM_ORDER, 19 },
        { "fewer octets than said", "a. TYPE731 \\# 2 ab", DNS_TEXT_OCTETS_SIZE, 16 },
        { "an unknown type that is said in words", "a. TYPE731 ab", DNS_TEXT_OPAQUE, 11 },
        { "a name that points elsewhere", "a. NS \\# 2 c00c", DNS_POINTER_NOT_BACKWARD, 5 },
        { "a name past 255 octets with its origin",
          "a.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa A 192.0.2.1",
          DNS_NAME_SIZE, 251 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct dns_rr_defaults defaults = { .origin = &origin, .ttl_s = 300, .class = 1 };
        struct dns_scan scan = dns_scan_init(bytes_of_text(rows[i].text));
        struct dns_rr_text record = { .type = 7 };
        uint8_t block[256];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        struct dns_verdict verdict = dns_rr_parse(&scan, &defaults, &out, &record);

        if (verdict.status != rows[i].status)
            fail_msg("row '%s': %s at %zu", rows[i].label, dns_status_text(verdict.status),
                     verdict.offset);
        if (verdict.offset != rows[i].offset)
            fail_msg("row '%s': at %zu", rows[i].label, verdict.offset);
        assert_row(rows[i].label, record.type == 7 && out.position == 0 && scan.in.position == 0);
    }
}

static void scan_moves_from_line_to_line(void **state)
{
    struct dns_scan scan = dns_scan_init(bytes_of_text("a b ; c\r\n\n( d\ne ) \"f\" ; g"));

    (void)state;
    assert_int_equal(dns_scan_next(&scan), DNS_OK);
    assert_int_equal(dns_scan_end(&scan), DNS_TEXT_TRAILING);
    assert_int_equal(dns_scan_next(&scan), DNS_OK);
    assert_int_equal(dns_scan_next(&scan), DNS_TEXT_MISSING);
    assert_true(bytes_equal(byte_reader_rest(&scan.word), bytes_of_text("b")));
    assert_int_equal(dns_scan_end(&scan), DNS_OK);
    assert_true(dns_scan_is_done(&scan));
    assert_int_equal(dns_scan_end(&scan), DNS_OK);
    assert_int_equal(dns_scan_next(&scan), DNS_OK);
    assert_true(bytes_equal(byte_reader_rest(&scan.word), bytes_of_text("d")));
    assert_int_equal(dns_scan_next(&scan), DNS_OK);
    assert_true(bytes_equal(byte_reader_rest(&scan.word), bytes_of_text("e")));
    assert_false(scan.is_quoted);
    assert_int_equal(dns_scan_next(&scan), DNS_OK);
    assert_true(bytes_equal(byte_reader_rest(&scan.word), bytes_of_text("f")));
    assert_true(scan.is_quoted);
    assert_int_equal(dns_scan_end(&scan), DNS_OK);
    assert_true(byte_reader_is_done(&scan.in));
}

static void rr_times_go_from_1970_to_2106(void **state)
{
    static const struct {
        const char *wire, *date;
    } rows[] = {
        { "00000000", "19700101000000" }, { "00000001", "19700101000001" },
        { "38bc5d7f", "20000229235959" }, { "38bc5d80", "20000301000000" },
        { "7fffffff", "20380119031407" }, { "80000000", "20380119031408" },
        { "f4865700", "21000101000000" }, { "ffffffff", "21060207062815" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char notation[128];
        char line[128];
        char shown[256];
        struct text octets = text_init(notation, sizeof(notation));
        struct text line_text = text_init(line, sizeof(line));
        struct text text = text_init(shown, sizeof(shown));

        assert_true(text_append(&octets, "0001050300000001") &&
                    text_append(&octets, rows[i].wire) && text_append(&octets, "00000000000100ff"));
        assert_true(text_append(&line_text, "A 5 3 1 ") && text_append(&line_text, rows[i].date) &&
                    text_append(&line_text, " 19700101000000 1 . /w=="));
        WIRE(wire, notation);
        struct dns_rr rr = { .type = DNS_TYPE_RRSIG, .class = 1, .rdata = byte_reader_init(wire) };

        assert_row(rows[i].date, dns_rdata_format(&rr, &text));
        if (strcmp(shown, line) != 0)
            fail_msg("%s, expected %s", shown, line);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(rr_lines_are_read_as_zone_files_have_them),
    cmocka_unit_test(rr_lines_that_are_wrong_are_refused_and_say_where),
    cmocka_unit_test(scan_moves_from_line_to_line),
    cmocka_unit_test(rr_times_go_from_1970_to_2106),
};

RUN_TESTS(tests)
