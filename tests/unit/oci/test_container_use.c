/* What the library tells of a container that runs, and what a program in it is given beside the
 * standard streams. */
#include "unit/oci/contained.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#define GIVEN 3 /* two to read of, and one to write to */

/* Two pipes that have a word each, and a third that is listened at. */
struct given {
    int words[2][2];
    int said[2];
    int fds[GIVEN]; /* crosswise, so that none is in its place */
};

static void give(struct given *given)
{
    must_be(pipe2(given->words[0], O_CLOEXEC) == 0, "a pipe");
    must_be(pipe2(given->words[1], O_CLOEXEC) == 0, "a pipe");
    must_be(pipe2(given->said, O_CLOEXEC) == 0, "a pipe");
    must_be(write(given->words[0][1], "one\n", 4) == 4, "a word");
    must_be(write(given->words[1][1], "other\n", 6) == 6, "a word");
    given->fds[0] = given->words[1][0];
    given->fds[1] = given->words[0][0];
    given->fds[2] = given->said[1];
}

/* Reads to the end, which comes when nobody else has the other end. */
static void hear(struct given *given, char *ret_said, size_t room)
{
    size_t size = 0;
    ssize_t count;

    (void)close(given->said[1]);
    while ((count = read(given->said[0], ret_said + size, room - 1 - size)) > 0)
        size += (size_t)count;
    must_be(count == 0, "the end of what was said");
    ret_said[size] = '\0';
    (void)close(given->said[0]);
    for (int i = 0; i < 2; i++) {
        (void)close(given->words[i][0]);
        (void)close(given->words[i][1]);
    }
}

/* As many numbers as `ls` sees, which opens one itself. */
#define TELL "read a <&3; read b <&4; echo $a $b $LISTEN_PID $LISTEN_FDS $LISTEN_FDNAMES >&5; "
#define COUNT "ls /proc/self/fd >&5"
#define OPEN_ONES "0\n1\n2\n3\n4\n5\n6\n"

static void a_container_has_the_descriptors_that_it_is_given(void **state)
{
    const struct place *place = *state;
    struct oci_started first = { .pidfd = -1 };
    struct given given;
    struct err err = { 0 };
    char said[128];
    int status = 0;

    give(&given);
    {
        const struct oci_container_request request = { .bundle = "/tmp",
                                                       .config = CONFIG(TELL COUNT),
                                                       .preserved = given.fds,
                                                       .preserved_count = GIVEN,
                                                       .listening = 2,
                                                       .listening_names = "web:admin" };

        must(oci_container_create(&place->runtime, place->web, &request, &first, &err), &err);
    }
    must(oci_container_start(&place->runtime, place->web, &err), &err);
    must(oci_started_wait(&first, PATIENCE_MS, &status, &err), &err);
    must(oci_container_delete(&place->runtime, place->web, false, &err), &err);
    oci_started_close(&first);
    hear(&given, said, sizeof(said));
    assert_string_equal(said, "other one 1 2 web:admin\n" OPEN_ONES);
    assert_int_equal(status, 0);
}

static void another_program_has_the_descriptors_that_it_is_given(void **state)
{
    const struct place *place = *state;
    const char *const args[] = { "/bin/sh", "-c", TELL COUNT, NULL };
    struct oci_started first = { .pidfd = -1 };
    struct oci_started other = { .pidfd = -1 };
    struct given given;
    struct err err = { 0 };
    char said[128];
    int status = 0;

    create(place, place->web, CONFIG("exec sleep 1000"), &first);
    must(oci_container_start(&place->runtime, place->web, &err), &err);
    give(&given);
    {
        const struct oci_program_request request = { .args = args,
                                                     .preserved = given.fds,
                                                     .preserved_count = GIVEN };

        must(oci_container_exec(&place->runtime, place->web, &request, &other, &err), &err);
    }
    must(oci_started_wait(&other, PATIENCE_MS, &status, &err), &err);
    hear(&given, said, sizeof(said));
    assert_string_equal(said, "other one\n" OPEN_ONES);
    assert_int_equal(status, 0);
    must(oci_container_delete(&place->runtime, place->web, true, &err), &err);
    must(oci_started_wait(&first, PATIENCE_MS, &status, &err), &err);
    oci_started_close(&first);
    oci_started_close(&other);
}

