/* Words of a line, and what stands in them. */
#include "tests/sim/scenario.h"

#include <arpa/inet.h>

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

bool words_split(struct bytes line, struct words *ret_words)
{
    size_t at = 0;

    *ret_words = (struct words){ .line = line };
    for (;;) {
        size_t start;

        while (at < line.size && is_blank(line.at[at]))
            at++;
        if (at == line.size)
            return true;
        start = at;
        while (at < line.size && !is_blank(line.at[at]))
            at++;
        if (ret_words->count == SCENARIO_WORDS_MAX)
            return false;
        ret_words->at[ret_words->count] = bytes_of(line.at + start, at - start);
        ret_words->count += 1;
    }
}

struct bytes words_take(struct words *words)
{
    if (words->next == words->count)
        return bytes_of("", 0);
    words->next += 1;
    return words->at[words->next - 1];
}

bool words_take_if(struct words *words, const char *word)
{
    if (words->next == words->count || !word_is(words->at[words->next], word))
        return false;
    words->next += 1;
    return true;
}

struct bytes words_rest(struct words *words)
{
    const uint8_t *end = words->line.at + words->line.size;
    const uint8_t *start = words->next < words->count ? words->at[words->next].at : end;

    words->next = words->count;
    return bytes_of(start, (size_t)(end - start));
}

bool word_is(struct bytes word, const char *text)
{
    return bytes_equal(word, bytes_of_text(text));
}

bool word_value(struct bytes word, const char *name, struct bytes *ret_value)
{
    size_t size = strlen(name);

    if (word.size <= size || word.at[size] != '=' || !bytes_has_prefix(word, bytes_of_text(name)))
        return false;
    *ret_value = bytes_of(word.at + size + 1, word.size - size - 1);
    return true;
}

bool word_number(struct bytes word, uint64_t most, uint64_t *ret_number)
{
    uint64_t number = 0;

    if (word.size == 0 || word.size > 18)
        return false;
    for (size_t i = 0; i < word.size; i++) {
        if (word.at[i] < '0' || word.at[i] > '9')
            return false;
        number = number * 10 + word.at[i] - '0';
    }
    if (number > most)
        return false;
    *ret_number = number;
    return true;
}

bool word_time(struct bytes word, uint64_t *ret_ns)
{
    static const struct {
        const char *unit;
        uint64_t ns;
    } units[] = {
        { "ms", UINT64_C(1000000) },       { "s", UINT64_C(1000000000) },
        { "m", UINT64_C(60000000000) },    { "h", UINT64_C(3600000000000) },
        { "d", UINT64_C(86400000000000) },
    };
    size_t digits = 0;
    uint64_t number = 0;

    while (digits < word.size && word.at[digits] >= '0' && word.at[digits] <= '9')
        digits++;
    if (!word_number(bytes_of(word.at, digits), 100000, &number))
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (!word_is(bytes_of(word.at + digits, word.size - digits), units[i].unit))
            continue;
        *ret_ns = number * units[i].ns;
        return true;
    }
    return false;
}

bool word_address(struct bytes word, struct forwarder_address *ret_address)
{
    char block[INET_ADDRSTRLEN];
    struct text text = text_init(block, sizeof(block));
    struct forwarder_address address = { .size = 4 };

    if (!text_append_bytes(&text, word) || inet_pton(AF_INET, text.at, address.octets) != 1)
        return false;
    *ret_address = address;
    return true;
}

bool word_fill(struct bytes word, uint64_t number, struct text *text)
{
    for (size_t i = 0; i < word.size; i++)
        if (!(word.at[i] == '%' ? text_append_decimal(text, number, 0)
                                : text_append_char(text, (char)word.at[i])))
            return false;
    return true;
}
