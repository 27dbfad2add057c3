/* One function of the kernel layer for each. */
#include "oci/outside.h"

#include "base/require.h"
#include "base/text_format.h"
#include "kernel/net_device.h"

#include <errno.h>
#include <limits.h>

static int move_device(const struct oci_step_net_device *device, pid_t proc_pid, struct err *err)
{
    char block[48];
    struct text path = text_init(block, sizeof(block));

    (void)text_append(&path, "/proc/");
    (void)text_append_decimal(&path, (uint64_t)proc_pid, 0);
    (void)text_append(&path, "/ns/net");
    return kernel_net_device_move(device->device, device->name, path.at, err);
}

static int write_file(const struct oci_step_process_file *file, pid_t proc_pid, struct err *err)
{
    char block[64];
    struct text path = text_init(block, sizeof(block));

    (void)text_append(&path, "/proc/");
    (void)text_append_decimal(&path, (uint64_t)proc_pid, 0);
    (void)text_append_char(&path, '/');
    (void)text_append(&path, file->file);
    return kernel_process_write_file(path.at, file->value, err);
}

/* Into a cgroup that systemd does not put it into. */
static int put(const struct oci_step_cgroup *cgroup, pid_t pid, struct err *err)
{
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));
    char word_block[32];
    struct text word = text_init(word_block, sizeof(word_block));

    (void)text_append_decimal(&word, (uint64_t)pid, 0);
    if (!text_format(&path, "%s/cgroup.procs", cgroup->path))
        return err_system(err, ENAMETOOLONG, "enter the cgroup '%s'", cgroup->path);
    return kernel_process_write_file(path.at, word.at, err);
}

int oci_outside_perform(const struct oci_step *step, pid_t pid, pid_t proc_pid, struct err *err)
{
    switch ((int)step->kind) {
    case OCI_STEP_PROCESS_WRITE:
        return write_file(&step->process_file, proc_pid, err);
    case OCI_STEP_ID_MAP:
        return oci_subordinate_map(&step->id_map, proc_pid, err);
    case OCI_STEP_NET_DEVICE:
        return move_device(&step->net_device, proc_pid, err);
    case OCI_STEP_CGROUP_PUT:
        return put(&step->cgroup, pid, err);
    case OCI_STEP_RESCTRL_ENTER:
        return kernel_resctrl_enter(step->resctrl.group.path, pid, err);
    case OCI_STEP_SCHEDULER:
        return kernel_scheduling_set(pid, &step->scheduler.how, err);
    case OCI_STEP_IO_PRIORITY:
        return kernel_scheduling_set_io(pid, &step->io_priority.how, err);
    default:
        UNREACHABLE();
    }
}
