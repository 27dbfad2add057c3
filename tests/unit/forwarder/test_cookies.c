/* DNS cookies, as a server and as a client. */
#include "fixture.h"

#include "dns/option.h"
#include "forwarder/io/cookie_secrets.h"

#include <arpa/inet.h>

#define NOW_S UINT64_C(1559731985)
#define NS_PER_S UINT64_C(1000000000)

static uint8_t digit(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The octets that hexadecimal digits say. */
static size_t octets_of(const char *digits, uint8_t *out)
{
    size_t size = strlen(digits) / 2;

    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(digit(digits[2 * i]) << 4 | digit(digits[2 * i + 1]));
    return size;
}

static struct forwarder_cookie cookie_of(const char *digits)
{
    struct forwarder_cookie cookie = { 0 };

    cookie.size = (uint8_t)octets_of(digits, cookie.octets);
    return cookie;
}

static struct forwarder_address address_of(const char *text)
{
    struct forwarder_address address = { .size = 4 };

    if (inet_pton(AF_INET, text, address.octets) != 1) {
        address.size = 16;
        assert_int_equal(inet_pton(AF_INET6, text, address.octets), 1);
    }
    return address;
}

/* Cookies under one secret or two. */
static struct forwarder_cookies cookies_of(const char *secret, const char *old)
{
    struct forwarder_cookie_config config = { .is_on = true, .secrets_count = 1 + (old != NULL) };
    struct forwarder_cookies cookies;
    uint64_t drawn[2] = { 0 };

    (void)octets_of(secret, config.secrets[0]);
    if (old != NULL)
        (void)octets_of(old, config.secrets[1]);
    forwarder_cookies_init(&cookies, &config, drawn);
    return cookies;
}

static void the_examples_of_rfc_9018_come_out_octet_by_octet(void **state)
{
    static const char secret[] = "e5e973e5a6b2a43f48e7dc849e37bfcf";
    static const struct {
        const char *label;
        const char *secret;
        const char *old;
        const char *client;
        uint64_t now_s;
        const char *sent;
        enum forwarder_cookie_said said;
        const char *given;
    } rows[] = {
        { "A.1: a new one", secret, NULL, "198.51.100.100", 1559731985, "2464c4abcf10c957",
          FORWARDER_COOKIE_NEW, "2464c4abcf10c957010000005cf79f111f8130c3eee29480" },
        { "A.2: 40 minutes later", secret, NULL, "198.51.100.100", 1559734385,
          "2464c4abcf10c957010000005cf79f111f8130c3eee29480", FORWARDER_COOKIE_GOOD,
          "2464c4abcf10c957010000005cf7a871d4a564a1442aca77" },
        { "A.3: reserved octets that are set", secret, NULL, "203.0.113.203", 1559728700,
          "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5", FORWARDER_COOKIE_GOOD, NULL },
        { "A.3: when it was asked, that was too old", secret, NULL, "203.0.113.203", 1559734700,
          "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5", FORWARDER_COOKIE_BAD,
          "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e" },
        { "A.4: the secret before", "445536bcd2513298075a5d379663c962",
          "dd3bdf9344b678b185a6f5cb60fca715", "2001:db8:220:1:59de:d0f4:8769:82b8", 1559741961,
          "22681ab97d52c298010000005cf7c57926556bd0934c72f8", FORWARDER_COOKIE_GOOD,
          "22681ab97d52c298010000005cf7c609a6bb79d16625507a" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct forwarder_cookies cookies = cookies_of(rows[i].secret, rows[i].old);
        struct forwarder_address client = address_of(rows[i].client);
        struct forwarder_cookie cookie = cookie_of(rows[i].sent);
        struct forwarder_cookie given;

        assert_row(rows[i].label, forwarder_cookies_read(&cookies, &client, &cookie,
                                                         rows[i].now_s) == rows[i].said);
        forwarder_cookies_write(&cookies, &client, &cookie, rows[i].now_s);
        if (rows[i].given == NULL)
            continue;
        given = cookie_of(rows[i].given);
        assert_row(rows[i].label, cookie.size == given.size);
        assert_row(rows[i].label, memcmp(cookie.octets, given.octets, given.size) == 0);
    }
}

static void a_cookie_is_good_for_an_hour_and_five_minutes_ahead(void **state)
{
    static const struct {
        const char *label;
        int64_t later_s;
        bool is_good;
    } rows[] = {
        { "at once", 0, true },
        { "after an hour", 3600, true },
        { "after more", 3601, false },
        { "five minutes ahead", -300, true },
        { "more ahead", -301, false },
        { "half of all time later", INT64_C(1) << 31, false },
        { "as all time has wrapped", (INT64_C(1) << 32) + 60, true },
    };
    struct forwarder_cookies cookies = cookies_of("e5e973e5a6b2a43f48e7dc849e37bfcf", NULL);
    struct forwarder_address client = address_of("192.0.2.1");
    struct forwarder_cookie cookie = cookie_of("2464c4abcf10c957");

    (void)state;
    forwarder_cookies_write(&cookies, &client, &cookie, NOW_S);
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_row(rows[i].label,
                   (forwarder_cookies_read(&cookies, &client, &cookie,
                                           (uint64_t)((int64_t)NOW_S + rows[i].later_s)) ==
                    FORWARDER_COOKIE_GOOD) == rows[i].is_good);
}

static void one_bit_of_another_cookie_address_or_size_makes_it_bad(void **state)
{
    struct forwarder_cookies cookies = cookies_of("e5e973e5a6b2a43f48e7dc849e37bfcf", NULL);
    struct forwarder_address client = address_of("192.0.2.1");
    struct forwarder_cookie cookie = cookie_of("2464c4abcf10c957");

    (void)state;
    forwarder_cookies_write(&cookies, &client, &cookie, NOW_S);
    assert_int_equal(cookie.size, 24);
    for (size_t bit = 0; bit < 8 * (size_t)cookie.size; bit++) {
        cookie.octets[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_equal(forwarder_cookies_read(&cookies, &client, &cookie, NOW_S),
                         FORWARDER_COOKIE_BAD);
        cookie.octets[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    client.octets[3] ^= 1;
    assert_int_equal(forwarder_cookies_read(&cookies, &client, &cookie, NOW_S),
                     FORWARDER_COOKIE_BAD);
    client.octets[3] ^= 1;
    client.port = 7; /* a port is none of it */
    assert_int_equal(forwarder_cookies_read(&cookies, &client, &cookie, NOW_S),
                     FORWARDER_COOKIE_GOOD);
    cookie.size = 32;
    assert_int_equal(forwarder_cookies_read(&cookies, &client, &cookie, NOW_S),
                     FORWARDER_COOKIE_BAD);
}

static void a_drawn_secret_is_replaced_each_day_and_known_for_one_more(void **state)
{
    struct forwarder_cookie_config config = { .is_on = true };
    struct forwarder_address client = address_of("192.0.2.1");
    struct forwarder_cookie cookie = cookie_of("2464c4abcf10c957");
    struct forwarder_cookies cookies;
    uint64_t drawn[2] = { 1, 2 };

    (void)state;
    forwarder_cookies_init(&cookies, &config, drawn);
    forwarder_cookies_write(&cookies, &client, &cookie, NOW_S);
    assert_false(forwarder_cookies_is_due(&cookies, FORWARDER_COOKIE_SECRET_NS - 1));
    assert_true(forwarder_cookies_is_due(&cookies, FORWARDER_COOKIE_SECRET_NS));
    for (uint64_t day = 1; day <= 2; day++) {
        assert_int_equal(forwarder_cookies_read(&cookies, &client, &cookie, NOW_S),
                         FORWARDER_COOKIE_GOOD);
        drawn[0] += 2;
        forwarder_cookies_draw(&cookies, drawn, day * FORWARDER_COOKIE_SECRET_NS);
    }
    assert_int_equal(forwarder_cookies_read(&cookies, &client, &cookie, NOW_S),
                     FORWARDER_COOKIE_BAD);
}

static void a_file_of_secrets_says_which_line_is_wrong(void **state)
{
    static const struct {
        const char *text;
        const char *sentence;
    } rows[] = {
        { "", "there is no secret" },
        { "# none\n\n", "there is no secret" },
        { "\n0123456789abcdef0123456789abcde\n", "line 2 is not 32 hexadecimal digits" },
        { "0123456789abcdef0123456789abcdeg", "line 1 is not 32 hexadecimal digits" },
    };
    static const char good[] = "# first\r\n\t0123456789abcdef0123456789ABCDEF \r\n\n"
                               "ffffffffffffffffffffffffffffffff";
    struct forwarder_cookie_config config = { .secrets_count = 9 };
    struct err err = { 0 };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_row(rows[i].text,
                   forwarder_cookie_secrets_parse(bytes_of_text(rows[i].text), &config, &err) < 0);
        assert_string_equal(err.sentence, rows[i].sentence);
        assert_int_equal(config.secrets_count, 9);
    }
    assert_int_equal(forwarder_cookie_secrets_parse(bytes_of_text(good), &config, &err), 0);
    assert_int_equal(config.secrets_count, 2);
    assert_int_equal(config.secrets[0][15], 0xEF);
    assert_int_equal(config.secrets[1][0], 0xFF);
}

/* A forwarder that does cookies. */
static void begin(struct fixture *fixture, struct forwarder_config *config)
{
    config->cookies.is_on = true;
    fixture_begin(fixture, config);
    forwarder_tell_wall(&fixture->forwarder, fixture->now_ns, NOW_S);
}

/* A client's query, or an upstream's reply, with EDNS and this cookie (size 0: none). */
static struct bytes build(struct fixture *fixture, const struct fixture_message *message,
                          unsigned int rcode, const struct forwarder_cookie *cookie)
{
    struct dns_header header = { .id = message->id,
                                 .flags = (uint16_t)(message->flags | rcode % 16) };
    struct dns_question question = { .type = message->type, .class = DNS_CLASS_IN };
    uint8_t block[64];
    struct byte_writer options = byte_writer_init(block, sizeof(block));
    struct dns_edns_option option = { DNS_OPTION_COOKIE, bytes_of(cookie->octets, cookie->size) };
    struct dns_edns edns = { .udp_size = 1232, .rcode_high = (uint8_t)(rcode / 16) };
    struct dns_builder builder;

    if (cookie->size > 0)
        assert_true(dns_option_write(&option, &options));
    edns.options = byte_writer_written(&options);
    dns_builder_init(&builder, fixture->wire, sizeof(fixture->wire), &header);
    if (message->name != NULL) {
        assert_int_equal(dns_name_parse(bytes_of_text(message->name), &question.name).status,
                         DNS_OK);
        assert_int_equal(dns_builder_add_question(&builder, &question).status, DNS_OK);
        fixture_add_records(&builder, message, &question.name);
    }
    assert_int_equal(dns_builder_add_edns(&builder, &edns).status, DNS_OK);
    return dns_builder_finish(&builder);
}

/* Client 100 asks the question with this cookie. */
static void ask(struct fixture *fixture, const struct fixture_message *query,
                const struct forwarder_cookie *cookie)
{
    struct forwarder_path path = fixture_client(100);

    fixture_receive(fixture, &path, build(fixture, query, 0, cookie));
}

/* The cookie in the datagram that went out last. */
static struct forwarder_cookie sent_cookie(const struct fixture *fixture)
{
    struct dns_message message =
        fixture_message_of(fixture->batch->at[fixture->batch->count - 1].payload);
    struct forwarder_cookie cookie;

    forwarder_cookie_find(&message, &cookie);
    return cookie;
}

/* The upstream answers what went out last with this cookie; a record of 60 octets. */
static void reply(struct fixture *fixture, const struct forwarder_path *path,
                  const struct forwarder_cookie *cookie, unsigned int rcode)
{
    struct fixture_message message = fixture_query(fixture->forwarder.table.queries[0].key.id);

    message.flags |= DNS_FLAG_QR;
    message.records = rcode == 0;
    fixture_receive(fixture, path, build(fixture, &message, rcode, cookie));
}

static void a_client_gets_a_cookie_with_each_kind_of_answer(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct forwarder_cookie sent = cookie_of("2464c4abcf10c957");
    struct forwarder_cookie none = { 0 };
    struct fixture_message query = fixture_query(7);
    struct forwarder_path upstream;
    struct forwarder_cookie got;

    (void)state;
    config.cache.bytes = FORWARDER_CACHE_BYTES_MIN;
    config.keep = (struct forwarder_keep_limits){ 0, 60, 30, 2 };
    begin(&fixture, &config);
    query.type = DNS_TYPE_TXT;
    ask(&fixture, &query, &sent);
    upstream = fixture.batch->at[0].path;
    query.id = fixture.forwarder.table.queries[0].key.id;
    query.flags |= DNS_FLAG_QR;
    query.records = 1;
    fixture_receive(&fixture, &upstream, build(&fixture, &query, 0, &none));
    got = sent_cookie(&fixture); /* relayed */
    assert_int_equal(got.size, 24);
    assert_memory_equal(got.octets, sent.octets, 8);
    query = fixture_query(8);
    query.type = DNS_TYPE_TXT;
    ask(&fixture, &query, &got);
    assert_int_equal(fixture_answer(&fixture, 100).header.counts[DNS_ANSWER], 1);
    assert_int_equal(sent_cookie(&fixture).size, 24); /* from the cache */
    query.type = DNS_TYPE_AXFR;
    ask(&fixture, &query, &got);
    assert_int_equal(sent_cookie(&fixture).size, 24); /* ours */
    ask(&fixture, &query, &none);
    assert_int_equal(sent_cookie(&fixture).size, 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_cookies_new), 1);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_cookies_good), 2);
}

static void a_cookie_may_be_asked_for_alone(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct forwarder_cookie cookie = cookie_of("2464c4abcf10c957");
    struct fixture_message query = { .id = 9 };
    struct dns_message answer;

    (void)state;
    begin(&fixture, &config);
    ask(&fixture, &query, &cookie);
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(dns_message_rcode(&answer), DNS_RCODE_NOERROR);
    cookie = sent_cookie(&fixture);
    assert_int_equal(cookie.size, 24);
    cookie.octets[20] ^= 1;
    ask(&fixture, &query, &cookie);
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(dns_message_rcode(&answer), DNS_RCODE_BADCOOKIE);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_for_cookies), 2);
    cookie.size = 0;
    ask(&fixture, &query, &cookie);
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(dns_message_rcode(&answer), DNS_RCODE_FORMERR);
}

