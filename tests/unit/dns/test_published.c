/*
 * What is known to have been read wrongly: each shape of corpus/dns/published.tsv and each example
 * of corpus/dns/strictness.tsv gets the verdict, the reason and the offset that its row says; and
 * docs/dns-strictness.md has a row for each example, an example for each row, and the same verdict.
 *
 * The tree is $CUPEL_SOURCE, or the working directory.
 */
#include "unit/table.h"

#include "dns/message.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"

#define PUBLISHED "corpus/dns/published.tsv"
#define EXAMPLES "corpus/dns/strictness.tsv"

static const char *const status_names[] = {
    "OK",
#define STATUS(name, sentence) #name,
#include "dns/status.def"
#undef STATUS
};

/* The first refusal of a whole message, as a table has it: "rdata " is in front of the second. */
static struct dns_verdict judge_message(struct bytes wire, bool *ret_in_rdata)
{
    struct dns_message message;
    struct dns_verdict verdict = dns_message_read(wire, &message);

    *ret_in_rdata = false;
    if (verdict.status == DNS_OK) {
        verdict = dns_message_check_rdata(&message);
        *ret_in_rdata = verdict.status != DNS_OK;
    }
    return verdict;
}

/* The verdict on a file of corpus/dns/rdata, with offsets from where RDATA begins. */
static struct dns_verdict judge_rdata(struct bytes octets, bool *ret_in_rdata)
{
    static const uint8_t head[] = "\0\0\x80\0\0\1\0\1\0\0\0\0\7eXample\0\0\1\0\1";
    CLEANUP(free_pointer) uint8_t *block = malloc(sizeof(head) + octets.size);
    struct byte_reader type = byte_reader_init(octets);
    struct dns_rr rr = { .class = 1 };
    struct dns_verdict verdict;

    assert_non_null(block);
    assert_true(read_u16_be(&type, &rr.type));
    memcpy(block, head, sizeof(head));
    memcpy(block + sizeof(head), octets.at + type.position, byte_reader_left(&type));
    rr.rdata = byte_reader_init(bytes_of(block, sizeof(head) + byte_reader_left(&type)));
    rr.rdata.position = sizeof(head);
    verdict = dns_rdata_check(&rr);
    *ret_in_rdata = verdict.status != DNS_OK;
    if (*ret_in_rdata)
        verdict.offset -= sizeof(head);
    return verdict;
}

/* The verdict on a file of corpus/dns/options: OPT from its class on. */
static struct dns_verdict judge_options(struct bytes octets, bool *ret_in_rdata)
{
    struct byte_reader in = byte_reader_init(octets);
    struct dns_rr rr = { .type = DNS_TYPE_OPT };
    struct dns_verdict verdict;

    assert_true(read_u16_be(&in, &rr.class) && read_u32_be(&in, &rr.ttl_s));
    rr.rdata = byte_reader_init(byte_reader_rest(&in));
    verdict = dns_rdata_check(&rr);
    *ret_in_rdata = verdict.status != DNS_OK;
    return verdict;
}

/* The verdict on a file, by the folder in which it is. */
static struct dns_verdict judge(const char *file, struct bytes octets, bool *ret_in_rdata)
{
    if (strncmp(file, "rdata/", strlen("rdata/")) == 0)
        return judge_rdata(octets, ret_in_rdata);
    if (strncmp(file, "options/", strlen("options/")) == 0)
        return judge_options(octets, ret_in_rdata);
    return judge_message(octets, ret_in_rdata);
}

