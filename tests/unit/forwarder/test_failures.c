/* Upstreams that are asked over streams, and what becomes of queries when the way to one fails. */
#include "fixture.h"

#include "dns/option.h"

/* A forwarder whose two upstreams are asked like this. */
static void begin(struct fixture *fixture, enum forwarder_transport first,
                  enum forwarder_transport second)
{
    struct forwarder_config config = fixture_config(fixture, 8);

    config.transports[0] = first;
    config.transports[1] = second;
    fixture_begin(fixture, &config);
}

/* The way fails on which a datagram was sent. */
static void break_way(struct fixture *fixture, const struct forwarder_path *path, bool was_up)
{
    struct forwarder_failure failure = { path->socket, path->stream != 0, was_up };

    forwarder_batch_clear(fixture->batch);
    forwarder_fail(&fixture->forwarder, &failure, fixture->now_ns, fixture->batch);
}

/* The one datagram that went out is to this upstream, over a stream or not. */
static struct forwarder_datagram sent_to(const struct fixture *fixture, unsigned int upstream,
                                         bool is_stream)
{
    assert_int_equal(fixture->batch->count, 1);
    assert_int_equal(fixture->batch->at[0].path.side, FORWARDER_UPSTREAMS);
    assert_int_equal(fixture->batch->at[0].path.socket / FIXTURE_LANES, upstream);
    assert_int_equal(fixture->batch->at[0].path.stream, is_stream);
    return fixture->batch->at[0];
}

static void reply(struct fixture *fixture, const struct forwarder_datagram *sent)
{
    struct fixture_message message = fixture_query(fixture_header(sent->payload).id);

    message.flags = DNS_FLAG_QR;
    message.records = 1;
    fixture_receive(fixture, &sent->path, fixture_build(fixture, &message));
}

/* The extended error of the SERVFAIL that the client gets. */
static uint16_t error_of(struct fixture *fixture)
{
    struct dns_message answer = fixture_answer(fixture, 100);
    struct dns_edns edns = { 0 };
    struct dns_edns_option option = { 0 };
    struct dns_extended_error error = { 0 };

    assert_int_equal(dns_message_rcode(&answer), DNS_RCODE_SERVFAIL);
    assert_true(dns_message_edns(&answer, &edns));
    assert_true(dns_edns_find_option(&edns, DNS_OPTION_EDE, &option));
    assert_int_equal(dns_extended_error_read(&option, &error), DNS_OK);
    return error.code;
}

static void an_upstream_over_tls_is_asked_over_one_stream_in_padded_queries(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_datagram sent;
    struct fixture_message query;
    struct dns_message message;
    struct dns_edns edns = { 0 };
    struct dns_edns_option option;

    (void)state;
    begin(&fixture, FORWARDER_OVER_TLS, FORWARDER_OVER_UDP);
    for (unsigned int i = 0; i < 6; i++) {
        query = fixture_query_number(&fixture, i);
        (void)fixture_ask(&fixture, &query);
        sent = sent_to(&fixture, 0, true);
        assert_int_equal(sent.path.socket, 0);
        assert_int_equal(sent.payload.size, 128);
        message = fixture_message_of(sent.payload);
        assert_true(dns_message_edns(&message, &edns));
        assert_true(dns_edns_find_option(&edns, DNS_OPTION_PADDING, &option));
    }
    break_way(&fixture, &sent.path, false);
    assert_int_equal(fixture.batch->count, 6);
    for (size_t i = 0; i < 6; i++) {
        message = fixture_message_of(fixture.batch->at[i].payload);
        assert_true(dns_message_edns(&message, &edns));
        assert_false(dns_edns_find_option(&edns, DNS_OPTION_PADDING, &option));
    }
}

static void a_datagram_is_no_answer_of_an_upstream_over_tls(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_datagram sent;
    struct forwarder_datagram forged;

    (void)state;
    begin(&fixture, FORWARDER_OVER_TLS, FORWARDER_OVER_UDP);
    sent = fixture_ask(&fixture, &query);
    forged = sent;
    forged.path.stream = 0;
    for (unsigned int lane = 0; lane < FIXTURE_LANES; lane++) {
        forged.path.socket = (uint16_t)lane;
        reply(&fixture, &forged);
        assert_int_equal(fixture.batch->count, 0);
    }
    reply(&fixture, &sent);
    (void)fixture_answer(&fixture, 100);
}

static void in_time_a_query_on_a_stream_is_not_sent_again_but_to_another(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_datagram sent;

    (void)state;
    begin(&fixture, FORWARDER_OVER_TCP, FORWARDER_OVER_TCP);
    sent = fixture_ask(&fixture, &query);
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    (void)sent_to(&fixture, 1, true);
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    assert_int_equal(fixture.batch->count, 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_retries), 1);
    reply(&fixture, &sent);
    (void)fixture_answer(&fixture, 100);
}

