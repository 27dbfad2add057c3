/* Who may ask, how often, and how much of what there is one client may have. */
#include "fixture.h"

#include "dns/option.h"

#define NS_PER_S UINT64_C(1000000000)

static struct forwarder_access_rule rule_of(uint8_t last, uint8_t bits, bool may_ask)
{
    struct forwarder_address address = fixture_address(last, 0);

    return (struct forwarder_access_rule){
        .network = forwarder_network_of(&address, (struct forwarder_network_bits){ bits, bits }),
        .may_ask = may_ask,
    };
}

/* A client asks for the name of this number; what goes out is in the batch. */
static void ask_number(struct fixture *fixture, uint8_t client, unsigned int number)
{
    struct fixture_message query = fixture_query_number(fixture, number);
    struct forwarder_path path = fixture_client(client);

    fixture_receive(fixture, &path, fixture_build(fixture, &query));
}

/* The one datagram that went out is an answer of this code with this extended error. */
static void assert_error(struct fixture *fixture, uint8_t client, unsigned int rcode,
                         unsigned int error)
{
    struct dns_message answer = fixture_answer(fixture, client);
    struct dns_extended_error extended;
    struct dns_edns_option option;
    struct dns_edns edns;

    assert_int_equal(dns_message_rcode(&answer), rcode);
    assert_true(dns_message_edns(&answer, &edns));
    assert_true(dns_edns_find_option(&edns, DNS_OPTION_EDE, &option));
    assert_int_equal(dns_extended_error_read(&option, &extended), DNS_OK);
    assert_int_equal(extended.code, error);
}

/* As ask_number(), with EDNS. */
static void ask_with_edns(struct fixture *fixture, uint8_t client, unsigned int number)
{
    struct fixture_message query = fixture_query_number(fixture, number);
    struct forwarder_path path = fixture_client(client);

    query.udp_size = 1232;
    fixture_receive(fixture, &path, fixture_build(fixture, &query));
}

static void a_network_is_the_first_bits_of_an_address(void **state)
{
    static const struct {
        const char *label;
        uint8_t bits;
        uint8_t last_in;
        uint8_t last_out;
    } rows[] = {
        { "a whole address", 32, 200, 201 },
        { "all but one bit", 31, 201, 202 },
        { "half an octet", 28, 207, 208 },
    };
    struct forwarder_address none = { .size = 0 };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct forwarder_access_rule rule = rule_of(200, rows[i].bits, true);
        struct forwarder_address in = fixture_address(rows[i].last_in, 5);
        struct forwarder_address out = fixture_address(rows[i].last_out, 5);

        assert_row(rows[i].label, forwarder_network_has(&rule.network, &in));
        assert_row(rows[i].label, !forwarder_network_has(&rule.network, &out));
        in.size = 16;
        assert_row(rows[i].label, !forwarder_network_has(&rule.network, &in));
        assert_row(rows[i].label, !forwarder_network_has(&rule.network, &none));
    }
}

static void the_longest_prefix_decides_and_who_is_in_none_may_not_ask(void **state)
{
    struct forwarder_access access = { 0 };
    struct forwarder_access_rule rules[] = { rule_of(0, 24, true), rule_of(100, 32, true),
                                             rule_of(96, 27, false) };
    struct forwarder_address client = fixture_address(95, 0);

    (void)state;
    assert_true(forwarder_access_may_ask(&access, &client));
    for (size_t i = 0; i < ROWS(rules); i++)
        assert_true(forwarder_access_add(&access, &rules[i]));
    assert_true(forwarder_access_may_ask(&access, &client));
    client = fixture_address(96, 0);
    assert_false(forwarder_access_may_ask(&access, &client));
    client = fixture_address(100, 0);
    assert_true(forwarder_access_may_ask(&access, &client));
    client.octets[0] = 10;
    assert_false(forwarder_access_may_ask(&access, &client));
    while (access.count < FORWARDER_ACCESS_RULES_MAX)
        assert_true(forwarder_access_add(&access, &rules[0]));
    assert_false(forwarder_access_add(&access, &rules[0]));
}

static void who_may_not_ask_is_refused_whatever_it_asks(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct forwarder_access_rule rule = rule_of(100, 32, true);
    struct forwarder_path path = fixture_client(101);
    uint8_t header[DNS_HEADER_SIZE] = { 0 };

    (void)state;
    assert_true(forwarder_access_add(&config.access, &rule));
    fixture_begin(&fixture, &config);
    ask_with_edns(&fixture, 101, 1);
    assert_error(&fixture, 101, DNS_RCODE_REFUSED, DNS_EDE_PROHIBITED);
    fixture_receive(&fixture, &path, bytes_of(header, sizeof(header)));
    assert_int_equal(fixture_header(fixture.batch->at[0].payload).flags % 16, DNS_RCODE_REFUSED);
    header[2] = DNS_FLAG_QR >> 8;
    fixture_receive(&fixture, &path, bytes_of(header, sizeof(header)));
    assert_int_equal(fixture.batch->count, 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_prohibited), 2);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 0);
    ask_number(&fixture, 100, 1);
    assert_int_equal(fixture.batch->at[0].path.side, FORWARDER_UPSTREAMS);
}

