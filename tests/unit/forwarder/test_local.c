/* What is answered without asking anybody: special zones, records, ANY, the class CH. */
#include "local.h"

#define SOA(zone, ttl) zone " " ttl " IN SOA " zone " nobody.invalid. 1 3600 1200 604800 " ttl "\n"

struct row {
    const char *name;
    uint16_t type;
    const char *answer;
};

/* A forwarder with what was built. */
static void begin(struct fixture *fixture, const struct forwarder_built *built)
{
    struct forwarder_config config = fixture_config(fixture, 64);

    config.local = &built->local;
    fixture_begin(fixture, &config);
}

static void assert_rows(const struct forwarder_built *built, const struct row *rows, size_t count)
{
    CLEANUP(fixture_done) struct fixture fixture;
    char block[LOCAL_TEXT_MAX];

    begin(&fixture, built);
    for (size_t i = 0; i < count; i++) {
        struct local_question asked = { .name = rows[i].name, .type = rows[i].type };
        const char *answer = local_answer(&fixture, asked, block);

        if (strcmp(answer, rows[i].answer) != 0)
            fail_msg("row '%s' type %u: %s", rows[i].name, (unsigned int)rows[i].type, answer);
    }
}

static void special_names_are_answered_as_their_rfcs_say(void **state)
{
    static const struct row rows[] = {
        { "localhost", DNS_TYPE_A, "NOERROR aa\nlocalhost. 10800 IN A 127.0.0.1\n" },
        { "a.b.LocalHost", DNS_TYPE_AAAA, "NOERROR aa\na.b.LocalHost. 10800 IN AAAA ::1\n" },
        { "localhost", DNS_TYPE_MX, "NOERROR aa\n" SOA("localhost.", "10800") },
        { "x.localhost", DNS_TYPE_NS, "NOERROR aa\n" SOA("localhost.", "10800") },
        { "localhost", DNS_TYPE_DS, "NOERROR aa\n" SOA("localhost.", "10800") },
        { "test", DNS_TYPE_SOA, "NOERROR aa\n" SOA("test.", "10800") },
        { "test", DNS_TYPE_NS, "NOERROR aa\ntest. 10800 IN NS test.\n" },
        { "test", DNS_TYPE_A, "NOERROR aa\n" SOA("test.", "10800") },
        { "test", DNS_TYPE_DS, "NOERROR aa\n" SOA("test.", "10800") },
        { "example.test", DNS_TYPE_A, "NXDOMAIN aa\n" SOA("test.", "10800") },
        { "invalid", DNS_TYPE_A, "NXDOMAIN aa\n" SOA("invalid.", "10800") },
        { "x.invalid", DNS_TYPE_SOA, "NXDOMAIN aa\n" SOA("invalid.", "10800") },
        { "abc.onion", DNS_TYPE_AAAA, "NXDOMAIN aa\n" SOA("onion.", "10800") },
        { "home.arpa", DNS_TYPE_NS, "NOERROR aa\nhome.arpa. 10800 IN NS home.arpa.\n" },
        { "home.arpa", DNS_TYPE_DS, "forwarded" },
        { "x.home.arpa", DNS_TYPE_DS, "NXDOMAIN aa\n" SOA("home.arpa.", "10800") },
        { "resolver.arpa", DNS_TYPE_NS, "NOERROR aa\n" SOA("resolver.arpa.", "10800") },
        { "_dns.resolver.arpa", DNS_TYPE_SVCB, "NOERROR aa\n" SOA("resolver.arpa.", "10800") },
        { "x.y.resolver.arpa", DNS_TYPE_ANY, "NOERROR aa\n" SOA("resolver.arpa.", "10800") },
        { "localhost.example", DNS_TYPE_A, "forwarded" },
        { "notlocalhost", DNS_TYPE_A, "forwarded" },
        { "arpa", DNS_TYPE_A, "forwarded" },
        { "in-addr.arpa", DNS_TYPE_NS, "forwarded" },
        { ".", DNS_TYPE_NS, "forwarded" },
    };
    struct forwarder_build build;
    struct forwarder_local_options options = { 0 };
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;

    (void)state;
    local_begin(&build);
    local_special(&build);
    built = local_finish(&build, &options);
    assert_rows(built, rows, ROWS(rows));
}

