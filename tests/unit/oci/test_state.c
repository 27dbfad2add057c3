/* What is known of containers by name, on any file system. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "oci/kept.h"
#include "oci/state.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int make_root(void **state)
{
    char *root = strdup("/tmp/cupel-state-XXXXXX");

    assert_non_null(root);
    assert_non_null(mkdtemp(root));
    *state = root;
    return 0;
}

static int remove_root(void **state)
{
    assert_int_equal(rmdir(*state), 0);
    free(*state);
    return 0;
}

/* The state of a container whose first process is `pid`. */
static struct oci_state describe(pid_t pid, struct arena *arena)
{
    static const struct oci_step steps[] = {
        { .kind = OCI_STEP_CGROUP_MAKE, .field = "", .cgroup = { .path = "/tmp/none-such" } },
        { .kind = OCI_STEP_ROOT, .field = "", .text = "/bundle/rootfs" },
    };
    const struct oci_plan plan = { .steps = steps, .count = ROWS(steps) };
    static const uint64_t inodes[] = { UINT64_C(1) << 40 };
    struct oci_state state = {
        .id = "web", .bundle = "/bundle", .pid = pid, .cgroup_inodes = inodes
    };
    struct err err = { 0 };

    assert_int_equal(oci_state_describe(&plan, arena, &state, &err), 0);
    return state;
}

/* Writes a state in the directory of its container. */
static int write_state(const char *root, const struct oci_state *state, struct err *err)
{
    CLEANUP(fd_close) int directory_fd = oci_state_open(root, state->id, err);

    return directory_fd < 0 ? directory_fd : oci_state_write(directory_fd, state, err);
}

/* Claims a name, and lets go of the claim. */
static int claim(const char *root, const char *id, struct err *err)
{
    CLEANUP(fd_close) int claim_fd = -1;

    return oci_state_claim(root, id, &claim_fd, err);
}

static void a_name_can_be_claimed_once(void **state)
{
    struct err err = { 0 };

    assert_int_equal(claim(*state, "web", &err), 0);
    assert_int_equal(claim(*state, "web", &err), -EEXIST);
    assert_string_equal(err.sentence, "there is a container 'web' already");
    assert_int_equal(claim(*state, "../web", &err), -EINVAL);
    assert_int_equal(oci_state_remove(*state, "web", &err), 0);
    assert_int_equal(oci_state_remove(*state, "web", &err), 0);
    assert_int_equal(claim(*state, "web", &err), 0);
    assert_int_equal(oci_state_remove(*state, "web", &err), 0);
}

static void a_state_reads_back_the_same(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state wrote = describe(getpid(), &arena);
    struct oci_state read;
    struct oci_texts ids;
    struct err err = { 0 };

    wrote.unit = (struct oci_unit){ .name = "a-web.scope", .is_user = true };
    assert_int_equal(claim(*state, "web", &err), 0);
    assert_int_equal(write_state(*state, &wrote, &err), 0);
    assert_int_equal(oci_state_read(*state, "web", &arena, &read, &err), 0);
    assert_int_equal(read.status, OCI_RUNNING);
    assert_int_equal(read.pid, getpid());
    assert_string_equal(read.rootfs, "/bundle/rootfs");
    assert_string_equal(read.created, wrote.created);
    assert_int_equal(read.cgroups.count, 1);
    assert_string_equal(read.unit.name, "a-web.scope");
    assert_true(read.unit.is_user);
    assert_int_equal(read.cgroup_inodes[0], wrote.cgroup_inodes[0]);
    assert_int_equal(oci_state_list(*state, &arena, &ids, &err), 0);
    assert_int_equal(ids.count, 1);
    assert_string_equal(ids.at[0], "web");
    assert_int_equal(oci_state_remove(*state, "web", &err), 0);
    assert_int_equal(oci_state_read(*state, "web", &arena, &read, &err), -ENOENT);
    assert_string_equal(err.sentence, "the container 'web' does not exist");
}

static void another_process_with_its_id_is_not_the_container(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state wrote = describe(getpid(), &arena);
    struct oci_state read;
    struct err err = { 0 };

    wrote.start_ticks++;
    assert_int_equal(claim(*state, "web", &err), 0);
    assert_int_equal(write_state(*state, &wrote, &err), 0);
    assert_int_equal(oci_state_read(*state, "web", &arena, &read, &err), 0);
    assert_int_equal(read.status, OCI_STOPPED);
    assert_int_equal(oci_state_kill(&read, 0, &err), -ESRCH);
    assert_string_equal(err.sentence, "container not running: 'web'");
    assert_int_equal(oci_state_remove(*state, "web", &err), 0);
}

