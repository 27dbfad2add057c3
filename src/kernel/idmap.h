/*
 * Mounts whose files belong to other ids than those that are stored: idmapped mounts.
 *
 * The ids are those of a user namespace: what the file system stores as an id inside of it is shown
 * as the id outside of it. Whoever maps must be privileged over the file system, that is, for those
 * of disks, root outside of all user namespaces.
 *
 * 0 or -errno with a sentence; allocates nothing. Source: mount_setattr(2), "ID-mapped mounts";
 * Linux 5.12.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

struct kernel_idmap {
    const char *uids;           /* lines of uid_map, see user_namespaces(7) */
    const char *gids;           /* the same of gid_map */
    const char *namespace_path; /* not NULL: as this user namespace has them */
    bool is_recursive;          /* of all mounts below it, too */
};

/* Maps the ids of a mount that is mounted nowhere (kernel_mount_copy()). Call it from a process
 * with one thread. */
int kernel_idmap_set(int tree_fd, const struct kernel_idmap *idmap, struct err *err);