#define ZEROES "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"

/* RFC 6303 sections 4.1 to 4.6, RFC 7793 section 3. */
static const struct {
    const char *zone;
    bool is_private;
} reverse[] = {
    { "10.in-addr.arpa.", true },         { "16.172.in-addr.arpa.", true },
    { "23.172.in-addr.arpa.", true },     { "31.172.in-addr.arpa.", true },
    { "168.192.in-addr.arpa.", true },    { "64.100.in-addr.arpa.", true },
    { "99.100.in-addr.arpa.", true },     { "127.100.in-addr.arpa.", true },
    { "254.169.in-addr.arpa.", true },    { "d.f.ip6.arpa.", true },
    { "8.e.f.ip6.arpa.", true },          { "9.e.f.ip6.arpa.", true },
    { "a.e.f.ip6.arpa.", true },          { "b.e.f.ip6.arpa.", true },
    { "0.in-addr.arpa.", false },         { "127.in-addr.arpa.", false },
    { "2.0.192.in-addr.arpa.", false },   { "100.51.198.in-addr.arpa.", false },
    { "113.0.203.in-addr.arpa.", false }, { "255.255.255.255.in-addr.arpa.", false },
    { "0." ZEROES ".ip6.arpa.", false },  { "8.b.d.0.1.0.0.2.ip6.arpa.", false },
};

/* Each zone is empty, or is forwarded where it is private and that is what was asked for. */
static void assert_reverse(const struct forwarder_built *built, bool forwards_private)
{
    CLEANUP(fixture_done) struct fixture fixture;
    char block[LOCAL_TEXT_MAX];
    char name[128];
    char start[128];

    begin(&fixture, built);
    for (size_t i = 0; i < ROWS(reverse); i++) {
        struct local_question asked = { .name = name, .type = DNS_TYPE_PTR };
        const char *answer;

        (void)snprintf(name, sizeof(name), "9.%s", reverse[i].zone);
        (void)snprintf(start, sizeof(start), "NXDOMAIN aa\n%s 10800 IN SOA %s ", reverse[i].zone,
                       reverse[i].zone);
        answer = local_answer(&fixture, asked, block);
        if (reverse[i].is_private && forwards_private)
            assert_row(name, strcmp(answer, "forwarded") == 0);
        else
            assert_row(name, strncmp(answer, start, strlen(start)) == 0);
    }
}

static void names_of_private_addresses_do_not_leave_unless_they_shall(void **state)
{
    static const struct row rows[] = {
        { "1.0.0.127.in-addr.arpa", DNS_TYPE_PTR,
          "NOERROR aa\n1.0.0.127.in-addr.arpa. 10800 IN PTR localhost.\n" },
        { "1." ZEROES ".ip6.arpa", DNS_TYPE_PTR,
          "NOERROR aa\n1." ZEROES ".ip6.arpa. 10800 IN PTR localhost.\n" },
        { "0.127.in-addr.arpa", DNS_TYPE_PTR, "NOERROR aa\n" SOA("127.in-addr.arpa.", "10800") },
        { "15.172.in-addr.arpa", DNS_TYPE_PTR, "forwarded" },
        { "32.172.in-addr.arpa", DNS_TYPE_PTR, "forwarded" },
        { "63.100.in-addr.arpa", DNS_TYPE_PTR, "forwarded" },
        { "128.100.in-addr.arpa", DNS_TYPE_PTR, "forwarded" },
        { "8.8.8.8.in-addr.arpa", DNS_TYPE_PTR, "forwarded" },
        { "10.in-addr.arpa", DNS_TYPE_DS, "forwarded" },
    };
    struct forwarder_build build;
    struct forwarder_special special = { .forwards_private = true };
    struct forwarder_local_options options = { 0 };
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *open = NULL;

    (void)state;
    local_begin(&build);
    local_special(&build);
    built = local_finish(&build, &options);
    assert_reverse(built, false);
    assert_rows(built, rows, ROWS(rows));
    local_begin(&build);
    assert_int_equal(forwarder_build_special(&build, &special), FORWARDER_BUILD_OK);
    open = local_finish(&build, &options);
    assert_reverse(open, true);
}

