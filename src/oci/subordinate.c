/* Lines of fields with colons between them. */
#include "oci/subordinate.h"

#include "base/fd.h"
#include "base/text.h"
#include "kernel/spawn.h"
#include "oci/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define FILE_BYTES_MAX ((size_t)4 << 20)
#define FIELDS_MAX 3

/* Takes the next line off the text. False at its end. */
static bool take_line(struct bytes *text, struct bytes *ret_line)
{
    const uint8_t *end = text->size == 0 ? NULL : memchr(text->at, '\n', text->size);
    size_t size = end == NULL ? text->size : (size_t)(end - text->at);
    size_t taken = end == NULL ? size : size + 1;

    if (text->size == 0)
        return false;
    *ret_line = bytes_of(text->at, size);
    *text = bytes_of(text->at + taken, text->size - taken);
    return true;
}

/* The first fields of a line, the last of which ends at a colon or at the end of the line; how many
 * there are, and at most FIELDS_MAX. */
static size_t split(struct bytes line, struct bytes ret_fields[FIELDS_MAX])
{
    size_t count = 0;

    while (count < FIELDS_MAX) {
        const uint8_t *colon = line.size == 0 ? NULL : memchr(line.at, ':', line.size);
        size_t size = colon == NULL ? line.size : (size_t)(colon - line.at);

        ret_fields[count++] = bytes_of(line.at, size);
        if (colon == NULL)
            break;
        line = bytes_of(line.at + size + 1, line.size - size - 1);
    }
    return count;
}

/* A decimal number of 32 bits, and nothing else. */
static bool read_number(struct bytes text, uint32_t *ret_number)
{
    uint64_t number = 0;

    if (text.size == 0 || text.size > 10)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text.at[i] - '0');
    }
    if (number > UINT32_MAX)
        return false;
    *ret_number = (uint32_t)number;
    return true;
}

struct bytes oci_subordinate_name(struct bytes passwd, uid_t uid)
{
    struct bytes line;

    while (take_line(&passwd, &line)) {
        struct bytes fields[FIELDS_MAX];
        uint32_t number;

        if (split(line, fields) == FIELDS_MAX && read_number(fields[2], &number) && number == uid)
            return fields[0];
    }
    return bytes_of(NULL, 0);
}

static bool is_owner(struct bytes field, const struct oci_id_owner *owner)
{
    uint32_t number;

    if (field.size > 0 && bytes_equal(field, owner->name))
        return true;
    return read_number(field, &number) && number == owner->uid;
}

size_t oci_subordinate_parse(struct bytes text, const struct oci_id_owner *owner,
                             struct oci_id_range *ret_ranges)
{
    struct bytes line;
    size_t count = 0;

    while (count < OCI_ID_RANGES_MAX && take_line(&text, &line)) {
        struct bytes fields[FIELDS_MAX];
        struct oci_id_range range;

        if (split(line, fields) != FIELDS_MAX || !is_owner(fields[0], owner) ||
            !read_number(fields[1], &range.first) || !read_number(fields[2], &range.size) ||
            range.size == 0 || range.first > UINT32_MAX - range.size)
            continue;
        ret_ranges[count++] = range;
    }
    return count;
}

bool oci_subordinate_has(const struct oci_id_ranges *ranges, uint32_t first, uint32_t size)
{
    for (size_t i = 0; i < ranges->count; i++) {
        const struct oci_id_range *range = &ranges->at[i];

        if (first >= range->first && first - range->first < range->size &&
            size <= range->size - (first - range->first))
            return true;
    }
    return false;
}

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
