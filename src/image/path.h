/*
 * Names inside a layer, made clean: "./usr//bin/" becomes "usr/bin", "/" and "." become "".
 *
 * A clean path has no leading, trailing or double slash and no component "." or "..", so joined to
 * a directory it can only name something below that directory (symbolic links on the way are the
 * tree's business: image/tree.h). All else in src/image that takes a `path` takes a clean one.
 * Pure; any thread.
 */
#pragma once

#include "base/text.h"

/* A component's and a whole path's longest size, without a NUL (Linux: NAME_MAX, PATH_MAX). */
#define IMAGE_NAME_MAX 255
#define IMAGE_PATH_MAX 4095
/* Most components of a path. */
#define IMAGE_PATH_DEPTH_MAX 128

enum image_path_status {
    IMAGE_PATH_OK,
    IMAGE_PATH_LEADS_UP, /* a component is ".." */
    IMAGE_PATH_TOO_LONG, /* a component or the whole */
    IMAGE_PATH_TOO_DEEP, /* more than IMAGE_PATH_DEPTH_MAX components */
};

/* Appends the clean form of `name` to `ret_path`, which is empty and has room for IMAGE_PATH_MAX
 * characters; it stays empty where the status is not OK. A leading slash means the image's root, as
 * everywhere in a layer. */
enum image_path_status image_path_clean(const char *name, struct text *ret_path);

/* What a status means, as the end of a sentence: "leads …". Never NULL. */
const char *image_path_explain(enum image_path_status status);

/* The last component of a clean path, which is a part of it; "" for the root. */
const char *image_path_name(const char *path);

/* The length of the path of the directory that a clean path is in: 0 where that is the root. */
size_t image_path_parent_size(const char *path);

/* Whether the clean path `inner` is `outer` or lies below it; everything lies below the root. */
bool image_path_is_within(const char *inner, const char *outer);
