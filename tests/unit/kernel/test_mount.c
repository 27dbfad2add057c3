/* Mounts and what they may, with mount_setattr(2) and as on a kernel that does not have it. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "kernel/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ATIME MOUNT_ATTR__ATIME

/* Where all of it is: a directory of every system, under a file system of the test's own. */
#define PLACE "/tmp"
#define SOURCE PLACE "/source"

/* What is bound, and what the mount and the one below it are then. */
static const struct row {
    const char *name;
    struct kernel_bind bind;
    const char *own;
    const char *below;
} rows[] = {
    { "/as-it-is", { .is_recursive = true }, "rw,nosuid,relatime", "rw,nodev,noatime" },
    { "/own",
      { .is_recursive = true, .own = { .set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC } },
      "ro,nosuid,noexec,relatime",
      "rw,nodev,noatime" },
    { "/all",
      { .is_recursive = true, .all = { .set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV } },
      "ro,nosuid,nodev,relatime",
      "ro,nodev,noatime" },
    { "/all-and-own",
      { .is_recursive = true,
        .all = { .set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID },
        .own = { .clear = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID } },
      "rw,relatime",
      "ro,nosuid,nodev,noatime" },
    { "/atime",
      { .is_recursive = true,
        .all = { .set = MOUNT_ATTR_NOATIME, .clear = ATIME },
        .own = { .set = MOUNT_ATTR_STRICTATIME | MOUNT_ATTR_NODIRATIME, .clear = ATIME } },
      "rw,nosuid,nodiratime",
      "rw,nodev,noatime" },
    { "/relatime",
      { .is_recursive = true, .all = { .set = MOUNT_ATTR_RELATIME, .clear = ATIME } },
      "rw,nosuid,relatime",
      "rw,nodev,relatime" },
    { "/alone", { .own = { .set = MOUNT_ATTR_NODEV } }, "rw,nosuid,nodev,relatime", NULL },
    { "/shared",
      { .is_recursive = true, .propagation = MS_SHARED | MS_REC },
      "rw,nosuid,relatime shared",
      "rw,nodev,noatime shared" },
};

/* From here on, mount_setattr(2) is not there. */
static int forget_the_call(void)
{
    struct sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mount_setattr, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = { .len = ROWS(program), .filter = program };

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
                   prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0
               ? -1
               : 0;
}

static bool write_text(const char *path, const char *text)
{
    CLEANUP(fd_close) int fd = open(path, O_WRONLY | O_CLOEXEC);

    return fd >= 0 && fd_write_all(fd, bytes_of_text(text)) == 0;
}

/* Namespaces in which this process may mount. */
static bool become_able_to_mount(void)
{
    char users[64];
    char groups[64];
    bool is_root = geteuid() == 0;

    (void)snprintf(users, sizeof(users), "0 %u 1", geteuid());
    (void)snprintf(groups, sizeof(groups), "0 %u 1", getegid());
    if (unshare(CLONE_NEWNS | (is_root ? 0 : CLONE_NEWUSER)) < 0)
        return false;
    if (!is_root &&
        (!write_text("/proc/self/uid_map", users) || !write_text("/proc/self/setgroups", "deny") ||
         !write_text("/proc/self/gid_map", groups)))
        return false;
    return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("place", PLACE, "tmpfs", 0, NULL) == 0;
}

/* The source: a mount with one below it, over which another one lies. */
static bool make_source(void)
{
    return mkdir(SOURCE, 0755) == 0 && mkdir(PLACE "/root", 0755) == 0 &&
           mount("source", SOURCE, "tmpfs", MS_NOSUID, NULL) == 0 &&
           mkdir(SOURCE "/a b", 0755) == 0 &&
           mount("hidden", SOURCE "/a b", "tmpfs", 0, NULL) == 0 &&
           mount("below", SOURCE "/a b", "tmpfs", MS_NODEV | MS_NOATIME, NULL) == 0;
}

/* Puts what mountinfo says of the mount on top at `path` in *ret_options: its options, and whether
 * it is shared. */
