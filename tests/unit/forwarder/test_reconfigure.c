/* Another configuration while queries wait: who is asked, whose replies are taken, what is kept. */
#include "fixture.h"

/* The configuration of a fixture with these upstreams, which end with 0, by the ends of their
 * addresses. */
static struct forwarder_config config_of(struct fixture *fixture, const uint8_t *upstreams)
{
    struct forwarder_config config = fixture_config(fixture, 4);

    for (config.upstreams_count = 0; upstreams[config.upstreams_count] != 0;)
        config.upstreams_count++;
    for (size_t i = 0; i < config.upstreams_count; i++)
        config.upstreams[i] = fixture_address(upstreams[i], 53);
    return config;
}

static void reconfigure(struct fixture *fixture, const uint8_t *upstreams)
{
    struct forwarder_config config = config_of(fixture, upstreams);

    assert_true(forwarder_reconfigure(&fixture->forwarder, &config));
}

/* Asks for a name that nobody asked for yet; the path on which it went to an upstream. */
static struct forwarder_path ask(struct fixture *fixture, unsigned int number)
{
    struct fixture_message query = fixture_query_number(fixture, number);

    return fixture_ask(fixture, &query).path;
}

/* The last octet of the address of whom a query was sent to. */
static uint8_t end_of(const struct forwarder_path *path)
{
    return path->peer.octets[3];
}

/* A reply to a query of a number comes on the path on which it went out. */
static void reply(struct fixture *fixture, const struct forwarder_path *path, uint16_t id,
                  unsigned int number)
{
    struct fixture_message message = fixture_query_number(fixture, number);

    message.id = id;
    message.flags = DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA;
    message.records = 1;
    fixture_receive(fixture, path, fixture_build(fixture, &message));
}

static void what_is_asked_from_now_on_is_asked_of_the_new_ones(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_path path;

    (void)state;
    fixture_init(&fixture, 4);
    reconfigure(&fixture, (const uint8_t[]){ 60, 53, 0 });
    path = ask(&fixture, 1);
    assert_int_equal(end_of(&path), 60);
    assert_int_equal(path.socket / FIXTURE_LANES, 1); /* the number of the one that has left */
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    assert_int_equal(end_of(&fixture.batch->at[0].path), 53);
    assert_int_equal(fixture.batch->at[0].path.socket / FIXTURE_LANES, 0); /* its own */
}

static void the_reply_of_one_that_is_no_more_is_taken(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_path path;
    uint16_t id;

    (void)state;
    fixture_init(&fixture, 4);
    path = ask(&fixture, 1);
    id = fixture_header(fixture.batch->at[0].payload).id;
    reconfigure(&fixture, (const uint8_t[]){ 60, 0 });
    assert_int_equal(forwarder_slots_in_use(&fixture.forwarder), 1U << 0 | 1U << 1);
    reply(&fixture, &path, id, 1);
    (void)fixture_answer(&fixture, 100);
    /* The number that was never asked was free at once, and this one is now. */
    assert_int_equal(fixture.forwarder.members.at[0], 1);
    assert_int_equal(forwarder_slots_in_use(&fixture.forwarder), 1U << 1);
}

static void a_query_that_waits_is_sent_to_the_new_ones_next_and_ends_in_its_own_time(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config;
    struct forwarder_path path;

    (void)state;
    fixture_init(&fixture, 4);
    path = ask(&fixture, 1);
    assert_int_equal(end_of(&path), 53);
    config = config_of(&fixture, (const uint8_t[]){ 60, 61, 0 });
    config.attempt_ns = 10 * FIXTURE_ATTEMPT_NS;
    assert_true(forwarder_reconfigure(&fixture.forwarder, &config));
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    assert_int_equal(end_of(&fixture.batch->at[0].path), 60);
    assert_int_equal(forwarder_deadline_ns(&fixture.forwarder),
                     fixture.now_ns + (FIXTURE_ATTEMPTS - 1) * FIXTURE_ATTEMPT_NS);
    fixture_wait(&fixture, (FIXTURE_ATTEMPTS - 1) * FIXTURE_ATTEMPT_NS);
    while (fixture.batch->count > 0 &&
           fixture.batch->at[fixture.batch->count - 1].path.side == FORWARDER_UPSTREAMS)
        fixture_wait(&fixture, 0);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_answers_timed_out), 1);
}

