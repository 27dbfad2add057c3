/* Hosts files and block lists: what each form of line says, and what is counted as wrong. */
#include "local.h"

#include "base/fd.h"
#include "forwarder/io/list_file.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

/* Reads a text as a list. */
static struct forwarder_list read_list(struct forwarder_build *build, enum forwarder_list_kind kind,
                                       const char *text)
{
    struct forwarder_list list;

    forwarder_list_init(&list, kind, build);
    assert_true(forwarder_list_feed(&list, bytes_of_text(text)));
    assert_true(forwarder_list_end(&list));
    return list;
}

/* What is there for a name. */
static struct forwarder_local_found find(const struct forwarder_built *built, const char *text)
{
    struct dns_name name = local_name(text);

    return forwarder_local_find(&built->local, dns_name_bytes(&name));
}

static bool is_blocked(const struct forwarder_built *built, const char *text)
{
    return find(built, text).kind == FORWARDER_LOCAL_BLOCKED;
}

static struct forwarder_built *finish(struct forwarder_build *build)
{
    struct forwarder_local_options options = { 0 };

    return local_finish(build, &options);
}

static void each_form_of_a_line_blocks_what_it_says(void **state)
{
    static const struct {
        const char *line;
        const char *blocked[3];
        const char *open[3];
    } rows[] = {
        { "Ads.Example", { "ads.example" }, { "x.ads.example", "example", "xads.example" } },
        { "ads.example.", { "ads.example" }, { "x.ads.example" } },
        { "  ads.example \t# why\r", { "ads.example" }, { "x.ads.example" } },
        { "*.ads.example", { "ads.example", "x.ads.example", "y.x.ads.example" }, { "example" } },
        { "0.0.0.0 a.example b.example", { "a.example", "b.example" }, { "x.a.example" } },
        { "127.0.0.1\ta.example", { "a.example" }, { NULL } },
        { ":: a.example", { "a.example" }, { NULL } },
        { "::1 a.example # and c.example", { "a.example" }, { "c.example" } },
        { "||ads.example^", { "ads.example", "x.ads.example" }, { "example" } },
        { "||ads.example^$important", { "ads.example", "x.ads.example" }, { "example" } },
        { "local=/ads.example/", { "ads.example", "x.ads.example" }, { "example" } },
        { "address=/ads.example/0.0.0.0", { "ads.example", "x.ads.example" }, { "example" } },
        { "address=/ads.example/#", { "ads.example", "x.ads.example" }, { "example" } },
        { "server=/ads.example/", { "ads.example", "x.ads.example" }, { "example" } },
        { "a.example CNAME .", { "a.example" }, { "x.a.example" } },
        { "*.a.example 60 IN CNAME .", { "x.a.example", "y.x.a.example" }, { "a.example" } },
        { "a.example in cname *.", { "a.example" }, { NULL } },
        { "a.example. CNAME rpz-drop. ; why", { "a.example" }, { NULL } },
        { "_dmarc.x-y.example", { "_dmarc.x-y.example" }, { NULL } },
        { "xn--bcher-kva.example", { "xn--bcher-kva.example" }, { NULL } },
        { "com", { "com" }, { "example.com" } },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct forwarder_build build;
        CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;
        struct forwarder_list list;

        local_begin(&build);
        list = read_list(&build, FORWARDER_LIST_BLOCK, rows[i].line);
        assert_row(rows[i].line, list.lines_used == 1 && list.lines_wrong == 0);
        built = finish(&build);
        for (size_t j = 0; j < 3 && rows[i].blocked[j] != NULL; j++)
            assert_row(rows[i].line, is_blocked(built, rows[i].blocked[j]));
        for (size_t j = 0; j < 3 && rows[i].open[j] != NULL; j++)
            assert_row(rows[i].line, !is_blocked(built, rows[i].open[j]));
    }
}

