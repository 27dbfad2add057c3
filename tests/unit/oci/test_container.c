/* Containers by the calls of the library, whose root is the machine's own, and what the calling
 * program has of its own meanwhile. */
#include "unit/oci/contained.h"

#include "base/cleanup.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FDS_MAX 256

static void count(void *owner, const char *id)
{
    size_t *number = owner;

    assert_int_equal(strncmp(id, "web-", 4), 0);
    (*number)++;
}

static void a_container_lives_by_the_calls(void **state)
{
    const struct place *place = *state;
    const struct oci_runtime *runtime = &place->runtime;
    const char *const args[] = { "/bin/sh", "-c", "test $A = b && exit 9", NULL };
    const char *const env[] = { "A=b", NULL };
    const struct oci_program_request program = { .args = args, .env = env, .cwd = "/usr" };
    struct oci_started first = { .pidfd = -1 };
    struct oci_started other = { .pidfd = -1 };
    struct oci_container_state known;
    CLEANUP(free_pointer) char *json = NULL;
    struct err err = { 0 };
    char expected[80];
    size_t number = 0;
    int status = 0;

    create(place, place->web, CONFIG("exec sleep 1000"), &first);
    must(oci_container_read(runtime, place->web, &known, &err), &err);
    assert_int_equal(known.status, OCI_CREATED);
    assert_int_equal(known.pid, first.pid);
    assert_string_equal(known.id, place->web);
    assert_string_equal(known.bundle, "/tmp");
    assert_string_equal(known.rootfs, "/");
    must(oci_container_start(runtime, place->web, &err), &err);
    must(oci_container_list(runtime, count, &number, &err), &err);
    assert_int_equal(number, 1);
    must(oci_container_format(runtime, place->web, &json, &err), &err);
    assert_non_null(strstr(json, "\"status\": \"running\""));
    must(oci_container_exec(runtime, place->web, &program, &other, &err), &err);
    must(oci_started_wait(&other, PATIENCE_MS, &status, &err), &err);
    assert_int_equal(status, 9);
    assert_int_equal(oci_started_wait(&first, 0, &status, &err), -ETIMEDOUT);
    assert_int_equal(oci_container_delete(runtime, place->web, false, &err), -EBUSY);
    (void)snprintf(expected, sizeof(expected), "the container '%s' is running", place->web);
    assert_string_equal(err.sentence, expected);
    must(oci_container_kill(runtime, place->web, SIGKILL, false, &err), &err);
    must(oci_started_wait(&first, PATIENCE_MS, &status, &err), &err);
    assert_int_equal(status, 128 + SIGKILL);
    must(oci_container_delete(runtime, place->web, false, &err), &err);
    assert_int_equal(oci_container_read(runtime, place->web, &known, &err), -ENOENT);
    oci_started_close(&first);
    oci_started_close(&other);
}

/* A call that fails, and its sentence. */
struct refusal {
    const char *label;
    const char *id;
    const char *config;
    int number;
    const char *sentence;
};

static void what_cannot_be_made_is_told_in_a_sentence(void **state)
{
    const struct place *place = *state;
    const struct refusal rows[] = {
        { "no JSON", place->web, "{", -EINVAL, "the config: " },
        { "wrong value", place->web, CONFIG_WITH(", \"hostname\": 7", "true"), -EINVAL,
          "the config: hostname: " },
        { "name", "../web", CONFIG("true"), -EINVAL, "'../web' cannot name a container: " },
        { "twice", place->twice, CONFIG("true"), -EEXIST, "there is a container 'twice-" },
        { "program", place->web,
          "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"/\"}, \"process\": {\"cwd\": \"/\", "
          "\"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"/none\"]}, \"linux\": {\"namespaces\": "
          "[{\"type\": \"mount\"}]}}",
          -ENOENT, "process.args: " },
    };
    struct oci_started twice = { .pidfd = -1 };
    struct err err = { 0 };
    int status = 0;

    create(place, place->twice, CONFIG("true"), &twice);
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct oci_container_request request = { .bundle = "/tmp", .config = rows[i].config };
        struct oci_started first = { .pid = 7, .pidfd = -7 };

        int number = oci_container_create(&place->runtime, rows[i].id, &request, &first, &err);

        if (number != rows[i].number)
            fail_msg("row '%s': %d, %s", rows[i].label, number, err.sentence);
        assert_row(rows[i].label,
                   strncmp(err.sentence, rows[i].sentence, strlen(rows[i].sentence)) == 0);
        assert_row(rows[i].label, first.pid == 7 && first.pidfd == -7);
    }
    must(oci_container_delete(&place->runtime, place->twice, false, &err), &err);
    must(oci_started_wait(&twice, PATIENCE_MS, &status, &err), &err);
    oci_started_close(&twice);
}

