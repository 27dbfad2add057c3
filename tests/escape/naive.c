/*
 * naive: a runtime that makes the mistakes which published escapes from containers were made of. It
 * is there to show that an attack of tests/escape works, before it is seen to fail against
 * cupel-oci. As root:
 *
 *     naive ROOT STEP… -- COMMAND…
 *
 * or
 *
 *     naive enter PID DIRECTORY COMMAND…
 *
 * which enters the namespaces of a container as exec does, with the directory open as number 9
 * until it executes the command, half a second later.
 *
 * The first makes a mount and a pid namespace, performs the steps in turn, enters ROOT with
 * chroot(2), and executes the command. A path of a STEP is taken as it stands, below ROOT, and
 * followed wherever its links lead:
 *
 *     proc                  mounts proc at /proc
 *     bind:SOURCE:PATH      makes the directory PATH, and binds SOURCE to it
 *     console               binds /dev/pts/0 to /dev/console
 *     mask:PATH             binds ROOT's own /dev/null over PATH
 *     write:PATH:TEXT       writes to the file
 *     cwd:PATH              enters the directory once ROOT is "/"
 *     detach                leaves the container alone, whose process is nobody's then
 *     leak:PATH             opens a directory outside, as number 9, and forgets it
 *     inheritable:N         has capability n inheritable, as runtimes once had all
 *     user:N                becomes the user, and keeps the groups
 *     named-user:NAME       becomes the user that ROOT's own /etc/passwd says the name is
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void fail(const char *what)
{
    (void)fprintf(stderr, "naive: %s: %s\n", what, strerror(errno));
    _exit(1);
}

/* What a step is made with. */
struct step {
    const char *root;
    char word[PATH_MAX]; /* up to its first ':' */
    char first[PATH_MAX];
    const char *second;
};

static void below(const struct step *step, const char *path, char ret_path[PATH_MAX])
{
    if (snprintf(ret_path, PATH_MAX, "%s%s", step->root, path) >= PATH_MAX)
        fail(path);
}

static void make_directories(const char *path)
{
    char part[PATH_MAX];

    for (const char *at = strchr(path + 1, '/');; at = strchr(at + 1, '/')) {
        size_t size = at == NULL ? strlen(path) : (size_t)(at - path);

        memcpy(part, path, size);
        part[size] = '\0';
        if (mkdir(part, 0755) < 0 && errno != EEXIST)
            fail(part);
        if (at == NULL)
            return;
    }
}

static void do_proc(const struct step *step)
{
    char path[PATH_MAX];

    below(step, "/proc", path);
    if (mount("proc", path, "proc", 0, NULL) < 0)
        fail(path);
}

static void do_bind(const struct step *step)
{
    char path[PATH_MAX];

    below(step, step->second, path);
    make_directories(path);
    if (mount(step->first, path, NULL, MS_BIND | MS_REC, NULL) < 0)
        fail(path);
}

static void do_mask(const struct step *step)
{
    char null[PATH_MAX];
    char path[PATH_MAX];

    below(step, "/dev/null", null);
    below(step, step->first, path);
    if (mount(null, path, NULL, MS_BIND, NULL) < 0)
        fail(path);
}

static void do_console(const struct step *step)
{
    char terminal[PATH_MAX];
    char path[PATH_MAX];

    below(step, "/dev/pts/0", terminal);
    below(step, "/dev/console", path);
    if (mount(terminal, path, NULL, MS_BIND, NULL) < 0)
        fail(path);
}

static void do_write(const struct step *step)
{
    char path[PATH_MAX];
    int fd;

    below(step, step->first, path);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, step->second, strlen(step->second)) < 0)
        fail(path);
    (void)close(fd);
}

static void leak(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY);

    if (fd < 0 || dup2(fd, 9) < 0)
        fail(path);
}

static void do_leak(const struct step *step)
{
    leak(step->first);
}

static void do_cwd(const struct step *step)
{
    if (chroot(step->root) < 0 || chdir(step->first) < 0)
        fail(step->first);
}

