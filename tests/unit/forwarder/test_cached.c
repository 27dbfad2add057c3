/* What clients get of the cache, with others who ask the same, and when upstreams fail. */
#include "fixture.h"

#include "dns/option.h"
#include "forwarder/core/answer.h"

#define NS_PER_S UINT64_C(1000000000)

/* A forwarder with a cache. */
static void begin(struct fixture *fixture, uint32_t stale_s, bool has_prefetch)
{
    struct forwarder_config config = fixture_config(fixture, 8);

    config.waiters_max = 64;
    config.cache = (struct forwarder_cache_config){ FORWARDER_CACHE_BYTES_MIN, stale_s };
    config.keep = (struct forwarder_keep_limits){ 0, 86400, 3600, 5 };
    config.has_prefetch = has_prefetch;
    config.stale_after_ns = 2 * FIXTURE_ATTEMPT_NS - 1;
    fixture_begin(fixture, &config);
}

/* A client sends a query. */
static void ask(struct fixture *fixture, uint8_t client, const struct fixture_message *query)
{
    struct forwarder_path path = fixture_client(client);

    fixture_receive(fixture, &path, fixture_build(fixture, query));
}

/* The upstream answers what was sent with a TXT record of that TTL. */
static void reply(struct fixture *fixture, const struct forwarder_datagram *sent,
                  const struct fixture_message *query, uint32_t ttl_s)
{
    struct fixture_message message = *query;
    struct forwarder_path path = sent->path;

    message.id = fixture_header(sent->payload).id;
    message.flags = DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA;
    message.records = 1;
    message.ttl_s = ttl_s;
    fixture_receive(fixture, &path, fixture_build(fixture, &message));
}

/* The upstream answers what was sent with this response code. */
static void refuse(struct fixture *fixture, const struct forwarder_datagram *sent,
                   const struct fixture_message *query, unsigned int rcode)
{
    struct fixture_message message = *query;
    struct forwarder_path path = sent->path;

    message.id = fixture_header(sent->payload).id;
    message.flags = dns_flags_of(DNS_FLAG_QR, 0, rcode);
    message.udp_size = 0;
    fixture_receive(fixture, &path, fixture_build(fixture, &message));
}

static struct fixture_message text_query(uint16_t id)
{
    struct fixture_message query = fixture_query(id);

    query.type = DNS_TYPE_TXT;
    return query;
}

/* Asks, and gets an answer of that TTL, so that it is in the cache. */
static void fill(struct fixture *fixture, uint32_t ttl_s)
{
    struct fixture_message query = text_query(1);
    struct forwarder_datagram sent = fixture_ask(fixture, &query);

    reply(fixture, &sent, &query, ttl_s);
    (void)fixture_answer(fixture, 100);
}

/* The TTL of the first answer record. */
static uint32_t first_ttl(const struct dns_message *answer)
{
    struct dns_walk walk = dns_message_section(answer, DNS_ANSWER);
    struct dns_rr rr = { 0 };

    assert_true(dns_walk_next(&walk, &rr));
    return rr.ttl_s;
}

/* The extended error of an answer; -1: it has none. */
static int extended_error(const struct dns_message *answer)
{
    struct dns_edns edns;
    struct dns_edns_option option;
    struct dns_extended_error error;

    if (!dns_message_edns(answer, &edns) || !dns_edns_find_option(&edns, DNS_OPTION_EDE, &option) ||
        dns_extended_error_read(&option, &error) != DNS_OK)
        return -1;
    return error.code;
}

static void the_second_client_is_answered_from_the_cache_in_its_own_letters(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = text_query(0xBEEF);
    struct dns_question question = { 0 };
    struct dns_message answer;

    (void)state;
    begin(&fixture, 0, false);
    fill(&fixture, 60);
    fixture.now_ns += 5 * NS_PER_S;
    query.name = "wWw.eXAMPLE.Test";
    query.udp_size = 1232;
    ask(&fixture, 7, &query);
    answer = fixture_answer(&fixture, 7);
    assert_int_equal(answer.header.id, 0xBEEF);
    assert_int_equal(answer.header.flags, DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA);
    assert_int_equal(answer.header.counts[DNS_ANSWER], 1);
    assert_int_equal(first_ttl(&answer), 55);
    assert_true(answer.opt_at != 0);
    assert_true(dns_message_question(&answer, &question));
    assert_memory_equal(question.name.octets, "\3wWw\7eXAMPLE\4Test", 18);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_cached), 1);
}

