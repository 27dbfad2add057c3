/* A socket in a directory, which is named by its descriptor: so its path is never too long. */
#include "oci/gate.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text_format.h"
#include "oci/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define GATE_FILE "start"

typedef int (*use)(int fd, const struct sockaddr *address, socklen_t size);

/* Makes a socket and binds or connects it; a descriptor, or -errno without a sentence. */
static int open_socket(int directory_fd, use call)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct text path = text_init(address.sun_path, sizeof(address.sun_path));
    CLEANUP(fd_close) int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    (void)text_format(&path, "/proc/self/fd/%d/" GATE_FILE, directory_fd);
    if (fd < 0 || call(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        return -errno;
    return fd_take(&fd);
}

int oci_gate_make(int directory_fd, int *ret_fd, struct err *err)
{
    CLEANUP(fd_close) int fd = open_socket(directory_fd, bind);

    if (fd < 0)
        return err_system(err, -fd, "make the gate of the container");
    if (listen(fd, 1) < 0) {
        int number = errno;

        (void)oci_gate_remove(directory_fd, err);
        return err_system(err, number, "listen at the gate of the container");
    }
    *ret_fd = fd_take(&fd);
    return 0;
}

static void end_by(int signal)
{
    _exit(128 + signal);
}

/* By these somebody asks it to end, and without an action of its own process 1 of a pid namespace
 * would not hear of them. */
static int set_endings(void (*action)(int), int how, struct err *err)
{
    static const int endings[] = { SIGTERM, SIGINT, SIGHUP, SIGQUIT };
    const struct sigaction wanted = { .sa_handler = action };
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        if (sigaction(endings[i], &wanted, NULL) < 0)
            return err_system(err, errno, "set the action of a signal");
        (void)sigaddset(&set, endings[i]);
    }
    return sigprocmask(how, &set, NULL) < 0 ? err_system(err, errno, "mask signals") : 0;
}

int oci_gate_await(int gate_fd, int *ret_channel_fd, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;
    struct err unset;

    /* It has been said that the container is created: what cannot be ended by these still waits. */
    (void)set_endings(end_by, SIG_UNBLOCK, &unset);
    do
        fd = accept4(gate_fd, NULL, NULL, SOCK_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return err_system(err, errno, "wait at the gate of the container");
    if (set_endings(SIG_DFL, SIG_BLOCK, err) < 0)
        return err->number;
    *ret_channel_fd = fd_take(&fd);
    return 0;
}

/* Listens until the process becomes the program or gives up. */
static int hear(int fd, int *ret_failure_status, struct err *err)
{
    bool is_ready = false;
    struct oci_record record;
    int heard;

    *ret_failure_status = OCI_FAILED_RUNTIME;
    while ((heard = oci_channel_listen(fd, true, &record, err)) > 0) {
        if (record.kind == OCI_RECORD_FAILED) {
            *err = record.err;
            *ret_failure_status = record.is_hook ? OCI_FAILED_HOOK : oci_record_status(&record);
            return err->number;
        }
        is_ready = is_ready || record.kind == OCI_RECORD_READY;
    }
    if (heard < 0)
        return heard;
    if (!is_ready)
        return err_set(err, -ESRCH, "the container's process was killed before it was started");
    return 0;
}

int oci_gate_open(int directory_fd, int *ret_failure_status, struct err *err)
{
    CLEANUP(fd_close) int fd = open_socket(directory_fd, connect);
    struct err second = { 0 };
    int number;

    *ret_failure_status = OCI_FAILED_RUNTIME;
    if (fd == -ENOENT || fd == -ECONNREFUSED)
        number = err_set(err, -ESRCH, "nobody waits at its gate");
    else if (fd < 0)
        return err_system(err, -fd, "come to the gate of the container");
    else
        number = hear(fd, ret_failure_status, err);
    if (oci_gate_remove(directory_fd, &second) < 0 && number == 0) {
        *err = second;
        number = second.number;
    }
    return number;
}

int oci_gate_find(int directory_fd, bool *ret_is_there, struct err *err)
{
    struct stat status;
    bool is_there = fstatat(directory_fd, GATE_FILE, &status, AT_SYMLINK_NOFOLLOW) == 0;

    if (!is_there && errno != ENOENT)
        return err_system(err, errno, "look at the gate of the container");
    *ret_is_there = is_there;
    return 0;
}

int oci_gate_remove(int directory_fd, struct err *err)
{
    if (unlinkat(directory_fd, GATE_FILE, 0) < 0 && errno != ENOENT)
        return err_system(err, errno, "remove the gate of the container");
    return 0;
}
