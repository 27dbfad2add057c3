/*
 * struct image_made: the paths that a layer has made so far. It is what tells a whiteout apart from
 * what it may remove: a whiteout hides what lower layers left, never what its own layer brings
 * (OCI image-spec layer.md#whiteouts). It also keeps the attributes of directories, which are set
 * last: until then they must be writable for us, and each entry put into one changes its time.
 *
 * Look-ups cost the logarithm of the number of paths, whatever names a hostile layer chooses. Order
 * of calls: image_made_init(), then the others, image_made_done(). One thread at a time.
 */
#pragma once

#include "image/tree.h"

/* A path, and for a directory what it gets in the end. */
struct image_made_entry {
    const char *path;
    bool is_directory;
    struct image_attributes attributes; /* where is_directory */
    bool is_listed;                 /* in the list below; stays so where a file takes its place */
    struct image_made_entry *older; /* the directory noted before this one */
};

struct image_made {
    struct arena arena;
    void *paths; /* a search tree, see tsearch(3) */
    struct image_made_entry *newest_directory;
};

/* Nothing made yet; what is noted may take `bytes_max` octets. */
struct image_made image_made_init(size_t bytes_max);

/* Forgets everything. Safe twice. Fits CLEANUP. */
void image_made_done(struct image_made *made);

/* What was noted of a path, or NULL. It lives as long as `made`. */
struct image_made_entry *image_made_find(const struct image_made *made, const char *path);

/* Notes a path that is no directory; NULL where the limit is reached. */
struct image_made_entry *image_made_add(struct image_made *made, const char *path);

/* Notes a directory and copies its attributes, in place of those noted before; NULL as above. The
 * list from newest_directory on has each directory after all that lie in it, as long as parents are
 * noted before what is in them. */
struct image_made_entry *image_made_add_directory(struct image_made *made, const char *path,
                                                  const struct image_attributes *attributes);
