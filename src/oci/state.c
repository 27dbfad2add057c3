/* A directory a container, a small JSON file in it; the process id counts only with its start time
 * and the boot that both are of. */
#include "oci/state.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text_format.h"
#include "base/timestamp.h"
#include "kernel/cgroup.h"
#include "kernel/process.h"
#include "oci/freeze.h"
#include "oci/gate.h"
#include "oci/json_text.h"
#include "oci/kept.h"
#include "oci/resctrl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define STATE_BYTES_MAX ((size_t)65536)
#define BOOT_ROOM 64
#define STATE_FILE "state.json"
#define NEW_FILE "state.json.new"

/* How long whoever makes a container has between its directory and the claim: a tenth of a second.
 */
#define UNCLAIMED_TRIES 20
#define UNCLAIMED_PAUSE_NS 5000000

/* How long one that is being made is waited for: half a second. */
#define MAKING_PAUSES 100
#define MAKING_PAUSE_NS 5000000

/* Makes a directory for this user alone, and those above it that are missing. */
static int make_directories(const char *path, struct err *err)
{
    char block[PATH_MAX];
    struct text part = text_init(block, sizeof(block));

    for (const char *at = path; *at != '\0';) {
        size_t size = strspn(at, "/");

        size += strcspn(at + size, "/");
        if (!text_append_bytes(&part, bytes_of(at, size)))
            return err_system(err, ENAMETOOLONG, "make the directory '%s'", path);
        at += size;
        if (mkdir(part.at, 0700) < 0 && errno != EEXIST)
            return err_system(err, errno, "make the directory '%s'", part.at);
    }
    return 0;
}

/* Opens the directory of all states, which must be the user's own: another's could feign
 * containers. A descriptor, or -errno with a sentence. */
static int open_root(const char *root, struct err *err)
{
    CLEANUP(fd_close) int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat status;

    if (fd < 0)
        return err_system(err, errno, "open '%s'", root);
    if (fstat(fd, &status) < 0)
        return err_system(err, errno, "look at '%s'", root);
    if (status.st_uid != geteuid() || (status.st_mode & 022) != 0)
        return err_set(err, -EPERM, "the directory '%s' can be written by other users", root);
    return fd_take(&fd);
}

