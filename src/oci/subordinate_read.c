/* What the system says of the caller's ids, and the program that maps them. */
#include "oci/subordinate.h"

#include "base/fd.h"
#include "base/text.h"
#include "kernel/spawn.h"
#include "oci/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FILE_BYTES_MAX ((size_t)4 << 20)

static int read_file(const char *path, struct arena *arena, struct bytes *ret_text, struct err *err)
{
    int number =
        file_read((struct file_place){ AT_FDCWD, path }, FILE_BYTES_MAX, arena, ret_text, err);

    if (number == -ENOENT) {
        *ret_text = bytes_of(NULL, 0);
        return 0;
    }
    return number;
}

static int read_ranges(const char *path, const struct oci_id_owner *owner, struct arena *arena,
                       struct oci_id_ranges *ret_ranges, struct err *err)
{
    struct oci_id_range *ranges = arena_alloc_array(arena, OCI_ID_RANGES_MAX, sizeof(*ranges));
    struct bytes text;

    if (ranges == NULL)
        return err_system(err, ENOMEM, "read '%s'", path);
    if (read_file(path, arena, &text, err) < 0)
        return err->number;
    *ret_ranges = (struct oci_id_ranges){ oci_subordinate_parse(text, owner, ranges), ranges };
    return 0;
}

int oci_subordinate_read(struct arena *arena, uid_t uid, struct oci_id_ranges *ret_uids,
                         struct oci_id_ranges *ret_gids, struct err *err)
{
    struct oci_id_owner owner = { .uid = uid };
    struct oci_id_ranges uids;
    struct oci_id_ranges gids;
    struct bytes passwd;

    if (read_file("/etc/passwd", arena, &passwd, err) < 0)
        return err->number;
    owner.name = oci_subordinate_name(passwd, uid);
    if (read_ranges("/etc/subuid", &owner, arena, &uids, err) < 0 ||
        read_ranges("/etc/subgid", &owner, arena, &gids, err) < 0)
        return err->number;
    *ret_uids = uids;
    *ret_gids = gids;
    return 0;
}

int oci_subordinate_caller(struct arena *arena, const char **ret_name, struct err *err)
{
    char block[32];
    struct text number = text_init(block, sizeof(block));
    struct bytes passwd;
    struct bytes name;

    if (read_file("/etc/passwd", arena, &passwd, err) < 0)
        return err->number;
    name = oci_subordinate_name(passwd, geteuid());
    (void)text_append_char(&number, '#');
    (void)text_append_decimal(&number, geteuid(), 0);
    *ret_name = name.size > 0 ? arena_copy_bytes(arena, name) : arena_copy_text(arena, block);
    return *ret_name == NULL ? err_system(err, ENOMEM, "read '/etc/passwd'") : 0;
}

int oci_subordinate_map(const struct oci_step_id_map *program, pid_t pid, struct err *err)
{
    struct text word = text_init(program->pid, OCI_PID_ROOM);
    char *const no_variables[] = { NULL };
    const struct kernel_spawn spawn = { .path = program->path,
                                        .argv = program->argv,
                                        .envp = no_variables,
                                        .directory_fd = -1,
                                        .is_against = oci_signals_are_against_it };

    (void)text_append_decimal(&word, (uint64_t)pid, 0);
    return kernel_spawn_run(&spawn, err);
}
