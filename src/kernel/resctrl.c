/* mkdir, and two files. */
#include "kernel/resctrl.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#define RESCTRL_MAGIC 0x7655821
#define SCHEMATA_ROOM 65536

bool kernel_resctrl_is_there(void)
{
    struct statfs status;

    return statfs(KERNEL_RESCTRL_ROOT, &status) == 0 && status.f_type == RESCTRL_MAGIC;
}

/* The next of the parts that `ends` are between, without blanks around it; false: there is none. */
static bool next_part(struct bytes *rest, char end, struct bytes *ret_part)
{
    const uint8_t *at = rest->at;
    size_t size = 0;
    size_t taken;

    if (rest->size == 0)
        return false;
    while (size < rest->size && at[size] != (uint8_t)end)
        size++;
    taken = size < rest->size ? size + 1 : size;
    *rest = bytes_of(at + taken, rest->size - taken);
    while (size > 0 && (*at == ' ' || *at == '\t')) {
        at++;
        size--;
    }
    while (size > 0 && (at[size - 1] == ' ' || at[size - 1] == '\t'))
        size--;
    *ret_part = bytes_of(at, size);
    return true;
}

/* The same number, however many zeroes and blanks it has before it. */
static bool is_same_value(struct bytes one, struct bytes other)
{
    struct bytes *both[] = { &one, &other };

    for (size_t i = 0; i < 2; i++) {
        while (both[i]->size > 1 && (both[i]->at[0] == '0' || both[i]->at[0] == ' '))
            *both[i] = bytes_of(both[i]->at + 1, both[i]->size - 1);
    }
    return one.size == other.size &&
           strncasecmp((const char *)one.at, (const char *)other.at, one.size) == 0;
}

/* Whether the domains "0=7f0;1=1f" have "0=7f0". */
static bool has_domain(struct bytes domains, struct bytes wanted)
{
    struct bytes wanted_name;
    struct bytes domain;
    struct bytes name;

    if (!next_part(&wanted, '=', &wanted_name))
        return true;
    while (next_part(&domains, ';', &domain)) {
        if (next_part(&domain, '=', &name) && bytes_equal(name, wanted_name))
            return is_same_value(domain, wanted);
    }
    return false;
}

/* Whether one of the lines is of the same resource, and has all domains of the wanted line. */
static bool has_line(struct bytes content, struct bytes wanted)
{
    struct bytes wanted_name;
    struct bytes line;
    struct bytes name;
    struct bytes domain;

    if (!next_part(&wanted, ':', &wanted_name))
        return true;
    while (next_part(&content, '\n', &line)) {
        if (!next_part(&line, ':', &name) || !bytes_equal(name, wanted_name))
            continue;
        while (next_part(&wanted, ';', &domain)) {
            if (!has_domain(line, domain))
                return false;
        }
        return true;
    }
    return false;
}

bool kernel_resctrl_has(struct bytes content, const char *lines)
{
    struct bytes rest = bytes_of_text(lines);
    struct bytes line;

    while (next_part(&rest, '\n', &line)) {
        if (line.size > 0 && !has_line(content, line))
            return false;
    }
    return true;
}

/* The kernel's words about what it has refused last, behind the sentence. */
static int add_reason(struct err *err)
{
    CLEANUP(fd_close) int fd =
        open(KERNEL_RESCTRL_ROOT "/info/last_cmd_status", O_RDONLY | O_CLOEXEC);
    char words[256];
    ssize_t size = fd < 0 ? -1 : read(fd, words, sizeof(words) - 1);
    struct err before = *err;

    if (size <= 0)
        return err->number;
    words[size] = '\0';
    words[strcspn(words, "\n")] = '\0';
    return strcmp(words, "ok") == 0
               ? err->number
               : err_set(err, before.number, "%.400s (%s)", before.sentence, words);
}

static int write_file(const char *group, const char *name, const char *value, struct err *err)
{
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));

    if (!text_append(&path, group) || !text_append_char(&path, '/') || !text_append(&path, name))
        return err_system(err, ENAMETOOLONG, "write to '%s'", group);
    return kernel_process_write_file(path.at, value, err) < 0 ? add_reason(err) : 0;
}

static int compare(const struct kernel_resctrl_group *group, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(SCHEMATA_ROOM);
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));
    struct bytes content;

    if (!text_append(&path, group->path) || !text_append(&path, "/schemata"))
        return err_system(err, ENAMETOOLONG, "read '%s'", group->path);
    if (file_read((struct file_place){ AT_FDCWD, path.at }, SCHEMATA_ROOM / 2, &arena, &content,
                  err) < 0)
        return err->number;
    if (!kernel_resctrl_has(content, group->schemata))
        return err_set(err, -EEXIST, "the group '%s' is there already, with another schemata",
                       group->path);
    return 0;
}

int kernel_resctrl_make(const struct kernel_resctrl_group *group, struct err *err)
{
    bool is_made;

    if (group->must_be_there)
        return access(group->path, F_OK) == 0
                   ? 0
                   : err_system(err, errno, "look for the group '%s'", group->path);
    is_made = mkdir(group->path, 0755) == 0;
    if (!is_made && (errno != EEXIST || group->must_be_new)) {
        (void)err_system(err, errno, "make the group '%s'", group->path);
        return err->number == -EEXIST ? err->number : add_reason(err);
    }
    if (group->schemata == NULL)
        return 0;
    if (!is_made)
        return compare(group, err);
    if (write_file(group->path, "schemata", group->schemata, err) == 0)
        return 0;
    (void)rmdir(group->path);
    return err->number;
}

int kernel_resctrl_enter(const char *path, pid_t pid, struct err *err)
{
    char block[24];
    struct text number = text_init(block, sizeof(block));

    (void)text_append_decimal(&number, (uint64_t)pid, 0);
    return write_file(path, "tasks", number.at, err);
}

int kernel_resctrl_remove(const char *path, struct err *err)
{
    if (rmdir(path) < 0 && errno != ENOENT)
        return err_system(err, errno, "remove the group '%s'", path);
    return 0;
}
