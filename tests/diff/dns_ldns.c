/*
 * diff.dns.ldns: each message through this codec and through ldns. Where one accepts and the other
 * refuses, or where they print another record, the difference must be of a class that the table of
 * explained differences has; else the message's file and both views are printed, and it fails.
 *
 *     dns_ldns [--all] EXPLAINED FILE-OR-DIRECTORY…
 *     dns_ldns --examples EXPLAINED DIRECTORY
 *
 * EXPLAINED is tests/diff/dns_ldns_explained.tsv, whose head says what its columns are. --all
 * prints the explained differences too. --examples looks at the table itself: the example of each
 * row, a file of DIRECTORY, must be a difference of that row's class. Exit status: 0, 1 where
 * something is unexplained, 2 where the command line or a file is wrong.
 */
#include "diff/dns_ldns.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/fd.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MESSAGE_BYTES_MAX 65535
#define PATH_BYTES_MAX 4096

/* What was found so far. */
struct tally {
    const struct diff_table *table;
    struct diff_result *result; /* room for the message that is looked at */
    bool prints_all;
    unsigned int messages;
    unsigned int both_accept;
    unsigned int both_refuse;
    unsigned int explained;
    unsigned int unexplained;
    unsigned int of_class[DIFF_CLASSES_MAX];
};

static void print_difference(const char *path, const struct diff_result *result, const char *class)
{
    const struct difference *difference = &result->difference;

    printf("%s: %s\n", path, class);
    printf("  cupel %s: %s\n", difference->kind == NULL ? "" : difference->ours, result->ours_line);
    printf("  ldns  %s: %s\n", difference->kind == NULL ? "" : difference->theirs,
           result->theirs_line);
}

static void count(struct tally *tally, const char *path)
{
    const struct diff_result *result = tally->result;
    int class = diff_table_find(tally->table, &result->difference);

    tally->messages++;
    if (result->difference.kind == NULL) {
        tally->both_accept += result->accepted;
        tally->both_refuse += !result->accepted;
    } else if (class < 0) {
        tally->unexplained++;
        print_difference(path, result, "UNEXPLAINED");
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
    CLEANUP(arena_done) struct arena arena = arena_init(2 * (size_t)MESSAGE_BYTES_MAX);
    struct bytes wire;
    int number =
        file_read((struct file_place){ AT_FDCWD, path }, MESSAGE_BYTES_MAX, &arena, &wire, err);

    if (number == 0)
        diff_compare(wire, tally->result);
    return number;
}

static int compare_file(struct tally *tally, const char *path, struct err *err)
{
    int number = examine_file(tally, path, err);

    if (number == 0)
        count(tally, path);
    return number;
}

static int join(char *block, const char *directory, const char *name, struct err *err)
{
    int length = snprintf(block, PATH_BYTES_MAX, "%s/%s", directory, name);

    if (length < 0 || length >= PATH_BYTES_MAX)
        return err_set(err, -ENAMETOOLONG, "%s/%s: the path is too long", directory, name);
    return 0;
}

static int compare_directory(struct tally *tally, const char *path, struct err *err)
{
    struct dirent **entries = NULL;
    int number = 0;
    int found = scandir(path, &entries, NULL, alphasort);

    if (found < 0)
        return err_system(err, errno, "%s: cannot be listed", path);
    for (int i = 0; i < found; i++) {
        char child[PATH_BYTES_MAX];

        if (number == 0 && entries[i]->d_name[0] != '.') {
            number = join(child, path, entries[i]->d_name, err);
            if (number == 0)
                number = compare_file(tally, child, err);
        }
        free(entries[i]);
    }
    free(entries);
    return number;
}

static int compare_path(struct tally *tally, const char *path, struct err *err)
{
    struct stat status;

    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return compare_directory(tally, path, err);
    return compare_file(tally, path, err);
}

static void print_tally(const struct tally *tally)
{
    printf("%u messages: both accept %u, both refuse %u, explained differences %u, unexplained "
           "%u\n",
           tally->messages, tally->both_accept, tally->both_refuse, tally->explained,
           tally->unexplained);
    for (unsigned int i = 0; i < tally->table->count; i++) {
        if (tally->of_class[i] > 0)
            printf("  %5u %s\n", tally->of_class[i], tally->table->rows[i].name);
    }
}

/* Whether the example of each row shows what the row says; `unexplained` counts the others. */
static int check_examples(struct tally *tally, const char *directory, struct err *err)
{
    for (unsigned int i = 0; i < tally->table->count; i++) {
        const struct diff_class *class = &tally->table->rows[i];
        char path[PATH_BYTES_MAX];
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

static int compare_paths(struct tally *tally, int paths_count, char **paths, struct err *err)
{
    int number = 0;

    for (int i = 0; i < paths_count && number == 0; i++)
        number = compare_path(tally, paths[i], err);
    if (number == 0)
        print_tally(tally);
    return number;
}

int main(int argc, char **argv)
{
    CLEANUP(diff_table_done) struct diff_table table = { 0 };
    CLEANUP(free_pointer) struct diff_result *result = calloc(1, sizeof(*result));
    struct tally tally = { .table = &table, .result = result };
    struct err err = { 0 };
    bool examples = argc > 1 && strcmp(argv[1], "--examples") == 0;
    int first = 1;
    int number;

    tally.prints_all = argc > 1 && strcmp(argv[1], "--all") == 0;
    if (examples || tally.prints_all)
        first = 2;
    if (argc < first + 2 || result == NULL) {
        fprintf(stderr, "Usage: dns_ldns [--all|--examples] EXPLAINED FILE-OR-DIRECTORY…\n");
        return 2;
    }
    number = diff_table_read(argv[first], &table, &err);
    if (number == 0)
        number = examples ? check_examples(&tally, argv[first + 1], &err)
                          : compare_paths(&tally, argc - first - 1, argv + first + 1, &err);
    if (number < 0) {
        fprintf(stderr, "dns_ldns: %s\n", err.sentence);
        return 2;
    }
    return tally.unexplained > 0 ? 1 : 0;
}
