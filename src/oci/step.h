/*
 * One step of a plan (oci/plan.h): what is done, with which values, and which part of config.json
 * asks for it. The kinds are in step.def. Texts and lists live in the plan's arena; paths named
 * `destination` are absolute inside the container and have no ".", ".." or empty parts.
 */
#pragma once

#include "base/bytes.h"
#include "kernel/capabilities.h"
#include "kernel/device_filter.h"
#include "kernel/mount.h"

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

/* A cgroup directory or file outside of the container, and what is written to it. */
struct oci_step_cgroup {
    const char *path;
    const char *value; /* CGROUP_WRITE */
    unsigned int slot; /* CGROUP_OPEN, CGROUP_ENTER: where the open descriptor is kept */
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
    uint64_t flags;    /* CLONE_NEW… */
    unsigned int slot; /* an open v2 cgroup to begin in, or OCI_SLOT_NONE */
};

/* /proc/<child>/<file> and what is written to it */
struct oci_step_id_map {
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
};

struct oci_step_device {
    const char *destination;
    mode_t mode; /* type and permissions, as for mknod(2) */
    unsigned int major;
    unsigned int minor;
    uid_t uid;
    gid_t gid;
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

struct oci_step_rlimit {
    int resource; /* RLIMIT_… */
    uint64_t soft;
    uint64_t hard;
};

struct oci_step_user {
    uid_t uid;
    gid_t gid;
    size_t groups_count;
    const gid_t *groups;
    bool sets_groups; /* false where the kernel forbids setgroups(2) and none are wanted */
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
        struct oci_step_devices devices;
        struct oci_step_namespace namespace;
        struct oci_step_clone clone;
        struct oci_step_id_map id_map;
        struct oci_step_mount mount;
        struct oci_step_bind bind;
        struct oci_step_device device;
        struct oci_step_symlink symlink;
        struct oci_step_rlimit rlimit;
        struct oci_step_user user;
        struct oci_step_exec exec;
        struct kernel_capabilities capabilities; /* CAPABILITIES */
        uint64_t bounding;                       /* BOUNDING: bit n keeps capability n */
        int64_t number;                          /* OOM_SCORE, UMASK */
        const char *text;                        /* HOSTNAME, DOMAINNAME; paths of ROOT, MASK,
                                                    READONLY, DIRECTORY */
        struct oci_step_sysctl sysctl;
    };
};
