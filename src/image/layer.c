/* One pass over the members, in the order of the tar; directories get their attributes at the
 * end. */
#include "image/layer.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "image/entry.h"
#include "image/made.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>

/* What may be noted of a layer's paths while it is applied. */
#define MADE_BYTES_MAX ((size_t)512 << 20)
/* What the names in one directory may take. */
#define NAMES_BYTES_MAX ((size_t)256 << 20)
#define TAR_BLOCK_BYTES ((size_t)512)

struct applying {
    const struct image_layer *layer;
    struct image_tree *tree;
    struct image_stream stream;
    struct archive *tar;
    struct image_made made;
    struct image_entry entry; /* the member at hand */
    uint64_t file_bytes_left;
    bool is_padded; /* the tar ended within a block, which was filled up */
    struct image_layer_result result;
    struct err read_err; /* why the stream failed below libarchive; number 0: it did not */
};

static void applying_done(struct applying *applying)
{
    if (applying->tar != NULL)
        (void)archive_read_free(applying->tar);
    applying->tar = NULL;
    image_stream_done(&applying->stream);
    image_made_done(&applying->made);
}

/* libarchive decodes the UTF-8 of pax headers by the thread's locale. */
struct locale_change {
    locale_t utf8;
    locale_t before;
};

static int locale_enter(struct locale_change *change, struct err *err)
{
    change->utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (change->utf8 == (locale_t)0)
        return err_system(err, errno, "use the locale C.UTF-8");
    change->before = uselocale(change->utf8);
    return 0;
}

static void locale_done(struct locale_change *change)
{
    if (change->utf8 == (locale_t)0)
        return;
    (void)uselocale(change->before);
    freelocale(change->utf8);
}

/* Zeroes that fill the last block up, once. Some tools leave out what follows the content of the
 * last member, and other readers take their layers. */
static struct bytes pad(struct applying *applying)
{
    static const uint8_t zeroes[TAR_BLOCK_BYTES];
    size_t over = (size_t)(applying->stream.bytes_read % TAR_BLOCK_BYTES);

    if (over == 0 || applying->is_padded)
        return bytes_of(zeroes, 0);
    applying->is_padded = true;
    return bytes_of(zeroes, TAR_BLOCK_BYTES - over);
}

/* The tar for libarchive: hashed, counted and watched on the way. */
static la_ssize_t read_stream(struct archive *tar, void *client, const void **ret_block)
{
    struct applying *applying = client;
    const struct image_watch *watch = &applying->layer->watch;
    struct bytes part;
    int number = image_stream_read(&applying->stream, &part, &applying->read_err);

    if (number == 0 && watch->tell != NULL &&
        !watch->tell(watch->caller, applying->stream.bytes_read))
        number = err_set(&applying->read_err, -ECANCELED, "interrupted");
    if (number < 0) {
        archive_set_error(tar, -number, "the layer cannot be read on");
        return -1;
    }
    if (part.size == 0)
        part = pad(applying);
    *ret_block = part.at;
    return (la_ssize_t)part.size;
}

/* Whether the member at hand, of whose content `copied` octets (and what fills their last block)
 * have been read, reaches into what was only filled up. */
static bool is_cut(const struct applying *applying, uint64_t copied)
{
    uint64_t position = (uint64_t)archive_filter_bytes(applying->tar, 0);
    uint64_t over = copied % TAR_BLOCK_BYTES;
    uint64_t filling = over == 0 ? 0 : TAR_BLOCK_BYTES - over;

    return applying->is_padded && position > applying->stream.bytes_read + filling;
}

/* Why libarchive gave up: the stream below it, or the tar itself. */
static int refuse_tar(const struct applying *applying, struct err *err)
{
    const char *why = archive_error_string(applying->tar);

    if (applying->read_err.number < 0) {
        *err = applying->read_err;
        return err->number;
    }
    return err_set(err, -EINVAL, "the tar is damaged (%s)", why == NULL ? "no reason given" : why);
}

