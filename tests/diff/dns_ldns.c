/*
 * diff.dns.ldns: each message through this codec and through ldns. Where one accepts and the other
 * refuses, or where they print another record, the difference must be of a class that the table of
 * explained differences has; else the message's file and both views are printed, and it fails.
 *
 *     dns_ldns [OPTION…] EXPLAINED FILE-OR-DIRECTORY…
 *     dns_ldns --examples EXPLAINED DIRECTORY
 *
 * EXPLAINED is tests/diff/dns_ldns_explained.tsv, whose head says what its columns are. --all
 * prints the explained differences too; --made, --first and --mutants N are as diff/dns_source.h
 * says, and an unexplained message is printed once more, made small. --examples looks at the table
 * itself: the example of each row, a file of DIRECTORY, must be a difference of that row's class.
 * Exit status: 0, 1 where something is unexplained, 2 where the command line or a file is wrong.
 */
#include "diff/dns_ldns.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "diff/dns_shrink.h"
#include "diff/dns_source.h"
#include "diff/dns_view.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHOWN_MAX 64

/* A difference in the words of the table. */
struct shown {
    char kind[16];
    char ours[32];
    char theirs[64];
};

/* What was found so far. */
struct tally {
    const struct diff_table *table;
    struct diff_result *result; /* room for the message that is looked at */
    bool prints_all;
    struct diff_source source;
    uint64_t start_ns;
    unsigned int messages;
    unsigned int both_accept;
    unsigned int both_refuse;
    unsigned int explained;
    unsigned int unexplained;
    unsigned int of_class[DIFF_CLASSES_MAX];
    unsigned int shown_count;
    struct shown shown[SHOWN_MAX]; /* unexplained differences that were printed */
    uint8_t small[DIFF_MESSAGE_MAX];
};

static void print_difference(const char *path, const struct diff_result *result, const char *class)
{
    const struct difference *difference = &result->difference;

    printf("%s: %s\n", path, class);
    printf("  cupel %s: %s\n", difference->kind == NULL ? "" : difference->ours, result->ours_line);
    printf("  ldns  %s: %s\n", difference->kind == NULL ? "" : difference->theirs,
           result->theirs_line);
}

static bool is_shown(const struct difference *difference, const struct shown *shown)
{
    return difference->kind != NULL && strcmp(difference->kind, shown->kind) == 0 &&
           strcmp(difference->ours, shown->ours) == 0 &&
           strcmp(difference->theirs, shown->theirs) == 0;
}

/* Whether a message shows what was shown last. */
static bool shows_last(void *arg, struct bytes wire)
{
    struct tally *tally = arg;

    diff_compare(wire, tally->result);
    return is_shown(&tally->result->difference, &tally->shown[tally->shown_count - 1]);
}

/* Prints an unexplained difference, each in the words of the table once. */
static void print_unexplained(struct tally *tally, const char *path, struct bytes wire)
{
    const struct difference *difference = &tally->result->difference;
    struct shown *shown = &tally->shown[tally->shown_count];
    struct bytes small;

    tally->unexplained++;
    for (unsigned int i = 0; i < tally->shown_count; i++) {
        if (is_shown(difference, &tally->shown[i]))
            return;
    }
    if (tally->shown_count == SHOWN_MAX)
        return;
    tally->shown_count++;
    (void)snprintf(shown->kind, sizeof(shown->kind), "%s", difference->kind);
    (void)snprintf(shown->ours, sizeof(shown->ours), "%s", difference->ours);
    (void)snprintf(shown->theirs, sizeof(shown->theirs), "%s", difference->theirs);
    print_difference(path, tally->result, "UNEXPLAINED");
    small = diff_shrink(wire, shows_last, tally, tally->small);
    diff_compare(small, tally->result);
    print_difference("made small", tally->result, difference->kind);
    printf("  %zu octets: ", small.size);
    for (size_t i = 0; i < small.size; i++)
        printf("%02x", small.at[i]);
    printf("\n");
    (void)fflush(stdout);
}

static void compare(void *arg, const char *path, struct bytes wire)
{
    struct tally *tally = arg;
    const struct diff_result *result = tally->result;
    int class;

    diff_compare(wire, tally->result);
    class = diff_table_find(tally->table, &result->difference);
    tally->messages++;
    if (result->difference.kind == NULL) {
        tally->both_accept += result->accepted;
        tally->both_refuse += !result->accepted;
    } else if (class < 0) {
        print_unexplained(tally, path, wire);
    } else {
        tally->explained++;
        tally->of_class[class]++;
        if (tally->prints_all)
            print_difference(path, result, tally->table->rows[class].name);
    }
}

