/*
 * diff.dns.<peer>: each message through this codec and through a peer, which runs in a process of
 * its own: verdicts, all fields, what each prints, and what each writes, read by the other. What
 * differs must be of a class that the peer's table has; else the message is made as small as it
 * can be and printed with both views, and it fails. So it does where the peer crashes or hangs.
 *
 *     diff.dns.peer [OPTION…] TABLE FILE-OR-DIRECTORY… -- PEER [ARGUMENT…]
 *
 *     --all            print the explained differences too
 *     --examples       the paths are one directory, and the example of each row of the table in it
 *                      must show a difference of that row's class
 *     --keep DIR       write each unexplained message, made small, into DIR
 *     --made, --first, --mutants N     as diff/dns_source.h says
 *
 * Exit status: 0, 1 where something is unexplained, 2 where the command line or a file is wrong.
 */
#include "diff/dns_peer.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "diff/dns_ldns.h"
#include "diff/dns_shrink.h"
#include "diff/dns_source.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_MS 20000
#define SHOWN_MAX 256

/* What is done, and what was found so far. */
struct run {
    struct diff_table table;
    struct diff_peer peer;
    struct diff_bench bench;
    struct diff_findings findings;
    bool prints_all;
    bool examples;
    struct diff_source source;
    const char *keep;
    const char *table_path;
    uint64_t start_ns;
    unsigned long messages;
    unsigned long both_accept;
    unsigned long both_refuse;
    unsigned long explained; /* messages with differences, all of them explained */
    unsigned long unexplained;
    unsigned long of_class[DIFF_CLASSES_MAX];
    uint8_t small[DIFF_MESSAGE_MAX];
    struct diff_findings shrunk;
    const struct diff_finding *wanted; /* what the smaller message has to show */
    unsigned int shown_count;
    struct diff_finding shown[SHOWN_MAX]; /* unexplained differences that were printed */
};

static int class_of(const struct run *run, const struct diff_finding *finding)
{
    struct difference difference = { finding->kind, finding->ours, finding->theirs };

    return diff_table_find(&run->table, &difference);
}

static void print_finding(const char *label, const struct diff_finding *finding, const char *class)
{
    printf("%s: %s\n", label, class);
    printf("  %s\t%s\t%s\n", finding->kind, finding->ours, finding->theirs);
    printf("  ours:   %s\n  theirs: %s\n", finding->ours_line, finding->theirs_line);
}

static bool is_same(const struct diff_finding *a, const struct diff_finding *b)
{
    return strcmp(a->kind, b->kind) == 0 && strcmp(a->ours, b->ours) == 0 &&
           strcmp(a->theirs, b->theirs) == 0;
}

/* Whether the same was printed before, or too much; else it is remembered. */
static bool is_shown(struct run *run, const struct diff_finding *finding)
{
    for (unsigned int i = 0; i < run->shown_count; i++) {
        if (is_same(&run->shown[i], finding))
            return true;
    }
    if (run->shown_count == SHOWN_MAX)
        return true;
    run->shown[run->shown_count++] = *finding;
    return false;
}

static void keep_small(const struct run *run, const struct diff_finding *finding,
                       struct bytes small)
{
    static const mode_t mode = 0644;
    char path[DIFF_PATH_MAX];
    struct err err = { 0 };

    if (run->keep == NULL)
        return;
    (void)snprintf(path, sizeof(path), "%.3000s/%s,%s,%s", run->keep, finding->kind, finding->ours,
                   finding->theirs);
    if (file_write_atomic((struct file_place){ AT_FDCWD, path }, small, mode, &err) < 0)
        fprintf(stderr, "dns_peer: %s\n", err.sentence);
}

static bool shows_wanted(void *arg, struct bytes wire)
{
    struct run *run = arg;

    diff_bench_compare(&run->bench, wire, &run->shrunk);
    for (unsigned int i = 0; i < run->shrunk.count; i++) {
        if (is_same(&run->shrunk.items[i], run->wanted))
            return true;
    }
    return false;
}

static void print_unexplained(struct run *run, const char *label, struct bytes wire,
                              const struct diff_finding *finding)
{
    struct bytes small;

    if (is_shown(run, finding))
        return;
    print_finding(label, finding, "UNEXPLAINED");
    run->wanted = finding;
    small = diff_shrink(wire, shows_wanted, run, run->small);
    printf("  %zu octets:", small.size);
    for (size_t i = 0; i < small.size && i < DIFF_SHOWN_MAX; i++)
        printf("%s%02x", i % 4 == 0 ? " " : "", small.at[i]);
    printf("\n");
    keep_small(run, finding, small);
    (void)fflush(stdout);
}

