/*
 * Property: whatever a file of a cgroup holds, its readers end, go forwards, and give only what can
 * stand in JSON: names of letters, digits and "_", numbers, and words that lie within the input. A
 * list of processes has process ids alone. What takes a write back is one line, and not empty.
 *
 * Covers: src/oci/stats_read.c
 */
#include "fuzz/target.h"
#include "kernel/cgroup_processes.h"
#include "oci/stats.h"
#include "oci/update.h"

#include <ctype.h>

enum { PIDS = 64 };

static void check_name(struct bytes name, struct bytes input)
{
    fuzz_require(name.size > 0 && name.at >= input.at &&
                 name.at + name.size <= input.at + input.size);
    for (size_t i = 0; i < name.size; i++)
        fuzz_require(isalnum(name.at[i]) || name.at[i] == '_');
}

static void check_stats(struct bytes input)
{
    struct bytes rest = input;
    struct bytes before = rest;
    struct oci_stat stat;

    while (oci_stat_next(&rest, &stat)) {
        fuzz_require(rest.size < before.size);
        check_name(stat.name, input);
        before = rest;
    }
    fuzz_require(rest.size == 0);
    fuzz_require(oci_stat_find(input, "no such name", 7) == 7);
}

static void check_io(struct bytes input)
{
    struct oci_io_stat stats[OCI_IO_WORDS_MAX];
    struct bytes rest = input;
    struct bytes before = rest;
    size_t count = 0;

    while (oci_io_stat_next(&rest, stats, &count)) {
        fuzz_require(rest.size < before.size && count <= OCI_IO_WORDS_MAX);
        for (size_t i = 0; i < count; i++)
            check_name(stats[i].name, input);
        before = rest;
    }
    fuzz_require(rest.size == 0 && count == 0);
}

static void check_pressure(struct bytes input)
{
    struct oci_pressure pressure;
    struct bytes rest = input;
    struct bytes before = rest;

    while (oci_pressure_next(&rest, &pressure)) {
        fuzz_require(rest.size < before.size);
        fuzz_require(pressure.average_10s <= 100099 && pressure.average_300s <= 100099);
        before = rest;
    }
}

static void check_pids(struct bytes input)
{
    pid_t pids[PIDS];
    size_t count = kernel_cgroup_pids_parse(input, pids, PIDS);

    fuzz_require(count <= input.size);
    for (size_t i = 0; i < count && i < PIDS; i++)
        fuzz_require(pids[i] > 0);
}

static void check_undo(struct bytes input)
{
    static const struct oci_cgroup_write writes[] = {
        { .file = "a" },
        { .key = "8:0", .none = "8:0 0" },
        { .key = "oom_kill_disable" },
        { .is_v2 = true, .key = "default" },
    };

    for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
        struct arena arena = arena_init((size_t)1 << 20);
        const char *undo = oci_update_undo(&writes[i], input, &arena);

        fuzz_require(undo == NULL || strcmp(undo, "\n") == 0 || strchr(undo, '\n') == NULL);
        arena_done(&arena);
    }
}

FUZZ_TARGET(input)
{
    uint64_t number = 7;

    check_stats(input);
    check_io(input);
    check_pressure(input);
    check_pids(input);
    check_undo(input);
    fuzz_require(oci_stat_number(input, &number) || number == 7);
}
