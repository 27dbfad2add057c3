/*
 * Containers by their names: made of a bundle, started, told, looked at, ended and removed.
 *
 *     const struct oci_runtime runtime = { .root = "/run/my-sandbox" };
 *     const struct oci_container_request request = { .bundle = "/srv/web" };
 *     struct oci_started first = { .pidfd = -1 };
 *     struct err err = { 0 };
 *     int status = 0;
 *
 *     if (oci_container_create(&runtime, "web", &request, &first, &err) < 0 ||
 *         oci_container_start(&runtime, "web", &err) < 0 ||
 *         oci_started_wait(&first, -1, &status, &err) < 0 ||
 *         oci_container_delete(&runtime, "web", false, &err) < 0)
 *         fprintf(stderr, "%s\n", err.sentence);
 *     oci_started_close(&first);
 *
 * What is known of the containers is in the directory `root`: cupel-oci with the same --root knows
 * those of a program, and a program those of cupel-oci.
 *
 * Errors. A function gives 0, or -errno with a sentence in *err, which names the container, the
 * option or the place in config.json. Nothing is printed, and `ret_` outputs are then untouched.
 * What a failed call has made is removed again; what could not be is said in the sentence, and
 * oci_container_delete() can be called for it.
 *
 * Memory. All texts are the caller's and are not kept. Nothing that a function gives points into
 * the library; it has no state between calls, but for the files in `root`.
 *
 * Threads. Any number of threads may call at once, for different containers; for one container the
 * calls go one after the other. A call starts from its thread's ids, capabilities, namespaces and
 * processors. It blocks that thread's signals while something is made, and gives the mask, the
 * state of cancellation and the processors back; it does not change the working directory, the
 * umask or what a signal does, and leaves no descriptor open but that of a struct oci_started or
 * oci_oom_watch.
 * A SIGINT, SIGTERM, SIGHUP or SIGQUIT that is pending for the thread or the process ends a create
 * or an exec with -ECANCELED.
 *
 * What the program must keep to. Descriptors 0, 1 and 2 are open. SIGCHLD is not ignored, and no
 * other thread waits for children at random (waitpid(-1)) while a create or an exec is under way.
 * The processes of create and exec are children of the program, which waits for them. A program
 * whose containers are hostile calls oci_program_protect() first of all.
 *
 * Source: OCI runtime-spec 1.2, runtime.md#operations; each function names its operation.
 */
#pragma once

#include "base/err.h"
#include "oci/listener.h"
#include "oci/status.h"

#include <stdbool.h>
#include <sys/types.h>

/* Where the containers are known, and who hears of warnings. A value; zeroes where not said. */
struct oci_runtime {
    const char *root; /* an absolute path; made, for this user alone, by the first create */
    struct oci_listener listener;
};

/* What a container is made of. */
struct oci_container_request {
    const char *bundle; /* the directory that relative paths of the config start from */
    const char *config; /* the text of a config.json; NULL: that of the bundle */
    /* Three descriptors that the container has as standard input, output and error; NULL: those of
     * the program. They stay the caller's. */
    const int *streams;
    /* A connected socket of AF_UNIX over which the master end of the program's terminal is sent
     * (SCM_RIGHTS), where process.terminal is true; else 0. It stays the caller's. */
    int console_fd;
    bool is_by_systemd; /* systemd makes the cgroup, as a scope; needs cupel-oci-systemd */
    /* Descriptors that the program has as 3, 4 and so on; none is a standard one. They stay the
     * caller's. Of the first `listening` of them the program is told by LISTEN_FDS and LISTEN_PID
     * (sd_listen_fds(3)), and of their names by LISTEN_FDNAMES, where `listening_names` has them,
     * with a ':' between two. */
    const int *preserved;
    unsigned int preserved_count;
    unsigned int listening;
    const char *listening_names;
};

/* Another program in a container. Where something is not said, it is as the config has it for the
 * container's own program, but for a terminal. */
struct oci_program_request {
    const char *process;     /* JSON, an object as `process` of a config.json; or NULL */
    const char *const *args; /* the words of the program, in place of others; ends with NULL */
    const char *const *env; /* "NAME=value", each in place of others of that name; ends with NULL */
    const char *cwd;        /* absolute, in the container */
    const int *streams;     /* as those of struct oci_container_request */
    int console_fd;         /* likewise, as the next two */
    const int *preserved;
    unsigned int preserved_count;
};

/* A process of a container that the calling program has started, and is the parent of. */
struct oci_started {
    pid_t pid;
    int pidfd; /* can be polled: readable when the process has ended; -1: there is none */
};

/* The longest path, with its NUL, and the longest time. */
#define OCI_PATH_ROOM 4096
#define OCI_TIME_ROOM 32

/* The most descriptors that are preserved. */
#define OCI_PRESERVED_MAX 1000

/* What is known of a container. */
struct oci_container_state {
    enum oci_status status;
    pid_t pid; /* of its first process, as seen outside; 0: it has none */
    char id[OCI_ID_MAX + 1];
    char bundle[OCI_PATH_ROOM]; /* empty while it is being created, as the next two */
    char rootfs[OCI_PATH_ROOM];
    char created[OCI_TIME_ROOM]; /* RFC 3339 */
};

/* Called for each container of a list; the name is gone when it returns. */
typedef void (*oci_container_visit)(void *owner, const char *id);

/* Called for each process of a container. */
typedef void (*oci_process_visit)(void *owner, pid_t pid);

