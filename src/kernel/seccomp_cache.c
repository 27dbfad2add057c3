/* A file: a header, the rules as octets, the instructions. */
#include "kernel/seccomp_cache.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text_format.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC UINT64_C(0x32544c4643505543) /* "CUPCFLT2" */
#define KEY_BYTES_MAX ((size_t)256 << 10)
#define FILE_BYTES_MAX (KEY_BYTES_MAX + sizeof(struct header) + BPF_MAXINSNS * 8)
#define NAME_ROOM 32

struct header {
    uint64_t magic;
    uint32_t key_size;
    uint32_t count; /* instructions */
};

/* The rules as octets: two that are the same become the same program. On the heap, by a stream. */
struct key {
    char *at;
    size_t size;
};

static void key_done(struct key *key)
{
    free(key->at);
}

static void put(FILE *out, uint64_t number)
{
    (void)fwrite(&number, sizeof(number), 1, out);
}

static void put_rule(FILE *out, const struct kernel_seccomp_rule *rule)
{
    put(out, rule->action);
    put(out, rule->names_count);
    for (size_t i = 0; i < rule->names_count; i++)
        (void)fwrite(rule->names[i], strlen(rule->names[i]) + 1, 1, out);
    put(out, rule->conditions_count);
    for (size_t i = 0; i < rule->conditions_count; i++) {
        put(out, rule->conditions[i].index);
        put(out, (uint64_t)rule->conditions[i].op);
        put(out, rule->conditions[i].value);
        put(out, rule->conditions[i].value_two);
    }
}

/* False without memory, or where it is larger than what is kept. */
static bool make_key(const struct kernel_seccomp *rules, struct key *key)
{
    FILE *out = open_memstream(&key->at, &key->size);
    const struct scmp_version *version = seccomp_version();

    if (out == NULL)
        return false;
    /* Another library, or one that takes the kernel for another, may make another program. */
    put(out, version->major);
    put(out, version->minor);
    put(out, version->micro);
    put(out, seccomp_api_get());
    put(out, seccomp_arch_native());
    put(out, rules->default_action);
    put(out, rules->architectures_count);
    for (size_t i = 0; i < rules->architectures_count; i++)
        put(out, rules->architectures[i]);
    put(out, rules->rules_count);
    for (size_t i = 0; i < rules->rules_count; i++)
        put_rule(out, &rules->rules[i]);
    return fclose(out) == 0 && key->size <= KEY_BYTES_MAX;
}

/* Which file it is looked for in (FNV-1a). Two of one name take turns. */
static void name_of(const struct key *key, char ret_name[NAME_ROOM])
{
    struct text name = text_init(ret_name, NAME_ROOM);
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < key->size; i++)
        hash = (hash ^ (uint8_t)key->at[i]) * UINT64_C(0x100000001b3);
    (void)text_format(&name, "%016llx", (unsigned long long)hash);
}

/* Whether what was opened is the caller's, and no other may write to it. */
static bool is_own(int fd, mode_t type)
{
    struct stat status;

    return fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == type &&
           status.st_uid == geteuid() && (status.st_mode & 022) == 0;
}

/* The directory, made where it is missing; or -1. */
static int open_directory(const char *path)
{
    CLEANUP(fd_close) int fd = -1;

    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return -1;
    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return fd >= 0 && is_own(fd, S_IFDIR) ? fd_take(&fd) : -1;
}

/* The program of a file's content; false where it is of other rules, or damaged. */
static bool read_program(struct bytes content, const struct key *key,
                         struct kernel_seccomp_program *ret_program)
{
    struct header header;
    struct bytes kept;
    struct bytes instructions;
    size_t size;
    void *copy;

