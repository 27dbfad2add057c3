/* Network devices that the container has from outside. */
#include "oci/planning.h"

#include "kernel/net_device.h"

#include <string.h>

static int plan_device(struct oci_planning *planning, size_t index)
{
    const struct oci_net_devices *devices = &planning->config->net_devices;
    const struct oci_net_device *one = &devices->at[index];
    const char *name = one->name == NULL ? one->device : one->name;
    const char *field;

    if (!kernel_net_device_is_name(one->device, false))
        return oci_planning_refuse(planning, "linux.netDevices: '%s' cannot be a device's name",
                                   one->device);
    field = oci_planning_text(planning, "linux.netDevices.%s", one->device);
    if (field == NULL)
        return planning->err->number;
    if (!kernel_net_device_is_name(name, one->name != NULL))
        return oci_planning_refuse(planning, "%s.name: '%s' cannot be a device's name", field,
                                   name);
    for (size_t i = 0; i < index; i++) {
        const struct oci_net_device *other = &devices->at[i];

        /* Two of one template get numbers of their own. */
        if (strcmp(other->name == NULL ? other->device : other->name, name) == 0 &&
            strchr(name, '%') == NULL)
            return oci_planning_refuse(planning, "%s.name: there is a device '%s' already", field,
                                       name);
    }
    return PLAN(planning, NET_DEVICE, field, .net_device = { one->device, name });
}

int oci_plan_net_devices(struct oci_planning *planning)
{
    const struct oci_config *config = planning->config;

    if (config->net_devices.count == 0)
        return 0;
    if (!config->namespaces[OCI_NAMESPACE_NETWORK].is_wanted)
        return oci_planning_refuse(planning,
                                   "linux.netDevices: needs a namespace of type 'network'");
    if (planning->host->caller.uid != 0)
        return oci_planning_refuse(planning, "linux.netDevices: only root can move devices");
    for (size_t i = 0; i < config->net_devices.count; i++) {
        if (plan_device(planning, i) < 0)
            return planning->err->number;
    }
    return 0;
}
