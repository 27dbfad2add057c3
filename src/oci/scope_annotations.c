/* The text form of GVariant, as far as units of systemd have properties of such types. */
#include "oci/scope_properties.h"

#include "base/text.h"

#include <errno.h>
#include <limits.h>

#define PREFIX "org.systemd.property."
#define NAME_MAX_SIZE 96
#define VALUE_ROOM 2048

/* The words of GVariant for types of numbers, and the types of D-Bus. */
static const struct {
    const char *word;
    char type;
    bool is_signed;
} types[] = {
    { "uint64 ", 't', false }, { "int64 ", 'x', true },   { "uint32 ", 'u', false },
    { "int32 ", 'i', true },   { "uint16 ", 'q', false }, { "int16 ", 'n', true },
    { "byte ", 'y', false },   { "", 'i', true },
};

static bool is_digit(char letter)
{
    return letter >= '0' && letter <= '9';
}

/* One property, on its way. */
struct reading {
    const char *at;
    struct text text; /* its value, as units/property.h has it */
    const char *signature;
    char type[2];
    bool is_seconds;
};

/* A text in quotes, of one kind or the other, with \ before what stands for itself. */
static bool read_quoted(struct reading *reading)
{
    char quote = *reading->at;

    if (quote != '\'' && quote != '"')
        return false;
    for (reading->at++; *reading->at != quote; reading->at++) {
        if (*reading->at == '\\')
            reading->at++;
        if (*reading->at == '\0' || *reading->at == '\n' ||
            !text_append_char(&reading->text, *reading->at))
            return false;
    }
    reading->at++;
    return true;
}

static void skip_blanks(struct reading *reading)
{
    reading->at += strspn(reading->at, " ");
}

/* ['a', 'b']; between two words is a newline, and behind one that is empty and the last. */
static bool read_list(struct reading *reading)
{
    size_t start = 0; /* of the last word */
    bool has_words = false;

    reading->signature = "as";
    reading->at++;
    skip_blanks(reading);
    while (*reading->at != ']') {
        if (has_words && !text_append_char(&reading->text, '\n'))
            return false;
        has_words = true;
        start = reading->text.size;
        if (!read_quoted(reading))
            return false;
        skip_blanks(reading);
        if (*reading->at == ',')
            reading->at++;
        else if (*reading->at != ']')
            return false;
        skip_blanks(reading);
    }
    reading->at++;
    return !has_words || reading->text.size > start || text_append_char(&reading->text, '\n');
}

/* uint64 5, -7 */
static bool read_number(struct reading *reading)
{
    size_t digits;

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (strncmp(reading->at, types[i].word, strlen(types[i].word)) != 0)
            continue;
        reading->at += strlen(types[i].word);
        skip_blanks(reading);
        if (types[i].is_signed && *reading->at == '-')
            (void)text_append_char(&reading->text, *reading->at++);
        reading->type[0] = types[i].type;
        reading->signature = reading->type;
        break;
    }
    digits = strspn(reading->at, "0123456789");
    if (digits == 0 || !text_append_bytes(&reading->text, bytes_of(reading->at, digits)))
        return false;
    reading->at += digits;
    /* systemd has times in microseconds. */
    return !reading->is_seconds ||
           (reading->type[0] != 'y' && text_append(&reading->text, "000000"));
}

static bool read_value(struct reading *reading)
{
    skip_blanks(reading);
    if (strcmp(reading->at, "true") == 0 || strcmp(reading->at, "false") == 0) {
        reading->signature = "b";
        return text_append(&reading->text, reading->at);
    }
    if (*reading->at == '[') {
        if (!read_list(reading))
            return false;
    } else if (is_digit(*reading->at) || *reading->at == '-' || strchr("uib", *reading->at)) {
        if (!read_number(reading))
            return false;
    } else {
        reading->signature = "s";
        if (!read_quoted(reading))
            return false;
    }
    skip_blanks(reading);
    return *reading->at == '\0';
}

static bool is_name(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t size = strlen(name);

    return size >= 3 && size <= NAME_MAX_SIZE && strspn(name, letters) == size;
}

/* "TimeoutStopSec" stands for "TimeoutStopUSec" in microseconds. */
static bool is_in_seconds(const char *name)
{
    size_t size = strlen(name);

    return size > 3 && strcmp(name + size - 3, "Sec") == 0 && name[size - 4] >= 'a' &&
           name[size - 4] <= 'z';
}

static int add(struct oci_properties *properties, const char *name, const char *value,
               struct err *err)
{
    char block[VALUE_ROOM];
    struct reading reading = { .at = value,
                               .text = text_init(block, sizeof(block)),
                               .is_seconds = is_in_seconds(name) };
    int size = (int)strlen(name) - (reading.is_seconds ? 3 : 0);

    if (!is_name(name))
        return err_set(err, -EINVAL,
                       "annotations: '" PREFIX "%s': a property of systemd has 3 to %d letters",
                       name, NAME_MAX_SIZE);
    if (!read_value(&reading))
        return err_set(err, -EINVAL,
                       "annotations: '" PREFIX "%s': '%s' is no true or false, number (uint64 5), "
                       "text in quotes, or list of such texts",
                       name, value);
    return oci_properties_add(properties, err, "%.*s%s=%s:%s", size, name,
                              reading.is_seconds ? "USec" : "", reading.signature, block);
}

int oci_properties_add_annotations(struct oci_properties *properties,
                                   const struct oci_pairs *annotations, struct err *err)
{
    for (size_t i = 0; i < annotations->count; i++) {
        const char *name = annotations->at[i].name;

        if (strncmp(name, PREFIX, strlen(PREFIX)) == 0 &&
            add(properties, name + strlen(PREFIX), annotations->at[i].value, err) < 0)
            return err->number;
    }
    return 0;
}