/* Leaves what was found of one message in tally->result. */
static int examine_file(struct tally *tally, const char *path, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * (size_t)DIFF_MESSAGE_MAX);
    struct bytes wire;
    int number =
        file_read((struct file_place){ AT_FDCWD, path }, DIFF_MESSAGE_MAX, &arena, &wire, err);

    if (number == 0)
        diff_compare(wire, tally->result);
    return number;
}

static int join(char *block, const char *directory, const char *name, struct err *err)
{
    int length = snprintf(block, DIFF_PATH_MAX, "%s/%s", directory, name);

    if (length < 0 || length >= DIFF_PATH_MAX)
        return err_set(err, -ENAMETOOLONG, "%s/%s: the path is too long", directory, name);
    return 0;
}

static void print_tally(const struct tally *tally)
{
    uint64_t spent_ms = (clock_monotonic_ns() - tally->start_ns) / 1000000;

    printf("%u messages, %lu a second: both accept %u, both refuse %u, explained differences %u, "
           "unexplained %u\n",
           tally->messages, (unsigned long)(tally->messages * 1000UL / (spent_ms + 1)),
           tally->both_accept, tally->both_refuse, tally->explained, tally->unexplained);
    for (unsigned int i = 0; i < tally->table->count; i++) {
        if (tally->of_class[i] > 0)
            printf("  %7u %s\n", tally->of_class[i], tally->table->rows[i].name);
    }
}

/* Whether the example of each row shows what the row says; `unexplained` counts the others. */
static int check_examples(struct tally *tally, const char *directory, struct err *err)
{
    for (unsigned int i = 0; i < tally->table->count; i++) {
        const struct diff_class *class = &tally->table->rows[i];
        char path[DIFF_PATH_MAX];
        int number = join(path, directory, class->example, err);

        if (number == 0)
            number = examine_file(tally, path, err);
        if (number < 0)
            return err_prefix(err, "class %s", class->name);
        if (diff_table_find(tally->table, &tally->result->difference) != (int)i) {
            tally->unexplained++;
            print_difference(path, tally->result, class->name);
        }
    }
    return 0;
}

static int compare_all(struct tally *tally, struct err *err)
{
    int number;

    tally->start_ns = clock_monotonic_ns();
    number = diff_source_visit(&tally->source, compare, tally, err);
    if (number == 0)
        print_tally(tally);
    return number;
}

/* Reads an option at the front; how many words it took, 0 where there is none. */
static int read_option(struct tally *tally, bool *ret_examples, char **words)
{
    if (strcmp(words[0], "--all") == 0) {
        tally->prints_all = true;
        return 1;
    }
    if (strcmp(words[0], "--examples") == 0) {
        *ret_examples = true;
        return 1;
    }
    return diff_source_option(&tally->source, words);
}

int main(int argc, char **argv)
{
    CLEANUP(diff_table_done) struct diff_table table = { 0 };
    CLEANUP(free_pointer) struct diff_result *result = calloc(1, sizeof(*result));
    CLEANUP(free_pointer) struct tally *tally = calloc(1, sizeof(*tally));
    struct err err = { 0 };
    bool examples = false;
    int first = 1;
    int taken = 1;
    int number;

    if (result == NULL || tally == NULL)
        return 2;
    for (; first < argc && argv[first][0] == '-' && taken > 0; first += taken)
        taken = read_option(tally, &examples, argv + first);
    if (argc < first + 2 || taken == 0) {
        fprintf(stderr, "Usage: dns_ldns [OPTION…] EXPLAINED FILE-OR-DIRECTORY…\n");
        return 2;
    }
    tally->table = &table;
    tally->result = result;
    tally->source.paths = argv + first + 1;
    tally->source.paths_count = argc - first - 1;
    number = diff_table_read(argv[first], &table, &err);
    if (number == 0)
        number = examples ? check_examples(tally, argv[first + 1], &err) : compare_all(tally, &err);
    if (number < 0) {
        fprintf(stderr, "dns_ldns: %s\n", err.sentence);
        return 2;
    }
    return tally->unexplained > 0 ? 1 : 0;
}
