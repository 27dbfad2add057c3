/*
 * One step of a plan (oci/plan.h): what is done, with which values, and which part of config.json
 * asks for it. The kinds are in step.def. Texts and lists live in the plan's arena; paths named
 * `destination` are absolute inside the container and have no ".", ".." or empty parts.
 */
#pragma once

#include "base/bytes.h"
#include "kernel/capabilities.h"
#include "kernel/cgroup.h"
#include "kernel/device_filter.h"
#include "kernel/idmap.h"
#include "kernel/label.h"
#include "kernel/mount.h"
#include "kernel/process.h"
#include "kernel/resctrl.h"
#include "kernel/root.h"
#include "kernel/scheduling.h"
#include "kernel/seccomp.h"
#include "kernel/terminal.h"
#include "oci/scope.h"
#include "oci/subordinate.h"

#include <sys/types.h>

enum oci_step_kind {
#define OCI_STEP(kind, name, actor) OCI_STEP_##kind,
#include "oci/step.def"
#undef OCI_STEP
    OCI_STEP_KINDS,
};

/* Which process performs a step; see plan.h. */
enum oci_actor {
    OCI_RUNTIME,
    OCI_JOINER,
    OCI_CLONER, /* the joiner where there is one, else the runtime */
    OCI_CHILD,
};

/* How many cgroups (of several v1 hierarchies) a plan keeps open at most. */
#define OCI_SLOTS 16
#define OCI_SLOT_NONE OCI_SLOTS

/* How many mounts a plan opens outside of the container at most. */
#define OCI_SOURCES 256

/* A cgroup's directory or file outside of the container. */
struct oci_step_cgroup {
    const char *path;
    const char *value; /* CGROUP_ENABLE, CGROUP_OFFER: the controllers, "+pids"; CGROUP_INHERIT:
                          the top of the hierarchy */
    unsigned int
        slot; /* CGROUP_OPEN_…, CGROUP_ENTER, CGROUP_JOIN: where the open descriptor is kept */
    bool may_be_shared; /* CGROUP_MAKE: other processes may be in it already */
    bool is_scopes;     /* CGROUP_MAKE: it goes with the scope, whoever made it */
};

struct oci_step_devices {
    const char *path; /* the cgroup's directory */
    struct kernel_device_rules rules;
};

struct oci_step_namespace {
    const char *path;
    int flag; /* CLONE_NEW… */
};

struct oci_step_clone {
    uint64_t flags;    /* CLONE_NEW…; PROCESS_JOIN: of the namespaces that are entered */
    unsigned int slot; /* an open v2 cgroup to begin in, or OCI_SLOT_NONE */
    bool is_vfork;     /* see oci_plan_vfork() */
};

/* /proc/<child>/<file>, of SELF_WRITE that of the joiner, and what is written to it */
struct oci_step_process_file {
    const char *file;
    const char *value;
};

struct oci_step_mount {
    const char *destination;
    struct kernel_mount mount;
};

struct oci_step_bind {
    const char *destination;
    struct kernel_bind bind;
    unsigned int opened; /* SOURCE, and BIND of that: its number, from 1 on; 0: of none */
    bool is_spare;       /* for a child that may not reach the source; it may be missing */
    bool is_mapped;      /* SOURCE: with the ids of: */
    struct kernel_idmap idmap;
};

/* A mount that is there, which changes. */
struct oci_step_remount {
    const char *destination;
    struct kernel_bind change;   /* without a source */
    bool has_options;            /* its file system changes as well, */
    struct kernel_mount options; /* as these options say */
};

struct oci_step_device {
    const char *destination;
    struct kernel_node node;
};

struct oci_step_symlink {
    const char *destination;
    const char *target;
};

/* A file of /proc/sys and what is written to it */
struct oci_step_sysctl {
    const char *path;
    const char *value;
};

struct oci_step_terminal {
    struct kernel_terminal terminal;
    bool is_console; /* it is to be seen at /dev/console as well */
};

