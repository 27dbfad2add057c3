/*
 * A plan in the making: what the parts of the planner share. Each part (plan_*.c) is a function
 * that looks at the config and appends steps; plan.c says in which order they are called, and why.
 *
 * A function that appends gives 0, or -errno with a sentence that begins with a JSON path.
 */
#pragma once

#include "oci/plan.h"
#include "oci/resources.h"

/* The cgroup that the container is put into; decided before anything else, used in four places. */
struct oci_cgroup {
    bool is_made;         /* false: the container stays in the caller's own cgroup */
    bool is_whole;        /* it has all controllers that there are, and not the needed ones alone */
    const char *path;     /* absolute inside of the hierarchies, e.g. "/cupel-web" */
    size_t slots;         /* how many are opened, in OCI_STEP_CGROUP_OPEN */
    unsigned int v2_slot; /* which of them is of cgroup v2; OCI_SLOT_NONE: none */
    struct oci_unit unit; /* of systemd, whose scope it is; without a name: none */
    const char *slice;    /* that the unit is in */
    struct oci_cgroup_writes writes;
};

struct oci_planning {
    const struct oci_plan_request *request;
    const struct oci_config *config;
    const struct oci_host *host;
    struct arena *arena;
    struct oci_step *steps;
    size_t count;
    size_t capacity;
    struct oci_cgroup cgroup;
    bool has_user_namespace;   /* a new one or a joined one */
    unsigned long detachment;  /* MS_SLAVE or MS_PRIVATE: what mounts share with those of outside */
    bool has_shared_root;      /* linux.rootfsPropagation shares what is mounted with outside */
    unsigned int opened_count; /* the mounts that SOURCE steps open */
    unsigned int opened_used;  /* how many of them have come to their places */
    char *home;                /* see struct oci_step_home; NULL: the config says what HOME is */
    const char *read_only_dev; /* the field of the file system at /dev that ends so; NULL: none */
    struct oci_texts warnings;
    struct err *err;
};

/* Appends a copy of the step. */
int oci_planning_add(struct oci_planning *planning, const struct oci_step *step);

/* Appends a step of OCI_STEP_<kind> with the given members. */
#define PLAN(planning, its_kind, its_field, ...)                                                   \
    oci_planning_add((planning), &(const struct oci_step){ .kind = OCI_STEP_##its_kind,            \
                                                           .field = (its_field),                   \
                                                           __VA_ARGS__ })

/* A text made as by printf, in the arena; NULL, and the sentence in planning->err, without memory.
 */
