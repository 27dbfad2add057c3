/* Words, and where the rows say that their values go. */
#include "cli/option.h"

#include "base/require.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_choice(const char *choices, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = choices; *at != '\0';) {
        size_t size = strcspn(at, " ");

        if (size == length && strncmp(at, word, size) == 0)
            return true;
        at += size;
        at += strspn(at, " ");
    }
    return false;
}

static int store_flag(const char *word, unsigned char *place, struct err *err)
{
    bool is_true = strcmp(word, "true") == 0;

    if (!is_true && strcmp(word, "false") != 0)
        return err_set(err, -EINVAL, "'%s' is neither true nor false", word);
    *(bool *)place = is_true;
    return 0;
}

static int store_number(const struct cli_option *row, const char *word, unsigned char *place,
                        struct err *err)
{
    char *end = NULL;
    unsigned long number;

    errno = 0;
    number = strtoul(word, &end, 10);
    if (errno != 0 || end == word || *end != '\0' || word[0] == '-' || word[0] == '+' ||
        number < row->number_min || number > row->number_max)
        return err_set(err, -EINVAL, "'%s' is not a number from %lu to %lu", word, row->number_min,
                       row->number_max);
    memcpy(place, &number, sizeof(number));
    return 0;
}

static int store_in_list(const char *word, unsigned char *place, struct err *err)
{
    struct cli_texts *list = (struct cli_texts *)(void *)place;

    if (list->count == CLI_TEXTS_MAX)
        return err_set(err, -E2BIG, "'%s' is one too many: there may be %d", word, CLI_TEXTS_MAX);
    list->at[list->count++] = word;
    return 0;
}

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

int cli_option_store(const struct cli_option *row, const char *word, void *block, struct err *err)
{
    unsigned char *place = (unsigned char *)block + row->offset;

    if (row->choices != NULL && !is_choice(row->choices, word))
        return err_set(err, -EINVAL, "'%s' is none of: %s", word, row->choices);
    switch (row->kind) {
    case CLI_FLAG:
        return store_flag(word, place, err);
    case CLI_TEXT:
        memcpy(place, &word, sizeof(word));
        return 0;
    case CLI_NUMBER:
        return store_number(row, word, place, err);
    case CLI_TEXTS:
        return store_in_list(word, place, err);
    }
    UNREACHABLE();
}

void cli_option_copy(const struct cli_option *row, const void *from, void *to)
{
    static const size_t sizes[] = {
        [CLI_FLAG] = sizeof(bool),
        [CLI_TEXT] = sizeof(const char *),
        [CLI_NUMBER] = sizeof(unsigned long),
        [CLI_TEXTS] = sizeof(struct cli_texts),
    };

    memcpy((unsigned char *)to + row->offset, (const unsigned char *)from + row->offset,
           sizes[row->kind]);
}

bool cli_option_equal(const struct cli_option *row, const void *a, const void *b)
{
    const void *left = (const unsigned char *)a + row->offset;
    const void *right = (const unsigned char *)b + row->offset;
    const struct cli_texts *texts = left;
    const struct cli_texts *others = right;
    bool is_same;

    switch (row->kind) {
    case CLI_FLAG:
        return *(const bool *)left == *(const bool *)right;
    case CLI_TEXT:
        return is_same_text(*(const char *const *)left, *(const char *const *)right);
    case CLI_NUMBER:
        return *(const unsigned long *)left == *(const unsigned long *)right;
    case CLI_TEXTS:
        break;
    }
    is_same = texts->count == others->count;
    for (size_t i = 0; is_same && i < texts->count; i++)
        is_same = strcmp(texts->at[i], others->at[i]) == 0;
    return is_same;
}

bool cli_option_can_change(const struct cli_option *row, const void *a, const void *b)
{
    const void *left = (const unsigned char *)a + row->offset;
    const void *right = (const unsigned char *)b + row->offset;

    if (!row->reloads || !row->zero_stays)
        return row->reloads;
    return (*(const unsigned long *)left == 0) == (*(const unsigned long *)right == 0);
}