    if (content.size < sizeof(header))
        return false;
    memcpy(&header, content.at, sizeof(header));
    size = (size_t)header.count * sizeof(struct sock_filter);
    if (header.magic != MAGIC || header.count == 0 || header.count > BPF_MAXINSNS ||
        !bytes_part(content, sizeof(header), header.key_size, &kept) ||
        !bytes_from(content, sizeof(header) + header.key_size, &instructions) ||
        instructions.size != size || !bytes_equal(kept, bytes_of(key->at, key->size)))
        return false;
    copy = malloc(size);
    if (copy == NULL)
        return false;
    memcpy(copy, instructions.at, size);
    ret_program->instructions = copy;
    ret_program->count = (unsigned short)header.count;
    return true;
}

static bool find(int directory_fd, const char *name, const struct key *key,
                 struct kernel_seccomp_program *ret_program)
{
    CLEANUP(fd_close) int fd =
        openat(directory_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    CLEANUP(arena_done) struct arena arena = arena_init(2 * FILE_BYTES_MAX);
    struct bytes content;
    struct err ignored;

    return fd >= 0 && is_own(fd, S_IFREG) &&
           fd_read_all(fd, FILE_BYTES_MAX, &arena, &content, &ignored) == 0 &&
           read_program(content, key, ret_program);
}

static void close_listing(DIR **listing)
{
    if (*listing != NULL)
        (void)closedir(*listing);
}

/* Removes the oldest file where there are as many as there may be. */
static void make_room(int directory_fd)
{
    CLEANUP(fd_close) int fd = openat(directory_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP(close_listing) DIR *listing = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    char oldest[NAME_ROOM * 2] = "";
    time_t oldest_time = 0;
    size_t count = 0;

    if (listing == NULL)
        return;
    /* The listing owns it now. */
    (void)fd_take(&fd);
    while ((entry = readdir(listing)) != NULL) {
        struct stat status;

        if (entry->d_name[0] == '.' ||
            fstatat(directory_fd, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0)
            continue;
        if (count++ == 0 || status.st_mtime < oldest_time) {
            struct text name = text_init(oldest, sizeof(oldest));

            oldest_time = status.st_mtime;
            (void)text_append(&name, entry->d_name);
        }
    }
    if (count >= KERNEL_SECCOMP_CACHE_FILES)
        (void)unlinkat(directory_fd, oldest, 0);
}

static void keep(int directory_fd, const char *name, const struct key *key,
                 const struct kernel_seccomp_program *program)
{
    const struct header header = { .magic = MAGIC,
                                   .key_size = (uint32_t)key->size,
                                   .count = program->count };
    char block[NAME_ROOM * 2];
    struct text beside = text_init(block, sizeof(block));
    CLEANUP(fd_close) int fd = -1;
    bool ok;

    make_room(directory_fd);
    if (!text_format(&beside, "%s.new-%d", name, (int)getpid()))
        return;
    fd =
        openat(directory_fd, beside.at, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    ok = fd >= 0 && fd_write_all(fd, bytes_of(&header, sizeof(header))) == 0 &&
         fd_write_all(fd, bytes_of(key->at, key->size)) == 0 &&
         fd_write_all(fd, bytes_of(program->instructions,
                                   program->count * sizeof(struct sock_filter))) == 0 &&
         renameat(directory_fd, beside.at, directory_fd, name) == 0;
    if (fd >= 0 && !ok)
        (void)unlinkat(directory_fd, beside.at, 0);
}

int kernel_seccomp_compile_cached(const char *directory, const struct kernel_seccomp *rules,
                                  struct kernel_seccomp_program *ret_program, struct err *err)
{
    CLEANUP(fd_close) int directory_fd = open_directory(directory);
    CLEANUP(key_done) struct key key = { 0 };
    struct kernel_seccomp_program program = { .flags = rules->flags };
    char name[NAME_ROOM];

    if (directory_fd < 0 || !make_key(rules, &key))
        return kernel_seccomp_compile(rules, ret_program, err);
    name_of(&key, name);
    if (!find(directory_fd, name, &key, &program)) {
        if (kernel_seccomp_compile(rules, &program, err) < 0)
            return err->number;
        keep(directory_fd, name, &key, &program);
    }
    *ret_program = program;
    return 0;
}