static bool find_options(const char *path, char ret_options[128])
{
    FILE *file = fopen("/proc/self/mountinfo", "re");
    char line[1024];
    bool is_found = false;

    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        char place[512];
        char options[100];
        char rest[16];

        if (sscanf(line, "%*s %*s %*s %*s %511s %99s %15s", place, options, rest) == 3 &&
            strcmp(place, path) == 0) {
            (void)snprintf(ret_options, 128, "%s%s", options,
                           strncmp(rest, "shared:", 7) == 0 ? " shared" : "");
            is_found = true;
        }
    }
    if (file != NULL)
        (void)fclose(file);
    return is_found;
}

static bool has_options(const char *name, const char *below, const char *expected)
{
    char path[256];
    char options[128] = "no mount";

    (void)snprintf(path, sizeof(path), PLACE "/root%s%s", name, below);
    if (find_options(path, options) ? expected != NULL && strcmp(options, expected) == 0
                                    : expected == NULL)
        return true;
    (void)fprintf(stderr, "%s: '%s', not '%s'\n", path, options,
                  expected == NULL ? "no mount" : expected);
    return false;
}

/* What kernel_mount_bind() makes of the row. */
static bool row_holds(int root_fd, const struct row *row)
{
    struct kernel_bind bind = row->bind;
    struct err err = { 0 };

    bind.source = SOURCE;
    if (kernel_mount_bind(root_fd, row->name, &bind, &err) < 0) {
        (void)fprintf(stderr, "%s: %s\n", row->name, err.sentence);
        return false;
    }
    return has_options(row->name, "", row->own) && has_options(row->name, "/a\\040b", row->below);
}

/* The same for what has a function of its own. */
static bool read_only_holds(int root_fd)
{
    static const struct kernel_mount tmpfs = { .fstype = "tmpfs",
                                               .attributes = MOUNT_ATTR_NOEXEC,
                                               .propagation = MS_SHARED };
    struct err err = { 0 };

    if (kernel_mount_new(root_fd, "/new", &tmpfs, &err) < 0 ||
        kernel_mount_read_only(root_fd, "/as-it-is", &err) < 0 ||
        kernel_mount_root_read_only(root_fd, &err) < 0) {
        (void)fprintf(stderr, "%s\n", err.sentence);
        return false;
    }
    return has_options("/new", "", "rw,noexec,relatime shared") &&
           has_options("/as-it-is", "", "ro,nosuid,relatime") &&
           has_options("/as-it-is", "/a\\040b", "ro,nodev,noatime") &&
           has_options("", "", "ro,relatime") && has_options("/alone", "", rows[6].own);
}

static bool is_refused(int root_fd)
{
    const struct kernel_bind bind = { .source = SOURCE, .own = { .set = MOUNT_ATTR_IDMAP } };
    struct err err = { 0 };

    return kernel_mount_bind(root_fd, "/idmap", &bind, &err) == -EOPNOTSUPP &&
           strstr(err.sentence, "mount_setattr(2)") != NULL;
}

/* A process's exit status: 0 as it should be, 77 where there are no such namespaces. */
static int run_rows(bool has_call)
{
    struct err err = { 0 };
    int root_fd = -1;
    bool all = true;

    if (!become_able_to_mount())
        return 77;
    if (!make_source() || (!has_call && forget_the_call() < 0))
        return 2;
    if (kernel_mount_root(PLACE "/root", &root_fd, &err) < 0) {
        (void)fprintf(stderr, "%s\n", err.sentence);
        return 3;
    }
    for (size_t i = 0; i < ROWS(rows); i++)
        all = row_holds(root_fd, &rows[i]) && all;
    all = (has_call || is_refused(root_fd)) && all;
    return read_only_holds(root_fd) && all ? 0 : 1;
}

static void expect_rows(bool has_call)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        _exit(run_rows(has_call));
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        skip();
    assert_int_equal(status, 0);
}

static void a_bind_mount_has_the_options_that_it_was_given(void **state)
{
    (void)state;
    expect_rows(true);
}

static void a_bind_mount_has_them_without_mount_setattr(void **state)
{
    (void)state;
    expect_rows(false);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_bind_mount_has_the_options_that_it_was_given),
    cmocka_unit_test(a_bind_mount_has_them_without_mount_setattr),
};

RUN_TESTS(tests)
