/* The facts that a plan depends on, read from the system. */
#include "oci/plan.h"

#include "base/text.h"
#include "kernel/capabilities.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "base/fd.h"

#define CGROUP_ROOT "/sys/fs/cgroup"
#define CGROUP_FILE_BYTES_MAX ((size_t)1 << 20)
#define HIERARCHIES_MAX 64
#define CONTROLLERS_BYTES_MAX ((size_t)4096)

/* A line of /proc/self/cgroup: "4:cpu,cpuacct:/a", "1:name=systemd:/", "0::/b" (cgroups(7)). */
struct line {
    struct bytes name;
    struct bytes path;
};

/* Takes the next line off `content`; false at its end, or where it is not of that form. */
static bool next_line(struct bytes *content, struct line *ret_line)
{
    struct bytes parts[3];

    for (size_t i = 0; i < 3; i++) {
        const uint8_t *end =
            content->size == 0 ? NULL : memchr(content->at, i < 2 ? ':' : '\n', content->size);
        size_t size;

        if (end == NULL)
            return false;
        size = (size_t)(end - content->at);
        parts[i] = bytes_of(content->at, size);
        *content = bytes_of(end + 1, content->size - size - 1);
    }
    if (bytes_has_prefix(parts[1], bytes_of_text("name=")))
        parts[1] = bytes_of(parts[1].at + 5, parts[1].size - 5);
    *ret_line = (struct line){ .name = parts[1], .path = parts[2] };
    return true;
}

/* What is mounted at `path`; 0: nothing that the caller may see. */
static int find_type(const char *path, long *ret_type, struct err *err)
{
    struct statfs status;

    if (statfs(path, &status) == 0)
        *ret_type = (long)status.f_type;
    else if (errno == ENOENT || errno == ENOTDIR || errno == EACCES)
        *ret_type = 0;
    else
        return err_system(err, errno, "look at '%s'", path);
    return 0;
}

/* Whether a cgroup hierarchy is mounted at CGROUP_ROOT/<name>. */
static int find_mounted(const char *name, bool *ret_is_mounted, struct err *err)
{
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));
    long type = 0;

    /* A name that is too long is none of a controller. */
    if (text_append(&path, CGROUP_ROOT "/") && text_append(&path, name) &&
        find_type(path.at, &type, err) < 0)
        return err->number;
    *ret_is_mounted = type == CGROUP_SUPER_MAGIC || type == CGROUP2_SUPER_MAGIC;
    return 0;
}

static int no_memory(struct err *err)
{
    return err_system(err, ENOMEM, "look at this system's cgroups");
}

/* The hierarchies that the process is in, as far as they are mounted where they usually are. */
static int read_hierarchies(struct arena *arena, struct oci_host *host, struct err *err)
{
    bool is_unified = host->cgroup_layout == OCI_CGROUP_UNIFIED;
    struct oci_pair *pairs = arena_alloc_array(arena, HIERARCHIES_MAX, sizeof(*pairs));
    size_t count = 0;
    bool is_mounted = false;
    struct bytes content;
    struct line line;

    if (pairs == NULL)
        return no_memory(err);
    if (file_read((struct file_place){ AT_FDCWD, "/proc/self/cgroup" }, CGROUP_FILE_BYTES_MAX,
                  arena, &content, err) < 0)
        return err->number;
    while (count < HIERARCHIES_MAX && next_line(&content, &line)) {
        bool is_v2 = line.name.size == 0;
        struct bytes name = is_v2 && !is_unified ? bytes_of_text("unified") : line.name;

        if (is_unified && !is_v2)
            continue;
        pairs[count].name = arena_copy_bytes(arena, name);
        pairs[count].value = arena_copy_bytes(arena, line.path);
        if (pairs[count].name == NULL || pairs[count].value == NULL)
            return no_memory(err);
        if (find_mounted(pairs[count].name, &is_mounted, err) < 0)
            return err->number;
        count += is_mounted;
    }
    host->hierarchies = (struct oci_pairs){ .count = count, .at = pairs };
    if (count == 0)
        host->cgroup_layout = OCI_CGROUP_NONE;
    return 0;
}

