/*
 * Property: a WWW-Authenticate header is either refused and changes nothing, or gives a realm that
 * is not empty, and no part that could end a line or a text.
 *
 * Covers: src/image/challenge.c
 */
#include "fuzz/target.h"
#include "image/challenge.h"

static void check_part(const char *part)
{
    fuzz_require(strlen(part) < IMAGE_CHALLENGE_TEXT_MAX);
    for (; *part != '\0'; part++)
        fuzz_require((unsigned char)*part >= ' ' && *part != 0x7f);
}

FUZZ_TARGET(input)
{
    struct image_challenge challenge;
    struct image_challenge before;

    memset(&challenge, 0xA5, sizeof(challenge));
    before = challenge;
    if (image_challenge_parse(input, &challenge) != IMAGE_CHALLENGE_OK) {
        fuzz_require(memcmp(&challenge, &before, sizeof(before)) == 0);
        return;
    }
    fuzz_require(challenge.realm[0] != '\0');
    check_part(challenge.realm);
    check_part(challenge.service);
}
