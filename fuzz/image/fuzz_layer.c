/*
 * Property: the bytes of a layer, over a tree that a layer below has left, are applied to a real
 * directory and to a model of one. The model sees only clean paths, so nothing outside of the root
 * can be named, and no whiteout removes what the layer itself has made; limits hold. Both are
 * refused, or both succeed and then hold the same names, contents, links, modes and times; in
 * either case what stands beside the real directory has not changed, and no file is left half.
 *
 * Under an engine only one input in sixteen is tried with a real directory, which costs ten times
 * what the model does; a replay tries all.
 *
 * The first octet says how the rest is compressed (0 not at all, 1 gzip, 2 zstd), whether there is
 * a layer below (4), and whether headers with a wrong checksum are to get the right one (8), which
 * no mutation would find by itself.
 *
 * Covers: src/image/layer.c src/image/entry.c src/image/path.c src/image/made.c src/image/stream.c
 * src/image/directory.c src/image/beneath.c
 */
#include "fuzz/image/model_tree.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "image/beneath.h"
#include "image/directory.h"
#include "image/layer.h"
#include "tests/unit/image/tar.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define BYTES_MAX ((uint64_t)1 << 18)
#define ENTRIES_MAX 128
#define BLOCK 512

enum { COMPRESSION = 3, HAS_LOWER = 4, REPAIR = 8 };

/* What the layer below has left: something of each kind, and a directory that is locked. */
static const struct tar_member lower[] = {
    { '5', .name = "dir/" },
    { '0', .name = "dir/file", .content = "below" },
    { '0', .name = "dir/deep/er/file", .content = "below" },
    { '2', .name = "link", .link = "../outside" },
    { '2', .name = "dir/link", .link = "/" },
    { '0', .name = "file", .content = "below" },
    { '1', .name = "hard", .link = "dir/file" },
    { '6', .name = "fifo" },
    { '5', .name = "locked", .mode = 0500 },
    { '0', .name = "locked/file", .content = "below" },
    { 0 },
};

/* A directory of its own for the real tree, and beside it what no layer may touch. */
struct place {
    char path[PATH_MAX];
    int fd;
    int target_fd;
    struct stat canaries[4];
};

static const char *const outside[] = { "outside", "outside/file", "outside/dir",
                                       "outside/dir/file" };