static void who_may_not_ask_gets_silence_if_that_is_wanted_but_not_on_a_stream(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct forwarder_access_rule rule = rule_of(100, 32, true);
    struct fixture_message query = fixture_query(1);
    struct forwarder_path path = fixture_client(101);

    (void)state;
    assert_true(forwarder_access_add(&config.access, &rule));
    config.access.is_silent = true;
    fixture_begin(&fixture, &config);
    ask_with_edns(&fixture, 101, 1);
    assert_int_equal(fixture.batch->count, 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_ignored_prohibited), 1);
    path.stream = 5;
    fixture_receive(&fixture, &path, fixture_build(&fixture, &query));
    assert_int_equal(fixture.batch->count, 1);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_prohibited), 1);
}

static void a_network_over_its_rate_is_cut_or_dropped_until_it_has_waited(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct dns_header cut;
    size_t answered = 0;

    (void)state;
    config.rate = (struct forwarder_rate_config){ .per_s = 4, .window_s = 2, .slip = 2 };
    fixture_begin(&fixture, &config);
    for (uint8_t i = 0; i < 10; i++) {
        ask_number(&fixture, i, 1); /* all of one network */
        answered += fixture.batch->count;
    }
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_forwarded), 1);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_joined), 3);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_slipped), 3);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_ignored_limited), 3);
    assert_int_equal(answered, 1 + 3);
    cut = fixture_header(fixture.batch->at[0].payload);
    assert_true(dns_header_has(&cut, DNS_FLAG_TC));
    for (int i = 0; i < 100; i++) /* down to two seconds' worth below nothing, and no further */
        ask_number(&fixture, 1, 1);
    fixture_wait(&fixture, 2 * NS_PER_S);
    ask_number(&fixture, 1, 2);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_forwarded), 1);
    fixture_wait(&fixture, NS_PER_S / 2);
    ask_number(&fixture, 1, 2);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_forwarded), 2);
}

static void another_rate_begins_all_accounts_anew(void **state)
{
    static const struct {
        uint32_t per_s;
        unsigned int dropped; /* of five */
    } rows[] = { { 0, 0 }, { 2, 3 }, { 3, 2 }, { 3, 5 }, { 0, 0 }, { 1, 4 } };
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    uint64_t dropped = 0;

    (void)state;
    config.rate = (struct forwarder_rate_config){ .window_s = 2, .may_begin = true };
    fixture_begin(&fixture, &config);
    for (size_t i = 0; i < ROWS(rows); i++) {
        config.rate.per_s = rows[i].per_s;
        assert_true(forwarder_reconfigure(&fixture.forwarder, &config));
        for (uint8_t n = 0; n < 5; n++)
            ask_number(&fixture, n, 1);
        dropped += rows[i].dropped;
        assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_ignored_limited), dropped);
    }
}

static void the_rate_is_for_each_network_and_not_for_streams(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct fixture_message query = fixture_query(1);
    struct forwarder_path path = fixture_client(1);

    (void)state;
    config.rate = (struct forwarder_rate_config){ .per_s = 1, .window_s = 1 };
    fixture_begin(&fixture, &config);
    ask_number(&fixture, 1, 1);
    ask_number(&fixture, 1, 1);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_ignored_limited), 1);
    path.stream = 9;
    fixture_receive(&fixture, &path, fixture_build(&fixture, &query));
    path.stream = 0;
    path.peer.octets[2] += 1;
    fixture_receive(&fixture, &path, fixture_build(&fixture, &query));
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_ignored_limited), 1);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_forwarded), 2);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_joined), 1);
}

static void a_full_rate_table_lets_the_best_balanced_go(void **state)
{
    size_t count = (size_t)FORWARDER_RATE_SETS * FORWARDER_RATE_PLACES;
    CLEANUP(free_pointer) struct forwarder_rate_place *places = calloc(count, sizeof(*places));
    struct forwarder_rate_config config = { .per_s = 2, .window_s = 100 };
    struct forwarder_hash_key key = { { 1, 2 } };
    struct forwarder_rate rate = forwarder_rate_init(&config, &key, places);
    struct forwarder_address heavy = fixture_address(1, 0);
    struct forwarder_address other = { .size = 4 };

    (void)state;
    assert_int_equal(forwarder_rate_slab_bytes(&config), count * sizeof(*places));
    for (int i = 0; i < 100; i++)
        (void)forwarder_rate_take(&rate, &heavy, 1);
    for (unsigned int i = 0; i < 4 * count; i++) {
        other.octets[0] = 10;
        other.octets[1] = (uint8_t)(i >> 8);
        other.octets[2] = (uint8_t)i;
        other.octets[0] += (uint8_t)(i >> 16);
        assert_int_equal(forwarder_rate_take(&rate, &other, 2), FORWARDER_RATE_ANSWER);
    }
    assert_int_equal(forwarder_rate_take(&rate, &heavy, 3), FORWARDER_RATE_DROP);
}

