/* UTF-8. RFC 3629 section 4. */
#include "dns/utf8.h"

/* How a character of more than one octet begins: how many follow, and what the first of these may
 * be so that the character is no longer than needed, no half of a pair, and in Unicode at all. */
struct lead {
    uint8_t first, last; /* of the first octet */
    uint8_t more;
    uint8_t second_min, second_max;
};

/* The octets of the character, not an ASCII one, that begins the text; 0: it is none (RFC 3629
 * section 4). */
static size_t size_of_first(struct bytes text)
{
    static const struct lead leads[] = {
        { 0xC2, 0xDF, 1, 0x80, 0xBF }, { 0xE0, 0xE0, 2, 0xA0, 0xBF }, { 0xE1, 0xEC, 2, 0x80, 0xBF },
        { 0xED, 0xED, 2, 0x80, 0x9F }, { 0xEE, 0xEF, 2, 0x80, 0xBF }, { 0xF0, 0xF0, 3, 0x90, 0xBF },
        { 0xF1, 0xF3, 3, 0x80, 0xBF }, { 0xF4, 0xF4, 3, 0x80, 0x8F },
    };
    const struct lead *lead = leads;

    while (text.at[0] < lead->first || text.at[0] > lead->last) {
        if (++lead == leads + sizeof(leads) / sizeof(leads[0]))
            return 0;
    }
    if (text.size <= lead->more || text.at[1] < lead->second_min || text.at[1] > lead->second_max)
        return 0;
    for (size_t i = 2; i <= lead->more; i++) {
        if (text.at[i] >> 6 != 2)
            return 0;
    }
    return 1U + lead->more;
}

bool dns_utf8_is_valid(struct bytes text)
{
    size_t at = 0;

    while (at < text.size) {
        size_t size =
            text.at[at] < 0x80 ? 1 : size_of_first(bytes_of(text.at + at, text.size - at));

        if (size == 0)
            return false;
        at += size;
    }
    return true;
}
