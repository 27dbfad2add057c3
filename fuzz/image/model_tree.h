/*
 * struct model: a tree (image/tree.h) in memory, which does what the contract says and ends the
 * process when a layer breaks it:
 *
 * - every path is clean, so that it cannot name anything outside of the root;
 * - a file is begun, written within its size, and finished or abandoned before anything else;
 * - modes, times and extended attributes are ones that an image may bring;
 * - what is removed for a whiteout holds nothing that the layer itself has made.
 *
 * It follows no symbolic link, like the real one: the two can be compared.
 */
#pragma once

#include "fuzz/target.h"
#include "image/path.h"
#include "image/tree.h"

#include <errno.h>

#define MODEL_FILE_BYTES_MAX ((uint64_t)1 << 20)

enum model_kind { MODEL_DIRECTORY, MODEL_FILE, MODEL_SYMLINK, MODEL_FIFO };

/* What one or more names stand for. */
struct model_inode {
    enum model_kind kind;
    unsigned int links;
    uint8_t *content; /* a file's octets, or a symbolic link's text with a NUL */
    uint64_t size;    /* of the content */
    mode_t mode;
    int64_t modified_s;
};

struct model_node {
    struct model_node *parent;
    struct model_node *child; /* the first one */
    struct model_node *next;  /* the next one of the same parent */
    struct model_inode *inode;
    bool is_made; /* since model_forget() */
    char name[IMAGE_NAME_MAX + 1];
};

struct model {
    struct image_tree tree;
    struct model_node root;
    struct model_inode root_inode;
    struct model_node *file; /* the one that was begun */
    uint64_t operations;
};

static inline void *model_alloc(size_t size)
{
    void *block = calloc(1, size == 0 ? 1 : size);

    fuzz_require(block != NULL);
    return block;
}

static inline struct model *model_of(struct image_tree *tree)
{
    return (struct model *)(void *)((char *)tree - offsetof(struct model, tree));
}

/* Not image_path_clean() once more, but what it promises. */
static inline void model_check_path(const char *path)
{
    size_t depth = 0;

    fuzz_require(strlen(path) <= IMAGE_PATH_MAX);
    while (*path != '\0') {
        size_t size = strcspn(path, "/");

        fuzz_require(size > 0 && size <= IMAGE_NAME_MAX);
        fuzz_require(size != 1 || path[0] != '.');
        fuzz_require(size != 2 || path[0] != '.' || path[1] != '.');
        fuzz_require(++depth <= IMAGE_PATH_DEPTH_MAX);
        path += size;
        fuzz_require(*path == '\0' || path[1] != '\0');
        path += *path == '/' ? 1 : 0;
    }
}

static inline void model_check_attributes(const struct image_attributes *attributes)
{
    fuzz_require(attributes->mode <= 07777);
    fuzz_require(attributes->uid != UINT32_MAX && attributes->gid != UINT32_MAX);
    fuzz_require(attributes->modified_ns < 1000000000);
    fuzz_require(attributes->xattrs_count <= IMAGE_XATTRS_MAX);
    for (size_t i = 0; i < attributes->xattrs_count; i++) {
        const char *name = attributes->xattrs[i].name;

        fuzz_require(strncmp(name, "user.", 5) == 0 || strcmp(name, "security.capability") == 0);
        fuzz_require(strncmp(name, "user.overlay.", 13) != 0);
    }
}

static inline struct model_node *model_child(const struct model_node *node, const char *name,
                                             size_t size)
{
    struct model_node *child = node->child;

    while (child != NULL && (strlen(child->name) != size || memcmp(child->name, name, size) != 0))
        child = child->next;
    return child;
}

/* The directory of a path's first `size` characters; NULL with -ENOENT or -ENOTDIR. */
static inline struct model_node *model_walk(struct model *model, const char *path, size_t size,
                                            struct err *err)
{
    struct model_node *node = &model->root;
    const char *end = path + size;

    while (path < end) {
        size_t length = strcspn(path, "/");

        node = model_child(node, path, length);
        if (node == NULL || node->inode->kind != MODEL_DIRECTORY) {
            (void)err_set(err, node == NULL ? -ENOENT : -ENOTDIR, "model: no directory");
            return NULL;
        }
        path += length + 1;
    }
    return node;
}

/* Checks the path of an operation and finds the directory that it is in. */
static inline struct model_node *model_parent(struct model *model, const char *path,
                                              struct err *err)
{
    fuzz_require(model->file == NULL);
    model->operations++;
    model_check_path(path);
    fuzz_require(path[0] != '\0');
    return model_walk(model, path, image_path_parent_size(path), err);
}

static inline void model_drop(struct model_inode *inode)
{
    if (--inode->links > 0)
        return;
    free(inode->content);
    free(inode);
}

