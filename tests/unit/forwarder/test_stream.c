/* Messages out of a stream, and what the core does with streams. */
#include "fixture.h"

#include "forwarder/core/stream.h"

static void a_message_comes_out_when_its_last_octet_is_there(void **state)
{
    static const uint8_t octets[] = { 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd' };
    uint8_t block[8];
    struct forwarder_stream stream = forwarder_stream_init(block, sizeof(block));
    struct bytes message = { 0 };
    size_t messages = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(octets); i++) {
        uint8_t *at = NULL;

        assert_true(forwarder_stream_room(&stream, &at) > 0);
        *at = octets[i];
        forwarder_stream_fill(&stream, 1);
        while (forwarder_stream_next(&stream, &message) == FORWARDER_STREAM_MESSAGE)
            messages += 1;
        assert_int_equal(messages, (size_t)(i >= 4) + (i >= 6) + (i >= 9));
    }
    assert_int_equal(message.size, 1);
    assert_int_equal(message.at[0], 'd');
}

static void a_message_that_is_too_large_breaks_the_stream(void **state)
{
    uint8_t block[8];
    struct forwarder_stream stream = forwarder_stream_init(block, sizeof(block));
    struct bytes message = { 0 };
    uint8_t *at = NULL;

    (void)state;
    assert_int_equal(forwarder_stream_room(&stream, &at), 8);
    memcpy(at, "\0\7", 2);
    forwarder_stream_fill(&stream, 2);
    assert_int_equal(forwarder_stream_next(&stream, &message), FORWARDER_STREAM_BROKEN);
    assert_int_equal(message.size, 0);
}

static struct fixture_message reply_to(const struct forwarder_datagram *sent, uint16_t flags)
{
    struct fixture_message reply = fixture_query(fixture_header(sent->payload).id);

    reply.flags = (uint16_t)(DNS_FLAG_QR | flags);
    return reply;
}

static void a_reply_that_was_cut_is_asked_for_again_over_a_stream(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(0xBEEF);
    struct forwarder_datagram sent;
    struct forwarder_path stream;
    struct fixture_message reply;
    struct dns_message answer;

    (void)state;
    fixture_init(&fixture, 8);
    query.udp_size = 4096;
    sent = fixture_ask(&fixture, &query);
    reply = reply_to(&sent, DNS_FLAG_TC);
    fixture_receive(&fixture, &sent.path, fixture_build(&fixture, &reply));
    assert_int_equal(fixture.batch->count, 1);
    assert_int_equal(fixture.batch->at[0].path.side, FORWARDER_UPSTREAMS);
    assert_int_equal(fixture.batch->at[0].path.stream, 1);
    assert_int_equal(fixture.batch->at[0].path.socket, sent.path.socket / FIXTURE_LANES);
    assert_int_equal(fixture_header(fixture.batch->at[0].payload).id, reply.id);
    stream = fixture.batch->at[0].path;
    fixture_receive(&fixture, &sent.path, fixture_build(&fixture, &reply));
    assert_int_equal(fixture.batch->count, 0);
    reply.flags = DNS_FLAG_QR;
    reply.records = 30;
    fixture_receive(&fixture, &stream, fixture_build(&fixture, &reply));
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(answer.header.counts[DNS_ANSWER], 30);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_replies_truncated), 2);
}

static void a_reply_over_a_stream_that_was_not_asked_is_ignored(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_datagram sent;
    struct fixture_message reply;

    (void)state;
    fixture_init(&fixture, 8);
    sent = fixture_ask(&fixture, &query);
    reply = reply_to(&sent, 0);
    sent.path.socket = 0;
    sent.path.stream = 1;
    fixture_receive(&fixture, &sent.path, fixture_build(&fixture, &reply));
    assert_int_equal(fixture.batch->count, 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_replies_wrong_source), 1);
}

static void a_client_on_a_stream_gets_all_of_a_large_answer(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_path client = fixture_client(9);
    struct forwarder_datagram sent;
    struct fixture_message reply;
    struct dns_message answer;

    (void)state;
    fixture_init(&fixture, 8);
    client.stream = 77;
    fixture_receive(&fixture, &client, fixture_build(&fixture, &query));
    sent = fixture.batch->at[0];
    reply = reply_to(&sent, 0);
    reply.records = 60;
    fixture_receive(&fixture, &sent.path, fixture_build(&fixture, &reply));
    assert_int_equal(fixture.batch->at[0].path.stream, 77);
    answer = fixture_answer(&fixture, 9);
    assert_int_equal(answer.header.counts[DNS_ANSWER], 60);
    assert_true(answer.wire.size > 3000);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_message_comes_out_when_its_last_octet_is_there),
    cmocka_unit_test(a_message_that_is_too_large_breaks_the_stream),
    cmocka_unit_test(a_reply_that_was_cut_is_asked_for_again_over_a_stream),
    cmocka_unit_test(a_reply_over_a_stream_that_was_not_asked_is_ignored),
    cmocka_unit_test(a_client_on_a_stream_gets_all_of_a_large_answer),
};
RUN_TESTS(tests)
