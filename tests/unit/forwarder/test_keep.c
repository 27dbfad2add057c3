/* Which records of a reply are kept, and for how long. */
#include "unit.h"

#include "dns/code.h"
#include "dns/rrtype.h"
#include "dns/zone_text.h"
#include "forwarder/core/keep.h"

#include <stdio.h>

static const struct forwarder_keep_limits limits = {
    .ttl_s_max = 1000,
    .negative_ttl_s_max = 300,
    .failure_ttl_s = 5,
};

struct bench {
    struct forwarder_keep keep;
    struct forwarder_kept kept;
    uint8_t rdata[4096];
    uint8_t wire[4096];
};

/* Adds the records of a zone text to a section. */
static void add_text(struct bench *bench, struct dns_builder *builder, enum dns_section section,
                     const char *text)
{
    struct byte_writer out = byte_writer_init(bench->rdata, sizeof(bench->rdata));
    struct dns_zone_text zone;
    struct dns_rr_text record;

    dns_zone_text_init(&zone, bytes_of_text(text), NULL);
    while (dns_zone_text_next(&zone, &out, &record)) {
        struct dns_rr rr = dns_rr_of_text(&record);

        assert_int_equal(dns_builder_add_rr(builder, section, &rr).status, DNS_OK);
    }
    assert_int_equal(zone.verdict.status, DNS_OK);
}

/* Whether the short way of plain answers and the general one keep the same. */
static void assert_same_kept(const struct forwarder_kept *a, const struct forwarder_kept *b)
{
    assert_int_equal(a->ttl_s, b->ttl_s);
    assert_int_equal(a->flags, b->flags);
    assert_memory_equal(a->counts, b->counts, sizeof(a->counts));
    assert_int_equal(a->is_failure, b->is_failure);
    assert_int_equal(a->has_alias, b->has_alias);
    assert_int_equal(a->has_error, b->has_error);
    assert_int_equal(a->error, b->error);
    assert_int_equal(a->ttls_count, b->ttls_count);
    assert_true(a->ttls_count == 0 || memcmp(a->ttls, b->ttls, 2 * a->ttls_count) == 0);
    assert_true(bytes_equal(a->records, b->records));
}

/* Whether something of a reply is kept, of which both ways say the same. */
static bool keep_both_ways(struct bench *bench, const struct dns_message *reply)
{
    struct forwarder_keep other;
    struct forwarder_kept kept = { 0 };
    bool is_kept = forwarder_keep_read(&bench->keep, &limits, reply, &bench->kept);

    assert_int_equal(forwarder_keep_read_any(&other, &limits, reply, &kept), is_kept);
    if (is_kept)
        assert_same_kept(&bench->kept, &kept);
    return is_kept;
}

/* A reply to "www.example.test. type": whether something of it is kept. */
static bool keep(struct bench *bench, uint16_t type, uint16_t flags, const char *answer,
                 const char *authority)
{
    struct dns_header header = { .flags = (uint16_t)(DNS_FLAG_QR | flags) };
    struct dns_question question = { .type = type, .class = DNS_CLASS_IN };
    struct dns_message reply;
    struct dns_builder builder;

    dns_builder_init(&builder, bench->wire, sizeof(bench->wire), &header);
    assert_int_equal(dns_name_parse(bytes_of_text("www.example.test"), &question.name).status,
                     DNS_OK);
    assert_int_equal(dns_builder_add_question(&builder, &question).status, DNS_OK);
    add_text(bench, &builder, DNS_ANSWER, answer);
    add_text(bench, &builder, DNS_AUTHORITY, authority);
    assert_int_equal(dns_message_read(dns_builder_finish(&builder), &reply).status, DNS_OK);
    return keep_both_ways(bench, &reply);
}

#define SOA "example.test. 600 IN SOA ns h 1 2 3 4 120\n"

static void an_answer_is_kept_for_the_least_of_its_ttls(void **state)
{
    struct bench bench;

    (void)state;
    assert_true(keep(&bench, DNS_TYPE_A, DNS_FLAG_AA | DNS_FLAG_RA | DNS_FLAG_AD,
                     "www.example.test. 90 IN A 192.0.2.1\nwww.example.test. 60 IN A 192.0.2.2\n",
                     ""));
    assert_int_equal(bench.kept.ttl_s, 60);
    assert_int_equal(bench.kept.counts[DNS_ANSWER], 2);
    assert_int_equal(bench.kept.ttls_count, 2);
    assert_int_equal(bench.kept.flags, DNS_FLAG_RA | DNS_FLAG_AD);
    assert_int_equal(bench.kept.records.size, 32);
}

