/* How long an upstream is waited for, which one is asked, and when one is left out. */
#include "fixture.h"

#define MS UINT64_C(1000000)
#define NS_PER_S (1000 * MS)

static const uint8_t members[] = { 0, 1, 2 };

static void patience_follows_the_round_trips_between_its_limits(void **state)
{
    struct forwarder_upstream upstream = { 0 };

    (void)state;
    assert_int_equal(forwarder_upstream_patience(&upstream, 1, 667 * MS), 667 * MS);
    forwarder_upstream_measure(&upstream, 1 * MS);
    assert_int_equal(forwarder_upstream_patience(&upstream, 1, 667 * MS), 50 * MS);
    assert_int_equal(forwarder_upstream_patience(&upstream, 2, 667 * MS), 100 * MS);
    assert_int_equal(forwarder_upstream_patience(&upstream, 8, 667 * MS), 667 * MS);
    for (int i = 0; i < 100; i++)
        forwarder_upstream_measure(&upstream, 100 * MS);
    assert_in_range(forwarder_upstream_patience(&upstream, 1, 667 * MS), 99 * MS, 110 * MS);
    forwarder_upstream_measure(&upstream, 400 * MS);
    assert_true(forwarder_upstream_patience(&upstream, 1, 667 * MS) > 300 * MS);
}

static void three_misses_in_a_row_make_it_down_for_longer_each_time(void **state)
{
    struct forwarder_upstream upstream = { 0 };
    uint64_t now_ns = NS_PER_S;

    (void)state;
    assert_false(forwarder_upstream_missed(&upstream, now_ns));
    assert_false(forwarder_upstream_missed(&upstream, now_ns));
    forwarder_upstream_answered(&upstream);
    assert_false(forwarder_upstream_missed(&upstream, now_ns));
    assert_false(forwarder_upstream_missed(&upstream, now_ns));
    for (uint64_t down_s = 1; down_s <= FORWARDER_UPSTREAM_DOWN_S_MAX; down_s *= 2) {
        assert_true(forwarder_upstream_missed(&upstream, now_ns));
        assert_int_equal(upstream.down_until_ns, now_ns + down_s * NS_PER_S);
        now_ns = upstream.down_until_ns;
    }
    assert_true(forwarder_upstream_missed(&upstream, now_ns));
    assert_int_equal(upstream.down_until_ns, now_ns + FORWARDER_UPSTREAM_DOWN_S_MAX * NS_PER_S);
    forwarder_upstream_answered(&upstream);
    assert_int_equal(upstream.down_until_ns, 0);
}

static void edns_is_left_away_only_for_one_that_never_answered_with_it(void **state)
{
    struct forwarder_upstream_edns edns = { 0 };

    (void)state;
    assert_false(forwarder_edns_is_plain(&edns, true, 1));
    edns.silences = FORWARDER_EDNS_SILENCES;
    assert_false(forwarder_edns_is_plain(&edns, false, 1));
    assert_true(forwarder_edns_is_plain(&edns, true, 1));
    assert_false(forwarder_edns_probe(&edns, 1));
    forwarder_edns_answered(&edns, true, NS_PER_S);
    assert_true(forwarder_edns_is_plain(&edns, false, NS_PER_S));
    assert_true(forwarder_edns_probe(&edns, NS_PER_S));
    assert_false(forwarder_edns_probe(&edns, 2 * NS_PER_S - 1));
    assert_true(forwarder_edns_probe(&edns, 2 * NS_PER_S));
    assert_false(forwarder_edns_probe(&edns, 4 * NS_PER_S - 1));
    assert_true(forwarder_edns_probe(&edns, 4 * NS_PER_S));
    forwarder_edns_seen(&edns);
    assert_false(forwarder_edns_is_plain(&edns, false, 5 * NS_PER_S));
    edns.silences = 1000;
    assert_false(forwarder_edns_is_plain(&edns, true, 5 * NS_PER_S));
    forwarder_edns_answered(&edns, true, 6 * NS_PER_S);
    assert_false(forwarder_edns_is_plain(&edns, true, 6 * NS_PER_S));
    edns.plain_until_ns = 8 * NS_PER_S; /* it said so over a stream */
    assert_true(forwarder_edns_is_plain(&edns, false, 7 * NS_PER_S));
}