/* Who waits for processes of a container that the kernel ends for want of memory. */
struct oci_oom_watch {
    int fd;                  /* can be polled: readable when there may be some; -1: there is none */
    unsigned long long seen; /* the library's, as the next one */
    char file[OCI_PATH_ROOM];
};

/* Makes sure that no container can write to the file of the calling program through /proc
 * (CVE-2019-5736): the program executes itself anew, with these words, unless that has happened.
 * Call it first of all in main(), while there is one thread and nothing has been done. */
int oci_program_protect(char *const *argv, struct err *err);

/* create: makes a container up to the exec of its program, which waits to be started, and runs the
 * hooks of its creation. ret_started->pidfd is the caller's: oci_started_close(). -EEXIST: there is
 * a container of that name; -EINVAL: the name, or the config, which the sentence tells the place
 * of, cannot be. */
int oci_container_create(const struct oci_runtime *runtime, const char *id,
                         const struct oci_container_request *request,
                         struct oci_started *ret_started, struct err *err);

/* start: the program of a container that was created runs when this returns 0. -ENOENT: there is no
 * such container; -EBUSY: it is not in that state; others: the program cannot be executed, and the
 * container is stopped, or one of its hooks failed, and it is removed. */
int oci_container_start(const struct oci_runtime *runtime, const char *id, struct err *err);

/* Starts another program in a container, which was created, or runs. ret_started->pidfd is the
 * caller's. -ENOENT: there is no such container or program; -ESRCH: the container is stopped;
 * -EBUSY: it is paused. */
int oci_container_exec(const struct oci_runtime *runtime, const char *id,
                       const struct oci_program_request *request, struct oci_started *ret_started,
                       struct err *err);

/* kill: sends a signal to the container's first process, or, with `to_all`, to all its processes,
 * even if its first has ended. SIGKILL ends one that is paused as well, and where the container has
 * no pid namespace of its own, all that is in cgroups which were made for it. -ENOENT: there is no
 * such container; -ESRCH: it does not run. */
int oci_container_kill(const struct oci_runtime *runtime, const char *id, int signal, bool to_all,
                       struct err *err);

/* delete: removes what is left of a container that is stopped or was not started: its cgroups, what
 * is in them, and what is known of it; then runs the hooks of poststop. With `is_forced`, one that
 * runs is killed first. -ENOENT: there is no such container; -EBUSY: it runs. */
int oci_container_delete(const struct oci_runtime *runtime, const char *id, bool is_forced,
                         struct err *err);

/* Lets all processes of a container that runs stand still. -EBUSY: it is in another state. */
int oci_container_pause(const struct oci_runtime *runtime, const char *id, struct err *err);

/* Lets them go on. -EBUSY: it is not paused. */
int oci_container_resume(const struct oci_runtime *runtime, const char *id, struct err *err);

/* Gives a container other limits: `resources` is a JSON object as linux.resources of a config.json,
 * and what it does not name stays. All are set, or none. -EBUSY: it has no process. */
int oci_container_update(const struct oci_runtime *runtime, const char *id, const char *resources,
                         struct err *err);

/* state: what is known of a container, as a value. -ENOENT: there is no such container. */
int oci_container_read(const struct oci_runtime *runtime, const char *id,
                       struct oci_container_state *ret_state, struct err *err);

/* state: the same as the JSON of runtime.md#state, with its annotations: a text of malloc(), which
 * the caller frees. */
int oci_container_format(const struct oci_runtime *runtime, const char *id, char **ret_json,
                         struct err *err);

/* Visits the names of all containers, in no particular order; none where `root` is not there. */
int oci_container_list(const struct oci_runtime *runtime, oci_container_visit visit, void *owner,
                       struct err *err);

/* ps: visits the ids of all processes of a container, as seen outside, in no particular order; none
 * where all have ended. -ENOTSUP: the container has no cgroup of its own. */
int oci_container_ps(const struct oci_runtime *runtime, const char *id, oci_process_visit visit,
                     void *owner, struct err *err);

/* events: what a container uses, as a line of JSON of the type "stats", which runc events prints,
 * too: a text of malloc(), which the caller frees. -EBUSY: it has no process. */
int oci_container_stats(const struct oci_runtime *runtime, const char *id, char **ret_json,
                        struct err *err);

/* events: waits for want of memory from now on. ret_watch->fd is the caller's: oci_oom_close().
 * -EBUSY: the container has no process; -ENOENT: there is no such container, or it has no cgroup
 * that has to do with memory. */
int oci_oom_open(const struct oci_runtime *runtime, const char *id, struct oci_oom_watch *ret_watch,
                 struct err *err);

/* How many processes have been ended so since the last time: 0 where the descriptor is readable for
 * another reason, such as the end of the cgroup. Does not wait. */
unsigned long long oci_oom_take(struct oci_oom_watch *watch);

/* Closes the descriptor. Safe twice. */
void oci_oom_close(struct oci_oom_watch *watch);

/* Waits for the end of a process: *ret_status is its exit status, or 128 + n when signal n ended
 * it. It is waited for once; the descriptor stays open. -ETIMEDOUT: it still runs after that many
 * milliseconds (-1: it may take for ever). In a pid namespace of its own, which its end takes down,
 * the first process of a container ends when those of oci_container_exec() have been waited for. */
int oci_started_wait(const struct oci_started *started, int timeout_ms, int *ret_status,
                     struct err *err);

/* Closes the descriptor; the process goes on. Safe twice. */
void oci_started_close(struct oci_started *started);
