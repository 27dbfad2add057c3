/* A row for each signature: how its value is read and appended. */
#include "units/property.h"

#include "base/bytes.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define NAME_ROOM 128
#define VALUE_ROOM 4096
#define MASK_ROOM 1024 /* octets: 8192 processors */

/* Appends a value of its type: 0, or a negative errno. */
typedef int (*append_value)(sd_bus_message *message, const char *signature, const char *value);

static int append_bool(sd_bus_message *message, const char *signature, const char *value)
{
    if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
        return -EINVAL;
    return sd_bus_message_append(message, signature, (int)(value[0] == 't'));
}

static int append_text(sd_bus_message *message, const char *signature, const char *value)
{
    return sd_bus_message_append(message, signature, value);
}

static int append_double(sd_bus_message *message, const char *signature, const char *value)
{
    char *end = NULL;
    double number = strtod(value, &end);

    if (end == value || *end != '\0')
        return -EINVAL;
    return sd_bus_message_append(message, signature, number);
}

static int append_unsigned(sd_bus_message *message, const char *signature, const char *value)
{
    uint64_t max = signature[0] == 't'   ? UINT64_MAX
                   : signature[0] == 'u' ? UINT32_MAX
                   : signature[0] == 'q' ? UINT16_MAX
                                         : UINT8_MAX;
    char *end = NULL;
    unsigned long long number;

    errno = 0;
    number = strtoull(value, &end, 10);
    if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 || number > max)
        return -EINVAL;
    if (signature[0] == 't')
        return sd_bus_message_append(message, signature, (uint64_t)number);
    return sd_bus_message_append(message, signature, (unsigned int)number);
}

static int append_signed(sd_bus_message *message, const char *signature, const char *value)
{
    int64_t max = signature[0] == 'x' ? INT64_MAX : signature[0] == 'i' ? INT32_MAX : INT16_MAX;
    char *end = NULL;
    long long number;

    errno = 0;
    number = strtoll(value, &end, 10);
    if (end == value || *end != '\0' || errno != 0 || number > max || number < -max - 1)
        return -EINVAL;
    if (signature[0] == 'x')
        return sd_bus_message_append(message, signature, (int64_t)number);
    return sd_bus_message_append(message, signature, (int)number);
}

/* The next line of a list; false at its end. */
static bool next_line(const char **at, char ret_line[VALUE_ROOM])
{
    size_t size = strcspn(*at, "\n");

    if (**at == '\0' || size >= VALUE_ROOM)
        return false;
    memcpy(ret_line, *at, size);
    ret_line[size] = '\0';
    *at += size;
    *at += **at == '\n';
    return true;
}

static int append_texts(sd_bus_message *message, const char *signature, const char *value)
{
    char line[VALUE_ROOM];
    int number = sd_bus_message_open_container(message, 'a', signature + 1);

    while (number >= 0 && next_line(&value, line))
        number = sd_bus_message_append(message, "s", line);
    if (number >= 0 && *value != '\0')
        number = -EINVAL;
    return number < 0 ? number : sd_bus_message_close_container(message);
}

static int append_pairs(sd_bus_message *message, const char *signature, const char *value)
{
    char line[VALUE_ROOM];
    int number = sd_bus_message_open_container(message, 'a', signature + 1);

    while (number >= 0 && next_line(&value, line)) {
        char *blank = strchr(line, ' ');

        if (blank == NULL)
            return -EINVAL;
        *blank = '\0';
        number = sd_bus_message_append(message, "(ss)", line, blank + 1);
    }
    if (number >= 0 && *value != '\0')
        number = -EINVAL;
    return number < 0 ? number : sd_bus_message_close_container(message);
}

static int digit_of(char letter)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = letter == '\0' ? NULL : strchr(digits, letter);

    return found == NULL ? -1 : (int)(found - digits);
}

static int append_octets(sd_bus_message *message, const char *signature, const char *value)
{
    uint8_t octets[MASK_ROOM];
    size_t size = strlen(value);

    (void)signature;
    if (size % 2 != 0 || size / 2 > sizeof(octets))
        return -EINVAL;
    for (size_t i = 0; i < size; i += 2) {
        int high = digit_of(value[i]);
        int low = digit_of(value[i + 1]);

        if (high < 0 || low < 0)
            return -EINVAL;
        octets[i / 2] = (uint8_t)(high * 16 + low);
    }
    return sd_bus_message_append_array(message, 'y', octets, size / 2);
}

static const struct {
    const char *signature;
    append_value append;
} kinds[] = {
    { "b", append_bool },      { "s", append_text },     { "t", append_unsigned },
    { "u", append_unsigned },  { "q", append_unsigned }, { "y", append_unsigned },
    { "x", append_signed },    { "i", append_signed },   { "n", append_signed },
    { "d", append_double },    { "as", append_texts },   { "ay", append_octets },
    { "a(ss)", append_pairs },
};

static append_value find_kind(const char *signature)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].signature, signature) == 0)
            return kinds[i].append;
    }
    return NULL;
}

int units_property_append(sd_bus_message *message, const char *word, struct err *err)
{
    const char *equals = strchr(word, '=');
    const char *colon = equals == NULL ? NULL : strchr(equals, ':');
    char name[NAME_ROOM];
    char signature[NAME_ROOM];
    append_value append;
    int number;

    if (colon == NULL || equals - word >= NAME_ROOM || colon - equals >= NAME_ROOM)
        return err_set(err, -EINVAL, "'%s' is no property: NAME=SIGNATURE:VALUE", word);
    memcpy(name, word, (size_t)(equals - word));
    name[equals - word] = '\0';
    memcpy(signature, equals + 1, (size_t)(colon - equals - 1));
    signature[colon - equals - 1] = '\0';
    append = find_kind(signature);
    if (append == NULL)
        return err_set(err, -EINVAL, "'%s': there are no properties of the type '%s'", name,
                       signature);
    number = sd_bus_message_open_container(message, 'r', "sv");
    if (number >= 0)
        number = sd_bus_message_append(message, "s", name);
    if (number >= 0)
        number = sd_bus_message_open_container(message, 'v', signature);
    if (number >= 0)
        number = append(message, signature, colon + 1);
    if (number == -EINVAL)
        return err_set(err, -EINVAL, "'%s': '%s' is no value of the type '%s'", name, colon + 1,
                       signature);
    if (number >= 0)
        number = sd_bus_message_close_container(message);
    if (number >= 0)
        number = sd_bus_message_close_container(message);
    return number < 0 ? err_system(err, -number, "property '%s'", name) : 0;
}
