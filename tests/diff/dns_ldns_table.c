/* The table of explained differences. */
#include "diff/dns_ldns.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define TABLE_BYTES_MAX ((size_t)1 << 20)

/* Columns: class, kind, ours, theirs, source, right, example, why. */
#define COLUMNS 8

static int read_row(char *line, struct diff_class *ret_row)
{
    char *columns[COLUMNS];
    unsigned int count = 0;

    for (char *at = line; at != NULL && count < COLUMNS; count++) {
        char *tab = strchr(at, '\t');

        columns[count] = at;
        if (tab != NULL)
            *tab++ = '\0';
        at = tab;
    }
    for (unsigned int i = 0; i < count; i++) {
        if (columns[i][0] == '\0')
            return -EINVAL;
    }
    if (count != COLUMNS)
        return -EINVAL;
    *ret_row = (struct diff_class){ columns[0], columns[1], columns[2], columns[3], columns[6] };
    return 0;
}

static int read_rows(struct bytes text, struct diff_table *table, const char *path, struct err *err)
{
    char *copy = arena_copy_bytes(&table->arena, text);
    char *rest = copy;
    unsigned int number = 0;

    if (copy == NULL)
        return err_set(err, -ENOMEM, "no memory");
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        number++;
        if (line[0] == '\0' || line[0] == '#')
            continue;
        if (table->count == DIFF_CLASSES_MAX)
            return err_set(err, -E2BIG, "%s: more than %d rows", path, DIFF_CLASSES_MAX);
        if (read_row(line, &table->rows[table->count]) < 0)
            return err_set(err, -EINVAL, "%s:%u: a row has %d columns", path, number, COLUMNS);
        table->count++;
    }
    return 0;
}

int diff_table_read(const char *path, struct diff_table *ret_table, struct err *err)
{
    struct diff_table table = { .arena = arena_init(4 * TABLE_BYTES_MAX) };
    struct bytes text;
    int number =
        file_read((struct file_place){ AT_FDCWD, path }, TABLE_BYTES_MAX, &table.arena, &text, err);

    if (number == 0)
        number = read_rows(text, &table, path, err);
    if (number < 0) {
        diff_table_done(&table);
        return number;
    }
    *ret_table = table;
    return 0;
}

void diff_table_done(struct diff_table *table)
{
    arena_done(&table->arena);
}

/* Whether a column of the table is `*`, or one of its words, with commas between, is this one. */
static bool matches(const char *pattern, const char *word)
{
    size_t size = strlen(word);

    if (strcmp(pattern, "*") == 0)
        return true;
    for (const char *at = pattern; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, word, size) == 0 && (at[size] == ',' || at[size] == '\0'))
            return true;
    }
    return false;
}

/* `verdict` is either kind of verdict. */
static bool matches_kind(const char *kind, const char *found)
{
    if (strcmp(kind, "verdict") == 0)
        return strcmp(found, "framing") == 0 || strcmp(found, "rdata") == 0;
    return matches(kind, found);
}

int diff_table_find(const struct diff_table *table, const struct difference *difference)
{
    for (unsigned int i = 0; difference->kind != NULL && i < table->count; i++) {
        const struct diff_class *row = &table->rows[i];

        if (matches_kind(row->kind, difference->kind) && matches(row->ours, difference->ours) &&
            matches(row->theirs, difference->theirs))
            return (int)i;
    }
    return -1;
}
