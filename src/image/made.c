/* A red-black tree of libc over entries in an arena. */
#include "image/made.h"

#include <search.h>
#include <stdlib.h>

/* The arena owns the entries; the search tree owns only its nodes. */
static void keep_entry(void *entry)
{
    (void)entry;
}

static int compare(const void *a, const void *b)
{
    const struct image_made_entry *left = a;
    const struct image_made_entry *right = b;

    return strcmp(left->path, right->path);
}

struct image_made image_made_init(size_t bytes_max)
{
    return (struct image_made){ .arena = arena_init(bytes_max) };
}

void image_made_done(struct image_made *made)
{
    if (made->paths != NULL)
        tdestroy(made->paths, keep_entry);
    arena_done(&made->arena);
    *made = (struct image_made){ 0 };
}

struct image_made_entry *image_made_find(const struct image_made *made, const char *path)
{
    struct image_made_entry wanted = { .path = path };
    void *const *node = tfind(&wanted, &made->paths, compare);

    return node == NULL ? NULL : *node;
}

static struct image_made_entry *find_or_add(struct image_made *made, const char *path)
{
    struct image_made_entry *entry = image_made_find(made, path);

    if (entry != NULL)
        return entry;
    entry = arena_alloc(&made->arena, sizeof(*entry));
    if (entry == NULL)
        return NULL;
    entry->path = arena_copy_text(&made->arena, path);
    if (entry->path == NULL || tsearch(entry, &made->paths, compare) == NULL)
        return NULL;
    return entry;
}

struct image_made_entry *image_made_add(struct image_made *made, const char *path)
{
    struct image_made_entry *entry = find_or_add(made, path);

    if (entry != NULL)
        entry->is_directory = false;
    return entry;
}

/* A copy in the arena that outlives the archive's entry; false where the limit is reached. */
static bool copy_xattrs(struct arena *arena, struct image_attributes *attributes)
{
    struct image_xattr *copies =
        arena_alloc_array(arena, attributes->xattrs_count, sizeof(*copies));

    if (copies == NULL)
        return false;
    for (size_t i = 0; i < attributes->xattrs_count; i++) {
        const struct image_xattr *original = &attributes->xattrs[i];
        const char *value = arena_copy_bytes(arena, original->value);

        copies[i].name = arena_copy_text(arena, original->name);
        copies[i].value = bytes_of(value, original->value.size);
        if (copies[i].name == NULL || value == NULL)
            return false;
    }
    attributes->xattrs = copies;
    return true;
}

struct image_made_entry *image_made_add_directory(struct image_made *made, const char *path,
                                                  const struct image_attributes *attributes)
{
    struct image_made_entry *entry = find_or_add(made, path);
    struct image_attributes copy = *attributes;

    if (entry == NULL || (copy.xattrs_count > 0 && !copy_xattrs(&made->arena, &copy)))
        return NULL;
    if (!entry->is_listed) {
        entry->older = made->newest_directory;
        made->newest_directory = entry;
        entry->is_listed = true;
    }
    entry->is_directory = true;
    entry->attributes = copy;
    return entry;
}
