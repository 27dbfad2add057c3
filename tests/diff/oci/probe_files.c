/* What can be seen in the file system. */
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define MOUNTS_MAX 256
#define FDS_MAX 256

struct mount_line {
    char *id;
    char *parent;
    char *root;
    char *point;
    char *options;
    char *fields; /* shared:…, master:… */
    char *rest;   /* type, source, options of the file system */
};

/* Takes the line apart in place. */
static void split(char *text, struct mount_line *ret_line)
{
    char *at = text;
    char *end = strstr(text, " - ");

    ret_line->id = strsep(&at, " ");
    ret_line->parent = strsep(&at, " ");
    (void)strsep(&at, " ");
    ret_line->root = strsep(&at, " ");
    ret_line->point = strsep(&at, " ");
    ret_line->options = strsep(&at, " ");
    ret_line->fields = at < end ? at : end;
    *end = '\0';
    ret_line->rest = end + 3;
    ret_line->rest[strcspn(ret_line->rest, "\n")] = '\0';
}

static void say_mount(const struct mount_line *lines, size_t i)
{
    const struct mount_line *line = &lines[i];
    const char *below = "none";
    char name[512];
    unsigned int same = 1;

    for (size_t k = 0; k < i; k++) {
        same += strcmp(lines[k].point, line->point) == 0 ? 1 : 0;
        if (strcmp(lines[k].id, line->parent) == 0)
            below = lines[k].point;
    }
    (void)snprintf(name, sizeof(name), same == 1 ? "%s" : "%s #%u", line->point, same);
    say_named("mount", name, "%s, of %s, %s, on %s,%s%s", line->rest, line->root, line->options,
              below, strstr(line->fields, "shared") != NULL ? " shared" : "",
              strstr(line->fields, "master") != NULL ? " slave" : "");
}

static void probe_mounts(void)
{
    struct mount_line lines[MOUNTS_MAX];
    char *text = NULL;
    size_t size = 0;
    size_t count = 0;
    FILE *file = fopen("/proc/self/mountinfo", "re");

    while (file != NULL && count < MOUNTS_MAX && getline(&text, &size, file) > 0) {
        split(text, &lines[count]);
        say_mount(lines, count);
        count++;
        text = NULL;
        size = 0;
    }
    if (file == NULL)
        say("mounts", "%s", outcome(errno));
}

static const char *type_of(const struct stat *status)
{
    static const struct {
        mode_t type;
        const char *name;
    } rows[] = { { S_IFDIR, "directory" }, { S_IFREG, "file" },  { S_IFLNK, "link" },
                 { S_IFCHR, "char" },      { S_IFBLK, "block" }, { S_IFIFO, "fifo" },
                 { S_IFSOCK, "socket" } };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((status->st_mode & S_IFMT) == rows[i].type)
            return rows[i].name;
    }
    return "?";
}

/* A name with its type, mode, owner, and where it leads. */
static void say_place(const char *key, const char *path)
{
    struct stat status;
    char target[4096] = "";
    ssize_t size;

    if (lstat(path, &status) < 0) {
        say_named(key, path, "%s", outcome(errno));
        return;
    }
    size = readlink(path, target, sizeof(target) - 1);
    target[size < 0 ? 0 : size] = '\0';
    say_named(key, path, "%s %04o %u:%u %u:%u%s%s", type_of(&status), status.st_mode & 07777U,
              status.st_uid, status.st_gid,
              S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode) ? major(status.st_rdev) : 0,
              S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode) ? minor(status.st_rdev) : 0,
              size < 0 ? "" : " -> ", target);
}

/* All that is in the directory. */
static void say_directory(const char *key, const char *path)
{
    char place[4096];
    DIR *directory = opendir(path);
    const struct dirent *entry;

    say_place(key, path);
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(place, sizeof(place), "%s/%s", strcmp(path, "/") == 0 ? "" : path,
                       entry->d_name);
        say_place(key, place);
    }
    if (directory != NULL)
        (void)closedir(directory);
}

static void probe_fds(void)
{
    char path[64];
    char target[4096];

    for (int fd = 0; fd < FDS_MAX; fd++) {
        struct stat status;
        int flags = fcntl(fd, F_GETFL);
        ssize_t size;

        if (flags < 0 || fstat(fd, &status) < 0)
            continue;
        (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        size = readlink(path, target, sizeof(target) - 1);
        target[size < 0 ? 0 : size] = '\0';
        target[strcspn(target, "[")] = '\0';
        (void)snprintf(path, sizeof(path), "%d", fd);
        say_named("open file", path, "%s %s %04o %u:%u, flags 0%o%s", type_of(&status), target,
                  status.st_mode & 07777U, status.st_uid, status.st_gid, (unsigned int)flags,
                  (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0 ? ", closed by exec" : "");
    }
}

/* Whether the file's value is of the moment. */
static bool changes(const char *name)
{
    static const char *const parts[] = { "stat",      "current",   "events",  "pressure",
                                         "peak",      "procs",     "threads", "ns_last_pid",
                                         "nr_open",   "random",    "pty",     "swaps",
                                         "numa_stat", "core_uses", "avenrun", "sched_domain",
                                         "entropy" };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strstr(name, parts[i]) != NULL)
            return true;
    }
    return false;
}

/* What is in the files of the directory. */
static void say_files(const char *key, const char *path)
{
    char place[4096];
    DIR *directory = opendir(path);
    const struct dirent *entry;

    if (directory == NULL)
        say_named(key, path, "%s", outcome(errno));
    while (directory != NULL && (entry = readdir(directory)) != NULL) {
        struct stat status;

        (void)snprintf(place, sizeof(place), "%s/%s", path, entry->d_name);
        if (stat(place, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 0444U) != 0 &&
            !changes(entry->d_name))
            say_file(key, place, place);
    }
    if (directory != NULL)
        (void)closedir(directory);
}

void probe_files(void)
{
    static const char *const listed[] = { "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/",
                                          "/bin", "/etc",     "/data",    "/tmp" };
    static const char *const files[] = {
        "/proc/self/cgroup",        "/proc/self/timens_offsets",
        "/proc/self/comm",          "/proc/self/uid_map",
        "/proc/self/gid_map",       "/proc/self/setgroups",
        "/proc/self/attr/current",  "/proc/self/attr/exec",
        "/proc/self/loginuid",      "/proc/self/coredump_filter",
        "/proc/self/oom_score_adj", "/proc/self/cmdline",

        "/proc/self/environ",       "/data/file",
    };

    probe_fds();
    probe_mounts();
    for (size_t i = 0; i < sizeof(listed) / sizeof(listed[0]); i++)
        say_directory("place", listed[i]);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        say_file("file", files[i], files[i]);
    say_place("place", "/sys/fs/cgroup");
    say_place("place", "/sys/fs/cgroup/cgroup.procs");
    say_files("cgroup", "/sys/fs/cgroup");
    say_files("setting", "/proc/sys/kernel");
    say_files("setting", "/proc/sys/net/ipv4");
    say_files("setting", "/proc/sys/fs/mqueue");
    say_files("setting", "/proc/sys/user");
}
