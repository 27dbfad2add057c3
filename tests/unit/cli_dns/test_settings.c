/*
 * The configuration file: what it says holds, what the command line says holds in its place, and
 * each mistake is one sentence with its line.
 */
#include "unit.h"

#include "base/cleanup.h"
#include "cli/dns/settings/file.h"
#include "cli/dns/settings/settings.h"
#include "forwarder/io/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PLACE "/tmp/cupel-settings-XXXXXX"

/* What a text gives, and what was said. */
struct outcome {
    int number;
    struct err err;
    struct dns_options options;
    struct settings_lines lines;
    struct arena arena;
};

static struct outcome read_bytes_of(struct bytes text)
{
    struct outcome outcome = { .options = dns_defaults, .arena = arena_init((size_t)1 << 22) };
    struct settings_file file = { "f", text };
    struct settings_table table = { dns_rows, DNS_ROWS_COUNT };
    struct settings_target target = { &outcome.options, &outcome.arena };

    outcome.number = settings_file_read(&file, &table, &target, &outcome.lines, &outcome.err);
    return outcome;
}

static void every_key_is_an_option_and_every_option_a_key(void **state)
{
    (void)state;
    for (size_t row = 0; row < DNS_ROWS_COUNT; row++) {
        const struct cli_option *option = &dns_rows[row];
        char text[200];
        char value[40] = "true";
        struct outcome outcome;

        if (option->kind == CLI_NUMBER)
            (void)snprintf(value, sizeof(value), "%lu", option->number_max);
        else if (option->choices != NULL)
            (void)snprintf(value, sizeof(value), "%.*s", (int)strcspn(option->choices, " "),
                           option->choices);
        else if (option->kind == CLI_TEXTS)
            (void)snprintf(value, sizeof(value), "[a, 'b']");
        (void)snprintf(text, sizeof(text), "# a comment\n%s: %s\n", option->name, value);
        outcome = read_bytes_of(bytes_of_text(text));
        assert_row(option->name, (outcome.number == 0) == !option->is_no_key);
        assert_row(option->name, outcome.lines.key[row] == (option->is_no_key ? 0 : 2));
        arena_done(&outcome.arena);
    }
}

static void what_a_file_may_say_is_taken(void **state)
{
    struct outcome outcome;

    (void)state;
    outcome = read_bytes_of(bytes_of_text("\xEF\xBB\xBFlisten: 127.0.0.1:53\n"
                                          "upstream:\n"
                                          "  - 9.9.9.9 # Quad9\n"
                                          "  - '[2001:db8::1]:53'\n"
                                          "policy: \"race\"\n"
                                          "prefetch: true\n"
                                          "keep-case: false\n"
                                          "ttl-min: 5\n...\n"));
    assert_int_equal(outcome.number, 0);
    assert_int_equal(outcome.options.listen.count, 1);
    assert_string_equal(outcome.options.listen.at[0], "127.0.0.1:53");
    assert_int_equal(outcome.options.upstream.count, 2);
    assert_string_equal(outcome.options.upstream.at[1], "[2001:db8::1]:53");
    assert_string_equal(outcome.options.policy, "race");
    assert_true(outcome.options.has_prefetch);
    assert_false(outcome.options.keeps_case);
    assert_int_equal(outcome.options.ttl_s_min, 5);
    assert_int_equal(outcome.options.ttl_s_max, dns_defaults.ttl_s_max);
    arena_done(&outcome.arena);
}

static void a_file_without_keys_says_nothing(void **state)
{
    static const char *const texts[] = { "", "# nothing\n", "{}\n", "---\n{}\n...\n" };

    (void)state;
    for (size_t i = 0; i < ROWS(texts); i++) {
        struct outcome outcome = read_bytes_of(bytes_of_text(texts[i]));

        assert_row(texts[i], outcome.number == 0);
        assert_row(texts[i],
                   memcmp(&outcome.options, &dns_defaults, sizeof(struct dns_options)) == 0);
        arena_done(&outcome.arena);
    }
}