static void a_descriptor_that_cannot_be_given_is_told(void **state)
{
    static const int standard[] = { STDERR_FILENO };
    static const int closed[] = { -1 };
    static const int many[OCI_PRESERVED_MAX + 1] = { 0 };
    static const struct {
        const char *label;
        struct oci_container_request request;
        int number;
        const char *sentence;
    } rows[] = {
        { "a standard one",
          { .preserved = standard, .preserved_count = 1 },
          -EINVAL,
          "preserved[0]: descriptor 2 is a standard one" },
        { "not open",
          { .preserved = closed, .preserved_count = 1 },
          -EBADF,
          "preserved[0]: descriptor -1 is not open" },
        { "too many",
          { .preserved = many, .preserved_count = OCI_PRESERVED_MAX + 1 },
          -E2BIG,
          "preserved: 1001 are more than 1000 descriptors" },
        { "none", { .preserved_count = 1 }, -EINVAL, "preserved: are 1, and none is there" },
        { "listening",
          { .listening = 1 },
          -EINVAL,
          "listening: 1 are more than the 0 that are preserved" },
    };
    const struct place *place = *state;
    const char *const args[] = { "true", NULL };
    struct oci_started first = { .pidfd = -1 };
    struct err err = { 0 };

    for (size_t i = 0; i < ROWS(rows); i++) {
        struct oci_container_request request = rows[i].request;
        const struct oci_program_request program = { .args = args,
                                                     .preserved = request.preserved,
                                                     .preserved_count = request.preserved_count };

        request.bundle = "/tmp";
        request.config = CONFIG("true");
        assert_row(rows[i].label, oci_container_create(&place->runtime, place->web, &request,
                                                       &first, &err) == rows[i].number);
        assert_row(rows[i].label, strcmp(err.sentence, rows[i].sentence) == 0);
        assert_row(rows[i].label, request.listening > 0 ||
                                      (oci_container_exec(&place->runtime, place->web, &program,
                                                          &first, &err) == rows[i].number &&
                                       strcmp(err.sentence, rows[i].sentence) == 0));
    }
    assert_int_equal(first.pidfd, -1);
}

/* The processes that were visited. */
struct seen {
    size_t count;
    pid_t pids[8];
};

static void see(void *owner, pid_t pid)
{
    struct seen *seen = owner;

    if (seen->count < ROWS(seen->pids))
        seen->pids[seen->count++] = pid;
}

static bool has(const struct seen *seen, pid_t pid)
{
    for (size_t i = 0; i < seen->count; i++) {
        if (seen->pids[i] == pid)
            return true;
    }
    return false;
}

static void its_processes_and_what_they_use_are_told(void **state)
{
    const struct place *place = *state;
    const struct oci_runtime *runtime = &place->runtime;
    const char *const args[] = { "/bin/sleep", "1000", NULL };
    const struct oci_program_request request = { .args = args };
    struct oci_started first = { .pidfd = -1 };
    struct oci_started other = { .pidfd = -1 };
    CLEANUP(free_pointer) char *json = NULL;
    struct seen seen = { .count = 0 };
    struct err err = { 0 };
    char begin[96];
    int status = 0;

    create(place, place->web, CONFIG("exec sleep 1000"), &first);
    must(oci_container_start(runtime, place->web, &err), &err);
    must(oci_container_exec(runtime, place->web, &request, &other, &err), &err);
    if (oci_container_ps(runtime, place->web, see, &seen, &err) == -ENOTSUP) {
        print_message("without cgroups: %s\n", err.sentence);
    } else {
        assert_int_equal(seen.count, 2);
        assert_true(has(&seen, first.pid) && has(&seen, other.pid));
        must(oci_container_stats(runtime, place->web, &json, &err), &err);
        (void)snprintf(begin, sizeof(begin), "{\"type\":\"stats\",\"id\":\"%s\",\"data\":{",
                       place->web);
        assert_int_equal(strncmp(json, begin, strlen(begin)), 0);
        assert_non_null(strstr(json, "\"cpu\":{\"usage\":{\"total\":"));
    }
    must(oci_container_kill(runtime, place->web, SIGKILL, false, &err), &err);
    must(oci_started_wait(&other, PATIENCE_MS, &status, &err), &err);
    must(oci_started_wait(&first, PATIENCE_MS, &status, &err), &err);
    seen.count = 0;
    must(oci_container_ps(runtime, place->web, see, &seen, &err), &err);
    assert_int_equal(seen.count, 0);
    must(oci_container_delete(runtime, place->web, false, &err), &err);
    oci_started_close(&first);
    oci_started_close(&other);
}