static void one_client_has_no_more_places_than_it_may(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct forwarder_datagram sent;
    struct fixture_message reply;

    (void)state;
    config.client_queries_max = 2;
    fixture_begin(&fixture, &config);
    ask_number(&fixture, 1, 1);
    sent = fixture.batch->at[0];
    ask_number(&fixture, 1, 2);
    ask_with_edns(&fixture, 1, 3);
    assert_error(&fixture, 1, DNS_RCODE_SERVFAIL, DNS_EDE_NOT_READY);
    ask_number(&fixture, 1, 1);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_greedy), 2);
    ask_number(&fixture, 2, 3);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 3);
    fixture_wait(&fixture, 0);
    reply = fixture_query_number(&fixture, 1);
    reply.id = fixture.forwarder.table.queries[0].key.id;
    reply.flags |= DNS_FLAG_QR;
    fixture_receive(&fixture, &sent.path, fixture_build(&fixture, &reply));
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 2);
    ask_number(&fixture, 1, 4);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 3);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_greedy), 2);
}

static void shares_are_counted_for_all_networks_at_once(void **state)
{
    struct forwarder_share at[64];
    uint32_t buckets[64] = { 0 };
    struct forwarder_hash_key key = { { 3, 4 } };
    struct forwarder_shares shares = forwarder_shares_init(at, buckets, 64, &key);
    uint32_t numbers[64];

    (void)state;
    assert_int_equal(forwarder_shares_buckets(64), 64);
    for (int turn = 0; turn < 3; turn++) {
        for (unsigned int i = 0; i < 64; i++) {
            struct forwarder_access_rule rule = rule_of((uint8_t)(i % 16), 32, true);

            numbers[i] = forwarder_shares_take(&shares, &rule.network, 4);
            assert_int_not_equal(numbers[i], 0);
        }
        for (unsigned int i = 0; i < 16; i++) {
            struct forwarder_access_rule rule = rule_of((uint8_t)i, 32, true);

            assert_int_equal(forwarder_shares_take(&shares, &rule.network, 4), 0);
        }
        for (unsigned int i = 0; i < 64; i++)
            forwarder_shares_give(&shares, numbers[i]);
        assert_int_equal(shares.touched, 16);
    }
}

static void an_upstream_has_no_more_queries_than_it_may(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);

    (void)state;
    config.upstream_queries_max = 1;
    fixture_begin(&fixture, &config);
    ask_number(&fixture, 1, 1);
    assert_int_equal(fixture.batch->at[0].path.socket / FIXTURE_LANES, 0);
    ask_number(&fixture, 1, 2);
    assert_int_equal(fixture.batch->at[0].path.socket / FIXTURE_LANES, 1);
    ask_with_edns(&fixture, 1, 3);
    assert_error(&fixture, 1, DNS_RCODE_SERVFAIL, DNS_EDE_NOT_READY);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_busy), 1);
    ask_number(&fixture, 2, 2); /* who asks the same asks nobody */
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_joined), 1);
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS); /* each is sent again to whom it was */
    assert_int_equal(fixture.batch->count, 2);
    assert_int_equal(fixture.batch->at[0].path.socket / FIXTURE_LANES, 0);
    assert_int_equal(fixture.batch->at[1].path.socket / FIXTURE_LANES, 1);
    fixture_wait(&fixture, FIXTURE_ATTEMPTS * FIXTURE_ATTEMPT_NS);
    fixture_wait(&fixture, FIXTURE_ATTEMPTS * FIXTURE_ATTEMPT_NS);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 0);
    assert_int_equal(fixture.forwarder.upstreams[0].waiting, 0);
    ask_number(&fixture, 1, 4);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_network_is_the_first_bits_of_an_address),
    cmocka_unit_test(the_longest_prefix_decides_and_who_is_in_none_may_not_ask),
    cmocka_unit_test(who_may_not_ask_is_refused_whatever_it_asks),
    cmocka_unit_test(who_may_not_ask_gets_silence_if_that_is_wanted_but_not_on_a_stream),
    cmocka_unit_test(a_network_over_its_rate_is_cut_or_dropped_until_it_has_waited),
    cmocka_unit_test(another_rate_begins_all_accounts_anew),
    cmocka_unit_test(the_rate_is_for_each_network_and_not_for_streams),
    cmocka_unit_test(a_full_rate_table_lets_the_best_balanced_go),
    cmocka_unit_test(one_client_has_no_more_places_than_it_may),
    cmocka_unit_test(shares_are_counted_for_all_networks_at_once),
    cmocka_unit_test(an_upstream_has_no_more_queries_than_it_may),
};
RUN_TESTS(tests)
