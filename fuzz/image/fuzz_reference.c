/*
 * Property: the text of a reference is either refused and changes nothing, or becomes a reference
 * whose parts are within their limits and free of what would mean something in a URL or a path, and
 * which reads back the same from its own full text.
 *
 * Covers: src/image/reference.c
 */
#include "fuzz/target.h"
#include "image/reference.h"

static void check_part(const char *part, const char *allowed)
{
    fuzz_require(strspn(part, allowed) == strlen(part));
}

FUZZ_TARGET(input)
{
    static const char lower[] = "abcdefghijklmnopqrstuvwxyz0123456789._-/";
    static const char all[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:[]";
    char block[IMAGE_REFERENCE_TEXT_MAX];
    struct text full = text_init(block, sizeof(block));
    struct image_reference reference;
    struct image_reference again;
    enum image_reference_status status;

    memset(&reference, 0xA5, sizeof(reference));
    again = reference;
    status = image_reference_parse(input, &reference);
    fuzz_require(image_reference_explain(status)[0] != '\0');
    if (status != IMAGE_REFERENCE_OK) {
        fuzz_require(memcmp(&reference, &again, sizeof(again)) == 0);
        return;
    }
    check_part(reference.host, all);
    check_part(reference.repository, lower);
    check_part(reference.tag, all);
    fuzz_require(reference.host[0] != '\0' && reference.repository[0] != '\0');
    fuzz_require(strstr(reference.repository, "..") == NULL);
    fuzz_require(strstr(reference.repository, "//") == NULL);
    fuzz_require(strchr(reference.tag, ':') == NULL);
    fuzz_require(reference.has_digest || reference.tag[0] != '\0');
    fuzz_require(image_reference_format(&reference, &full));
    fuzz_require(image_reference_parse(text_bytes(&full), &again) == IMAGE_REFERENCE_OK);
    fuzz_require(memcmp(&reference, &again, sizeof(again)) == 0);
}