static void make_canary(const struct place *place, const char *name)
{
    CLEANUP(fd_close) int fd =
        openat(place->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

    fuzz_require(fd >= 0 && write(fd, "sings", 5) == 5);
}

/* What a process of the same number has left, which an engine killed, is cleared first. */
static void place_init(struct place *place)
{
    const char *parent = getenv("TMPDIR");
    struct err err;

    (void)snprintf(place->path, sizeof(place->path), "%s/fuzz-layer-%ld",
                   parent == NULL ? "/tmp" : parent, (long)getpid());
    fuzz_require(mkdir(place->path, 0700) == 0 || errno == EEXIST);
    place->fd = open(place->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    fuzz_require(beneath_clear(place->fd, &err) == 0);
    fuzz_require(place->fd >= 0);
    fuzz_require(mkdirat(place->fd, "target", 0755) == 0);
    fuzz_require(mkdirat(place->fd, "outside", 0755) == 0);
    fuzz_require(mkdirat(place->fd, "outside/dir", 0755) == 0);
    make_canary(place, "outside/file");
    make_canary(place, "outside/dir/file");
    for (size_t i = 0; i < 4; i++)
        fuzz_require(fstatat(place->fd, outside[i], &place->canaries[i], 0) == 0);
    place->target_fd = openat(place->fd, "target", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    fuzz_require(place->target_fd >= 0);
}

static void place_done(struct place *place)
{
    struct err err;

    fd_close(&place->target_fd);
    fuzz_require(beneath_clear(place->fd, &err) == 0);
    fd_close(&place->fd);
    fuzz_require(rmdir(place->path) == 0);
}

/* How many names are in a directory. */
static size_t count_names(int dir_fd)
{
    CLEANUP(beneath_list_close) DIR *listing = beneath_list_open(dir_fd);
    size_t count = 0;

    fuzz_require(listing != NULL);
    while (beneath_list_next(listing) != NULL)
        count++;
    return count;
}

/* A name more or less, another content, mode or link: each changes the time of one of them. */
static void check_outside(const struct place *place)
{
    for (size_t i = 0; i < 4; i++) {
        const struct stat *before = &place->canaries[i];
        struct stat now;

        fuzz_require(fstatat(place->fd, outside[i], &now, AT_SYMLINK_NOFOLLOW) == 0);
        fuzz_require(now.st_ino == before->st_ino && now.st_size == before->st_size);
        fuzz_require(now.st_mode == before->st_mode && now.st_nlink == before->st_nlink);
        fuzz_require(now.st_ctim.tv_sec == before->st_ctim.tv_sec);
        fuzz_require(now.st_ctim.tv_nsec == before->st_ctim.tv_nsec);
    }
    fuzz_require(count_names(place->fd) == 2);
}

/* The name of a node from the root. */
static void path_of(const struct model_node *node, char *block, size_t capacity)
{
    const struct model_node *nodes[IMAGE_PATH_DEPTH_MAX + 1];
    struct text path = text_init(block, capacity);
    size_t depth = 0;

    for (; node->parent != NULL; node = node->parent) {
        fuzz_require(depth <= IMAGE_PATH_DEPTH_MAX);
        nodes[depth++] = node;
    }
    while (depth > 0)
        fuzz_require(text_append(&path, nodes[--depth]->name) &&
                     (depth == 0 || text_append_char(&path, '/')));
}

static void compare_content(const struct model_inode *inode, int fd)
{
    uint8_t *block = model_alloc((size_t)inode->size + 1);

    fuzz_require(pread(fd, block, (size_t)inode->size + 1, 0) == (ssize_t)inode->size);
    fuzz_require(inode->size == 0 || memcmp(block, inode->content, (size_t)inode->size) == 0);
    free(block);
}

static void compare_link(const struct model_inode *inode, int dir_fd, const char *name)
{
    char block[IMAGE_PATH_MAX + 2];

    fuzz_require(readlinkat(dir_fd, name, block, sizeof(block)) == (ssize_t)inode->size);
    fuzz_require(memcmp(block, inode->content, (size_t)inode->size) == 0);
}

/* A node of the model, and what has its name in the real tree. */
static void compare_node(const struct model_node *node, int target_fd)
{
    static const mode_t kinds[] = {
        [MODEL_DIRECTORY] = S_IFDIR,
        [MODEL_FILE] = S_IFREG,
        [MODEL_SYMLINK] = S_IFLNK,
        [MODEL_FIFO] = S_IFIFO,
    };
    const struct model_inode *inode = node->inode;
    char path[IMAGE_PATH_MAX + 1];
    CLEANUP(fd_close) int fd = -1;
    struct stat status;

    path_of(node, path, sizeof(path));
    fuzz_require(fstatat(target_fd, path[0] == '\0' ? "." : path, &status, AT_SYMLINK_NOFOLLOW) ==
                 0);
    fuzz_require((status.st_mode & S_IFMT) == kinds[inode->kind]);
    fuzz_require(inode->kind == MODEL_SYMLINK || (status.st_mode & 07777) == inode->mode);
    fuzz_require(inode->kind == MODEL_DIRECTORY || status.st_nlink == inode->links);
    /* File systems hold times of some centuries only. */
    if (node->parent != NULL && inode->modified_s >= 0 && inode->modified_s <= INT32_MAX)
        fuzz_require(status.st_mtim.tv_sec == inode->modified_s);
    if (inode->kind == MODEL_SYMLINK)
        compare_link(inode, target_fd, path);
    if (inode->kind != MODEL_FILE && inode->kind != MODEL_DIRECTORY)
        return;
    fd = beneath_open(target_fd, path, O_RDONLY);
    /* A plain user cannot read everything that it owns. */
    if (fd == -EACCES && geteuid() != 0)
        return;
    fuzz_require(fd >= 0);
    if (inode->kind == MODEL_FILE) {
        compare_content(inode, fd);
    } else {
        size_t children = 0;

        for (const struct model_node *child = node->child; child != NULL; child = child->next)
            children++;
        fuzz_require(count_names(fd) == children);
    }
}

/* Whether a failure is one of the file system, which the model does not have. */
static bool is_of_file_system(int number)
{
    return number == -ENOSPC || number == -E2BIG || number == -ERANGE || number == -EPERM ||
           number == -EOVERFLOW || number == -EACCES || number == -EMLINK;
}

static int apply(struct image_tree *tree, const struct image_source *source, struct err *err)
{
    const struct image_layer layer = { .source = *source,
                                       .bytes_max = BYTES_MAX,
                                       .entries_max = ENTRIES_MAX };
    struct image_layer_result result;
    int number = image_layer_apply(&layer, tree, &result, err);

    fuzz_require(number <= 0);
    if (number < 0) {
        fuzz_require(err->number == number && err->sentence[0] != '\0');
        return number;
    }
    fuzz_require(result.entries <= ENTRIES_MAX && result.left_out <= result.entries);
    fuzz_require(result.bytes <= BYTES_MAX);
    return 0;
}

/* Applies a layer to the model; 0, or what refused it. */
static int apply_to_model(struct model *model, const struct image_source *source)
{
    struct err err = { 0 };
    int number = apply(&model->tree, source, &err);

    fuzz_require(model->file == NULL);
    /* Each entry makes, at most, all directories above it. */
    fuzz_require(model->operations <= (uint64_t)(ENTRIES_MAX + 16) * (IMAGE_PATH_DEPTH_MAX + 256));
    return number;
}

/* Applies the same layer to the real tree, which must come to the same. */
static void compare(const struct place *place, const struct model *model, int modelled,
                    const struct image_source *source)
{
    struct image_directory directory;
    struct err err = { 0 };
    int real;

    image_directory_init(&directory, place->target_fd, IMAGE_OWNERS_OURS);
    real = apply(&directory.tree, source, &err);
    fuzz_require(directory.file_fd < 0);
    image_directory_done(&directory);
    check_outside(place);
    if (real < 0 && is_of_file_system(real))
        return;
    fuzz_require((real < 0) == (modelled < 0));
    /* Where a directory's attributes came last and did not come, they differ. */
    for (const struct model_node *node = &model->root; node != NULL && real == 0;
         node = model_next(node))
        compare_node(node, place->target_fd);
}

static bool wants_real_tree(struct bytes input)
{
    unsigned int sum = 0;

    if (fuzz_is_replay != NULL && fuzz_is_replay())
        return true;
    for (size_t i = 0; i < input.size; i++)
        sum += input.at[i];
    return sum % 16 == 0;
}

/* Gives each block that could be a header its checksum. */
static void repair(uint8_t *tar, size_t size)
{
    for (size_t at = 0; at + BLOCK <= size; at += BLOCK) {
        uint8_t *header = tar + at;
        unsigned int sum = 0;

        if (memcmp(header + 257, "ustar", 5) != 0)
            continue;
        memset(header + 148, ' ', 8);
        for (size_t i = 0; i < BLOCK; i++)
            sum += header[i];
        tar_octal(header, 148, sum, 6);
        header[154] = '\0';
    }
}

/* The layer below, the same for all. */
static void make_lower(struct model *model, const struct place *place)
{
    struct tar tar = tar_of(lower);
    const struct image_source source = { .fd = -1, .memory = tar_bytes(&tar) };

    fuzz_require(apply_to_model(model, &source) == 0);
    if (place->fd >= 0)
        compare(place, model, 0, &source);
    model_forget(model);
    tar_done(&tar);
}

FUZZ_TARGET(input)
{
    uint8_t flags = input.size == 0 ? 0 : input.at[0];
    size_t size = input.size == 0 ? 0 : input.size - 1;
    uint8_t *blob = model_alloc(size);
    const struct image_source source = {
        .compression = (enum image_compression)((flags & COMPRESSION) % 3),
        .fd = -1,
        .memory = bytes_of(blob, size),
    };
    struct place place = { .fd = -1 };
    struct model model;
    int number;

    if (size > 0)
        memcpy(blob, input.at + 1, size);
    if ((flags & REPAIR) != 0 && source.compression == IMAGE_COMPRESSION_NONE)
        repair(blob, size);
    if (wants_real_tree(input))
        place_init(&place);
    model_init(&model);
    if ((flags & HAS_LOWER) != 0)
        make_lower(&model, &place);
    number = apply_to_model(&model, &source);
    if (place.fd >= 0) {
        compare(&place, &model, number, &source);
        place_done(&place);
    }
    model_done(&model);
    free(blob);
}