static void a_stream_that_was_closed_is_followed_three_times_and_then_another_is_asked(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_datagram sent;

    (void)state;
    begin(&fixture, FORWARDER_OVER_TCP, FORWARDER_OVER_UDP);
    sent = fixture_ask(&fixture, &query);
    for (int i = 0; i < 3; i++) {
        break_way(&fixture, &sent.path, true);
        (void)sent_to(&fixture, 0, true);
    }
    break_way(&fixture, &sent.path, true);
    sent = sent_to(&fixture, 1, false);
    reply(&fixture, &sent);
    (void)fixture_answer(&fixture, 100);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_retries_at_once), 4);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_upstreams_down), 0);
}

static void an_upstream_without_a_stream_is_down_and_the_next_is_asked_at_once(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_datagram sent;

    (void)state;
    begin(&fixture, FORWARDER_OVER_TLS, FORWARDER_OVER_TLS);
    sent = fixture_ask(&fixture, &query);
    break_way(&fixture, &sent.path, false);
    sent = sent_to(&fixture, 1, true);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_upstreams_down), 1);
    reply(&fixture, &sent);
    query = fixture_query_number(&fixture, 2);
    (void)fixture_ask(&fixture, &query);
    (void)sent_to(&fixture, 1, true);
}

static void where_the_network_failed_everywhere_the_client_is_told_so_in_the_end(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_datagram sent;

    (void)state;
    begin(&fixture, FORWARDER_OVER_TLS, FORWARDER_OVER_UDP);
    query.udp_size = 1232;
    sent = fixture_ask(&fixture, &query);
    break_way(&fixture, &sent.path, false);
    sent = sent_to(&fixture, 1, false);
    break_way(&fixture, &sent.path, false);
    assert_int_equal(fixture.batch->count, 0);
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    sent = sent_to(&fixture, 0, true);
    break_way(&fixture, &sent.path, false);
    assert_int_equal(fixture.batch->count, 0);
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    sent = sent_to(&fixture, 1, false);
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    assert_int_equal(error_of(&fixture), DNS_EDE_NETWORK_ERROR);
}

static void where_nobody_answered_the_client_is_told_that(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);

    (void)state;
    fixture_init(&fixture, 8);
    query.udp_size = 1232;
    (void)fixture_ask(&fixture, &query);
    for (int i = 0; i < FIXTURE_ATTEMPTS; i++)
        fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    assert_int_equal(error_of(&fixture), DNS_EDE_NO_REACHABLE_AUTHORITY);
}

static void the_failure_of_one_socket_or_stream_does_not_concern_others(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_datagram sent;
    struct forwarder_path other;

    (void)state;
    begin(&fixture, FORWARDER_OVER_UDP, FORWARDER_OVER_UDP);
    sent = fixture_ask(&fixture, &query);
    other = sent.path;
    other.stream = 1;
    for (uint16_t socket = 0; socket < 4 * FIXTURE_LANES; socket++) {
        other.socket = socket;
        break_way(&fixture, &other, socket % 2 == 0);
        assert_int_equal(fixture.batch->count, 0);
    }
    other.stream = 0;
    for (uint16_t socket = 0; socket < 4 * FIXTURE_LANES; socket++) {
        other.socket = socket;
        if (socket == sent.path.socket)
            continue;
        break_way(&fixture, &other, false);
        assert_int_equal(fixture.batch->count, 0);
    }
    break_way(&fixture, &sent.path, false);
    (void)sent_to(&fixture, 1, false);
}

static void many_queries_have_so_many_streams_that_ids_suffice(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    CLEANUP(free_pointer) bool *seen = calloc(FIXTURE_LANES * 65536UL, sizeof(*seen));
    struct forwarder_config config = fixture_config(&fixture, 40000);
    struct fixture_message query;

    (void)state;
    assert_non_null(seen);
    config.transports[0] = FORWARDER_OVER_TCP;
    assert_int_equal(forwarder_streams(&config), 3);
    fixture_begin(&fixture, &config);
    for (unsigned int i = 0; i < 40000; i++) {
        struct forwarder_datagram sent;
        size_t key;

        query = fixture_query_number(&fixture, i);
        sent = fixture_ask(&fixture, &query);
        key = sent.path.socket * 65536UL + fixture_header(sent.payload).id;
        assert_true(sent.path.socket < 3);
        assert_false(seen[key]);
        seen[key] = true;
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_upstream_over_tls_is_asked_over_one_stream_in_padded_queries),
    cmocka_unit_test(a_datagram_is_no_answer_of_an_upstream_over_tls),
    cmocka_unit_test(in_time_a_query_on_a_stream_is_not_sent_again_but_to_another),
    cmocka_unit_test(a_stream_that_was_closed_is_followed_three_times_and_then_another_is_asked),
    cmocka_unit_test(an_upstream_without_a_stream_is_down_and_the_next_is_asked_at_once),
    cmocka_unit_test(where_the_network_failed_everywhere_the_client_is_told_so_in_the_end),
    cmocka_unit_test(where_nobody_answered_the_client_is_told_that),
    cmocka_unit_test(the_failure_of_one_socket_or_stream_does_not_concern_others),
    cmocka_unit_test(many_queries_have_so_many_streams_that_ids_suffice),
};
RUN_TESTS(tests)