static void an_answer_is_gone_when_its_time_is_over(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = text_query(2);

    (void)state;
    begin(&fixture, 0, false);
    fill(&fixture, 60);
    fixture.now_ns += 60 * NS_PER_S;
    (void)fixture_ask(&fixture, &query);
}

static void a_cached_answer_that_is_too_large_comes_cut(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = text_query(2);
    struct fixture_message large = text_query(0);
    struct forwarder_datagram sent;
    struct dns_message answer;

    (void)state;
    begin(&fixture, 0, false);
    query.udp_size = 4096;
    sent = fixture_ask(&fixture, &query);
    large.id = fixture_header(sent.payload).id;
    large.flags = DNS_FLAG_QR;
    large.records = 20;
    fixture_receive(&fixture, &sent.path, fixture_build(&fixture, &large));
    query.udp_size = 0;
    ask(&fixture, 7, &query);
    answer = fixture_answer(&fixture, 7);
    assert_true(dns_header_has(&answer.header, DNS_FLAG_TC));
    assert_true(dns_header_has(&answer.header, DNS_FLAG_RA)); /* else glibc does not believe it */
    assert_int_equal(answer.header.counts[DNS_ANSWER], 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_cached_truncated), 1);
}

static void a_failure_is_kept_for_some_seconds_and_says_that_it_was(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = text_query(2);
    struct forwarder_datagram sent;
    struct dns_message answer;

    (void)state;
    begin(&fixture, 0, false);
    query.udp_size = 1232;
    sent = fixture_ask(&fixture, &query);
    refuse(&fixture, &sent, &query, DNS_RCODE_SERVFAIL);
    fixture.now_ns += 4 * NS_PER_S;
    ask(&fixture, 7, &query);
    answer = fixture_answer(&fixture, 7);
    assert_int_equal(dns_message_rcode(&answer), DNS_RCODE_SERVFAIL);
    assert_int_equal(extended_error(&answer), DNS_EDE_CACHED_ERROR);
    fixture.now_ns += NS_PER_S;
    (void)fixture_ask(&fixture, &query);
}

static void nobody_who_answers_is_told_as_an_extended_error_and_kept_for_a_second(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = text_query(2);
    struct dns_message answer;

    (void)state;
    begin(&fixture, 0, false);
    query.udp_size = 1232;
    (void)fixture_ask(&fixture, &query);
    for (int i = 0; i < FIXTURE_ATTEMPTS; i++)
        fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(extended_error(&answer), DNS_EDE_NO_REACHABLE_AUTHORITY);
    ask(&fixture, 7, &query);
    answer = fixture_answer(&fixture, 7);
    assert_int_equal(extended_error(&answer), DNS_EDE_NO_REACHABLE_AUTHORITY);
    fixture.now_ns += NS_PER_S;
    (void)fixture_ask(&fixture, &query);
}

static void stale_answers_come_after_a_while_and_at_once_the_next_time(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = text_query(2);
    struct dns_message answer;

    (void)state;
    begin(&fixture, 3600, false);
    fill(&fixture, 60);
    fixture.now_ns += 100 * NS_PER_S;
    query.udp_size = 1232;
    (void)fixture_ask(&fixture, &query);
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS - 1);
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(first_ttl(&answer), FORWARDER_STALE_TTL_S);
    assert_int_equal(extended_error(&answer), DNS_EDE_STALE_ANSWER);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 1);
    ask(&fixture, 7, &query);
    answer = fixture_answer(&fixture, 7);
    assert_int_equal(first_ttl(&answer), FORWARDER_STALE_TTL_S);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_stale), 1);
}

