/*
 * The parts of diff.dns.ldns: the table of explained differences, and the comparison of a message.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

#define DIFF_CLASSES_MAX 128
#define DIFF_LINE_MAX 300000

/* What differs, in the words of the table. */
struct difference {
    const char *kind; /* as the head of the table explains; NULL: there is no difference */
    const char *ours;
    const char *theirs;
};

/* One row of the table. */
struct diff_class {
    const char *name;
    const char *kind;
    const char *ours;   /* `*`: any */
    const char *theirs; /* `*`: any */
    const char *example;
};

struct diff_table {
    struct arena arena;
    unsigned int count;
    struct diff_class rows[DIFF_CLASSES_MAX];
};

/* A message as both see it. Lines are NUL-terminated. */
struct diff_result {
    bool accepted; /* by both, where there is no difference */
    struct difference difference;
    char ours_word[32];
    char theirs_word[64];
    char ours_line[DIFF_LINE_MAX];
    char theirs_line[DIFF_LINE_MAX];
};

/* Reads the table; 0 or -errno with a sentence that names file and line. */
int diff_table_read(const char *path, struct diff_table *ret_table, struct err *err);

/* Frees what the table holds. */
void diff_table_done(struct diff_table *table);

/* The first row that explains a difference; -1: none does. */
int diff_table_find(const struct diff_table *table, const struct difference *difference);

/* Reads a message twice and finds the first difference. */
void diff_compare(struct bytes wire, struct diff_result *ret_result);
