/* What a client's datagram gets: silence, an answer of our own, or an upstream's attention. */
#include "fixture.h"

/* Nothing went out, and nothing waits. */
static void assert_silent(struct fixture *fixture)
{
    assert_int_equal(fixture->batch->count, 0);
    assert_int_equal(forwarder_waiting(&fixture->forwarder), 0);
    assert_int_equal(forwarder_deadline_ns(&fixture->forwarder), FORWARDER_NEVER);
}

/* One answer of our own went out to client 100: this rcode, no records; nothing waits. */
static struct dns_message assert_answered(struct fixture *fixture, unsigned int rcode)
{
    struct dns_message answer = fixture_answer(fixture, 100);

    assert_int_equal(dns_message_rcode(&answer), rcode);
    assert_true(dns_header_has(&answer.header, DNS_FLAG_QR));
    assert_int_equal(answer.header.counts[DNS_ANSWER], 0);
    assert_int_equal(answer.header.counts[DNS_AUTHORITY], 0);
    assert_int_equal(forwarder_waiting(&fixture->forwarder), 0);
    return answer;
}

/* Client 100 sends these octets. */
static void send_octets(struct fixture *fixture, struct bytes octets)
{
    struct forwarder_path path = fixture_client(100);

    fixture_receive(fixture, &path, octets);
}

static void a_datagram_without_a_whole_header_gets_silence(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);

    (void)state;
    fixture_init(&fixture, 8);
    for (size_t size = 0; size < DNS_HEADER_SIZE; size++) {
        send_octets(&fixture, bytes_of(fixture_build(&fixture, &query).at, size));
        assert_silent(&fixture);
    }
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_ignored_short), DNS_HEADER_SIZE);
}

static void a_response_gets_silence_whatever_it_says(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);

    (void)state;
    fixture_init(&fixture, 8);
    query.flags = DNS_FLAG_QR;
    send_octets(&fixture, fixture_build(&fixture, &query));
    assert_silent(&fixture);
    query.flags = dns_flags_of(DNS_FLAG_QR, DNS_OPCODE_UPDATE, DNS_RCODE_FORMERR);
    send_octets(&fixture, fixture_build(&fixture, &query));
    assert_silent(&fixture);
    send_octets(&fixture, bytes_of(fixture_build(&fixture, &query).at, DNS_HEADER_SIZE));
    assert_silent(&fixture);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_ignored_responses), 3);
}

static void an_opcode_other_than_query_gets_notimp_under_its_own_opcode(void **state)
{
    static const unsigned int opcodes[] = { 1, 2, 3, DNS_OPCODE_NOTIFY, DNS_OPCODE_UPDATE, 6, 15 };
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(0xBEEF);

    (void)state;
    fixture_init(&fixture, 8);
    for (size_t i = 0; i < ROWS(opcodes); i++) {
        struct dns_message answer;

        query.flags = dns_flags_of(0, opcodes[i], 0);
        send_octets(&fixture, fixture_build(&fixture, &query));
        answer = assert_answered(&fixture, DNS_RCODE_NOTIMP);
        assert_int_equal(answer.header.id, 0xBEEF);
        assert_int_equal(dns_header_opcode(&answer.header), opcodes[i]);
    }
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_notimp), ROWS(opcodes));
}

static void an_unknown_opcode_gets_notimp_even_where_the_rest_is_no_message(void **state)
{
    static const uint8_t update[] = { 0xBE, 0xEF, 0x28, 0, 0, 9, 0, 9, 0, 9, 0, 9, 0xFF };
    CLEANUP(fixture_done) struct fixture fixture;

    (void)state;
    fixture_init(&fixture, 8);
    send_octets(&fixture, bytes_of(update, sizeof(update)));
    assert_answered(&fixture, DNS_RCODE_NOTIMP);
}

