/*
 * Layers over a real directory: what they make, what they may not, and that beside the target
 * nothing changes. Each row is a tar (or two, one over the other) and the tree that is to come of
 * it.
 */
#include "unit.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text_format.h"
#include "image/beneath.h"
#include "image/directory.h"
#include "image/layer.h"
#include "unit/image/tar.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

#define LISTING_MAX 4096

/* A new directory that holds the target and, beside it, what no layer may touch. */
struct place {
    char path[32];
    int fd;
    int target_fd;
    struct stat canary;
};

static void place_done(struct place *place)
{
    struct err err;

    fd_close(&place->target_fd);
    if (place->fd >= 0)
        (void)beneath_clear(place->fd, &err);
    fd_close(&place->fd);
    (void)rmdir(place->path);
}

static struct place place_init(void)
{
    struct place place = { .path = "/tmp/layer-XXXXXX", .fd = -1, .target_fd = -1 };
    struct err err;

    assert_non_null(mkdtemp(place.path));
    place.fd = open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(place.fd >= 0);
    assert_int_equal(mkdirat(place.fd, "target", 0755), 0);
    assert_int_equal(mkdirat(place.fd, "outside", 0700), 0);
    assert_int_equal(file_write_atomic((struct file_place){ place.fd, "outside/canary" },
                                       bytes_of_text("sings"), 0600, &err),
                     0);
    assert_int_equal(fstatat(place.fd, "outside/canary", &place.canary, 0), 0);
    place.target_fd = openat(place.fd, "target", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(place.target_fd >= 0);
    return place;
}

/* One line for each thing below the target: its kind, its name, and what it holds. */
static void list_entry(const FTSENT *entry, const char *path, struct text *listing)
{
    char content[256] = "";
    CLEANUP(fd_close) int fd = -1;

    assert_true(text_append(listing, path));
    switch (entry->fts_info) {
    case FTS_D:
        assert_true(text_append(listing, "/\n"));
        return;
    case FTS_SL:
    case FTS_SLNONE:
        assert_true(readlink(entry->fts_path, content, sizeof(content) - 1) > 0);
        assert_true(text_format(listing, "->%s\n", content));
        return;
    case FTS_F:
        fd = open(entry->fts_path, O_RDONLY | O_CLOEXEC);
        assert_true(read(fd, content, sizeof(content) - 1) >= 0);
        assert_true(text_format(listing, "=%s\n", content));
        return;
    default:
        assert_true(text_append(listing, "?\n"));
        return;
    }
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void list_target(const struct place *place, struct text *listing)
{
    char path[64];
    char *const paths[] = { path, NULL };
    FTS *walk;
    const FTSENT *entry;

    (void)snprintf(path, sizeof(path), "%s/target", place->path);
    walk = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    assert_non_null(walk);
    while ((entry = fts_read(walk)) != NULL) {
        if (entry->fts_level > 0 && entry->fts_info != FTS_DP)
            list_entry(entry, entry->fts_path + strlen(path) + 1, listing);
    }
    (void)fts_close(walk);
}

/* Nothing beside the target is different from before. */
static bool is_outside_untouched(const struct place *place)
{
    CLEANUP(arena_done) struct arena arena = arena_init(4096);
    struct bytes content;
    struct stat now;
    struct err err;

    return fstatat(place->fd, "outside/canary", &now, 0) == 0 &&
           now.st_mode == place->canary.st_mode && now.st_nlink == place->canary.st_nlink &&
           now.st_ctim.tv_sec == place->canary.st_ctim.tv_sec &&
           now.st_ctim.tv_nsec == place->canary.st_ctim.tv_nsec &&
           file_read((struct file_place){ place->fd, "outside/canary" }, 64, &arena, &content,
                     &err) == 0 &&
           bytes_equal(content, bytes_of_text("sings")) &&
           faccessat(place->fd, "evil", F_OK, 0) < 0;
}

static int apply_bytes(int target_fd, struct bytes tar, struct image_layer_result *ret_result,
                       struct err *err)
{
    CLEANUP(image_directory_done) struct image_directory directory;
    const struct image_layer layer = {
        .source = { .fd = -1, .memory = tar },
        .bytes_max = (uint64_t)1 << 20,
        .entries_max = 64,
    };

    image_directory_init(&directory, target_fd,
                         geteuid() == 0 ? IMAGE_OWNERS_KEEP : IMAGE_OWNERS_OURS);
    return image_layer_apply(&layer, &directory.tree, ret_result, err);
}

static int apply(int target_fd, const struct tar_member *members, struct err *err)
{
    CLEANUP(tar_done) struct tar tar = tar_of(members);
    struct image_layer_result result;

    return apply_bytes(target_fd, tar_bytes(&tar), &result, err);
}

static const struct {
    const char *label;
    struct tar_member lower[TAR_MEMBERS_MAX];
    struct tar_member upper[TAR_MEMBERS_MAX];
    const char *tree;
} honest_layers[] = {
    { "nothing", { { 0 } }, { { 0 } }, "" },
    { "all kinds",
      { { '5', .name = "./" },
        { '5', .name = "d/" },
        { '0', .name = "./d/f", .content = "one" },
        { '2', .name = "d/s", .link = "/etc/passwd" },
        { '1', .name = "h", .link = "d/f" },
        { '1', .name = "hs", .link = "d/s" } },
      { { 0 } },
      "d/\nd/f=one\nd/s->/etc/passwd\nh=one\nhs->/etc/passwd\n" },
    { "an absolute name is below the root",
      { { '0', .name = "/evil", .content = "x" } },
      { { 0 } },
      "evil=x\n" },
    { "directories that are implied",
      { { '0', .name = "a/b/c", .content = "x" } },
      { { 0 } },
      "a/\na/b/\na/b/c=x\n" },
    { "a file over a file, a link over a file, a file over a link",
      { { '0', .name = "f", .content = "old" },
        { '0', .name = "g", .content = "old" },
        { '2', .name = "s", .link = "../outside/canary" } },
      { { '0', .name = "f", .content = "new" },
        { '2', .name = "g", .link = "f" },
        { '0', .name = "s", .content = "new" } },
      "f=new\ng->f\ns=new\n" },
    { "a file over a directory, a directory over a file and a link",
      { { '0', .name = "d/x/y", .content = "old" },
        { '0', .name = "f", .content = "old" },
        { '2', .name = "s", .link = "../outside" } },
      { { '0', .name = "d", .content = "new" },
        { '5', .name = "f" },
        { '5', .name = "s" },
        { '0', .name = "s/evil", .content = "new" } },
      "d=new\nf/\ns/\ns/evil=new\n" },
    { "a directory over a directory keeps what is in it",
      { { '0', .name = "d/old", .content = "1" } },
      { { '5', .name = "d", .mode = 0700 }, { '0', .name = "d/new", .content = "2" } },
      "d/\nd/new=2\nd/old=1\n" },
    { "a whiteout hides a file, a directory, a link and nothing",
      { { '0', .name = "a", .content = "1" },
        { '0', .name = "d/x/y", .content = "1" },
        { '2', .name = "s", .link = "../outside" },
        { '0', .name = "keep", .content = "1" } },
      { { '0', .name = ".wh.a" },
        { '0', .name = ".wh.d" },
        { '0', .name = ".wh.s" },
        { '0', .name = "e/.wh.none" } },
      "e/\nkeep=1\n" },
    { "a whiteout after its own layer's file hides only what was below",
      { { '0', .name = "d/old", .content = "1" }, { '0', .name = "f", .content = "1" } },
      { { '0', .name = "d/new", .content = "2" },
        { '0', .name = "f", .content = "2" },
        { '0', .name = ".wh.d" },
        { '0', .name = ".wh.f" } },
      "d/\nd/new=2\nf=2\n" },
    { "an opaque directory shows only its own layer",
      { { '0', .name = "d/old", .content = "1" },
        { '0', .name = "d/sub/old", .content = "1" },
        { '0', .name = "d/gone/old", .content = "1" } },
      { { '0', .name = "d/sub/new", .content = "2" },
        { '0', .name = "d/.wh..wh..opq" },
        { '0', .name = "d/new", .content = "2" } },
      "d/\nd/new=2\nd/sub/\nd/sub/new=2\n" },
    { "an opaque root",
      { { '0', .name = "old/x", .content = "1" } },
      { { '0', .name = ".wh..wh..opq" }, { '0', .name = "new", .content = "2" } },
      "new=2\n" },
    { "names that old tools reserve are left out",
      { { '5', .name = ".wh..wh.plnk" }, { '0', .name = ".wh..wh.aufs" } },
      { { 0 } },
      "" },
    { "device nodes are left out",
      { { '3', .name = "dev/null" }, { '4', .name = "dev/sda" } },
      { { 0 } },
      "" },
    { "a long name of GNU tar, a pax path",
      { { 'L', .name = "././@LongLink", .content = "gnu/long" },
        { '0', .name = "short", .content = "1" },
        { 'x', .name = "pax", .content = "17 path=pax/long\n" },
        { '0', .name = "short", .content = "2" } },
      { { 0 } },
      "gnu/\ngnu/long=1\npax/\npax/long=2\n" },
    { "names that are not ASCII, in ustar and in pax",
      { { '0', .name = "\xc3\xa9", .content = "1" },
        { '0', .name = "\xff", .content = "2" },
        { 'x', .name = "pax", .content = "11 path=\xc3\xbc\n" },
        { '0', .name = "short", .content = "3" } },
      { { 0 } },
      "\xc3\xa9=1\n\xc3\xbc=3\n\xff=2\n" },
    { "a pax size that the ustar size does not know",
      { { 'x', .name = "pax", .content = "10 size=5\n" },
        { '0', .name = "f", .content = "12345", .size_octets = "00000000000" },
        { '0', .name = "g", .content = "x" } },
      { { 0 } },
      "f=12345\ng=x\n" },
};

static void layers_make_the_tree_that_they_describe(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(honest_layers); i++) {
        CLEANUP(place_done) struct place place = place_init();
        char block[LISTING_MAX];
        struct text listing = text_init(block, sizeof(block));
        struct err err = { 0 };

        if (apply(place.target_fd, honest_layers[i].lower, &err) < 0 ||
            apply(place.target_fd, honest_layers[i].upper, &err) < 0)
            fail_msg("row '%s': %s", honest_layers[i].label, err.sentence);
        list_target(&place, &listing);
        if (strcmp(listing.at, honest_layers[i].tree) != 0)
            fail_msg("row '%s': the tree is\n%s", honest_layers[i].label, listing.at);
        assert_row(honest_layers[i].label, is_outside_untouched(&place));
    }
}

static const struct {
    const char *label;
    struct tar_member members[TAR_MEMBERS_MAX];
    const char *sentence; /* a part of it */
} hostile_layers[] = {
    { "a name that leads up", { { '0', .name = "../evil", .content = "x" } }, "leads up" },
    { "a name that leads up in the middle",
      { { '0', .name = "a/../../evil", .content = "x" } },
      "leads up" },
    { "a write through a symbolic link",
      { { '2', .name = "s", .link = "../outside" }, { '0', .name = "s/canary", .content = "x" } },
      "directory 's'" },
    { "a write through an absolute symbolic link",
      { { '2', .name = "s", .link = "/tmp" }, { '0', .name = "s/evil", .content = "x" } },
      "directory 's'" },
    { "a write through a symbolic link that stays inside",
      { { '5', .name = "d" },
        { '2', .name = "s", .link = "d" },
        { '0', .name = "s/f", .content = "x" } },
      "directory 's'" },
    { "a directory below a symbolic link",
      { { '2', .name = "s", .link = "../outside" }, { '5', .name = "s/evil" } },
      "directory 's'" },
    { "a symbolic link in place of a directory that was entered",
      { { '0', .name = "d/f", .content = "x" },
        { '2', .name = "d", .link = "../outside" },
        { '0', .name = "d/canary", .content = "x" } },
      "'d'" },
    { "a hard link to outside by name",
      { { '1', .name = "h", .link = "../outside/canary" } },
      "the hard link's target leads up" },
    { "a hard link to outside through a symbolic link",
      { { '2', .name = "s", .link = "../outside" }, { '1', .name = "h", .link = "s/canary" } },
      "open the directory of 's/canary'" },
    { "a hard link below a symbolic link",
      { { '0', .name = "f", .content = "x" },
        { '2', .name = "s", .link = "../outside" },
        { '1', .name = "s/evil", .link = "f" } },
      "directory 's'" },
    { "a hard link to itself",
      { { '0', .name = "f", .content = "x" }, { '1', .name = "f", .link = "./f" } },
      "the link itself" },
    { "a hard link into what it replaces",
      { { '0', .name = "d/f", .content = "x" }, { '1', .name = "d", .link = "d/f" } },
      "is in it" },
    { "a hard link to a directory",
      { { '5', .name = "d" }, { '1', .name = "h", .link = "d" } },
      "link to 'd'" },
    { "a hard link to what is not there", { { '1', .name = "h", .link = "none" } }, "none" },
    { "a hard link to the root", { { '1', .name = "h", .link = "/" } }, "image's root" },
    { "a root that is a symbolic link",
      { { '2', .name = "./", .link = "../outside" } },
      "image's root" },
    { "a root that is a symbolic link, named /",
      { { '2', .name = "/", .link = "/tmp" } },
      "image's root" },
    { "a root that is a file", { { '0', .name = ".", .content = "x" } }, "image's root" },
    { "a whiteout of the directory above", { { '0', .name = ".wh..." } }, "hides nothing" },
    { "a whiteout of the directory above, deeper",
      { { '5', .name = "d" }, { '0', .name = "d/.wh..." } },
      "hides nothing" },
    { "a whiteout of the directory itself", { { '0', .name = ".wh.." } }, "hides nothing" },
    { "a whiteout of nothing", { { '0', .name = ".wh." } }, "hides nothing" },
    { "a whiteout through a symbolic link",
      { { '2', .name = "s", .link = "../outside" }, { '0', .name = "s/.wh.canary" } },
      "directory 's'" },
    { "an opaque whiteout through a symbolic link",
      { { '2', .name = "s", .link = "../outside" }, { '0', .name = "s/.wh..wh..opq" } },
      "directory 's'" },
    { "a name below a whiteout",
      { { '0', .name = ".wh.d/f", .content = "x" } },
      "below a whiteout" },
    { "a file as a directory",
      { { '0', .name = "f", .content = "x" }, { '0', .name = "f/g", .content = "x" } },
      "directory 'f'" },
    { "a symbolic link without a target", { { '2', .name = "s", .link = "" } }, "target" },
    { "a size beyond the limit",
      { { '0', .name = "f", .content = "x", .size_octets = "77777777777" } },
      "larger than the limit" },
    { "a size in base 256 that wraps to a negative one",
      { { '0', .name = "f", .content = "x",
          .size_octets = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xfe\x00" } },
      "" },
    { "a size in base 256 beyond 64 bits",
      { { '0', .name = "f", .content = "x",
          .size_octets = "\x80\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01" } },
      "" },
    { "more content promised than there is",
      { { '0', .name = "f", .content = "x", .size_octets = "00000100000" } },
      "damaged" },
    { "an owner that wraps to root",
      { { '0', .name = "f", .content = "x", .uid_octets = "\x80\x00\x00\x01\x00\x00\x00\x00" } },
      "out of range" },
    { "a pax size that is negative",
      { { 'x', .name = "pax", .content = "11 size=-1\n" }, { '0', .name = "f", .content = "x" } },
      "" },
    { "a pax record that is longer than the header",
      { { 'x', .name = "pax", .content = "999999 path=x\n" },
        { '0', .name = "f", .content = "x" } },
      "" },
};

static void hostile_layers_are_refused_and_touch_nothing_outside(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(hostile_layers); i++) {
        CLEANUP(place_done) struct place place = place_init();
        struct err err = { 0 };

        if (apply(place.target_fd, hostile_layers[i].members, &err) == 0)
            fail_msg("row '%s' was not refused", hostile_layers[i].label);
        if (strstr(err.sentence, hostile_layers[i].sentence) == NULL)
            fail_msg("row '%s': %s", hostile_layers[i].label, err.sentence);
        assert_row(hostile_layers[i].label, is_outside_untouched(&place));
    }
}

static void a_refused_file_leaves_no_half_of_itself(void **state)
{
    static const struct tar_member members[] = {
        { '0', .name = "whole", .content = "x" },
        { '0', .name = "half", .content = "x", .size_octets = "00000100000" },
        { 0 },
    };
    CLEANUP(place_done) struct place place = place_init();
    char block[LISTING_MAX];
    struct text listing = text_init(block, sizeof(block));
    struct err err;

    (void)state;
    assert_int_equal(apply(place.target_fd, members, &err), -EINVAL);
    list_target(&place, &listing);
    assert_string_equal(listing.at, "whole=x\n");
}

static void a_tar_may_end_right_after_its_last_content_but_not_in_it(void **state)
{
    static const struct tar_member members[] = {
        { '0', .name = "a", .content = "one" },
        { '0', .name = "b", .content = "two" },
        { 0 },
    };
    static const struct {
        size_t size;
        const char *tree; /* NULL: refused */
    } rows[] = {
        { (size_t)4 * 512, "a=one\nb=two\n" },
        { (size_t)3 * 512 + 4, "a=one\nb=two\n" },
        { (size_t)3 * 512 + 3, "a=one\nb=two\n" },
        { (size_t)3 * 512 + 2, NULL },
        { (size_t)3 * 512, NULL },
        { (size_t)3 * 512 - 1, NULL },
        { (size_t)2 * 512 + 300, NULL },
        { (size_t)2 * 512, "a=one\n" },
        { 512 + 3, "a=one\n" },
    };
    CLEANUP(tar_done) struct tar tar = tar_of(members);

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(place_done) struct place place = place_init();
        char block[LISTING_MAX];
        struct text listing = text_init(block, sizeof(block));
        struct image_layer_result result;
        struct err err = { 0 };
        int number = apply_bytes(place.target_fd, bytes_of(tar.at, rows[i].size), &result, &err);

        if ((number == 0) != (rows[i].tree != NULL))
            fail_msg("%zu octets: %s", rows[i].size, err.sentence);
        list_target(&place, &listing);
        if (rows[i].tree != NULL)
            assert_string_equal(listing.at, rows[i].tree);
        assert_null(strstr(listing.at, "b=tw\n"));
    }
}

static void directories_get_their_mode_and_time_last(void **state)
{
    static const struct tar_member lower[] = {
        { '5', .name = "locked", .mode = 0500 },
        { '0', .name = "locked/in/f", .content = "x", .mode = 04755 },
        { 0 },
    };
    static const struct tar_member upper[] = {
        { '0', .name = "locked/g", .content = "x" },
        { 0 },
    };
    CLEANUP(place_done) struct place place = place_init();
    struct err err;
    struct stat status;

    (void)state;
    assert_int_equal(apply(place.target_fd, lower, &err), 0);
    assert_int_equal(apply(place.target_fd, upper, &err), 0);
    assert_int_equal(fstatat(place.target_fd, "locked", &status, 0), 0);
    assert_int_equal(status.st_mode & 07777, 0500);
    assert_int_equal(status.st_mtim.tv_sec, 1000000000);
    assert_int_equal(fchmodat(place.target_fd, "locked", 0700, 0), 0);
    assert_int_equal(fstatat(place.target_fd, "locked/in", &status, 0), 0);
    assert_int_equal(status.st_mode & 07777, 0755);
    assert_int_equal(status.st_mtim.tv_sec, 0);
    assert_int_equal(fstatat(place.target_fd, "locked/in/f", &status, 0), 0);
    assert_int_equal(status.st_mode & 07777, 04755);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(layers_make_the_tree_that_they_describe),
    cmocka_unit_test(hostile_layers_are_refused_and_touch_nothing_outside),
    cmocka_unit_test(a_refused_file_leaves_no_half_of_itself),
    cmocka_unit_test(a_tar_may_end_right_after_its_last_content_but_not_in_it),
    cmocka_unit_test(directories_get_their_mode_and_time_last),
};

RUN_TESTS(tests)