/* Takes a node without children out of the tree. */
static inline void model_unlink(struct model_node *node)
{
    struct model_node **place = &node->parent->child;

    while (*place != node)
        place = &(*place)->next;
    *place = node->next;
    model_drop(node->inode);
    free(node);
}

/* Removes a node with all below it, the leaves first. `for_whiteout`: nothing in it may be made. */
static inline void model_remove_node(struct model_node *top, bool for_whiteout)
{
    const struct model_node *above = top->parent;
    struct model_node *node = top;

    while (node != above) {
        struct model_node *parent = node->parent;

        if (node->child != NULL) {
            node = node->child;
            continue;
        }
        fuzz_require(!for_whiteout || !node->is_made);
        model_unlink(node);
        node = parent;
    }
}

static inline struct model_node *model_add(struct model_node *parent, const char *name,
                                           struct model_inode *inode)
{
    struct model_node *node = model_alloc(sizeof(*node));

    node->parent = parent;
    node->next = parent->child;
    node->inode = inode;
    node->is_made = true;
    memcpy(node->name, name, strlen(name) + 1);
    parent->child = node;
    inode->links++;
    return node;
}

/* Clears the place of a path and puts a new inode there; NULL where its directory is none. */
static inline struct model_node *model_make(struct model *model, const char *path,
                                            enum model_kind kind, struct err *err)
{
    struct model_node *parent = model_parent(model, path, err);
    const char *name = image_path_name(path);
    struct model_node *there;
    struct model_inode *inode;

    if (parent == NULL)
        return NULL;
    there = model_child(parent, name, strlen(name));
    if (there != NULL)
        model_remove_node(there, false);
    inode = model_alloc(sizeof(*inode));
    inode->kind = kind;
    return model_add(parent, name, inode);
}

static inline int model_enter_directory(struct image_tree *tree, const char *path, bool replace,
                                        struct image_entered *ret_entered, struct err *err)
{
    struct model *model = model_of(tree);
    struct model_node *parent = NULL;
    struct model_node *there = &model->root;

    if (path[0] != '\0') {
        parent = model_parent(model, path, err);
        if (parent == NULL)
            return err->number;
        there = model_child(parent, image_path_name(path), strlen(image_path_name(path)));
    }
    if (there != NULL && there->inode->kind == MODEL_DIRECTORY) {
        *ret_entered = (struct image_entered){ .found = IMAGE_FOUND_DIRECTORY,
                                               .had = { .mode = there->inode->mode,
                                                        .modified_s = there->inode->modified_s } };
        return 0;
    }
    if (there != NULL && !replace)
        return err_set(err, -ENOTDIR, "model: no directory");
    (void)model_make(model, path, MODEL_DIRECTORY, err);
    *ret_entered = (struct image_entered){ .found = IMAGE_FOUND_NOTHING };
    return 0;
}

static inline int model_finish_directory(struct image_tree *tree, const char *path,
                                         const struct image_attributes *attributes, struct err *err)
{
    struct model *model = model_of(tree);
    struct model_node *node;

    (void)err;
    fuzz_require(model->file == NULL);
    model_check_path(path);
    model_check_attributes(attributes);
    {
        struct err ignored;

        node = model_walk(model, path, strlen(path), &ignored);
    }
    if (node != NULL) {
        node->inode->mode = attributes->mode;
        node->inode->modified_s = attributes->modified_s;
    }
    return 0;
}

static inline int model_begin_file(struct image_tree *tree, const char *path, struct err *err)
{
    struct model *model = model_of(tree);

    model->file = model_make(model, path, MODEL_FILE, err);
    return model->file == NULL ? err->number : 0;
}

static inline void model_resize(struct model_inode *inode, uint64_t size)
{
    uint8_t *larger;

    fuzz_require(size <= MODEL_FILE_BYTES_MAX);
    larger = realloc(inode->content, (size_t)size + 1);
    fuzz_require(larger != NULL);
    if (size > inode->size)
        memset(larger + inode->size, 0, (size_t)(size - inode->size));
    inode->content = larger;
    inode->size = size;
}

static inline int model_write_file(struct image_tree *tree, uint64_t offset, struct bytes content,
                                   struct err *err)
{
    struct model *model = model_of(tree);
    struct model_inode *inode;

    (void)err;
    fuzz_require(model->file != NULL);
    fuzz_require(offset <= MODEL_FILE_BYTES_MAX && content.size <= MODEL_FILE_BYTES_MAX);
    inode = model->file->inode;
    if (content.size == 0)
        return 0;
    if (offset + content.size > inode->size)
        model_resize(inode, offset + content.size);
    memcpy(inode->content + offset, content.at, content.size);
    return 0;
}

static inline int model_finish_file(struct image_tree *tree, uint64_t size,
                                    const struct image_attributes *attributes, struct err *err)
{
    struct model *model = model_of(tree);
    struct model_inode *inode;

    (void)err;
    fuzz_require(model->file != NULL);
    inode = model->file->inode;
    model_check_attributes(attributes);
    fuzz_require(inode->size <= size);
    model_resize(inode, size);
    inode->mode = attributes->mode;
    inode->modified_s = attributes->modified_s;
    model->file = NULL;
    return 0;
}