static void a_container_that_is_not_there_is_told_by_each_call(void **state)
{
    const struct place *place = *state;
    const struct oci_runtime *runtime = &place->runtime;
    const struct oci_runtime relative = { .root = "run" };
    const char *const args[] = { "true", NULL };
    const struct oci_program_request program = { .args = args };
    const struct oci_program_request nothing = { .args = NULL };
    struct oci_container_state known;
    struct oci_started first = { .pidfd = -1 };
    char *json = NULL;
    struct err err = { 0 };

    assert_int_equal(oci_container_start(runtime, "none", &err), -ENOENT);
    assert_string_equal(err.sentence, "the container 'none' does not exist");
    assert_int_equal(oci_container_kill(runtime, "none", SIGTERM, false, &err), -ENOENT);
    assert_int_equal(oci_container_delete(runtime, "none", true, &err), -ENOENT);
    assert_int_equal(oci_container_pause(runtime, "none", &err), -ENOENT);
    assert_int_equal(oci_container_resume(runtime, "none", &err), -ENOENT);
    assert_int_equal(oci_container_update(runtime, "none", "{}", &err), -ENOENT);
    assert_int_equal(oci_container_read(runtime, "none", &known, &err), -ENOENT);
    assert_int_equal(oci_container_format(runtime, "none", &json, &err), -ENOENT);
    assert_int_equal(oci_container_exec(runtime, "none", &program, &first, &err), -ENOENT);
    assert_int_equal(oci_container_exec(runtime, "none", &nothing, &first, &err), -EINVAL);
    assert_string_equal(err.sentence, "there is neither a process nor args to be executed");
    assert_int_equal(oci_container_update(runtime, "none", "[]", &err), -EINVAL);
    assert_int_equal(strncmp(err.sentence, "the resources: ", 15), 0);
    assert_int_equal(oci_container_start(&relative, "none", &err), -EINVAL);
    assert_string_equal(err.sentence, "the root of the containers is no absolute path: 'run'");
    assert_int_equal(first.pidfd, -1);
    assert_null(json);
}

/* What a program has of its own, and must have after each call. */
struct own {
    sigset_t mask;
    struct sigaction child;
    mode_t umask;
    cpu_set_t processors;
    int cancellation;
    bool is_open[FDS_MAX];
    char directory[256];
};

static struct own look(void)
{
    struct own own = { 0 };

    assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &own.mask), 0);
    assert_int_equal(sigaction(SIGCHLD, NULL, &own.child), 0);
    own.umask = umask(0);
    (void)umask(own.umask);
    assert_int_equal(sched_getaffinity(0, sizeof(own.processors), &own.processors), 0);
    (void)pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &own.cancellation);
    (void)pthread_setcancelstate(own.cancellation, NULL);
    for (int fd = 0; fd < FDS_MAX; fd++)
        own.is_open[fd] = fcntl(fd, F_GETFD) >= 0;
    assert_non_null(getcwd(own.directory, sizeof(own.directory)));
    return own;
}

/* But for the descriptor of what was started, or -1. */
static void assert_own(const char *label, struct own before, int started_fd)
{
    struct own now = look();

    if (started_fd >= 0)
        now.is_open[started_fd] = false;
    assert_row(label, memcmp(&now.mask, &before.mask, sizeof(now.mask)) == 0);
    assert_row(label, now.child.sa_handler == before.child.sa_handler);
    assert_row(label, now.umask == before.umask);
    assert_row(label, CPU_EQUAL(&now.processors, &before.processors));
    assert_row(label, now.cancellation == before.cancellation);
    assert_row(label, memcmp(now.is_open, before.is_open, sizeof(now.is_open)) == 0);
    assert_row(label, strcmp(now.directory, before.directory) == 0);
}

static void hear_of_a_child(int signal)
{
    (void)signal;
}

