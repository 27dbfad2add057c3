/* A write, and a look every few milliseconds. */
#include "kernel/cgroup_freeze.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <time.h>
#include <unistd.h>

#define PAUSE_NS 2000000 /* 2 ms */
#define PAUSE_MS 2
#define CONTENT_ROOM 256

/* The two versions of the freezer. */
struct freezer {
    const char *file;
    const char *freeze;
    const char *thaw;
    const char *own_file; /* whose content begins with "1" once it has been frozen itself */
    const char *state_file;
    const char *frozen; /* a line of it, when all processes stand still */
};

static const struct freezer freezers[] = {
    { "/freezer.state", "FROZEN", "THAWED", "/freezer.self_freezing", "/freezer.state",
      "FROZEN\n" },
    { "/cgroup.freeze", "1", "0", "/cgroup.freeze", "/cgroup.events", "frozen 1\n" },
};
#define FREEZERS (sizeof(freezers) / sizeof(freezers[0]))

static bool join(struct text *path, const char *directory, const char *file)
{
    return text_append(path, directory) && text_append(path, file);
}

static bool is_absence(int number)
{
    return number == ENOENT || number == ENOTDIR || number == ENODEV;
}

/* The freezer of the cgroup; *ret_freezer is NULL where there is none. */
static int find(const char *path, const struct freezer **ret_freezer, struct err *err)
{
    *ret_freezer = NULL;
    for (size_t i = 0; i < FREEZERS && *ret_freezer == NULL; i++) {
        char block[PATH_MAX];
        struct text file = text_init(block, sizeof(block));

        if (!join(&file, path, freezers[i].file))
            return err_system(err, ENAMETOOLONG, "look at the cgroup '%s'", path);
        if (access(file.at, F_OK) == 0)
            *ret_freezer = &freezers[i];
        else if (!is_absence(errno))
            return err_system(err, errno, "look at '%s'", file.at);
    }
    return 0;
}

/* Reads a small file; the content is "" for one that is not there. */
static int read_small(const char *path, const char *file, char ret_content[CONTENT_ROOM],
                      struct err *err)
{
    char block[PATH_MAX];
    struct text whole = text_init(block, sizeof(block));
    CLEANUP(fd_close) int fd = -1;
    ssize_t size;

    if (!join(&whole, path, file))
        return err_system(err, ENAMETOOLONG, "look at the cgroup '%s'", path);
    fd = open(whole.at, O_RDONLY | O_CLOEXEC);
    size = fd < 0 ? -1 : read(fd, ret_content, CONTENT_ROOM - 1);
    if (size < 0 && !is_absence(errno))
        return err_system(err, errno, "read '%s'", whole.at);
    ret_content[size < 0 ? 0 : size] = '\0';
    return 0;
}

static int set(const char *path, const struct freezer *freezer, const char *value, struct err *err)
{
    char block[PATH_MAX];
    struct text file = text_init(block, sizeof(block));

    if (!join(&file, path, freezer->file))
        return err_system(err, ENAMETOOLONG, "freeze the cgroup '%s'", path);
    return kernel_process_write_file(file.at, value, err);
}

int kernel_cgroup_can_freeze(const char *path, bool *ret_can, struct err *err)
{
    const struct freezer *freezer;

    if (find(path, &freezer, err) < 0)
        return err->number;
    *ret_can = freezer != NULL;
    return 0;
}

int kernel_cgroup_is_frozen(const char *path, bool *ret_frozen, struct err *err)
{
    const struct freezer *freezer;
    char content[CONTENT_ROOM] = "";

    if (find(path, &freezer, err) < 0 ||
        (freezer != NULL && read_small(path, freezer->own_file, content, err) < 0))
        return err->number;
    *ret_frozen = content[0] == '1';
    return 0;
}

/* Until all stand still, or the deadline. */
static int freeze(const char *path, const struct freezer *freezer, unsigned int deadline_ms,
                  struct err *err)
{
    const struct timespec pause = { .tv_nsec = PAUSE_NS };

    for (unsigned int waited_ms = 0; waited_ms <= deadline_ms; waited_ms += PAUSE_MS) {
        char content[CONTENT_ROOM];

        /* With v1 a process may be passed over that is forked meanwhile: hence again and again. */
        if (set(path, freezer, freezer->freeze, err) < 0 ||
            read_small(path, freezer->state_file, content, err) < 0)
            return err->number;
        if (strstr(content, freezer->frozen) != NULL)
            return 0;
        (void)nanosleep(&pause, NULL);
    }
    return err_set(err, -ETIMEDOUT,
                   "the processes of the cgroup '%s' do not stand still within %u ms", path,
                   deadline_ms);
}

int kernel_cgroup_freeze(const char *path, unsigned int deadline_ms, struct err *err)
{
    const struct freezer *freezer;
    struct err second = { 0 };

    if (find(path, &freezer, err) < 0)
        return err->number;
    if (freezer == NULL)
        return err_set(err, -ENOENT, "the cgroup '%s' cannot be frozen", path);
    if (freeze(path, freezer, deadline_ms, err) == 0)
        return 0;
    return set(path, freezer, freezer->thaw, &second) < 0 ? err_add(err, err->number, &second)
                                                          : err->number;
}

int kernel_cgroup_thaw(const char *path, struct err *err)
{
    const struct freezer *freezer;

    if (find(path, &freezer, err) < 0)
        return err->number;
    return freezer == NULL ? 0 : set(path, freezer, freezer->thaw, err);
}