static void each_mistake_is_one_sentence_with_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *sentence;
    } rows[] = {
        { "policy: first\nlisen: [::1]\n", "f:2: lisen: there is no such key" },
        { "policy: first\n\npolicy: race\n", "f:3: policy: the key is in line 1 already" },
        { "config: f\n", "f:1: config: this is for the command line alone" },
        { "check-config: true\n", "f:1: check-config: this is for the command line alone" },
        { "policy: last\n", "f:1: policy: 'last' is none of: first round-robin fastest race" },
        { "policy:\n", "f:1: policy: there is no value" },
        { "policy: ~\n", "f:1: policy: there is no value" },
        { "policy: [first]\n", "f:1: policy: the value is a list, of which there can be none" },
        { "policy: {a: b}\n", "f:1: policy: the value is a mapping" },
        { "prefetch: yes\n", "f:1: prefetch: 'yes' is neither true nor false" },
        { "prefetch: 'true'\n", "f:1: prefetch: a flag stands without quotation marks" },
        { "ttl-max: '5'\n", "f:1: ttl-max: a number stands without quotation marks" },
        { "ttl-max: 0x10\n", "f:1: ttl-max: '0x10' is not a number from 1 to 2147483647" },
        { "ttl-max: -1\n", "f:1: ttl-max: '-1' is not a number from 1 to 2147483647" },
        { "ttl-max: 99999999999999999999\n",
          "f:1: ttl-max: '99999999999999999999' is not a number from 1 to 2147483647" },
        { "upstream: []\n", "f:1: upstream: the list is empty" },
        { "upstream:\n  - 1.1.1.1\n  -\n", "f:3: upstream: there is no value" },
        { "upstream:\n  - 1.1.1.1\n  - [2]\n", "f:3: upstream: an item of the list is no text" },
        { "upstream: [\"a\\0b\"]\n", "f:1: upstream: a NUL is in the value" },
        { "upstream: &a [x]\n", "f:1: anchors and aliases are not taken" },
        { "upstream: &a x\nlisten: *a\n", "f:1: anchors and aliases are not taken" },
        { "listen: *a\n", "f:1: anchors and aliases are not taken" },
        { "ttl-max: !!int 5\n", "f:1: tags are not taken" },
        { "- upstream\n", "f:1: this is no mapping of keys to values" },
        { "upstream\n", "f:1: this is no mapping of keys to values" },
        { "[policy]: first\n", "f:1: a key is a word" },
        { "--- {}\n--- {}\n", "f:2: a second document begins" },
        { "policy: first\n\tttl-max: 5\n",
          "f:2: this is not YAML: found a tab character that violates indentation" },
        { "\npolicy: \"\xff\"\n", "f:2: this is not YAML: invalid leading UTF-8 octet" },
        { "upstream: [a\n", "f:2: this is not YAML: did not find expected ',' or ']'" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct outcome outcome = read_bytes_of(bytes_of_text(rows[i].text));

        assert_row(rows[i].text, outcome.number < 0);
        if (strcmp(outcome.err.sentence, rows[i].sentence) != 0)
            fail_msg("'%s': says %s", rows[i].text, outcome.err.sentence);
        arena_done(&outcome.arena);
    }
}

