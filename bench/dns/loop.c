/*
 * parse_<subject> FILE…: for each message one line, the nanoseconds that one parse takes, as the
 * mean of a loop of some hundred microseconds. Exits 1 where the subject refuses a message.
 */
#include "loop.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGE_BYTES_MAX 65535
#define LOOP_NS 300000U
#define CALLS_FIRST 16U

/* The time of `calls` parses. */
static uint64_t time_calls(struct bytes wire, uint64_t calls)
{
    uint64_t start = clock_monotonic_ns();

    for (uint64_t i = 0; i < calls; i++) {
        if (!subject_parse(wire))
            return 0;
    }
    return clock_monotonic_ns() - start;
}

static int measure(struct bytes wire, const char *path)
{
    uint64_t calls = CALLS_FIRST;
    uint64_t spent_ns = time_calls(wire, calls); /* warms up as well */

    if (spent_ns == 0) {
        fprintf(stderr, "'%s' is refused\n", path);
        return 1;
    }
    calls = 1 + calls * LOOP_NS / spent_ns;
    spent_ns = time_calls(wire, calls);
    printf("%.2f\n", (double)spent_ns / (double)calls);
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(2 * MESSAGE_BYTES_MAX);
        struct file_place place = { AT_FDCWD, argv[i] };
        struct bytes wire;
        struct err err = { 0 };

        if (file_read(place, MESSAGE_BYTES_MAX, &arena, &wire, &err) < 0) {
            fprintf(stderr, "%s\n", err.sentence);
            return 2;
        }
        if (measure(wire, argv[i]) != 0)
            return 1;
    }
    return 0;
}