static void a_malformed_query_gets_formerr_with_its_id(void **state)
{
    static const struct {
        const char *label;
        size_t size;
        uint8_t octets[48];
    } rows[] = {
        { "no question", 12, { 0xBE, 0xEF, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
        { "two questions", 22, { 0xBE, 0xEF, 1, 0, 0, 2, 0, 0, 0, 0, 0,
                                 0,    0,    0, 1, 0, 1, 0, 0, 1, 0, 1 } },
        { "no octet of the question", 12, { 0xBE, 0xEF, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 } },
        { "a name without an end", 14, { 0xBE, 0xEF, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a' } },
        { "a question without a class", 15, { 0xBE, 0xEF, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1 } },
        { "a pointer to itself",
          18,
          { 0xBE, 0xEF, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1 } },
        { "a pointer into the header",
          18,
          { 0xBE, 0xEF, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 4, 0, 1, 0, 1 } },
        { "a pointer past the end",
          18,
          { 0xBE, 0xEF, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 99, 0, 1, 0, 1 } },
        { "a label of type 01",
          18,
          { 0xBE, 0xEF, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0x41, 0, 0, 1, 0, 1 } },
        { "octets left over",
          18,
          { 0xBE, 0xEF, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0xFF } },
        { "an answer in a query", 28, { 0xBE, 0xEF, 1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0,
                                        1,    0,    1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0 } },
        { "two OPT records", 39, { 0xBE, 0xEF, 1, 0, 0,  1, 0,  0, 0, 0, 0, 2, 0,
                                   0,    1,    0, 1, 0,  0, 41, 4, 0, 0, 0, 0, 0,
                                   0,    0,    0, 0, 41, 4, 0,  0, 0, 0, 0, 0, 0 } },
        { "an option past the end",
          32,
          { 0xBE, 0xEF, 1, 0,  0, 1, 0, 0, 0, 0, 0, 1, 0, 0,  1, 0,
            1,    0,    0, 41, 4, 0, 0, 0, 0, 0, 0, 4, 0, 10, 0, 8 } },
    };
    CLEANUP(fixture_done) struct fixture fixture;

    (void)state;
    fixture_init(&fixture, 8);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct dns_message answer;

        send_octets(&fixture, bytes_of(rows[i].octets, rows[i].size));
        assert_row(rows[i].label, fixture.batch->count == 1);
        answer = assert_answered(&fixture, DNS_RCODE_FORMERR);
        assert_row(rows[i].label, answer.header.id == 0xBEEF);
        assert_row(rows[i].label, dns_header_has(&answer.header, DNS_FLAG_RD));
    }
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_formerr), ROWS(rows));
}

static void an_edns_version_other_than_0_gets_badvers(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct dns_message answer;
    struct dns_edns edns = { 0 };

    (void)state;
    fixture_init(&fixture, 8);
    query.udp_size = 4096;
    query.version = 1;
    send_octets(&fixture, fixture_build(&fixture, &query));
    answer = assert_answered(&fixture, DNS_RCODE_BADVERS);
    assert_true(dns_message_edns(&answer, &edns));
    assert_int_equal(edns.version, 0);
    assert_int_equal(edns.udp_size, FORWARDER_UDP_BYTES);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_badvers), 1);
}

static void a_zone_transfer_gets_refused(void **state)
{
    static const uint16_t types[] = { DNS_TYPE_AXFR, DNS_TYPE_IXFR };
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);

    (void)state;
    fixture_init(&fixture, 8);
    for (size_t i = 0; i < ROWS(types); i++) {
        query.type = types[i];
        send_octets(&fixture, fixture_build(&fixture, &query));
        assert_answered(&fixture, DNS_RCODE_REFUSED);
    }
}

static void an_answer_of_our_own_has_edns_if_the_query_has(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct dns_message answer;
    struct dns_edns edns = { 0 };

    (void)state;
    fixture_init(&fixture, 8);
    query.type = DNS_TYPE_AXFR;
    send_octets(&fixture, fixture_build(&fixture, &query));
    answer = assert_answered(&fixture, DNS_RCODE_REFUSED);
    assert_false(dns_message_edns(&answer, &edns));
    query.udp_size = 512;
    query.edns_flags = DNS_EDNS_DO;
    send_octets(&fixture, fixture_build(&fixture, &query));
    answer = assert_answered(&fixture, DNS_RCODE_REFUSED);
    assert_true(dns_message_edns(&answer, &edns));
    assert_int_equal(edns.flags, DNS_EDNS_DO);
}

static void a_query_goes_to_the_first_upstream_on_one_of_its_sockets(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(0xBEEF);
    struct forwarder_address first = fixture_address(53, 53);
    struct forwarder_datagram sent;

    (void)state;
    fixture_init(&fixture, 8);
    sent = fixture_ask(&fixture, &query);
    assert_true(forwarder_address_equal(&sent.path.peer, &first));
    assert_true(sent.path.socket < FIXTURE_LANES);
    assert_int_not_equal(fixture_header(sent.payload).id, 0xBEEF);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 1);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_forwarded), 1);
}

static void what_goes_on_is_the_question_with_its_case_and_rd_ad_cd(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_datagram sent;
    struct dns_message message;
    struct dns_question question = { 0 };
    char text[DNS_NAME_TEXT_MAX];
    struct text name = text_init(text, sizeof(text));

    (void)state;
    fixture_init(&fixture, 8);
    query.flags = DNS_FLAG_RD | DNS_FLAG_CD | DNS_FLAG_AD | DNS_FLAG_Z | DNS_FLAG_TC | DNS_FLAG_AA;
    sent = fixture_ask(&fixture, &query);
    message = fixture_message_of(sent.payload);
    assert_int_equal(message.header.flags, DNS_FLAG_RD | DNS_FLAG_CD | DNS_FLAG_AD);
    assert_true(dns_message_question(&message, &question));
    assert_true(dns_name_format(&question.name, &name));
    assert_string_equal(text, "WwW.Example.test.");
    assert_int_equal(question.type, DNS_TYPE_A);
    assert_true(message.opt_at != 0);
}

