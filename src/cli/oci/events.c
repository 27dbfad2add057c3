/* cupel-oci events: what a container uses, again and again, and when memory ran out. */
#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/document.h"
#include "cli/oci/oci.h"
#include "kernel/process.h"
#include "oci/stats.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* "5s", "500ms", "1m", "2h": as Go's durations, of one part. */
static int read_interval(const char *word, unsigned int *ret_ms, struct err *err)
{
    static const struct {
        const char *suffix;
        unsigned long ms;
    } units[] = { { "ms", 1 }, { "s", 1000 }, { "m", 60000 }, { "h", 3600000 } };
    char *end = NULL;
    unsigned long number = strtoul(word, &end, 10);

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (strcmp(end, units[i].suffix) == 0 && word[0] >= '0' && word[0] <= '9' && number > 0 &&
            number <= 86400000 / units[i].ms) {
            *ret_ms = (unsigned int)(number * units[i].ms);
            return 0;
        }
    }
    return err_set(err, -EINVAL,
                   "option '--interval': '%s' is no time between 1ms and 24h, such as 5s", word);
}

static int print_stats(const struct oci_state *state, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct bytes json;

    if (oci_stats_format(state, &arena, &json, err) < 0)
        return err->number;
    (void)fwrite(json.at, 1, json.size, stdout);
    return fflush(stdout) == 0 ? 0 : err_system(err, errno, "write to standard output");
}

static uint64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Until the container's process ends. */
static int follow(const struct oci_state *state, unsigned int interval_ms, struct err *err)
{
    CLEANUP(kernel_cgroup_oom_close) struct kernel_cgroup_oom oom = KERNEL_CGROUP_OOM_CLOSED;
    CLEANUP(fd_close) int pidfd = -1;
    uint64_t next_ms = now_ms() + interval_ms;
    struct err unheard;
    int number = kernel_process_open(state->pid, &pidfd, err);

    if (number == -ESRCH)
        return 0;
    (void)oci_oom_listen(state, &oom, &unheard); /* where no cgroup tells of it, nothing does */
    while (number == 0) {
        struct pollfd watched[] = { { .fd = pidfd, .events = POLLIN },
                                    { .fd = oom.fd, .events = POLLIN } };
        uint64_t now = now_ms();
        int ready = poll(watched, 2, now >= next_ms ? 0 : (int)(next_ms - now));

        if (ready < 0 && errno != EINTR)
            return err_system(err, errno, "wait for events");
        if (watched[1].revents != 0 && kernel_cgroup_oom_take(&oom) > 0) {
            printf("{\"type\":\"oom\",\"id\":\"%s\"}\n", state->id);
            (void)fflush(stdout);
        }
        if (ready > 0 && watched[0].revents != 0)
            return 0;
        if (now_ms() >= next_ms) {
            next_ms = now_ms() + interval_ms;
            number = print_stats(state, err);
        }
    }
    return number;
}

int oci_events_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_events_options *wanted = options;
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_found found;
    struct err err = { 0 };
    unsigned int interval_ms = 0;
    int number = read_interval(wanted->interval, &interval_ms, &err);

    if (number == 0)
        number = oci_find_running(globals, operands.at[0], &arena, &found, &err);
    if (number == 0)
        number = wanted->stats ? print_stats(&found.state, &err)
                               : follow(&found.state, interval_ms, &err);
    return number < 0 ? oci_fail(globals, &err, 1) : cli_printed(stdout);
}