struct oci_step_rlimit {
    int resource; /* RLIMIT_… */
    uint64_t soft;
    uint64_t hard;
};

/* A network device of outside, and what it is called in the container */
struct oci_step_net_device {
    const char *device;
    const char *name;
};

/* Who is told of system calls, and the JSON for it, up to the first of the two process ids */
struct oci_step_listener {
    const char *path;
    const char *state;
    bool is_optional; /* where nobody listens, it goes to nobody */
};

struct oci_step_resctrl {
    struct kernel_resctrl_group group; /* RESCTRL_ENTER: its path alone */
    bool is_own;                       /* it goes with the container */
};

/* A profile or label of the program, and its own words for where that is from */
struct oci_step_label {
    enum kernel_label_kind kind;
    const char *module; /* "apparmor" or "selinux" */
    const char *label;
};

/* Values, and the words of config.json that they come from */
struct oci_step_scheduler {
    const char *policy;
    struct kernel_scheduler how;
};

struct oci_step_io_priority {
    const char *class_name;
    struct kernel_io_priority how;
};

struct oci_step_memory_policy {
    const char *mode;
    const char *nodes; /* NULL: none */
    struct kernel_memory_policy how;
};

struct oci_step_affinity {
    const char *list;
    struct kernel_set set;
};

struct oci_step_home {
    uid_t uid;
    char *variable; /* "HOME=/", of OCI_HOME_ROOM octets, which is an entry of EXEC's environment */
};

struct oci_step_personality {
    const char *name;
    unsigned long domain;
};

/* A program of config.json's hooks */
struct oci_step_hook {
    const char *path;
    char *const *argv;
    char *const *envp;      /* NULL: that of the runtime's caller */
    unsigned int timeout_s; /* 0: none */
    const char *directory;  /* where it begins, if it is run outside and this is there; or NULL */
    const char *state;      /* the JSON for its standard input, up to the number of "pid" */
    bool is_filtered;       /* it runs under the plan's filter, which is not loaded so far */
};

struct oci_step_exec {
    char *const *candidates; /* the files to try in turn; ends with NULL */
    char *const *argv;
    char *const *envp;
};

struct oci_step {
    enum oci_step_kind kind;
    const char *field; /* the part of config.json that asks for it, e.g. "mounts[3]" */
    union {
        struct oci_step_cgroup cgroup;
        struct kernel_cgroup_value cgroup_value; /* CGROUP_WRITE */
        struct oci_step_devices devices;
        struct oci_step_namespace namespace;
        struct oci_step_clone clone;
        struct oci_step_process_file process_file;
        struct oci_step_mount mount;
        struct oci_step_bind bind;
        struct oci_step_remount remount;
        struct oci_step_device device;
        struct oci_step_symlink symlink;
        struct oci_step_rlimit rlimit;
        struct oci_step_terminal terminal;
        struct kernel_user user;
        struct oci_step_hook hook;
        struct oci_step_id_map id_map;
        struct oci_step_scope scope;
        struct oci_step_net_device net_device;
        struct oci_step_label label;
        struct oci_step_resctrl resctrl;   /* RESCTRL_MAKE, RESCTRL_ENTER */
        struct oci_step_listener listener; /* SECCOMP_SEND */
        bool has_listener;                 /* SECCOMP */
        struct oci_step_scheduler scheduler;
        struct oci_step_io_priority io_priority;
        struct oci_step_memory_policy memory_policy;
        struct oci_step_affinity affinity; /* RUNTIME_AFFINITY, AFFINITY */
        struct oci_step_personality personality;
        struct oci_step_home home;
        struct oci_step_exec exec;
        struct kernel_capabilities capabilities; /* CAPABILITIES */
        struct kernel_seccomp seccomp;           /* SECCOMP_COMPILE */
        uint64_t bounding;                       /* BOUNDING: bit n keeps capability n */
        uint64_t preserved;                      /* CLOSE: how many it leaves behind the first 3 */
        unsigned long flags;                     /* DETACH, ROOT_PROPAGATION: MS_…;
                                                    CGROUP_NAMESPACE: CLONE_… */
        mode_t umask;                            /* UMASK */
        const char *text;                        /* HOSTNAME, DOMAINNAME; RELEASE, AWAIT,
                                                    LISTEN, TELL: what; TIME_NAMESPACE: offsets;
                                                    paths of ROOT, MASK, READONLY, DIRECTORY;
                                                    PIVOT: NULL, or "move" or "home": no
                                                    pivot_root; MOUNT_NAMESPACE: the path of
                                                    the one to copy, NULL: the own one */
        struct oci_step_sysctl sysctl;
    };
};

