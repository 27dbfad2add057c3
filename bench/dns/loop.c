/*
 * <operation>_<subject> [--any] FILE…: for each message one line: the nanoseconds that the
 * operation takes, as the mean of a loop of some hundred microseconds, and the octets that it makes
 * (0: that has no meaning). Exits 1 where the subject
 * refuses a message; with --any, what it takes to refuse is measured, too. Run by callgrind, it
 * does the operation INSTRUCTIONS_CALLS times and prints nothing of use.
 */
#include "loop.h"

#include "instructions.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#define MESSAGE_BYTES_MAX 65535
#define LOOP_NS 300000U
#define LOOPS 4U

struct work {
    struct bytes wire;
    void *state;
    bool any;
};

/* The time of `calls` calls; 0: refused. */
static uint64_t time_calls(const struct work *work, uint64_t calls)
{
    uint64_t start = clock_monotonic_ns();

    for (uint64_t i = 0; i < calls; i++) {
        if (!subject_run(work->wire, work->state) && !work->any)
            return 0;
    }
    return clock_monotonic_ns() - start + 1;
}

static bool count_instructions(const struct work *work)
{
    bool done;

    (void)subject_run(work->wire, work->state);
    instructions_begin();
    done = time_calls(work, INSTRUCTIONS_CALLS) != 0;
    instructions_end();
    return done;
}

static bool measure(const struct work *work)
{
    uint64_t calls = 1;
    uint64_t spent_ns = time_calls(work, calls); /* warms up as well */

    /* From one call to a loop that is long enough; most of what is slow is slow at once. */
    for (unsigned int i = 0; i < LOOPS && spent_ns != 0 && spent_ns < LOOP_NS; i++) {
        calls = 1 + calls * LOOP_NS / spent_ns;
        spent_ns = time_calls(work, calls);
    }
    printf("%.2f %zu\n", (double)spent_ns / (double)calls,
           subject_octets != NULL ? subject_octets(work->state) : 0);
    return spent_ns != 0;
}

static bool run(struct work *work)
{
    if (!subject_open(work->wire, &work->state))
        return false;
    return instructions_are_counted() ? count_instructions(work) : measure(work);
}

int main(int argc, char **argv)
{
    bool any = argc > 1 && strcmp(argv[1], "--any") == 0;

    for (int i = any ? 2 : 1; i < argc; i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(2 * MESSAGE_BYTES_MAX);
        struct file_place place = { AT_FDCWD, argv[i] };
        struct work work = { .any = any };
        struct err err = { 0 };

        if (file_read(place, MESSAGE_BYTES_MAX, &arena, &work.wire, &err) < 0) {
            fprintf(stderr, "%s\n", err.sentence);
            return 2;
        }
        if (!run(&work)) {
            fprintf(stderr, "'%s' is refused\n", argv[i]);
            return 1;
        }
    }
    return 0;
}