static void a_name_that_shall_be_forwarded_is_not_special_nor_are_those_below(void **state)
{
    static const struct row rows[] = {
        { "172.in-addr.arpa", DNS_TYPE_PTR, "forwarded" },
        { "1.16.172.in-addr.arpa", DNS_TYPE_PTR, "forwarded" },
        { "1.10.in-addr.arpa", DNS_TYPE_PTR, "NXDOMAIN aa\n" SOA("10.in-addr.arpa.", "10800") },
        { "example.test", DNS_TYPE_A, "forwarded" },
        { "www.example.test", DNS_TYPE_A, "forwarded" },
        { "other.test", DNS_TYPE_A, "NXDOMAIN aa\n" SOA("test.", "10800") },
        { "onion", DNS_TYPE_A, "forwarded" },
    };
    struct dns_name forwarded[] = {
        local_name("172.in-addr.arpa"),
        local_name("eXample.test"),
        local_name("onion"),
        local_name("x.localhost"),
    };
    struct forwarder_special special = { .forwarded = forwarded, .forwarded_count = 3 };
    struct forwarder_build build;
    struct forwarder_local_options options = { 0 };
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;

    (void)state;
    local_begin(&build);
    assert_int_equal(forwarder_build_special(&build, &special), FORWARDER_BUILD_OK);
    built = local_finish(&build, &options);
    assert_rows(built, rows, ROWS(rows));
    special.forwarded_count = 4;
    local_begin(&build);
    assert_int_equal(forwarder_build_special(&build, &special), FORWARDER_BUILD_LOCALHOST);
    forwarder_build_done(&build);
}

static void records_answer_their_types_and_no_others(void **state)
{
    static const struct row rows[] = {
        { "NAS.home.arpa", DNS_TYPE_A,
          "NOERROR aa\nNAS.home.arpa. 60 IN A 192.168.1.5\nNAS.home.arpa. 60 IN A 192.168.1.6\n" },
        { "nas.home.arpa", DNS_TYPE_AAAA, "NOERROR aa\n" SOA("home.arpa.", "10800") },
        { "nas.home.arpa", DNS_TYPE_TXT, "NOERROR aa\nnas.home.arpa. 300 IN TXT \"a b\"\n" },
        { "x.nas.home.arpa", DNS_TYPE_A, "NXDOMAIN aa\n" SOA("home.arpa.", "10800") },
        { "up.example", DNS_TYPE_A, "NOERROR aa\nup.example. 300 IN A 192.0.2.1\n" },
        { "up.example", DNS_TYPE_MX, "NOERROR aa\n" SOA("up.example.", "300") },
        { "x.up.example", DNS_TYPE_A, "forwarded" },
        { "example", DNS_TYPE_A, "forwarded" },
        { "deep.in.test", DNS_TYPE_A, "NOERROR aa\ndeep.in.test. 300 IN A 192.0.2.2\n" },
        { "in.test", DNS_TYPE_A, "NOERROR aa\n" SOA("test.", "10800") },
        { "out.test", DNS_TYPE_A, "NXDOMAIN aa\n" SOA("test.", "10800") },
    };
    struct forwarder_build build;
    struct forwarder_local_options options = { 0 };
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;

    (void)state;
    local_begin(&build);
    local_special(&build);
    assert_int_equal(local_record(&build, "nas.home.arpa. 60 A 192.168.1.5"), FORWARDER_BUILD_OK);
    assert_int_equal(local_record(&build, "nas.HOME.arpa. 90 A 192.168.1.6"), FORWARDER_BUILD_OK);
    assert_int_equal(local_record(&build, "nas.home.arpa. A 192.168.1.6"), FORWARDER_BUILD_OK);
    assert_int_equal(local_record(&build, "nas.home.arpa. TXT \"a b\""), FORWARDER_BUILD_OK);
    assert_int_equal(local_record(&build, "up.example. A 192.0.2.1"), FORWARDER_BUILD_OK);
    assert_int_equal(local_record(&build, "deep.in.test. A 192.0.2.2"), FORWARDER_BUILD_OK);
    built = local_finish(&build, &options);
    assert_rows(built, rows, ROWS(rows));
}

