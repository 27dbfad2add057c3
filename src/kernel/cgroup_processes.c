/* A walk over directories, without recursion: fts(3). */
#include "kernel/cgroup_processes.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <signal.h>
#include <unistd.h>

#define CONTENT_BYTES_MAX ((size_t)1 << 20)

/* Takes a number and its end of line off the content; 0 for one that is no process id. */
static pid_t next_pid(struct bytes *content, bool *ret_is_whole)
{
    uint64_t pid = 0;
    bool is_number = content->size > 0 && content->at[0] != '\n';
    size_t at = 0;

    for (; at < content->size && content->at[at] != '\n'; at++) {
        is_number = is_number && content->at[at] >= '0' && content->at[at] <= '9' && pid < INT_MAX;
        pid = is_number ? pid * 10 + (uint64_t)(content->at[at] - '0') : 0;
    }
    *ret_is_whole = at < content->size;
    at += *ret_is_whole;
    *content = bytes_of(content->at + at, content->size - at);
    return is_number && pid <= INT_MAX ? (pid_t)pid : 0;
}

size_t kernel_cgroup_pids_parse(struct bytes content, pid_t *ret_pids, size_t capacity)
{
    size_t count = 0;

    while (content.size > 0) {
        bool is_whole;
        pid_t pid = next_pid(&content, &is_whole);

        if (pid == 0 || !is_whole)
            continue;
        if (count < capacity)
            ret_pids[count] = pid;
        count++;
    }
    return count;
}

/* The walk over a cgroup and all below it. */
static void close_walk(FTS **walk)
{
    if (*walk != NULL)
        (void)fts_close(*walk);
}

/* Adds the processes of one cgroup; one that has been removed meanwhile has none. */
static int add_processes(const char *path, struct arena *arena, pid_t *pids, size_t *count,
                         struct err *err)
{
    char block[PATH_MAX];
    struct text file = text_init(block, sizeof(block));
    CLEANUP(fd_close) int fd = -1;
    struct bytes content = { 0 };

    if (!text_append(&file, path) || !text_append(&file, "/cgroup.procs"))
        return err_system(err, ENAMETOOLONG, "open '%s'", path);
    fd = open(file.at, O_RDONLY | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENODEV))
        return 0;
    if (fd < 0)
        return err_system(err, errno, "open '%s'", file.at);
    if (fd_read_all(fd, CONTENT_BYTES_MAX, arena, &content, err) < 0)
        return err->number == -ENODEV ? 0 : err_prefix(err, "%s", file.at);
    *count += kernel_cgroup_pids_parse(content, pids + *count, KERNEL_CGROUP_PIDS_MAX - *count);
    if (*count > KERNEL_CGROUP_PIDS_MAX)
        return err_set(err, -E2BIG, "the cgroup '%s' has more than %d processes", path,
                       KERNEL_CGROUP_PIDS_MAX);
    return 0;
}

int kernel_cgroup_list(const char *path, struct arena *arena, struct kernel_pids *ret_pids,
                       struct err *err)
{
    char block[PATH_MAX];
    struct text top = text_init(block, sizeof(block));
    char *tops[] = { block, NULL };
    pid_t *pids = arena_alloc_array(arena, KERNEL_CGROUP_PIDS_MAX, sizeof(*pids));
    CLEANUP(close_walk) FTS *walk = NULL;
    size_t count = 0;

    if (pids == NULL || !text_append(&top, path))
        return err_system(err, ENOMEM, "list the processes of '%s'", path);
    walk = fts_open(tops, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT | FTS_XDEV, NULL);
    if (walk == NULL)
        return err_system(err, errno, "open '%s'", path);
    for (;;) {
        const FTSENT *entry = fts_read(walk);

        if (entry == NULL)
            break;
        if (entry->fts_info == FTS_D &&
            add_processes(entry->fts_path, arena, pids, &count, err) < 0)
            return err->number;
    }
    *ret_pids = (struct kernel_pids){ .count = count, .at = pids };
    return 0;
}

int kernel_cgroup_signal(const char *path, int signal, struct arena *arena, struct err *err)
{
    char block[PATH_MAX];
    struct text file = text_init(block, sizeof(block));
    struct kernel_pids pids;

    if (signal == SIGKILL && text_append(&file, path) && text_append(&file, "/cgroup.kill") &&
        kernel_process_write_file(file.at, "1", err) == 0)
        return 0;
    if (kernel_cgroup_list(path, arena, &pids, err) < 0)
        return err->number;
    for (size_t i = 0; i < pids.count; i++) {
        if (kill(pids.at[i], signal) < 0 && errno != ESRCH)
            return err_system(err, errno, "send a signal to the process %d", (int)pids.at[i]);
    }
    return 0;
}
