/* One function of the kernel layer for each. */
#include "oci/plain_step.h"

#include "base/require.h"
#include "kernel/cgroup_v1.h"
#include "kernel/cgroup_v2.h"
#include "oci/home.h"

int oci_plain_step_perform(const struct oci_step *step, const int *streams, struct err *err)
{
    switch ((int)step->kind) {
    case OCI_STEP_CGROUP_ENABLE:
        return kernel_cgroup_v2_enable(step->cgroup.path, step->cgroup.value, err);
    case OCI_STEP_CGROUP_OFFER:
        kernel_cgroup_v2_offer(step->cgroup.path, step->cgroup.value);
        return 0;
    case OCI_STEP_CGROUP_INHERIT:
        return kernel_cgroup_v1_inherit(step->cgroup.value, step->cgroup.path, err);
    case OCI_STEP_CGROUP_WRITE:
        return kernel_cgroup_write_value(&step->cgroup_value, err);
    case OCI_STEP_CGROUP_DEVICES:
        return kernel_device_filter_attach(step->devices.path, &step->devices.rules, err);
    case OCI_STEP_HOME:
        oci_home_find(&step->home);
        return 0;
    case OCI_STEP_RUNTIME_AFFINITY:
    case OCI_STEP_AFFINITY:
        return kernel_scheduling_set_affinity(&step->affinity.set, err);
    case OCI_STEP_STREAMS:
        kernel_process_give_pipes(streams, step->user.uid);
        return 0;
    default:
        UNREACHABLE();
    }
}
