/*
 * Service parameters: the examples of RFC 9460 appendix D, those that it accepts and those that it
 * refuses, the examples of the documents that brought more keys, and what else they say of text and
 * values.
 */
#include "wire.h"

#include "dns/code.h"
#include "dns/field_param.h"
#include "dns/rr_text.h"

#include <stdio.h>

#define FOO "03'foo'07'example'03'com'00 "
#define FOO_ORG "03'foo'07'example'03'org'00 "
#define DNS_ORG "03'dns'07'example'03'org'00 "
#define NET "'example'03'net'00 "

/* Lines as the documents print them (RDATA of the class IN), and their octets. */
static const struct {
    const char *label;
    uint16_t type;
    const char *text, *wire;
} accepted[] = {
    { "RFC 9460 figure 2: AliasMode", DNS_TYPE_HTTPS, "0 foo.example.com.", "0000 " FOO },
    { "RFC 9460 figure 3: TargetName is \".\"", DNS_TYPE_SVCB, "1 .", "0001 00" },
    { "RFC 9460 figure 4: a port", DNS_TYPE_SVCB, "16 foo.example.com. port=53",
      "0010 " FOO "0003 0002 0035" },
    { "RFC 9460 figure 5: a generic key and unquoted value", DNS_TYPE_SVCB,
      "1 foo.example.com. key667=hello", "0001 " FOO "029b 0005 'hello'" },
    { "RFC 9460 figure 6: a quoted value with a decimal escape", DNS_TYPE_SVCB,
      "1 foo.example.com. key667=\"hello\\210qoo\"", "0001 " FOO "029b 0009 'hello'd2'qoo'" },
    { "RFC 9460 figure 7: two quoted IPv6 hints", DNS_TYPE_SVCB,
      "1 foo.example.com. (\n ipv6hint=\"2001:db8::1,2001:db8::53:1\"\n )",
      "0001 " FOO "0006 0020 20010db8000000000000000000000001 20010db8000000000000000000530001" },
    { "RFC 9460 figure 8: an IPv6 hint with IPv4 inside", DNS_TYPE_SVCB,
      "1 example.com. ipv6hint=\"2001:db8:122:344::192.0.2.33\"",
      "0001 07'example'03'com'00 0006 0010 20010db80122034400000000c0000221" },
    { "RFC 9460 figure 9: keys in any order", DNS_TYPE_SVCB,
      "16 foo.example.org. (\n alpn=h2,h3-19 mandatory=ipv4hint,alpn\n ipv4hint=192.0.2.1\n )",
      "0010 " FOO_ORG "0000 0004 0001 0004  0001 0009 02'h2'05'h3-19' 0004 0004 c0000201" },
    { "RFC 9460 figure 10: a comma and a backslash, quoted", DNS_TYPE_SVCB,
      "16 foo.example.org. alpn=\"f\\\\\\\\oo\\\\,bar,h2\"",
      "0010 " FOO_ORG "0001 000c 08'f'5c'oo,bar'02'h2'" },
    { "RFC 9460 figure 10: a comma and a backslash, escaped", DNS_TYPE_SVCB,
      "16 foo.example.org. alpn=f\\\\\\092oo\\092,bar,h2",
      "0010 " FOO_ORG "0001 000c 08'f'5c'oo,bar'02'h2'" },
    { "RFC 9460 appendix A.1: a list, quoted", DNS_TYPE_SVCB,
      "1 . alpn=\"part1,part2,part3\\\\,part4\\\\\\\\\"",
      "0001 00 0001 0019 05'part1'05'part2'0c'part3,part4'5c" },
    { "RFC 9460 appendix A.1: the same list, escaped", DNS_TYPE_SVCB,
      "1 . alpn=part1\\,\\p\\a\\r\\t2\\044part3\\092,part4\\092\\\\",
      "0001 00 0001 0019 05'part1'05'part2'0c'part3,part4'5c" },
    { "RFC 9460 section 2.3: a service of another name", DNS_TYPE_SVCB,
      "3 svc4.example.net. (\n alpn=\"bar\" port=\"8004\" )",
      "0003 04'svc4'07" NET "0001 0004 03'bar' 0003 0002 1f44" },
    { "RFC 9460 section 2.5.2: at the owner itself", DNS_TYPE_HTTPS, "1 . port=8002",
      "0001 00 0003 0002 1f42" },
    { "RFC 9460 section 8: keys by number", DNS_TYPE_SVCB,
      "1 . ipv6hint=::1 key65333=ex1 key65444=ex2 mandatory=key65444,ipv6hint",
      "0001 00 0000 0004 0006 ffa4  0006 0010 00000000000000000000000000000001 "
      "ff35 0003 'ex1' ffa4 0003 'ex2'" },
    { "RFC 9460 section 7.1.1: an identifier as octets", DNS_TYPE_SVCB, "1 . key1=\\002h2",
      "0001 00 0001 0003 02'h2'" },
    { "RFC 9460 section 2.1: no value, an empty one, and an empty one in quotes", DNS_TYPE_SVCB,
      "1 . key667 key668= key669=\"\"", "0001 00 029b 0000 029c 0000 029d 0000" },
    { "RFC 9460 section 2.1: an = in a value", DNS_TYPE_SVCB, "1 . key667=a=b",
      "0001 00 029b 0003 'a=b'" },
    { "RFC 9460 section 2.1: a known key by its number", DNS_TYPE_SVCB, "1 . key3=\\000\\053",
      "0001 00 0003 0002 0035" },
    { "RFC 9460 section 2.4.2: parameters of an alias, which nobody looks at", DNS_TYPE_SVCB,
      "0 . mandatory=port no-default-alpn", "0000 00 0000 0002 0003 0002 0000" },
    { "RFC 9460 section 7.1.1: no-default-alpn beside alpn", DNS_TYPE_SVCB,
      "1 . no-default-alpn=\"\" alpn=h2", "0001 00 0001 0003 02'h2' 0002 0000" },
    { "RFC 9460 section 14.3.2: the key that is not valid", DNS_TYPE_SVCB, "1 . key65535=x",
      "0001 00 ffff 0001 'x'" },
    { "RFC 9848: a list of one configuration", DNS_TYPE_HTTPS,
      "1 . ech=AAj+DQAEAQIDBA==", "0001 00 0005 000a 0008 fe0d 0004 01020304" },
    { "RFC 9848: no list, which is for TLS to say", DNS_TYPE_HTTPS,
      "1 . ech=AQIDBA==", "0001 00 0005 0004 01020304" },
    { "RFC 9461 section 5: a path", DNS_TYPE_SVCB, "1 . dohpath=/q{?dns}",
      "0001 00 0007 0008 '/q{?dns}'" },
    { "RFC 9461 section 5: a path in UTF-8", DNS_TYPE_SVCB, "1 . dohpath=\"/\\195\\169{?dns}\"",
      "0001 00 0007 0009 '/'c3a9'{?dns}'" },
    { "RFC 6570: among other variables", DNS_TYPE_SVCB, "1 . dohpath=\"/{x}{?y*,dns:3,z}\"",
      "0001 00 0007 0011 '/{x}{?y*,dns:3,z}'" },
    { "RFC 9462 section 4: DoH at resolver.arpa", DNS_TYPE_SVCB,
      "1 doh.example.net (\n alpn=h2 dohpath=/dns-query{?dns} )",
      "0001 03'doh'07" NET "0001 0003 02'h2' 0007 0010 '/dns-query{?dns}'" },
    { "RFC 9462 section 4: DoT", DNS_TYPE_SVCB, "1 dot.example.net (\n alpn=dot port=8530 )",
      "0001 03'dot'07" NET "0001 0004 03'dot' 0003 0002 2152" },
    { "RFC 9462 section 4: DoQ", DNS_TYPE_SVCB, "1 doq.example.net (\n alpn=doq port=8530 )",
      "0001 03'doq'07" NET "0001 0004 03'doq' 0003 0002 2152" },
    { "RFC 9540 section 4: a service that takes oblivious requests", DNS_TYPE_HTTPS,
      "1 . alpn=h2 ohttp", "0001 00 0001 0003 02'h2' 0008 0000" },
    { "RFC 9540 section 4: and they must be", DNS_TYPE_SVCB,
      "1 . mandatory=ohttp ohttp dohpath=/dns-query{?dns} alpn=h2",
      "0001 00 0000 0002 0008 0001 0003 02'h2' 0007 0010 '/dns-query{?dns}' 0008 0000" },
    { "draft-ietf-tls-key-share-prediction-04 section 3.1", DNS_TYPE_SVCB,
      "3 server.example.net. (\n port=\"8004\" tls-supported-groups=29,23 )",
      "0003 06'server'07" NET "0003 0002 1f44 0009 0004 001d 0017" },
    { "RFC 9953 section 3.2: the root path", DNS_TYPE_SVCB,
      "1 dns.example.org (\n alpn=co docpath )", "0001 " DNS_ORG "0001 0003 02'co' 000a 0000" },
    { "RFC 9953 section 3.2: /dns", DNS_TYPE_SVCB, "1 dns.example.org (\n alpn=co docpath=dns )",
      "0001 " DNS_ORG "0001 0003 02'co' 000a 0004 03'dns'" },
    { "RFC 9953 section 3.2: /n/s", DNS_TYPE_SVCB, "1 dns.example.org (\n alpn=co docpath=n,s )",
      "0001 " DNS_ORG "0001 0003 02'co' 000a 0004 01'n'01's'" },
    { "RFC 9953 section 3.2: beside dohpath", DNS_TYPE_SVCB,
      "1 dns.example.org (\n alpn=h3,co dohpath=/{?dns} docpath )",
      "0001 " DNS_ORG "0001 0006 02'h3'02'co' 0007 0007 '/{?dns}' 000a 0000" },
    { "draft-ietf-intarea-proxy-config-13 section 2.1", DNS_TYPE_HTTPS, "1 . alpn=\"h3,h2\" pvd",
      "0001 00 0001 0006 02'h3'02'h2' 000b 0000" },
};

