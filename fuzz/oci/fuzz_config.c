/*
 * Property: the bytes of a config.json are either refused, with a sentence that names the place or
 * what is wrong with the JSON, and leave the config untouched; or they become a config that reads
 * back the same from its own JSON. That config, for each of several machines and callers, is either
 * refused in the same way or becomes a plan in which no step stands before what it needs, every
 * destination is inside of the root, and all is bounded.
 *
 * Covers: src/oci/config.c src/oci/config_read.c src/oci/config_write.c src/oci/plan.c
 * src/oci/plan_cgroup.c src/oci/plan_cgroup_mount.c src/oci/plan_mounts.c src/oci/plan_process.c
 * src/oci/plan_program.c src/oci/plan_devices.c src/oci/plan_seccomp.c src/oci/plan_format.c
 * src/oci/resources.c src/oci/resources_lists.c src/oci/step.c src/kernel/seccomp.c
 * src/oci/plan_hooks.c src/oci/plan_attributes.c src/oci/plan_ids.c
 * src/oci/plan_net.c src/oci/plan_scope.c src/oci/scope_properties.c src/oci/scope_annotations.c
 */
#include "fuzz/target.h"
#include "oci/fields.h"
#include "tests/unit/oci/invariants.h"

#include <errno.h>

static const struct oci_pair v1_hierarchies[] = {
    { "memory,pids", "/" },   { "devices", "/" },          { "cpu", "/a" },
    { "blkio,cpuset", "/a" }, { "net_cls,net_prio", "/" }, { "unified", "/" },
};
static const struct oci_pair v2_hierarchy[] = { { "", "/user.slice/user-1000.slice/a.scope" } };

static const struct oci_id_range given_ids[] = { { 100000, 65536 } };

static const struct oci_host hosts[] = {
    { .caller = { .uid = 0 },
      .cap_last = 40,
      .cgroup_layout = OCI_CGROUP_V1,
      .hierarchies = { 6, v1_hierarchies },
      .controllers = "hugetlb rdma\n" },
    { .caller = { .uid = 0 },
      .cap_last = 63,
      .has_apparmor = true,
      .has_selinux = true,
      .cgroup_layout = OCI_CGROUP_UNIFIED,
      .hierarchies = { 1, v2_hierarchy } },
    { .caller = { .uid = 1000, .gid = 100 },
      .cap_last = 40,
      .cgroup_layout = OCI_CGROUP_UNIFIED,
      .hierarchies = { 1, v2_hierarchy } },
    { .caller = { .uid = 1000, .gid = 100 },
      .cap_last = 40,
      .cgroup_layout = OCI_CGROUP_NONE,
      .subordinate_uids = { 1, given_ids },
      .subordinate_gids = { 1, given_ids } },
};

/* What systemd makes the cgroups of these, if it does. */
static const struct oci_systemd managers[] = {
    { .cgroup = "" },
    { .is_unified = true, .cgroup = "" },
    { .is_user = true, .is_unified = true, .cgroup = "/user.slice/user@1000.service" },
};
#define MANAGERS (sizeof(managers) / sizeof(managers[0]))

/* Whether a sentence begins with the name of a key at the top of a config.json. */
static bool names_a_place(const char *sentence)
{
    for (size_t i = 0; i < oci_config_table.count; i++) {
        const char *name = oci_config_table.fields[i].name;
        size_t size = strlen(name);

        if (strncmp(sentence, name, size) == 0 && strchr(".[:", sentence[size]) != NULL)
            return true;
    }
    return false;
}

/* The few sentences that are about the document as a whole. */
static bool is_about_the_whole(const char *sentence)
{
    static const char *const starts[] = {
        "is not JSON: line ", "is a",      "is null, must be an object", "larger than ",
        "lists and objects ", "the plan ", "this config cannot ",        "this plan cannot ",
    };

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        if (strncmp(sentence, starts[i], strlen(starts[i])) == 0)
            return true;
    }
    return strstr(sentence, "is longer than") != NULL;
}

static void check_refusal(const struct err *err)
{
    fuzz_require(err->number < 0);
    fuzz_require(names_a_place(err->sentence) || is_about_the_whole(err->sentence));
    fuzz_require(strchr(err->sentence, '\n') == NULL);
}

