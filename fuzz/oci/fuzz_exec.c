/*
 * Property: the text of a process, for a program in a container that runs, is either refused, with
 * a sentence that names the place or what is wrong with the JSON, and leaves the config untouched;
 * or it becomes a config that differs from the container's in its process alone. That is refused in
 * the same way, or becomes a plan which hides before it joins, joins before it clones, and closes
 * all descriptors before it enters a directory; its last step is the exec.
 *
 * Covers: src/oci/plan_exec.c
 */
#include "fuzz/target.h"
#include "oci/exec.h"
#include "tests/unit/oci/invariants.h"

static const char config_text[] =
    "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"rootfs\"}, \"hostname\": \"fuzz\","
    " \"process\": {\"terminal\": true, \"cwd\": \"/\", \"args\": [\"sh\"],"
    " \"user\": {\"uid\": 0, \"gid\": 0}, \"oomScoreAdj\": 7},"
    " \"linux\": {\"seccomp\": {\"defaultAction\": \"SCMP_ACT_ALLOW\"}, \"namespaces\":"
    " [{\"type\": \"mount\"}, {\"type\": \"pid\"}, {\"type\": \"cgroup\"}, {\"type\": \"user\"}],"
    " \"uidMappings\": [{\"containerID\": 0, \"hostID\": 1000, \"size\": 1000}],"
    " \"gidMappings\": [{\"containerID\": 0, \"hostID\": 1000, \"size\": 1000}]}}";

static const struct oci_host hosts[] = {
    { .cap_last = 40, .cgroup_layout = OCI_CGROUP_V1 },
    { .cap_last = 40, .cgroup_layout = OCI_CGROUP_UNIFIED },
    { .caller = { .uid = 1000, .gid = 1000 }, .cap_last = 40, .cgroup_layout = OCI_CGROUP_NONE },
};

static void check_refusal(const struct err *err)
{
    fuzz_require(err->number < 0);
    fuzz_require(err->sentence[0] != '\0' && strchr(err->sentence, '\n') == NULL);
}

static void check_plan(const struct oci_config *config, const struct oci_host *host)
{
    static const char *const cgroups[] = { "/sys/fs/cgroup/a", "/sys/fs/cgroup/b" };
    struct arena arena = arena_init(OCI_ARENA_BYTES);
    const struct oci_exec_request request = { .config = config,
                                              .host = host,
                                              .id = "web",
                                              .bundle = "/b",
                                              .has_console = host != &hosts[0],
                                              .cgroups = { 2, cgroups } };
    struct oci_plan plan = { 0 };
    struct err err = { 0 };

    if (oci_exec_plan_make(&request, &arena, &plan, &err) < 0) {
        check_refusal(&err);
        fuzz_require(plan.steps == NULL && plan.count == 0);
    } else {
        fuzz_require(comes_before(&plan, OCI_STEP_HIDE, OCI_STEP_PROCESS_JOIN));
        fuzz_require(comes_before(&plan, OCI_STEP_PROCESS_JOIN, OCI_STEP_CLONE));
        fuzz_require(comes_before(&plan, OCI_STEP_CLOSE, OCI_STEP_DIRECTORY));
        fuzz_require(plan.steps[plan.count - 1].kind == OCI_STEP_EXEC);
        for (size_t i = 0; i < plan.count; i++)
            fuzz_require(is_step_sound(&plan.steps[i]));
    }
    arena_done(&arena);
}

FUZZ_TARGET(input)
{
    const struct bytes text = bytes_of_text(config_text);
    struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config;
    struct oci_config untouched;
    struct err err = { 0 };

    memset(&config, 0xA5, sizeof(config));
    memcpy(&untouched, &config, sizeof(config));
    if (oci_config_parse_exec(text, input, &arena, &config, &err) < 0) {
        check_refusal(&err);
        fuzz_require(
            bytes_equal(bytes_of(&config, sizeof(config)), bytes_of(&untouched, sizeof(config))));
    } else {
        fuzz_require(strcmp(config.hostname, "fuzz") == 0 && config.uid_maps.count == 1);
        for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
            check_plan(&config, &hosts[i]);
    }
    arena_done(&arena);
}