static void where_cookies_are_required_others_come_again(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct forwarder_cookie cookie = cookie_of("2464c4abcf10c957");
    struct forwarder_cookie none = { 0 };
    struct fixture_message query = fixture_query(9);
    struct forwarder_path path = fixture_client(100);
    struct dns_message answer;

    (void)state;
    config.cookies.is_required = true;
    begin(&fixture, &config);
    ask(&fixture, &query, &none);
    answer = fixture_answer(&fixture, 100);
    assert_true(dns_header_has(&answer.header, DNS_FLAG_TC));
    ask(&fixture, &query, &cookie);
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(dns_message_rcode(&answer), DNS_RCODE_BADCOOKIE);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_uncookied), 2);
    cookie = sent_cookie(&fixture);
    ask(&fixture, &query, &cookie);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_forwarded), 1);
    path.stream = 3;
    fixture_receive(&fixture, &path, build(&fixture, &query, 0, &none));
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_joined), 1);
}

static void a_good_cookie_is_over_no_rate_and_a_bad_one_says_badcookie(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct forwarder_cookie cookie = cookie_of("2464c4abcf10c957");
    struct fixture_message query = fixture_query(9);
    struct dns_message answer;

    (void)state;
    config.rate = (struct forwarder_rate_config){ .per_s = 1, .window_s = 5, .slip = 1 };
    begin(&fixture, &config);
    ask(&fixture, &query, &cookie);
    ask(&fixture, &query, &cookie);
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(dns_message_rcode(&answer), DNS_RCODE_BADCOOKIE);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_slipped), 1);
    cookie = sent_cookie(&fixture);
    for (int i = 0; i < 5; i++)
        ask(&fixture, &query, &cookie);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_joined), 5);
}

