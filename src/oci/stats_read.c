/* The kernel's tables of text, read line by line and word by word. */
#include "oci/stats.h"

#include "base/bytes.h"

#include <limits.h>

static bool is_name_character(uint8_t character)
{
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '_';
}

/* Takes all up to the separator, and that, off the content. */
static struct bytes take(struct bytes *content, char separator)
{
    const uint8_t *end = content->size == 0 ? NULL : memchr(content->at, separator, content->size);
    size_t size = end == NULL ? content->size : (size_t)(end - content->at);
    struct bytes part = bytes_of(content->at, size);

    size += end != NULL;
    *content = bytes_of(content->at + size, content->size - size);
    return part;
}

/* Digits alone; what is too large is UINT64_MAX. */
static bool read_digits(struct bytes text, uint64_t *ret_number)
{
    uint64_t number = 0;
    bool is_too_large = false;

    if (text.size == 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        is_too_large = is_too_large || __builtin_mul_overflow(number, 10U, &number) ||
                       __builtin_add_overflow(number, (uint64_t)(text.at[i] - '0'), &number);
    }
    *ret_number = is_too_large ? UINT64_MAX : number;
    return true;
}

static bool is_name(struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (!is_name_character(text.at[i]))
            return false;
    }
    return text.size > 0;
}

bool oci_stat_next(struct bytes *content, struct oci_stat *ret_stat)
{
    while (content->size > 0) {
        struct bytes line = take(content, '\n');
        struct bytes name = take(&line, ' ');
        uint64_t value;

        if (!is_name(name) || !read_digits(line, &value))
            continue;
        *ret_stat = (struct oci_stat){ .name = name, .value = value };
        return true;
    }
    return false;
}

uint64_t oci_stat_find(struct bytes content, const char *name, uint64_t otherwise)
{
    struct oci_stat stat;

    while (oci_stat_next(&content, &stat)) {
        if (bytes_equal(stat.name, bytes_of_text(name)))
            return stat.value;
    }
    return otherwise;
}

bool oci_stat_number(struct bytes content, uint64_t *ret_number)
{
    struct bytes line = take(&content, '\n');

    if (bytes_equal(line, bytes_of_text("max"))) {
        *ret_number = UINT64_MAX;
        return true;
    }
    return read_digits(line, ret_number);
}

/* "8:0" */
static bool read_device(struct bytes text, struct oci_io_stat *ret_stat)
{
    struct bytes first = take(&text, ':');
    uint64_t major;
    uint64_t minor;

    if (!read_digits(first, &major) || !read_digits(text, &minor) || major > UINT32_MAX ||
        minor > UINT32_MAX)
        return false;
    *ret_stat = (struct oci_io_stat){ .major = (uint32_t)major, .minor = (uint32_t)minor };
    return true;
}

bool oci_io_stat_next(struct bytes *content, struct oci_io_stat ret_stats[OCI_IO_WORDS_MAX],
                      size_t *ret_count)
{
    struct oci_io_stat stat;
    struct bytes line;

    *ret_count = 0;
    if (content->size == 0)
        return false;
    line = take(content, '\n');
    if (!read_device(take(&line, ' '), &stat))
        return true;
    while (line.size > 0 && *ret_count < OCI_IO_WORDS_MAX) {
        struct bytes word = take(&line, ' ');
        bool has_value = memchr(word.at, '=', word.size) != NULL;

        stat.name = has_value ? take(&word, '=') : word;
        /* v1: the value is the rest of the line. */
        if (is_name(stat.name) && read_digits(has_value ? word : line, &stat.value))
            ret_stats[(*ret_count)++] = stat;
        if (!has_value)
            break;
    }
    return true;
}

/* "avg10=1.23" by the name "avg10=": 123. */
static bool read_average(struct bytes word, const char *name, uint64_t *ret_hundredths)
{
    struct bytes start = bytes_of_text(name);
    struct bytes whole;
    uint64_t ones;
    uint64_t hundredths;

    if (!bytes_has_prefix(word, start))
        return false;
    word = bytes_of(word.at + start.size, word.size - start.size);
    whole = take(&word, '.');
    if (!read_digits(whole, &ones) || !read_digits(word, &hundredths) || word.size != 2 ||
        ones > 1000)
        return false;
    *ret_hundredths = ones * 100 + hundredths;
    return true;
}

static bool read_total(struct bytes word, uint64_t *ret_total)
{
    struct bytes start = bytes_of_text("total=");

    return bytes_has_prefix(word, start) &&
           read_digits(bytes_of(word.at + start.size, word.size - start.size), ret_total);
}

bool oci_pressure_next(struct bytes *content, struct oci_pressure *ret_pressure)
{
    while (content->size > 0) {
        struct bytes line = take(content, '\n');
        struct bytes kind = take(&line, ' ');
        struct oci_pressure pressure = { .is_full = bytes_equal(kind, bytes_of_text("full")) };

        if (!pressure.is_full && !bytes_equal(kind, bytes_of_text("some")))
            continue;
        if (!read_average(take(&line, ' '), "avg10=", &pressure.average_10s) ||
            !read_average(take(&line, ' '), "avg60=", &pressure.average_60s) ||
            !read_average(take(&line, ' '), "avg300=", &pressure.average_300s) ||
            !read_total(line, &pressure.total_us))
            continue;
        *ret_pressure = pressure;
        return true;
    }
    return false;
}
