/* Where the container's first process is now. */
#include "oci/exec.h"

#include "base/fd.h"
#include "base/text_format.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#define CGROUP_ROOT "/sys/fs/cgroup"
#define CGROUP_FILE_BYTES_MAX ((size_t)1 << 20)

/* The path behind "0::" in a file such as /proc/self/cgroup; empty where there is none. */
static struct bytes find_unified(struct bytes content)
{
    const struct bytes start = bytes_of_text("0::");

    while (content.size > 0) {
        const uint8_t *end = memchr(content.at, '\n', content.size);
        size_t size = end == NULL ? content.size : (size_t)(end - content.at);

        if (bytes_has_prefix(bytes_of(content.at, size), start))
            return bytes_of(content.at + start.size, size - start.size);
        size += end == NULL ? 0 : 1;
        content = bytes_of(content.at + size, content.size - size);
    }
    return bytes_of(NULL, 0);
}

/* Whether `path` is the cgroup `top` or one below it. */
static bool is_below(const char *path, const char *top)
{
    size_t size = strlen(top);

    return strncmp(path, top, size) == 0 && (path[size] == '\0' || path[size] == '/') &&
           strstr(path, "/../") == NULL;
}

/* The directory of the v2 cgroup of a process. */
static int read_unified(int target_fd, struct arena *arena, const char **ret_path, struct err *err)
{
    char block[PATH_MAX];
    struct text text = text_init(block, sizeof(block));
    struct bytes content;
    pid_t pid = 0;
    pid_t after = 0;

    if (kernel_process_find_in_proc(target_fd, &pid, err) < 0)
        return err_set(err, -ESRCH, "the container's process has ended");
    (void)text_format(&text, "/proc/%d/cgroup", (int)pid);
    if (file_read((struct file_place){ AT_FDCWD, text.at }, CGROUP_FILE_BYTES_MAX, arena, &content,
                  err) < 0)
        return err->number;
    /* It was there all the time, so no other had its number. */
    if (kernel_process_find_in_proc(target_fd, &after, err) < 0 || after != pid)
        return err_set(err, -ESRCH, "the container's process has ended");
    text_clear(&text);
    if (!text_append(&text, CGROUP_ROOT) || !text_append_bytes(&text, find_unified(content)))
        return err_system(err, ENAMETOOLONG, "find the cgroup of the container");
    *ret_path = arena_copy_text(arena, text.at);
    return *ret_path == NULL ? err_system(err, ENOMEM, "find the cgroup of the container") : 0;
}

/* The place below each of the container's cgroups, where it is there; the option --cgroup, which is
 * a path for all hierarchies, or of v1 "controller:path" for one. */
static int find_below(struct oci_exec_request *request, const struct oci_state *state,
                      struct arena *arena, struct err *err)
{
    const char *colon = strchr(request->below, ':');
    const char *place = colon == NULL ? request->below : colon + 1;
    const char **paths = arena_alloc_array(arena, state->cgroups.count + 1, sizeof(*paths));
    bool is_used = false;

    if (paths == NULL)
        return err_system(err, ENOMEM, "find the cgroup of the container");
    if (strstr(place, "..") != NULL)
        return err_set(err, -EINVAL, "option '--cgroup': '%s' leads out of the container's",
                       request->below);
    for (size_t i = 0; i < state->cgroups.count; i++) {
        char block[PATH_MAX];
        char word[NAME_MAX + 4];
        struct text path = text_init(block, sizeof(block));
        struct text part = text_init(word, sizeof(word));

        paths[i] = state->cgroups.at[i];
        if (colon != NULL &&
            (!text_format(&part, "/%.*s/", (int)(colon - request->below), request->below) ||
             strstr(paths[i], word) == NULL))
            continue;
        is_used = true;
        if (!text_format(&path, "%s/%s", paths[i], place + strspn(place, "/")) ||
            access(block, F_OK) < 0)
            return err_system(err, errno, "option '--cgroup': '%s'", block);
        paths[i] = arena_copy_text(arena, block);
        if (paths[i] == NULL)
            return err_system(err, ENOMEM, "find the cgroup of the container");
    }
    if (!is_used)
        return err_set(err, -ENOENT, "option '--cgroup': the container has no cgroup for '%s'",
                       request->below);
    request->cgroups = (struct oci_texts){ .count = state->cgroups.count, .at = paths };
    return 0;
}

int oci_exec_find_cgroups(struct oci_exec_request *request, const struct oci_state *state,
                          int target_fd, struct arena *arena, struct err *err)
{
    const char **paths;
    const char *now = "";

    if (request->below != NULL)
        return find_below(request, state, arena, err);
    if (state->cgroups.count == 0 || request->host->cgroup_layout != OCI_CGROUP_UNIFIED) {
        request->cgroups = state->cgroups;
        return 0;
    }
    if (read_unified(target_fd, arena, &now, err) < 0)
        return err->number;
    paths = arena_alloc_array(arena, 1, sizeof(*paths));
    if (paths == NULL)
        return err_system(err, ENOMEM, "find the cgroup of the container");
    paths[0] = is_below(now, state->cgroups.at[0]) ? now : state->cgroups.at[0];
    request->cgroups = (struct oci_texts){ .count = 1, .at = paths };
    return 0;
}
