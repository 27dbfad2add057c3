/*
 * The writes to cgroups in the making: what resources.c and resources_lists.c share.
 */
#pragma once

#include "oci/resources.h"

struct compiling {
    const struct oci_resources_request *request;
    const struct oci_resources *resources;
    struct arena *arena;
    struct oci_cgroup_write *at;
    size_t count;
    size_t capacity;
    struct err *err; /* its number is 0 as long as all is well */
};

/* A text made as by printf, in the arena; NULL, and the sentence, where it is too long. */
const char *oci_compiling_text(struct compiling *compiling, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says that this machine has no such controller for the field: -EINVAL. */
int oci_compiling_refuse(struct compiling *compiling, const char *field, const char *v1_name,
                         const char *v2_name);

/* Appends a write. */
int oci_compiling_add(struct compiling *compiling, const struct oci_cgroup_write *write);

/* Devices, huge pages, priorities, RDMA, and files of cgroup v2 by their names. */
int oci_compiling_lists(struct compiling *compiling);
