/*
 * What a directory holds, copied into another one: files, directories, links and nodes, with their
 * permissions, times and, as far as the process may set them, owners. What is mounted below it is
 * passed over, extended attributes and names that share a file are not kept.
 *
 * 0 or -errno with a sentence. Allocates nothing and may be called between clone and exec. A tree
 * deeper than KERNEL_COPY_DEPTH_MAX directories is -ELOOP.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define KERNEL_COPY_DEPTH_MAX 128

/* Copies all that is in the directory `from_fd` into `to_fd`; both may be open by O_PATH. After a
 * failure a part of it may have been copied. */
int kernel_copy_tree(int from_fd, int to_fd, struct err *err);