static void an_upstream_is_sent_its_own_cookie_and_what_it_said(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct forwarder_cookie none = { 0 };
    struct fixture_message query = fixture_query(9);
    struct forwarder_cookie first;
    struct forwarder_cookie second;
    struct forwarder_path path;

    (void)state;
    begin(&fixture, &config);
    ask(&fixture, &query, &none);
    path = fixture.batch->at[0].path;
    first = sent_cookie(&fixture);
    assert_int_equal(first.size, 8);
    second = first;
    second.size = 24;
    memset(second.octets + 8, 0x5A, 16);
    reply(&fixture, &path, &second, 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_answers_relayed), 1);
    assert_int_equal(sent_cookie(&fixture).size, 0); /* not the client's business */
    ask(&fixture, &query, &none);
    first = sent_cookie(&fixture);
    assert_int_equal(first.size, 24);
    assert_memory_equal(first.octets, second.octets, 24);
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS); /* another upstream */
    second = sent_cookie(&fixture);
    assert_int_equal(second.size, 8);
    assert_memory_not_equal(first.octets, second.octets, 8);
}

static void a_reply_with_another_cookie_is_not_believed(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct forwarder_cookie none = { 0 };
    struct fixture_message query = fixture_query(9);
    struct forwarder_cookie cookie;
    struct forwarder_path path;

    (void)state;
    begin(&fixture, &config);
    ask(&fixture, &query, &none);
    path = fixture.batch->at[0].path;
    cookie = sent_cookie(&fixture);
    cookie.octets[7] ^= 1;
    reply(&fixture, &path, &cookie, 0);
    assert_int_equal(fixture.batch->count, 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_replies_wrong_cookie), 1);
    cookie.octets[7] ^= 1;
    reply(&fixture, &path, &cookie, 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_replies_accepted), 1);
}

