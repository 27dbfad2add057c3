/* Everything that a tar header can say wrong is said no to here. */
#include "image/entry.h"

#include "base/require.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

/* Names that mean something to the layers below (OCI image-spec layer.md#whiteouts). */
static const char whiteout_prefix[] = ".wh.";
static const char whiteout_opaque[] = ".wh..wh..opq";
static const char whiteout_reserved[] = ".wh..wh.";

#define XATTR_BYTES_MAX ((size_t)65536)

static bool has_prefix(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Copies the clean form of a name from the archive. */
static int clean(const char *name, char *block, const char *what, struct err *err)
{
    struct text path = text_init(block, IMAGE_PATH_MAX + 1);
    enum image_path_status status;

    if (name == NULL)
        return err_set(err, -EINVAL, "%s is missing or cannot be read", what);
    status = image_path_clean(name, &path);
    if (status != IMAGE_PATH_OK)
        return err_set(err, -EINVAL, "%s %s", what, image_path_explain(status));
    return 0;
}

/* Whether a component before the last one has a whiteout's name. */
static bool is_below_whiteout(const char *path)
{
    const char *slash = strchr(path, '/');

    while (slash != NULL) {
        if (has_prefix(path, whiteout_prefix))
            return true;
        path = slash + 1;
        slash = strchr(path, '/');
    }
    return false;
}

static enum image_entry_kind kind_of(struct archive_entry *member)
{
    if (archive_entry_hardlink(member) != NULL)
        return IMAGE_ENTRY_HARD_LINK;
    switch (archive_entry_filetype(member)) {
    case AE_IFDIR:
        return IMAGE_ENTRY_DIRECTORY;
    case AE_IFREG:
        return IMAGE_ENTRY_FILE;
    case AE_IFLNK:
        return IMAGE_ENTRY_SYMLINK;
    case AE_IFIFO:
        return IMAGE_ENTRY_FIFO;
    default:
        return IMAGE_ENTRY_DEVICE;
    }
}

/* A whiteout's own name becomes the path that it speaks of: "etc/.wh.passwd" is about
 * "etc/passwd", "etc/.wh..wh..opq" about "etc". */
static int read_whiteout(struct image_entry *entry, struct err *err)
{
    size_t parent = image_path_parent_size(entry->path);
    char *name = entry->path + (parent == 0 ? 0 : parent + 1);
    const char *hidden = name + strlen(whiteout_prefix);

    if (strcmp(name, whiteout_opaque) == 0) {
        entry->kind = IMAGE_ENTRY_OPAQUE;
        entry->path[parent] = '\0';
        return 0;
    }
    if (has_prefix(name, whiteout_reserved)) {
        entry->kind = IMAGE_ENTRY_WHITEOUT_OTHER;
        return 0;
    }
    /* ".wh.." and ".wh..." would hide the directory itself, or the one above it. */
    if (hidden[0] == '\0' || strcmp(hidden, ".") == 0 || strcmp(hidden, "..") == 0)
        return err_set(err, -EINVAL, "the whiteout hides nothing that has a name");
    entry->kind = IMAGE_ENTRY_WHITEOUT;
    memmove(name, hidden, strlen(hidden) + 1);
    return 0;
}

static int read_symlink(struct archive_entry *member, struct image_entry *entry, struct err *err)
{
    const char *target = archive_entry_symlink(member);
    struct text link = text_init(entry->link, sizeof(entry->link));

    if (target == NULL || target[0] == '\0' || !text_append(&link, target))
        return err_set(err, -EINVAL, "the symbolic link's target is missing or too long");
    return 0;
}

static int read_hard_link(struct archive_entry *member, struct image_entry *entry, struct err *err)
{
    int number = clean(archive_entry_hardlink(member), entry->link, "the hard link's target", err);

    if (number < 0)
        return number;
    if (entry->link[0] == '\0')
        return err_set(err, -EINVAL, "the hard link's target is the image's root");
    /* To make the link would first remove what it links to. */
    if (image_path_is_within(entry->link, entry->path))
        return err_set(err, -EINVAL, "the hard link's target is the link itself, or is in it");
    return 0;
}

static int read_owner_and_time(struct archive_entry *member, struct image_attributes *attributes,
                               struct err *err)
{
    la_int64_t uid = archive_entry_uid(member);
    la_int64_t gid = archive_entry_gid(member);
    long ns = archive_entry_mtime_nsec(member);

    /* 2^32 - 1 means "leave it" to chown(2). */
    if (uid < 0 || uid >= UINT32_MAX || gid < 0 || gid >= UINT32_MAX)
        return err_set(err, -EINVAL, "its owner %lld:%lld is out of range", (long long)uid,
                       (long long)gid);
    if (ns < 0 || ns > 999999999)
        return err_set(err, -EINVAL, "its time is out of range");
    attributes->uid = (uid_t)uid;
    attributes->gid = (gid_t)gid;
    attributes->mode = archive_entry_perm(member) & 07777;
    attributes->modified_s = archive_entry_mtime(member);
    attributes->modified_ns = (uint32_t)ns;
    return 0;
}

static bool is_allowed_xattr(const char *name)
{
    if (strcmp(name, "security.capability") == 0)
        return true;
    return has_prefix(name, "user.") && !has_prefix(name, "user.overlay.");
}

static int read_xattrs(struct archive_entry *member, struct image_entry *entry, struct err *err)
{
    struct image_attributes *attributes = &entry->attributes;
    size_t bytes = 0;
    const char *name;
    const void *value;
    size_t size;

    attributes->xattrs = entry->xattrs;
    attributes->xattrs_count = 0;
    (void)archive_entry_xattr_reset(member);
    while (archive_entry_xattr_next(member, &name, &value, &size) == ARCHIVE_OK) {
        if (name == NULL || !is_allowed_xattr(name))
            continue;
        if (attributes->xattrs_count == IMAGE_XATTRS_MAX || size > XATTR_BYTES_MAX - bytes)
            return err_set(err, -EINVAL, "it has too many extended attributes");
        bytes += size;
        entry->xattrs[attributes->xattrs_count++] =
            (struct image_xattr){ .name = name, .value = bytes_of(value, size) };
    }
    return 0;
}

static int read_link_and_size(struct archive_entry *member, struct image_entry *entry,
                              struct err *err)
{
    la_int64_t size = archive_entry_size(member);

    entry->link[0] = '\0';
    entry->size = 0;
    if (entry->kind == IMAGE_ENTRY_SYMLINK)
        return read_symlink(member, entry, err);
    if (entry->kind == IMAGE_ENTRY_HARD_LINK)
        return read_hard_link(member, entry, err);
    if (entry->kind != IMAGE_ENTRY_FILE)
        return 0;
    if (size < 0)
        return err_set(err, -EINVAL, "its size is out of range");
    entry->size = (uint64_t)size;
    return 0;
}

int image_entry_read(struct archive_entry *member, struct image_entry *ret_entry, struct err *err)
{
    int number = clean(archive_entry_pathname(member), ret_entry->path, "its name", err);

    if (number < 0)
        return number;
    if (is_below_whiteout(ret_entry->path))
        return err_set(err, -EINVAL, "its name lies below a whiteout");
    if (has_prefix(image_path_name(ret_entry->path), whiteout_prefix))
        return read_whiteout(ret_entry, err);
    ret_entry->kind = kind_of(member);
    if (ret_entry->path[0] == '\0' && ret_entry->kind != IMAGE_ENTRY_DIRECTORY)
        return err_set(err, -EINVAL,
                       "it would make the image's root something else than a "
                       "directory");
    number = read_link_and_size(member, ret_entry, err);
    if (number == 0)
        number = read_owner_and_time(member, &ret_entry->attributes, err);
    if (number == 0)
        number = read_xattrs(member, ret_entry, err);
    return number;
}