static void a_reply_after_the_stale_answer_is_kept(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = text_query(2);
    struct forwarder_datagram sent;
    struct dns_message answer;

    (void)state;
    begin(&fixture, 3600, false);
    fill(&fixture, 60);
    fixture.now_ns += 100 * NS_PER_S;
    (void)fixture_ask(&fixture, &query);
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    sent = fixture.batch->at[0];
    reply(&fixture, &sent, &query, 50);
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(first_ttl(&answer), 50);
    ask(&fixture, 7, &query);
    answer = fixture_answer(&fixture, 7);
    assert_int_equal(first_ttl(&answer), 50);
}

static void a_stale_answer_stands_in_for_a_failure(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = text_query(2);
    struct forwarder_datagram sent;
    struct dns_message answer;

    (void)state;
    begin(&fixture, 3600, false);
    fill(&fixture, 60);
    fixture.now_ns += 100 * NS_PER_S;
    sent = fixture_ask(&fixture, &query);
    refuse(&fixture, &sent, &query, DNS_RCODE_SERVFAIL);
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(dns_message_rcode(&answer), DNS_RCODE_NOERROR);
    assert_int_equal(first_ttl(&answer), FORWARDER_STALE_TTL_S);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_answers_stale), 1);
}

static void near_its_end_an_answer_is_given_and_asked_for_anew_once(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = text_query(2);
    struct forwarder_datagram sent;
    struct dns_message answer;

    (void)state;
    begin(&fixture, 0, true);
    fill(&fixture, 60);
    fixture.now_ns += 55 * NS_PER_S;
    ask(&fixture, 7, &query);
    assert_int_equal(fixture.batch->count, 2);
    assert_int_equal(fixture.batch->at[0].path.side, FORWARDER_CLIENTS);
    sent = fixture.batch->at[1];
    assert_int_equal(sent.path.side, FORWARDER_UPSTREAMS);
    answer = fixture_message_of(fixture.batch->at[0].payload);
    assert_int_equal(first_ttl(&answer), 5);
    query.id = fixture_header(sent.payload).id;
    ask(&fixture, 7, &query);
    (void)fixture_answer(&fixture, 7);
    sent.payload = bytes_of(fixture.wire, 12);
    reply(&fixture, &sent, &query, 60);
    assert_int_equal(fixture.batch->count, 0);
    ask(&fixture, 7, &query);
    answer = fixture_answer(&fixture, 7);
    assert_int_equal(first_ttl(&answer), 60);
}

static void count_flushed(struct forwarder_batch *batch, void *owner)
{
    size_t *flushed = owner;

    *flushed += batch->count;
    forwarder_batch_clear(batch);
}

static void fifty_who_ask_the_same_get_fifty_answers_to_one_query(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = text_query(2);
    struct forwarder_datagram sent;
    size_t flushed = 0;

    (void)state;
    begin(&fixture, 0, false);
    fixture.batch->flush = count_flushed;
    fixture.batch->owner = &flushed;
    sent = fixture_ask(&fixture, &query);
    query.id = fixture_header(sent.payload).id;
    for (uint8_t i = 1; i < 50; i++) {
        ask(&fixture, i, &query);
        assert_int_equal(fixture.batch->count, 0);
    }
    assert_int_equal(forwarder_clients_waiting(&fixture.forwarder), 50);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 1);
    sent.payload = bytes_of(fixture.wire, 12);
    reply(&fixture, &sent, &query, 60);
    assert_int_equal(flushed + fixture.batch->count, 50);
    assert_int_equal(forwarder_clients_waiting(&fixture.forwarder), 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_answers_relayed), 50);
}

static void one_client_more_than_may_wait_gets_servfail(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = text_query(2);
    struct dns_message answer;

    (void)state;
    begin(&fixture, 0, false);
    query.udp_size = 1232;
    (void)fixture_ask(&fixture, &query);
    for (uint8_t i = 1; i < 64; i++)
        ask(&fixture, i, &query);
    ask(&fixture, 99, &query);
    answer = fixture_answer(&fixture, 99);
    assert_int_equal(dns_message_rcode(&answer), DNS_RCODE_SERVFAIL);
    assert_int_equal(extended_error(&answer), DNS_EDE_NOT_READY);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_crowded), 1);
}