static void ttls_are_put_between_their_limits(void **state)
{
    struct forwarder_keep_limits narrow = { 30, 40, 35, 5 };
    struct forwarder_keep other;
    struct forwarder_kept kept = { 0 };
    struct bench bench;
    struct dns_message reply;

    (void)state;
    (void)keep(&bench, DNS_TYPE_A, 0,
               "www.example.test. 1 IN A 192.0.2.1\nwww.example.test. 99 IN A 192.0.2.2\n", "");
    assert_int_equal(dns_message_read(bytes_of(bench.wire, 34 + 32), &reply).status, DNS_OK);
    assert_true(forwarder_keep_read(&bench.keep, &narrow, &reply, &bench.kept));
    assert_true(forwarder_keep_read_any(&other, &narrow, &reply, &kept));
    assert_same_kept(&bench.kept, &kept);
    assert_int_equal(bench.kept.ttl_s, 30);
    assert_int_equal(bench.kept.records.at[bench.kept.ttls[0] + 3], 30);
    assert_int_equal(bench.kept.records.at[bench.kept.ttls[1] + 3], 40);
}

static void only_what_answers_the_question_is_kept(void **state)
{
    struct bench bench;

    (void)state;
    assert_true(keep(&bench, DNS_TYPE_A, 0,
                     "www.example.test. 90 IN A 192.0.2.1\n"
                     "other.example.test. 90 IN A 192.0.2.66\n"
                     "www.example.test. 90 IN AAAA 2001:db8::66\n",
                     "example.test. 90 IN NS ns.example.test.\n"));
    assert_int_equal(bench.kept.counts[DNS_ANSWER], 1);
    assert_int_equal(bench.kept.counts[DNS_AUTHORITY], 0);
    assert_int_equal(bench.kept.records.size, 16);
}

static void a_chain_of_aliases_is_followed_in_whatever_order_it_comes(void **state)
{
    struct bench bench;

    (void)state;
    assert_true(keep(&bench, DNS_TYPE_A, 0,
                     "c.other. 90 IN A 192.0.2.1\n"
                     "b.other. 80 IN CNAME C.other.\n"
                     "evil.test. 80 IN A 192.0.2.66\n"
                     "WWW.example.test. 70 IN CNAME b.OTHER.\n",
                     ""));
    assert_int_equal(bench.kept.counts[DNS_ANSWER], 3);
    assert_int_equal(bench.kept.ttl_s, 70);
}

static void what_cannot_be_all_is_not_kept(void **state)
{
    static const struct {
        const char *label;
        uint16_t type;
        uint16_t flags;
        const char *answer, *authority;
    } rows[] = {
        { "truncated", DNS_TYPE_A, DNS_FLAG_TC, "www.example.test. 9 IN A 192.0.2.1\n", "" },
        { "TTL 0", DNS_TYPE_A, 0, "www.example.test. 0 IN A 192.0.2.1\n", "" },
        { "a chain to itself", DNS_TYPE_A, 0, "www.example.test. 9 IN CNAME www.example.test.\n",
          SOA },
        { "two aliases", DNS_TYPE_A, 0,
          "www.example.test. 9 IN CNAME a.test.\nwww.example.test. 9 IN CNAME b.test.\n", SOA },
        { "an alias beside the type", DNS_TYPE_A, 0,
          "www.example.test. 9 IN CNAME a.test.\nwww.example.test. 9 IN A 192.0.2.1\n", "" },
        { "an alias without an end", DNS_TYPE_A, 0, "www.example.test. 9 IN CNAME a.test.\n", "" },
        { "an end outside the SOA's zone", DNS_TYPE_A, 0, "www.example.test. 9 IN CNAME a.test.\n",
          SOA },
        { "a referral", DNS_TYPE_A, 0, "", "example.test. 9 IN NS ns.example.test.\n" },
        { "nothing at all", DNS_TYPE_A, 0, "", "" },
        { "a SOA of another zone", DNS_TYPE_A, 0, "", "other.test. 9 IN SOA n h 1 2 3 4 5\n" },
        { "a SOA below", DNS_TYPE_A, 0, "", "a.www.example.test. 9 IN SOA n h 1 2 3 4 5\n" },
        { "a minimum of 0", DNS_TYPE_A, 0, "", "example.test. 9 IN SOA n h 1 2 3 4 0\n" },
        { "two SOA records", DNS_TYPE_A, 0, "", SOA "example.test. 9 IN SOA ns h 2 2 3 4 5\n" },
        { "an answer to a name that is not there", DNS_TYPE_A, DNS_RCODE_NXDOMAIN,
          "www.example.test. 9 IN A 192.0.2.1\n", SOA },
        { "ANY", DNS_TYPE_ANY, 0, "www.example.test. 9 IN A 192.0.2.1\n", "" },
        { "a response code of its own", DNS_TYPE_A, DNS_RCODE_NOTAUTH, "", SOA },
        { "an answer from a wildcard, signed", DNS_TYPE_A, 0,
          "www.example.test. 9 IN A 192.0.2.1\n", "example.test. 9 IN NSEC a.example.test. A\n" },
    };
    struct bench bench;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        bool is_kept = keep(&bench, rows[i].type, rows[i].flags, rows[i].answer, rows[i].authority);

        assert_row(rows[i].label, !is_kept);
    }
}

