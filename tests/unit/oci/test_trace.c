/* Times of steps are kept over a fork, and those of steps that were reached are shown. */
#include "unit.h"

#include "base/cleanup.h"
#include "oci/trace.h"

#include <jansson.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct oci_step steps[] = {
    { .kind = OCI_STEP_CLONE, .field = "linux.namespaces" },
    { .kind = OCI_STEP_SESSION, .field = "" },
    { .kind = OCI_STEP_EXEC, .field = "process.args" },
    { .kind = OCI_STEP_EXEC, .field = "never.reached" },
};
static const struct oci_plan plan = { .steps = steps, .count = ROWS(steps) };

/* The clone by this process, the others by a child, of which the exec does not end. */
static void trace_a_start(const struct oci_trace *trace)
{
    int status = 0;
    pid_t pid;

    oci_trace_begin(trace, 0);
    pid = fork();
    if (pid == 0) {
        oci_trace_begin(trace, 1);
        oci_trace_end(trace, 1);
        oci_trace_begin(trace, 2);
        _exit(0);
    }
    oci_trace_end(trace, 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void a_line_stands_for_each_step_that_was_reached(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(1 << 16);
    CLEANUP(oci_trace_done) struct oci_trace trace = { 0 };
    struct bytes text;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(oci_trace_open(&plan, &trace, &err), 0);
    trace_a_start(&trace);
    assert_int_equal(oci_trace_format(&trace, false, &arena, &text, &err), 0);
    assert_non_null(strstr((const char *)text.at, "1 cloner  clone  # linux.namespaces\n"));
    assert_non_null(strstr((const char *)text.at, "2 child   session\n"));
    assert_non_null(strstr((const char *)text.at, "3 child   exec  # process.args\n"));
    assert_null(strstr((const char *)text.at, "never"));
}

static void json_has_the_same(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(1 << 16);
    CLEANUP(oci_trace_done) struct oci_trace trace = { 0 };
    struct bytes text;
    struct err err = { 0 };
    json_t *list;

    (void)state;
    assert_int_equal(oci_trace_open(&plan, &trace, &err), 0);
    trace_a_start(&trace);
    assert_int_equal(oci_trace_format(&trace, true, &arena, &text, &err), 0);
    list = json_loadb((const char *)text.at, text.size, 0, NULL);
    assert_int_equal(json_array_size(list), 3);
    assert_string_equal(json_string_value(json_object_get(json_array_get(list, 1), "step")),
                        "session");
    assert_true(json_real_value(json_object_get(json_array_get(list, 0), "took_us")) > 0);
    assert_true(json_real_value(json_object_get(json_array_get(list, 2), "took_us")) == 0);
    json_decref(list);
}

static void without_a_trace_nothing_is_noted(void **state)
{
    (void)state;
    oci_trace_begin(NULL, 0);
    oci_trace_end(NULL, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_line_stands_for_each_step_that_was_reached),
    cmocka_unit_test(json_has_the_same),
    cmocka_unit_test(without_a_trace_nothing_is_noted),
};

RUN_TESTS(tests)
