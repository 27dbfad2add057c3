/* The spans are in anonymous memory that is shared over the clones. */
#include "oci/trace.h"

#include "base/text_format.h"
#include "oci/json_text.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

#define LINE_BYTES 256
#define BAR_COLUMNS 32
#define NS_PER_US 1000

int oci_trace_open(const struct oci_plan *plan, struct oci_trace *ret_trace, struct err *err)
{
    void *room = mmap(NULL, plan->count * sizeof(struct oci_span), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (room == MAP_FAILED)
        return err_system(err, errno, "make room for the times of %zu steps", plan->count);
    *ret_trace = (struct oci_trace){ .plan = plan, .spans = room };
    return 0;
}

void oci_trace_done(struct oci_trace *trace)
{
    if (trace->plan != NULL)
        (void)munmap(trace->spans, trace->plan->count * sizeof(struct oci_span));
    *trace = (struct oci_trace){ 0 };
}

static uint64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void oci_trace_begin(const struct oci_trace *trace, size_t at)
{
    if (trace != NULL)
        trace->spans[at].begin_ns = now_ns();
}

void oci_trace_end(const struct oci_trace *trace, size_t at)
{
    if (trace != NULL)
        trace->spans[at].end_ns = now_ns();
}

/* The whole of it. */
struct extent {
    uint64_t begin_ns;
    uint64_t longest_ns;
};

/* How long a step took; 0 for one that did not end, as the exec. */
static uint64_t length_ns(const struct oci_span *span)
{
    return span->end_ns > span->begin_ns ? span->end_ns - span->begin_ns : 0;
}

static struct extent extent_of(const struct oci_trace *trace)
{
    struct extent extent = { .begin_ns = UINT64_MAX, .longest_ns = 1 };

    for (size_t i = 0; i < trace->plan->count; i++) {
        const struct oci_span *span = &trace->spans[i];

        if (span->begin_ns != 0 && span->begin_ns < extent.begin_ns)
            extent.begin_ns = span->begin_ns;
        if (length_ns(span) > extent.longest_ns)
            extent.longest_ns = length_ns(span);
    }
    return extent;
}

static bool append_line(struct text *text, const struct oci_trace *trace, size_t at,
                        const struct extent *extent)
{
    const struct oci_step *step = &trace->plan->steps[at];
    const struct oci_span *span = &trace->spans[at];
    uint64_t columns = length_ns(span) * BAR_COLUMNS / extent->longest_ns;

    if (!text_format(text, "%9.1f %8.1f  ", (double)(span->begin_ns - extent->begin_ns) / NS_PER_US,
                     (double)length_ns(span) / NS_PER_US))
        return false;
    for (unsigned int i = 0; i < BAR_COLUMNS; i++) {
        if (!text_append_char(text, i < columns ? '#' : ' '))
            return false;
    }
    return text_format(text, "  %3zu %-7s %s%s%s\n", at + 1,
                       oci_actor_name(oci_step_actor(step->kind)), oci_step_name(step->kind),
                       step->field[0] == '\0' ? "" : "  # ", step->field);
}

static int format_text(const struct oci_trace *trace, struct arena *arena, struct bytes *ret_text,
                       struct err *err)
{
    struct extent extent = extent_of(trace);
    size_t room = (trace->plan->count + 1) * LINE_BYTES;
    char *block = arena_alloc(arena, room);
    struct text text;

    if (block == NULL)
        return err_system(err, ENOMEM, "print the times");
    text = text_init(block, room);
    (void)text_format(&text, "   at, µs took, µs  %-*s  step\n", BAR_COLUMNS, "");
    for (size_t i = 0; i < trace->plan->count; i++) {
        size_t start = text.size;

        /* A step whose field is longer than a line is wide is left out. */
        if (trace->spans[i].begin_ns != 0 && !append_line(&text, trace, i, &extent))
            text_rollback(&text, start);
    }
    *ret_text = text_bytes(&text);
    return 0;
}

static json_t *span_json(const struct oci_trace *trace, size_t at, uint64_t begin_ns)
{
    const struct oci_step *step = &trace->plan->steps[at];
    const struct oci_span *span = &trace->spans[at];

    return json_pack("{s:i, s:s, s:s, s:s, s:f, s:f}", "number", (int)at + 1, "process",
                     oci_actor_name(oci_step_actor(step->kind)), "step", oci_step_name(step->kind),
                     "field", step->field, "at_us", (double)(span->begin_ns - begin_ns) / NS_PER_US,
                     "took_us", (double)length_ns(span) / NS_PER_US);
}

static int format_json(const struct oci_trace *trace, struct arena *arena, struct bytes *ret_text,
                       struct err *err)
{
    struct extent extent = extent_of(trace);
    json_t *list = json_array();
    char *dumped = NULL;
    char *copy = NULL;
    bool ok = list != NULL;

    for (size_t i = 0; ok && i < trace->plan->count; i++)
        ok = trace->spans[i].begin_ns == 0 ||
             json_array_append_new(list, span_json(trace, i, extent.begin_ns)) == 0;
    if (ok)
        dumped = json_dumps(list, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    if (dumped != NULL)
        copy = arena_copy_text(arena, dumped);
    oci_json_text_free(&dumped);
    json_decref(list);
    if (copy == NULL)
        return err_system(err, ENOMEM, "print the times");
    *ret_text = bytes_of_text(copy);
    return 0;
}

int oci_trace_format(const struct oci_trace *trace, bool as_json, struct arena *arena,
                     struct bytes *ret_text, struct err *err)
{
    return as_json ? format_json(trace, arena, ret_text, err)
                   : format_text(trace, arena, ret_text, err);
}