static void lines_that_say_nothing_are_not_counted(void **state)
{
    static const char text[] = "\xEF\xBB\xBF# a list\n"
                               "\n   \n; a comment\n! another\n[Adblock Plus 2.0]\r\n"
                               "$TTL 60\n"
                               "@ SOA localhost. nobody.invalid. (\n"
                               "  2024010101 ; serial )\n"
                               "  60 60\n"
                               "  60 60 )\n"
                               "  IN NS localhost.\n"
                               "@ 60 IN NS localhost.\n"
                               "127.0.0.1 localhost\n"
                               "127.0.0.1 localhost.localdomain\n"
                               "255.255.255.255 broadcasthost\n"
                               "::1 ip6-localhost ip6-loopback\n"
                               "fe80::1%lo0 localhost\n"
                               "0.0.0.0 0.0.0.0\n";
    struct forwarder_build build;
    struct forwarder_list list;

    (void)state;
    local_begin(&build);
    list = read_list(&build, FORWARDER_LIST_BLOCK, text);
    assert_int_equal(list.lines_used, 0);
    if (list.lines_wrong != 0)
        fail_msg("line %lu: %s", (unsigned long)list.first_wrong, list.shown);
    assert_int_equal(build.local.names_count, 0);
    forwarder_build_done(&build);
}

static void lines_that_are_wrong_are_counted_and_left_out(void **state)
{
    static const char *const lines[] = {
        "<html>",
        "a..example",
        ".example",
        "1.2.3.4",
        "1.2.3.256",
        "a.example/path",
        "a b",
        "*",
        "*.",
        "a.*.example",
        "b\xC3\xBC.example",
        "0.0.0.0",
        "0.0.0.0 a.example/",
        "192.0.2.1 a.example",
        "||a.example",
        "||a.example^$third-party",
        "||^",
        "||*.a.example^",
        "@@||a.example",
        "address=/a.example/192.0.2.1",
        "address=/a.example",
        "address=/a.example/b.example/",
        "server=/a.example/9.9.9.9",
        "local=//",
        "a.example##.ad",
        "a.example A 192.0.2.1",
        "a.example CNAME",
        "a.example CNAME b.example.",
        "a.example CNAME rpz-tcp-only.",
        "32.1.2.0.192.rpz-ip CNAME .",
        "ns.example.rpz-nsdname CNAME .",
        "a1234567890123456789012345678901234567890123456789012345678901234.example",
    };

    (void)state;
    for (size_t i = 0; i < ROWS(lines); i++) {
        struct forwarder_build build;
        struct forwarder_list list;

        local_begin(&build);
        list = read_list(&build, FORWARDER_LIST_BLOCK, lines[i]);
        assert_row(lines[i], list.lines_wrong == 1 && list.lines_used == 0);
        assert_row(lines[i], list.first_wrong == 1);
        assert_row(lines[i], build.local.names_count == 0);
        forwarder_build_done(&build);
    }
}

static void the_first_wrong_line_is_shown_in_printable_characters(void **state)
{
    struct forwarder_build build;
    struct forwarder_list list;

    (void)state;
    local_begin(&build);
    list = read_list(&build, FORWARDER_LIST_BLOCK,
                     "a.example\n\033[31m \x01 bad\n<another>\nb.example\n");
    assert_int_equal(list.lines_used, 2);
    assert_int_equal(list.lines_wrong, 2);
    assert_int_equal(list.first_wrong, 2);
    assert_string_equal(list.shown, "?[31m ? bad");
    assert_int_equal(list.lines.number, 4);
    forwarder_build_done(&build);
}

static void the_closest_rule_counts_and_one_that_allows_at_the_same_name(void **state)
{
    static const char text[] = "*.bad.example\n"
                               "@@||good.bad.example^\n"
                               "worse.good.bad.example\n"
                               "both.example\n"
                               "@@||both.example^\n"
                               "||wide.example^\n"
                               "one.wide.example CNAME rpz-passthru.\n";
    struct forwarder_build build;
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;

    (void)state;
    local_begin(&build);
    assert_int_equal(read_list(&build, FORWARDER_LIST_BLOCK, text).lines_used, 7);
    built = finish(&build);
    assert_true(is_blocked(built, "x.bad.example"));
    assert_false(is_blocked(built, "good.bad.example"));
    assert_true(find(built, "good.bad.example").is_allowed);
    assert_false(is_blocked(built, "x.good.bad.example"));
    assert_true(is_blocked(built, "worse.good.bad.example"));
    assert_false(is_blocked(built, "x.worse.good.bad.example"));
    assert_false(is_blocked(built, "both.example"));
    assert_false(find(built, "other.example").is_allowed);
    assert_false(is_blocked(built, "one.wide.example"));
    assert_true(is_blocked(built, "x.one.wide.example"));
}

