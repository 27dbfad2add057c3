/*
 * Which device nodes the processes of a cgroup may open and make: a list of rules, the last one
 * that fits decides. cgroup v1 keeps such a list itself (kernel/cgroup_v1.h); for cgroup v2 a BPF
 * program of type BPF_PROG_TYPE_CGROUP_DEVICE is made of it and attached to the cgroup.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#define KERNEL_DEVICE_RULES_MAX 256
#define KERNEL_DEVICE_ANY (-1)

enum kernel_device_access {
    KERNEL_DEVICE_MKNOD = 1, /* the values of BPF_DEVCG_ACC_… */
    KERNEL_DEVICE_READ = 2,
    KERNEL_DEVICE_WRITE = 4,
};

struct kernel_device_rule {
    bool allow;
    char type;           /* 'a' (all), 'b' or 'c' */
    int64_t major;       /* or KERNEL_DEVICE_ANY */
    int64_t minor;       /* or KERNEL_DEVICE_ANY */
    unsigned int access; /* of enum kernel_device_access */
};

struct kernel_device_rules {
    size_t count; /* at most KERNEL_DEVICE_RULES_MAX */
    const struct kernel_device_rule *at;
};

/* Makes the program of the rules and attaches it to the v2 cgroup whose directory is `path`. A
 * device that no rule fits is denied. The program lives as long as the cgroup. 0 or -errno with a
 * sentence. Needs CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN. Source: Linux
 * Documentation/admin-guide/cgroup-v2.rst, "Device controller". */
int kernel_device_filter_attach(const char *path, const struct kernel_device_rules *rules,
                                struct err *err);