static void a_chain_is_followed_for_so_many_aliases_and_no_more(void **state)
{
    char answer[2048] = "www.example.test. 9 IN CNAME a0.test.\n";
    struct bench bench;
    int size = (int)strlen(answer);

    (void)state;
    for (int i = 0; i < FORWARDER_KEEP_ALIASES_MAX; i++) {
        char end[64];

        (void)snprintf(end, sizeof(end), "a%d.test. 9 IN A 192.0.2.1\n", i);
        (void)snprintf(answer + size, sizeof(answer) - (size_t)size, "%s", end);
        assert_true(keep(&bench, DNS_TYPE_A, 0, answer, ""));
        size += snprintf(answer + size, sizeof(answer) - (size_t)size,
                         "a%d.test. 9 IN CNAME a%d.test.\n", i, i + 1);
    }
    (void)snprintf(answer + size, sizeof(answer) - (size_t)size, "a%d.test. 9 IN A 192.0.2.1\n",
                   FORWARDER_KEEP_ALIASES_MAX);
    assert_false(keep(&bench, DNS_TYPE_A, 0, answer, ""));
}

static void that_nothing_is_there_is_kept_as_long_as_the_soa_says(void **state)
{
    static const struct {
        const char *label;
        const char *soa;
        uint32_t ttl_s;
    } rows[] = {
        { "the minimum", "example.test. 600 IN SOA n h 1 2 3 4 120\n", 120 },
        { "the TTL", "example.test. 60 IN SOA n h 1 2 3 4 120\n", 60 },
        { "the limit", "example.test. 900 IN SOA n h 1 2 3 4 900\n", 300 },
        { "the root's", ". 900 IN SOA n h 1 2 3 4 7\n", 7 },
    };
    static const uint16_t rcodes[] = { DNS_RCODE_NOERROR, DNS_RCODE_NXDOMAIN };
    struct bench bench;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        for (size_t j = 0; j < ROWS(rcodes); j++) {
            assert_row(rows[i].label, keep(&bench, DNS_TYPE_A, rcodes[j], "", rows[i].soa));
            assert_row(rows[i].label, bench.kept.ttl_s == rows[i].ttl_s);
            assert_row(rows[i].label, bench.kept.flags == rcodes[j]);
            assert_row(rows[i].label, bench.kept.counts[DNS_AUTHORITY] == 1);
        }
    }
}

static void an_soa_whose_ttl_has_the_top_bit_set_is_good_for_no_time(void **state)
{
    static const struct {
        const char *label;
        const char *soa;
        bool is_kept;
    } rows[] = {
        { "the largest", "example.test. 2147483647 IN SOA n h 1 2 3 4 120\n", true },
        { "one more", "example.test. 2147483648 IN SOA n h 1 2 3 4 120\n", false },
        { "none", "example.test. 0 IN SOA n h 1 2 3 4 120\n", false },
    };
    struct bench bench;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_row(rows[i].label, keep(&bench, DNS_TYPE_A, 0, "", rows[i].soa) == rows[i].is_kept);
}

static void signatures_and_denials_of_the_zone_are_kept_with_it(void **state)
{
    struct bench bench;

    (void)state;
    assert_true(keep(&bench, DNS_TYPE_A, DNS_RCODE_NXDOMAIN, "",
                     SOA "example.test. 600 IN RRSIG SOA 8 2 600 20300101000000 20200101000000 1 "
                         "example.test. AAAA\n"
                         "a.example.test. 90 IN NSEC z.example.test. A\n"
                         "a.example.test. 90 IN RRSIG NSEC 8 3 600 20300101000000 20200101000000 1 "
                         "example.test. AAAA\n"
                         "a.other. 90 IN NSEC z.other. A\n"
                         "example.test. 90 IN NS ns.example.test.\n"));
    assert_int_equal(bench.kept.counts[DNS_AUTHORITY], 4);
    assert_int_equal(bench.kept.ttl_s, 90);
    assert_true(keep(&bench, DNS_TYPE_A, 0,
                     "www.example.test. 600 IN A 192.0.2.1\n"
                     "www.example.test. 600 IN RRSIG A 8 3 600 20300101000000 20200101000000 1 "
                     "example.test. AAAA\n"
                     "www.example.test. 600 IN RRSIG MX 8 3 600 20300101000000 20200101000000 1 "
                     "example.test. AAAA\n",
                     ""));
    assert_int_equal(bench.kept.counts[DNS_ANSWER], 2);
}