static int open_tar(struct applying *applying, struct err *err)
{
    int number = image_stream_open(&applying->stream, &applying->layer->source,
                                   applying->layer->bytes_max, err);

    if (number < 0)
        return number;
    applying->tar = archive_read_new();
    if (applying->tar == NULL)
        return err_system(err, ENOMEM, "read the tar");
    if (archive_read_support_format_tar(applying->tar) != ARCHIVE_OK ||
        archive_read_support_format_empty(applying->tar) != ARCHIVE_OK)
        return err_set(err, -ENOSYS, "this libarchive cannot read tar");
    if (archive_read_open(applying->tar, applying, NULL, read_stream, NULL) != ARCHIVE_OK)
        return refuse_tar(applying, err);
    return 0;
}

static int note_too_much(struct err *err)
{
    return err_set(err, -EFBIG, "the layer has more names than may be kept in memory");
}

/* Sees to it that the directory `path`, which no member has named yet, is there. */
static int imply_directory(struct applying *applying, const char *path, struct err *err)
{
    static const struct image_attributes plain = { .mode = 0755 };
    struct image_entered entered;
    int number =
        applying->tree->operations->enter_directory(applying->tree, path, false, &entered, err);

    if (number < 0)
        return err_prefix(err, "directory '%s'", path);
    if (image_made_add_directory(&applying->made, path,
                                 entered.found == IMAGE_FOUND_DIRECTORY ? &entered.had : &plain) ==
        NULL)
        return note_too_much(err);
    return 0;
}

/* Whether this layer has made a directory of that path, or entered it. */
static bool has_entered(const struct applying *applying, const char *path)
{
    const struct image_made_entry *entry = image_made_find(&applying->made, path);

    return entry != NULL && entry->is_directory;
}

/* Enters the first `size` characters of the path as a directory, and before it all that it is
 * in. */
static int enter_directories(struct applying *applying, const char *path, size_t size,
                             struct err *err)
{
    char prefix[IMAGE_PATH_MAX + 1];
    size_t end = 0;
    int number = 0;

    memcpy(prefix, path, size);
    prefix[size] = '\0';
    if (has_entered(applying, prefix))
        return 0;
    if (!has_entered(applying, ""))
        number = imply_directory(applying, "", err);
    while (number == 0 && end < size) {
        end += strcspn(path + end, "/");
        memcpy(prefix, path, end);
        prefix[end] = '\0';
        if (!has_entered(applying, prefix))
            number = imply_directory(applying, prefix, err);
        end++;
    }
    return number;
}

static int enter_parents(struct applying *applying, const char *path, struct err *err)
{
    return enter_directories(applying, path, image_path_parent_size(path), err);
}

/* Removes what lower layers left at `path`; a directory that this layer has made or entered is put
 * on the list instead. */
static int hide_path(struct applying *applying, const char *path, struct arena *arena,
                     struct image_name **directories, struct err *err)
{
    const struct image_made_entry *made = image_made_find(&applying->made, path);
    struct image_name *directory;

    if (made == NULL)
        return applying->tree->operations->remove(applying->tree, path, err);
    if (!made->is_directory)
        return 0;
    directory = arena_alloc(arena, sizeof(*directory));
    if (directory == NULL)
        return note_too_much(err);
    *directory = (struct image_name){ .next = *directories, .at = made->path };
    *directories = directory;
    return 0;
}

/* Does that to all in the directory `path`. */
static int hide_inside(struct applying *applying, const char *path, struct arena *arena,
                       struct image_name **directories, struct err *err)
{
    char block[IMAGE_PATH_MAX + 1];
    struct text inner = text_init(block, sizeof(block));
    struct image_name *name = NULL;
    int number = applying->tree->operations->list(applying->tree, path, arena, &name, err);

    for (; number == 0 && name != NULL; name = name->next) {
        text_clear(&inner);
        if (!text_append(&inner, path) || (path[0] != '\0' && !text_append_char(&inner, '/')) ||
            !text_append(&inner, name->at))
            return err_system(err, ENAMETOOLONG, "hide '%s' in '%s'", name->at, path);
        number = hide_path(applying, inner.at, arena, directories, err);
    }
    return number;
}

/* Works off a list of directories that this layer has made or entered, from all of which what lower
 * layers left is removed. */
static int hide_all(struct applying *applying, struct image_name *directories, struct arena *arena,
                    struct err *err)
{
    int number = 0;

    while (number == 0 && directories != NULL) {
        const char *path = directories->at;

        directories = directories->next;
        number = hide_inside(applying, path, arena, &directories, err);
    }
    return number;
}

