/* Where messages come from. */
#include "diff/dns_source.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "diff/dns_view.h"
#include "fuzz/dns/generator.h"
#include "fuzz/dns/mutator.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ROUNDS_MAX 3
#define OCTETS_MAX 4

/* What is visited, and room for it. */
struct visiting {
    const struct diff_source *source;
    diff_visit visit;
    void *arg;
    char label[DIFF_PATH_MAX + 64];
    uint8_t made[DNS_GENERATE_SIZE_MAX];
    uint8_t other[DNS_GENERATE_SIZE_MAX];
    uint8_t mutants[2][DIFF_MESSAGE_MAX];
};

int diff_source_option(struct diff_source *source, char **words)
{
    struct {
        const char *name;
        unsigned long *value;
    } numbers[] = {
        { "--mutants", &source->mutants },
        { "--made", &source->made },
        { "--first", &source->first },
    };

    for (size_t i = 0; words[1] != NULL && i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (strcmp(words[0], numbers[i].name) == 0) {
            *numbers[i].value = strtoul(words[1], NULL, 10);
            return 2;
        }
    }
    return 0;
}

/* A number that a message's octets give. */
static uint64_t number_of(struct bytes wire)
{
    uint64_t number = 14695981039346656037U; /* FNV-1a */

    for (size_t i = 0; i < wire.size; i++)
        number = (number ^ wire.at[i]) * 1099511628211U;
    return number;
}

/* Changes some octets, mostly by a little. */
static void change_octets(struct dns_random *random, uint8_t *octets, size_t size)
{
    size_t changes = 1 + dns_random_below(random, OCTETS_MAX);

    for (size_t i = 0; size > 0 && i < changes; i++) {
        uint8_t *at = &octets[dns_random_below(random, size)];
        uint64_t number = dns_random_next(random);

        if (number % 4 == 0)
            *at = (uint8_t)(number >> 8);
        else
            *at = (uint8_t)(*at + (number % 4 == 1 ? -1 : 1));
    }
}

/* A mutant: changed up to ROUNDS_MAX times by what the message is made of, and one in four in some
 * octets, whatever they mean. */
static struct bytes mutate(struct visiting *visiting, struct bytes wire, uint64_t seed)
{
    struct dns_random random = { seed };
    size_t rounds = 1 + dns_random_below(&random, ROUNDS_MAX);
    struct bytes mutant = wire;

    for (size_t i = 0; i < rounds; i++) {
        size_t other = dns_generate(dns_random_next(&random), DNS_GENERATE_VALID, visiting->other,
                                    sizeof(visiting->other));
        uint8_t *block = visiting->mutants[i % 2];
        size_t size = dns_mutate(dns_random_next(&random), mutant, bytes_of(visiting->other, other),
                                 block, DIFF_MESSAGE_MAX);

        if (dns_random_one_in(&random, 4))
            change_octets(&random, block, size);
        mutant = bytes_of(block, size);
    }
    return mutant;
}

/* Visits a message and its mutants. */
static void visit_with_mutants(struct visiting *visiting, struct bytes wire)
{
    size_t length = strlen(visiting->label);
    uint64_t seed = number_of(wire);

    /* One octet more than a message may have is what no transport brings. */
    if (wire.size <= DIFF_MESSAGE_MAX)
        visiting->visit(visiting->arg, visiting->label, wire);
    for (unsigned long i = 0; i < visiting->source->mutants; i++) {
        struct bytes mutant = mutate(visiting, wire, seed + i);

        (void)snprintf(visiting->label + length, sizeof(visiting->label) - length, ", mutant %lu",
                       i);
        visiting->visit(visiting->arg, visiting->label, mutant);
    }
}

static int visit_file(struct visiting *visiting, const char *path, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * (size_t)DIFF_MESSAGE_MAX);
    struct bytes wire;
    int number =
        file_read((struct file_place){ AT_FDCWD, path }, DIFF_MESSAGE_MAX, &arena, &wire, err);

    if (number < 0)
        return number;
    (void)snprintf(visiting->label, sizeof(visiting->label), "%.4000s", path);
    visit_with_mutants(visiting, wire);
    return 0;
}

static int visit_directory(struct visiting *visiting, const char *path, struct err *err)
{
    struct dirent **entries = NULL;
    int number = 0;
    int found = scandir(path, &entries, NULL, alphasort);

    if (found < 0)
        return err_system(err, errno, "%s: cannot be listed", path);
    for (int i = 0; i < found; i++) {
        char child[DIFF_PATH_MAX];

        (void)snprintf(child, sizeof(child), "%.3000s/%s", path, entries[i]->d_name);
        if (number == 0 && entries[i]->d_name[0] != '.')
            number = visit_file(visiting, child, err);
        free(entries[i]);
    }
    free(entries);
    return number;
}

static void visit_made(struct visiting *visiting)
{
    const struct diff_source *source = visiting->source;

    for (unsigned long i = source->first; i < source->first + source->made; i++) {
        for (int kind = 0; kind < DNS_GENERATE_KINDS; kind++) {
            size_t size = dns_generate(i, (enum dns_generate_kind)kind, visiting->made,
                                       sizeof(visiting->made));

            (void)snprintf(visiting->label, sizeof(visiting->label), "made message %lu of kind %d",
                           i, kind);
            visit_with_mutants(visiting, bytes_of(visiting->made, size));
        }
    }
}

int diff_source_visit(const struct diff_source *source, diff_visit visit, void *arg,
                      struct err *err)
{
    CLEANUP(free_pointer) struct visiting *visiting = calloc(1, sizeof(*visiting));
    int number = 0;

    if (visiting == NULL)
        return err_set(err, -ENOMEM, "no memory");
    visiting->source = source;
    visiting->visit = visit;
    visiting->arg = arg;
    for (int i = 0; number == 0 && i < source->paths_count; i++) {
        struct stat status;

        if (stat(source->paths[i], &status) == 0 && S_ISDIR(status.st_mode))
            number = visit_directory(visiting, source->paths[i], err);
        else
            number = visit_file(visiting, source->paths[i], err);
    }
    if (number == 0)
        visit_made(visiting);
    return number;
}
