/* cupel-oci spec: a config.json to begin with. */
#include "cli/oci/oci.h"

#include "base/cleanup.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* A config that someone has written is not lost. */
static int write_new(const char *bundle, const char *name, struct bytes json, struct err *err)
{
    CLEANUP(fd_close) int bundle_fd = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (bundle_fd < 0)
        return err_system(err, errno, "bundle '%s'", bundle);
    if (faccessat(bundle_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return err_set(err, -EEXIST, "bundle '%s': %s is there already", bundle, name);
    if (errno != ENOENT)
        return err_system(err, errno, "bundle '%s': %s", bundle, name);
    if (file_write_atomic((struct file_place){ bundle_fd, name }, json, 0666 & ~022, err) < 0)
        return err_prefix(err, "bundle '%s'", bundle);
    return 0;
}

/* As with runc and crun, there is no namespace of type 'cgroup' with cgroup v1: who wants one adds
 * it, and it must not be there twice. */
static void fit_to_cgroups(struct arena *arena, struct oci_config *config)
{
    struct oci_host host;
    struct err ignored;

    if (oci_host_read(arena, &host, &ignored) == 0)
        config->namespaces[OCI_NAMESPACE_CGROUP].is_wanted =
            host.cgroup_layout == OCI_CGROUP_UNIFIED;
}

/* What a user would get, with root's own ids. */
static int make_rootless(struct arena *arena, struct oci_config *ret_config, struct err *err)
{
    static const struct oci_id_map own = { .container_id = 0, .host_id = 0, .size = 1 };
    const struct oci_id_maps maps = { .count = 1, .at = &own };
    struct oci_config config;

    if (oci_config_default(arena, (struct oci_caller){ .uid = 1, .gid = 1 }, &config, err) < 0)
        return err->number;
    config.uid_maps = maps;
    config.gid_maps = maps;
    *ret_config = config;
    return 0;
}

int oci_spec_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_spec_options *command = options;
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_caller caller = oci_caller_now();
    struct oci_config config;
    struct bytes json;
    struct err err = { 0 };
    int number;

    (void)operands;
    if (command->rootless && caller.uid == 0)
        number = make_rootless(&arena, &config, &err);
    else
        number = oci_config_default(&arena, caller, &config, &err);
    if (number == 0)
        fit_to_cgroups(&arena, &config);
    /* As with runc and crun, whose callers start from this and hand over a console socket. */
    config.process.terminal = true;
    if (number < 0 || oci_config_format(&config, &arena, &json, &err) < 0 ||
        write_new(command->bundle, command->file == NULL ? "config.json" : command->file, json,
                  &err) < 0)
        return oci_fail(globals, &err, 1);
    return 0;
}
