/* Which reply is taken, and what of it the client gets. */
#include "fixture.h"

/* A reply to what was sent: same id and question; no records until the test adds some. */
static struct fixture_message reply_to(const struct forwarder_datagram *sent)
{
    struct fixture_message reply = fixture_query(fixture_header(sent->payload).id);

    reply.flags = DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA;
    reply.records = 2;
    return reply;
}

static void the_reply_goes_to_the_client_under_its_own_id(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(0xBEEF);
    struct forwarder_datagram sent;
    struct fixture_message reply;
    struct dns_message answer;
    struct forwarder_path path;

    (void)state;
    fixture_init(&fixture, 8);
    sent = fixture_ask(&fixture, &query);
    reply = reply_to(&sent);
    path = sent.path;
    fixture_receive(&fixture, &path, fixture_build(&fixture, &reply));
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(answer.header.id, 0xBEEF);
    assert_int_equal(answer.header.flags, DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_RA);
    assert_int_equal(answer.header.counts[DNS_ANSWER], 2);
    assert_memory_equal(answer.wire.at + 2, fixture.wire + 2, answer.wire.size - 2);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 0);
    assert_int_equal(forwarder_deadline_ns(&fixture.forwarder), FORWARDER_NEVER);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_answers_relayed), 1);
}

static void a_second_reply_is_dropped_and_counted(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_datagram sent;
    struct fixture_message reply;
    struct forwarder_path path;

    (void)state;
    fixture_init(&fixture, 8);
    sent = fixture_ask(&fixture, &query);
    reply = reply_to(&sent);
    path = sent.path;
    fixture_receive(&fixture, &path, fixture_build(&fixture, &reply));
    fixture_receive(&fixture, &path, fixture_build(&fixture, &reply));
    assert_int_equal(fixture.batch->count, 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_replies_unexpected), 1);
}

/* What is wrong with a reply that must not be taken, and what it counts as. */
struct wrong {
    const char *label;
    void (*spoil)(struct forwarder_path *path, struct fixture_message *reply);
    size_t cut; /* octets missing at the end */
    enum forwarder_counter counter;
};

static void other_id(struct forwarder_path *path, struct fixture_message *reply)
{
    (void)path;
    reply->id ^= 1;
}

static void other_socket(struct forwarder_path *path, struct fixture_message *reply)
{
    (void)reply;
    path->socket ^= 1;
}

static void other_port(struct forwarder_path *path, struct fixture_message *reply)
{
    (void)reply;
    path->peer.port += 1;
}

static void other_address(struct forwarder_path *path, struct fixture_message *reply)
{
    (void)reply;
    path->peer.octets[0] ^= 1;
}

static void upstream_not_asked(struct forwarder_path *path, struct fixture_message *reply)
{
    (void)reply;
    path->peer = fixture_address(54, 53);
    path->socket += FIXTURE_LANES;
}

static void no_such_socket(struct forwarder_path *path, struct fixture_message *reply)
{
    (void)reply;
    path->socket = (uint16_t)(path->socket + 100 * FIXTURE_LANES);
}

static void other_name(struct forwarder_path *path, struct fixture_message *reply)
{
    (void)path;
    reply->name = "WwW.Example.tesu";
}

static void other_case(struct forwarder_path *path, struct fixture_message *reply)
{
    (void)path;
    reply->name = "www.example.test";
}

static void other_type(struct forwarder_path *path, struct fixture_message *reply)
{
    (void)path;
    reply->type = DNS_TYPE_AAAA;
}

static void no_response(struct forwarder_path *path, struct fixture_message *reply)
{
    (void)path;
    reply->flags = DNS_FLAG_RD;
}

static void other_opcode(struct forwarder_path *path, struct fixture_message *reply)
{
    (void)path;
    reply->flags = dns_flags_of(DNS_FLAG_QR, DNS_OPCODE_NOTIFY, 0);
}

static void nothing_else(struct forwarder_path *path, struct fixture_message *reply)
{
    (void)path;
    (void)reply;
}

