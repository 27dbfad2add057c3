/* Look at all, write all, and where one fails write back what was there. */
#include "oci/update.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text_format.h"
#include "kernel/cgroup.h"
#include "kernel/cgroup_v2.h"
#include "oci/scope_properties.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define CGROUP_ROOT "/sys/fs/cgroup"
#define CONTENT_BYTES_MAX ((size_t)65536)

/* One write, on its way. */
struct change {
    const struct oci_cgroup_write *write;
    const char *directory; /* of the container's cgroup */
    const char *file;      /* of the two that there may be the one that there is; NULL: none */
    const char *value;
    const char *undo;
    bool is_done;
};

struct update {
    const struct oci_state *state;
    const struct oci_host *host;
    struct arena *arena;
    struct change *at;
    size_t count;
    struct err *err;
};

static int no_memory(struct err *err)
{
    return err_system(err, ENOMEM, "update a container");
}

/* The line that begins with the key and a space; false: there is none. */
static bool find_line(struct bytes content, const char *key, struct bytes *ret_line)
{
    size_t key_size = strlen(key);

    for (size_t at = 0; at < content.size;) {
        const uint8_t *end = memchr(content.at + at, '\n', content.size - at);
        size_t size = end == NULL ? content.size - at : (size_t)(end - content.at) - at;

        if (size > key_size && memcmp(content.at + at, key, key_size) == 0 &&
            content.at[at + key_size] == ' ') {
            *ret_line = bytes_of(content.at + at, size);
            return true;
        }
        at += size + 1;
    }
    return false;
}

const char *oci_update_undo(const struct oci_cgroup_write *write, struct bytes content,
                            struct arena *arena)
{
    const uint8_t *end = content.size == 0 ? NULL : memchr(content.at, '\n', content.size);
    struct bytes line = end == NULL ? content : bytes_of(content.at, (size_t)(end - content.at));

    if (write->key != NULL && find_line(content, write->key, &line)) {
        size_t skipped = strlen(write->key) + 1;

        /* memory.oom_control is read with a name in front, and written without. */
        if (write->none == NULL && !write->is_v2)
            line = bytes_of(line.at + skipped, line.size - skipped);
    } else if (write->key != NULL && write->none != NULL) {
        return write->none;
    }
    /* A list of processors may be empty, and a write of nothing is none. */
    return line.size == 0 ? "\n" : arena_copy_bytes(arena, line);
}

static const char *join(struct update *update, const char *directory, const char *file)
{
    char block[PATH_MAX];
    struct text text = text_init(block, sizeof(block));
    const char *copy =
        text_format(&text, "%s/%s", directory, file) ? arena_copy_text(update->arena, block) : NULL;

    if (copy == NULL)
        (void)no_memory(update->err);
    return copy;
}

/* The container's cgroup in the hierarchy of a controller, or NULL. */
static const char *find_directory(const struct update *update, const struct oci_cgroup_write *write)
{
    struct oci_controller controller = { .is_v2 = true, .hierarchy = "" };
    char block[PATH_MAX];
    struct text start = text_init(block, sizeof(block));

    if (write->controller[0] != '\0' &&
        !oci_controller_find(update->host, write->is_v2 ? NULL : write->controller,
                             write->is_v2 ? write->controller : NULL, &controller))
        return NULL;
    if (!text_format(&start, CGROUP_ROOT "/%s%s", controller.hierarchy,
                     controller.hierarchy[0] == '\0' ? "" : "/"))
        return NULL;
    for (size_t i = 0; i < update->state->cgroups.count; i++) {
        const char *path = update->state->cgroups.at[i];

        if (strncmp(path, block, start.size) == 0 && access(path, F_OK) == 0)
            return path;
    }
    return NULL;
}

/* v2: a controller that nothing has asked for so far is not handed down to the container's cgroup.
 */
