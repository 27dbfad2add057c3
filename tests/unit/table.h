/*
 * The tables of the project's documents in a test: files of the tree ($CUPEL_SOURCE, or the working
 * directory), of lines with columns between a separator.
 */
#pragma once

#include "unit.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/fd.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)1 << 20)
#define COLUMNS_MAX 16

/* The rows of a table: lines, and columns between a separator. */
struct table {
    const char *at;
    const char *separator;
    char line[2048];
    char *columns[COLUMNS_MAX];
    size_t count;
};

/* A file, by its path in the tree. */
static inline struct bytes file_of(const char *path, struct arena *arena)
{
    const char *top = getenv("CUPEL_SOURCE");
    char whole[1024];
    struct bytes content;
    struct err err = { 0 };

    (void)snprintf(whole, sizeof(whole), "%s/%s", top != NULL ? top : ".", path);
    if (file_read((struct file_place){ AT_FDCWD, whole }, FILE_BYTES_MAX, arena, &content, &err) <
        0)
        fail_msg("%s", err.sentence);
    return content;
}

/* A file of text, with the NUL that file_read() puts behind it. */
static inline const char *content_of(const char *path, struct arena *arena)
{
    return (const char *)file_of(path, arena).at;
}

/* The next line that is no comment, cut into its columns; false at the end. */
static inline bool next_row(struct table *table)
{
    while (*table->at != '\0') {
        size_t size = strcspn(table->at, "\n");
        char *rest = table->line;

        if (size >= sizeof(table->line)) {
            fail_msg("a line of %zu characters: %.60s", size, table->at);
            return false;
        }
        memcpy(table->line, table->at, size);
        table->line[size] = '\0';
        table->at += size + (table->at[size] == '\n');
        if (size == 0 || (table->line[0] == '#' && table->separator[0] == '\t'))
            continue;
        for (table->count = 0; rest != NULL; table->count++) {
            char *end = strstr(rest, table->separator);

            assert_true(table->count < COLUMNS_MAX);
            table->columns[table->count] = rest;
            if (end != NULL)
                *end = '\0';
            rest = end != NULL ? end + strlen(table->separator) : NULL;
        }
        return true;
    }
    return false;
}
