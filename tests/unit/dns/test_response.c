/* Responses that a server makes by itself. */
#include "wire.h"

#include "dns/response.h"

#define QUESTION "07'example'00 0001 0001 "
#define OPT "00 0029 04d0 00000000 0000 "

static void response_takes_over_what_it_must(void **state)
{
    static const struct {
        const char *label, *query;
        enum dns_rcode rcode;
        bool with_edns;
        const char *expected;
    } rows[] = {
        { "id, RD and question", "abcd 0100 0001 0000 0000 0000 " QUESTION, DNS_RCODE_SERVFAIL,
          false, "abcd 8182 0001 0000 0000 0000 " QUESTION },
        { "CD, but neither AD nor Z", "abcd 0070 0001 0000 0000 0000 " QUESTION, DNS_RCODE_REFUSED,
          false, "abcd 8095 0001 0000 0000 0000 " QUESTION },
        { "the opcode", "abcd 2000 0001 0000 0000 0000 " QUESTION, DNS_RCODE_NOTIMP, false,
          "abcd a084 0001 0000 0000 0000 " QUESTION },
        { "EDNS when it is asked for", "abcd 0000 0001 0000 0000 0001 " QUESTION OPT,
          DNS_RCODE_SERVFAIL, true, "abcd 8082 0001 0000 0000 0001 " QUESTION OPT },
        { "an extended response code", "abcd 0000 0001 0000 0000 0001 " QUESTION OPT,
          DNS_RCODE_BADVERS, true,
          "abcd 8080 0001 0000 0000 0001 " QUESTION "00 0029 04d0 01000000 0000" },
        { "a header alone", "abcd 0100 0000 0000 0000 0000", DNS_RCODE_FORMERR, false,
          "abcd 8181 0000 0000 0000 0000" },
        { "a question that is cut", "abcd 0100 0001 0000 0000 0000 07'exam'", DNS_RCODE_FORMERR,
          false, "abcd 8181 0000 0000 0000 0000" },
        { "the first of two questions", "abcd 0100 0002 0000 0000 0000 " QUESTION QUESTION,
          DNS_RCODE_FORMERR, false, "abcd 8181 0001 0000 0000 0000 " QUESTION },
        { "counts that lie", "abcd 0100 0001 ffff ffff ffff " QUESTION, DNS_RCODE_FORMERR, false,
          "abcd 8181 0001 0000 0000 0000 " QUESTION },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(query, rows[i].query);
        WIRE(expected, rows[i].expected);
        struct dns_edns edns = { .udp_size = 1232 };
        struct dns_response response = {
            .rcode = rows[i].rcode,
            .flags = DNS_FLAG_RA,
            .edns = rows[i].with_edns ? &edns : NULL,
        };
        uint8_t block[512];
        struct byte_writer out = byte_writer_init(block, sizeof(block));

        assert_row(rows[i].label, dns_response_write(query, &response, &out));
        assert_row(rows[i].label, bytes_equal(byte_writer_written(&out), expected));
    }
}

static void response_is_not_given_to_what_is_no_query(void **state)
{
    static const struct {
        const char *label, *query;
        size_t room;
    } rows[] = {
        { "no header", "abcd 0100 0001 0000 0000 00", 512 },
        { "a response", "abcd 8100 0001 0000 0000 0000 " QUESTION, 512 },
        { "no room for the header", "abcd 0100 0000 0000 0000 0000", 11 },
        { "no room for the question", "abcd 0100 0001 0000 0000 0000 " QUESTION, 20 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(query, rows[i].query);
        struct dns_response response = { .rcode = DNS_RCODE_FORMERR };
        uint8_t block[512];
        struct byte_writer out = byte_writer_init(block, rows[i].room);

        assert_row(rows[i].label, !dns_response_write(query, &response, &out));
        assert_row(rows[i].label, out.position == 0);
    }
}

/* Two answers of one RRset and one of another, an authority, an additional and OPT. */
#define FULL                                                                                       \
    "abcd 8180 0001 0003 0001 0002 " QUESTION      /* to 25 */                                     \
    "c00c 0001 0001 0000003c 0004 c0000201 "       /* to 41 */                                     \
    "c00c 0001 0001 0000003c 0004 c0000202 "       /* to 57 */                                     \
    "c00c 0010 0001 0000003c 0004 03'abc' "        /* to 73 */                                     \
    "c00c 0002 0001 0000003c 0005 02'ns'c00c " OPT /* to 90, 101 */                                \
    "c055 0001 0001 0000003c 0004 c0000235 "       /* to 117 */

static void response_is_cut_at_the_end_of_an_rrset(void **state)
{
    static const struct {
        const char *label;
        size_t room;
        unsigned int answers, authorities, additionals;
        bool truncated;
    } rows[] = {
        { "all fits", 117, 3, 1, 2, false },
        { "an additional is left out without TC", 116, 3, 1, 1, false },
        { "the authority does not fit", 100, 3, 0, 1, true },
        { "one RRset of answers fits", 83, 2, 0, 1, true },
        { "half an RRset is none", 67, 0, 0, 1, true },
        { "question and OPT alone", 36, 0, 0, 1, true },
    };
    WIRE(wire, FULL);
    struct dns_builder builder;
    struct dns_message message;

    (void)state;
    assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint8_t block[512];
        struct byte_writer out = byte_writer_init(block, rows[i].room);
        struct dns_message cut;
        struct dns_edns edns;

        assert_row(rows[i].label,
                   dns_response_truncate(&message, DNS_CUT_RRSET, &builder, &out).status == DNS_OK);
        assert_row(rows[i].label, out.position <= rows[i].room);
        assert_row(rows[i].label,
                   dns_message_read(byte_writer_written(&out), &cut).status == DNS_OK);
        assert_row(rows[i].label, cut.header.id == 0xABCD);
        assert_row(rows[i].label, cut.header.counts[DNS_QUESTION] == 1);
        assert_row(rows[i].label, cut.header.counts[DNS_ANSWER] == rows[i].answers);
        assert_row(rows[i].label, cut.header.counts[DNS_AUTHORITY] == rows[i].authorities);
        assert_row(rows[i].label, cut.header.counts[DNS_ADDITIONAL] == rows[i].additionals);
        assert_row(rows[i].label, dns_header_has(&cut.header, DNS_FLAG_TC) == rows[i].truncated);
        assert_row(rows[i].label, dns_message_edns(&cut, &edns) && edns.udp_size == 1232);
    }
}