static void a_wrong_reply_is_ignored_and_the_query_waits_on(void **state)
{
    static const struct wrong rows[] = {
        { "wrong id", other_id, 0, FORWARDER_COUNT_replies_unexpected },
        { "wrong socket", other_socket, 0, FORWARDER_COUNT_replies_unexpected },
        { "wrong port", other_port, 0, FORWARDER_COUNT_replies_wrong_source },
        { "wrong address", other_address, 0, FORWARDER_COUNT_replies_wrong_source },
        { "upstream not asked", upstream_not_asked, 0, FORWARDER_COUNT_replies_wrong_source },
        { "no such socket", no_such_socket, 0, FORWARDER_COUNT_replies_wrong_source },
        { "wrong name", other_name, 0, FORWARDER_COUNT_replies_wrong_question },
        { "wrong case", other_case, 0, FORWARDER_COUNT_replies_wrong_question },
        { "wrong type", other_type, 0, FORWARDER_COUNT_replies_wrong_question },
        { "not a response", no_response, 0, FORWARDER_COUNT_replies_wrong_question },
        { "wrong opcode", other_opcode, 0, FORWARDER_COUNT_replies_wrong_question },
        { "cut in the last record", nothing_else, 1, FORWARDER_COUNT_replies_malformed },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(fixture_done) struct fixture fixture;
        struct fixture_message query = fixture_query(1);
        struct forwarder_datagram sent;
        struct fixture_message reply;
        struct forwarder_path path;
        struct bytes wire;

        fixture_init(&fixture, 8);
        sent = fixture_ask(&fixture, &query);
        reply = reply_to(&sent);
        path = sent.path;
        rows[i].spoil(&path, &reply);
        wire = fixture_build(&fixture, &reply);
        wire.size -= rows[i].cut;
        fixture_receive(&fixture, &path, wire);
        assert_row(rows[i].label, fixture.batch->count == 0);
        assert_row(rows[i].label, forwarder_waiting(&fixture.forwarder) == 1);
        assert_row(rows[i].label, fixture_count(&fixture, rows[i].counter) == 1);
        path = sent.path;
        reply.id = fixture.forwarder.table.queries[0].key.id;
        reply.flags = DNS_FLAG_QR;
        reply.name = query.name;
        reply.type = query.type;
        fixture_receive(&fixture, &path, fixture_build(&fixture, &reply));
        (void)fixture_answer(&fixture, 100);
    }
}

static void a_reply_without_a_whole_header_is_ignored(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_datagram sent;
    struct fixture_message reply;
    struct forwarder_path path;

    (void)state;
    fixture_init(&fixture, 8);
    sent = fixture_ask(&fixture, &query);
    reply = reply_to(&sent);
    path = sent.path;
    fixture_receive(&fixture, &path, bytes_of(fixture_build(&fixture, &reply).at, 11));
    assert_int_equal(fixture.batch->count, 0);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 1);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_replies_short), 1);
}

/* Asks with this much EDNS (0: none), gets a reply of so many records with that much EDNS. */
static void exchange(struct fixture *fixture, uint16_t client_udp, uint16_t upstream_udp,
                     size_t records)
{
    struct fixture_message query = fixture_query(0xBEEF);
    struct forwarder_datagram sent;
    struct fixture_message reply;
    struct forwarder_path path;

    query.udp_size = client_udp;
    query.edns_flags = client_udp != 0 ? DNS_EDNS_DO : 0;
    sent = fixture_ask(fixture, &query);
    reply = reply_to(&sent);
    reply.udp_size = upstream_udp;
    reply.records = records;
    path = sent.path;
    fixture_receive(fixture, &path, fixture_build(fixture, &reply));
}