static void wildcards_stand_for_what_does_not_exist(void **state)
{
    static const struct row rows[] = {
        { "a.dev.example", DNS_TYPE_A, "NOERROR aa\na.dev.example. 300 IN A 192.0.2.1\n" },
        { "a.b.dev.example", DNS_TYPE_A, "NOERROR aa\na.b.dev.example. 300 IN A 192.0.2.1\n" },
        { "a.dev.example", DNS_TYPE_MX, "NOERROR aa\n" SOA("a.dev.example.", "300") },
        { "*.dev.example", DNS_TYPE_A, "NOERROR aa\n*.dev.example. 300 IN A 192.0.2.1\n" },
        { "dev.example", DNS_TYPE_A, "forwarded" },
        { "is.dev.example", DNS_TYPE_A, "NOERROR aa\n" SOA("is.dev.example.", "300") },
        { "x.is.dev.example", DNS_TYPE_A, "forwarded" },
        { "x.test", DNS_TYPE_A, "NOERROR aa\nx.test. 300 IN A 192.0.2.3\n" },
    };
    struct forwarder_build build;
    struct forwarder_local_options options = { 0 };
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;

    (void)state;
    local_begin(&build);
    local_special(&build);
    assert_int_equal(local_record(&build, "*.dev.example. A 192.0.2.1"), FORWARDER_BUILD_OK);
    assert_int_equal(local_record(&build, "is.dev.example. MX 1 mail."), FORWARDER_BUILD_OK);
    assert_int_equal(local_record(&build, "*.test. A 192.0.2.3"), FORWARDER_BUILD_OK);
    built = local_finish(&build, &options);
    assert_rows(built, rows, ROWS(rows));
}

static void aliases_are_followed_to_their_records(void **state)
{
    static const struct row rows[] = {
        { "www.example", DNS_TYPE_A,
          "NOERROR aa\nwww.example. 300 IN CNAME Web.test.\nWeb.test. 300 IN CNAME host.test.\n"
          "host.test. 300 IN A 192.0.2.1\n" },
        { "web.test", DNS_TYPE_CNAME, "NOERROR aa\nweb.test. 300 IN CNAME host.test.\n" },
        { "www.example", DNS_TYPE_MX,
          "NOERROR aa\nwww.example. 300 IN CNAME Web.test.\nWeb.test. 300 IN CNAME "
          "host.test.\n" SOA("test.", "10800") },
    };
    struct forwarder_build build;
    struct forwarder_local_options options = { 0 };
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;

    (void)state;
    local_begin(&build);
    local_special(&build);
    assert_int_equal(local_record(&build, "www.example. CNAME Web.test."), FORWARDER_BUILD_OK);
    assert_int_equal(local_record(&build, "web.test. CNAME host.test."), FORWARDER_BUILD_OK);
    assert_int_equal(local_record(&build, "host.test. A 192.0.2.1"), FORWARDER_BUILD_OK);
    built = local_finish(&build, &options);
    assert_rows(built, rows, ROWS(rows));
}

static void what_cannot_be_answered_is_not_built(void **state)
{
    static const struct {
        const char *line;
        enum forwarder_build_status status;
    } rows[] = {
        { ". A 192.0.2.1", FORWARDER_BUILD_ROOT },
        { "localhost. A 192.0.2.1", FORWARDER_BUILD_LOCALHOST },
        { "x.LOCALHOST. A 192.0.2.1", FORWARDER_BUILD_LOCALHOST },
        { "x.example. CH TXT x", FORWARDER_BUILD_CLASS },
        { "x.example. DNAME y.", FORWARDER_BUILD_TYPE },
        { "full.example. CNAME y.", FORWARDER_BUILD_ALIAS },
        { "alias.example. A 192.0.2.1", FORWARDER_BUILD_ALIAS },
        { "alias.example. CNAME z.", FORWARDER_BUILD_ALIAS },
        { "notlocalhost. A 192.0.2.1", FORWARDER_BUILD_OK },
    };
    struct forwarder_build build;
    struct forwarder_local_options options = { 0 };
    struct forwarder_built *built = NULL;
    struct dns_name adrift = dns_name_root();
    struct dns_name alias = local_name("alias.example");

    (void)state;
    local_begin(&build);
    assert_int_equal(local_record(&build, "full.example. A 192.0.2.1"), FORWARDER_BUILD_OK);
    assert_int_equal(local_record(&build, "alias.example. CNAME b.example."), FORWARDER_BUILD_OK);
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_row(rows[i].line, local_record(&build, rows[i].line) == rows[i].status);
    assert_int_equal(forwarder_build_finish(&build, &options, &adrift, &built),
                     FORWARDER_BUILD_ADRIFT);
    assert_true(dns_name_equal(&adrift, &alias));
    assert_null(built);
    assert_int_equal(local_record(&build, "b.example. CNAME alias.example."), FORWARDER_BUILD_OK);
    assert_int_equal(forwarder_build_finish(&build, &options, NULL, &built),
                     FORWARDER_BUILD_ADRIFT);
    forwarder_build_done(&build);
}