/* The directory of a hierarchy below which a container's cgroup is made: for root the top, for
 * others, who have v2 alone, the one above their own. */
static bool find_parent(const struct oci_host *host, const struct oci_pair *hierarchy,
                        struct text *path)
{
    const char *own = hierarchy->value;
    const char *slash = oci_caller_has_machine(&host->caller) ? own : strrchr(own, '/');

    return text_append(path, CGROUP_ROOT "/") && text_append(path, hierarchy->name) &&
           text_append_bytes(path, bytes_of(own, slash == NULL ? 0 : (size_t)(slash - own)));
}

/* The controllers of cgroup v2 that the caller can have: root all, another user those that reach
 * the cgroup above its own, beside which its containers are. NULL where they are not told. */
static const char *read_controllers(struct arena *arena, const struct oci_host *host)
{
    bool is_unified = host->cgroup_layout == OCI_CGROUP_UNIFIED;
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));
    struct err ignored;
    struct bytes content;
    bool fits;

    if (is_unified)
        fits = find_parent(host, &host->hierarchies.at[0], &path);
    else
        fits = text_append(&path, CGROUP_ROOT "/unified");
    if (!fits || !text_append(&path, "/cgroup.controllers") ||
        file_read((struct file_place){ AT_FDCWD, path.at }, CONTROLLERS_BYTES_MAX, arena, &content,
                  &ignored) < 0)
        return NULL;
    return (const char *)content.at;
}

/* To put a process into a cgroup, one must be able to put it into that above the old and the new.
 */
static bool can_make_in(const struct oci_host *host, const struct oci_pair *hierarchy)
{
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));

    return find_parent(host, hierarchy, &path) && access(path.at, W_OK) == 0 &&
           text_append(&path, "/cgroup.procs") && access(path.at, W_OK) == 0;
}

static bool can_make_cgroup(const struct oci_host *host)
{
    if (host->cgroup_layout != OCI_CGROUP_UNIFIED && !oci_caller_has_machine(&host->caller))
        return false;
    for (size_t i = 0; i < host->hierarchies.count; i++) {
        if (!can_make_in(host, &host->hierarchies.at[i]))
            return false;
    }
    return host->hierarchies.count > 0;
}

int oci_host_read(struct arena *arena, struct oci_host *ret_host, struct err *err)
{
    struct oci_host host = { .caller = oci_caller_now(),
                             .cap_last = kernel_capability_last(),
                             .has_apparmor = kernel_label_is_enabled(KERNEL_LABEL_APPARMOR),
                             .has_selinux = kernel_label_is_enabled(KERNEL_LABEL_SELINUX),
                             .has_resctrl = kernel_resctrl_is_there(),
                             .cgroup_layout = OCI_CGROUP_V1 };
    long type = 0;

    if (find_type(CGROUP_ROOT, &type, err) < 0)
        return err->number;
    if (host.caller.uid != 0 && oci_subordinate_read(arena, host.caller.uid, &host.subordinate_uids,
                                                     &host.subordinate_gids, err) < 0)
        return err->number;
    if (type == 0)
        host.cgroup_layout = OCI_CGROUP_NONE;
    else if (type == CGROUP2_SUPER_MAGIC)
        host.cgroup_layout = OCI_CGROUP_UNIFIED;
    if (host.cgroup_layout != OCI_CGROUP_NONE && read_hierarchies(arena, &host, err) < 0)
        return err->number;
    if (host.cgroup_layout != OCI_CGROUP_NONE)
        host.controllers = read_controllers(arena, &host);
    host.can_make_cgroup = can_make_cgroup(&host);
    *ret_host = host;
    return 0;
}