static void a_loser_of_races_is_down_when_three_that_are_watched_have_no_answer(void **state)
{
    struct forwarder_upstream upstream = { .smoothed_ns = 10 * MS };
    struct forwarder_watch watch = { .is_there = true };
    unsigned int downs = 0;

    (void)state;
    for (watch.sent_ns = NS_PER_S; watch.sent_ns < 2 * NS_PER_S; watch.sent_ns += 10 * MS) {
        downs += forwarder_upstream_outrun(&upstream, &watch, watch.sent_ns + 5 * MS, NS_PER_S);
        assert_int_equal(upstream.strikes, (watch.sent_ns - NS_PER_S) / (50 * MS));
        if (downs == 1)
            return;
    }
    fail();
}

#define ROUND_TRIPS { .smoothed_ns = 9 }, { .smoothed_ns = 5 }, { .smoothed_ns = 7 }

static struct forwarder_choice choice_among(const struct forwarder_upstream upstreams[3])
{
    return (struct forwarder_choice){
        .upstreams = upstreams, .members = members, .count = 3, .now_ns = 10
    };
}

static void the_second_of_a_race_is_the_next_fastest_or_now_and_then_another(void **state)
{
    struct forwarder_upstream upstreams[] = { ROUND_TRIPS };
    struct forwarder_choice choice = choice_among(upstreams);

    (void)state;
    assert_int_equal(forwarder_choice_first(&choice, FORWARDER_POLICY_RACE, 5, 1), 1);
    assert_int_equal(forwarder_choice_second(&choice, 1, 6), 2);
    assert_int_equal(forwarder_choice_second(&choice, 1, 7), 0);
    assert_int_equal(forwarder_choice_second(&choice, 1, 15), 2);
    assert_int_equal(forwarder_choice_second(&choice, 1, 23), 2);
    upstreams[2].down_until_ns = 11;
    assert_int_equal(forwarder_choice_second(&choice, 1, 6), 0);
    upstreams[0].down_until_ns = 11;
    assert_int_equal(forwarder_choice_second(&choice, 1, 6), 1);
    assert_int_equal(forwarder_choice_second(&choice, 1, 7), 1);
}

static void each_policy_chooses_among_those_that_are_well(void **state)
{
    struct forwarder_upstream upstreams[] = { ROUND_TRIPS };
    struct forwarder_choice choice = choice_among(upstreams);

    (void)state;
    assert_int_equal(forwarder_choice_first(&choice, FORWARDER_POLICY_FIRST, 5, 1), 0);
    assert_int_equal(forwarder_choice_first(&choice, FORWARDER_POLICY_ROUND_ROBIN, 5, 1), 2);
    assert_int_equal(forwarder_choice_first(&choice, FORWARDER_POLICY_FASTEST, 5, 1), 1);
    upstreams[0].down_until_ns = 11;
    upstreams[1].down_until_ns = 11;
    assert_int_equal(forwarder_choice_first(&choice, FORWARDER_POLICY_FIRST, 5, 1), 2);
    assert_int_equal(forwarder_choice_first(&choice, FORWARDER_POLICY_ROUND_ROBIN, 6, 1), 2);
    assert_int_equal(forwarder_choice_first(&choice, FORWARDER_POLICY_FASTEST, 5, 1), 2);
    upstreams[2].down_until_ns = 11;
    assert_int_equal(forwarder_choice_first(&choice, FORWARDER_POLICY_FIRST, 5, 1), 0);
}

static void the_next_is_one_that_was_not_asked_and_is_well(void **state)
{
    struct forwarder_upstream upstreams[3] = { 0 };
    struct forwarder_choice choice = choice_among(upstreams);

    (void)state;
    assert_int_equal(forwarder_choice_next(&choice, 0, 1), 1);
    upstreams[1].down_until_ns = 11;
    assert_int_equal(forwarder_choice_next(&choice, 0, 1), 2);
    upstreams[2].down_until_ns = 11;
    assert_int_equal(forwarder_choice_next(&choice, 0, 1), 1);
    assert_int_equal(forwarder_choice_next(&choice, 1, 7), 2);
}

/* A forwarder whose attempts wait at most 667 ms. */
static void begin(struct fixture *fixture, enum forwarder_policy policy)
{
    struct forwarder_config config = fixture_config(fixture, 64);

    config.attempt_ns = 667 * MS;
    config.timeout_ns = FIXTURE_ATTEMPTS * 667 * MS;
    config.policy = policy;
    fixture_begin(fixture, &config);
}

