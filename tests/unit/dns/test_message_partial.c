/* What can be read of messages that are refused. */
#include "wire.h"

#include "dns/message_partial.h"
#include "dns/rrtype.h"

#define HEADER "abcd 8180 "
#define QUESTION "01'a'00 0001 0001 "
#define ANSWER "c00c 0001 0001 0000003c 0004 c0000201 "
#define OPT "00 0029 04d0 00008000 0000 "

static const struct {
    const char *label, *wire;
    enum dns_status status;
    uint16_t counts[DNS_SECTIONS];
    size_t left;
} rows[] = {
    { "nothing", "", DNS_HEADER_TRUNCATED, { 0 }, 0 },
    { "eleven octets", "abcd 8180 0001 0001 0000 00", DNS_HEADER_TRUNCATED, { 0 }, 11 },
    { "a header that promises", HEADER "0001 0001 0000 0000", DNS_QUESTION_TRUNCATED, { 0 }, 0 },
    { "half a question",
      HEADER "0001 0001 0000 0000 01'a'00 00",
      DNS_QUESTION_TRUNCATED,
      { 0 },
      4 },
    { "no second answer",
      HEADER "0001 0002 0001 0000 " QUESTION ANSWER,
      DNS_RR_TRUNCATED,
      { 1, 1, 0, 0 },
      0 },
    { "an answer that is cut",
      HEADER "0001 0002 0000 0001 " QUESTION ANSWER "c00c 0001 0001",
      DNS_RR_TRUNCATED,
      { 1, 1, 0, 0 },
      6 },
    { "octets behind",
      HEADER "0001 0001 0000 0000 " QUESTION ANSWER "0102",
      DNS_TRAILING_OCTETS,
      { 1, 1, 0, 0 },
      2 },
    { "a pointer to itself",
      HEADER "0001 0001 0001 0000 " QUESTION ANSWER "c023 0002 0001 00000000 0000",
      DNS_POINTER_NOT_BACKWARD,
      { 1, 1, 0, 0 },
      12 },
    { "two questions of a query, which can be read",
      "abcd 0100 0002 0000 0000 0000 " QUESTION QUESTION,
      DNS_QUESTION_COUNT,
      { 2, 0, 0, 0 },
      0 },
    { "OPT among the answers, which can be read",
      HEADER "0001 0002 0000 0001 " QUESTION OPT ANSWER OPT,
      DNS_OPT_SECTION,
      { 1, 2, 0, 1 },
      0 },
    { "nothing is wrong",
      HEADER "0001 0001 0000 0001 " QUESTION ANSWER OPT,
      DNS_OK,
      { 1, 1, 0, 1 },
      0 },
};

static void partial_gives_entries_up_to_the_first_that_cannot_be_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(wire, rows[i].wire);
        struct dns_message_partial partial;

        dns_message_read_partial(wire, &partial);
        if (partial.framing.status != rows[i].status)
            fail_msg("row '%s': %s", rows[i].label, dns_status_text(partial.framing.status));
        assert_row(rows[i].label, memcmp(partial.message.header.counts, rows[i].counts,
                                         sizeof(rows[i].counts)) == 0);
        assert_row(rows[i].label, partial.left.size == rows[i].left);
        assert_row(rows[i].label, partial.has_header == (wire.size >= DNS_HEADER_SIZE));
    }
}

static void partial_keeps_what_the_counts_of_the_message_say(void **state)
{
    WIRE(wire, HEADER "0001 0102 ffff 0007 " QUESTION ANSWER);
    struct dns_message_partial partial;

    (void)state;
    dns_message_read_partial(wire, &partial);
    assert_int_equal(partial.header.counts[DNS_ANSWER], 0x0102);
    assert_int_equal(partial.header.counts[DNS_AUTHORITY], 0xFFFF);
    assert_int_equal(partial.header.counts[DNS_ADDITIONAL], 7);
    assert_int_equal(partial.message.header.counts[DNS_ANSWER], 1);
    assert_int_equal(partial.header.id, 0xABCD);
}

static void partial_opt_is_the_first_that_stands_where_it_may(void **state)
{
    WIRE(wire, HEADER "0000 0001 0000 0003 " OPT "01'b'00 0029 1000 00000000 0000 "
                      "00 0029 0200 00000000 0000" OPT);
    struct dns_message_partial partial;
    struct dns_edns edns;

    (void)state;
    dns_message_read_partial(wire, &partial);
    assert_int_equal(partial.framing.status, DNS_OPT_SECTION);
    assert_true(dns_message_edns(&partial.message, &edns));
    assert_int_equal(edns.udp_size, 0x200);
}

static void partial_says_which_rdata_is_wrong(void **state)
{
    WIRE(wire, HEADER "0000 0003 0000 0000 00 0001 0001 00000000 0004 c0000201 "
                      "00 0001 0001 00000000 0003 c00002 ");
    struct dns_message_partial partial;

    (void)state;
    dns_message_read_partial(wire, &partial);
    assert_int_equal(partial.framing.status, DNS_RR_TRUNCATED);
    assert_int_equal(dns_message_check_rdata(&partial.message).status, DNS_RDATA_TRUNCATED);
    assert_int_equal(dns_message_check_rdata(&partial.message).offset, 38);
}

static void partial_of_more_than_65535_octets_reads_the_first(void **state)
{
    uint8_t *block = calloc(1, 70000);
    struct dns_message_partial partial;

    (void)state;
    assert_non_null(block);
    block[7] = 1; /* an answer of 11 octets: all zeroes */
    dns_message_read_partial(bytes_of(block, 70000), &partial);
    assert_int_equal(partial.framing.status, DNS_MESSAGE_SIZE);
    assert_int_equal(partial.message.header.counts[DNS_ANSWER], 1);
    assert_int_equal(partial.left.size, 70000 - 23);
    free(block);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(partial_gives_entries_up_to_the_first_that_cannot_be_read),
    cmocka_unit_test(partial_keeps_what_the_counts_of_the_message_say),
    cmocka_unit_test(partial_opt_is_the_first_that_stands_where_it_may),
    cmocka_unit_test(partial_says_which_rdata_is_wrong),
    cmocka_unit_test(partial_of_more_than_65535_octets_reads_the_first),
};

RUN_TESTS(tests)