static struct dns_verdict parse(uint16_t type, const char *line, struct byte_writer *out)
{
    struct dns_scan scan = dns_scan_init(bytes_of_text(line));
    struct dns_rdata_form form = { .type = type, .class = DNS_CLASS_IN };

    return dns_rdata_parse(&scan, &form, out);
}

static void params_of_the_documents_are_read_and_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(accepted); i++) {
        uint8_t block[512];
        char shown[1024];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        struct text text = text_init(shown, sizeof(shown));
        WIRE(wire, accepted[i].wire);
        struct dns_rr rr = { .type = accepted[i].type,
                             .class = DNS_CLASS_IN,
                             .rdata = byte_reader_init(wire) };
        struct dns_verdict verdict = parse(accepted[i].type, accepted[i].text, &out);

        if (verdict.status != DNS_OK)
            fail_msg("row '%s': %s at %zu", accepted[i].label, dns_status_text(verdict.status),
                     verdict.offset);
        assert_row(accepted[i].label, bytes_equal(byte_writer_written(&out), wire));
        assert_row(accepted[i].label, dns_rdata_check(&rr).status == DNS_OK);
        assert_row(accepted[i].label, dns_rdata_format(&rr, &text));
        out = byte_writer_init(block, sizeof(block));
        assert_row(accepted[i].label, parse(accepted[i].type, shown, &out).status == DNS_OK);
        assert_row(accepted[i].label, bytes_equal(byte_writer_written(&out), wire));
        assert_row(accepted[i].label, strncmp(shown, "\\#", 2) != 0);
    }
}