static int hand_down(struct update *update, const struct change *change)
{
    char word_block[128];
    struct text word = text_init(word_block, sizeof(word_block));
    char block[PATH_MAX];
    struct text above = text_init(block, sizeof(block));
    const char *top =
        update->host->cgroup_layout == OCI_CGROUP_UNIFIED ? CGROUP_ROOT : CGROUP_ROOT "/unified";
    const char *path = change->directory + strlen(top);

    if (!change->write->is_v2 || change->write->controller[0] == '\0' ||
        !text_format(&word, "+%s", change->write->controller))
        return 0;
    for (const char *slash = path; slash != NULL; slash = strchr(slash + 1, '/')) {
        text_clear(&above);
        if (!text_format(&above, "%s%.*s", top, (int)(slash - path), path))
            return no_memory(update->err);
        if (kernel_cgroup_v2_enable(block, word_block, update->err) < 0)
            return err_prefix(update->err, "%s", change->write->field);
    }
    return 0;
}

/* Chooses the file that there is; *ret_is_there: there is one. */
static int choose_file(struct update *update, struct change *change, bool *ret_is_there)
{
    const struct oci_cgroup_write *write = change->write;
    const char *files[] = { write->file, write->other_file };
    const char *values[] = { write->value, write->other_value };

    *ret_is_there = false;
    for (size_t i = 0; i < 2 && files[i] != NULL; i++) {
        change->file = join(update, change->directory, files[i]);
        change->value = values[i];
        if (change->file == NULL)
            return update->err->number;
        *ret_is_there = access(change->file, F_OK) == 0;
        if (*ret_is_there)
            return 0;
    }
    change->file = NULL;
    return 0;
}

/* Finds the file, and what is in it. */
static int prepare(struct update *update, struct change *change)
{
    struct bytes content = { 0 };
    bool is_there = false;

    change->directory = find_directory(update, change->write);
    if (change->directory == NULL)
        return err_set(update->err, -ENOTSUP,
                       "%s: the container '%s' has no cgroup of the controller '%s'",
                       change->write->field, update->state->id, change->write->controller);
    if (choose_file(update, change, &is_there) < 0 ||
        (!is_there &&
         (hand_down(update, change) < 0 || choose_file(update, change, &is_there) < 0)))
        return update->err->number;
    if (!is_there && change->write->is_optional)
        return 0;
    if (!is_there)
        return err_set(update->err, -ENOENT, "%s: this kernel's cgroups have no file '%s'",
                       change->write->field, change->write->file);
    if (file_read((struct file_place){ AT_FDCWD, change->file }, CONTENT_BYTES_MAX, update->arena,
                  &content, update->err) < 0)
        return err_prefix(update->err, "%s", change->write->field);
    change->undo = oci_update_undo(change->write, content, update->arena);
    return change->undo == NULL ? no_memory(update->err) : 0;
}

static int write_one(struct change *change, struct err *err)
{
    if (kernel_cgroup_write(change->file, change->value, err) < 0)
        return err->number;
    change->is_done = true;
    return 0;
}

/* Two values may hold each other back (memory with and without swap, quota and period): what is
 * said to be invalid is tried again when the others have been written. */
static int write_all(struct update *update)
{
    bool is_last_try = false;

    for (;;) {
        size_t done = 0;
        size_t left = 0;

        for (size_t i = 0; i < update->count; i++) {
            struct change *change = &update->at[i];

            if (change->is_done || change->file == NULL)
                continue;
            if (write_one(change, update->err) == 0)
                done++;
            else if (update->err->number == -EINVAL && !is_last_try)
                left++;
            else
                return err_prefix(update->err, "%s", change->write->field);
        }
        if (left == 0)
            return 0;
        is_last_try = done == 0;
    }
}

/* In the other direction, and as often as something comes of it. */
static void write_back(struct update *update)
{
    struct err second = { 0 };
    const struct change *stuck = NULL;
    bool goes_on = true;

    while (goes_on) {
        goes_on = false;
        stuck = NULL;
        for (size_t i = update->count; i > 0; i--) {
            struct change *change = &update->at[i - 1];

            if (!change->is_done)
                continue;
            if (kernel_cgroup_write(change->file, change->undo, &second) == 0) {
                change->is_done = false;
                goes_on = true;
            } else {
                stuck = change;
            }
        }
    }
    if (stuck == NULL)
        return;
    (void)err_prefix(&second, "%s is not what it was", stuck->write->field);
    (void)err_add(update->err, update->err->number, &second);
}

