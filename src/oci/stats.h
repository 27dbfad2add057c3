/*
 * What a container uses, from the files of its cgroups, in the JSON that `runc events` prints and
 * containerd and cAdvisor read. The readers of the kernel's text are pure, and take any bytes.
 */
#pragma once

#include "kernel/cgroup_oom.h"
#include "oci/state.h"

#define OCI_IO_WORDS_MAX 16

/* One line of memory.stat, cpu.stat, memory.events, …: "name 123". */
struct oci_stat {
    struct bytes name; /* letters, digits and "_" */
    uint64_t value;
};

/* Takes the next line of that form off the content; false at its end. Other lines are passed over.
 */
bool oci_stat_next(struct bytes *content, struct oci_stat *ret_stat);

/* The value of one line, or `otherwise`. */
uint64_t oci_stat_find(struct bytes content, const char *name, uint64_t otherwise);

/* A file of one number; "max" and what is larger than a number can be are UINT64_MAX. False where
 * it is none. */
bool oci_stat_number(struct bytes content, uint64_t *ret_number);

/* One figure of a device: of v1's blkio files a line, "8:0 Read 123"; of io.stat a word,
 * "8:0 rbytes=123", with the name "rbytes". */
struct oci_io_stat {
    uint32_t major;
    uint32_t minor;
    struct bytes name;
    uint64_t value;
};

/* The figures of one line, of which at most OCI_IO_WORDS_MAX are stored; false at the end of the
 * content. Lines of another form have none. */
bool oci_io_stat_next(struct bytes *content, struct oci_io_stat ret_stats[OCI_IO_WORDS_MAX],
                      size_t *ret_count);

/* One line of cpu.pressure, …: "some avg10=0.00 avg60=0.12 avg300=3.00 total=5". The averages are
 * in hundredths. */
struct oci_pressure {
    bool is_full; /* all tasks waited, and not only some */
    uint64_t average_10s;
    uint64_t average_60s;
    uint64_t average_300s;
    uint64_t total_us;
};

/* Takes the next line of that form off the content; false at its end. */
bool oci_pressure_next(struct bytes *content, struct oci_pressure *ret_pressure);

/* An event of the type "stats", a line of JSON; in the arena. Files that are not there are figures
 * that are left out, or 0. */
int oci_stats_format(const struct oci_state *state, struct arena *arena, struct bytes *ret_json,
                     struct err *err);

/* Listens at whichever cgroup of the container tells of want of memory. -ENOENT: none does. */
int oci_oom_listen(const struct oci_state *state, struct kernel_cgroup_oom *ret_oom,
                   struct err *err);
