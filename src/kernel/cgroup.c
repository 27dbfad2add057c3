/* mkdir, write, kill, rmdir. */
#include "kernel/cgroup.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/cgroup_tree.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define REMOVE_TRIES_MAX 200
#define REMOVE_PAUSE_NS 5000000 /* 5 ms: all tries together take one second */

/* Cuts the last part off a path; false where only "/" would be left. */
static bool cut_last(struct text *path)
{
    const char *slash = strrchr(path->at, '/');

    if (slash == NULL || slash == path->at)
        return false;
    text_rollback(path, (size_t)(slash - path->at));
    return true;
}

/* Removes the cgroup in `path` and those above it, `levels` in all; of those above, one that has
 * got other members is left. */
static int remove_levels(struct text *path, unsigned int levels)
{
    for (unsigned int i = 0; i < levels; i++) {
        if (rmdir(path->at) < 0 && errno != ENOENT)
            return i > 0 && errno == EBUSY ? 0 : -errno;
        if (!cut_last(path))
            break;
    }
    return 0;
}

int kernel_cgroup_make(const char *path, unsigned int *ret_levels, struct err *err)
{
    char block[PATH_MAX];
    struct text part = text_init(block, sizeof(block));
    unsigned int levels = 0;

    /* What is above it is there, as a rule. */
    levels = mkdir(path, 0755) == 0;
    if (levels > 0 || errno == EEXIST) {
        *ret_levels = levels;
        return 0;
    }
    for (const char *at = path; *at != '\0';) {
        size_t size = strspn(at, "/");

        size += strcspn(at + size, "/");
        if (!text_append_bytes(&part, bytes_of(at, size)))
            return err_system(err, ENAMETOOLONG, "make the cgroup '%s'", path);
        at += size;
        if (mkdir(part.at, 0755) == 0) {
            levels++;
        } else if (errno != EEXIST && !(errno == EROFS && access(part.at, F_OK) == 0)) {
            int number = errno;

            (void)cut_last(&part);
            (void)remove_levels(&part, levels);
            return err_system(err, number, "make the cgroup '%s'", path);
        }
    }
    *ret_levels = levels;
    return 0;
}

int kernel_cgroup_claim(const char *path, int *ret_fd, struct err *err)
{
    CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return err_system(err, errno, "open the cgroup '%s'", path);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK)
            return err_system(err, errno, "lock the cgroup '%s'", path);
        return err_set(err, -EEXIST, "the cgroup '%s' is another container's", path);
    }
    *ret_fd = fd_take(&fd);
    return 0;
}

int kernel_cgroup_find_inode(const char *path, uint64_t *ret_inode, struct err *err)
{
    struct stat status;

    if (stat(path, &status) < 0)
        return err_system(err, errno, "look at the cgroup '%s'", path);
    *ret_inode = status.st_ino;
    return 0;
}

int kernel_cgroup_write(const char *path, const char *value, struct err *err)
{
    return kernel_process_write_file(path, value, err);
}

int kernel_cgroup_write_value(const struct kernel_cgroup_value *value, struct err *err)
{
    const char *slash = strrchr(value->path, '/');
    int number = kernel_process_write_file(value->path, value->value, err);

    if (number == -ENOENT && value->other_path != NULL)
        number = kernel_process_write_file(value->other_path, value->other_value, err);
    if (number != -ENOENT)
        return number;
    if (value->is_optional)
        return 0;
    return err_set(err, -ENOENT, "this kernel's cgroups have no file '%s'",
                   slash == NULL ? value->path : slash + 1);
}

/* Opens "cgroup.procs" of a cgroup; a descriptor or -errno with a sentence. */
static int open_processes(const char *path, struct err *err)
{
    char block[PATH_MAX];
    struct text file = text_init(block, sizeof(block));
    int fd;

    if (!text_append(&file, path) || !text_append(&file, "/cgroup.procs"))
        return err_system(err, ENAMETOOLONG, "open '%s'", path);
    fd = open(file.at, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_system(err, errno, "open '%s'", file.at);
    return fd;
}

int kernel_cgroup_is_populated(const char *path, bool *ret_populated, struct err *err)
{
    CLEANUP(fd_close) int fd = open_processes(path, err);
    char one;
    ssize_t size;

    if (fd < 0)
        return fd;
    size = read(fd, &one, sizeof(one));
    if (size < 0)
        return err_system(err, errno, "read the processes of '%s'", path);
    *ret_populated = size > 0;
    return 0;
}

int kernel_cgroup_remove(const char *path, unsigned int levels, struct err *err)
{
    char block[PATH_MAX];
    struct text part = text_init(block, sizeof(block));
    const struct timespec pause = { .tv_nsec = REMOVE_PAUSE_NS };
    struct err below = { 0 };
    int number = -EBUSY;

    if (!text_append(&part, path))
        return err_system(err, ENAMETOOLONG, "remove the cgroup '%s'", path);
    for (int i = 0; i < REMOVE_TRIES_MAX && number == -EBUSY; i++) {
        number = remove_levels(&part, levels);
        if (number == 0 || (number != -EBUSY && number != -ENOTEMPTY))
            break;
        kernel_cgroup_kill_some(path);
        number = kernel_cgroup_remove_below(path, &below);
        if (number < 0 && number != -EBUSY)
            return err_set(err, number, "%s", below.sentence);
        if (number == 0 && remove_levels(&part, levels) == 0)
            return 0;
        number = -EBUSY;
        (void)nanosleep(&pause, NULL);
    }
    if (number < 0)
        return err_system(err, -number, "remove the cgroup '%s'", path);
    return 0;
}
