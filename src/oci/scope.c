/* The helper's words, and where it is. */
#include "oci/scope.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text_format.h"
#include "kernel/namespace.h"
#include "kernel/peer.h"
#include "kernel/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <sys/statfs.h>
#include <unistd.h>

#ifndef CUPEL_HAS_SYSTEMD /* the build says both */
#define CUPEL_HAS_SYSTEMD 0
#define CUPEL_LIBEXEC "/usr/libexec"
#endif
#define HELPER "cupel-oci-systemd"
#define VARIABLE "CUPEL_OCI_SYSTEMD"
#define OPTION "option '--systemd-cgroup'"
#define CGROUP_ROOT "/sys/fs/cgroup"
#define FILE_BYTES_MAX ((size_t)1 << 16)
#define PATIENCE_S 60 /* the helper has 30 seconds for each job */
#define WORDS_MAX 512

/* Where the helper is; false: nowhere. */
static bool find_helper(char ret_path[PATH_MAX])
{
    const char *told = getenv(VARIABLE);
    struct text path = text_init(ret_path, PATH_MAX);
    ssize_t size;
    char *slash;

    if (!CUPEL_HAS_SYSTEMD)
        return false;
    if (told != NULL)
        return text_append(&path, told) && access(ret_path, X_OK) == 0;
    size = readlink("/proc/self/exe", ret_path, PATH_MAX - sizeof(HELPER));
    ret_path[size < 0 ? 0 : size] = '\0';
    slash = strrchr(ret_path, '/');
    if (slash != NULL) {
        memcpy(slash + 1, HELPER, sizeof(HELPER));
        if (access(ret_path, X_OK) == 0)
            return true;
    }
    text_clear(&path);
    return text_append(&path, CUPEL_LIBEXEC "/cupel/" HELPER) && access(ret_path, X_OK) == 0;
}

bool oci_scope_is_offered(void)
{
    char path[PATH_MAX];

    return find_helper(path);
}

void oci_scope_remember(void)
{
    char path[PATH_MAX];

    if (find_helper(path))
        (void)setenv(VARIABLE, path, 1);
}

static int no_helper(struct err *err)
{
    if (!CUPEL_HAS_SYSTEMD)
        return err_set(err, -ENOSYS, OPTION ": this cupel-oci was built without libsystemd");
    return err_set(err, -ENOENT,
                   OPTION ": the program '" HELPER "' is neither beside this one nor in '%s'",
                   CUPEL_LIBEXEC "/cupel");
}

/* What the helper is asked for. */
struct asked {
    const char *verb;
    const struct oci_unit *unit;
    pid_t pid;               /* 0: none */
    char *const *properties; /* or NULL */
};

static int run_helper(const struct asked *asked, struct err *err)
{
    char path[PATH_MAX];
    char name[] = HELPER;
    char whose[] = "system";
    char verb[16];
    char unit[OCI_UNIT_MAX + 1];
    char pid[32];
    struct text words[] = { text_init(whose, sizeof(whose)), text_init(verb, sizeof(verb)),
                            text_init(unit, sizeof(unit)), text_init(pid, sizeof(pid)) };
    char *argv[WORDS_MAX + 1] = { name, whose, verb, unit };
    size_t count = 4;
    const struct kernel_spawn spawn = {
        .path = path, .argv = argv, .envp = environ, .timeout_s = PATIENCE_S, .directory_fd = -1
    };

    if (!find_helper(path))
        return no_helper(err);
    if (!text_append(&words[0], asked->unit->is_user ? "user" : "system") ||
        !text_append(&words[1], asked->verb) || !text_append(&words[2], asked->unit->name))
        return err_system(err, ENAMETOOLONG, "unit '%s'", asked->unit->name);
    if (asked->pid > 0) {
        (void)text_append_decimal(&words[3], (uint64_t)asked->pid, 0);
        argv[count++] = pid;
    }
    for (char *const *word = asked->properties; word != NULL && *word != NULL; word++) {
        if (count == WORDS_MAX)
            return err_set(err, -E2BIG, OPTION ": more than %d properties", WORDS_MAX);
        argv[count++] = *word;
    }
    return kernel_spawn_run(&spawn, err);
}

/* The path of a line "<number>:<name>:<path>" of /proc/<pid>/cgroup; empty where there is none. */
static struct bytes find_path(struct bytes content, const char *name)
{
    struct bytes wanted = bytes_of_text(name);

    while (content.size > 0) {
        const uint8_t *end = memchr(content.at, '\n', content.size);
        size_t size = end == NULL ? content.size : (size_t)(end - content.at);
        const uint8_t *colon = memchr(content.at, ':', size);
        struct bytes rest = bytes_of(content.at, size);

        if (colon != NULL) {
            rest = bytes_of(colon + 1, size - (size_t)(colon + 1 - content.at));
            if (bytes_has_prefix(rest, wanted))
                return bytes_of(rest.at + wanted.size, rest.size - wanted.size);
        }
        size += end == NULL ? 0 : 1;
        content = bytes_of(content.at + size, content.size - size);
    }
    return bytes_of(NULL, 0);
}

/* The cgroup of a process in the tree that systemd has: that of v2 alone, or its own of v1. */
static int read_cgroup(pid_t pid, bool is_unified, struct arena *arena, struct bytes *ret_path,
                       struct err *err)
{
    char block[64];
    struct text path = text_init(block, sizeof(block));
    struct bytes content;

    (void)text_format(&path, "/proc/%d/cgroup", (int)pid);
    if (file_read((struct file_place){ AT_FDCWD, block }, FILE_BYTES_MAX, arena, &content, err) < 0)
        return err->number;
    *ret_path = find_path(content, is_unified ? ":" : "name=systemd:");
    if (ret_path->size > 0 && ret_path->at[0] == '/')
        return 0;
    return err_set(err, -ENOENT, "'%s' has no cgroup of systemd", block);
}