static void a_reply_without_a_cookie_that_should_be_there_makes_us_ask_over_tcp(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct forwarder_cookie none = { 0 };
    struct fixture_message query = fixture_query(9);
    struct forwarder_cookie cookie;
    struct forwarder_path path;
    struct forwarder_path stream;

    (void)state;
    begin(&fixture, &config);
    ask(&fixture, &query, &none);
    path = fixture.batch->at[0].path;
    cookie = sent_cookie(&fixture);
    cookie.size = 16;
    reply(&fixture, &path, &cookie, 0);
    ask(&fixture, &query, &none);
    path = fixture.batch->at[0].path;
    reply(&fixture, &path, &none, 0);
    assert_int_equal(fixture.batch->count, 1);
    assert_int_equal(fixture.batch->at[0].path.stream, 1);
    stream = fixture.batch->at[0].path;
    reply(&fixture, &path, &none, 0);
    assert_int_equal(fixture.batch->count, 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_replies_uncookied), 2);
    reply(&fixture, &stream, &none, 0); /* over TCP it is believed, and knows none any more */
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_replies_accepted), 2);
    ask(&fixture, &query, &none);
    assert_int_equal(sent_cookie(&fixture).size, 8);
}

static void badcookie_is_answered_with_the_new_cookie_and_then_over_tcp(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct forwarder_cookie none = { 0 };
    struct fixture_message query = fixture_query(9);
    struct forwarder_cookie cookie;
    struct forwarder_path path;

    (void)state;
    begin(&fixture, &config);
    ask(&fixture, &query, &none);
    path = fixture.batch->at[0].path;
    cookie = sent_cookie(&fixture);
    cookie.size = 16;
    memset(cookie.octets + 8, 1, 8);
    reply(&fixture, &path, &cookie, DNS_RCODE_BADCOOKIE);
    assert_int_equal(fixture.batch->count, 1);
    assert_int_equal(fixture.batch->at[0].path.stream, 0);
    assert_int_equal(sent_cookie(&fixture).size, 16);
    cookie.octets[8] = 2;
    reply(&fixture, &path, &cookie, DNS_RCODE_BADCOOKIE);
    assert_int_equal(fixture.batch->at[0].path.stream, 1);
    assert_int_equal(sent_cookie(&fixture).octets[8], 2);
    path = fixture.batch->at[0].path;
    reply(&fixture, &path, &cookie, DNS_RCODE_BADCOOKIE);
    assert_int_equal(fixture.batch->count, 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_replies_badcookie), 3);
    reply(&fixture, &path, &cookie, 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_answers_relayed), 1);
}

