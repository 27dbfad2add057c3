/*
 * What the commands of cupel-oci share: their options, where containers are known, how a bundle
 * becomes a plan, and how they say that something went wrong.
 */
#pragma once

#include "cli/option.h"
#include "oci/container.h"
#include "oci/ending.h"
#include "oci/making.h"

#define OCI_PROGRAM "cupel-oci"

/* The program's own options. */
struct oci_globals {
    const char *root; /* NULL: the standard place */
    const char *log;
    const char *log_format;
    const char *log_level;      /* "error", "warning", "info" or "debug" */
    const char *rootless;       /* of no meaning: who the caller is tells */
    const char *cgroup_manager; /* "cgroupfs", "systemd" or "disabled"; or NULL */
    bool debug;
    bool systemd_cgroup;
};

struct oci_run_words { /* of create, too */
    const char *bundle;
    const char *config;
    const char *pidfd_socket;
    const char *pid_file;
    const char *console_socket;
    unsigned long preserve_fds;
    bool detach;
    bool keep;
    bool no_pivot;
    bool no_new_keyring;
    bool no_subreaper; /* there never is one */
    bool trace_steps;
    const char *trace_format; /* "text" or "json" */
};

struct oci_exec_options {
    const char *process;
    const char *pidfd_socket;
    const char *cgroup;
    const char *pid_file;
    const char *console_socket;
    const char *cwd;
    const char *user;
    const char *apparmor;
    const char *process_label;
    unsigned long preserve_fds;
    bool tty;
    bool detach;
    bool no_new_privs;
    bool ignore_paused;
    struct cli_texts env;
    struct cli_texts additional_gids;
    struct cli_texts cap;
};

struct oci_spec_options {
    const char *bundle;
    const char *file;
    bool rootless;
};

struct oci_plan_options {
    const char *bundle;
    bool json;
};

struct oci_list_options {
    const char *format;
    bool quiet;
};

struct oci_update_options { /* NULL: not given */
    const char *resources;
    const char *cpuset_cpus;
    const char *cpuset_mems;
#define OCI_LIMIT(name, member, kind, value, help, place) const char *member;
#include "cli/oci/limit.def"
#undef OCI_LIMIT
};

struct oci_events_options {
    bool stats;
    const char *interval;
};

struct oci_kill_options {
    bool all;
    bool regex;
};

struct oci_delete_options {
    bool force;
    bool regex;
};

/* The descriptors that a caller passes on, from 3 on. */
struct oci_passing {
    unsigned int count;
    unsigned int listening; /* so many of them, the first, are sockets of sd_listen_fds(3) */
};

/* Says what went wrong on stderr, and in the log where there is one; gives `status`. */
int oci_fail(const struct oci_globals *globals, const struct err *err, int status);

/* Says that something went wrong which changes nothing: on stderr, and in the log; not with
 * --log-level error. */
void oci_warn(const struct oci_globals *globals, const struct err *err);

/* Whether that is asked for, by --debug or --log-level. */
bool oci_is_debugging(const struct oci_globals *globals);

/* With --debug, says what is done: in the log where there is one, else on stderr. */
void oci_debug(const struct oci_globals *globals, const char *message);

/* Where the containers are known: --root, or /run/cupel-oci for root, $XDG_RUNTIME_DIR/cupel-oci
 * for another user and for root of a user namespace, or a directory of the user's own in /tmp. In
 * the arena. */
int oci_root_find(const struct oci_globals *globals, struct arena *arena, const char **ret_root,
                  struct err *err);

/* The containers that are known there, for the calls of oci/container.h; the path in the arena. */
int oci_runtime_find(const struct oci_globals *globals, struct arena *arena,
                     struct oci_runtime *ret_runtime, struct err *err);

/* A container that there is. */
struct oci_found {
    const char *root; /* oci_root_find() */
    struct oci_state state;
};

/* Looks for the container of that name; in the arena. -ENOENT: there is none. */
int oci_find(const struct oci_globals *globals, const char *id, struct arena *arena,
             struct oci_found *ret_found, struct err *err);

/* As oci_find(), but a container that is being created is waited for, this long at most: with
 * others, who hears of a container hears of one that can be started. */
int oci_find_created(const struct oci_globals *globals, const char *id, struct arena *arena,
                     struct oci_found *ret_found, struct err *err);

/* As oci_find(), for a container that has a process; -EBUSY: it has none. */
int oci_find_running(const struct oci_globals *globals, const char *id, struct arena *arena,
                     struct oci_found *ret_found, struct err *err);

/* Whether systemd shall make the cgroups, as struct oci_globals says. */
bool oci_is_by_systemd(const void *globals);

/* Whether nobody shall make any. */
bool oci_is_without_cgroup(const void *globals);

/* Remembers what the program was called with. */
void oci_protect_remember(char **argv);