/* A new query; gives what was sent, which the upstream answers after so long, if it does. */
static struct forwarder_datagram exchange(struct fixture *fixture, unsigned int number,
                                          uint64_t after_ns)
{
    struct fixture_message query = fixture_query_number(fixture, number);
    struct forwarder_datagram sent = fixture_ask(fixture, &query);

    if (after_ns == 0)
        return sent;
    query.id = fixture_header(sent.payload).id;
    query.flags = DNS_FLAG_QR;
    fixture->now_ns += after_ns;
    fixture_receive(fixture, &sent.path, fixture_build(fixture, &query));
    (void)fixture_answer(fixture, 100);
    return sent;
}

/* Whether a new query, which is answered, goes to the second upstream. */
static bool goes_to_second(struct fixture *fixture, unsigned int number)
{
    struct forwarder_datagram sent = exchange(fixture, number, 1 * MS);
    struct forwarder_address second = fixture_address(54, 53);

    return forwarder_address_equal(&sent.path.peer, &second);
}

static void when_the_first_dies_the_second_is_asked_after_fifty_ms_and_soon_at_once(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_address second = fixture_address(54, 53);

    (void)state;
    begin(&fixture, FORWARDER_POLICY_FIRST);
    for (unsigned int i = 0; i < 10; i++)
        (void)exchange(&fixture, i, 1 * MS);
    for (unsigned int i = 10; i < 10 + FORWARDER_UPSTREAM_STRIKES; i++) {
        (void)exchange(&fixture, i, 0);
        fixture_wait(&fixture, 50 * MS);
        assert_int_equal(fixture.batch->count, 1);
        assert_true(forwarder_address_equal(&fixture.batch->at[0].path.peer, &second));
    }
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_upstreams_down), 1);
    assert_true(goes_to_second(&fixture, 20));
    fixture.now_ns += NS_PER_S;
    assert_false(goes_to_second(&fixture, 21));
    assert_false(goes_to_second(&fixture, 22));
}

static void a_slow_answer_has_all_the_time_that_a_client_has(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_datagram sent;
    struct fixture_message query;
    uint64_t start_ns;

    (void)state;
    begin(&fixture, FORWARDER_POLICY_FIRST);
    (void)exchange(&fixture, 1, 1 * MS);
    start_ns = fixture.now_ns;
    sent = exchange(&fixture, 2, 0);
    query = fixture_query_number(&fixture, 2);
    query.id = fixture_header(sent.payload).id;
    query.flags = DNS_FLAG_QR;
    while (forwarder_deadline_ns(&fixture.forwarder) < start_ns + FIXTURE_ATTEMPTS * 667 * MS)
        fixture_wait(&fixture, forwarder_deadline_ns(&fixture.forwarder) - fixture.now_ns);
    fixture.now_ns = start_ns + FIXTURE_ATTEMPTS * 667 * MS - 1;
    fixture_receive(&fixture, &sent.path, fixture_build(&fixture, &query));
    (void)fixture_answer(&fixture, 100);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_retries), FIXTURE_ATTEMPTS - 1);
}

static void in_a_race_two_are_asked_and_the_first_reply_is_the_answer(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_path client = fixture_client(100);
    struct forwarder_path path;

    (void)state;
    begin(&fixture, FORWARDER_POLICY_RACE);
    fixture_receive(&fixture, &client, fixture_build(&fixture, &query));
    assert_int_equal(fixture.batch->count, 2);
    assert_false(
        forwarder_address_equal(&fixture.batch->at[0].path.peer, &fixture.batch->at[1].path.peer));
    path = fixture.batch->at[1].path;
    query.id = fixture_header(fixture.batch->at[1].payload).id;
    query.flags = DNS_FLAG_QR;
    fixture_receive(&fixture, &path, fixture_build(&fixture, &query));
    (void)fixture_answer(&fixture, 100);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(patience_follows_the_round_trips_between_its_limits),
    cmocka_unit_test(three_misses_in_a_row_make_it_down_for_longer_each_time),
    cmocka_unit_test(edns_is_left_away_only_for_one_that_never_answered_with_it),
    cmocka_unit_test(a_loser_of_races_is_down_when_three_that_are_watched_have_no_answer),
    cmocka_unit_test(the_second_of_a_race_is_the_next_fastest_or_now_and_then_another),
    cmocka_unit_test(each_policy_chooses_among_those_that_are_well),
    cmocka_unit_test(the_next_is_one_that_was_not_asked_and_is_well),
    cmocka_unit_test(when_the_first_dies_the_second_is_asked_after_fifty_ms_and_soon_at_once),
    cmocka_unit_test(a_slow_answer_has_all_the_time_that_a_client_has),
    cmocka_unit_test(in_a_race_two_are_asked_and_the_first_reply_is_the_answer),
};
RUN_TESTS(tests)
