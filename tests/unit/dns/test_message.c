/* Framing: what is accepted, what is refused and where, and that accessors see all of it. */
#include "wire.h"

#include "dns/message.h"
#include "dns/rrtype.h"

#define QUERY_HEADER "abcd 0100 0001 0000 0000 0000 "
#define QUESTION "07'example'04'test'00 0001 0001 "
#define OPT "00 0029 04d0 00008000 0000 "

static void message_sections_are_walked_in_their_order(void **state)
{
    WIRE(wire, "abcd 8580 0001 0002 0001 0002 " QUESTION "c00c 0005 0001 0000003c 0006 03'www'c00c "
               "c02a 0001 0001 0000003c 0004 c0000201 "
               "c00c 0002 0001 00000e10 0005 02'ns'c00c "
               "c04c 0001 0001 00000e10 0004 c0000235 " OPT);
    static const uint16_t types[] = { DNS_TYPE_CNAME, DNS_TYPE_A, DNS_TYPE_NS, DNS_TYPE_A,
                                      DNS_TYPE_OPT };
    struct dns_message message;
    struct dns_question question;
    struct dns_edns edns;
    size_t seen = 0;

    (void)state;
    assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
    assert_int_equal(dns_message_check_rdata(&message).status, DNS_OK);
    assert_int_equal(message.header.id, 0xABCD);
    assert_true(dns_header_has(&message.header, DNS_FLAG_AA));
    assert_true(dns_message_question(&message, &question));
    assert_int_equal(question.type, DNS_TYPE_A);
    assert_int_equal(question.name.size, 14);
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(&message, (enum dns_section)i);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr))
            assert_int_equal(rr.type, types[seen++]);
    }
    assert_int_equal(seen, ROWS(types));
    assert_true(dns_message_edns(&message, &edns));
    assert_int_equal(edns.udp_size, 1232);
    assert_int_equal(edns.flags, DNS_EDNS_DO);
    assert_int_equal(dns_message_rcode(&message), 0);
}