static void require_verdict(const char *file, const char *status, const char *offset)
{
    CLEANUP(arena_done) struct arena arena = arena_init(FILE_BYTES_MAX + 64);
    char path[512];
    char said[128];
    struct bytes octets;
    struct dns_verdict verdict;
    bool in_rdata;

    (void)snprintf(path, sizeof(path), "corpus/dns/%s", file);
    octets = file_of(path, &arena);
    verdict = judge(file, octets, &in_rdata);
    (void)snprintf(said, sizeof(said), "%s%s at %zu", in_rdata ? "rdata " : "",
                   status_names[verdict.status], verdict.offset);
    (void)snprintf(path, sizeof(path), "%s at %s", status, offset);
    if (strcmp(said, path) != 0)
        fail_msg("row '%s': %s, expected %s", file, said, path);
}

/* The first four columns of both tables: file, what it is for, status, offset. */
static void require_table(const char *path)
{
    CLEANUP(arena_done) struct arena arena = arena_init(FILE_BYTES_MAX + 64);
    struct table table = { .at = content_of(path, &arena), .separator = "\t" };
    size_t rows = 0;

    for (; next_row(&table); rows++) {
        if (table.count < 4)
            fail_msg("%s: row '%s' has %zu columns", path, table.columns[0], table.count);
        require_verdict(table.columns[0], table.columns[2], table.columns[3]);
    }
    assert_true(rows > 0);
}

static void published_shapes_get_the_verdict_of_their_row(void **state)
{
    (void)state;
    require_table(PUBLISHED);
}

static void strictness_examples_get_the_verdict_of_their_row(void **state)
{
    (void)state;
    require_table(EXAMPLES);
}

/* The next row of the document's tables of inputs: those below these titles. The columns are what
 * is between the bars: input, ours, and others. */
static bool next_input(struct table *document, bool *in_scope)
{
    static const char *const titles[] = { "## Framing", "## RDATA", "## EDNS options",
                                          "## Stateful operations", "## Updates" };

    while (next_row(document)) {
        char *cell = document->columns[0];

        if (strncmp(cell, "## ", 3) == 0) {
            *in_scope = false;
            for (size_t i = 0; i < ROWS(titles); i++)
                *in_scope = *in_scope || strcmp(cell, titles[i]) == 0;
        }
        if (!*in_scope || strncmp(cell, "| ", 2) != 0 || strncmp(cell, "| ---", 5) == 0 ||
            strcmp(cell, "| input") == 0)
            continue;
        document->columns[0] = cell + 2;
        assert_row(cell, document->count >= 3);
        return true;
    }
    return false;
}

/* How many examples an input has; each of them is accepted or refused as `is_accepted` says. */
static size_t count_examples(const char *examples, const char *input, bool is_accepted)
{
    struct table table = { .at = examples, .separator = "\t" };
    size_t count = 0;

    while (next_row(&table)) {
        if (strcmp(table.columns[1], input) != 0)
            continue;
        assert_row(input, is_accepted == (strcmp(table.columns[2], "OK") == 0));
        count++;
    }
    return count;
}

static void strictness_rows_have_examples_and_examples_have_rows(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * FILE_BYTES_MAX);
    const char *examples = content_of(EXAMPLES, &arena);
    struct table document = { .at = content_of("docs/dns-strictness.md", &arena),
                              .separator = " | " };
    struct table table = { .at = examples, .separator = "\t" };
    bool in_scope = false;
    size_t found = 0;
    size_t rows = 0;

    (void)state;
    while (next_input(&document, &in_scope)) {
        const char *input = document.columns[0];
        size_t count = count_examples(examples, input, strncmp(document.columns[1], "+", 1) == 0);

        if (count == 0)
            fail_msg("docs/dns-strictness.md: '%s' has no example in " EXAMPLES, input);
        found += count;
    }
    while (next_row(&table))
        rows++;
    if (found != rows)
        fail_msg("of %zu rows of " EXAMPLES ", %zu are in docs/dns-strictness.md", rows, found);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(published_shapes_get_the_verdict_of_their_row),
    cmocka_unit_test(strictness_examples_get_the_verdict_of_their_row),
    cmocka_unit_test(strictness_rows_have_examples_and_examples_have_rows),
};

RUN_TESTS(tests)