static void the_client_gets_edns_if_and_only_if_it_sent_some(void **state)
{
    static const struct {
        const char *label;
        uint16_t client, upstream;
    } rows[] = {
        { "neither", 0, 0 },
        { "both", 4096, 4096 },
        { "only the client", 4096, 0 },
        { "only the upstream", 0, 4096 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(fixture_done) struct fixture fixture;
        struct dns_message answer;
        struct dns_edns edns = { 0 };

        fixture_init(&fixture, 8);
        exchange(&fixture, rows[i].client, rows[i].upstream, 2);
        answer = fixture_answer(&fixture, 100);
        assert_row(rows[i].label, answer.header.counts[DNS_ANSWER] == 2);
        assert_row(rows[i].label, dns_message_edns(&answer, &edns) == (rows[i].client != 0));
        if (rows[i].client == 0)
            continue;
        assert_row(rows[i].label, edns.udp_size == FORWARDER_UDP_BYTES);
        assert_row(rows[i].label, edns.flags == DNS_EDNS_DO);
        assert_row(rows[i].label, edns.version == 0);
    }
}

static void options_of_the_upstream_and_records_after_opt_stay(void **state)
{
    /* Extended error 22 in an OPT record of version 0, and after it ". TXT ''". */
    static const uint8_t tail[] = { 0, 0,  41, 2, 0,  0, 0, 0, 0, 0, 6, 0, 15, 0, 2,
                                    0, 22, 0,  0, 16, 0, 1, 0, 0, 0, 9, 0, 1,  0 };
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_datagram sent;
    struct fixture_message reply;
    struct forwarder_path path;
    struct dns_message answer;
    struct dns_edns edns = { 0 };
    struct bytes wire;

    (void)state;
    fixture_init(&fixture, 8);
    query.udp_size = 1232;
    sent = fixture_ask(&fixture, &query);
    reply = reply_to(&sent);
    path = sent.path;
    wire = fixture_build(&fixture, &reply);
    memcpy(fixture.wire + wire.size, tail, sizeof(tail));
    fixture.wire[11] = 2;
    fixture_receive(&fixture, &path, bytes_of(fixture.wire, wire.size + sizeof(tail)));
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(answer.header.counts[DNS_ADDITIONAL], 2);
    assert_true(dns_message_edns(&answer, &edns));
    assert_int_equal(edns.udp_size, FORWARDER_UDP_BYTES);
    assert_int_equal(edns.options.size, 6);
    assert_memory_equal(edns.options.at, tail + 11, 6);
}

static void edns_that_cannot_be_cut_off_becomes_servfail_for_a_client_without(void **state)
{
    static const uint8_t with_rcode[] = { 0, 0, 41, 2, 0, 1, 0, 0, 0, 0, 0 };
    static const uint8_t in_between[] = { 0, 0,  41, 2, 0, 0, 0, 0, 0, 0, 0, 0,
                                          0, 16, 0,  1, 0, 0, 0, 9, 0, 1, 0 };
    static const struct {
        const char *label;
        struct bytes tail;
        uint8_t additional;
    } rows[] = {
        { "with a part of the response code", { with_rcode, sizeof(with_rcode) }, 1 },
        { "with a record after it", { in_between, sizeof(in_between) }, 2 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(fixture_done) struct fixture fixture;
        struct fixture_message query = fixture_query(1);
        struct forwarder_datagram sent;
        struct fixture_message reply;
        struct forwarder_path path;
        struct dns_message answer;
        struct bytes wire;

        fixture_init(&fixture, 8);
        sent = fixture_ask(&fixture, &query);
        reply = reply_to(&sent);
        path = sent.path;
        wire = fixture_build(&fixture, &reply);
        memcpy(fixture.wire + wire.size, rows[i].tail.at, rows[i].tail.size);
        fixture.wire[11] = rows[i].additional;
        fixture_receive(&fixture, &path, bytes_of(fixture.wire, wire.size + rows[i].tail.size));
        answer = fixture_answer(&fixture, 100);
        assert_row(rows[i].label, dns_message_rcode(&answer) == DNS_RCODE_SERVFAIL);
        assert_row(rows[i].label, fixture_count(&fixture, FORWARDER_COUNT_answers_unfit) == 1);
    }
}

static void an_answer_too_large_for_the_client_is_cut_with_tc(void **state)
{
    static const struct {
        const char *label;
        size_t records;
        uint16_t client;
        bool is_cut;
    } rows[] = {
        { "512 without EDNS, less", 7, 0, false },    { "512 without EDNS, more", 8, 0, true },
        { "EDNS says less than 512", 7, 100, false }, { "EDNS says 700, less", 10, 700, false },
        { "EDNS says 700, more", 12, 700, true },     { "EDNS says all", 60, 65535, false },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(fixture_done) struct fixture fixture;
        struct dns_message answer;
        size_t limit = rows[i].client > 512 ? rows[i].client : 512;

        fixture_init(&fixture, 8);
        exchange(&fixture, rows[i].client, rows[i].client, rows[i].records);
        answer = fixture_answer(&fixture, 100);
        assert_row(rows[i].label, answer.wire.size <= limit);
        assert_row(rows[i].label, answer.header.id == 0xBEEF);
        assert_row(rows[i].label, answer.header.counts[DNS_QUESTION] == 1);
        assert_row(rows[i].label, (answer.opt_at != 0) == (rows[i].client != 0));
        assert_row(rows[i].label, dns_header_has(&answer.header, DNS_FLAG_TC) == rows[i].is_cut);
        assert_row(rows[i].label, (answer.header.counts[DNS_ANSWER] == 0) == rows[i].is_cut);
        assert_row(rows[i].label,
                   fixture_count(&fixture, FORWARDER_COUNT_answers_truncated) == rows[i].is_cut);
    }
}

/* glibc takes an answer without records, AA and RA for that of a server that knows nothing. */
static void an_answer_that_is_cut_offers_recursion_unless_it_is_an_authoritys(void **state)
{
    static const uint16_t flags[] = { 0, DNS_FLAG_RA, DNS_FLAG_AA };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        CLEANUP(fixture_done) struct fixture fixture;
        struct fixture_message query = fixture_query(1);
        struct forwarder_datagram sent;
        struct fixture_message reply;
        struct dns_message answer;

        fixture_init(&fixture, 8);
        sent = fixture_ask(&fixture, &query);
        reply = reply_to(&sent);
        reply.flags = DNS_FLAG_QR | DNS_FLAG_RD | flags[i];
        reply.records = 20;
        fixture_receive(&fixture, &sent.path, fixture_build(&fixture, &reply));
        answer = fixture_answer(&fixture, 100);
        assert_int_equal(answer.header.flags,
                         DNS_FLAG_QR | DNS_FLAG_RD | DNS_FLAG_TC |
                             (flags[i] == DNS_FLAG_AA ? DNS_FLAG_AA : DNS_FLAG_RA));
    }
}

static void all_flags_are_the_upstreams_but_z_and_cd(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_datagram sent;
    struct fixture_message reply;
    struct dns_message answer;

    (void)state;
    fixture_init(&fixture, 8);
    sent = fixture_ask(&fixture, &query);
    reply = reply_to(&sent);
    reply.flags =
        dns_flags_of(0xFFFF & ~(unsigned int)DNS_FLAG_TC, DNS_OPCODE_QUERY, DNS_RCODE_NXDOMAIN);
    fixture_receive(&fixture, &sent.path, fixture_build(&fixture, &reply));
    answer = fixture_answer(&fixture, 100);
    assert_int_equal(answer.header.flags, reply.flags & ~(unsigned int)(DNS_FLAG_Z | DNS_FLAG_CD));
}

/* RFC 4035 section 3.2.2: CD is copied from the query, whatever an upstream does with it. */
static void whether_checking_is_disabled_is_said_as_the_client_did(void **state)
{
    static const uint16_t words[] = { 0, DNS_FLAG_CD };

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        CLEANUP(fixture_done) struct fixture fixture;
        struct fixture_message query = fixture_query(1);
        struct forwarder_datagram sent;
        struct fixture_message reply;
        unsigned int said;

        fixture_init(&fixture, 8);
        query.flags |= words[i % 2];
        sent = fixture_ask(&fixture, &query);
        reply = reply_to(&sent);
        reply.flags |= words[i / 2];
        fixture_receive(&fixture, &sent.path, fixture_build(&fixture, &reply));
        said = fixture_answer(&fixture, 100).header.flags & DNS_FLAG_CD;
        assert_int_equal(said, words[i % 2]);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_reply_goes_to_the_client_under_its_own_id),
    cmocka_unit_test(a_second_reply_is_dropped_and_counted),
    cmocka_unit_test(a_wrong_reply_is_ignored_and_the_query_waits_on),
    cmocka_unit_test(a_reply_without_a_whole_header_is_ignored),
    cmocka_unit_test(the_client_gets_edns_if_and_only_if_it_sent_some),
    cmocka_unit_test(options_of_the_upstream_and_records_after_opt_stay),
    cmocka_unit_test(edns_that_cannot_be_cut_off_becomes_servfail_for_a_client_without),
    cmocka_unit_test(an_answer_too_large_for_the_client_is_cut_with_tc),
    cmocka_unit_test(an_answer_that_is_cut_offers_recursion_unless_it_is_an_authoritys),
    cmocka_unit_test(all_flags_are_the_upstreams_but_z_and_cd),
    cmocka_unit_test(whether_checking_is_disabled_is_said_as_the_client_did),
};
RUN_TESTS(tests)
