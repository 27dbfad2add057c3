/*
 * Namespaces: made together with a process, entered by path, and named.
 *
 * Errors are 0 or -errno with a sentence. Nothing allocates; all may be called between clone and
 * exec. Sources: clone3(2), setns(2), namespaces(7).
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct kernel_clone {
    uint64_t flags; /* CLONE_NEW…; CLONE_PARENT makes a brother of the calling process */
    int cgroup_fd;  /* an open v2 cgroup to begin in, or -1 */
};

/* fork() into new namespaces. Gives 0 in the new process; in the calling one the new process's id,
 * or -errno with a sentence. Signal dispositions that are handlers are back at their defaults in
 * the new process. The calling process must have but one thread. */
pid_t kernel_namespace_clone(const struct kernel_clone *clone, struct err *err);

/* vfork() into new namespaces: the new process runs body(argument), which must not come back but
 * become another program or end, in the memory of the calling one, on its stack below this call;
 * the calling process stands still meanwhile. Nothing is copied, and what the body has written is
 * there afterwards. Gives the new process's id, or -errno with a sentence. Where that is not known
 * how to be done (other than x86-64), it is a fork. Source: vfork(2), clone(2) CLONE_VM. */
pid_t kernel_namespace_vfork(const struct kernel_clone *clone, void (*body)(const void *argument),
                             const void *argument, struct err *err);

/* Enters the namespace at `path` (such as /proc/7/ns/net), which must be of the kind `flag`, one
 * CLONE_NEW…. A pid namespace is that of the processes that the caller makes from then on. */
int kernel_namespace_join(const char *path, int flag, struct err *err);

/* Enters those namespaces of a process that `flags` names (CLONE_NEW…, or'ed), in one step: all or
 * none. The root and the working directory are then those of the mount namespace. Of the caller's
 * user namespace it cannot be. Source: setns(2), Linux 5.8. */
int kernel_namespace_join_process(int pidfd, int flags, struct err *err);

/* Opens one namespace of a process, by its name in /proc/<pid>/ns ("cgroup"). On success *ret_fd
 * belongs to the caller. -ESRCH: the process has ended. */
int kernel_namespace_open(int pidfd, const char *name, int *ret_fd, struct err *err);

/* Likewise the root directory of a process (O_PATH). */
int kernel_namespace_open_root(int pidfd, int *ret_fd, struct err *err);

/* Leaves the calling process's mount namespace for a copy of it, or, where `path` is not NULL, for
 * a copy of the mount namespace that is there. On success *ret_fd is open at the one that was
 * copied, and belongs to the caller; see kernel_root_take_home(). */
int kernel_namespace_copy_mounts(const char *path, int *ret_fd, struct err *err);

/* Enters the namespace that `fd` is open at, of the kind `flag`. */
int kernel_namespace_enter(int fd, int flag, struct err *err);

/* Enters the network namespace that `fd` is open at, where the caller may go back to its own; that
 * is what *ret_home_fd is open at on success, and it belongs to the caller. */
int kernel_namespace_visit_net(int fd, int *ret_home_fd, struct err *err);

/* Whether the calling process is in the first user namespace, whose root has all rights; also where
 * there is no /proc to say so. Source: USER_NS_INIT_INO of linux/nsfs.h, the same since 3.8. */
bool kernel_namespace_user_is_first(void);

/* Whether nobody in the calling process's user namespace may change groups, as where its maker had
 * no right to map other groups than its own. Source: user_namespaces(7), /proc/PID/setgroups. */
bool kernel_namespace_keeps_groups(void);

/* Leaves the namespaces of `flags` (CLONE_NEW…) for new ones. */
int kernel_namespace_unshare(int flags, struct err *err);

/* Enters a new time namespace, whose clocks differ from the present ones by `offsets`: lines
 * "monotonic <seconds> <nanoseconds>" and "boottime …"; NULL: by nothing. Written and entered
 * through /proc, which must be that of a pid namespace that the process is in. Unlike a process
 * that is cloned, the calling one enters it itself, on every kernel that has such namespaces: after
 * unshare(2) it is for children alone, and that an exec enters it is new in Linux 6.1. Source:
 * time_namespaces(7), Linux 5.6. */
int kernel_namespace_new_time(const char *offsets, struct err *err);

/* Names the UTS namespace's host. */
int kernel_namespace_set_hostname(const char *name, struct err *err);

/* Names the UTS namespace's (NIS) domain. */
int kernel_namespace_set_domainname(const char *name, struct err *err);