/* A filter that was planned is made, or refused. */
static void check_filter(const struct oci_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        struct kernel_seccomp_program program = { 0 };
        struct err err = { 0 };

        if (plan->steps[i].kind != OCI_STEP_SECCOMP_COMPILE)
            continue;
        fuzz_require(kernel_seccomp_compile(&plan->steps[i].seccomp, &program, &err) < 0
                         ? program.instructions == NULL && err.number < 0
                         : program.count > 0);
        kernel_seccomp_done(&program);
    }
}

static void check_plan(const struct oci_config *config, const struct oci_host *host, bool has_hook,
                       const struct oci_systemd *systemd)
{
    struct arena arena = arena_init(OCI_ARENA_BYTES);
    const struct oci_plan_request request = { .config = config,
                                              .host = host,
                                              .id = "fuzz",
                                              .bundle = "/bundle",
                                              .systemd = systemd,
                                              .has_hook = has_hook,
                                              .has_console = has_hook };
    struct oci_plan plan = { 0 };
    struct bytes text;
    struct err err = { 0 };

    if (oci_plan_make(&request, &arena, &plan, &err) < 0) {
        check_refusal(&err);
        fuzz_require(plan.steps == NULL && plan.count == 0);
    } else {
        fuzz_require(plan_flaw(&plan) == NULL);
        if (host == &hosts[0] && systemd == NULL) /* it is the same for all */
            check_filter(&plan);
        if (oci_plan_format(&plan, false, &arena, &text, &err) < 0)
            check_refusal(&err);
    }
    arena_done(&arena);
}

/* The same text as that of a program's process, and as that of other limits. */
static void check_parts(struct bytes input)
{
    static const char base[] =
        "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"a\"}, \"process\": "
        "{\"args\": [\"a\"], \"cwd\": \"/\"}}";
    struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_resources resources;
    struct oci_config config;
    struct err err = { 0 };

    if (oci_config_parse_exec(bytes_of_text(base), input, &arena, &config, &err) < 0)
        fuzz_require(err.number < 0 && strchr(err.sentence, '\n') == NULL);
    if (oci_resources_parse(input, &arena, &resources, &err) < 0)
        fuzz_require(err.number < 0 && strchr(err.sentence, '\n') == NULL);
    arena_done(&arena);
}

/* The words of filters: as many as there are, and no more. */
static void check_words(void)
{
    for (int kind = KERNEL_SECCOMP_ACTIONS; kind <= KERNEL_SECCOMP_FLAGS; kind++) {
        fuzz_require(kernel_seccomp_word((enum kernel_seccomp_words)kind, 0) != NULL);
        fuzz_require(kernel_seccomp_word((enum kernel_seccomp_words)kind, SIZE_MAX) == NULL);
    }
}

/* The config's own JSON means the same config. */
static void check_round_trip(const struct oci_config *config)
{
    struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config again;
    struct bytes first;
    struct bytes second;
    struct err err = { 0 };

    if (oci_config_format(config, &arena, &first, &err) < 0) {
        check_refusal(&err);
    } else if (oci_config_parse(first, &arena, &again, &err) == 0) {
        fuzz_require(oci_config_format(&again, &arena, &second, &err) == 0);
        fuzz_require(bytes_equal(first, second));
    } else {
        fuzz_require(err.number == -ENOMEM || strncmp(err.sentence, "larger than", 11) == 0);
    }
    arena_done(&arena);
}

FUZZ_TARGET(input)
{
    struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config;
    struct oci_config untouched;
    struct err err = { 0 };

    check_words();
    check_parts(input);
    memset(&config, 0xA5, sizeof(config));
    memcpy(&untouched, &config, sizeof(config));
    if (oci_config_parse(input, &arena, &config, &err) < 0) {
        check_refusal(&err);
        fuzz_require(
            bytes_equal(bytes_of(&config, sizeof(config)), bytes_of(&untouched, sizeof(config))));
    } else {
        check_round_trip(&config);
        for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
            check_plan(&config, &hosts[i], i % 2 == 1, NULL);
        for (size_t i = 0; i < MANAGERS; i++)
            check_plan(&config, &hosts[i], false, &managers[i]);
    }
    arena_done(&arena);
}