static void blocked_names_are_answered_as_configured_with_the_reason(void **state)
{
    static const struct {
        enum forwarder_block_answer block_answer;
        uint16_t type;
        const char *answer;
    } rows[] = {
        { FORWARDER_BLOCK_NXDOMAIN, DNS_TYPE_A,
          "NXDOMAIN\nads.example. 300 IN SOA ads.example. nobody.invalid. 1 3600 1200 604800 "
          "300\n" },
        { FORWARDER_BLOCK_NXDOMAIN, DNS_TYPE_ANY,
          "NXDOMAIN\nads.example. 300 IN SOA ads.example. nobody.invalid. 1 3600 1200 604800 "
          "300\n" },
        { FORWARDER_BLOCK_NULL, DNS_TYPE_A, "NOERROR\nx.ads.example. 300 IN A 0.0.0.0\n" },
        { FORWARDER_BLOCK_NULL, DNS_TYPE_AAAA, "NOERROR\nx.ads.example. 300 IN AAAA ::\n" },
        { FORWARDER_BLOCK_NULL, DNS_TYPE_MX,
          "NOERROR\nads.example. 300 IN SOA ads.example. nobody.invalid. 1 3600 1200 604800 "
          "300\n" },
        { FORWARDER_BLOCK_REFUSED, DNS_TYPE_A, "REFUSED\n" },
    };
    char block[LOCAL_TEXT_MAX];

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(fixture_done) struct fixture fixture;
        struct forwarder_config config = fixture_config(&fixture, 8);
        struct forwarder_local_options options = { .block_answer = rows[i].block_answer };
        struct local_question asked = { "x.ads.example", rows[i].type, 0, true };
        CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;
        struct forwarder_build build;
        struct dns_message message;
        struct dns_edns edns;
        struct dns_edns_option option;
        struct dns_extended_error error;

        local_begin(&build);
        (void)read_list(&build, FORWARDER_LIST_BLOCK, "||ads.example^");
        built = local_finish(&build, &options);
        config.local = &built->local;
        fixture_begin(&fixture, &config);
        assert_string_equal(local_answer(&fixture, asked, block), rows[i].answer);
        message = fixture_answer(&fixture, 100);
        assert_true(dns_message_edns(&message, &edns));
        assert_true(dns_edns_find_option(&edns, DNS_OPTION_EDE, &option));
        assert_int_equal(dns_extended_error_read(&option, &error), DNS_OK);
        assert_int_equal(error.code, DNS_EDE_BLOCKED);
        assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_blocked), 1);
    }
}

static void a_name_that_is_allowed_is_forwarded_and_counted(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    struct local_question asked = { .name = "ok.ads.example", .type = DNS_TYPE_A };
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;
    struct forwarder_build build;
    char block[LOCAL_TEXT_MAX];

    (void)state;
    local_begin(&build);
    (void)read_list(&build, FORWARDER_LIST_BLOCK, "||ads.example^\n@@||ok.ads.example^\n");
    built = finish(&build);
    config.local = &built->local;
    fixture_begin(&fixture, &config);
    assert_string_equal(local_answer(&fixture, asked, block), "forwarded");
    assert_int_equal(fixture_count(&fixture, FORWARDER_COUNT_queries_allowed), 1);
}

static void records_and_special_zones_come_before_rules(void **state)
{
    struct forwarder_build build;
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;

    (void)state;
    local_begin(&build);
    local_special(&build);
    assert_int_equal(local_record(&build, "mine.example. A 192.0.2.1"), FORWARDER_BUILD_OK);
    (void)read_list(&build, FORWARDER_LIST_BLOCK, "||mine.example^\nlocalhost.example\n||test^\n");
    built = finish(&build);
    assert_int_equal(find(built, "mine.example").kind, FORWARDER_LOCAL_RECORDS);
    assert_int_equal(find(built, "x.mine.example").kind, FORWARDER_LOCAL_BLOCKED);
    assert_int_equal(find(built, "x.test").kind, FORWARDER_LOCAL_MISSING);
    assert_int_equal(find(built, "localhost").kind, FORWARDER_LOCAL_LOOPBACK);
}