/* Makes sure that no container can write to the file of this program (kernel/self.h); by then
 * nothing may have been done but reading the command line. */
int oci_protect(const struct oci_globals *globals, struct err *err);

/* Reads the bundle, looks at the system, and makes the plan of a container, as the options of run
 * and create want it (NULL: nothing is to be run). ret_prepared->plan points into the rest of it,
 * which must stay where it is. */
int oci_prepare(const struct oci_bundle *bundle, const struct oci_run_words *words,
                struct arena *arena, struct oci_prepared *ret_prepared, struct err *err);

/* Which descriptors the program gets beside the first three: with may_listen those that LISTEN_FDS
 * counts, and as many more as `preserve` says. Call it before anything else is opened. -EBADF: one
 * of them is not open. */
int oci_passing_find(unsigned long preserve, bool may_listen, struct oci_passing *ret_passing,
                     struct err *err);

/* Tells the container of them in its environment, and gives it the socket of NOTIFY_SOCKET, where
 * the caller has that. */
int oci_passing_apply(const struct oci_passing *passing, struct arena *arena,
                      struct oci_config *config, struct err *err);

/* The caller's socket of sd_notify(3), or NULL. */
const char *oci_notify_find(void);

/* Tells that socket which process is the service; a warning where that cannot be done. */
void oci_notify_main_process(const struct oci_globals *globals, pid_t pid);

/* Whether there is a terminal, and who is there to take it. */
struct oci_console_wanted {
    const char *path; /* the option --console-socket, or NULL */
    bool has_terminal;
    bool is_left; /* this process does not wait for the end of the program */
};

/* See struct oci_run_options; -1: there is none. */
struct oci_console {
    int child_fd;
    int relay_fd;
};

#define OCI_CONSOLE_NONE { .child_fd = -1, .relay_fd = -1 }

/* Where the process wants a terminal and does not say how large: as large as ours, if standard
 * input is one. */
void oci_console_measure(struct oci_process *process);

/* Opens what the program's terminal is sent over; nothing where it has none. */
int oci_console_open(const struct oci_console_wanted *wanted, struct oci_console *console,
                     struct err *err);

/* Closes it. Fits CLEANUP. */
void oci_console_close(struct oci_console *console);

/* Who hears of what happens to a container that is made or started. */
struct oci_told {
    const struct oci_globals *globals;
    const char *pid_file;     /* or NULL */
    const char *pidfd_socket; /* or NULL */
    pid_t pid;                /* set when it is known */
};

/* Gives warnings of the runtime to oci_warn(). */
struct oci_listener oci_listener_of(const struct oci_globals *globals);

/* The on_created of struct oci_making, of a struct oci_told: says which process is the service,
 * where somebody wants to know. */
int oci_tell_created(void *owner, pid_t pid, int pidfd, struct err *err);

/* Sends a descriptor of the process to whoever listens at the socket of the option --pidfd-socket,
 * beside the word `what`, as runc does. */
int oci_send_pidfd(const char *path, pid_t pid, const char *what, struct err *err);

/* Calls `apply` for each container whose name a regular expression (regcomp(3), extended) has. One
 * that fails is told by oci_fail(), and the others follow. The exit status. */
int oci_for_each_like(const struct oci_globals *globals, const char *expression,
                      int (*apply)(void *owner, const char *id, struct err *err), void *owner);

/* The on_started of struct oci_making, of a struct oci_told: writes the pid file, and sends the
 * process's descriptor. */
int oci_tell_started(void *owner, pid_t pid, struct err *err);

/* Gives the warnings of a plan, of the config that is called `name`, and says with --debug what it
 * is, a message a step. */
void oci_tell_plan(const struct oci_globals *globals, const char *name, const struct oci_plan *plan,
                   struct arena *arena);

/* Writes the file of the option --pid-file. */
int oci_write_pid_file(const char *path, pid_t pid, struct err *err);

/* `cupel-oci run` */
int oci_run_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci create` */
int oci_create_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci start` */
int oci_start_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci exec` */
int oci_exec_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci spec` */
int oci_spec_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci plan` */
int oci_plan_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci state` */
int oci_state_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci list` */
int oci_list_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci kill` */
int oci_kill_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci pause` */
int oci_pause_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci resume` */
int oci_resume_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci ps`; its options are a struct oci_list_options. */
int oci_ps_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci update` */
int oci_update_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci events` */
int oci_events_command(const void *globals, const void *options, struct cli_operands operands);

/* What `cupel-oci --version` says beside the version, as crun does. */
void oci_print_version(void);

/* `cupel-oci features` */
int oci_features_command(const void *globals, const void *options, struct cli_operands operands);

/* `cupel-oci delete` */
int oci_delete_command(const void *globals, const void *options, struct cli_operands operands);
