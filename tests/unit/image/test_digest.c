/* Digests: what is one, and what hashing gives. */
#include "unit.h"

#include "base/cleanup.h"
#include "image/digest.h"

#define HEX "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static void parse_takes_only_a_whole_valid_digest(void **state)
{
    static const struct {
        const char *label, *text;
        bool valid;
    } rows[] = {
        { "a digest", "sha256:" HEX, true },
        { "nothing", "", false },
        { "no algorithm", HEX, false },
        { "another algorithm", "sha512:" HEX, false },
        { "upper case", "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
          false },
        { "too short", "sha256:e3b0", false },
        { "too long", "sha256:" HEX "0", false },
        { "a path", "sha256:../../../../../../../../../../../../../../../../../../etc/passwd",
          false },
        { "a path of the right length",
          "sha256:../../../../../../../../../../../../../../../../../etc/passwd/././", false },
        { "a slash inside",
          "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b785/b855", false },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct image_digest digest = { .hex = "untouched" };
        bool valid = image_digest_parse(bytes_of_text(rows[i].text), &digest);

        assert_row(rows[i].label, valid == rows[i].valid);
        assert_row(rows[i].label, valid || strcmp(digest.hex, "untouched") == 0);
        assert_row(rows[i].label,
                   !valid || strcmp(image_digest_text(&digest).at, rows[i].text) == 0);
    }
}

static void hash_in_parts_is_the_hash_of_the_whole(void **state)
{
    CLEANUP(image_hash_done) struct image_hash hash = { 0 };
    struct image_digest whole;
    struct image_digest parts;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(image_digest_of(bytes_of_text("abc"), &whole, &err), 0);
    assert_string_equal(whole.hex,
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(image_hash_init(&hash, &err), 0);
    image_hash_update(&hash, bytes_of_text("a"));
    image_hash_update(&hash, bytes_of(NULL, 0));
    image_hash_update(&hash, bytes_of_text("bc"));
    parts = image_hash_finish(&hash);
    assert_true(image_digest_equal(&whole, &parts));
    assert_int_equal(image_digest_of(bytes_of(NULL, 0), &parts, &err), 0);
    assert_string_equal(parts.hex, HEX);
    assert_false(image_digest_equal(&whole, &parts));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(parse_takes_only_a_whole_valid_digest),
    cmocka_unit_test(hash_in_parts_is_the_hash_of_the_whole),
};

RUN_TESTS(tests)