static void a_document_of_any_depth_or_size_is_refused_at_once(void **state)
{
    static const struct {
        const char *label;
        const char *start;
        char filling;
        size_t size;
        const char *sentence;
    } rows[] = {
        { "lists in lists", "listen: ", '[', SETTINGS_FILE_BYTES_MAX - 8,
          "f:1: listen: an item of the list is no text" },
        { "mappings in mappings", "{", '{', SETTINGS_FILE_BYTES_MAX - 8, "f:1: a key is a word" },
        { "a long key", "", 'a', SETTINGS_FILE_BYTES_MAX, NULL },
        { "a long text", "listen: ", 'a', SETTINGS_FILE_BYTES_MAX - 8, NULL },
        { "one octet too many", "listen: ", 'a', SETTINGS_FILE_BYTES_MAX - 7,
          "f: the file has more than 1048576 octets" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        size_t start = strlen(rows[i].start);
        CLEANUP(free_pointer) char *text = malloc(start + rows[i].size + 1);
        struct outcome outcome;

        assert_non_null(text);
        memcpy(text, rows[i].start, start);
        memset(text + start, rows[i].filling, rows[i].size);
        outcome = read_bytes_of(bytes_of(text, start + rows[i].size));
        if (rows[i].sentence != NULL && strcmp(outcome.err.sentence, rows[i].sentence) != 0)
            fail_msg("%s: says '%s'", rows[i].label, outcome.err.sentence);
        arena_done(&outcome.arena);
    }
}

static void more_items_than_may_be_are_refused(void **state)
{
    char text[1000] = "upstream:\n";
    struct outcome outcome;

    (void)state;
    for (size_t i = 0; i <= CLI_TEXTS_MAX; i++)
        memcpy(text + 10 + 8 * i, "- 1.1.1\n", 9);
    outcome = read_bytes_of(bytes_of_text(text));
    assert_string_equal(outcome.err.sentence,
                        "f:66: upstream: '1.1.1' is one too many: there may be 64");
    arena_done(&outcome.arena);
}

/* A file of this text; its name is in `name`. */
static void write_file(char *name, const char *text)
{
    int fd;

    memcpy(name, PLACE, sizeof(PLACE));
    fd = mkstemp(name);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(close(fd), 0);
}

/* The row of an option. */
static size_t row_of(const char *name)
{
    size_t row = 0;

    while (strcmp(dns_rows[row].name, name) != 0)
        row++;
    return row;
}

/* Gives an option on the command line. */
static void give(struct dns_options *options, const char *name, const char *word)
{
    struct err err;
    size_t row = row_of(name);

    assert_int_equal(cli_option_store(&dns_rows[row], word, options, &err), 0);
    options->given.at[row] = true;
}

static void the_command_line_holds_in_place_of_the_file(void **state)
{
    CLEANUP(dns_settings_free_pointer) struct dns_settings *settings = NULL;
    struct dns_options options = dns_defaults;
    const struct forwarder_loop_config *config;
    char name[sizeof(PLACE)];
    char text[FORWARDER_ENDPOINT_TEXT_MAX];
    struct err err = { 0 };

    (void)state;
    write_file(name, "upstream: [192.0.2.1, 192.0.2.2]\nlisten: 127.0.0.1:99\n"
                     "policy: race\nttl-max: 77\nprefetch: true\n");
    give(&options, "config", name);
    give(&options, "upstream", "192.0.2.3");
    give(&options, "ttl-max", "86400"); /* as where nothing is said */
    assert_int_equal(dns_settings_read(&options, &settings, &err), 0);
    assert_int_equal(unlink(name), 0);
    config = dns_settings_config(settings);
    assert_int_equal(config->core.upstreams_count, 1);
    assert_string_equal(forwarder_endpoint_format(&config->core.upstreams[0], text),
                        "192.0.2.3:53");
    assert_int_equal(config->listen_count, 1);
    assert_string_equal(forwarder_endpoint_format(&config->listen[0].address, text),
                        "127.0.0.1:99");
    assert_int_equal(config->core.policy, FORWARDER_POLICY_RACE);
    assert_int_equal(config->core.keep.ttl_s_max, 86400);
    assert_true(config->core.has_prefetch);
}

static void zones_share_upstreams_and_have_several(void **state)
{
    CLEANUP(dns_settings_free_pointer) struct dns_settings *settings = NULL;
    struct dns_options options = dns_defaults;
    const struct forwarder_config *config;
    struct err err = { 0 };

    (void)state;
    give(&options, "upstream", "10.0.0.9");
    give(&options, "zone-upstream", "Corp.Example=10.0.0.1");
    give(&options, "zone-upstream", "lab.corp.example.=10.0.0.9");
    give(&options, "zone-upstream", "corp.example=10.0.0.2:5353");
    assert_int_equal(dns_settings_read(&options, &settings, &err), 0);
    config = &dns_settings_config(settings)->core;
    assert_int_equal(config->upstreams_count, 3);
    assert_int_equal(config->general_count, 1);
    assert_int_equal(config->routes_count, 2);
    assert_int_equal(config->routes[0].upstreams, 1U << 1 | 1U << 2);
    assert_int_equal(config->routes[1].upstreams, 1U << 0);
    assert_memory_equal(config->routes[0].name, "\4corp\7example", 14);
}

static void a_value_of_the_file_that_cannot_be_is_told_with_its_line(void **state)
{
    static const struct {
        const char *text;
        const char *option; /* on the command line besides */
        const char *value;
        const char *sentence; /* after the file's name, or whole with the command line's option */
    } rows[] = {
        { "listen:\n- 127.0.0.1\n- here\n", NULL, NULL,
          ":3: listen: 'here' is not an IPv4 or IPv6 address" },
        { "\nupstream: ['1.1.1.1:0']\n", NULL, NULL,
          ":2: upstream: '1.1.1.1:0': the port '0' is not between 1 and 65535" },
        { "\nttl-max: 10\n\nttl-min: 20\n", NULL, NULL,
          ":4: ttl-min: 20 is more than --ttl-max, 10" },
        { "ttl-max: 10\n", "ttl-min", "20", "--ttl-min: 20 is more than --ttl-max, 10" },
        { "zone-upstream:\n- a=10.0.0.1\n- b=here\n", NULL, NULL,
          ":3: zone-upstream: 'b=here': 'here' is not an IPv4 or IPv6 address" },
        { "zone-upstream: a..b=10.0.0.1\n", NULL, NULL,
          ":1: zone-upstream: 'a..b=10.0.0.1': a label is empty" },
        { "zone-upstream: corp.example\n", NULL, NULL,
          ":1: zone-upstream: 'corp.example' is not ZONE=ADDR[:PORT]" },
        { "cache-bytes: 5\n", NULL, NULL, ":1: cache-bytes: 5 is neither 0 nor 65536 or more" },
        { "upstream: here\n", "upstream", "there",
          "--upstream: 'there' is not an IPv4 or IPv6 address" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct dns_options options = dns_defaults;
        struct dns_settings *settings = NULL;
        char name[sizeof(PLACE)];
        struct err err = { 0 };
        const char *said = err.sentence;

        write_file(name, rows[i].text);
        give(&options, "config", name);
        if (rows[i].option != NULL)
            give(&options, rows[i].option, rows[i].value);
        assert_row(rows[i].text, dns_settings_read(&options, &settings, &err) < 0);
        assert_null(settings);
        assert_int_equal(unlink(name), 0);
        if (rows[i].sentence[0] == ':') {
            assert_row(said, strncmp(said, name, strlen(name)) == 0);
            said += strlen(name);
        }
        assert_string_equal(said, rows[i].sentence);
    }
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct dns_options options = dns_defaults;
    struct dns_settings *settings = NULL;
    struct err err = { 0 };

    (void)state;
    give(&options, "config", "/nowhere/dns.yaml");
    assert_int_equal(dns_settings_read(&options, &settings, &err), -ENOENT);
    assert_non_null(strstr(err.sentence, "/nowhere/dns.yaml"));
    assert_null(settings);
}

static void what_cannot_change_while_it_runs_stays_and_is_named(void **state)
{
    CLEANUP(dns_settings_free_pointer) struct dns_settings *running = NULL;
    CLEANUP(dns_settings_free_pointer) struct dns_settings *anew = NULL;
    struct dns_options options = dns_defaults;
    char block[DNS_STAYS_BYTES];
    struct text stays = text_init(block, sizeof(block));
    char name[sizeof(PLACE)];
    struct err err = { 0 };
    FILE *file;

    (void)state;
    write_file(name, "queries-max: 7\ncontrol: /run/x\nquery-log: x\nttl-max: 5\n");
    give(&options, "config", name);
    assert_int_equal(dns_settings_read(&options, &running, &err), 0);
    file = fopen(name, "w");
    assert_non_null(file);
    assert_true(fputs("queries-max: 8\nttl-max: 6\n", file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(dns_settings_read_anew(&options, running, &anew, &stays, &err), 0);
    assert_int_equal(unlink(name), 0);
    assert_string_equal(block, "control, query-log");
    assert_int_equal(dns_settings_config(anew)->core.queries_max, 8);
    assert_int_equal(dns_settings_config(anew)->core.keep.ttl_s_max, 6);
    assert_string_equal(dns_settings_options(anew)->control, "/run/x");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_key_is_an_option_and_every_option_a_key),
    cmocka_unit_test(what_a_file_may_say_is_taken),
    cmocka_unit_test(a_file_without_keys_says_nothing),
    cmocka_unit_test(each_mistake_is_one_sentence_with_its_line),
    cmocka_unit_test(a_document_of_any_depth_or_size_is_refused_at_once),
    cmocka_unit_test(more_items_than_may_be_are_refused),
    cmocka_unit_test(the_command_line_holds_in_place_of_the_file),
    cmocka_unit_test(zones_share_upstreams_and_have_several),
    cmocka_unit_test(a_value_of_the_file_that_cannot_be_is_told_with_its_line),
    cmocka_unit_test(a_file_that_is_not_there_is_named),
    cmocka_unit_test(what_cannot_change_while_it_runs_stays_and_is_named),
};

RUN_TESTS(tests)