/* What stands behind "1 foo.example.com." is refused. */
static const struct {
    const char *label, *text;
    enum dns_status status;
} refused[] = {
    { "RFC 9460 figure 11: a key twice", "(\n key123=abc key123=def\n )", DNS_PARAM_ORDER },
    { "RFC 9460 figure 12: mandatory of nothing", "mandatory", DNS_PARAM_VALUE },
    { "RFC 9460 figure 12: alpn of nothing", "alpn", DNS_PARAM_VALUE },
    { "RFC 9460 figure 12: port of nothing", "port", DNS_PARAM_VALUE },
    { "RFC 9460 figure 12: ipv4hint of nothing", "ipv4hint", DNS_PARAM_VALUE },
    { "RFC 9460 figure 12: ipv6hint of nothing", "ipv6hint", DNS_PARAM_VALUE },
    { "RFC 9460 figure 13: a value of no-default-alpn", "no-default-alpn=abc", DNS_TEXT_PARAM },
    { "RFC 9460 figure 14: what is mandatory is missing", "mandatory=key123",
      DNS_PARAM_MANDATORY_MISSING },
    { "RFC 9460 figure 15: mandatory is mandatory", "mandatory=mandatory", DNS_PARAM_VALUE },
    { "RFC 9460 figure 16: mandatory twice", "(\n mandatory=key123,key123 key123=abc\n )",
      DNS_TEXT_PARAM },
    { "RFC 9460 section 2.1: a key of capitals", "ALPN=h2", DNS_TEXT_PARAM },
    { "RFC 9460 section 2.1: a number with a zero in front", "key0667=x", DNS_TEXT_PARAM },
    { "RFC 9460 section 2.1: a number in capitals", "KEY667=x", DNS_TEXT_PARAM },
    { "RFC 9460 section 2.1: no number", "key=x", DNS_TEXT_PARAM },
    { "RFC 9460 section 2.1: a number past 65535", "key65536=x", DNS_TEXT_PARAM },
    { "RFC 9460 section 2.1: no key", "=x", DNS_TEXT_PARAM },
    { "RFC 9460 section 2.1: a name and its number", "port=53 key3=\\000\\053", DNS_PARAM_ORDER },
    { "RFC 9460 section 2.1: a known key by a number, with another size", "key3=x",
      DNS_PARAM_VALUE },
    { "RFC 9460 section 7.1.1: an empty identifier", "alpn=h2,,h3", DNS_PARAM_VALUE },
    { "RFC 9460 section 7.1.1: an empty identifier at the end", "alpn=h2,", DNS_PARAM_VALUE },
    { "RFC 9460 section 7.1.1: no-default-alpn alone", "no-default-alpn", DNS_PARAM_ALPN_MISSING },
    { "RFC 9460 appendix A.1: a backslash before another character", "alpn=\"h\\\\2\"",
      DNS_TEXT_ESCAPE },
    { "RFC 9460 section 7.2: a port past 65535", "port=65536", DNS_TEXT_PARAM },
    { "RFC 9460 section 7.2: an escape in a port", "port=\\053", DNS_TEXT_PARAM },
    { "RFC 9460 section 7.2: an empty port", "port=\"\"", DNS_TEXT_PARAM },
    { "RFC 9460 section 7.3: an escape in a hint", "ipv4hint=192.0.2.1\\044192.0.2.2",
      DNS_TEXT_ADDRESS },
    { "RFC 9460 section 7.3: an address of the other family", "ipv4hint=2001:db8::1",
      DNS_TEXT_ADDRESS },
    { "RFC 9460 section 7.3: an empty address", "ipv6hint=::1,", DNS_TEXT_ADDRESS },
    { "RFC 9460 section 8: an escape among the keys", "mandatory=p\\111rt port=1", DNS_TEXT_PARAM },
    { "RFC 9461 section 5: no path", "dohpath", DNS_PARAM_VALUE },
    { "RFC 9461 section 5: no variable", "dohpath=/dns-query", DNS_PARAM_VALUE },
    { "RFC 9461 section 5: another variable", "dohpath=/dns-query{?dnss}", DNS_PARAM_VALUE },
    { "RFC 9461 section 5: an expression without an end", "dohpath=/dns-query{?dns",
      DNS_PARAM_VALUE },
    { "RFC 9461 section 5: a variable outside of braces", "dohpath=/{?x}dns}", DNS_PARAM_VALUE },
    { "RFC 9461 section 5: not relative", "dohpath=https://example.com/{?dns}", DNS_PARAM_VALUE },
    { "RFC 9461 section 5: no UTF-8", "dohpath=\"/\\255{?dns}\"", DNS_PARAM_VALUE },
    { "RFC 9540 section 4: a value of ohttp", "ohttp=1", DNS_TEXT_PARAM },
    { "tls-supported-groups of nothing", "tls-supported-groups", DNS_PARAM_VALUE },
    { "tls-supported-groups with a group twice", "tls-supported-groups=29,23,29", DNS_PARAM_VALUE },
    { "tls-supported-groups past 65535", "tls-supported-groups=65536", DNS_TEXT_PARAM },
    { "tls-supported-groups with an escape", "tls-supported-groups=2\\057", DNS_TEXT_PARAM },
    { "tls-supported-groups that end with a comma", "tls-supported-groups=29,", DNS_TEXT_PARAM },
    { "RFC 9953 section 3.1: an empty segment", "docpath=a,,b", DNS_PARAM_VALUE },
    { "a value of pvd", "pvd=x", DNS_TEXT_PARAM },
};

