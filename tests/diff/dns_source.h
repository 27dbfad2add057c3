/*
 * The messages that a differential test looks at: files, what fuzz/dns/generator.h makes, and
 * mutants of both. The same options give the same messages on every machine, and a message's label
 * says which it is: "FILE", "made message 17 of kind 2", or either with ", mutant 3".
 *
 *     FILE-OR-DIRECTORY…   these files, or all files of a directory in the order of their names
 *     --made N             N messages of each kind of the generator
 *     --first N            the first of them is number N (0)
 *     --mutants N          behind each message N mutants of it
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define DIFF_PATH_MAX 4096

struct diff_source {
    char **paths;
    int paths_count;
    unsigned long made;
    unsigned long first;
    unsigned long mutants;
};

/* What is done with each message, which lives no longer than the call. */
typedef void (*diff_visit)(void *arg, const char *label, struct bytes wire);

/* Reads an option at the front; how many words it took, 0 where it is none of these. */
int diff_source_option(struct diff_source *source, char **words);

/* Visits all messages; 0, or -errno with a sentence where a file cannot be read. */
int diff_source_visit(const struct diff_source *source, diff_visit visit, void *arg,
                      struct err *err);