const char *oci_planning_text(struct oci_planning *planning, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Refuses the config: -EINVAL with the sentence. */
int oci_planning_refuse(struct oci_planning *planning, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds a warning, which begins with a JSON path, and goes on. */
int oci_planning_warn(struct oci_planning *planning, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The path without ".", "..", empty parts and a slash at the end, always absolute, as if it stood
 * in a directory "/" that ".." does not leave; in the arena. NULL, with the sentence for `field`,
 * where it is too long. */
const char *oci_planning_path(struct oci_planning *planning, const char *field, const char *path);

/* Memory for `count` objects of `size` octets; NULL with the sentence in planning->err. */
void *oci_planning_alloc(struct oci_planning *planning, size_t count, size_t size);

/* The container's cgroup: whether it has one and where. */
int oci_plan_choose_cgroup(struct oci_planning *planning);

/* The same where it is a scope of systemd. */
int oci_plan_choose_scope(struct oci_planning *planning);

/* Makes the cgroup, sets its limits, opens it; nothing where it is a scope of systemd. */
int oci_plan_cgroup(struct oci_planning *planning);

/* Has systemd make the scope, sets limits that systemd has no property for, and puts the process
 * into hierarchies that systemd does not have; nothing where it is no scope. */
int oci_plan_scope(struct oci_planning *planning);

/* The container's cgroup in all trees in which it has one. */
int oci_plan_cgroup_trees(struct oci_planning *planning);

/* The device rules that matter, with what is always allowed; none where there are none. */
int oci_planning_device_rules(struct oci_planning *planning, struct kernel_device_rules *ret_rules);

/* Enters the namespaces that are joined by path, makes the container's process, gives it its ids.
 */
int oci_plan_process(struct oci_planning *planning);

/* Checks id mappings and makes lines of them, as uid_map of /proc wants them; NULL with the
 * sentence. */
const char *oci_planning_id_map(struct oci_planning *planning, const char *field,
                                const struct oci_id_maps *maps);

/* Opens the mounts of outside that the container's process could not make as they shall be. */
int oci_plan_sources(struct oci_planning *planning);

/* Standard input and output that are pipes become the program's user's: who is not root could not
 * open them as /dev/stdout otherwise. */
int oci_plan_streams(struct oci_planning *planning);

/* Decides whether the container's process runs in the runtime's memory until it is the program
 * (kernel_namespace_vfork()), which spares a copy of that: where the runtime has nothing to do
 * meanwhile, nobody else is in the process's pid namespace, and no limit of memory could end both.
 */
void oci_plan_vfork(struct oci_planning *planning);

/* What the container's process does first: ids, cgroup, names. */
int oci_plan_identity(struct oci_planning *planning);

/* The user of the program must exist in the container. */
int oci_plan_check_user(struct oci_planning *planning);

/* Whether the mount namespace of the container is not one of its own: the caller's, or one that is
 * named by its path. */
bool oci_plan_has_others_mounts(const struct oci_planning *planning);

/* What the root shares: MS_…, perhaps with MS_REC; 0 with the sentence for another word. */
unsigned long oci_plan_find_root_propagation(struct oci_planning *planning);

/* Refuses what a mount (MS_…) shares or hears of in a mount namespace that is not the container's
 * own, where its mounts are of no namespace: see kernel_root_take_home(). */
int oci_plan_check_sharing(struct oci_planning *planning, const char *field,
                           unsigned long propagation);

/* In a user namespace, the process becomes its root. */
int oci_plan_become_root(struct oci_planning *planning);

/* The CLONE_NEW… of a kind. */
int oci_namespace_flag(enum oci_namespace_kind kind);

/* The root directory, and the mounts of the config in it. */
int oci_plan_mounts(struct oci_planning *planning);

/* /dev. */
int oci_plan_devices(struct oci_planning *planning);

/* A list of id maps of a user's. */
struct oci_users_ids {
    const char *field;
    const struct oci_id_maps *maps;
    uint32_t own_id;
    const struct oci_id_ranges *given;
    const char *file;   /* that says which are given */
    const char *helper; /* who maps them */
};

/* Whether a user maps its own id and nothing else, which it may do itself. Pure. */
bool oci_planning_is_own_alone(const struct oci_id_maps *maps, uint32_t own_id);

/* Whether setgroups(2) is allowed in the container. Pure. */
bool oci_planning_sets_groups(const struct oci_planning *planning);

/* Refuses ids that are not the user's. */
int oci_plan_check_users_ids(struct oci_planning *planning, const struct oci_users_ids *ids);

/* Has them mapped by the helper. */
int oci_plan_id_helper(struct oci_planning *planning, const struct oci_users_ids *ids);

/* Whether the config asks for a class of service. */
bool oci_plan_has_resctrl(const struct oci_planning *planning);

/* Makes its group, before there is a process. */
int oci_plan_resctrl(struct oci_planning *planning);

/* Puts the process into it. */
int oci_plan_resctrl_entry(struct oci_planning *planning);

/* Moves network devices into the container. */
int oci_plan_net_devices(struct oci_planning *planning);

/* Which processors, and which disks, the process has how much of: as the runtime's rights allow. */
int oci_plan_scheduling(struct oci_planning *planning);

/* The processors that the caller is kept to are not the container's, which has those of its cgroup,
 * as with runc. */
int oci_plan_all_processors(struct oci_planning *planning);

/* The profile and the label of the program, which are set while /proc is the machine's own. */
int oci_plan_labels(struct oci_planning *planning);

/* The same, of a program that joins a container: set by the joiner, before it sees the container's
 * /proc; what is born of it has them, too. */
int oci_plan_joiner_labels(struct oci_planning *planning);

/* The label of the files of each file system that has been planned to be mounted. */
int oci_plan_mount_labels(struct oci_planning *planning);

/* Which nodes its memory is of, and what machine it is shown. */
int oci_plan_memory(struct oci_planning *planning);

/* The hooks of the creation that the runtime runs, when the mounts are made. */
int oci_plan_runtime_hooks(struct oci_planning *planning);

/* The container's process waits for those, and runs those that are its own. */
int oci_plan_create_hooks(struct oci_planning *planning);

/* The hooks of the start, with `envp` where they do not say theirs; those that come later are
 * checked. */
int oci_plan_start_hooks(struct oci_planning *planning, char *const *envp);

/* What the new root shares with others, which is settled when it is the root. */
int oci_plan_root_propagation(struct oci_planning *planning);

/* The program's terminal, where it wants one; at /dev/console as well where the container is new.
 */
int oci_plan_terminal(struct oci_planning *planning, bool is_new);

/* Hidden paths, read-only paths, and the change into the new root. */
int oci_plan_root(struct oci_planning *planning);

/* The filter of system calls, which is compiled before there is a process. */
int oci_plan_seccomp(struct oci_planning *planning);

/* Whether somebody is told of system calls, or waits for that: then the filter is loaded before the
 * program is waited for, since whoever makes the container passes the listener on. */
bool oci_plan_has_listener(const struct oci_planning *planning);

/* Whether there is a filter that is loaded when nothing is left to do but the exec. */
bool oci_plan_filters_late(const struct oci_planning *planning);

/* Passes the listener on. */
int oci_plan_listener(struct oci_planning *planning);

/* Refuses an environment of which an entry is not NAME=VALUE; `field` is what it is the `env` of.
 */
int oci_plan_check_environment(struct oci_planning *planning, const char *field,
                               const struct oci_texts *env);

/* Limits, rights and user of the program, and its start. */
int oci_plan_program(struct oci_planning *planning);

/* Appends the steps that show the container its cgroups at `destination` (a mount of type cgroup).
 */
int oci_plan_cgroup_mount(struct oci_planning *planning, const char *field,
                          const struct oci_step_mount *mount);