#define LIMITED                                                                                    \
    "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"/\"}, \"process\": {\"cwd\": \"/\", "      \
    "\"user\": {\"uid\": 0, \"gid\": 0}, \"env\": [\"PATH=/bin:/usr/bin\"], "                      \
    "\"args\": [\"/bin/sh\", \"-c\", \"read go; head -c 64000000 /dev/zero | "                     \
    "tail -c 64000000\"]}, \"linux\": {\"namespaces\": [{\"type\": \"mount\"}, "                   \
    "{\"type\": \"pid\"}], \"resources\": {\"memory\": {\"limit\": 16777216}}}}"

static void want_of_memory_is_told(void **state)
{
    const struct place *place = *state;
    const struct oci_runtime *runtime = &place->runtime;
    struct oci_oom_watch watch = { .fd = -1 };
    struct oci_started first = { .pidfd = -1 };
    struct pollfd end = { .events = POLLIN };
    struct err err = { 0 };
    unsigned long long count = 0;
    int status = 0;
    int go[2];
    int number;

    must_be(pipe2(go, O_CLOEXEC) == 0, "a pipe");
    {
        const int streams[3] = { go[0], STDOUT_FILENO, STDERR_FILENO };
        const struct oci_container_request request = { .bundle = "/tmp",
                                                       .config = LIMITED,
                                                       .streams = streams };

        number = oci_container_create(runtime, place->web, &request, &first, &err);
    }
    if (number < 0) {
        print_message("without limits: %s\n", err.sentence);
        (void)close(go[0]);
        (void)close(go[1]);
        return;
    }
    must(oci_container_start(runtime, place->web, &err), &err);
    must(oci_oom_open(runtime, place->web, &watch, &err), &err);
    assert_int_equal(oci_oom_take(&watch), 0);
    assert_int_equal(write(go[1], "\n", 1), 1);
    end.fd = watch.fd;
    while (count == 0) {
        must_be(poll(&end, 1, PATIENCE_MS) == 1, "something is told");
        count = oci_oom_take(&watch);
    }
    oci_oom_close(&watch);
    assert_int_equal(watch.fd, -1);
    must(oci_started_wait(&first, PATIENCE_MS, &status, &err), &err);
    must(oci_container_delete(runtime, place->web, false, &err), &err);
    oci_started_close(&first);
    (void)close(go[0]);
    (void)close(go[1]);
}

static void what_has_no_process_uses_nothing(void **state)
{
    const struct place *place = *state;
    const struct oci_runtime *runtime = &place->runtime;
    struct oci_started first = { .pidfd = -1 };
    struct oci_oom_watch watch = { .fd = -1 };
    struct seen seen = { .count = 0 };
    char *json = NULL;
    struct err err = { 0 };
    int status = 0;

    assert_int_equal(oci_container_ps(runtime, place->web, see, &seen, &err), -ENOENT);
    assert_non_null(strstr(err.sentence, "' does not exist"));
    assert_int_equal(oci_container_stats(runtime, place->web, &json, &err), -ENOENT);
    assert_int_equal(oci_oom_open(runtime, place->web, &watch, &err), -ENOENT);
    create(place, place->web, CONFIG("true"), &first);
    must(oci_container_start(runtime, place->web, &err), &err);
    must(oci_started_wait(&first, PATIENCE_MS, &status, &err), &err);
    assert_int_equal(oci_container_stats(runtime, place->web, &json, &err), -EBUSY);
    assert_non_null(strstr(err.sentence, "' is stopped"));
    assert_int_equal(oci_oom_open(runtime, place->web, &watch, &err), -EBUSY);
    assert_null(json);
    assert_int_equal(watch.fd, -1);
    must(oci_container_delete(runtime, place->web, false, &err), &err);
    oci_started_close(&first);
}

static const struct CMUnitTest tests[] = {
    IN_A_PLACE(a_container_has_the_descriptors_that_it_is_given),
    IN_A_PLACE(another_program_has_the_descriptors_that_it_is_given),
    IN_A_PLACE(a_descriptor_that_cannot_be_given_is_told),
    IN_A_PLACE(its_processes_and_what_they_use_are_told),
    IN_A_PLACE(want_of_memory_is_told),
    IN_A_PLACE(what_has_no_process_uses_nothing),
};

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]);
    if (geteuid() != 0) {
        print_message("skip: who is not root needs a root file system of its own\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
