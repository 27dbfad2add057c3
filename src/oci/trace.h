/*
 * Where the time of a start goes: when each step of a plan began and ended, in whichever process.
 *
 *     CLEANUP(oci_trace_done) struct oci_trace trace = { 0 };
 *
 *     oci_trace_open(&plan, &trace, &err);
 *     oci_run(&plan, &(struct oci_run_options){ .trace = &trace }, &status, &err);
 *     oci_trace_format(&trace, false, &arena, &text, &err);
 *
 * The spans are in memory that the processes of a start share; it has gone from the container when
 * its program runs.
 */
#pragma once

#include "oci/plan.h"

/* CLOCK_MONOTONIC, in ns; 0: not reached. */
struct oci_span {
    uint64_t begin_ns;
    uint64_t end_ns;
};

struct oci_trace {
    const struct oci_plan *plan; /* NULL: nothing is traced */
    struct oci_span *spans;      /* one for each step */
};

/* Makes room for the steps of the plan, which must live as long. 0 or -errno with a sentence. */
int oci_trace_open(const struct oci_plan *plan, struct oci_trace *ret_trace, struct err *err);

/* Frees that. Fits CLEANUP. */
void oci_trace_done(struct oci_trace *trace);

/* Notes that step number `at` of the plan begins. Nothing allocates; `trace` may be NULL. */
void oci_trace_begin(const struct oci_trace *trace, size_t at);

/* Notes that it has ended, likewise. */
void oci_trace_end(const struct oci_trace *trace, size_t at);

/* A line for each step that was reached: from the first step on, when it began, how long it took,
 * how that looks beside the others, and which step it is. With `as_json` an array of objects. Times
 * are in µs. In the arena. */
int oci_trace_format(const struct oci_trace *trace, bool as_json, struct arena *arena,
                     struct bytes *ret_text, struct err *err);