static void message_accepts_what_only_looks_odd(void **state)
{
    static const struct {
        const char *label, *wire;
    } rows[] = {
        { "a header alone", "0000 0000 0000 0000 0000 0000" },
        { "a header alone, all bits set", "ffff ffff 0000 0000 0000 0000" },
        { "an answer without a question", "0000 8000 0000 0001 0000 0000 "
                                          "00 0001 0001 00000000 0004 7f000001" },
        { "two questions in a status request",
          "0000 1000 0002 0000 0000 0000 " QUESTION "c00c 0001 0001" },
        { "two zones in an update", "0000 2800 0002 0000 0000 0000 " QUESTION "c00c 0006 0001" },
        { "OPT before another record",
          "0000 0000 0000 0000 0000 0002 " OPT "00 0001 0001 00000000 0004 7f000001" },
        { "an unknown type", "0000 8000 0000 0001 0000 0000 00 ff00 0001 00000000 0002 beef" },
        { "an unknown class", "0000 8000 0000 0001 0000 0000 00 0001 1234 00000000 0002 beef" },
        { "RDATA that framing does not see", "0000 8000 0000 0001 0000 0000 "
                                             "00 0001 0001 00000000 0000" },
        { "TSIG last", "0000 0000 0000 0000 0000 0002 " OPT "00 00fa 00ff 00000000 0000" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(wire, rows[i].wire);
        struct dns_message message;
        struct dns_verdict verdict = dns_message_read(wire, &message);

        assert_row(rows[i].label, verdict.status == DNS_OK && verdict.offset == 0);
    }
}

static void message_framing_is_refused_and_says_where(void **state)
{
    static const struct {
        const char *label, *wire;
        enum dns_status status;
        size_t offset;
    } rows[] = {
        { "nothing", "", DNS_HEADER_TRUNCATED, 0 },
        { "eleven octets", "0000 0000 0000 0000 0000 00", DNS_HEADER_TRUNCATED, 11 },
        { "no question where there is one", QUERY_HEADER, DNS_QUESTION_TRUNCATED, 12 },
        { "half a question", QUERY_HEADER "00 0001 00", DNS_QUESTION_TRUNCATED, 13 },
        { "a question's name goes on", QUERY_HEADER "03'ww'", DNS_NAME_TRUNCATED, 12 },
        { "two questions (RFC 9619)", "0000 0000 0002 0000 0000 0000 " QUESTION "c00c 0001 0001",
          DNS_QUESTION_COUNT, 4 },
        { "octets after a query", QUERY_HEADER QUESTION "00", DNS_TRAILING_OCTETS, 30 },
        { "an answer that is not there", "0000 8000 0001 0001 0000 0000 " QUESTION,
          DNS_RR_TRUNCATED, 30 },
        { "no TTL", "0000 8000 0000 0001 0000 0000 00 0001 0001 0000", DNS_RR_TRUNCATED, 13 },
        { "RDLENGTH past the end",
          "0000 8000 0000 0001 0000 0000 "
          "00 0001 0001 00000000 0005 7f000001",
          DNS_RDLENGTH_PAST_END, 21 },
        { "owner that points to itself",
          "0000 8000 0000 0001 0000 0000 "
          "c00c 0001 0001 00000000 0004 7f000001",
          DNS_POINTER_NOT_BACKWARD, 12 },
        { "OPT twice", "0000 0000 0000 0000 0000 0002 " OPT OPT, DNS_OPT_TWICE, 23 },
        { "OPT among the answers", "0000 8000 0000 0001 0000 0000 " OPT, DNS_OPT_SECTION, 12 },
        { "OPT with an owner",
          "0000 0000 0000 0000 0000 0001 "
          "01'a'00 0029 04d0 00008000 0000",
          DNS_OPT_OWNER, 12 },
        { "TSIG not last", "0000 0000 0000 0000 0000 0002 00 00fa 00ff 00000000 0000 " OPT,
          DNS_TSIG_PLACE, 12 },
        { "TSIG among the answers", "0000 8000 0000 0001 0000 0000 00 00fa 00ff 00000000 0000",
          DNS_TSIG_PLACE, 12 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(wire, rows[i].wire);
        struct dns_message message = { .opt_at = 7 };
        struct dns_verdict verdict = dns_message_read(wire, &message);

        if (verdict.status != rows[i].status)
            fail_msg("row '%s': %s", rows[i].label, dns_status_text(verdict.status));
        assert_row(rows[i].label, verdict.offset == rows[i].offset);
        assert_row(rows[i].label, verdict.offset <= wire.size);
        assert_row(rows[i].label, message.opt_at == 7 && message.wire.at == NULL);
    }
}

static void message_of_more_than_65535_octets_is_refused(void **state)
{
    uint8_t *block = calloc(1, 65536);
    struct dns_message message;
    struct dns_verdict verdict;

    (void)state;
    assert_non_null(block);
    verdict = dns_message_read(bytes_of(block, 65536), &message);
    assert_int_equal(verdict.status, DNS_MESSAGE_SIZE);
    assert_int_equal(verdict.offset, 65535);
    verdict = dns_message_read(bytes_of(block, 65535), &message);
    assert_int_equal(verdict.status, DNS_TRAILING_OCTETS);
    free(block);
}

static void message_rcode_takes_its_upper_bits_from_opt(void **state)
{
    WIRE(badvers, "0000 8000 0000 0000 0000 0001 00 0029 04d0 01000000 0000");
    WIRE(badcookie, "0000 8007 0000 0000 0000 0001 00 0029 04d0 01000000 0000");
    WIRE(refused, "0000 8005 0000 0000 0000 0000");
    struct dns_message message;

    (void)state;
    assert_int_equal(dns_message_read(badvers, &message).status, DNS_OK);
    assert_int_equal(dns_message_rcode(&message), 16);
    assert_int_equal(dns_message_read(badcookie, &message).status, DNS_OK);
    assert_int_equal(dns_message_rcode(&message), 23);
    assert_int_equal(dns_message_read(refused, &message).status, DNS_OK);
    assert_int_equal(dns_message_rcode(&message), 5);
}

static void message_without_question_or_opt_says_so(void **state)
{
    WIRE(wire, "0000 8000 0000 0000 0000 0000");
    struct dns_message message;
    struct dns_question question = { .type = 7 };
    struct dns_edns edns = { .udp_size = 7 };

    (void)state;
    assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
    assert_false(dns_message_question(&message, &question));
    assert_false(dns_message_edns(&message, &edns));
    assert_int_equal(question.type, 7);
    assert_int_equal(edns.udp_size, 7);
    assert_true(dns_message_questions(&message).position == dns_message_questions(&message).end);
}

static void edns_options_are_given_one_by_one(void **state)
{
    WIRE(wire, "0000 0000 0000 0000 0000 0001 "
               "00 0029 1000 00000000 0010 000a 0008 0123456789abcdef 0003 0000");
    struct dns_message message;
    struct dns_edns edns;
    struct dns_edns_option option;

    (void)state;
    assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
    assert_true(dns_message_edns(&message, &edns));
    assert_true(dns_edns_next_option(&edns.options, &option));
    assert_int_equal(option.code, 10);
    assert_int_equal(option.octets.size, 8);
    assert_true(dns_edns_next_option(&edns.options, &option));
    assert_int_equal(option.code, 3);
    assert_int_equal(option.octets.size, 0);
    assert_false(dns_edns_next_option(&edns.options, &option));
    assert_int_equal(edns.options.size, 0);
}

static void edns_options_stop_at_one_that_is_not_whole(void **state)
{
    WIRE(octets, "000a 0009 0123456789abcdef");
    struct bytes options = octets;
    struct dns_edns_option option = { .code = 7 };

    (void)state;
    assert_false(dns_edns_next_option(&options, &option));
    assert_int_equal(options.size, octets.size);
    assert_int_equal(option.code, 7);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(message_sections_are_walked_in_their_order),
    cmocka_unit_test(message_accepts_what_only_looks_odd),
    cmocka_unit_test(message_framing_is_refused_and_says_where),
    cmocka_unit_test(message_of_more_than_65535_octets_is_refused),
    cmocka_unit_test(message_rcode_takes_its_upper_bits_from_opt),
    cmocka_unit_test(message_without_question_or_opt_says_so),
    cmocka_unit_test(edns_options_are_given_one_by_one),
    cmocka_unit_test(edns_options_stop_at_one_that_is_not_whole),
};

RUN_TESTS(tests)