static void compare(void *arg, const char *label, struct bytes wire)
{
    struct run *run = arg;
    struct diff_findings *findings = &run->findings;
    bool explained = true;

    diff_bench_compare(&run->bench, wire, findings);
    run->messages++;
    run->both_accept += findings->both_accept && findings->count == 0;
    run->both_refuse += findings->both_refuse && findings->count == 0;
    for (unsigned int i = 0; i < findings->count; i++) {
        int class = class_of(run, &findings->items[i]);

        if (class >= 0) {
            run->of_class[class]++;
            if (run->prints_all)
                print_finding(label, &findings->items[i], run->table.rows[class].name);
        } else {
            run->unexplained += explained;
            explained = false;
            print_unexplained(run, label, wire, &findings->items[i]);
        }
    }
    run->explained += findings->count > 0 && explained;
}

/* Whether the example of a row shows what the row says. */
static int check_example(struct run *run, unsigned int row, struct err *err)
{
    const struct diff_class *class = &run->table.rows[row];
    CLEANUP(arena_done) struct arena arena = arena_init(2 * (size_t)DIFF_MESSAGE_MAX);
    char path[DIFF_PATH_MAX];
    struct bytes wire;
    int number;

    (void)snprintf(path, sizeof(path), "%.3000s/%s", run->source.paths[0], class->example);
    number = file_read((struct file_place){ AT_FDCWD, path }, DIFF_MESSAGE_MAX, &arena, &wire, err);
    if (number < 0)
        return err_prefix(err, "class %s", class->name);
    diff_bench_compare(&run->bench, wire, &run->findings);
    for (unsigned int i = 0; i < run->findings.count; i++) {
        if (class_of(run, &run->findings.items[i]) == (int)row)
            return 0;
    }
    run->unexplained++;
    printf("%s: does not show the class %s\n", path, class->name);
    for (unsigned int i = 0; i < run->findings.count; i++)
        print_finding(path, &run->findings.items[i], "but");
    return 0;
}

static void print_tally(const struct run *run)
{
    uint64_t spent_ms = (clock_monotonic_ns() - run->start_ns) / 1000000;

    printf("%lu messages, %lu a second: both accept and agree %lu, both refuse %lu, explained "
           "differences %lu, unexplained %lu; the peer crashed %u times and hung %u times\n",
           run->messages, run->messages * 1000 / (spent_ms + 1), run->both_accept, run->both_refuse,
           run->explained, run->unexplained, run->peer.crashes, run->peer.hangs);
    for (unsigned int i = 0; i < run->table.count; i++) {
        if (run->of_class[i] > 0)
            printf("  %7lu %s\n", run->of_class[i], run->table.rows[i].name);
    }
}

static int compare_all(struct run *run, struct err *err)
{
    int number = 0;

    for (unsigned int i = 0; run->examples && number == 0 && i < run->table.count; i++)
        number = check_example(run, i, err);
    if (run->examples)
        return number;
    run->start_ns = clock_monotonic_ns();
    number = diff_source_visit(&run->source, compare, run, err);
    if (number == 0)
        print_tally(run);
    return number;
}

/* Reads an option at the front; how many words it took, 0 where there is none. */
static int read_option(struct run *run, char **words)
{
    if (strcmp(words[0], "--all") == 0) {
        run->prints_all = true;
        return 1;
    }
    if (strcmp(words[0], "--examples") == 0) {
        run->examples = true;
        return 1;
    }
    if (words[1] != NULL && strcmp(words[0], "--keep") == 0) {
        run->keep = words[1];
        return 2;
    }
    return diff_source_option(&run->source, words);
}

static bool read_words(struct run *run, char **words)
{
    int taken = 1;

    for (; words[0] != NULL && words[0][0] == '-' && taken > 0; words += taken)
        taken = read_option(run, words);
    if (words[0] == NULL || taken == 0)
        return false;
    run->table_path = *words++;
    run->source.paths = words;
    while (words[0] != NULL && strcmp(words[0], "--") != 0)
        words++;
    run->source.paths_count = (int)(words - run->source.paths);
    if (words[0] == NULL || words[1] == NULL || run->source.paths_count == 0)
        return false;
    run->peer = (struct diff_peer){ .command = words + 1, .timeout_ms = TIMEOUT_MS };
    return true;
}

int main(int argc, char **argv)
{
    CLEANUP(free_pointer) struct run *run = calloc(1, sizeof(*run));
    struct err err = { 0 };
    int number;
    bool failed;

    if (run == NULL || argc < 2 || !read_words(run, argv + 1)) {
        fprintf(stderr, "Usage: dns_peer [OPTION…] TABLE "
                        "FILE-OR-DIRECTORY… -- PEER [ARGUMENT…]\n");
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    number = diff_table_read(run->table_path, &run->table, &err);
    if (number == 0)
        number = diff_bench_init(&run->bench, &run->peer, &err);
    if (number == 0)
        number = compare_all(run, &err);
    failed = run->unexplained > 0;
    diff_peer_done(&run->peer);
    diff_bench_done(&run->bench);
    diff_table_done(&run->table);
    if (number < 0) {
        fprintf(stderr, "dns_peer: %s\n", err.sentence);
        return 2;
    }
    return failed ? 1 : 0;
}