static void what_is_known_of_one_that_stays_stays(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;

    (void)state;
    fixture_init(&fixture, 4);
    fixture.forwarder.upstreams[0].smoothed_ns = 5;
    fixture.forwarder.upstreams[1].smoothed_ns = 6;
    reconfigure(&fixture, (const uint8_t[]){ 54, 53, 0 });
    assert_int_equal(fixture.forwarder.members.at[0], 1);
    assert_int_equal(fixture.forwarder.members.at[1], 0);
    assert_int_equal(fixture.forwarder.upstreams[0].smoothed_ns, 5);
    reconfigure(&fixture, (const uint8_t[]){ 60, 53, 0 });
    assert_int_equal(fixture.forwarder.members.at[1], 0);
    assert_int_equal(fixture.forwarder.upstreams[fixture.forwarder.members.at[0]].smoothed_ns, 0);
}

/* The way to the upstream fails that was asked last, so another is asked. */
static void ask_another(struct fixture *fixture)
{
    struct forwarder_failure failure = { .socket = fixture->batch->at[0].path.socket };

    forwarder_batch_clear(fixture->batch);
    forwarder_fail(&fixture->forwarder, &failure, fixture->now_ns, fixture->batch);
    assert_int_equal(fixture->batch->count, 1);
    assert_int_not_equal(fixture->batch->at[0].path.socket, failure.socket);
}

static void a_configuration_for_which_there_are_too_few_numbers_changes_nothing(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    uint8_t upstreams[FORWARDER_UPSTREAMS_MAX + 1] = { 0 };
    struct forwarder_config config;
    struct forwarder_members members;

    (void)state;
    config = fixture_config(&fixture, 4);
    fixture_begin(&fixture, &config);
    for (unsigned int round = 0; round < 3; round++) {
        struct fixture_message query = fixture_query_number(&fixture, round);

        for (uint8_t i = 0; i < FORWARDER_UPSTREAMS_MAX; i++)
            upstreams[i] = (uint8_t)(100 + round * FORWARDER_UPSTREAMS_MAX + i);
        config = config_of(&fixture, upstreams);
        if (round == 2)
            break;
        assert_true(forwarder_reconfigure(&fixture.forwarder, &config));
        (void)fixture_ask(&fixture, &query);
        for (int i = 1; i < FORWARDER_UPSTREAMS_MAX; i++)
            ask_another(&fixture);
    }
    assert_int_equal(forwarder_slots_in_use(&fixture.forwarder), UINT32_MAX);
    members = fixture.forwarder.members;
    assert_false(forwarder_reconfigure(&fixture.forwarder, &config));
    assert_memory_equal(&members, &fixture.forwarder.members, sizeof(members));
    fixture_wait(&fixture, FIXTURE_ATTEMPTS * FIXTURE_ATTEMPT_NS);
    while (forwarder_waiting(&fixture.forwarder) > 0)
        fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    assert_true(forwarder_reconfigure(&fixture.forwarder, &config));
}

static void the_cache_is_kept_and_new_limits_are_for_what_comes(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config;
    struct forwarder_path client = fixture_client(100);
    struct fixture_message query;
    struct forwarder_path path;

    (void)state;
    config = fixture_config(&fixture, 4);
    config.cache.bytes = FORWARDER_CACHE_BYTES_MIN;
    config.keep = (struct forwarder_keep_limits){ 0, 600, 600, 5 };
    fixture_begin(&fixture, &config);
    for (unsigned int number = 1; number <= 2; number++) {
        struct dns_message answer;
        struct dns_walk walk;
        struct dns_rr rr;

        query = fixture_query_number(&fixture, number);
        query.type = DNS_TYPE_TXT;
        path = fixture_ask(&fixture, &query).path;
        query.id = fixture_header(fixture.batch->at[0].payload).id;
        query.flags = DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA;
        query.records = 1;
        fixture_receive(&fixture, &path, fixture_build(&fixture, &query));
        config.keep.ttl_s_max = 10;
        config.upstreams[0] = fixture_address(60, 53);
        assert_true(forwarder_reconfigure(&fixture.forwarder, &config));
        query.flags = DNS_FLAG_RD;
        query.records = 0;
        fixture_receive(&fixture, &client, fixture_build(&fixture, &query));
        answer = fixture_answer(&fixture, 100);
        walk = dns_message_section(&answer, DNS_ANSWER);
        assert_true(dns_walk_next(&walk, &rr));
        assert_int_equal(rr.ttl_s, number == 1 ? 60 : 10);
    }
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_cached), 2);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_asked_from_now_on_is_asked_of_the_new_ones),
    cmocka_unit_test(the_reply_of_one_that_is_no_more_is_taken),
    cmocka_unit_test(a_query_that_waits_is_sent_to_the_new_ones_next_and_ends_in_its_own_time),
    cmocka_unit_test(what_is_known_of_one_that_stays_stays),
    cmocka_unit_test(a_configuration_for_which_there_are_too_few_numbers_changes_nothing),
    cmocka_unit_test(the_cache_is_kept_and_new_limits_are_for_what_comes),
};

RUN_TESTS(tests)