static void params_that_the_documents_forbid_are_refused_as_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(refused); i++) {
        char line[256];
        uint8_t block[512];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        struct dns_verdict verdict;

        (void)snprintf(line, sizeof(line), "1 foo.example.com. %s", refused[i].text);
        verdict = parse(DNS_TYPE_SVCB, line, &out);
        if (verdict.status != refused[i].status)
            fail_msg("row '%s': %s", refused[i].label, dns_status_text(verdict.status));
        assert_row(refused[i].label, out.position == 0 && verdict.offset <= strlen(line));
    }
}

/* Groups in every window of the look-up, and one that comes again. */
static void params_find_a_group_that_is_there_twice_among_all_groups(void **state)
{
    CLEANUP(free_pointer) uint8_t *block = malloc(65535);
    static const uint8_t head[] = { 0, 9, 0xFF, 0xF0 };
    size_t size = sizeof(head) + 0xFFF0;

    (void)state;
    assert_non_null(block);
    memcpy(block, head, sizeof(head));
    for (unsigned int i = 0; i < 0xFFF0 / 2; i++) {
        unsigned int group = i * 0x8001U & 0xFFFFU;

        block[sizeof(head) + 2 * i] = (uint8_t)(group >> 8);
        block[sizeof(head) + 2 * i + 1] = (uint8_t)group;
    }
    for (unsigned int i = 0; i < 2; i++) {
        struct byte_reader in = byte_reader_init(bytes_of(block, size));

        assert_int_equal(dns_params_check(1, &in), i == 0 ? DNS_OK : DNS_PARAM_VALUE);
        memcpy(block + size - 2, block + sizeof(head), 2);
    }
}

