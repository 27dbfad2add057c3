/* Text with an upper limit: what does not fit whole is not appended at all. */
#include "base/text.h"

#include "base/require.h"

#define DECIMAL_DIGITS_MAX 20 /* of 2^64 - 1 */

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
    size_t size = strlen(part);
    char *at = text_extend(text, size);

    if (at != NULL)
        memcpy(at, part, size);
    return at != NULL;
}

bool text_append_char(struct text *text, char character)
{
    char *at = character == '\0' ? NULL : text_extend(text, 1);

    if (at != NULL)
        *at = character;
    return at != NULL;
}

/* How many digits a number has. */
static inline unsigned int digits_of(uint64_t value)
{
    unsigned int digits = 1;

    for (; value >= 100; value /= 100)
        digits += 2;
    return value >= 10 ? digits + 1 : digits;
}

bool text_append_decimal(struct text *text, uint64_t value, unsigned int width)
{
    /* Two digits a step: what takes time is to divide. */
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    unsigned int digits = digits_of(value);
    unsigned int zeroes = width > digits ? width - digits : 0;
    char *start;
    char *at;

    REQUIRE(width <= DECIMAL_DIGITS_MAX);
    start = text_extend(text, digits + zeroes);
    if (start == NULL)
        return false;
    at = start + digits + zeroes;
    for (; value >= 10; value /= 100) {
        at -= 2;
        memcpy(at, &pairs[2 * (value % 100)], 2);
    }
    if (digits % 2 != 0)
        *--at = (char)('0' + value % 10);
    memset(start, '0', zeroes);
    return true;
}

bool text_append_hex(struct text *text, struct bytes part)
{
    static const char digits[] = "0123456789abcdef";
    char *at;

    /* Twice the size of a view does not overflow where the view fits. */
    if (part.size >= text->capacity)
        return false;
    at = text_extend(text, 2 * part.size);
    if (at == NULL)
        return false;
    for (size_t i = 0; i < part.size; i++) {
        *at++ = digits[part.at[i] >> 4];
        *at++ = digits[part.at[i] & 15];
    }
    return true;
}

void text_rollback(struct text *text, size_t size)
{
    REQUIRE(size <= text->size);
    text->size = size;
    text->at[size] = '\0';
}
