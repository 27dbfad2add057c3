/* References: docker's grammar and defaults, and text that reads back the same. */
#include "unit.h"

#include "image/reference.h"

#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define TAG_128                                                                                    \
    "a123456789012345678901234567890123456789012345678901234567890123"                             \
    "a123456789012345678901234567890123456789012345678901234567890123"

static void parse_fills_in_the_defaults(void **state)
{
    static const struct {
        const char *text, *full;
    } rows[] = {
        { "alpine", "docker.io/library/alpine:latest" },
        { "alpine:3", "docker.io/library/alpine:3" },
        { "team/app", "docker.io/team/app:latest" },
        { "docker.io/alpine", "docker.io/library/alpine:latest" },
        { "localhost/app", "localhost/app:latest" },
        { "127.0.0.1:5000/busybox:1", "127.0.0.1:5000/busybox:1" },
        { "registry.example/a/b/c:v1.2-3_4", "registry.example/a/b/c:v1.2-3_4" },
        { "Registry/app", "Registry/app:latest" },
        { "[::1]:5000/app", "[::1]:5000/app:latest" },
        { "[fe80::1]/app", "[fe80::1]/app:latest" },
        { "app@sha256:" HEX, "docker.io/library/app@sha256:" HEX },
        { "h.example/app:1@sha256:" HEX, "h.example/app:1@sha256:" HEX },
        { "h.example/a-b/c__d/e---f.g", "h.example/a-b/c__d/e---f.g:latest" },
        { "h.example/app:" TAG_128, "h.example/app:" TAG_128 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char block[IMAGE_REFERENCE_TEXT_MAX];
        struct text full = text_init(block, sizeof(block));
        struct image_reference reference;
        struct image_reference again;

        assert_row(rows[i].text, image_reference_parse(bytes_of_text(rows[i].text), &reference) ==
                                     IMAGE_REFERENCE_OK);
        assert_row(rows[i].text, image_reference_format(&reference, &full));
        assert_row(rows[i].text, strcmp(full.at, rows[i].full) == 0);
        assert_row(rows[i].text,
                   image_reference_parse(text_bytes(&full), &again) == IMAGE_REFERENCE_OK);
        assert_row(rows[i].text, memcmp(&reference, &again, sizeof(again)) == 0);
    }
}

static void parse_says_which_part_is_wrong(void **state)
{
    static const struct {
        const char *text;
        enum image_reference_status status;
    } rows[] = {
        { "", IMAGE_REFERENCE_EMPTY },
        { ":1", IMAGE_REFERENCE_EMPTY },
        { "@sha256:" HEX, IMAGE_REFERENCE_EMPTY },
        { "h.example/", IMAGE_REFERENCE_EMPTY },
        { "App", IMAGE_REFERENCE_BAD_NAME },
        { "a//b", IMAGE_REFERENCE_BAD_NAME },
        { "../etc/passwd", IMAGE_REFERENCE_BAD_HOST },
        { "h.example/../etc", IMAGE_REFERENCE_BAD_NAME },
        { "h.example/a..b", IMAGE_REFERENCE_BAD_NAME },
        { "h.example/a___b", IMAGE_REFERENCE_BAD_NAME },
        { "h.example/-a", IMAGE_REFERENCE_BAD_NAME },
        { "h.example/a-", IMAGE_REFERENCE_BAD_NAME },
        { "h.example/a b", IMAGE_REFERENCE_BAD_NAME },
        { "h.example/a?b", IMAGE_REFERENCE_BAD_NAME },
        { "-h.example/a", IMAGE_REFERENCE_BAD_HOST },
        { "h..example/a", IMAGE_REFERENCE_BAD_HOST },
        { "h.example#x/a", IMAGE_REFERENCE_BAD_HOST },
        { "user@h.example/a", IMAGE_REFERENCE_BAD_DIGEST },
        { "[::1/a", IMAGE_REFERENCE_BAD_HOST },
        { "[x]:1/a", IMAGE_REFERENCE_BAD_HOST },
        { "h.example:/a", IMAGE_REFERENCE_BAD_PORT },
        { "h.example:0/a", IMAGE_REFERENCE_BAD_PORT },
        { "h.example:65536/a", IMAGE_REFERENCE_BAD_PORT },
        { "h.example:+80/a", IMAGE_REFERENCE_BAD_PORT },
        { "h.example/a:", IMAGE_REFERENCE_BAD_TAG },
        { "h.example/a:.1", IMAGE_REFERENCE_BAD_TAG },
        { "h.example/a:1/../2", IMAGE_REFERENCE_BAD_TAG },
        { "h.example/a:" TAG_128 "x", IMAGE_REFERENCE_BAD_TAG },
        { "h.example/a@md5:1", IMAGE_REFERENCE_BAD_DIGEST },
        { "h.example/a@sha256:../../x", IMAGE_REFERENCE_BAD_DIGEST },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct image_reference reference = { .host = "untouched" };

        assert_row(rows[i].text, image_reference_parse(bytes_of_text(rows[i].text), &reference) ==
                                     rows[i].status);
        assert_row(rows[i].text, strcmp(reference.host, "untouched") == 0);
        assert_row(rows[i].text, image_reference_explain(rows[i].status)[0] != '\0');
    }
}

static void parse_refuses_names_beyond_the_limit(void **state)
{
    char block[2048];
    struct text name = text_init(block, sizeof(block));
    struct image_reference reference;

    (void)state;
    assert_true(text_append(&name, "h.example/"));
    for (size_t i = 0; i < IMAGE_REPOSITORY_MAX; i++)
        assert_true(text_append_char(&name, 'a'));
    assert_int_equal(image_reference_parse(text_bytes(&name), &reference), IMAGE_REFERENCE_OK);
    assert_true(text_append_char(&name, 'a'));
    assert_int_equal(image_reference_parse(text_bytes(&name), &reference),
                     IMAGE_REFERENCE_TOO_LONG);
    while (text_append_char(&name, 'a'))
        continue;
    assert_int_equal(image_reference_parse(text_bytes(&name), &reference),
                     IMAGE_REFERENCE_TOO_LONG);
}

static void format_that_does_not_fit_changes_nothing(void **state)
{
    char block[16];
    struct text text = text_init(block, sizeof(block));
    struct image_reference reference;

    (void)state;
    assert_int_equal(image_reference_parse(bytes_of_text("h.example/app:1"), &reference),
                     IMAGE_REFERENCE_OK);
    assert_true(text_append(&text, "x"));
    assert_false(image_reference_format(&reference, &text));
    assert_string_equal(text.at, "x");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(parse_fills_in_the_defaults),
    cmocka_unit_test(parse_says_which_part_is_wrong),
    cmocka_unit_test(parse_refuses_names_beyond_the_limit),
    cmocka_unit_test(format_that_does_not_fit_changes_nothing),
};

RUN_TESTS(tests)
