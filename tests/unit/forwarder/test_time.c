/* What happens while no reply comes: the query is sent again, then the client is told. */
#include "fixture.h"

static void a_query_without_a_reply_goes_to_the_next_upstream_unchanged(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_address second = fixture_address(54, 53);
    struct forwarder_datagram sent;
    uint8_t first[FORWARDER_QUERY_BYTES_MAX];

    (void)state;
    fixture_init(&fixture, 8);
    sent = fixture_ask(&fixture, &query);
    memcpy(first, sent.payload.at, sent.payload.size);
    assert_int_equal(forwarder_deadline_ns(&fixture.forwarder),
                     fixture.now_ns + FIXTURE_ATTEMPT_NS);
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS - 1);
    assert_int_equal(fixture.batch->count, 0);
    fixture_wait(&fixture, 1);
    assert_int_equal(fixture.batch->count, 1);
    assert_true(forwarder_address_equal(&fixture.batch->at[0].path.peer, &second));
    assert_int_equal(fixture.batch->at[0].path.socket, sent.path.socket + FIXTURE_LANES);
    assert_true(bytes_equal(fixture.batch->at[0].payload, bytes_of(first, sent.payload.size)));
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_retries), 1);
}

static void after_the_last_attempt_the_client_gets_servfail(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(0xBEEF);
    struct dns_message answer;
    struct dns_question question = { 0 };

    (void)state;
    fixture_init(&fixture, 8);
    query.udp_size = 1400;
    (void)fixture_ask(&fixture, &query);
    for (int i = 1; i < FIXTURE_ATTEMPTS; i++) {
        fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
        assert_int_equal(fixture.batch->at[0].path.side, FORWARDER_UPSTREAMS);
    }
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(dns_message_rcode(&answer), DNS_RCODE_SERVFAIL);
    assert_int_equal(answer.header.id, 0xBEEF);
    assert_true(dns_message_question(&answer, &question));
    assert_int_equal(question.name.octets[1], 'W');
    assert_int_equal(question.name.octets[2], 'w');
    assert_true(answer.opt_at != 0);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 0);
    assert_int_equal(forwarder_deadline_ns(&fixture.forwarder), FORWARDER_NEVER);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_answers_timed_out), 1);
}

static void a_reply_to_an_earlier_attempt_is_still_good(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_datagram sent;
    struct fixture_message reply;
    struct dns_message answer;

    (void)state;
    fixture_init(&fixture, 8);
    sent = fixture_ask(&fixture, &query);
    reply = query;
    reply.id = fixture_header(sent.payload).id;
    reply.flags = DNS_FLAG_QR;
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    assert_int_equal(fixture.batch->count, 1);
    fixture_receive(&fixture, &sent.path, fixture_build(&fixture, &reply));
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(dns_message_rcode(&answer), DNS_RCODE_NOERROR);
    fixture_wait(&fixture, 10 * FIXTURE_ATTEMPT_NS);
    assert_int_equal(fixture.batch->count, 0);
}

static void a_loop_that_is_late_does_not_make_the_client_wait_longer(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);

    (void)state;
    fixture_init(&fixture, 8);
    (void)fixture_ask(&fixture, &query);
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS + FIXTURE_ATTEMPT_NS / 2);
    assert_int_equal(fixture.batch->count, 1);
    assert_int_equal(forwarder_deadline_ns(&fixture.forwarder),
                     fixture.now_ns + FIXTURE_ATTEMPT_NS / 2);
}

static void a_full_batch_stops_and_the_rest_is_done_by_the_next_call(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    size_t sent = 0;

    (void)state;
    fixture_init(&fixture, 100);
    for (unsigned int i = 0; i < 100; i++) {
        struct fixture_message query = fixture_query_number(&fixture, i);

        (void)fixture_ask(&fixture, &query);
    }
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    while (fixture.batch->count > 0) {
        assert_true(sent + fixture.batch->count == 100 ||
                    forwarder_deadline_ns(&fixture.forwarder) <= fixture.now_ns);
        sent += fixture.batch->count;
        fixture_wait(&fixture, 0);
    }
    assert_int_equal(sent, 100);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_retries), 100);
}

static void a_clock_that_goes_back_stands_still(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    uint64_t start;

    (void)state;
    fixture_init(&fixture, 8);
    fixture_wait(&fixture, 10000);
    start = fixture.now_ns;
    fixture.now_ns = 1;
    (void)fixture_ask(&fixture, &query);
    assert_int_equal(forwarder_deadline_ns(&fixture.forwarder), start + FIXTURE_ATTEMPT_NS);
}

static void the_end_of_time_is_no_deadline_that_never_comes(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);

    (void)state;
    fixture_init(&fixture, 8);
    fixture.now_ns = UINT64_MAX - 1;
    (void)fixture_ask(&fixture, &query);
    assert_true(forwarder_deadline_ns(&fixture.forwarder) < FORWARDER_NEVER);
    fixture_wait(&fixture, 1);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_query_without_a_reply_goes_to_the_next_upstream_unchanged),
    cmocka_unit_test(after_the_last_attempt_the_client_gets_servfail),
    cmocka_unit_test(a_reply_to_an_earlier_attempt_is_still_good),
    cmocka_unit_test(a_loop_that_is_late_does_not_make_the_client_wait_longer),
    cmocka_unit_test(a_full_batch_stops_and_the_rest_is_done_by_the_next_call),
    cmocka_unit_test(a_clock_that_goes_back_stands_still),
    cmocka_unit_test(the_end_of_time_is_no_deadline_that_never_comes),
};
RUN_TESTS(tests)