/* A whiteout's mark among the made paths, where no file's path can be: hiding something twice does
 * nothing, and must not cost anything either. */
static int mark_hidden(struct applying *applying, const char *path, bool *ret_is_first,
                       struct err *err)
{
    char block[IMAGE_PATH_MAX + 8];
    struct text mark = text_init(block, sizeof(block));

    REQUIRE(text_append(&mark, "//") && text_append(&mark, path));
    *ret_is_first = image_made_find(&applying->made, mark.at) == NULL;
    return image_made_add(&applying->made, mark.at) == NULL ? note_too_much(err) : 0;
}

static int apply_opaque(struct applying *applying, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(NAMES_BYTES_MAX);
    struct image_name directory = { .at = applying->entry.path };
    bool is_first = false;
    int number =
        enter_directories(applying, applying->entry.path, strlen(applying->entry.path), err);

    if (number == 0)
        number = mark_hidden(applying, applying->entry.path, &is_first, err);
    if (number < 0 || !is_first)
        return number;
    return hide_all(applying, &directory, &arena, err);
}

static int apply_whiteout(struct applying *applying, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(NAMES_BYTES_MAX);
    struct image_name *directories = NULL;
    bool is_first = true;
    int number = enter_parents(applying, applying->entry.path, err);

    if (number == 0)
        number = mark_hidden(applying, applying->entry.path, &is_first, err);
    if (number < 0 || !is_first)
        return number;
    number = hide_path(applying, applying->entry.path, &arena, &directories, err);
    return number < 0 ? number : hide_all(applying, directories, &arena, err);
}

static int apply_directory(struct applying *applying, struct err *err)
{
    const struct image_entry *entry = &applying->entry;
    struct image_entered entered;
    int number = applying->tree->operations->enter_directory(applying->tree, entry->path, true,
                                                             &entered, err);

    if (number < 0)
        return number;
    if (image_made_add_directory(&applying->made, entry->path, &entry->attributes) == NULL)
        return note_too_much(err);
    return 0;
}

/* Copies the member's content, block by block, holes left out. */
static int copy_content(struct applying *applying, struct err *err)
{
    uint64_t size_max = applying->entry.size;
    uint64_t copied = 0;

    for (;;) {
        const void *block = NULL;
        size_t size = 0;
        la_int64_t offset = 0;
        int status = archive_read_data_block(applying->tar, &block, &size, &offset);
        int number;

        if (status == ARCHIVE_EOF)
            break;
        if (status != ARCHIVE_OK)
            return refuse_tar(applying, err);
        if (offset < 0 || (uint64_t)offset > size_max || size > size_max - (uint64_t)offset)
            return err_set(err, -EINVAL, "it has more content than its size says");
        number = applying->tree->operations->write_file(applying->tree, (uint64_t)offset,
                                                        bytes_of(block, size), err);
        if (number < 0)
            return number;
        copied += size;
    }
    if (is_cut(applying, copied))
        return err_set(err, -EINVAL, "the tar ends in its content");
    return 0;
}

static int apply_file(struct applying *applying, struct err *err)
{
    const struct image_tree_operations *operations = applying->tree->operations;
    const struct image_entry *entry = &applying->entry;
    int number;

    if (entry->size > applying->file_bytes_left)
        return err_set(err, -EFBIG, "the layer's files are larger than the limit");
    applying->file_bytes_left -= entry->size;
    number = operations->begin_file(applying->tree, entry->path, err);
    if (number < 0)
        return number;
    number = copy_content(applying, err);
    if (number == 0)
        number = operations->finish_file(applying->tree, entry->size, &entry->attributes, err);
    if (number < 0)
        operations->abandon_file(applying->tree);
    return number;
}

/* What is no directory and no whiteout. */
static int make(struct applying *applying, struct err *err)
{
    const struct image_tree_operations *operations = applying->tree->operations;
    const struct image_entry *entry = &applying->entry;

    switch (entry->kind) {
    case IMAGE_ENTRY_FILE:
        return apply_file(applying, err);
    case IMAGE_ENTRY_SYMLINK:
        return operations->make_symlink(applying->tree, entry->path, entry->link,
                                        &entry->attributes, err);
    case IMAGE_ENTRY_HARD_LINK:
        return operations->make_hard_link(applying->tree, entry->path, entry->link, err);
    case IMAGE_ENTRY_FIFO:
        return operations->make_fifo(applying->tree, entry->path, &entry->attributes, err);
    case IMAGE_ENTRY_DIRECTORY:
    case IMAGE_ENTRY_DEVICE:
    case IMAGE_ENTRY_WHITEOUT:
    case IMAGE_ENTRY_OPAQUE:
    case IMAGE_ENTRY_WHITEOUT_OTHER:
        break;
    }
    UNREACHABLE();
}