/* The quota of cpu.max, which a period alone has to keep. */
static const char *read_quota(const struct update *update)
{
    const struct oci_cgroup_write like = { .controller = "cpu", .is_v2 = true };
    const char *directory = find_directory(update, &like);
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));
    struct bytes content;
    struct err ignored;

    if (directory == NULL || !text_format(&path, "%s/cpu.max", directory) ||
        file_read((struct file_place){ AT_FDCWD, block }, CONTENT_BYTES_MAX, update->arena,
                  &content, &ignored) < 0)
        return NULL;
    return arena_copy_bytes(update->arena,
                            bytes_of(content.at, strcspn((const char *)content.at, " \n")));
}

/* linux.resources.memory.checkBeforeUpdate */
static int check_memory(const struct update *update, const struct oci_resources *resources)
{
    for (size_t i = 0; i < update->count; i++) {
        const struct change *change = &update->at[i];
        char block[PATH_MAX];
        struct text path = text_init(block, sizeof(block));
        struct bytes content;
        unsigned long long usage;

        if (!resources->memory_check_before_update || resources->memory_limit.value <= 0 ||
            strcmp(change->write->field, "linux.resources.memory.limit") != 0)
            continue;
        if (!text_format(&path, "%s/%s", change->directory,
                         change->write->is_v2 ? "memory.current" : "memory.usage_in_bytes") ||
            file_read((struct file_place){ AT_FDCWD, block }, CONTENT_BYTES_MAX, update->arena,
                      &content, update->err) < 0)
            return err_prefix(update->err, "%s", change->write->field);
        usage = strtoull((const char *)content.at, NULL, 10);
        if (usage > (unsigned long long)resources->memory_limit.value)
            return err_set(update->err, -EBUSY, "%s: is %lld, and %llu are in use",
                           change->write->field, (long long)resources->memory_limit.value, usage);
    }
    return 0;
}

/* systemd knows limits of its own of a scope, and sets them again whenever it sees a reason. */
static int set_properties(const struct update *update, const struct oci_cgroup_writes *writes)
{
    struct oci_properties properties = { .arena = update->arena };
    char *const *list;

    if (update->state->unit.name == NULL)
        return 0;
    if (oci_properties_add_limits(&properties, writes, update->err) < 0)
        return update->err->number;
    list = oci_properties_list(&properties, update->err);
    return list == NULL ? update->err->number
                        : oci_scope_set(&update->state->unit, list, update->err);
}

/* All of them; then systemd's, which rounds, and so all again. */
static int write_and_tell(struct update *update, const struct oci_cgroup_writes *writes)
{
    if (write_all(update) < 0)
        return update->err->number;
    if (update->state->unit.name == NULL)
        return 0;
    if (set_properties(update, writes) < 0)
        return update->err->number;
    for (size_t i = 0; i < update->count; i++) {
        if (update->at[i].file != NULL && write_one(&update->at[i], update->err) < 0)
            return err_prefix(update->err, "%s", update->at[i].write->field);
    }
    return 0;
}

int oci_update(const struct oci_state *state, const struct oci_resources *resources,
               const struct oci_host *host, struct arena *arena, struct err *err)
{
    struct update update = { .state = state, .host = host, .arena = arena, .err = err };
    struct oci_resources_request request = { .resources = resources,
                                             .host = host,
                                             .is_update = true };
    struct oci_cgroup_writes writes;

    request.quota_now = read_quota(&update);
    if (oci_resources_compile(&request, arena, &writes, err) < 0)
        return err->number;
    update.at = arena_alloc_array(arena, writes.count, sizeof(*update.at));
    if (update.at == NULL)
        return no_memory(err);
    for (; update.count < writes.count; update.count++) {
        update.at[update.count].write = &writes.at[update.count];
        if (prepare(&update, &update.at[update.count]) < 0)
            return err->number;
    }
    if (check_memory(&update, resources) < 0)
        return err->number;
    if (write_and_tell(&update, &writes) == 0)
        return 0;
    write_back(&update);
    return err->number;
}
