/* Messages out of a stream, and what the core does with streams. */
#include "fixture.h"

#include "dns/option.h"

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

/* A client's query with one option of EDNS, of no octets. */
static struct bytes build_with_option(struct fixture *fixture, uint16_t code)
{
    struct dns_header header = { .id = 5, .flags = DNS_FLAG_RD };
    struct dns_question question = { .type = DNS_TYPE_A, .class = DNS_CLASS_IN };
    uint8_t option[] = { (uint8_t)(code >> 8), (uint8_t)code, 0, 0 };
    struct dns_edns edns = { .udp_size = 1232, .options = bytes_of(option, sizeof(option)) };
    struct dns_builder builder;

    dns_builder_init(&builder, fixture->wire, sizeof(fixture->wire), &header);
    assert_int_equal(dns_name_parse(bytes_of_text("WwW.Example.test"), &question.name).status,
                     DNS_OK);
    assert_int_equal(dns_builder_add_question(&builder, &question).status, DNS_OK);
    assert_int_equal(dns_builder_add_edns(&builder, &edns).status, DNS_OK);
    return dns_builder_finish(&builder);
}

static void an_answer_is_padded_where_the_query_was_and_nobody_can_read_it(void **state)
{
    static const struct {
        const char *label;
        bool is_private;
        uint16_t option;
        bool is_padded;
    } rows[] = {
        { "padded over TLS", true, DNS_OPTION_PADDING, true },
        { "not padded over TLS", true, DNS_OPTION_NSID, false },
        { "padded over TCP", false, DNS_OPTION_PADDING, false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(fixture_done) struct fixture fixture;
        struct forwarder_path client = fixture_client(9);
        struct forwarder_datagram sent;
        struct fixture_message reply;
        struct dns_message answer;

        print_message("%s\n", rows[i].label);
        fixture_init(&fixture, 8);
        client.stream = 77;
        client.is_private = rows[i].is_private;
        fixture_receive(&fixture, &client, build_with_option(&fixture, rows[i].option));
        sent = fixture.batch->at[0];
        reply = reply_to(&sent, 0);
        reply.records = 5;
        fixture_receive(&fixture, &sent.path, fixture_build(&fixture, &reply));
        answer = fixture_answer(&fixture, 9);
        assert_int_equal(answer.header.counts[DNS_ANSWER], 5);
        assert_int_equal(answer.wire.size % 468 == 0, rows[i].is_padded);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_message_comes_out_when_its_last_octet_is_there),
    cmocka_unit_test(a_message_that_is_too_large_breaks_the_stream),
    cmocka_unit_test(a_reply_that_was_cut_is_asked_for_again_over_a_stream),
    cmocka_unit_test(a_reply_over_a_stream_that_was_not_asked_is_ignored),
    cmocka_unit_test(a_client_on_a_stream_gets_all_of_a_large_answer),
    cmocka_unit_test(an_answer_is_padded_where_the_query_was_and_nobody_can_read_it),
};
RUN_TESTS(tests)
