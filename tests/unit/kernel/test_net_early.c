/* A network namespace that is made by a thread of which the C library does not know. */
#include "unit.h"

#include "kernel/net_early.h"

#include <dirent.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TURNS 200
#define LOOKS_MAX 1000
#define LOOKS_US 10000

static bool can_be_made(void)
{
#if defined(__x86_64__)
    pid_t pid = fork();
    int status;

    if (pid == 0)
        _exit(unshare(CLONE_NEWNET) == 0 ? 0 : 1);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status == 0;
#else
    return false;
#endif
}

static ino_t inode_of(int fd)
{
    struct stat status;

    assert_int_equal(fstat(fd, &status), 0);
    return status.st_ino;
}

static ino_t own_inode(void)
{
    struct stat status;

    assert_int_equal(stat("/proc/self/ns/net", &status), 0);
    return status.st_ino;
}

static size_t count_threads(void)
{
    DIR *tasks = opendir("/proc/self/task");
    size_t count = 0;

    assert_non_null(tasks);
    while (readdir(tasks) != NULL)
        count++;
    (void)closedir(tasks);
    return count - 2; /* "." and ".." */
}

static void begin(struct kernel_net_early *early)
{
    kernel_net_early_begin(early);
    for (int i = 0; i < LOOKS_MAX &&
                    __atomic_load_n(&early->state, __ATOMIC_ACQUIRE) == KERNEL_NET_EARLY_AWAITED;
         i++)
        (void)usleep(LOOKS_US);
}

/* A thread that has ended is seen a little longer. */
static void wait_until_alone(void)
{
    for (int i = 0; i < LOOKS_MAX && count_threads() > 1; i++)
        (void)usleep(LOOKS_US);
    assert_int_equal(count_threads(), 1);
}

/* In a process of its own. */
static bool is_loopback_up(int namespace_fd)
{
    struct ifreq request = { .ifr_name = "lo" };
    pid_t pid = fork();
    int status;

    if (pid == 0) {
        int fd = setns(namespace_fd, CLONE_NEWNET) < 0 ? -1 : socket(AF_UNIX, SOCK_DGRAM, 0);

        _exit(fd >= 0 && ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP) != 0
                  ? 0
                  : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status == 0;
}

static void it_is_another_namespace_with_its_loopback_up(void **state)
{
    struct kernel_net_early early = KERNEL_NET_EARLY_NONE;
    ino_t own = own_inode();
    int fd;

    (void)state;
    if (!can_be_made())
        skip();
    begin(&early);
    fd = kernel_net_early_take(&early);
    assert_true(fd >= 0);
    assert_true(inode_of(fd) != own);
    assert_true(is_loopback_up(fd));
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_int_equal(own_inode(), own);
    (void)close(fd);
    kernel_net_early_done(&early);
    wait_until_alone();
}

static void it_is_given_once(void **state)
{
    struct kernel_net_early early = KERNEL_NET_EARLY_NONE;
    int fd;

    (void)state;
    if (!can_be_made())
        skip();
    begin(&early);
    fd = kernel_net_early_take(&early);
    assert_true(fd >= 0);
    assert_int_equal(kernel_net_early_take(&early), -1);
    (void)close(fd);
    kernel_net_early_done(&early);
}

static void what_was_not_begun_is_not_there(void **state)
{
    struct kernel_net_early early = KERNEL_NET_EARLY_NONE;

    (void)state;
    assert_int_equal(kernel_net_early_take(&early), -1);
    kernel_net_early_done(&early);
}

/* Neither a thread nor a descriptor is left, whenever it is let go of. */
static void nothing_is_left_of_what_nobody_takes(void **state)
{
    int before = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int after;

    (void)state;
    (void)close(before);
    for (int i = 0; i < TURNS; i++) {
        struct kernel_net_early early = KERNEL_NET_EARLY_NONE;

        kernel_net_early_begin(&early);
        kernel_net_early_done(&early);
    }
    after = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_int_equal(after, before);
    (void)close(after);
    wait_until_alone();
}

/* In a process that has given up its rights. */
static void without_the_right_to_make_one_there_is_none(void **state)
{
    pid_t pid = fork();
    int status;

    (void)state;
    if (pid == 0) {
        struct kernel_net_early early = KERNEL_NET_EARLY_NONE;

        if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
            _exit(2);
        begin(&early);
        _exit(kernel_net_early_take(&early) == -1 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_is_another_namespace_with_its_loopback_up),
    cmocka_unit_test(it_is_given_once),
    cmocka_unit_test(what_was_not_begun_is_not_there),
    cmocka_unit_test(nothing_is_left_of_what_nobody_takes),
    cmocka_unit_test(without_the_right_to_make_one_there_is_none),
};

RUN_TESTS(tests)