static void the_callers_own_is_as_before_after_each_call(void **state)
{
    static const char process[] = "{\"cwd\": \"/\", \"user\": {\"uid\": 0, \"gid\": 0}, \"args\": "
                                  "[\"true\"], \"env\": [\"PATH=/bin:/usr/bin\"], "
                                  "\"execCPUAffinity\": {\"initial\": \"0\"}}";
    const struct place *place = *state;
    const struct oci_runtime *runtime = &place->runtime;
    const struct oci_program_request program = { .process = process };
    const struct oci_container_request wrong = { .bundle = "/tmp", .config = CONFIG("no\\u0000") };
    const struct sigaction heard = { .sa_handler = hear_of_a_child };
    struct oci_started first = { .pidfd = -1 };
    struct oci_started other = { .pidfd = -1 };
    struct oci_container_state known;
    mode_t umask_before = umask(027);
    sigset_t mask;
    struct own own;
    struct err err = { 0 };
    int status = 0;

    assert_int_equal(sigaction(SIGCHLD, &heard, NULL), 0);
    assert_int_equal(sigemptyset(&mask) | sigaddset(&mask, SIGUSR1), 0);
    assert_int_equal(pthread_sigmask(SIG_SETMASK, &mask, NULL), 0);
    own = look();
    create(place, place->web, CONFIG("exec sleep 1000"), &first);
    assert_own("create", own, first.pidfd);
    assert_true(oci_container_create(runtime, place->web, &wrong, &other, &err) < 0);
    assert_own("create that fails", own, first.pidfd);
    must(oci_container_start(runtime, place->web, &err), &err);
    assert_own("start", own, first.pidfd);
    must(oci_container_exec(runtime, place->web, &program, &other, &err), &err);
    must(oci_started_wait(&other, PATIENCE_MS, &status, &err), &err);
    assert_int_equal(status, 0);
    oci_started_close(&other);
    assert_own("exec", own, first.pidfd);
    must(oci_container_read(runtime, place->web, &known, &err), &err);
    assert_own("read", own, first.pidfd);
    must(oci_container_kill(runtime, place->web, SIGKILL, false, &err), &err);
    assert_own("kill", own, first.pidfd);
    must(oci_started_wait(&first, PATIENCE_MS, &status, &err), &err);
    must(oci_container_delete(runtime, place->web, false, &err), &err);
    oci_started_close(&first);
    assert_own("delete", own, -1);
    (void)signal(SIGCHLD, SIG_DFL);
    (void)umask(umask_before);
    assert_int_equal(pthread_sigmask(SIG_UNBLOCK, &mask, NULL), 0);
}

static void a_program_that_ignores_its_children_is_told(void **state)
{
    const struct place *place = *state;
    const struct oci_container_request request = { .bundle = "/tmp", .config = CONFIG("true") };
    struct oci_started first = { .pidfd = -1 };
    struct err err = { 0 };

    (void)signal(SIGCHLD, SIG_IGN);
    assert_int_equal(oci_container_create(&place->runtime, place->web, &request, &first, &err),
                     -EINVAL);
    (void)signal(SIGCHLD, SIG_DFL);
    assert_string_equal(err.sentence,
                        "the calling program ignores SIGCHLD, and cannot wait for its children");
}

#define LIVES 5

/* What one thread does, one life after the other. */
struct living {
    const struct place *place;
    char name[16];
};

