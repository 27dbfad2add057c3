/* ASCII alone has case in names (RFC 4343). */
#include "forwarder/core/letters.h"

#include "base/require.h"

#define CASE_BIT 0x20U

static bool is_upper(uint8_t octet)
{
    return (unsigned int)octet - 'A' < 26;
}

static bool is_letter(uint8_t octet)
{
    return (octet | CASE_BIT) - (unsigned int)'a' < 26;
}

struct forwarder_letters forwarder_letters_read(struct bytes name)
{
    struct forwarder_letters letters = { { 0 } };

    REQUIRE(name.size <= DNS_NAME_SIZE_MAX);
    for (size_t i = 0; i < name.size; i++)
        letters.upper[i / 8] |= (uint8_t)(is_upper(name.at[i]) << i % 8);
    return letters;
}

void forwarder_letters_write(const struct forwarder_letters *letters, uint8_t *name, size_t size)
{
    REQUIRE(size <= DNS_NAME_SIZE_MAX);
    for (size_t i = 0; i < size; i++) {
        bool upper = (letters->upper[i / 8] >> i % 8 & 1U) != 0;

        if (is_letter(name[i]))
            name[i] = (uint8_t)((name[i] | CASE_BIT) ^ (upper ? CASE_BIT : 0));
    }
}

void forwarder_letters_lower(uint8_t *ret_lower, const uint8_t *name, size_t size)
{
    for (size_t i = 0; i < size; i++)
        ret_lower[i] = (uint8_t)(name[i] | (is_upper(name[i]) ? CASE_BIT : 0));
}
