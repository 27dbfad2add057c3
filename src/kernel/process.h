/*
 * What a process sets of itself before it becomes another program, and what its parent does with
 * it.
 *
 * Errors are 0 or -errno with a sentence. Nothing allocates; all may be called between clone and
 * exec. Sources: the manual pages of the system calls that the functions are named after.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#include <signal.h>
#include <sys/types.h>

struct kernel_user {
    uid_t uid;
    gid_t gid;
    bool sets_groups; /* false: leave the supplementary groups alone */
    size_t groups_count;
    const gid_t *groups;
};

/* Takes on the user's real, effective and saved ids; of the calling thread alone. */
int kernel_process_set_user(const struct kernel_user *user, struct err *err);

/* Sets one resource limit (RLIMIT_…). */
int kernel_process_set_rlimit(int resource, uint64_t soft, uint64_t hard, struct err *err);

/* From now on no exec gives the process a right that it does not have. */
int kernel_process_set_no_new_privileges(struct err *err);

/* The process is sent `signal` when its parent ends. Changing its ids or capabilities, or executing
 * a set-user-id program, undoes it (prctl(2), PR_SET_PDEATHSIG). */
int kernel_process_set_death_signal(int signal, struct err *err);

/* From now on, until exec, no process without CAP_SYS_PTRACE over this one's own user namespace can
 * look into it: at its memory, its descriptors, or its program's file. What it clones is the same.
 */
int kernel_process_hide(struct err *err);

/* Whether the process is hidden, by that or by what became of its ids. */
bool kernel_process_is_hidden(void);

/* Undoes kernel_process_hide(). */
void kernel_process_show(void);

#define KERNEL_STREAMS 3

/* Gives those of standard input, output and error that are pipes without a name to the user, so
 * that it can open them by /proc/self/fd: `streams` are the KERNEL_STREAMS descriptors that will be
 * these; NULL: they are it already. What the caller may not give stays whose it is, as do other
 * files, which may be somebody's. */
void kernel_process_give_pipes(const int *streams, uid_t uid);

/* Puts these KERNEL_STREAMS descriptors, whatever their numbers are, into the places of standard
 * input, output and error. */
int kernel_process_set_streams(const int *streams, struct err *err);

/* Makes the process the leader of a session of its own, without a terminal. */
int kernel_process_new_session(struct err *err);

/* Leaves the keyring of the session that the process comes from, whose keys it would go on having,
 * for a new one of this name; nothing where the kernel has no keyrings. Source: keyctl(2),
 * KEYCTL_JOIN_SESSION_KEYRING. */
int kernel_process_new_keyring(const char *name, struct err *err);

/* Changes the working directory, and makes sure that it lies below the process's root. */
int kernel_process_set_directory(const char *path, struct err *err);

/* Moves the descriptors to the numbers from `first` on, in their order, and closes all others from
 * there on. They close themselves at exec. */
int kernel_process_close_all_but(int first, int *fds, size_t count, struct err *err);

/* Closes all descriptors from `first` on, but for the `count` at `kept`, which stay what they are;
 * those of them that are negative are none. */
int kernel_process_close_others(int first, const int *kept, size_t count, struct err *err);

/* The signals that the process ignores, which would outlive an exec: bit n - 1 for signal n. All
 * bits where /proc does not tell. */
uint64_t kernel_process_ignored_signals(void);

/* Gives these signals, bit n - 1 for signal n, their default action, and blocks none. */
int kernel_process_reset_signals(uint64_t which, struct err *err);

/* Whether one of the files (a list that ends with NULL) can be the program `name`, as far as can be
 * told without executing it: 0, or what kernel_process_exec() would say of them. */
int kernel_process_find(char *const *candidates, const char *name, struct err *err);

/* Becomes the first of the programs (a list that ends with NULL) that can be executed; returns
 * only on failure. -ENOENT: none of them is there; -EACCES: those that are there, or may be, are
 * denied to the process; -EINVAL: `argv` is empty; other numbers: the first that it may execute is
 * no program. */
int kernel_process_exec(char *const *candidates, char *const *argv, char *const *envp,
                        struct err *err);

/* Writes a value to a file of /proc or /sys in one call, as such files demand. */
int kernel_process_write_file(const char *path, const char *value, struct err *err);

/* Opens a descriptor of a child, which stays that of this very process. */
int kernel_process_open(pid_t pid, int *ret_pidfd, struct err *err);

/* The id of a process as /proc shows it, which is another than the caller's when /proc is that of
 * another pid namespace. -ESRCH, without a sentence, where /proc does not show it. */
int kernel_process_find_in_proc(int pidfd, pid_t *ret_pid, struct err *err);

/* Sends a signal; a process that has ended is no error. */
int kernel_process_signal(int pidfd, int signal, struct err *err);

/* Waits for the end of a child and gives its exit status, or 128 + n for the signal n. With
 * `may_wait` false it gives -EAGAIN, without a sentence, when the child still runs. */
int kernel_process_wait(int pidfd, bool may_wait, int *ret_status, struct err *err);

/* Waits for the end of a process that need not be a child. */
int kernel_process_await_end(int pidfd, struct err *err);