static void hosts_have_addresses_and_addresses_have_the_first_name(void **state)
{
    static const char text[] = "# hosts\n"
                               "127.0.0.1 localhost\n"
                               "127.0.1.1 me.home.arpa me\n"
                               "192.168.1.5\tNas.home.arpa nas # the big one\n"
                               "fd00::5 nas.home.arpa\n"
                               "192.168.1.5 other.home.arpa\n"
                               "ff02::1 ip6-allnodes\n";
    static const struct {
        const char *name;
        uint16_t type;
        const char *answer;
    } rows[] = {
        { "nas.home.arpa", DNS_TYPE_A, "NOERROR aa\nnas.home.arpa. 300 IN A 192.168.1.5\n" },
        { "NAS.home.arpa", DNS_TYPE_AAAA, "NOERROR aa\nNAS.home.arpa. 300 IN AAAA fd00::5\n" },
        { "nas", DNS_TYPE_A, "NOERROR aa\nnas. 300 IN A 192.168.1.5\n" },
        { "nas", DNS_TYPE_AAAA,
          "NOERROR aa\nnas. 300 IN SOA nas. nobody.invalid. 1 3600 1200 604800 300\n" },
        { "5.1.168.192.in-addr.arpa", DNS_TYPE_PTR,
          "NOERROR aa\n5.1.168.192.in-addr.arpa. 300 IN PTR nas.home.arpa.\n" },
        { "5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", DNS_TYPE_PTR,
          "NOERROR aa\n5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. "
          "300 "
          "IN PTR nas.home.arpa.\n" },
        { "1.1.0.127.in-addr.arpa", DNS_TYPE_PTR,
          "NOERROR aa\n1.1.0.127.in-addr.arpa. 300 IN PTR me.home.arpa.\n" },
        { "other.home.arpa", DNS_TYPE_A, "NOERROR aa\nother.home.arpa. 300 IN A 192.168.1.5\n" },
    };
    CLEANUP(fixture_done) struct fixture fixture;
    struct forwarder_config config = fixture_config(&fixture, 8);
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;
    struct forwarder_build build;
    struct forwarder_list list;
    char block[LOCAL_TEXT_MAX];

    (void)state;
    local_begin(&build);
    local_special(&build);
    list = read_list(&build, FORWARDER_LIST_HOSTS, text);
    assert_int_equal(list.lines_used, 6);
    assert_int_equal(list.lines_wrong, 0);
    built = finish(&build);
    config.local = &built->local;
    fixture_begin(&fixture, &config);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct local_question asked = { .name = rows[i].name, .type = rows[i].type };
        const char *answer = local_answer(&fixture, asked, block);

        if (strcmp(answer, rows[i].answer) != 0)
            fail_msg("row '%s' type %u: %s", rows[i].name, (unsigned int)rows[i].type, answer);
    }
}

static void hosts_that_are_wrong_are_counted(void **state)
{
    static const char *const lines[] = {
        "192.0.2.1",           "192.0.2 name.example", "name.example 192.0.2.1", "192.0.2.1 a..b",
        "fe80::1%eth0 a.test", "192.0.2.1 \xC3\xBC",   "192.0.2.1 1.2.3.4",
    };

    (void)state;
    for (size_t i = 0; i < ROWS(lines); i++) {
        struct forwarder_build build;

        local_begin(&build);
        assert_row(lines[i], read_list(&build, FORWARDER_LIST_HOSTS, lines[i]).lines_wrong == 1);
        forwarder_build_done(&build);
    }
}

static void a_list_may_be_cut_anywhere_and_have_lines_that_are_too_long(void **state)
{
    struct forwarder_build build;
    struct forwarder_list list;
    char text[FORWARDER_LINE_MAX + 64] = "a.example\n";
    size_t size = strlen(text);

    (void)state;
    memset(text + size, 'x', FORWARDER_LINE_MAX + 1);
    size += FORWARDER_LINE_MAX + 1;
    memcpy(text + size, "\nb.example\r\nc.example", 21);
    size += 21;
    for (size_t cut = 1; cut < size; cut += cut < 40 ? 1 : 97) {
        local_begin(&build);
        forwarder_list_init(&list, FORWARDER_LIST_BLOCK, &build);
        for (size_t at = 0; at < size; at += cut)
            assert_true(
                forwarder_list_feed(&list, bytes_of(text + at, cut < size - at ? cut : size - at)));
        assert_true(forwarder_list_end(&list));
        assert_int_equal(list.lines_used, 3);
        assert_int_equal(list.lines_wrong, 1);
        assert_int_equal(list.first_wrong, 2);
        assert_int_equal(build.local.names_count, 3);
        forwarder_build_done(&build);
    }
}

/* The text of a name by its number: no two are the same. */
static size_t print_name(char text[40], unsigned int number)
{
    return (size_t)snprintf(text, 40, "h%u.n%u.example\n", number * 2654435761U, number % 977);
}

