/* Fields end at a space; the kernel writes those that are part of a name as "\040". */
#include "kernel/mountinfo.h"

enum { ID = 0, MOUNT_POINT = 4 }; /* fields, from 0 */

/* The field of that number, without the space behind it. */
static bool find_field(struct bytes line, unsigned int number, struct bytes *ret_field)
{
    for (;; number--) {
        const uint8_t *end = line.size == 0 ? NULL : memchr(line.at, ' ', line.size);

        if (end == NULL)
            return false;
        *ret_field = bytes_of(line.at, (size_t)(end - line.at));
        if (number == 0)
            return true;
        line = bytes_of(end + 1, line.size - ret_field->size - 1);
    }
}

static bool read_decimal(struct bytes digits, uint64_t *ret_value)
{
    uint64_t value = 0;

    for (size_t i = 0; i < digits.size; i++) {
        unsigned int digit = digits.at[i] - (unsigned int)'0';

        if (digit > 9 || __builtin_mul_overflow(value, 10U, &value) ||
            __builtin_add_overflow(value, digit, &value))
            return false;
    }
    *ret_value = value;
    return digits.size > 0;
}

/* The character that begins at `at` of the path, and how many octets it takes there. */
static bool read_character(struct bytes path, size_t at, char *ret_character, size_t *ret_size)
{
    unsigned int value = 0;

    *ret_size = 1;
    *ret_character = (char)path.at[at];
    if (*ret_character != '\\')
        return true;
    *ret_size = 4;
    if (path.size - at < *ret_size)
        return false;
    for (size_t i = at + 1; i < at + *ret_size; i++) {
        if (path.at[i] < '0' || path.at[i] > '7')
            return false;
        value = value * 8 + path.at[i] - '0';
    }
    *ret_character = (char)value;
    return value <= UINT8_MAX;
}

static bool read_path(struct bytes path, struct text *text)
{
    size_t size;

    for (size_t i = 0; i < path.size; i += size) {
        char character;

        if (!read_character(path, i, &character, &size) || character == '\0' ||
            !text_append_char(text, character))
            return false;
    }
    return text->size > 0 && text->at[0] == '/';
}

bool kernel_mountinfo_read(struct bytes line, uint64_t *ret_id, struct text *path)
{
    struct bytes id_field;
    struct bytes path_field;
    uint64_t id;

    text_clear(path);
    if (!find_field(line, ID, &id_field) || !find_field(line, MOUNT_POINT, &path_field) ||
        !read_decimal(id_field, &id))
        return false;
    if (!read_path(path_field, path)) {
        text_clear(path);
        return false;
    }
    *ret_id = id;
    return true;
}
