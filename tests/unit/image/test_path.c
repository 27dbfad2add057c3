/* Clean paths: what is made plain, and what is refused. */
#include "unit.h"

#include "image/path.h"

static void clean_drops_what_says_nothing(void **state)
{
    static const struct {
        const char *name, *path;
    } rows[] = {
        { "usr/bin/env", "usr/bin/env" },
        { "./usr/bin/", "usr/bin" },
        { "/etc/passwd", "etc/passwd" },
        { "//etc///./passwd//", "etc/passwd" },
        { "", "" },
        { "/", "" },
        { "./", "" },
        { ".", "" },
        { "...", "..." },
        { "..a/b..", "..a/b.." },
        { " /\n", " /\n" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char block[IMAGE_PATH_MAX + 1];
        struct text path = text_init(block, sizeof(block));

        assert_row(rows[i].name, image_path_clean(rows[i].name, &path) == IMAGE_PATH_OK);
        assert_row(rows[i].name, strcmp(path.at, rows[i].path) == 0);
    }
}

static void clean_refuses_every_way_up(void **state)
{
    static const char *const names[] = { "..",     "../x",     "a/..",     "a/../b", "/../x",
                                         "./../x", "a/b/../c", "a//..//b", "../../", "a/./.." };

    (void)state;
    for (size_t i = 0; i < ROWS(names); i++) {
        char block[IMAGE_PATH_MAX + 1];
        struct text path = text_init(block, sizeof(block));

        assert_row(names[i], image_path_clean(names[i], &path) == IMAGE_PATH_LEADS_UP);
        assert_row(names[i], path.size == 0);
    }
}

static void fill(char *block, size_t size, const char *part)
{
    struct text text = text_init(block, size);

    while (text_append(&text, part))
        continue;
}

static void clean_refuses_what_is_too_long_or_too_deep(void **state)
{
    char name[8192];
    char block[IMAGE_PATH_MAX + 1];
    struct text path = text_init(block, sizeof(block));

    (void)state;
    fill(name, IMAGE_NAME_MAX + 1, "n");
    assert_int_equal(image_path_clean(name, &path), IMAGE_PATH_OK);
    text_clear(&path);
    fill(name, IMAGE_NAME_MAX + 2, "n");
    assert_int_equal(image_path_clean(name, &path), IMAGE_PATH_TOO_LONG);
    fill(name, (size_t)2 * IMAGE_PATH_DEPTH_MAX + 1, "d/");
    assert_int_equal(image_path_clean(name, &path), IMAGE_PATH_OK);
    text_clear(&path);
    fill(name, (size_t)2 * IMAGE_PATH_DEPTH_MAX + 3, "d/");
    assert_int_equal(image_path_clean(name, &path), IMAGE_PATH_TOO_DEEP);
    fill(name, sizeof(name), "a-name-of-some-length-so-that-it-is-long-before-it-is-deep/");
    assert_int_equal(image_path_clean(name, &path), IMAGE_PATH_TOO_LONG);
    assert_int_equal(path.size, 0);
}

static void parts_of_a_path(void **state)
{
    (void)state;
    assert_string_equal(image_path_name("a/b/c"), "c");
    assert_string_equal(image_path_name("a"), "a");
    assert_string_equal(image_path_name(""), "");
    assert_int_equal(image_path_parent_size("a/b/c"), 3);
    assert_int_equal(image_path_parent_size("a"), 0);
    assert_true(image_path_is_within("a/b", "a"));
    assert_true(image_path_is_within("a", "a"));
    assert_true(image_path_is_within("a", ""));
    assert_false(image_path_is_within("ab", "a"));
    assert_false(image_path_is_within("a", "a/b"));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(clean_drops_what_says_nothing),
    cmocka_unit_test(clean_refuses_every_way_up),
    cmocka_unit_test(clean_refuses_what_is_too_long_or_too_deep),
    cmocka_unit_test(parts_of_a_path),
};

RUN_TESTS(tests)
