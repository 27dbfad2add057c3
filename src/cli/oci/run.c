/* cupel-oci run: a container from a bundle, from its making to its end. */
#include "cli/oci/oci.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "oci/execute.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

int oci_prepare(const char *bundle, const char *id, struct arena *arena,
                struct oci_prepared *ret_prepared, struct err *err)
{
    struct oci_prepared prepared;
    char path[PATH_MAX];
    struct oci_plan_request request = {
        .config = &prepared.config, .host = &prepared.host, .id = id, .bundle = path
    };

    if (realpath(bundle, path) == NULL)
        return err_system(err, errno, "bundle '%s'", bundle);
    if (oci_id_check(id, err) < 0 || oci_config_read(bundle, arena, &prepared.config, err) < 0 ||
        oci_host_read(arena, &prepared.host, err) < 0)
        return err->number;
    if (oci_plan_make(&request, arena, &prepared.plan, err) < 0)
        return err_prefix(err, "bundle '%s': config.json", bundle);
    *ret_prepared = prepared;
    return 0;
}

static int write_pid_file(void *owner, pid_t pid, struct err *err)
{
    const struct oci_run_command *command = owner;
    char block[32];
    struct text text = text_init(block, sizeof(block));

    if (command->pid_file == NULL)
        return 0;
    (void)text_append_decimal(&text, (uint64_t)pid, 0);
    return file_write_atomic((struct file_place){ AT_FDCWD, command->pid_file }, text_bytes(&text),
                             0644, err);
}

int oci_run_run(const void *globals, const void *options, struct cli_operands operands)
{
    struct oci_run_command command = *(const struct oci_run_command *)options;
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    const struct oci_run_options how = { .on_started = write_pid_file, .owner = &command };
    struct oci_prepared prepared;
    struct err err = { 0 };
    int status = 0;

    if (oci_prepare(command.bundle, operands.at[0], &arena, &prepared, &err) < 0 ||
        oci_run(&prepared.plan, &how, &status, &err) < 0)
        return oci_fail(globals, &err, 1);
    return status;
}