static void nothing_of_an_earlier_boot_runs(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state wrote = describe(getpid(), &arena);
    struct oci_state read;
    struct err err = { 0 };

    assert_non_null(wrote.boot);
    wrote.boot = "8a3f9c52-0000-4000-8000-000000000000";
    assert_int_equal(claim(*state, "web", &err), 0);
    assert_int_equal(write_state(*state, &wrote, &err), 0);
    assert_int_equal(oci_state_read(*state, "web", &arena, &read, &err), 0);
    assert_string_equal(read.boot, wrote.boot);
    assert_int_equal(read.status, OCI_STOPPED);
    assert_int_equal(oci_state_kill(&read, 0, &err), -ESRCH);
    /* Does not end us. */
    assert_int_equal(oci_state_destroy(*state, &read, &err), 0);
}

/* Whoever looks in between does not take it for one that was left. */
static void a_name_may_be_claimed_a_moment_after_its_directory_is_made(void **state)
{
    const struct timespec moment = { .tv_nsec = 20000000 };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    CLEANUP(fd_close) int directory_fd = -1;
    struct oci_state read;
    struct err err = { 0 };
    pid_t late;

    assert_int_equal(claim(*state, "web", &err), 0);
    directory_fd = oci_state_open(*state, "web", &err);
    assert_true(directory_fd >= 0);
    late = fork();
    if (late == 0) {
        int fd = oci_state_open(*state, "web", &err);

        (void)nanosleep(&moment, NULL);
        (void)!flock(fd, LOCK_EX);
        (void)pause();
        _exit(0);
    }
    assert_int_equal(oci_state_read(*state, "web", &arena, &read, &err), 0);
    assert_int_equal(read.status, OCI_CREATING);
    assert_int_equal(kill(late, SIGKILL), 0);
    assert_int_equal(waitpid(late, NULL, 0), late);
    assert_int_equal(oci_state_read(*state, "web", &arena, &read, &err), 0);
    assert_int_equal(read.status, OCI_STOPPED);
    assert_int_equal(oci_state_remove(*state, "web", &err), 0);
}

static void a_container_is_being_created_as_long_as_it_is_claimed(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state wrote = describe(0, &arena);
    struct oci_state read;
    struct err err = { 0 };
    int claim_fd = -1;

    assert_int_equal(oci_state_claim(*state, "web", &claim_fd, &err), 0);
    assert_int_equal(oci_state_read(*state, "web", &arena, &read, &err), 0);
    assert_int_equal(read.status, OCI_CREATING);
    assert_int_equal(write_state(*state, &wrote, &err), 0);
    assert_int_equal(oci_state_read(*state, "web", &arena, &read, &err), 0);
    assert_int_equal(read.status, OCI_CREATING);
    fd_close(&claim_fd);
    assert_int_equal(oci_state_read(*state, "web", &arena, &read, &err), 0);
    assert_int_equal(read.status, OCI_STOPPED);
    assert_int_equal(oci_state_remove(*state, "web", &err), 0);
    assert_int_equal(claim(*state, "web", &err), 0);
    assert_int_equal(oci_state_read(*state, "web", &arena, &read, &err), 0);
    assert_int_equal(read.status, OCI_STOPPED);
    assert_int_equal(oci_state_remove(*state, "web", &err), 0);
}

/* A program may be heard before its runtime has written that it runs. */
static void what_is_being_made_is_waited_for(void **state)
{
    const struct timespec moment = { .tv_nsec = 50000000 };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state written = describe(0, &arena);
    struct oci_state read;
    struct err err = { 0 };
    int claim_fd = -1;
    pid_t late;

    assert_int_equal(oci_state_claim(*state, "web", &claim_fd, &err), 0);
    assert_int_equal(write_state(*state, &written, &err), 0);
    late = fork();
    if (late == 0) {
        (void)nanosleep(&moment, NULL);
        written = describe(getpid(), &arena);
        (void)write_state(*state, &written, &err);
        for (;;)
            (void)pause();
    }
    fd_close(&claim_fd);
    assert_int_equal(oci_state_read(*state, "web", &arena, &read, &err), 0);
    assert_int_equal(read.status, OCI_CREATING);
    assert_int_equal(oci_state_await(*state, "web", &arena, &read, &err), 0);
    assert_int_equal(read.status, OCI_RUNNING);
    assert_int_equal(oci_state_kill(&read, SIGKILL, &err), 0);
    assert_int_equal(waitpid(late, NULL, 0), late);
    assert_int_equal(oci_state_remove(*state, "web", &err), 0);
}

static void a_container_that_is_destroyed_is_gone_wholly(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state known;
    struct err err = { 0 };
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        for (;;)
            (void)pause();
    }
    known = describe(pid, &arena);
    assert_int_equal(claim(*state, "web", &err), 0);
    assert_int_equal(write_state(*state, &known, &err), 0);
    assert_int_equal(oci_state_destroy(*state, &known, &err), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WTERMSIG(status), SIGKILL);
    assert_int_equal(oci_state_read(*state, "web", &arena, &known, &err), -ENOENT);
}

/* A directory of any file system stands for a cgroup; that of a container which was made at `made`
 * (none: it is not known when) is at `now`. */
