/*
 * A bundle on its way to a plan:
 *
 *     number = oci_prepared_read(&(struct oci_bundle){ .path = "/srv/web", .id = "web" }, &arena,
 *                                &prepared, &err);
 *     if (number == 0)
 *         change(&prepared.config, &prepared.request); // where the caller wants more than it says
 *     if (number == 0)
 *         number = oci_prepared_plan(&prepared, &arena, &err);
 *
 * Errors are 0 or -errno with a sentence. Any thread.
 */
#pragma once

#include "kernel/net_early.h"
#include "oci/plan.h"

/* What is to be read. */
struct oci_bundle {
    const char *path;
    const char *id;     /* the container's name */
    const char *config; /* the text of a config.json in place of the bundle's; or NULL */
    const char *file;   /* of the config, from the bundle on; NULL: config.json */
    /* Where the container's network namespace is begun as soon as the config seems to want a new
     * one; NULL: it is made with the others. */
    struct kernel_net_early *net_early;
    bool has_gate;          /* see struct oci_plan_request */
    bool is_by_systemd;     /* systemd makes the cgroup */
    bool is_without_cgroup; /* nobody does: linux.cgroupsPath and linux.resources ask for nothing */
};

/* Everything is in the arena; the plan points into the rest of it, which must stay where it is. */
struct oci_prepared {
    const char *name;  /* what sentences call the config: "bundle 'x': config.json" */
    struct bytes json; /* the text of config.json */
    struct oci_config config;
    struct oci_host host;
    bool is_by_systemd;
    struct oci_systemd systemd;
    struct oci_plan_request request;
    struct oci_plan plan;
};

/* Reads the config of a bundle, and fills in the request. */
int oci_prepared_read(const struct oci_bundle *bundle, struct arena *arena,
                      struct oci_prepared *prepared, struct err *err);

/* Looks at the system, and makes the plan. */
int oci_prepared_plan(struct oci_prepared *prepared, struct arena *arena, struct err *err);