int oci_state_open(const char *root, const char *id, struct err *err)
{
    CLEANUP(fd_close) int root_fd = open_root(root, err);
    int fd;

    if (root_fd == -ENOENT)
        return err_set(err, -ENOENT, "the container '%s' does not exist", id);
    if (root_fd < 0)
        return root_fd;
    fd = openat(root_fd, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        return err_set(err, -ENOENT, "the container '%s' does not exist", id);
    if (fd < 0)
        return err_system(err, errno, "open '%s/%s'", root, id);
    return fd;
}

int oci_state_claim(const char *root, const char *id, int *ret_claim_fd, struct err *err)
{
    CLEANUP(fd_close) int root_fd = -1;
    CLEANUP(fd_close) int claim_fd = -1;

    if (oci_id_check(id, err) < 0)
        return err->number;
    root_fd = open_root(root, err);
    if (root_fd == -ENOENT && make_directories(root, err) == 0)
        root_fd = open_root(root, err);
    if (root_fd < 0)
        return err->number;
    if (mkdirat(root_fd, id, 0700) < 0)
        return errno == EEXIST ? err_set(err, -EEXIST, "there is a container '%s' already", id)
                               : err_system(err, errno, "make the directory '%s/%s'", root, id);
    claim_fd = openat(root_fd, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (claim_fd < 0 || flock(claim_fd, LOCK_EX) < 0) {
        (void)err_system(err, errno, "lock the directory '%s/%s'", root, id);
        (void)unlinkat(root_fd, id, AT_REMOVEDIR);
        return err->number;
    }
    *ret_claim_fd = fd_take(&claim_fd);
    return 0;
}

/* Whether whoever claimed the name is still there. */
static bool is_claimed(int directory_fd)
{
    if (flock(directory_fd, LOCK_SH | LOCK_NB) < 0)
        return true;
    (void)flock(directory_fd, LOCK_UN);
    return false;
}

/* Reads a small file of /proc; -ESRCH, without a sentence, where there is none. */
static int read_proc(const char *path, char *ret_content, size_t room, struct err *err)
{
    CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, ret_content, room - 1);

    if (size == 0 || (size < 0 && (errno == ENOENT || errno == ESRCH)))
        return -ESRCH;
    if (size < 0)
        return err_system(err, errno, "read '%s'", path);
    ret_content[size] = '\0';
    return 0;
}

/* When a process started, in clock ticks after boot: field 22 of /proc/<pid>/stat (proc(5)).
 * -ESRCH, without a sentence, where it does not run: it is gone, or has ended and is not waited
 * for. */
static int read_start(int pidfd, uint64_t *ret_ticks, struct err *err)
{
    char block[64];
    struct text path = text_init(block, sizeof(block));
    char content[1024];
    const char *at;
    pid_t pid;
    int number = kernel_process_find_in_proc(pidfd, &pid, err);

    if (number == 0 && !text_format(&path, "/proc/%d/stat", (int)pid))
        number = -ESRCH;
    if (number == 0)
        number = read_proc(path.at, content, sizeof(content), err);
    if (number < 0)
        return number;
    /* The second field is the program's name in parentheses, which may hold anything. */
    at = strrchr(content, ')');
    if (at == NULL || at[1] == '\0' || at[2] == 'Z' || at[2] == 'X')
        return -ESRCH;
    for (int field = 2; field < 22 && at != NULL; field++)
        at = strchr(at + 1, ' ');
    if (at == NULL)
        return -ESRCH;
    *ret_ticks = strtoull(at + 1, NULL, 10);
    return 0;
}

/* The id of this boot, which no other has (random(4)); false where it is not told. */
static bool read_boot(char ret_boot[BOOT_ROOM])
{
    struct err ignored;

    if (read_proc("/proc/sys/kernel/random/boot_id", ret_boot, BOOT_ROOM, &ignored) < 0)
        return false;
    ret_boot[strcspn(ret_boot, "\n")] = '\0';
    return true;
}

bool oci_state_is_of_this_boot(const struct oci_state *state)
{
    char now[BOOT_ROOM];

    return state->boot == NULL || !read_boot(now) || strcmp(state->boot, now) == 0;
}

int oci_state_open_process(const struct oci_state *state, struct err *err)
{
    CLEANUP(fd_close) int pidfd = -1;
    uint64_t ticks = 0;
    int number = state->pid <= 0 || !oci_state_is_of_this_boot(state)
                     ? -ESRCH
                     : kernel_process_open(state->pid, &pidfd, err);

    if (number == 0)
        number = read_start(pidfd, &ticks, err);
    if (number == -ESRCH || (number == 0 && ticks != state->start_ticks))
        return err_set(err, -ESRCH, "container not running: '%s'", state->id);
    return number < 0 ? number : fd_take(&pidfd);
}

/* Whether a container that had a process still runs, or waits to be started. */
static int look(struct oci_state *state, int directory_fd, struct err *err)
{
    CLEANUP(fd_close) int pidfd = oci_state_open_process(state, err);
    bool is_gated = false;
    bool is_paused = false;

    if ((pidfd < 0 && pidfd != -ESRCH) || oci_gate_find(directory_fd, &is_gated, err) < 0 ||
        (pidfd >= 0 && !is_gated && oci_freeze_is_on(state, &is_paused, err) < 0))
        return err_prefix(err, "the state of '%s'", state->id);
    if (pidfd < 0)
        state->status = OCI_STOPPED;
    else
        state->status = is_gated ? OCI_CREATED : is_paused ? OCI_PAUSED : OCI_RUNNING;
    return 0;
}

static int no_memory(struct err *err)
{
    return err_system(err, ENOMEM, "the state of a container");
}

int oci_state_cgroups(const struct oci_plan *plan, struct arena *arena,
                      struct oci_texts *ret_cgroups, struct err *err)
{
    const char **cgroups = arena_alloc_array(arena, OCI_SLOTS, sizeof(*cgroups));
    size_t count = 0;

    if (cgroups == NULL)
        return no_memory(err);
    for (size_t i = 0; i < plan->count && count < OCI_SLOTS; i++) {
        if (plan->steps[i].kind == OCI_STEP_CGROUP_MAKE)
            cgroups[count++] = plan->steps[i].cgroup.path;
    }
    *ret_cgroups = (struct oci_texts){ .count = count, .at = cgroups };
    return 0;
}

int oci_state_describe(const struct oci_plan *plan, struct arena *arena, struct oci_state *state,
                       struct err *err)
{
    char block[32];
    struct text created = text_init(block, sizeof(block));
    CLEANUP(fd_close) int pidfd = -1;
    char boot[BOOT_ROOM];
    int number;

    if (oci_state_cgroups(plan, arena, &state->cgroups, err) < 0 ||
        oci_resctrl_find(plan, arena, &state->groups, err) < 0)
        return err->number;
    if (!text_append_time(&created, time(NULL)) || !text_append_char(&created, 'Z'))
        return err_system(err, EOVERFLOW, "the time");
    state->created = arena_copy_text(arena, created.at);
    if (state->created == NULL)
        return no_memory(err);
    if (state->boot == NULL && read_boot(boot))
        state->boot = arena_copy_text(arena, boot);
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->steps[i].kind == OCI_STEP_ROOT)
            state->rootfs = plan->steps[i].text;
        if (plan->steps[i].kind == OCI_STEP_SCOPE)
            state->unit = plan->steps[i].scope.unit;
    }
    /* One that has ended already has no start that could be read; no process has 0. */
    state->start_ticks = 0;
    state->status = OCI_RUNNING;
    number = state->pid == 0 ? -ESRCH : kernel_process_open(state->pid, &pidfd, err);
    if (number == 0)
        number = read_start(pidfd, &state->start_ticks, err);
    return number == -ESRCH ? 0 : number;
}