/* One name has as many records as it may have, and a client takes few octets. */
static void what_does_not_fit_comes_cut_and_whole_over_a_stream(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_build build;
    struct forwarder_local_options options = { 0 };
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;
    struct fixture_message query = { .id = 1, .name = "many.example", .type = DNS_TYPE_A };
    struct forwarder_path path = fixture_client(100);
    struct dns_message answer;
    char line[64];

    (void)state;
    local_begin(&build);
    for (unsigned int i = 0; i <= FORWARDER_LOCAL_RECORDS_MAX; i++) {
        (void)snprintf(line, sizeof(line), "many.example. A 192.0.%u.%u", i / 256, i % 256);
        assert_int_equal(local_record(&build, line), i < FORWARDER_LOCAL_RECORDS_MAX
                                                         ? FORWARDER_BUILD_OK
                                                         : FORWARDER_BUILD_CROWD);
    }
    built = local_finish(&build, &options);
    begin(&fixture, built);
    fixture_receive(&fixture, &path, fixture_build(&fixture, &query));
    assert_true(fixture.batch->at[0].payload.size <= 512);
    answer = fixture_answer(&fixture, 100);
    assert_true(dns_header_has(&answer.header, DNS_FLAG_TC));
    assert_int_equal(answer.header.counts[DNS_ANSWER], 0);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_local_truncated), 1);
    path.stream = 1;
    fixture_receive(&fixture, &path, fixture_build(&fixture, &query));
    assert_int_equal(fixture_answer(&fixture, 100).header.counts[DNS_ANSWER],
                     FORWARDER_LOCAL_RECORDS_MAX);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_local), 2);
}

static void any_gets_hinfo_unless_it_shall_be_forwarded(void **state)
{
    static const struct row rows[] = {
        { "www.example", DNS_TYPE_ANY, "NOERROR\nwww.example. 3600 IN HINFO \"RFC8482\" \"\"\n" },
        { "up.example", DNS_TYPE_ANY, "NOERROR\nup.example. 3600 IN HINFO \"RFC8482\" \"\"\n" },
        { "x.test", DNS_TYPE_ANY, "NXDOMAIN aa\n" SOA("test.", "10800") },
    };
    static const struct row open_rows[] = {
        { "www.example", DNS_TYPE_ANY, "forwarded" },
        { "up.example", DNS_TYPE_ANY,
          "NOERROR aa\nup.example. 300 IN A 192.0.2.1\nup.example. 300 IN MX 1 mail.\n" },
        { "test", DNS_TYPE_ANY, "NOERROR aa\n" SOA("test.", "10800") "test. 10800 IN NS test.\n" },
        { "localhost", DNS_TYPE_ANY,
          "NOERROR aa\nlocalhost. 10800 IN A 127.0.0.1\nlocalhost. 10800 IN AAAA ::1\n" },
    };
    struct forwarder_build build;
    struct forwarder_local_options options = { 0 };

    (void)state;
    for (int open = 0; open < 2; open++) {
        CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;

        options.forwards_any = open == 1;
        local_begin(&build);
        local_special(&build);
        assert_int_equal(local_record(&build, "up.example. A 192.0.2.1"), FORWARDER_BUILD_OK);
        assert_int_equal(local_record(&build, "up.example. MX 1 mail."), FORWARDER_BUILD_OK);
        built = local_finish(&build, &options);
        assert_rows(built, open == 1 ? open_rows : rows, open == 1 ? ROWS(open_rows) : ROWS(rows));
    }
}