static void other_flags_are_another_question(void **state)
{
    static const uint16_t flags[] = { 0, DNS_FLAG_RD | DNS_FLAG_CD, DNS_FLAG_RD | DNS_FLAG_AD };
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = text_query(2);

    (void)state;
    begin(&fixture, 0, false);
    (void)fixture_ask(&fixture, &query);
    for (size_t i = 0; i < ROWS(flags); i++) {
        query.flags = flags[i];
        (void)fixture_ask(&fixture, &query);
    }
    query.udp_size = 1232;
    query.edns_flags = DNS_EDNS_DO;
    (void)fixture_ask(&fixture, &query);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 5);
}

static void letters_are_drawn_for_the_upstream_and_given_back_to_each_client(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct fixture_message query = text_query(2);
    struct forwarder_datagram sent;
    struct dns_question question = { 0 };
    struct dns_message answer;
    uint8_t wire[FORWARDER_QUERY_BYTES_MAX];

    (void)state;
    config.is_case_random = true;
    fixture_begin(&fixture, &config);
    sent = fixture_ask(&fixture, &query);
    memcpy(wire, sent.payload.at, sent.payload.size);
    assert_memory_not_equal(wire + 12, "\3WwW\7Example\4test", 18);
    wire[2] |= 0x80;
    fixture_receive(&fixture, &sent.path, bytes_of(wire, sent.payload.size));
    answer = fixture_answer(&fixture, 100);
    assert_true(dns_message_question(&answer, &question));
    assert_memory_equal(question.name.octets, "\3WwW\7Example\4test", 18);
}

static void an_upstream_that_knows_no_edns_is_asked_again_without(void **state)
{
    static const unsigned int rcodes[] = { DNS_RCODE_FORMERR, DNS_RCODE_NOTIMP };

    (void)state;
    for (size_t i = 0; i < ROWS(rcodes); i++) {
        CLEANUP(fixture_done) struct fixture fixture;
        struct fixture_message query = text_query(2);
        struct forwarder_datagram sent;
        struct dns_message message;

        begin(&fixture, 0, false);
        sent = fixture_ask(&fixture, &query);
        message = fixture_message_of(sent.payload);
        assert_true(message.opt_at != 0);
        refuse(&fixture, &sent, &query, rcodes[i]);
        assert_int_equal(fixture.batch->count, 1);
        message = fixture_message_of(fixture.batch->at[0].payload);
        assert_int_equal(message.opt_at, 0);
        assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_replies_plain), 1);
        sent = fixture.batch->at[0];
        refuse(&fixture, &sent, &query, rcodes[i]);
        message = fixture_answer(&fixture, 100);
        assert_int_equal(dns_message_rcode(&message), rcodes[i]);
        query = fixture_query_number(&fixture, 3);
        sent = fixture_ask(&fixture, &query);
        message = fixture_message_of(sent.payload);
        assert_int_equal(message.opt_at, 0);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_second_client_is_answered_from_the_cache_in_its_own_letters),
    cmocka_unit_test(an_answer_is_gone_when_its_time_is_over),
    cmocka_unit_test(a_cached_answer_that_is_too_large_comes_cut),
    cmocka_unit_test(a_failure_is_kept_for_some_seconds_and_says_that_it_was),
    cmocka_unit_test(nobody_who_answers_is_told_as_an_extended_error_and_kept_for_a_second),
    cmocka_unit_test(stale_answers_come_after_a_while_and_at_once_the_next_time),
    cmocka_unit_test(a_reply_after_the_stale_answer_is_kept),
    cmocka_unit_test(a_stale_answer_stands_in_for_a_failure),
    cmocka_unit_test(near_its_end_an_answer_is_given_and_asked_for_anew_once),
    cmocka_unit_test(fifty_who_ask_the_same_get_fifty_answers_to_one_query),
    cmocka_unit_test(one_client_more_than_may_wait_gets_servfail),
    cmocka_unit_test(other_flags_are_another_question),
    cmocka_unit_test(letters_are_drawn_for_the_upstream_and_given_back_to_each_client),
    cmocka_unit_test(an_upstream_that_knows_no_edns_is_asked_again_without),
};
RUN_TESTS(tests)
