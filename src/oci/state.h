/*
 * What is known of a container while it lives: a directory <root>/<id> with a file state.json, for
 * those who ask for the container by its name, and for whoever removes what a runtime that was
 * killed has left.
 *
 * Order of calls for a new container: oci_state_claim(), which no other can then do for the same
 * name; oci_state_write() when its process exists; oci_state_remove() at the end. Errors are 0 or
 * -errno with a sentence. Source: OCI runtime-spec 1.2, runtime.md#state.
 */
#pragma once

#include "oci/plan.h"
#include "oci/status.h"

#include <sys/types.h>

struct oci_state {
    const char *id;
    pid_t pid;            /* the container's first process, as seen outside */
    uint64_t start_ticks; /* when it started, so that another process of that id is not it */
    const char *boot;     /* the id of the boot that both are of; NULL: not known, then this one */
    const char *bundle;
    const char *rootfs;
    const char *created;      /* RFC 3339 */
    struct oci_texts cgroups; /* its directories, outermost first */
    /* By which each of them is known again (kernel_cgroup_find_inode()); 0: it was there before the
     * container, and is not the container's. NULL: the container's runtime had not made them yet.
     */
    const uint64_t *cgroup_inodes;
    struct oci_unit unit;                /* of systemd, that its cgroup is a scope of */
    struct oci_texts groups;             /* of resctrl, that go with it: oci/resctrl.h */
    enum oci_status status;              /* when it was looked at; not written */
    const char *owner;                   /* a user's name, where it is wanted; not written */
    const struct oci_pairs *annotations; /* of its config, where they are known; not written */
};

/* Makes <root>/<id>, and <root> where it is missing, for this user alone. The claim lasts as long
 * as the descriptor, which is the caller's, is open: without it, what has no process so far will
 * not get one. -EEXIST: there is a container of that name. */
int oci_state_claim(const char *root, const char *id, int *ret_claim_fd, struct err *err);

/* Opens <root>/<id>. A descriptor, which is the caller's, or -errno with a sentence; -ENOENT: there
 * is no such container. */
int oci_state_open(const char *root, const char *id, struct err *err);

/* Fills in the rest of a state of which the caller has set id, bundle and pid, and boot and
 * cgroup_inodes where they are known: of the plan, of the process, and the time. What is new lives
 * in the arena or in the plan. */
int oci_state_describe(const struct oci_plan *plan, struct arena *arena, struct oci_state *state,
                       struct err *err);

/* Writes state.json in the directory of oci_state_claim() or oci_state_open(); a reader sees all of
 * it or none, also after a power cut. */
int oci_state_write(int directory_fd, const struct oci_state *state, struct err *err);

/* The text of a state.json, as oci_state_write() writes it, for oci_json_text_free(). */
int oci_state_document(const struct oci_state *state, char **ret_text, struct err *err);

/* Reads the text of a state.json of the container `id`. Pure. -EINVAL with a sentence for one that
 * oci_state_write() would not have written; *ret_state is then untouched. */
int oci_state_parse(struct bytes json, const char *id, struct arena *arena,
                    struct oci_state *ret_state, struct err *err);

/* Reads it, and looks whether the process still runs. -ENOENT: there is no such container. */
int oci_state_read(const char *root, const char *id, struct arena *arena,
                   struct oci_state *ret_state, struct err *err);

/* As oci_state_read(), but what is being made has half a second to be there: a program may say that
 * it is up before its runtime has written so, and who hears that may ask at once. */
int oci_state_await(const char *root, const char *id, struct arena *arena,
                    struct oci_state *ret_state, struct err *err);

/* Removes <root>/<id>; one that is not there is no error. */
int oci_state_remove(const char *root, const char *id, struct err *err);

/* The names of all containers below `root`, in no particular order; none where there is no such
 * directory. */
int oci_state_list(const char *root, struct arena *arena, struct oci_texts *ret_ids,
                   struct err *err);

/* Sends a signal to the container's first process. -ESRCH: it does not run any more. */
int oci_state_kill(const struct oci_state *state, int signal, struct err *err);

/* Whether the machine has not been started again since. What is of an earlier boot has no process
 * and no cgroup any more, whoever has their numbers and names now. */
bool oci_state_is_of_this_boot(const struct oci_state *state);

/* Opens the container's first process, if it is still that: by its start, and before anything is
 * done with its number. A descriptor, which is the caller's, or -errno with a sentence; -ESRCH: it
 * does not run any more. */
int oci_state_open_process(const struct oci_state *state, struct err *err);

/* One of the cgroups that were made for the container, and is still the same; NULL: there is none.
 */
const char *oci_state_find_own_cgroup(const struct oci_state *state);

/* Removes a container wholly: its process is killed if it runs, and so is what else is in cgroups
 * that were made for it and are still the same; they and its state go. A cgroup of which that is
 * not known goes if it is empty. */
int oci_state_destroy(const char *root, const struct oci_state *state, struct err *err);

/* The directories of the cgroups that a plan makes, outermost first; the list lives in the arena,
 * its texts in the plan. */
int oci_state_cgroups(const struct oci_plan *plan, struct arena *arena,
                      struct oci_texts *ret_cgroups, struct err *err);

/* Removes a cgroup that a runtime which was killed has left, unless there is something in it, or it
 * is another's by now. One that is not there is no error. */
int oci_state_forget_cgroup(const char *path, struct err *err);

/* The state as the text of a JSON object, as `cupel-oci state` prints it, or on one line, as `list`
 * does; in the arena. */
int oci_state_format(const struct oci_state *state, bool is_line, struct arena *arena,
                     struct bytes *ret_json, struct err *err);