static inline void model_abandon_file(struct image_tree *tree)
{
    struct model *model = model_of(tree);

    if (model->file != NULL)
        model_unlink(model->file);
    model->file = NULL;
}

static inline int model_make_symlink(struct image_tree *tree, const char *path, const char *target,
                                     const struct image_attributes *attributes, struct err *err)
{
    size_t size = strlen(target);
    struct model_node *node = model_make(model_of(tree), path, MODEL_SYMLINK, err);

    model_check_attributes(attributes);
    fuzz_require(size > 0 && size <= IMAGE_PATH_MAX);
    if (node == NULL)
        return err->number;
    node->inode->content = model_alloc(size + 1);
    memcpy(node->inode->content, target, size);
    node->inode->size = size;
    node->inode->modified_s = attributes->modified_s;
    return 0;
}

static inline int model_make_hard_link(struct image_tree *tree, const char *path,
                                       const char *existing, struct err *err)
{
    struct model *model = model_of(tree);
    struct model_node *from = model_parent(model, existing, err);
    struct model_node *parent = from == NULL ? NULL : model_parent(model, path, err);
    const char *name = image_path_name(path);
    struct model_node *there;

    fuzz_require(!image_path_is_within(existing, path));
    if (parent == NULL)
        return err->number;
    there = model_child(parent, name, strlen(name));
    if (there != NULL)
        model_remove_node(there, false);
    from = model_child(from, image_path_name(existing), strlen(image_path_name(existing)));
    if (from == NULL || from->inode->kind == MODEL_DIRECTORY)
        return err_set(err, from == NULL ? -ENOENT : -EPERM, "model: cannot link");
    (void)model_add(parent, name, from->inode);
    return 0;
}

static inline int model_make_fifo(struct image_tree *tree, const char *path,
                                  const struct image_attributes *attributes, struct err *err)
{
    struct model_node *node = model_make(model_of(tree), path, MODEL_FIFO, err);

    model_check_attributes(attributes);
    if (node == NULL)
        return err->number;
    node->inode->mode = attributes->mode;
    node->inode->modified_s = attributes->modified_s;
    return 0;
}

static inline int model_remove(struct image_tree *tree, const char *path, struct err *err)
{
    struct model *model = model_of(tree);
    struct model_node *parent = model_parent(model, path, err);
    struct model_node *there;

    if (parent == NULL)
        return err->number;
    there = model_child(parent, image_path_name(path), strlen(image_path_name(path)));
    if (there != NULL)
        model_remove_node(there, true);
    return 0;
}

static inline int model_list(struct image_tree *tree, const char *path, struct arena *arena,
                             struct image_name **ret_names, struct err *err)
{
    struct model *model = model_of(tree);
    struct image_name *names = NULL;
    struct err ignored;
    const struct model_node *node;

    (void)err;
    model_check_path(path);
    node = model_walk(model, path, strlen(path), &ignored);
    for (node = node == NULL ? NULL : node->child; node != NULL; node = node->next) {
        struct image_name *name = arena_alloc(arena, sizeof(*name));

        fuzz_require(name != NULL);
        *name = (struct image_name){ .next = names, .at = arena_copy_text(arena, node->name) };
        fuzz_require(name->at != NULL);
        names = name;
    }
    *ret_names = names;
    return 0;
}

/* An empty tree. */
static inline void model_init(struct model *model)
{
    static const struct image_tree_operations operations = {
        .enter_directory = model_enter_directory,
        .finish_directory = model_finish_directory,
        .begin_file = model_begin_file,
        .write_file = model_write_file,
        .finish_file = model_finish_file,
        .abandon_file = model_abandon_file,
        .make_symlink = model_make_symlink,
        .make_hard_link = model_make_hard_link,
        .make_fifo = model_make_fifo,
        .remove = model_remove,
        .list = model_list,
    };

    *model = (struct model){ .tree = { .operations = &operations } };
    model->root_inode = (struct model_inode){ .kind = MODEL_DIRECTORY, .links = 1, .mode = 0755 };
    model->root.inode = &model->root_inode;
}

static inline void model_done(struct model *model)
{
    while (model->root.child != NULL)
        model_remove_node(model->root.child, false);
}

/* The node after this one, a directory before what is in it; NULL at the end. */
static inline struct model_node *model_next(const struct model_node *node)
{
    if (node->child != NULL)
        return node->child;
    while (node->parent != NULL && node->next == NULL)
        node = node->parent;
    return node->next;
}

/* From now on, what is there was there before. */
static inline void model_forget(struct model *model)
{
    for (struct model_node *node = &model->root; node != NULL; node = model_next(node))
        node->is_made = false;
}