/* It is what the alias follows from, for who checks signatures. */
static void a_dname_above_is_kept_where_dname_is_asked_for(void **state)
{
    struct bench bench;

    (void)state;
    assert_true(keep(&bench, DNS_TYPE_DNAME, DNS_RCODE_NXDOMAIN,
                     "example.test. 90 IN DNAME other.test.\n"
                     "www.example.test. 90 IN CNAME www.other.test.\n",
                     "test. 600 IN SOA ns h 1 2 3 4 120\n"));
    assert_int_equal(bench.kept.counts[DNS_ANSWER], 2);
    assert_int_equal(bench.kept.counts[DNS_AUTHORITY], 1);
    assert_true(keep(&bench, DNS_TYPE_DNAME, 0, "www.example.test. 90 IN DNAME other.test.\n", ""));
    assert_int_equal(bench.kept.counts[DNS_ANSWER], 1);
}

static void a_dname_is_kept_with_the_alias_that_it_makes(void **state)
{
    struct bench bench;

    (void)state;
    assert_true(keep(&bench, DNS_TYPE_A, 0,
                     "example.test. 90 IN DNAME other.test.\n"
                     "www.example.test. 90 IN CNAME www.other.test.\n"
                     "www.other.test. 90 IN A 192.0.2.1\n",
                     ""));
    assert_int_equal(bench.kept.counts[DNS_ANSWER], 3);
}

static void each_octet_of_a_plain_answer_may_have_any_value(void **state)
{
    static const char *const rows[] = {
        "www.example.test. 90 IN A 192.0.2.1\nwww.example.test. 60 IN A 192.0.2.2\n",
        "www.example.test. 1001 IN AAAA 2001:db8::1\n",
    };
    struct bench bench;
    struct dns_message reply;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint16_t type = i == 0 ? DNS_TYPE_A : DNS_TYPE_AAAA;
        size_t size;

        assert_true(keep(&bench, type, 0, rows[i], ""));
        size = DNS_HEADER_SIZE + 22 + bench.kept.records.size;
        for (size_t at = 0; at < size; at++) {
            uint8_t whole = bench.wire[at];

            for (unsigned int value = 0; value < 256; value++) {
                bench.wire[at] = (uint8_t)value;
                if (dns_message_read(bytes_of(bench.wire, size), &reply).status == DNS_OK &&
                    dns_message_check_rdata(&reply).status == DNS_OK &&
                    reply.header.counts[DNS_QUESTION] == 1)
                    (void)keep_both_ways(&bench, &reply);
            }
            bench.wire[at] = whole;
        }
    }
}

static void a_failure_is_kept_for_a_short_while_without_records(void **state)
{
    static const uint16_t rcodes[] = { DNS_RCODE_SERVFAIL, DNS_RCODE_REFUSED };
    struct bench bench;

    (void)state;
    for (size_t i = 0; i < ROWS(rcodes); i++) {
        assert_true(keep(&bench, DNS_TYPE_A, rcodes[i], "", SOA));
        assert_true(bench.kept.is_failure);
        assert_int_equal(bench.kept.ttl_s, 5);
        assert_int_equal(bench.kept.records.size, 0);
        assert_int_equal(bench.kept.counts[DNS_AUTHORITY], 0);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_answer_is_kept_for_the_least_of_its_ttls),
    cmocka_unit_test(ttls_are_put_between_their_limits),
    cmocka_unit_test(only_what_answers_the_question_is_kept),
    cmocka_unit_test(a_chain_of_aliases_is_followed_in_whatever_order_it_comes),
    cmocka_unit_test(what_cannot_be_all_is_not_kept),
    cmocka_unit_test(a_chain_is_followed_for_so_many_aliases_and_no_more),
    cmocka_unit_test(that_nothing_is_there_is_kept_as_long_as_the_soa_says),
    cmocka_unit_test(an_soa_whose_ttl_has_the_top_bit_set_is_good_for_no_time),
    cmocka_unit_test(signatures_and_denials_of_the_zone_are_kept_with_it),
    cmocka_unit_test(a_dname_is_kept_with_the_alias_that_it_makes),
    cmocka_unit_test(a_dname_above_is_kept_where_dname_is_asked_for),
    cmocka_unit_test(each_octet_of_a_plain_answer_may_have_any_value),
    cmocka_unit_test(a_failure_is_kept_for_a_short_while_without_records),
};
RUN_TESTS(tests)