static void the_class_ch_has_the_texts_that_it_is_given(void **state)
{
    static const struct {
        const char *name;
        uint16_t type;
        uint16_t class;
        const char *answer;
    } rows[] = {
        { "Version.Bind", DNS_TYPE_TXT, DNS_CLASS_CH,
          "NOERROR aa\nVersion.Bind. 0 CH TXT \"cupel\"\n" },
        { "version.server", DNS_TYPE_ANY, DNS_CLASS_CH,
          "NOERROR aa\nversion.server. 0 CH TXT \"cupel\"\n" },
        { "version.bind", DNS_TYPE_A, DNS_CLASS_CH, "REFUSED\n" },
        { "id.server", DNS_TYPE_TXT, DNS_CLASS_CH, "REFUSED\n" },
        { "hostname.bind", DNS_TYPE_TXT, DNS_CLASS_CH, "REFUSED\n" },
        { "example", DNS_TYPE_A, DNS_CLASS_CH, "REFUSED\n" },
        { "version.bind", DNS_TYPE_TXT, DNS_CLASS_IN, "forwarded" },
        { "version.bind", DNS_TYPE_TXT, DNS_CLASS_HS, "forwarded" },
    };
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_build build;
    struct forwarder_local_options options = { .version = "cupel", .version_size = 5 };
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;
    char block[LOCAL_TEXT_MAX];

    (void)state;
    local_begin(&build);
    built = local_finish(&build, &options);
    begin(&fixture, built);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct local_question asked = { rows[i].name, rows[i].type, rows[i].class, i % 2 == 0 };
        const char *answer = local_answer(&fixture, asked, block);

        if (strcmp(answer, rows[i].answer) != 0)
            fail_msg("row %lu '%s': %s", (unsigned long)i, rows[i].name, answer);
    }
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_chaos), 2);
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_chaos_refused), 4);
}

static void what_is_local_is_exchanged_while_queries_wait(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_build build;
    struct forwarder_local_options options = { 0 };
    struct forwarder_built *built = NULL;
    struct local_question asked = { .name = "www.example", .type = DNS_TYPE_A };
    struct forwarder_datagram sent;
    char block[LOCAL_TEXT_MAX];

    (void)state;
    fixture_init(&fixture, 8);
    assert_string_equal(local_answer(&fixture, asked, block), "forwarded");
    sent = fixture.batch->at[0];
    memcpy(fixture.wire, sent.payload.at, sent.payload.size);
    local_begin(&build);
    assert_int_equal(local_record(&build, "www.example. A 192.0.2.1"), FORWARDER_BUILD_OK);
    built = local_finish(&build, &options);
    forwarder_set_local(&fixture.forwarder, &built->local);
    assert_int_equal(forwarder_waiting(&fixture.forwarder), 1);
    sent.path.side = FORWARDER_UPSTREAMS;
    fixture.wire[2] |= 0x80;
    fixture_receive(&fixture, &sent.path, bytes_of(fixture.wire, sent.payload.size));
    assert_int_equal(fixture_answer(&fixture, 100).header.counts[DNS_ANSWER], 0);
    assert_string_equal(local_answer(&fixture, asked, block),
                        "NOERROR aa\nwww.example. 300 IN A 192.0.2.1\n");
    forwarder_set_local(&fixture.forwarder, NULL);
    forwarder_built_free(built);
    assert_string_equal(local_answer(&fixture, asked, block), "forwarded");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(special_names_are_answered_as_their_rfcs_say),
    cmocka_unit_test(names_of_private_addresses_do_not_leave_unless_they_shall),
    cmocka_unit_test(a_name_that_shall_be_forwarded_is_not_special_nor_are_those_below),
    cmocka_unit_test(records_answer_their_types_and_no_others),
    cmocka_unit_test(wildcards_stand_for_what_does_not_exist),
    cmocka_unit_test(aliases_are_followed_to_their_records),
    cmocka_unit_test(what_cannot_be_answered_is_not_built),
    cmocka_unit_test(what_does_not_fit_comes_cut_and_whole_over_a_stream),
    cmocka_unit_test(any_gets_hinfo_unless_it_shall_be_forwarded),
    cmocka_unit_test(the_class_ch_has_the_texts_that_it_is_given),
    cmocka_unit_test(what_is_local_is_exchanged_while_queries_wait),
};

RUN_TESTS(tests)