int oci_state_write(int directory_fd, const struct oci_state *state, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;
    CLEANUP(oci_json_text_free) char *text = NULL;

    if (oci_state_document(state, &text, err) < 0)
        return err->number;
    fd = openat(directory_fd, NEW_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_system(err, errno, "write the state of '%s'", state->id);
    /* Synced, where <root> is on a disk: after a power cut the state may be gone, but not be there
     * without its content. */
    if (fd_write_all(fd, bytes_of_text(text)) < 0 || fsync(fd) < 0 ||
        renameat(directory_fd, NEW_FILE, directory_fd, STATE_FILE) < 0)
        return err_system(err, errno, "write the state of '%s'", state->id);
    return 0;
}

/* Reads state.json; *ret_is_there is false, and the state untouched, where it is not written yet.
 */
static int read_file(int directory_fd, struct arena *arena, struct oci_state *state,
                     bool *ret_is_there, struct err *err)
{
    struct bytes content;
    int number = file_read((struct file_place){ directory_fd, STATE_FILE }, STATE_BYTES_MAX, arena,
                           &content, err);

    if (number < 0 && number != -ENOENT)
        return err_prefix(err, "the state of '%s'", state->id);
    *ret_is_there = number == 0;
    return number == 0 ? oci_state_parse(content, state->id, arena, state, err) : 0;
}

/* Reads state.json, and whether its maker is at it. One that is not has finished or was killed:
 * what it has written last is read once more. Where nothing is written, it may be about to claim
 * the name, for which it has a moment. */
static int read_settled(int directory_fd, struct arena *arena, struct oci_state *state,
                        struct err *err)
{
    const struct timespec pause = { .tv_nsec = UNCLAIMED_PAUSE_NS };
    bool was_free = false;

    for (int i = 0; i < UNCLAIMED_TRIES; i++) {
        bool is_there;

        if (read_file(directory_fd, arena, state, &is_there, err) < 0)
            return err->number;
        state->status = is_claimed(directory_fd) ? OCI_CREATING : OCI_STOPPED;
        if (state->pid != 0 || state->status == OCI_CREATING || (is_there && was_free))
            break;
        was_free = true;
        if (!is_there)
            (void)nanosleep(&pause, NULL);
    }
    return 0;
}

int oci_state_read(const char *root, const char *id, struct arena *arena,
                   struct oci_state *ret_state, struct err *err)
{
    CLEANUP(fd_close) int directory_fd = -1;
    struct oci_state state = { .id = id };

    if (oci_id_check(id, err) < 0)
        return err->number;
    directory_fd = oci_state_open(root, id, err);
    if (directory_fd < 0)
        return directory_fd;
    if (read_settled(directory_fd, arena, &state, err) < 0)
        return err->number;
    if (state.pid != 0 && look(&state, directory_fd, err) < 0)
        return err->number;
    *ret_state = state;
    return 0;
}

int oci_state_await(const char *root, const char *id, struct arena *arena,
                    struct oci_state *ret_state, struct err *err)
{
    const struct timespec pause = { .tv_nsec = MAKING_PAUSE_NS };
    int number = oci_state_read(root, id, arena, ret_state, err);

    for (int i = 0; i < MAKING_PAUSES && number == 0 && ret_state->status == OCI_CREATING; i++) {
        (void)nanosleep(&pause, NULL);
        number = oci_state_read(root, id, arena, ret_state, err);
    }
    return number;
}

int oci_state_remove(const char *root, const char *id, struct err *err)
{
    CLEANUP(fd_close) int root_fd = open_root(root, err);
    CLEANUP(fd_close) int directory_fd = root_fd < 0 ? root_fd : oci_state_open(root, id, err);

    if (directory_fd == -ENOENT)
        return 0;
    if (directory_fd < 0)
        return err_prefix(err, "remove the state of '%s'", id);
    (void)unlinkat(directory_fd, NEW_FILE, 0);
    if (oci_gate_remove(directory_fd, err) < 0 || oci_kept_remove(directory_fd, err) < 0)
        return err->number;
    if (unlinkat(directory_fd, STATE_FILE, 0) < 0 && errno != ENOENT)
        return err_system(err, errno, "remove the state of '%s'", id);
    if (unlinkat(root_fd, id, AT_REMOVEDIR) < 0 && errno != ENOENT)
        return err_system(err, errno, "remove the state of '%s'", id);
    return 0;
}

static void close_directory(DIR **directory)
{
    if (*directory != NULL)
        (void)closedir(*directory);
}

int oci_state_list(const char *root, struct arena *arena, struct oci_texts *ret_ids,
                   struct err *err)
{
    CLEANUP(fd_close) int root_fd = open_root(root, err);
    CLEANUP(close_directory) DIR *directory = root_fd < 0 ? NULL : fdopendir(root_fd);
    const char **ids = arena_alloc_array(arena, OCI_LIST_MAX, sizeof(*ids));
    struct err ignored;
    size_t count = 0;

    if (root_fd < 0 && root_fd != -ENOENT)
        return root_fd;
    if (root_fd >= 0 && directory == NULL)
        return err_system(err, errno, "open '%s'", root);
    /* The listing owns it now. */
    (void)fd_take(&root_fd);
    if (ids == NULL)
        return no_memory(err);
    while (directory != NULL && count < OCI_LIST_MAX) {
        const struct dirent *entry = readdir(directory);

        if (entry == NULL)
            break;
        if (oci_id_check(entry->d_name, &ignored) < 0)
            continue;
        ids[count] = arena_copy_text(arena, entry->d_name);
        if (ids[count] == NULL)
            return no_memory(err);
        count++;
    }
    *ret_ids = (struct oci_texts){ .count = count, .at = ids };
    return 0;
}

int oci_state_kill(const struct oci_state *state, int signal, struct err *err)
{
    CLEANUP(fd_close) int pidfd = oci_state_open_process(state, err);

    return pidfd < 0 ? pidfd : kernel_process_signal(pidfd, signal, err);
}