static void many_names_are_found_and_no_others_in_few_octets(void **state)
{
    enum { NAMES = 50000 };
    struct forwarder_build build;
    struct forwarder_list list;
    CLEANUP(forwarder_built_free_pointer) struct forwarder_built *built = NULL;
    char text[40];
    size_t total = 0;

    (void)state;
    local_begin(&build);
    forwarder_list_init(&list, FORWARDER_LIST_BLOCK, &build);
    for (unsigned int twice = 0; twice < 2; twice++)
        for (unsigned int i = 0; i < NAMES; i++) {
            size_t size = print_name(text, i);

            total += size;
            assert_true(forwarder_list_feed(&list, bytes_of(text, size)));
        }
    assert_int_equal(list.lines_used, 2 * NAMES);
    assert_int_equal(build.local.names_count, NAMES);
    assert_true(build.entries.size <= total / 2 + 3 * NAMES);
    built = finish(&build);
    assert_true(built->local.names.slots_count <= NAMES / 3 * 4 + 4);
    for (unsigned int i = 0; i < NAMES; i++) {
        size_t size = print_name(text, i);

        text[size - 1] = '\0';
        assert_true(is_blocked(built, text));
        size = print_name(text, i + NAMES);
        text[size - 1] = '\0';
        assert_false(is_blocked(built, text));
    }
}

static void a_file_is_read_in_parts_and_one_that_cannot_be_is_named(void **state)
{
    char path[] = "/tmp/cupel-list-XXXXXX";
    CLEANUP(fd_close) int fd = mkstemp(path);
    struct forwarder_build build;
    struct forwarder_list list;
    struct err err = { 0 };

    (void)state;
    assert_true(fd >= 0);
    for (int i = 0; i < 10000; i++)
        assert_true(dprintf(fd, "name%d.example\n", i) > 0);
    local_begin(&build);
    forwarder_list_init(&list, FORWARDER_LIST_BLOCK, &build);
    assert_int_equal(forwarder_list_file_read(path, &list, &err), 0);
    assert_int_equal(build.local.names_count, 10000);
    assert_int_equal(unlink(path), 0);
    forwarder_list_init(&list, FORWARDER_LIST_BLOCK, &build);
    assert_int_equal(forwarder_list_file_read(path, &list, &err), -ENOENT);
    assert_non_null(strstr(err.sentence, path));
    assert_int_equal(forwarder_list_file_read("/tmp", &list, &err), -EINVAL);
    forwarder_build_done(&build);
}

static void a_list_that_is_a_fifo_is_refused_without_waiting_for_a_writer(void **state)
{
    char directory[] = "/tmp/cupel-list-XXXXXX";
    char path[sizeof(directory) + 5];
    struct forwarder_build build;
    struct forwarder_list list;
    struct err err = { 0 };

    (void)state;
    assert_non_null(mkdtemp(directory));
    (void)snprintf(path, sizeof(path), "%s/fifo", directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    local_begin(&build);
    forwarder_list_init(&list, FORWARDER_LIST_BLOCK, &build);
    assert_int_equal(forwarder_list_file_read(path, &list, &err), -EINVAL);
    assert_non_null(strstr(err.sentence, "not a regular file"));
    forwarder_build_done(&build);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(directory), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_form_of_a_line_blocks_what_it_says),
    cmocka_unit_test(a_list_that_is_a_fifo_is_refused_without_waiting_for_a_writer),
    cmocka_unit_test(lines_that_say_nothing_are_not_counted),
    cmocka_unit_test(lines_that_are_wrong_are_counted_and_left_out),
    cmocka_unit_test(the_first_wrong_line_is_shown_in_printable_characters),
    cmocka_unit_test(the_closest_rule_counts_and_one_that_allows_at_the_same_name),
    cmocka_unit_test(blocked_names_are_answered_as_configured_with_the_reason),
    cmocka_unit_test(a_name_that_is_allowed_is_forwarded_and_counted),
    cmocka_unit_test(records_and_special_zones_come_before_rules),
    cmocka_unit_test(hosts_have_addresses_and_addresses_have_the_first_name),
    cmocka_unit_test(hosts_that_are_wrong_are_counted),
    cmocka_unit_test(a_list_may_be_cut_anywhere_and_have_lines_that_are_too_long),
    cmocka_unit_test(many_names_are_found_and_no_others_in_few_octets),
    cmocka_unit_test(a_file_is_read_in_parts_and_one_that_cannot_be_is_named),
};

RUN_TESTS(tests)