static int apply_entry(struct applying *applying, struct err *err)
{
    const struct image_entry *entry = &applying->entry;
    int number;

    if (entry->kind == IMAGE_ENTRY_DEVICE || entry->kind == IMAGE_ENTRY_WHITEOUT_OTHER) {
        applying->result.left_out++;
        return 0;
    }
    if (entry->kind == IMAGE_ENTRY_OPAQUE)
        return apply_opaque(applying, err);
    if (entry->kind == IMAGE_ENTRY_WHITEOUT)
        return apply_whiteout(applying, err);
    number = enter_parents(applying, entry->path, err);
    if (number < 0)
        return number;
    if (entry->kind == IMAGE_ENTRY_DIRECTORY)
        return apply_directory(applying, err);
    number = make(applying, err);
    if (number == 0 && image_made_add(&applying->made, entry->path) == NULL)
        number = note_too_much(err);
    return number;
}

static int apply_entries(struct applying *applying, struct err *err)
{
    for (;;) {
        struct archive_entry *member;
        const char *name;
        int status = archive_read_next_header(applying->tar, &member);
        int number;

        if (status == ARCHIVE_EOF)
            return 0;
        /* A warning is a header that libarchive has read in part: not good enough. */
        if (status != ARCHIVE_OK)
            return refuse_tar(applying, err);
        if (applying->result.entries == applying->layer->entries_max)
            return err_set(err, -EFBIG, "it has more than %llu entries",
                           (unsigned long long)applying->layer->entries_max);
        applying->result.entries++;
        number = image_entry_read(member, &applying->entry, err);
        if (number == 0 && is_cut(applying, 0))
            number = err_set(err, -EINVAL, "the tar ends in its header");
        if (number == 0)
            number = apply_entry(applying, err);
        name = archive_entry_pathname(member);
        if (number < 0)
            return err_prefix(err, "entry '%s'", name == NULL ? "" : name);
    }
}

static int finish_directories(struct applying *applying, struct err *err)
{
    const struct image_made_entry *entry = applying->made.newest_directory;
    int number = 0;

    for (; number == 0 && entry != NULL; entry = entry->older) {
        if (entry->is_directory)
            number = applying->tree->operations->finish_directory(applying->tree, entry->path,
                                                                  &entry->attributes, err);
        if (number < 0)
            (void)err_prefix(err, "directory '%s'", entry->path);
    }
    return number;
}

static int check_diff_id(struct applying *applying, struct err *err)
{
    const struct image_digest *wanted = &applying->layer->diff_id;
    int number = image_stream_digest(&applying->stream, &applying->result.diff_id, err);

    if (number < 0)
        return number;
    applying->result.bytes = applying->stream.bytes_read;
    if (wanted->hex[0] != '\0' && !image_digest_equal(wanted, &applying->result.diff_id))
        return err_set(err, -EINVAL, "its uncompressed digest is %s, the image's config says %s",
                       image_digest_text(&applying->result.diff_id).at,
                       image_digest_text(wanted).at);
    return 0;
}

int image_layer_apply(const struct image_layer *layer, struct image_tree *tree,
                      struct image_layer_result *ret_result, struct err *err)
{
    CLEANUP(locale_done) struct locale_change locale = { 0 };
    CLEANUP(applying_done) struct applying applying = {
        .layer = layer,
        .tree = tree,
        .file_bytes_left = layer->bytes_max,
        .made = image_made_init(MADE_BYTES_MAX),
    };
    int number = locale_enter(&locale, err);

    if (number == 0)
        number = open_tar(&applying, err);
    if (number == 0)
        number = apply_entries(&applying, err);
    if (number == 0)
        number = finish_directories(&applying, err);
    if (number == 0)
        number = check_diff_id(&applying, err);
    if (number == 0)
        *ret_result = applying.result;
    return number;
}