/* A container that says its own name and what it has open: standard streams, and what ls reads. */
static void live_once(const struct living *living)
{
    const struct oci_runtime *runtime = &living->place->runtime;
    const char *const args[] = { "/bin/sh", "-c", "echo $NAME; ls /proc/self/fd", NULL };
    char name[32];
    const char *const env[] = { name, NULL };
    char said[64] = "";
    char wanted[64];
    int ends[2];
    ssize_t size;
    int status = 0;
    struct oci_started first = { .pidfd = -1 };
    struct oci_started other = { .pidfd = -1 };
    struct err err = { 0 };

    (void)snprintf(name, sizeof(name), "NAME=%s", living->name);
    (void)snprintf(wanted, sizeof(wanted), "%s\n0\n1\n2\n3\n", living->name);
    must_be(pipe2(ends, O_CLOEXEC) == 0, "a pipe");
    {
        /* Crosswise, so that none can be taken for another. */
        const int streams[3] = { STDIN_FILENO, ends[1], ends[1] };
        const struct oci_container_request request = { .bundle = "/tmp",
                                                       .config = CONFIG("exec sleep 1000"),
                                                       .streams = streams };
        const struct oci_program_request program = { .args = args, .env = env, .streams = streams };

        must(oci_container_create(runtime, living->name, &request, &first, &err), &err);
        must(oci_container_start(runtime, living->name, &err), &err);
        must(oci_container_exec(runtime, living->name, &program, &other, &err), &err);
    }
    (void)close(ends[1]);
    must(oci_started_wait(&other, PATIENCE_MS, &status, &err), &err);
    must(oci_container_kill(runtime, living->name, SIGKILL, false, &err), &err);
    must(oci_started_wait(&first, PATIENCE_MS, &status, &err), &err);
    /* To the end: nobody else has the other end of the pipe. */
    while ((size = read(ends[0], said + strlen(said), sizeof(said) - 1 - strlen(said))) > 0)
        continue;
    must_be(size == 0, "the end of the pipe");
    (void)close(ends[0]);
    must_be(strcmp(said, wanted) == 0, said);
    must(oci_container_delete(runtime, living->name, false, &err), &err);
    oci_started_close(&first);
    oci_started_close(&other);
}

static void *live(void *owner)
{
    for (int i = 0; i < LIVES; i++)
        live_once(owner);
    return NULL;
}

static void two_threads_have_containers_at_once(void **state)
{
    const struct place *place = *state;
    struct living livings[2] = { { place, "one" }, { place, "other" } };
    struct own own = look();
    pthread_t threads[2];

    for (size_t i = 0; i < ROWS(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, live, &livings[i]), 0);
    for (size_t i = 0; i < ROWS(threads); i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_own("threads", own, -1);
}

/* Makes a container whose making waits for a hook. */
static void *make_slowly(void *owner)
{
    const struct place *place = owner;
    struct oci_started first = { .pidfd = -1 };
    struct err err = { 0 };
    int status = 0;
    char config[1024];

    (void)snprintf(config, sizeof(config),
                   CONFIG_WITH(", \"hooks\": {\"createRuntime\": [{\"path\": \"/bin/sh\", "
                               "\"args\": [\"sh\", \"-c\", \"echo > %s.begun; read x < %s.go\"]}]}",
                               "true"),
                   place->path, place->path);
    create(place, "slow", config, &first);
    must(oci_container_delete(&place->runtime, "slow", false, &err), &err);
    must(oci_started_wait(&first, PATIENCE_MS, &status, &err), &err);
    oci_started_close(&first);
    return NULL;
}

static void a_container_in_the_making_holds_nothing_of_another_thread(void **state)
{
    struct place *place = *state;
    struct pollfd end = { .events = POLLIN };
    char begun[128];
    char go[128];
    char octet;
    int ends[2];
    pthread_t thread;
    CLEANUP(fd_close) int fd = -1;

    (void)snprintf(begun, sizeof(begun), "%s.begun", place->path);
    (void)snprintf(go, sizeof(go), "%s.go", place->path);
    assert_int_equal(mkfifo(begun, 0600), 0);
    assert_int_equal(mkfifo(go, 0600), 0);
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(pthread_create(&thread, NULL, make_slowly, place), 0);
    fd = open(begun, O_RDONLY | O_CLOEXEC); /* the hook is there: the process has been cloned */
    assert_true(fd >= 0);
    assert_int_equal(read(fd, &octet, 1), 1);
    (void)close(ends[1]);
    end.fd = ends[0];
    assert_int_equal(poll(&end, 1, 0), 1);
    assert_int_equal(read(ends[0], &octet, 1), 0);
    (void)close(ends[0]);
    fd_close(&fd);
    fd = open(go, O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(fd, "\n", 1), 1);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(unlink(begun) | unlink(go), 0);
}

static const struct CMUnitTest tests[] = {
    IN_A_PLACE(a_container_lives_by_the_calls),
    IN_A_PLACE(what_cannot_be_made_is_told_in_a_sentence),
    IN_A_PLACE(a_container_that_is_not_there_is_told_by_each_call),
    IN_A_PLACE(the_callers_own_is_as_before_after_each_call),
    IN_A_PLACE(a_program_that_ignores_its_children_is_told),
    IN_A_PLACE(two_threads_have_containers_at_once),
    IN_A_PLACE(a_container_in_the_making_holds_nothing_of_another_thread),
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
