/* openat2 and ioctls; SCM_RIGHTS. */
#include "kernel/terminal.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text_format.h"
#include "kernel/root.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

/* What the other side may call the terminal. */
#define NAME "/dev/console"

/* The device that makes terminals, of the devpts file system at /dev/pts and no other. */
static int open_multiplexer(int root_fd, struct err *err)
{
    CLEANUP(fd_close) int directory_fd = -1;
    struct open_how how = { .flags = O_RDWR | O_NOCTTY | O_CLOEXEC,
                            .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV };
    struct statfs status;
    long fd;

    if (kernel_root_open(root_fd, "/dev/pts", O_PATH | O_DIRECTORY, &directory_fd, err) < 0)
        return err->number;
    if (fstatfs(directory_fd, &status) < 0)
        return err_system(err, errno, "look at '/dev/pts'");
    if (status.f_type != DEVPTS_SUPER_MAGIC)
        return err_set(err, -ENODEV, "'/dev/pts' of the container is no devpts file system");
    fd = syscall(SYS_openat2, directory_fd, "ptmx", &how, sizeof(how));
    return fd < 0 ? err_system(err, errno, "open '/dev/pts/ptmx'") : (int)fd;
}

static int keep_lines(int slave_fd)
{
    struct termios modes;

    if (tcgetattr(slave_fd, &modes) < 0)
        return -1;
    modes.c_oflag &= ~(tcflag_t)ONLCR;
    return tcsetattr(slave_fd, TCSANOW, &modes);
}

int kernel_terminal_open(int root_fd, const struct kernel_terminal *terminal, int *ret_master_fd,
                         int *ret_slave_fd, struct err *err)
{
    CLEANUP(fd_close) int master_fd = open_multiplexer(root_fd, err);
    CLEANUP(fd_close) int slave_fd = -1;
    const struct winsize size = { .ws_row = (unsigned short)terminal->height,
                                  .ws_col = (unsigned short)terminal->width };
    int locked = 0;

    if (master_fd < 0)
        return master_fd;
    if (ioctl(master_fd, TIOCSPTLCK, &locked) < 0)
        return err_system(err, errno, "unlock the terminal");
    slave_fd = ioctl(master_fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave_fd < 0)
        return err_system(err, errno, "open the terminal");
    if ((terminal->height != 0 || terminal->width != 0) && ioctl(slave_fd, TIOCSWINSZ, &size) < 0)
        return err_system(err, errno, "set the size of the terminal");
    if (terminal->keeps_lines && keep_lines(slave_fd) < 0)
        return err_system(err, errno, "set the modes of the terminal");
    if (fchown(slave_fd, terminal->uid, (gid_t)-1) < 0)
        return err_system(err, errno, "give the terminal to user %u", terminal->uid);
    *ret_master_fd = fd_take(&master_fd);
    *ret_slave_fd = fd_take(&slave_fd);
    return 0;
}

/* Opens /dev/console, made where it is missing, and no link; a descriptor, or -errno. */
static int open_console(int directory_fd)
{
    CLEANUP(fd_close) int made_fd =
        openat(directory_fd, "console", O_CREAT | O_EXCL | O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
    CLEANUP(fd_close) int fd = -1;
    struct stat status;

    if (made_fd < 0 && errno != EEXIST)
        return -errno;
    fd = openat(directory_fd, "console", O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0)
        return -errno;
    return S_ISLNK(status.st_mode) ? -ELOOP : fd_take(&fd);
}

int kernel_terminal_bind(int root_fd, int slave_fd, struct err *err)
{
    CLEANUP(fd_close) int directory_fd = -1;
    CLEANUP(fd_close) int console_fd = -1;
    CLEANUP(fd_close) int copy_fd = -1;

    if (kernel_root_make_real_directory(root_fd, "/dev", &directory_fd, err) < 0)
        return err->number;
    console_fd = open_console(directory_fd);
    if (console_fd < 0)
        return err_system(err, -console_fd, "open '/dev/console'");
    copy_fd = open_tree(slave_fd, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
    if (copy_fd < 0 || move_mount(copy_fd, "", console_fd, "",
                                  MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        return err_system(err, errno, "show the terminal at '/dev/console'");
    return 0;
}

int kernel_terminal_take(int slave_fd, struct err *err)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (dup2(slave_fd, fd) < 0)
            return err_system(err, errno, "make the terminal standard input and output");
    }
    if (ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
        return err_system(err, errno, "make the terminal that of the session");
    return 0;
}

int kernel_terminal_connect(const char *path, int *ret_fd, struct err *err)
{
    CLEANUP(fd_close) int file_fd = open(path, O_PATH | O_CLOEXEC);
    CLEANUP(fd_close) int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    struct text name = text_init(address.sun_path, sizeof(address.sun_path));

    if (file_fd < 0)
        return err_system(err, errno, "open '%s'", path);
    (void)text_format(&name, "/proc/self/fd/%d", file_fd);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        return err_system(err, errno, "connect to '%s'", path);
    *ret_fd = fd_take(&fd);
    return 0;
}

/* Room for one descriptor beside a message. */
union control {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(int))];
};

int kernel_terminal_send(int socket_fd, int master_fd, struct err *err)
{
    char name[] = NAME;
    struct iovec content = { .iov_base = name, .iov_len = sizeof(name) - 1 };
    union control control = { .room = { 0 } };
    struct msghdr message = { .msg_iov = &content,
                              .msg_iovlen = 1,
                              .msg_control = control.room,
                              .msg_controllen = sizeof(control.room) };

    control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)),
                                       .cmsg_level = SOL_SOCKET,
                                       .cmsg_type = SCM_RIGHTS };
    memcpy(CMSG_DATA(&control.header), &master_fd, sizeof(master_fd));
    if (sendmsg(socket_fd, &message, MSG_NOSIGNAL) < 0)
        return err_system(err, errno, "send the terminal");
    return 0;
}

int kernel_terminal_receive(int socket_fd, int *ret_master_fd, struct err *err)
{
    char name[64];
    struct iovec content = { .iov_base = name, .iov_len = sizeof(name) };
    union control control = { .room = { 0 } };
    struct msghdr message = { .msg_iov = &content,
                              .msg_iovlen = 1,
                              .msg_control = control.room,
                              .msg_controllen = sizeof(control.room) };
    ssize_t size;

    do
        size = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC);
    while (size < 0 && errno == EINTR);
    if (size < 0)
        return err_system(err, errno, "receive the terminal");
    if (message.msg_controllen < CMSG_LEN(sizeof(int)) || control.header.cmsg_type != SCM_RIGHTS)
        return err_set(err, -ENODATA, "there came no terminal");
    memcpy(ret_master_fd, CMSG_DATA(&control.header), sizeof(*ret_master_fd));
    return 0;
}
