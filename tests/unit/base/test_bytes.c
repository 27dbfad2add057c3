/* Views, readers, writers: all or nothing, and never past the end. */
#include "unit.h"

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/checked.h"

static const uint8_t five[] = { 1, 2, 3, 4, 5 };

static void part_is_given_only_when_it_lies_inside(void **state)
{
    static const struct {
        const char *label;
        size_t start, size;
        bool inside;
    } rows[] = {
        { "all of it", 0, 5, true },
        { "nothing at the end", 5, 0, true },
        { "one past the end", 5, 1, false },
        { "start past the end", 6, 0, false },
        { "size that wraps", 1, SIZE_MAX, false },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct bytes part = { 0 };

        assert_row(rows[i].label, bytes_part(bytes_of(five, 5), rows[i].start, rows[i].size,
                                             &part) == rows[i].inside);
        assert_row(rows[i].label, rows[i].inside || part.at == NULL);
        assert_row(rows[i].label, !rows[i].inside || part.size == rows[i].size);
    }
}

static void empty_views_are_equal_and_prefix_everything(void **state)
{
    struct bytes none = { 0 };

    (void)state;
    assert_true(bytes_equal(none, bytes_of(five, 0)));
    assert_true(bytes_has_prefix(bytes_of(five, 5), none));
    assert_true(bytes_has_prefix(bytes_of(five, 5), bytes_of(five, 3)));
    assert_false(bytes_has_prefix(bytes_of(five, 3), bytes_of(five, 5)));
    assert_false(bytes_equal(bytes_of(five, 2), bytes_of(five + 1, 2)));
}

static void read_takes_network_order(void **state)
{
    static const uint8_t wire[] = { 0x01, 0x02, 0x03, 0xF0, 0x04, 0x05, 0x06 };
    struct byte_reader in = byte_reader_init(bytes_of(wire, sizeof(wire)));
    uint8_t one = 0;
    uint16_t two = 0;
    uint32_t four = 0;

    (void)state;
    assert_true(read_u8(&in, &one) && read_u16_be(&in, &two) && read_u32_be(&in, &four));
    assert_int_equal(one, 0x01);
    assert_int_equal(two, 0x0203);
    assert_int_equal(four, 0xF0040506);
    assert_true(byte_reader_is_done(&in));
}

static void read_past_the_end_changes_nothing(void **state)
{
    struct byte_reader in = byte_reader_init(bytes_of(five, 3));
    uint32_t four = 7;
    struct bytes part = { 0 };
    struct byte_reader split = { 0 };

    (void)state;
    assert_false(read_u32_be(&in, &four));
    assert_false(read_bytes(&in, 4, &part));
    assert_false(byte_reader_split(&in, 4, &split));
    assert_false(byte_reader_at(&in, 4, &split));
    assert_false(read_skip(&in, SIZE_MAX));
    assert_int_equal(four, 7);
    assert_null(part.at);
    assert_null(split.base);
    assert_int_equal(in.position, 0);
}

static void split_keeps_absolute_offsets(void **state)
{
    struct byte_reader in = byte_reader_init(bytes_of(five, 5));
    struct byte_reader part;
    uint8_t value;

    (void)state;
    assert_true(read_skip(&in, 2) && byte_reader_split(&in, 2, &part));
    assert_int_equal(part.position, 2);
    assert_int_equal(part.end, 4);
    assert_ptr_equal(part.base, five);
    assert_true(read_u8(&part, &value));
    assert_int_equal(value, 3);
    assert_int_equal(in.position, 4);
}

static void empty_input_reads_as_nothing(void **state)
{
    struct byte_reader in = byte_reader_init((struct bytes){ 0 });
    struct bytes part;
    uint8_t value;

    (void)state;
    assert_true(read_bytes(&in, 0, &part));
    assert_int_equal(part.size, 0);
    assert_false(read_u8(&in, &value));
}

static void write_that_does_not_fit_changes_nothing(void **state)
{
    uint8_t block[3] = { 9, 9, 9 };
    struct byte_writer out = byte_writer_init(block, sizeof(block));

    (void)state;
    assert_false(write_u32_be(&out, 1));
    assert_false(write_bytes(&out, bytes_of(five, 4)));
    assert_int_equal(block[0], 9);
    assert_true(write_u16_be(&out, 0x0102));
    assert_false(write_u16_be(&out, 0x0304));
    assert_true(write_u8(&out, 3));
    assert_false(write_u8(&out, 4));
    assert_true(bytes_equal(byte_writer_written(&out), bytes_of(five, 3)));
}

static void patch_and_rollback_touch_only_what_was_written(void **state)
{
    uint8_t block[8] = { 0 };
    struct byte_writer out = byte_writer_init(block, sizeof(block));

    (void)state;
    assert_true(write_u16_be(&out, 0) && write_u32_be(&out, 0x01020304));
    byte_writer_patch_u16_be(&out, 0, 0xABCD);
    assert_int_equal(block[0], 0xAB);
    assert_int_equal(block[1], 0xCD);
    assert_int_equal(block[2], 1);
    byte_writer_rollback(&out, 2);
    assert_int_equal(byte_writer_left(&out), 6);
}

static void checked_arithmetic_refuses_what_does_not_fit(void **state)
{
    size_t result = 5;
    uint64_t wide = 5;

    (void)state;
    assert_false(checked_add(SIZE_MAX, 1, &result));
    assert_false(checked_subtract(0, 1, &result));
    assert_false(checked_multiply(SIZE_MAX / 2 + 1, 2, &result));
    assert_false(checked_add_u64(UINT64_MAX, 1, &wide));
    assert_int_equal(result, 5);
    assert_int_equal(wide, 5);
    assert_true(checked_add(SIZE_MAX - 1, 1, &result));
    assert_true(result == SIZE_MAX);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(part_is_given_only_when_it_lies_inside),
    cmocka_unit_test(empty_views_are_equal_and_prefix_everything),
    cmocka_unit_test(read_takes_network_order),
    cmocka_unit_test(read_past_the_end_changes_nothing),
    cmocka_unit_test(split_keeps_absolute_offsets),
    cmocka_unit_test(empty_input_reads_as_nothing),
    cmocka_unit_test(write_that_does_not_fit_changes_nothing),
    cmocka_unit_test(patch_and_rollback_touch_only_what_was_written),
    cmocka_unit_test(checked_arithmetic_refuses_what_does_not_fit),
};

RUN_TESTS(tests)