static void do_inheritable(const struct step *step)
{
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct sets[2];
    unsigned int number = (unsigned int)atoi(step->first);

    if (syscall(SYS_capget, &header, sets) < 0)
        fail("capget");
    sets[number / 32].inheritable |= 1U << number % 32;
    if (syscall(SYS_capset, &header, sets) < 0)
        fail("capset");
}

static void become(unsigned int uid)
{
    if (setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)
        fail("setresuid");
}

static void do_user(const struct step *step)
{
    if (chroot(step->root) < 0 || chdir("/") < 0)
        fail(step->root);
    become((unsigned int)atoi(step->first));
}

static void do_named_user(const struct step *step)
{
    char path[PATH_MAX];
    char line[256];
    size_t size = strlen(step->first);
    FILE *file;

    below(step, "/etc/passwd", path);
    file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL) {
        char *id = strncmp(line, step->first, size) == 0 && line[size] == ':'
                       ? strchr(line + size + 1, ':')
                       : NULL;

        if (id == NULL)
            continue;
        if (chroot(step->root) < 0 || chdir("/") < 0)
            fail(step->root);
        become((unsigned int)atoi(id + 1));
        return;
    }
    fail(step->first);
}

/* Is done by the process outside. */
static void do_detach(const struct step *step)
{
    (void)step;
}

static void perform(const char *root, const char *text)
{
    static const struct {
        const char *word;
        void (*function)(const struct step *step);
    } rows[] = {
        { "proc", do_proc },
        { "bind", do_bind },
        { "mask", do_mask },
        { "console", do_console },
        { "write", do_write },
        { "leak", do_leak },
        { "cwd", do_cwd },
        { "user", do_user },
        { "inheritable", do_inheritable },
        { "named-user", do_named_user },
        { "detach", do_detach },
    };
    struct step step = { .root = root, .second = "" };

    (void)sscanf(text, "%4095[^:]:%4095[^:]", step.word, step.first);
    if (strlen(text) > strlen(step.word) + strlen(step.first) + 1)
        step.second = text + strlen(step.word) + strlen(step.first) + 2;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].word, step.word) == 0) {
            rows[i].function(&step);
            return;
        }
    }
    errno = EINVAL;
    fail(text);
}

static _Noreturn void contain(char **argv)
{
    struct stat here;
    struct stat root;
    int i = 2;

    if (mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) < 0)
        fail("mount");
    for (; argv[i] != NULL && strcmp(argv[i], "--") != 0; i++)
        perform(argv[1], argv[i]);
    /* Steps that come after the change of the root have made it. */
    if (argv[i] == NULL)
        fail("no command");
    if (stat("/", &here) == 0 && stat(argv[1], &root) == 0 && here.st_ino != root.st_ino &&
        (chroot(argv[1]) < 0 || chdir("/") < 0))
        fail(argv[1]);
    (void)execv(argv[i + 1], argv + i + 1);
    fail(argv[i + 1]);
}

/* The mount namespace last: the others are named by paths of outside. */
static void enter(const char *pid)
{
    static const char *const names[] = { "pid", "mnt" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[64];
        int fd;

        (void)snprintf(path, sizeof(path), "/proc/%s/ns/%s", pid, names[i]);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd < 0 || setns(fd, 0) < 0)
            fail(path);
    }
}

/* What is in the container's pid namespace is seen there from its first moment on. */
static _Noreturn void join(char **argv)
{
    (void)usleep(500000);
    (void)close(9);
    (void)execv(argv[4], argv + 4);
    fail(argv[4]);
}

static int outcome_of(pid_t child)
{
    int status = 0;

    if (child < 0 || waitpid(child, &status, 0) < 0)
        fail("fork");
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    pid_t child;

    if (argc > 4 && strcmp(argv[1], "enter") == 0) {
        leak(argv[3]);
        enter(argv[2]);
        child = fork();
        if (child == 0)
            join(argv);
        return outcome_of(child);
    }
    if (argc < 4 || unshare(CLONE_NEWNS | CLONE_NEWPID) < 0)
        fail("usage, as root: naive ROOT STEP… -- COMMAND…");
    child = fork();
    if (child == 0)
        contain(argv);
    if (child > 0 && strcmp(argv[2], "detach") == 0)
        return 0;
    return outcome_of(child);
}
