/* /dev: the devices that every container has (config-linux.md#default-devices), and its own. */
#include "oci/planning.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* config-linux.md#default-devices */
static const struct {
    const char *path;
    unsigned int major;
    unsigned int minor;
} nodes[] = {
    { "/dev/null", 1, 3 },   { "/dev/zero", 1, 5 },    { "/dev/full", 1, 7 },
    { "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
};

/* runtime-linux.md#dev-symbolic-links, and ptmx for the terminals of its own devpts. */
static const struct oci_step_symlink links[] = {
    { "/dev/fd", "/proc/self/fd" },       { "/dev/stdin", "/proc/self/fd/0" },
    { "/dev/stdout", "/proc/self/fd/1" }, { "/dev/stderr", "/proc/self/fd/2" },
    { "/dev/ptmx", "pts/ptmx" },
};

/* In a user namespace nobody may make device nodes: those of outside are bound instead. */
static int add_node(struct oci_planning *planning, const char *field,
                    const struct oci_step_device *device)
{
    bool may_make = !planning->has_user_namespace && !planning->host->caller.is_nested;

    if (!may_make && !S_ISFIFO(device->node.mode))
        return PLAN(planning, DEVICE_BIND, field, .device = *device);
    return PLAN(planning, DEVICE, field, .device = *device);
}

/* A bind mount at /dev brings what its owner wants there. */
static bool has_dev_of_outside(const struct oci_planning *planning)
{
    for (size_t i = 0; i < planning->count; i++) {
        const struct oci_step *step = &planning->steps[i];

        if (step->kind == OCI_STEP_BIND && strcmp(step->bind.destination, "/dev") == 0)
            return true;
    }
    return false;
}

static int plan_standard(struct oci_planning *planning)
{
    int number = 0;

    for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]) && number == 0; i++) {
        const struct oci_step_device device = {
            .destination = nodes[i].path,
            .node = { .mode = S_IFCHR | 0666, .major = nodes[i].major, .minor = nodes[i].minor },
        };

        number = add_node(planning, "", &device);
    }
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]) && number == 0; i++)
        number = PLAN(planning, SYMLINK, "", .symlink = links[i]);
    return number;
}

/* S_IF… of a device's type, or 0. */
static mode_t type_mode(const char *type)
{
    if (strcmp(type, "c") == 0 || strcmp(type, "u") == 0)
        return S_IFCHR;
    if (strcmp(type, "b") == 0)
        return S_IFBLK;
    return strcmp(type, "p") == 0 ? S_IFIFO : 0;
}

static int plan_device(struct oci_planning *planning, size_t index)
{
    const struct oci_device *device = &planning->config->devices.at[index];
    const char *field = oci_planning_text(planning, "linux.devices[%zu]", index);
    struct oci_step_device step = { 0 };
    mode_t type;

    if (field == NULL)
        return planning->err->number;
    if (device->type == NULL || device->path == NULL)
        return oci_planning_refuse(planning, "%s: needs a type and a path", field);
    type = type_mode(device->type);
    if (type == 0)
        return oci_planning_refuse(planning, "%s.type: '%s' is none of c, u, b and p", field,
                                   device->type);
    if (device->path[0] != '/')
        return oci_planning_refuse(planning, "%s.path: '%s' is no absolute path", field,
                                   device->path);
    if (type != S_IFIFO && (!device->major.is_set || !device->minor.is_set))
        return oci_planning_refuse(planning, "%s: needs major and minor", field);
    step.destination = oci_planning_path(planning, field, device->path);
    if (step.destination == NULL)
        return planning->err->number;
    if (strcmp(step.destination, "/") == 0)
        return oci_planning_refuse(planning, "%s.path: is the root", field);
    /* Callers that pass on all devices of the machine name it; the container's own is there. */
    if (strcmp(step.destination, "/dev/ptmx") == 0 && !has_dev_of_outside(planning))
        return 0;
    step.node = (struct kernel_node){
        .mode = type | (mode_t)(device->file_mode.is_set ? device->file_mode.value : 0666),
        .major = (unsigned int)device->major.value,
        .minor = (unsigned int)device->minor.value,
        .uid = (uid_t)device->uid.value,
        .gid = (gid_t)device->gid.value,
    };
    return add_node(planning, field, &step);
}

int oci_plan_devices(struct oci_planning *planning)
{
    int number = has_dev_of_outside(planning) ? 0 : plan_standard(planning);

    for (size_t i = 0; i < planning->config->devices.count && number == 0; i++)
        number = plan_device(planning, i);
    return number;
}