/* Writes `count` keys that fall, as one of two lists: of parameters, or of what is mandatory. */
static void write_falling(char *line, size_t room, unsigned int count, bool is_mandatory)
{
    struct text text = text_init(line, room);

    assert_true(text_append(&text, is_mandatory ? "1 . mandatory=" : "1 ."));
    for (unsigned int i = 0; i < count; i++) {
        assert_true(text_append(&text, is_mandatory ? (i == 0 ? "key" : ",key") : " key"));
        assert_true(text_append_decimal(&text, 65000 - i, 0));
    }
}

static void params_in_disorder_are_read_up_to_a_limit(void **state)
{
    static const struct {
        bool is_mandatory;
        unsigned int count;
        enum dns_status status;
    } rows[] = {
        { false, 1000, DNS_OK },
        { false, 16000, DNS_TEXT_DISORDER },
        { true, 1000, DNS_PARAM_MANDATORY_MISSING },
        { true, 30000, DNS_TEXT_DISORDER },
    };
    enum { LINE_MAX = 400000 };
    CLEANUP(free_pointer) char *line = malloc(LINE_MAX);
    CLEANUP(free_pointer) uint8_t *block = malloc(65535);

    (void)state;
    assert_non_null(line);
    assert_non_null(block);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct byte_writer out = byte_writer_init(block, 65535);

        write_falling(line, LINE_MAX, rows[i].count, rows[i].is_mandatory);
        assert_int_equal(parse(DNS_TYPE_SVCB, line, &out).status, rows[i].status);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(params_of_the_documents_are_read_and_come_back),
    cmocka_unit_test(params_that_the_documents_forbid_are_refused_as_text),
    cmocka_unit_test(params_in_disorder_are_read_up_to_a_limit),
    cmocka_unit_test(params_find_a_group_that_is_there_twice_among_all_groups),
};

RUN_TESTS(tests)