/* How a value of a step is printed. */
enum oci_arg_kind {
    OCI_ARG_TEXT,         /* const char *; NULL is not printed */
    OCI_ARG_NUMBER,       /* unsigned int */
    OCI_ARG_TIMEOUT,      /* unsigned int: seconds; 0 is not printed */
    OCI_ARG_SIGNED,       /* int32_t; 0 is not printed */
    OCI_ARG_SOME,         /* uint64_t; 0 is not printed */
    OCI_ARG_LIMIT,        /* uint64_t, of which the largest is "unlimited" */
    OCI_ARG_MODE,         /* mode_t, in octal */
    OCI_ARG_FLAG,         /* bool; false is not printed */
    OCI_ARG_NAMESPACES,   /* uint64_t of CLONE_NEW… */
    OCI_ARG_NAMESPACE,    /* int: one CLONE_NEW… */
    OCI_ARG_ATTRIBUTES,   /* uint64_t of MOUNT_ATTR_…; 0 is not printed */
    OCI_ARG_PROPAGATION,  /* unsigned long of MS_…; 0 is not printed */
    OCI_ARG_CAPABILITIES, /* uint64_t */
    OCI_ARG_RLIMIT,       /* int: RLIMIT_… */
    OCI_ARG_SLOT,         /* unsigned int; OCI_SLOT_NONE is not printed */
    OCI_ARG_OPENED,       /* unsigned int; 0 is not printed */
    OCI_ARG_LINES,        /* const char *: lines, printed with commas; NULL is not printed */
    OCI_ARG_LIST,         /* char *const *, ends with NULL; NULL is not printed */
    OCI_ARG_OPTIONS,      /* struct kernel_mount: the file system's own options */
    OCI_ARG_RULES,        /* struct kernel_device_rules */
    OCI_ARG_ACTION,       /* uint32_t: kernel_seccomp_action_find() */
    OCI_ARG_FILTER,       /* struct kernel_seccomp: its rules */
    OCI_ARG_GROUPS,       /* struct kernel_user: the supplementary groups */
};

struct oci_arg {
    char name[20]; /* here and not elsewhere: an address would have to be relocated at each start of
                      the program; empty: the end of the list */
    uint16_t kind; /* enum oci_arg_kind */
    uint16_t offset; /* in struct oci_step */
};

#define OCI_ARGS_MAX 12

/* The name of a kind of step, e.g. "cgroup-make". Pure. */
const char *oci_step_name(enum oci_step_kind kind);

/* Which process performs a kind of step. Pure. */
enum oci_actor oci_step_actor(enum oci_step_kind kind);

/* The values of a kind of step: at most OCI_ARGS_MAX, fewer end with one without a name. Pure. */
const struct oci_arg *oci_step_args(enum oci_step_kind kind);

/* "runtime", "joiner", "cloner" or "child". Pure. */
const char *oci_actor_name(enum oci_actor actor);

/* What RLIMIT_… is called; NULL for a number that has no name. Pure. */
const char *oci_rlimit_name(int resource);

/* The number of an RLIMIT_… by its name, or -1. Pure. */
int oci_rlimit_find(const char *name);
