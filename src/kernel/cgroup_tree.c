/* A walk over directories from below, without recursion: fts(3). */
#include "kernel/cgroup_tree.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Root alone can make the first; the second, whoever may write to the cgroup. */
static const char trusted_mark[] = "trusted.cupel.made";
static const char user_mark[] = "user.cupel.made";

/* Opens a file of a cgroup; -1 where there is none. */
static int open_file(const char *path, const char *name, int flags)
{
    char block[PATH_MAX];
    struct text file = text_init(block, sizeof(block));

    if (!text_append(&file, path) || !text_append_char(&file, '/') || !text_append(&file, name))
        return -1;
    return open(file.at, flags | O_CLOEXEC | O_NOFOLLOW);
}

void kernel_cgroup_kill_some(const char *path)
{
    CLEANUP(fd_close) int fd = open_file(path, "cgroup.procs", O_RDONLY);
    char pids[4096];
    ssize_t size = fd < 0 ? -1 : read(fd, pids, sizeof(pids) - 1);

    if (size <= 0)
        return;
    pids[size] = '\0';
    for (const char *at = pids; *at != '\0';) {
        char *end = NULL;
        long pid = strtol(at, &end, 10);

        /* The last number of a full block may be cut: the next read shows it whole. 0 stands for
         * processes of another pid namespace. */
        if (end == at || *end != '\n')
            break;
        if (pid > 0)
            (void)kill((pid_t)pid, SIGKILL);
        at = end + 1;
    }
}

/* With cgroup v1 what stands still does not die. */
static void thaw(const char *path)
{
    static const char word[] = "THAWED";
    CLEANUP(fd_close) int fd = open_file(path, "freezer.state", O_WRONLY);
    ssize_t written = fd < 0 ? 0 : write(fd, word, sizeof(word) - 1);

    (void)written; /* what cannot be thawed is found when its end is waited for */
}

static void close_walk(FTS **walk)
{
    if (*walk != NULL)
        (void)fts_close(*walk);
}

/* One that is below; 0, or -EBUSY, or another -errno. */
static int remove_one(const char *path)
{
    if (rmdir(path) == 0 || errno == ENOENT)
        return 0;
    if (errno != EBUSY && errno != ENOTEMPTY)
        return -errno;
    thaw(path);
    kernel_cgroup_kill_some(path);
    return -EBUSY;
}

int kernel_cgroup_remove_below(const char *path, struct err *err)
{
    char root[PATH_MAX];
    struct text copy = text_init(root, sizeof(root));
    char *roots[] = { root, NULL };
    CLEANUP(close_walk) FTS *walk = NULL;
    size_t count = 0;
    int number = 0;

    if (!text_append(&copy, path))
        return err_system(err, ENAMETOOLONG, "look below the cgroup '%s'", path);
    walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
    if (walk == NULL)
        return err_system(err, errno, "look below the cgroup '%s'", path);
    for (FTSENT *entry; (entry = fts_read(walk)) != NULL;) {
        int removed;

        if (entry->fts_level > KERNEL_CGROUP_DEPTH_MAX || count > KERNEL_CGROUP_BELOW_MAX)
            return err_set(err, -E2BIG, "below the cgroup '%s' there are too many others", path);
        if (entry->fts_info != FTS_DP || entry->fts_level == 0)
            continue;
        count++;
        removed = remove_one(entry->fts_path);
        if (removed < 0 && removed != -EBUSY)
            return err_system(err, -removed, "remove the cgroup '%s'", entry->fts_path);
        number = removed < 0 ? removed : number;
    }
    return number < 0 ? err_system(err, EBUSY, "remove what is below the cgroup '%s'", path) : 0;
}

void kernel_cgroup_mark(const char *path)
{
    if (setxattr(path, trusted_mark, "1", 1, 0) < 0)
        (void)setxattr(path, user_mark, "1", 1, 0);
}

bool kernel_cgroup_is_marked(const char *path)
{
    struct stat status;

    return getxattr(path, trusted_mark, NULL, 0) > 0 ||
           (stat(path, &status) == 0 && status.st_uid == geteuid() &&
            getxattr(path, user_mark, NULL, 0) > 0);
}