static void edns_goes_on_as_ours_with_do_and_without_options(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    /* "." A, with a client cookie, DO, and 4096 octets. */
    static const uint8_t query[] = { 0, 1,  1, 0, 0, 1,  0,  0, 0, 0, 0,    1, 0, 0,
                                     1, 0,  1, 0, 0, 41, 16, 0, 0, 0, 0x80, 0, 0, 12,
                                     0, 10, 0, 8, 1, 2,  3,  4, 5, 6, 7,    8 };
    struct dns_message message;
    struct dns_edns edns = { 0 };

    (void)state;
    fixture_init(&fixture, 8);
    send_octets(&fixture, bytes_of(query, sizeof(query)));
    assert_int_equal(fixture.batch->count, 1);
    message = fixture_message_of(fixture.batch->at[0].payload);
    assert_true(dns_message_edns(&message, &edns));
    assert_int_equal(edns.udp_size, FORWARDER_UDP_BYTES);
    assert_int_equal(edns.flags, DNS_EDNS_DO);
    assert_int_equal(edns.options.size, 0);
}

static void one_query_more_than_may_wait_gets_servfail_at_once(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query;
    struct dns_message answer;

    (void)state;
    fixture_init(&fixture, 3);
    for (uint16_t i = 0; i < 3; i++) {
        query = fixture_query_number(&fixture, i);
        (void)fixture_ask(&fixture, &query);
    }
    query = fixture_query(0xBEEF);
    send_octets(&fixture, fixture_build(&fixture, &query));
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(dns_message_rcode(&answer), DNS_RCODE_SERVFAIL);
    assert_int_equal(answer.header.id, 0xBEEF);
    assert_int_equal(answer.header.counts[DNS_QUESTION], 1);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 3);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_full), 1);
}

static void waiting_queries_never_share_an_id_on_one_socket(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    CLEANUP(free_pointer) bool *seen = calloc(FIXTURE_LANES * 65536UL, sizeof(*seen));

    (void)state;
    assert_non_null(seen);
    fixture_init(&fixture, 60000);
    for (size_t i = 0; i < 60000; i++) {
        struct fixture_message query = fixture_query_number(&fixture, (unsigned int)i);
        struct forwarder_datagram sent = fixture_ask(&fixture, &query);
        size_t key = sent.path.socket * 65536UL + fixture_header(sent.payload).id;

        assert_false(seen[key]);
        seen[key] = true;
    }
}

static uint64_t always_the_same(void *source)
{
    (void)source;
    return 0x1234;
}

static void no_free_id_counts_as_one_query_too_many(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct dns_message answer;

    (void)state;
    fixture_init(&fixture, 8);
    fixture.forwarder.config.random.next = always_the_same;
    (void)fixture_ask(&fixture, &query);
    query.name = "another.test";
    send_octets(&fixture, fixture_build(&fixture, &query));
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(dns_message_rcode(&answer), DNS_RCODE_SERVFAIL);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_full), 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_datagram_without_a_whole_header_gets_silence),
    cmocka_unit_test(a_response_gets_silence_whatever_it_says),
    cmocka_unit_test(an_opcode_other_than_query_gets_notimp_under_its_own_opcode),
    cmocka_unit_test(an_unknown_opcode_gets_notimp_even_where_the_rest_is_no_message),
    cmocka_unit_test(a_malformed_query_gets_formerr_with_its_id),
    cmocka_unit_test(an_edns_version_other_than_0_gets_badvers),
    cmocka_unit_test(a_zone_transfer_gets_refused),
    cmocka_unit_test(an_answer_of_our_own_has_edns_if_the_query_has),
    cmocka_unit_test(a_query_goes_to_the_first_upstream_on_one_of_its_sockets),
    cmocka_unit_test(what_goes_on_is_the_question_with_its_case_and_rd_ad_cd),
    cmocka_unit_test(edns_goes_on_as_ours_with_do_and_without_options),
    cmocka_unit_test(one_query_more_than_may_wait_gets_servfail_at_once),
    cmocka_unit_test(waiting_queries_never_share_an_id_on_one_socket),
    cmocka_unit_test(no_free_id_counts_as_one_query_too_many),
};
RUN_TESTS(tests)