static bool is_destroyed(const char *root, const uint64_t *made, const char *now)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state known = describe(0, &arena);
    struct err err = { 0 };

    known.cgroups = (struct oci_texts){ 1, &now };
    known.cgroup_inodes = made;
    assert_int_equal(claim(root, "web", &err), 0);
    assert_int_equal(write_state(root, &known, &err), 0);
    assert_int_equal(oci_state_destroy(root, &known, &err), 0);
    return access(now, F_OK) != 0;
}

static void a_cgroup_that_is_another_by_now_is_left(void **state)
{
    char cgroup[128];
    struct stat status;
    uint64_t inode;

    (void)snprintf(cgroup, sizeof(cgroup), "%s/cgroup", (const char *)*state);
    assert_int_equal(mkdir(cgroup, 0700), 0);
    assert_int_equal(stat(cgroup, &status), 0);
    inode = status.st_ino + 1;
    assert_false(is_destroyed(*state, &inode, cgroup));
    inode = 0;
    assert_false(is_destroyed(*state, &inode, cgroup));
    inode = status.st_ino;
    assert_true(is_destroyed(*state, &inode, cgroup));
    assert_int_equal(mkdir(cgroup, 0700), 0);
    assert_true(is_destroyed(*state, NULL, cgroup));
}

static void a_damaged_state_is_told(void **state)
{
    static const char *const rows[] = { "", "[]", "{}", "{\"pid\":-1}", "{\"pid\":\"1\"}" };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    char path[128];
    struct err err = { 0 };

    (void)snprintf(path, sizeof(path), "%s/web/state.json", (const char *)*state);
    assert_int_equal(claim(*state, "web", &err), 0);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct oci_state read = { .pid = 7 };
        const struct file_place place = { AT_FDCWD, path };

        assert_int_equal(file_write_atomic(place, bytes_of_text(rows[i]), 0600, &err), 0);
        assert_row(rows[i], oci_state_read(*state, "web", &arena, &read, &err) == -EINVAL);
        assert_string_equal(err.sentence, "the state of 'web' is damaged");
        assert_int_equal(read.pid, 7);
    }
    assert_int_equal(oci_state_remove(*state, "web", &err), 0);
}

static void a_place_that_others_can_write_to_is_refused(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_state wrote = describe(getpid(), &arena);
    struct oci_state read = { .pid = 7 };
    struct oci_texts ids = { .count = 7 };
    struct err err = { 0 };

    assert_int_equal(claim(*state, "web", &err), 0);
    assert_int_equal(write_state(*state, &wrote, &err), 0);
    assert_int_equal(chmod(*state, 0777), 0);
    assert_int_equal(claim(*state, "other", &err), -EPERM);
    /* What is told there may be anything: which process to kill, which directory to remove. */
    assert_int_equal(oci_state_read(*state, "web", &arena, &read, &err), -EPERM);
    assert_int_equal(read.pid, 7);
    assert_int_equal(write_state(*state, &wrote, &err), -EPERM);
    assert_int_equal(oci_state_list(*state, &arena, &ids, &err), -EPERM);
    assert_int_equal(ids.count, 7);
    assert_int_equal(chmod(*state, 0700), 0);
    assert_int_equal(oci_state_remove(*state, "web", &err), 0);
}

static void the_config_is_kept_with_the_state_and_goes_with_it(void **state)
{
    static const char json[] = "{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"r\"},\"process\":"
                               "{\"user\":{\"uid\":0,\"gid\":0},\"args\":[\"a\"],\"cwd\":\"/\"}}";
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    CLEANUP(fd_close) int directory_fd = -1;
    struct oci_config config;
    struct err err = { 0 };

    assert_int_equal(oci_state_claim(*state, "web", &directory_fd, &err), 0);
    assert_int_equal(oci_kept_read(directory_fd, &arena, &config, &err), -ENOENT);
    assert_int_equal(oci_kept_write(directory_fd, bytes_of_text(json), &err), 0);
    assert_int_equal(oci_kept_read(directory_fd, &arena, &config, &err), 0);
    assert_string_equal(config.root.path, "r");
    assert_int_equal(oci_state_remove(*state, "web", &err), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)
static const struct CMUnitTest tests[] = {
    TEST(a_name_can_be_claimed_once),
    TEST(a_state_reads_back_the_same),
    TEST(another_process_with_its_id_is_not_the_container),
    TEST(nothing_of_an_earlier_boot_runs),
    TEST(a_name_may_be_claimed_a_moment_after_its_directory_is_made),
    TEST(a_container_is_being_created_as_long_as_it_is_claimed),
    TEST(what_is_being_made_is_waited_for),
    TEST(a_container_that_is_destroyed_is_gone_wholly),
    TEST(a_cgroup_that_is_another_by_now_is_left),
    TEST(a_damaged_state_is_told),
    TEST(a_place_that_others_can_write_to_is_refused),
    TEST(the_config_is_kept_with_the_state_and_goes_with_it),
};

RUN_TESTS(tests)