static void formerr_to_a_cookie_makes_us_ask_without_one_for_a_while(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct forwarder_cookie none = { 0 };
    struct fixture_message query = fixture_query(9);
    struct forwarder_path path;

    (void)state;
    begin(&fixture, &config);
    ask(&fixture, &query, &none);
    path = fixture.batch->at[0].path;
    reply(&fixture, &path, &none, DNS_RCODE_FORMERR);
    assert_int_equal(fixture.batch->count, 1);
    assert_int_equal(sent_cookie(&fixture).size, 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_replies_cookieless), 1);
    reply(&fixture, &path, &none, DNS_RCODE_FORMERR); /* so it was not the cookie */
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_answers_relayed), 1);
    ask(&fixture, &query, &none);
    assert_int_equal(sent_cookie(&fixture).size, 0);
    fixture_wait(&fixture, 1000 * NS_PER_S);
    fixture_wait(&fixture, 1000 * NS_PER_S);
    ask(&fixture, &query, &none);
    assert_int_equal(sent_cookie(&fixture).size, 8);
}

static void who_does_not_answer_to_a_cookie_is_asked_without(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct forwarder_cookie none = { 0 };
    struct fixture_message query = fixture_query(9);

    (void)state;
    config.upstreams_count = 1;
    begin(&fixture, &config);
    ask(&fixture, &query, &none);
    assert_int_equal(sent_cookie(&fixture).size, 8);
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    assert_int_equal(fixture.batch->count, 1);
    assert_int_equal(sent_cookie(&fixture).size, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_examples_of_rfc_9018_come_out_octet_by_octet),
    cmocka_unit_test(a_cookie_is_good_for_an_hour_and_five_minutes_ahead),
    cmocka_unit_test(one_bit_of_another_cookie_address_or_size_makes_it_bad),
    cmocka_unit_test(a_drawn_secret_is_replaced_each_day_and_known_for_one_more),
    cmocka_unit_test(a_file_of_secrets_says_which_line_is_wrong),
    cmocka_unit_test(a_client_gets_a_cookie_with_each_kind_of_answer),
    cmocka_unit_test(a_cookie_may_be_asked_for_alone),
    cmocka_unit_test(where_cookies_are_required_others_come_again),
    cmocka_unit_test(a_good_cookie_is_over_no_rate_and_a_bad_one_says_badcookie),
    cmocka_unit_test(an_upstream_is_sent_its_own_cookie_and_what_it_said),
    cmocka_unit_test(a_reply_with_another_cookie_is_not_believed),
    cmocka_unit_test(a_reply_without_a_cookie_that_should_be_there_makes_us_ask_over_tcp),
    cmocka_unit_test(badcookie_is_answered_with_the_new_cookie_and_then_over_tcp),
    cmocka_unit_test(formerr_to_a_cookie_makes_us_ask_without_one_for_a_while),
    cmocka_unit_test(who_does_not_answer_to_a_cookie_is_asked_without),
};
RUN_TESTS(tests)
