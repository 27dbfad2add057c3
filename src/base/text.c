/* Text with an upper limit: what does not fit whole is not appended at all. */
#include "base/text.h"

#include "base/require.h"

struct text text_init(char *block, size_t capacity)
{
    REQUIRE(capacity >= 1);
    block[0] = '\0';
    return (struct text){ .at = block, .size = 0, .capacity = capacity };
}

void text_clear(struct text *text)
{
    text_rollback(text, 0);
}

struct bytes text_bytes(const struct text *text)
{
    return bytes_of(text->at, text->size);
}

bool text_append_bytes(struct text *text, struct bytes part)
{
    if (part.size >= text->capacity - text->size)
        return false;
    if (part.size == 0)
        return true;
    if (memchr(part.at, '\0', part.size) != NULL)
        return false;
    memcpy(text->at + text->size, part.at, part.size);
    text->size += part.size;
    text->at[text->size] = '\0';
    return true;
}

bool text_append(struct text *text, const char *part)
{
    return text_append_bytes(text, bytes_of_text(part));
}

bool text_append_char(struct text *text, char character)
{
    return text_append_bytes(text, bytes_of(&character, 1));
}

bool text_append_decimal(struct text *text, uint64_t value, unsigned int width)
{
    char digits[20]; /* 2^64 - 1 has 20 */
    size_t at = sizeof(digits);

    REQUIRE(width <= sizeof(digits));
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    while (sizeof(digits) - at < width)
        digits[--at] = '0';
    return text_append_bytes(text, bytes_of(&digits[at], sizeof(digits) - at));
}

bool text_append_hex(struct text *text, struct bytes part)
{
    static const char digits[] = "0123456789abcdef";
    size_t before = text->size;

    for (size_t i = 0; i < part.size; i++) {
        const char pair[2] = { digits[part.at[i] >> 4], digits[part.at[i] & 15] };

        if (!text_append_bytes(text, bytes_of(pair, sizeof(pair)))) {
            text_rollback(text, before);
            return false;
        }
    }
    return true;
}

void text_rollback(struct text *text, size_t size)
{
    REQUIRE(size <= text->size);
    text->size = size;
    text->at[size] = '\0';
}
