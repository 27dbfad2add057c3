/* scheme SP name=value *("," name=value), values being words or quoted. */
#include "image/challenge.h"

#include <strings.h>

/* What is left of the header. */
struct scan {
    struct bytes rest;
};

static bool peek(const struct scan *scan, uint8_t *ret_octet)
{
    if (scan->rest.size == 0)
        return false;
    *ret_octet = scan->rest.at[0];
    return true;
}

static void step(struct scan *scan)
{
    scan->rest = bytes_of(scan->rest.at + 1, scan->rest.size - 1);
}

static void skip_spaces(struct scan *scan)
{
    uint8_t octet;

    while (peek(scan, &octet) && (octet == ' ' || octet == '\t'))
        step(scan);
}

/* A token of RFC 9110 section 5.6.2: may be empty here, for the caller to refuse. */
static struct bytes take_word(struct scan *scan)
{
    const uint8_t *start = scan->rest.at;
    uint8_t octet;

    while (peek(scan, &octet) && octet > ' ' && octet < 0x7f &&
           strchr("\"(),/:;<=>?@[\\]{}", octet) == NULL)
        step(scan);
    return bytes_of(start, start == NULL ? 0 : (size_t)(scan->rest.at - start));
}

/* A quoted string, whose quote has been seen, without its backslashes. */
static bool take_quoted(struct scan *scan, struct text *value)
{
    uint8_t octet;

    step(scan);
    while (peek(scan, &octet)) {
        step(scan);
        if (octet == '"')
            return true;
        if (octet == '\\') {
            if (!peek(scan, &octet))
                return false;
            step(scan);
        }
        if (octet < ' ' || octet == 0x7f || !text_append_char(value, (char)octet))
            return false;
    }
    return false;
}

static bool take_value(struct scan *scan, struct text *value)
{
    struct bytes word;
    uint8_t octet;

    if (!peek(scan, &octet))
        return false;
    if (octet == '"')
        return take_quoted(scan, value);
    word = take_word(scan);
    return word.size > 0 && text_append_bytes(value, word);
}

static bool is_word(struct bytes word, const char *wanted)
{
    return word.size == strlen(wanted) &&
           strncasecmp((const char *)word.at, wanted, word.size) == 0;
}

/* One name=value, which goes to its place in the challenge. */
static bool take_parameter(struct scan *scan, struct image_challenge *challenge)
{
    char block[IMAGE_CHALLENGE_TEXT_MAX];
    struct text value = text_init(block, sizeof(block));
    struct bytes name = take_word(scan);
    uint8_t octet;

    skip_spaces(scan);
    if (name.size == 0 || !peek(scan, &octet) || octet != '=')
        return false;
    step(scan);
    skip_spaces(scan);
    if (!take_value(scan, &value))
        return false;
    if (is_word(name, "realm"))
        memcpy(challenge->realm, block, value.size + 1);
    if (is_word(name, "service"))
        memcpy(challenge->service, block, value.size + 1);
    return true;
}

enum image_challenge_status image_challenge_parse(struct bytes value,
                                                  struct image_challenge *ret_challenge)
{
    struct image_challenge challenge = { 0 };
    struct scan scan = { .rest = value };
    struct bytes scheme;
    uint8_t octet;

    skip_spaces(&scan);
    scheme = take_word(&scan);
    if (scheme.size == 0)
        return IMAGE_CHALLENGE_MALFORMED;
    if (!is_word(scheme, "Bearer"))
        return IMAGE_CHALLENGE_OTHER_SCHEME;
    do {
        skip_spaces(&scan);
        if (!take_parameter(&scan, &challenge))
            return IMAGE_CHALLENGE_MALFORMED;
        skip_spaces(&scan);
        if (!peek(&scan, &octet))
            break;
        step(&scan);
    } while (octet == ',');
    if (challenge.realm[0] == '\0' || scan.rest.size > 0)
        return IMAGE_CHALLENGE_MALFORMED;
    *ret_challenge = challenge;
    return IMAGE_CHALLENGE_OK;
}
