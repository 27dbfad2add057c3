/* What the tests of plans share: machines, the least of a config, and a look at the plan's text. */
#pragma once

#include "unit.h"

#include "base/cleanup.h"
#include "unit/oci/invariants.h"

#include <errno.h>

static const struct oci_pair v1[] = {
    { "pids", "/" },
    { "memory", "/" },
    { "devices", "/" },
    { "cpu,cpuacct", "/" },
};
static const struct oci_pair v2[] = { { "", "/user.slice/shell.scope" } };

static const struct oci_host root_on_v1 = { .cap_last = 40,
                                            .cgroup_layout = OCI_CGROUP_V1,
                                            .hierarchies = { ROWS(v1), v1 } };
static const struct oci_host root_on_v2 = { .cap_last = 40,
                                            .cgroup_layout = OCI_CGROUP_UNIFIED,
                                            .hierarchies = { ROWS(v2), v2 } };
static const struct oci_host user_on_v2 = { .caller = { .uid = 1000, .gid = 100 },
                                            .cap_last = 40,
                                            .cgroup_layout = OCI_CGROUP_UNIFIED,
                                            .hierarchies = { ROWS(v2), v2 } };
/* As rootless podman calls: root in a user namespace of its own. */
static const struct oci_host nested_on_v2 = { .caller = { .is_nested = true },
                                              .cap_last = 40,
                                              .cgroup_layout = OCI_CGROUP_UNIFIED,
                                              .hierarchies = { ROWS(v2), v2 } };
static const struct oci_host without_cgroups = { .cap_last = 40 };

static const struct oci_id_map own_uid[] = { { 0, 1000, 1 } };
static const struct oci_id_map own_gid[] = { { 0, 100, 1 } };

/* The least that can be planned as root. */
static inline struct oci_config smallest(void)
{
    static const char *const args[] = { "a" };

    return (struct oci_config){
        .oci_version = "1.2.0",
        .root = { .path = "rootfs" },
        .process = { .args = { 1, args }, .cwd = "/" },
        .namespaces = { [OCI_NAMESPACE_MOUNT] = { .is_wanted = true } },
    };
}

/* The same for the user with uid 1000. */
static inline struct oci_config smallest_of_user(void)
{
    struct oci_config config = smallest();

    config.namespaces[OCI_NAMESPACE_USER].is_wanted = true;
    config.uid_maps = (struct oci_id_maps){ 1, own_uid };
    config.gid_maps = (struct oci_id_maps){ 1, own_gid };
    return config;
}

static inline int make(const struct oci_config *config, const struct oci_host *host,
                       struct arena *arena, struct oci_plan *ret_plan, struct err *err)
{
    const struct oci_plan_request request = {
        .config = config, .host = host, .id = "web", .bundle = "/bundle"
    };

    return oci_plan_make(&request, arena, ret_plan, err);
}

/* Asserts that the plan of the config has a line that ends as `line` does, without its number. */
static inline void assert_line(const struct oci_config *config, const struct oci_host *host,
                               const char *line)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_plan plan;
    struct bytes text;
    struct err err = { 0 };

    if (make(config, host, &arena, &plan, &err) < 0)
        fail_msg("refused: %s", err.sentence);
    assert_null(plan_flaw(&plan));
    assert_int_equal(oci_plan_format(&plan, false, &arena, &text, &err), 0);
    if (strstr((const char *)text.at, line) == NULL)
        fail_msg("there is no line '%s' in\n%s", line, (const char *)text.at);
}

static inline void assert_refused(const struct oci_config *config, const struct oci_host *host,
                                  const char *sentence)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_plan plan = { .count = 7 };
    struct err err = { 0 };

    assert_int_equal(make(config, host, &arena, &plan, &err), -EINVAL);
    assert_string_equal(err.sentence, sentence);
    assert_int_equal(plan.count, 7);
}
