/* What a message says, in the form that dig prints; and the names of numbers. */
#include "wire.h"

#include "dns/code.h"
#include "dns/rrtype.h"
#include "dns/text.h"

static void header_is_shown_with_flags_and_counts(void **state)
{
    static const struct {
        const char *wire, *expected;
    } rows[] = {
        { "3039 0120 0000 0000 0000 0000",
          ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 12345\n"
          ";; flags: rd ad; QUERY: 0, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 0" },
        { "0001 87f3 0000 0001 0000 0000 00 ff00 0001 00000000 0000",
          ";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1\n"
          ";; flags: qr aa tc rd ra z ad cd; QUERY: 0, ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 0" },
        { "ffff a80f 0000 0000 0000 0000",
          ";; ->>HEADER<<- opcode: UPDATE, status: RCODE15, id: 65535\n"
          ";; flags: qr; ZONE: 0, PREREQ: 0, UPDATE: 0, ADDITIONAL: 0" },
        { "0000 7800 0000 0000 0000 0001 00 0029 0200 01000000 0000",
          ";; ->>HEADER<<- opcode: OPCODE15, status: BADVERS, id: 0\n"
          ";; flags:; QUERY: 0, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 1" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(wire, rows[i].wire);
        struct dns_message message;
        char block[512];
        struct text text = text_init(block, sizeof(block));

        assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
        assert_true(dns_header_format(&message, &text));
        assert_string_equal(block, rows[i].expected);
        text = text_init(block, text.size);
        assert_false(dns_header_format(&message, &text));
        assert_int_equal(text.size, 0);
    }
}

static void edns_is_shown_with_its_options(void **state)
{
    WIRE(options, "000a 0002 beef 0003 0000");
    static const struct {
        uint16_t flags;
        bool with_options;
        const char *expected;
    } rows[] = {
        { 0, false, "; EDNS: version: 0, flags:; udp: 1232" },
        { DNS_EDNS_DO, true,
          "; EDNS: version: 0, flags: do; udp: 1232\n; COOKIE: be ef (\"..\")\n; NSID:" },
        { 0xFFFF, false, "; EDNS: version: 0, flags: do co; MBZ: 0x3fff, udp: 1232" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct dns_edns edns = { .udp_size = 1232, .flags = rows[i].flags };
        char block[256];
        struct text text = text_init(block, sizeof(block));

        if (rows[i].with_options)
            edns.options = options;
        assert_true(dns_edns_format(&edns, &text));
        assert_string_equal(block, rows[i].expected);
        text = text_init(block, text.size);
        assert_false(dns_edns_format(&edns, &text));
        assert_int_equal(text.size, 0);
    }
}

static void question_is_shown_with_class_and_type(void **state)
{
    static const struct {
        uint16_t type, class;
        const char *expected;
    } rows[] = {
        { DNS_TYPE_AAAA, DNS_CLASS_IN, ".\tIN\tAAAA" },
        { DNS_TYPE_AXFR, DNS_CLASS_CH, ".\tCH\tAXFR" },
        { 65280, 65281, ".\tCLASS65281\tTYPE65280" },
        { 0, 0, ".\tCLASS0\tTYPE0" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct dns_question question = { dns_name_root(), rows[i].type, rows[i].class };
        char block[64];
        struct text text = text_init(block, sizeof(block));

        assert_true(dns_question_format(&question, &text));
        assert_string_equal(block, rows[i].expected);
        text = text_init(block, text.size);
        assert_false(dns_question_format(&question, &text));
        assert_int_equal(text.size, 0);
    }
}

static void type_is_read_as_it_is_shown(void **state)
{
    (void)state;
    for (unsigned int type = 0; type <= UINT16_MAX; type++) {
        char block[16];
        struct text text = text_init(block, sizeof(block));
        uint16_t again = 0;

        assert_true(dns_type_format((uint16_t)type, &text));
        assert_true(dns_type_parse(text_bytes(&text), &again));
        assert_int_equal(again, type);
    }
}

static void type_is_read_in_any_case_and_nothing_else_is(void **state)
{
    static const struct {
        const char *text;
        bool known;
        uint16_t type;
    } rows[] = {
        { "a", true, 1 },       { "Aaaa", true, 28 },
        { "TYPE1", true, 1 },   { "type65535", true, 65535 },
        { "", false, 0 },       { "AA", false, 0 },
        { "TYPE", false, 0 },   { "TYPE65536", false, 0 },
        { "TYPE1x", false, 0 }, { "TYPE000001", false, 0 },
        { "1", false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint16_t type = 7;

        assert_row(rows[i].text,
                   dns_type_parse(bytes_of_text(rows[i].text), &type) == rows[i].known);
        assert_row(rows[i].text, type == (rows[i].known ? rows[i].type : 7));
    }
}

static void codes_are_read_by_name_and_by_number(void **state)
{
    static const struct {
        bool (*parse)(struct bytes text, uint16_t *ret_code);
        const char *text;
        bool known;
        uint16_t code;
    } rows[] = {
        { dns_opcode_parse, "QUERY", true, 0 },
        { dns_opcode_parse, "update", true, 5 },
        { dns_opcode_parse, "DSO", true, 6 },
        { dns_opcode_parse, "OPCODE15", true, 15 },
        { dns_opcode_parse, "OPCODE16", false, 0 },
        { dns_opcode_parse, "", false, 0 },
        { dns_rcode_parse, "NoError", true, 0 },
        { dns_rcode_parse, "DSOTYPENI", true, 11 },
        { dns_rcode_parse, "BADVERS", true, 16 },
        { dns_rcode_parse, "BADSIG", true, 16 },
        { dns_rcode_parse, "badtrunc", true, 22 },
        { dns_rcode_parse, "BADCOOKIE", true, 23 },
        { dns_rcode_parse, "RCODE4095", true, 4095 },
        { dns_rcode_parse, "RCODE4096", false, 0 },
        { dns_rcode_parse, "NXDOMAINS", false, 0 },
        { dns_class_parse, "hs", true, 4 },
        { dns_class_parse, "CLASS65535", true, 65535 },
        { dns_class_parse, "CLASS65536", false, 0 },
        { dns_class_parse, "cLaSs3", true, 3 },
        { dns_class_parse, "CHAOS", true, 3 },
        { dns_class_parse, "Ch", true, 3 },
        { dns_class_parse, "chaos", true, 3 },
        { dns_class_parse, "HESIOD", true, 4 },
        { dns_class_parse, "Hesiod", true, 4 },
        { dns_class_parse, "none", true, 254 },
        { dns_class_parse, "any", true, 255 },
        { dns_class_parse, "CLASS", false, 0 },
        { dns_class_parse, "CLASS-1", false, 0 },
        { dns_class_parse, "3", false, 0 },
        { dns_class_parse, "CHAO", false, 0 },
        { dns_class_parse, "INN", false, 0 },
        { dns_class_parse, "CLASS 3", false, 0 },
        { dns_rcode_parse, "NotImpl", true, 4 },
        { dns_rcode_parse, "NotImp", true, 4 },
        { dns_rcode_parse, "rcode5", true, 5 },
        { dns_rcode_parse, "RCODE", false, 0 },
        { dns_opcode_parse, "opcode3", true, 3 },
        { dns_opcode_parse, "notify", true, 4 },
        { dns_opcode_parse, "3", false, 0 },
        { dns_opcode_parse, "OPCODE", false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint16_t code = 7;

        assert_row(rows[i].text,
                   rows[i].parse(bytes_of_text(rows[i].text), &code) == rows[i].known);
        assert_row(rows[i].text, code == (rows[i].known ? rows[i].code : 7));
    }
}

static void codes_are_read_as_they_are_shown(void **state)
{
    (void)state;
    for (unsigned int code = 0; code <= 4095; code++) {
        char block[16];
        struct text text = text_init(block, sizeof(block));
        uint16_t again = 0;

        assert_true(dns_rcode_format(code, &text));
        assert_true(dns_rcode_parse(text_bytes(&text), &again));
        assert_int_equal(again, code);
        text_clear(&text);
        if (code > 15)
            continue;
        assert_true(dns_opcode_format(code, &text));
        assert_true(dns_opcode_parse(text_bytes(&text), &again));
        assert_int_equal(again, code);
    }
}

static void every_registered_extended_error_has_its_name(void **state)
{
    (void)state;
    for (uint16_t code = 0; code <= DNS_EDE_NEW_DELEGATION_ONLY; code++)
        assert_non_null(dns_ede_name(code));
    assert_string_equal(dns_ede_name(DNS_EDE_PROHIBITED), "Prohibited");
    assert_string_equal(dns_ede_name(25), "Signature Expired before Valid");
    assert_null(dns_ede_name(DNS_EDE_NEW_DELEGATION_ONLY + 1));
    assert_null(dns_ede_name(UINT16_MAX));
}

static void every_status_has_a_sentence(void **state)
{
    (void)state;
    for (unsigned int status = DNS_OK; status <= DNS_NO_ROOM; status++) {
        const char *sentence = dns_status_text((enum dns_status)status);

        assert_true(sentence != NULL && strlen(sentence) > 10);
        assert_true(sentence[strlen(sentence) - 1] != '.');
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(header_is_shown_with_flags_and_counts),
    cmocka_unit_test(edns_is_shown_with_its_options),
    cmocka_unit_test(question_is_shown_with_class_and_type),
    cmocka_unit_test(type_is_read_as_it_is_shown),
    cmocka_unit_test(type_is_read_in_any_case_and_nothing_else_is),
    cmocka_unit_test(codes_are_read_by_name_and_by_number),
    cmocka_unit_test(codes_are_read_as_they_are_shown),
    cmocka_unit_test(every_registered_extended_error_has_its_name),
    cmocka_unit_test(every_status_has_a_sentence),
};

RUN_TESTS(tests)