static bool is_unified(void)
{
    struct statfs status;

    return statfs(CGROUP_ROOT, &status) == 0 && (long)status.f_type == CGROUP2_SUPER_MAGIC;
}

/* The process that is systemd. Whoever connects with its socket only to ask who that is, is noted
 * in its log, so that it is done where all else fails. */
static int find_process(bool is_user, pid_t *ret_pid, struct err *err)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));

    if (!is_user) {
        *ret_pid = 1;
        return access("/run/systemd/private", F_OK) == 0
                   ? 0
                   : err_system(err, errno, "'/run/systemd/private'");
    }
    if (runtime == NULL || runtime[0] != '/')
        return err_set(err, -ENOENT,
                       "XDG_RUNTIME_DIR does not say where the systemd of the user is");
    if (!text_format(&path, "%s/systemd/private", runtime))
        return err_system(err, ENAMETOOLONG, "XDG_RUNTIME_DIR");
    return kernel_peer_find(block, ret_pid, err);
}

/* The cgroup of systemd of this user, if the caller is below it, as most are; empty: it is not. */
static struct bytes find_above(struct bytes own)
{
    static const char start[] = "/user@";
    static const char end[] = ".service/";

    for (size_t i = 0; i + sizeof(start) - 1 <= own.size; i++) {
        size_t at = i + sizeof(start) - 1;

        if (memcmp(own.at + i, start, sizeof(start) - 1) != 0)
            continue;
        while (at < own.size && own.at[at] >= '0' && own.at[at] <= '9')
            at++;
        if (at + sizeof(end) - 1 <= own.size && memcmp(own.at + at, end, sizeof(end) - 1) == 0)
            return bytes_of(own.at, at + sizeof(end) - 2);
    }
    return bytes_of(NULL, 0);
}

/* Where systemd is itself. */
static int find_place(const struct oci_systemd *systemd, struct arena *arena,
                      struct bytes *ret_path, struct err *err)
{
    struct bytes path;
    pid_t pid = 0;

    if (systemd->is_user && read_cgroup(getpid(), systemd->is_unified, arena, &path, err) == 0) {
        *ret_path = find_above(path);
        if (ret_path->size > 0)
            return 0;
    }
    if (find_process(systemd->is_user, &pid, err) < 0)
        return err->number;
    return read_cgroup(pid, systemd->is_unified, arena, ret_path, err);
}

/* The controllers that a user's systemd was given. */
static const char *read_controllers(const struct oci_systemd *systemd, struct arena *arena)
{
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));
    struct bytes content;
    struct err ignored;

    if (!systemd->is_user || !systemd->is_unified ||
        !text_format(&path, CGROUP_ROOT "%s/cgroup.controllers", systemd->cgroup) ||
        file_read((struct file_place){ AT_FDCWD, block }, FILE_BYTES_MAX, arena, &content,
                  &ignored) < 0)
        return NULL;
    return (const char *)content.at;
}

static int read_systemd(struct arena *arena, struct oci_systemd *systemd, struct err *err)
{
    static const char own_scope[] = "/init.scope";
    struct bytes path;

    if (find_place(systemd, arena, &path, err) < 0)
        return err->number;
    if (path.size >= sizeof(own_scope) - 1 && memcmp(path.at + path.size - (sizeof(own_scope) - 1),
                                                     own_scope, sizeof(own_scope) - 1) == 0)
        path.size -= sizeof(own_scope) - 1;
    if (path.size == 1)
        path.size = 0;
    systemd->cgroup = arena_copy_bytes(arena, path);
    if (systemd->cgroup == NULL)
        return err_system(err, ENOMEM, "look for systemd");
    if (strstr(systemd->cgroup, "/..") != NULL)
        return err_set(err, -EXDEV, "systemd is outside of the cgroup namespace of the caller");
    systemd->controllers = read_controllers(systemd, arena);
    return 0;
}

int oci_systemd_read(struct arena *arena, struct oci_systemd *ret_systemd, struct err *err)
{
    struct oci_systemd systemd = { .is_user = geteuid() != 0 || !kernel_namespace_user_is_first(),
                                   .is_unified = is_unified() };

    if (!oci_scope_is_offered())
        return no_helper(err);
    if (read_systemd(arena, &systemd, err) < 0)
        return err_prefix(err, OPTION);
    *ret_systemd = systemd;
    return 0;
}

int oci_scope_check(const struct oci_step_scope *scope, pid_t pid, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(FILE_BYTES_MAX * 2);
    struct bytes path;

    if (read_cgroup(pid, is_unified(), &arena, &path, err) < 0)
        return err->number;
    if (bytes_equal(path, bytes_of_text(scope->path)))
        return 0;
    return err_set(err, -EXDEV, "systemd has made the cgroup '%.*s', and not '%s'", (int)path.size,
                   (const char *)path.at, scope->path);
}

int oci_scope_start(const struct oci_step_scope *scope, pid_t pid, struct err *err)
{
    const struct asked asked = {
        .verb = "start", .unit = &scope->unit, .pid = pid, .properties = scope->properties
    };

    return run_helper(&asked, err);
}

int oci_scope_set(const struct oci_unit *unit, char *const *properties, struct err *err)
{
    const struct asked asked = { .verb = "set", .unit = unit, .properties = properties };

    return properties[0] == NULL ? 0 : run_helper(&asked, err);
}

int oci_scope_end(const struct oci_unit *unit, bool is_own, struct err *err)
{
    const struct asked asked = { .verb = is_own ? "stop" : "forget", .unit = unit };

    return run_helper(&asked, err);
}