static void response_is_cut_behind_any_record_where_that_is_asked_for(void **state)
{
    static const struct {
        const char *label;
        size_t room;
        unsigned int answers, authorities, additionals;
    } rows[] = {
        { "all fits", 117, 3, 1, 2 },
        { "all answers, and not the authority", 84, 3, 0, 1 },
        { "two records of three", 83, 2, 0, 1 },
        { "half an RRset", 67, 1, 0, 1 },
        { "not one", 51, 0, 0, 1 },
    };
    WIRE(wire, FULL);
    struct dns_builder builder;
    struct dns_message message;

    (void)state;
    assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint8_t block[512];
        struct byte_writer out = byte_writer_init(block, rows[i].room);
        struct dns_message cut;
        struct dns_edns edns;

        assert_row(rows[i].label,
                   dns_response_truncate(&message, DNS_CUT_RR, &builder, &out).status == DNS_OK);
        assert_row(rows[i].label, out.position <= rows[i].room);
        assert_row(rows[i].label,
                   dns_message_read(byte_writer_written(&out), &cut).status == DNS_OK);
        assert_row(rows[i].label, cut.header.counts[DNS_ANSWER] == rows[i].answers);
        assert_row(rows[i].label, cut.header.counts[DNS_AUTHORITY] == rows[i].authorities);
        assert_row(rows[i].label, cut.header.counts[DNS_ADDITIONAL] == rows[i].additionals);
        assert_row(rows[i].label, dns_header_has(&cut.header, DNS_FLAG_TC) == (i > 0));
        assert_row(rows[i].label, dns_message_edns(&cut, &edns) && edns.udp_size == 1232);
    }
}

/* Whether owners that differ in case alone, or stand elsewhere, are one RRset. */
static void response_is_not_cut_between_two_spellings_of_a_name(void **state)
{
    WIRE(wire, "abcd 8180 0001 0002 0000 0000 " QUESTION "c00c 0001 0001 0000003c 0004 c0000201 "
               "07'EXAMPLE'00 0001 0001 0000003c 0004 c0000202");
    struct dns_builder builder;
    struct dns_message message;
    struct dns_message cut;
    uint8_t block[512];
    struct byte_writer out = byte_writer_init(block, wire.size - 1);

    (void)state;
    assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
    assert_int_equal(dns_response_truncate(&message, DNS_CUT_RRSET, &builder, &out).status, DNS_OK);
    assert_int_equal(dns_message_read(byte_writer_written(&out), &cut).status, DNS_OK);
    assert_int_equal(cut.header.counts[DNS_ANSWER], 0);
}

static void response_that_cannot_be_cut_to_fit_is_refused(void **state)
{
    WIRE(wire, FULL);
    struct dns_builder builder;
    struct dns_message message;
    uint8_t block[512];

    (void)state;
    assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
    for (size_t room = 0; room < 36; room++) {
        struct byte_writer out = byte_writer_init(block, room);

        assert_int_equal(dns_response_truncate(&message, DNS_CUT_RRSET, &builder, &out).status,
                         DNS_NO_ROOM);
        assert_int_equal(out.position, 0);
    }
}

static void response_with_wrong_rdata_is_not_written_again(void **state)
{
    WIRE(wire, "abcd 8180 0000 0001 0000 0000 00 0001 0001 0000003c 0003 c00002");
    struct dns_builder builder;
    struct dns_message message;
    uint8_t block[512];
    struct byte_writer out = byte_writer_init(block, sizeof(block));
    struct dns_verdict verdict;

    (void)state;
    assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
    verdict = dns_response_truncate(&message, DNS_CUT_RRSET, &builder, &out);
    assert_int_equal(verdict.status, DNS_RDATA_TRUNCATED);
    assert_int_equal(verdict.offset, 23);
    assert_int_equal(out.position, 0);
}

static void patch_id_changes_two_octets(void **state)
{
    WIRE(wire, "abcd 0100 0000 0000 0000 0000");
    WIRE(expected, "1234 0100 0000 0000 0000 0000");

    (void)state;
    dns_header_patch_id(wire_block, wire.size, 0x1234);
    assert_true(bytes_equal(wire, expected));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(response_takes_over_what_it_must),
    cmocka_unit_test(response_is_not_given_to_what_is_no_query),
    cmocka_unit_test(response_is_cut_at_the_end_of_an_rrset),
    cmocka_unit_test(response_is_cut_behind_any_record_where_that_is_asked_for),
    cmocka_unit_test(response_is_not_cut_between_two_spellings_of_a_name),
    cmocka_unit_test(response_that_cannot_be_cut_to_fit_is_refused),
    cmocka_unit_test(response_with_wrong_rdata_is_not_written_again),
    cmocka_unit_test(patch_id_changes_two_octets),
};

RUN_TESTS(tests)
