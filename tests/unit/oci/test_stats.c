/* The kernel's tables of figures, and what is passed over in them. */
#include "unit.h"

#include "base/cleanup.h"
#include "oci/stats.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void lines_of_names_and_numbers_are_read(void **state)
{
    struct bytes content =
        bytes_of_text("anon 5\nfile 7\nbad\nx y\n-1 3\nlast 18446744073709551616");
    struct oci_stat stat;

    (void)state;
    assert_int_equal(oci_stat_find(content, "file", 1), 7);
    assert_int_equal(oci_stat_find(content, "fil", 1), 1);
    assert_true(oci_stat_next(&content, &stat));
    assert_true(bytes_equal(stat.name, bytes_of_text("anon")));
    assert_true(oci_stat_next(&content, &stat));
    assert_true(oci_stat_next(&content, &stat));
    assert_true(bytes_equal(stat.name, bytes_of_text("last")));
    assert_true(stat.value == UINT64_MAX);
    assert_false(oci_stat_next(&content, &stat));
}

static void a_file_of_one_number_may_say_max(void **state)
{
    uint64_t number = 3;

    (void)state;
    assert_false(oci_stat_number(bytes_of_text(""), &number));
    assert_false(oci_stat_number(bytes_of_text("x\n"), &number));
    assert_int_equal(number, 3);
    assert_true(oci_stat_number(bytes_of_text("12\n"), &number));
    assert_int_equal(number, 12);
    assert_true(oci_stat_number(bytes_of_text("max\n"), &number));
    assert_true(number == UINT64_MAX);
}

static void figures_of_devices_are_read_in_both_forms(void **state)
{
    struct bytes content =
        bytes_of_text("8:0 rbytes=5 wbytes=6 x\n8:16 Read 7\nTotal 9\n1:99999999999 "
                      "Read 1\n253:1 Total 3");
    struct oci_io_stat stats[OCI_IO_WORDS_MAX];
    size_t count;

    (void)state;
    assert_true(oci_io_stat_next(&content, stats, &count));
    assert_int_equal(count, 2);
    assert_int_equal(stats[1].major, 8);
    assert_true(bytes_equal(stats[1].name, bytes_of_text("wbytes")));
    assert_int_equal(stats[1].value, 6);
    assert_true(oci_io_stat_next(&content, stats, &count));
    assert_int_equal(count, 1);
    assert_int_equal(stats[0].minor, 16);
    assert_true(bytes_equal(stats[0].name, bytes_of_text("Read")));
    assert_true(oci_io_stat_next(&content, stats, &count));
    assert_int_equal(count, 0);
    assert_true(oci_io_stat_next(&content, stats, &count));
    assert_int_equal(count, 0);
    assert_true(oci_io_stat_next(&content, stats, &count));
    assert_int_equal(count, 1);
    assert_int_equal(stats[0].value, 3);
    assert_false(oci_io_stat_next(&content, stats, &count));
}

static void pressure_is_read_in_hundredths(void **state)
{
    struct bytes content = bytes_of_text("some avg10=0.00 avg60=12.05 avg300=100.00 total=77\n"
                                         "other avg10=0.00 avg60=0.00 avg300=0.00 total=1\n"
                                         "full avg10=0.1 avg60=0.00 avg300=0.00 total=1\n"
                                         "full avg10=0.01 avg60=0.00 avg300=0.00 total=8\n");
    struct oci_pressure pressure;

    (void)state;
    assert_true(oci_pressure_next(&content, &pressure));
    assert_false(pressure.is_full);
    assert_int_equal(pressure.average_60s, 1205);
    assert_int_equal(pressure.average_300s, 10000);
    assert_int_equal(pressure.total_us, 77);
    assert_true(oci_pressure_next(&content, &pressure));
    assert_true(pressure.is_full);
    assert_int_equal(pressure.average_10s, 1);
    assert_int_equal(pressure.total_us, 8);
    assert_false(oci_pressure_next(&content, &pressure));
}

static void put(const char *top, const char *name, const char *content)
{
    char path[128];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", top, name);
    file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fputs(content, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

/* The value behind a path of keys in the data of the event. */
static const json_t *at(const json_t *event, const char *first, const char *second,
                        const char *third)
{
    const json_t *value =
        json_object_get(json_object_get(json_object_get(event, "data"), first), second);

    return third == NULL ? value : json_object_get(value, third);
}

static void the_event_has_the_figures_of_v2(void **state)
{
    static const char *const files[][2] = {
        { "cpu.stat", "usage_usec 5\nuser_usec 3\nsystem_usec 2\nnr_periods 9\nnr_throttled 1\n"
                      "throttled_usec 4\n" },
        { "cpu.pressure", "some avg10=0.10 avg60=0.00 avg300=0.00 total=7\n" },
        { "memory.current", "4096\n" },
        { "memory.max", "8192\n" },
        { "memory.swap.current", "10\n" },
        { "memory.swap.max", "max\n" },
        { "memory.stat", "anon 1\nfile 2\n" },
        { "pids.current", "3\n" },
        { "pids.max", "9\n" },
        { "io.stat", "8:0 rbytes=5 wbytes=6 rios=1 wios=2 dbytes=0 dios=0\n" },
        { "hugetlb.2MB.current", "2097152\n" },
        { "hugetlb.2MB.events", "max 3\n" },
    };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    char top[] = "/tmp/cupel-stats-XXXXXX";
    const char *const cgroups[] = { top };
    const struct oci_state container = { .id = "web", .cgroups = { 1, cgroups } };
    struct bytes text;
    struct err err = { 0 };
    json_t *event;

    (void)state;
    assert_non_null(mkdtemp(top));
    for (size_t i = 0; i < ROWS(files); i++)
        put(top, files[i][0], files[i][1]);
    assert_int_equal(oci_stats_format(&container, &arena, &text, &err), 0);
    event = json_loadb((const char *)text.at, text.size, JSON_DECODE_INT_AS_REAL, NULL);
    assert_non_null(event);
    assert_string_equal(json_string_value(json_object_get(event, "type")), "stats");
    assert_true(json_real_value(at(event, "cpu", "usage", "total")) == 5000);
    assert_true(json_real_value(at(event, "cpu", "throttling", "throttledTime")) == 4000);
    assert_non_null(at(event, "cpu", "psi", "some"));
    assert_true(json_real_value(at(event, "memory", "usage", "limit")) == 8192);
    assert_true(json_real_value(at(event, "memory", "swap", "usage")) == 4106);
    assert_true(json_real_value(at(event, "memory", "swap", "limit")) > 1e19);
    assert_true(json_real_value(at(event, "memory", "raw", "file")) == 2);
    assert_true(json_real_value(at(event, "pids", "current", NULL)) == 3);
    assert_int_equal(json_array_size(at(event, "blkio", "ioServiceBytesRecursive", NULL)), 2);
    assert_true(json_real_value(at(event, "hugetlb", "2MB", "failcnt")) == 3);
    json_decref(event);
    for (size_t i = 0; i < ROWS(files); i++) {
        char path[128];

        (void)snprintf(path, sizeof(path), "%s/%s", top, files[i][0]);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(top), 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(lines_of_names_and_numbers_are_read),
    cmocka_unit_test(a_file_of_one_number_may_say_max),
    cmocka_unit_test(figures_of_devices_are_read_in_both_forms),
    cmocka_unit_test(pressure_is_read_in_hundredths),
    cmocka_unit_test(the_event_has_the_figures_of_v2),
};

RUN_TESTS(tests)
