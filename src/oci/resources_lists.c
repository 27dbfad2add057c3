/* Each entry of a list is a write of its own: the files of the kernel take one at a time. */
#include "oci/compiling.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

#define WEIGHT_MIN 10
#define WEIGHT_MAX 1000
#define INTERFACE_BYTES_MAX 15

static const char *device_text(struct compiling *compiling, struct oci_number major,
                               struct oci_number minor)
{
    return oci_compiling_text(compiling, "%lld:%lld", (long long)major.value,
                              (long long)minor.value);
}

/* One of the two weights of a device. */
struct weight {
    const char *name;
    struct oci_number value;
    bool is_of_leaves;
};

static int add_weight(struct compiling *compiling, size_t index, const char *device,
                      const struct weight *weight)
{
    const char *field = oci_compiling_text(
        compiling, "linux.resources.blockIO.weightDevice[%zu].%s", index, weight->name);
    struct oci_cgroup_write write = { .field = field, .key = device };
    struct oci_controller controller;
    long long value = weight->value.value;

    if (field == NULL)
        return compiling->err->number;
    if (value < WEIGHT_MIN || value > WEIGHT_MAX)
        return err_set(compiling->err, -EINVAL, "%s: is %lld, must be between %d and %d", field,
                       value, WEIGHT_MIN, WEIGHT_MAX);
    if (!oci_controller_find(compiling->request->host, "blkio", weight->is_of_leaves ? NULL : "io",
                             &controller))
        return oci_compiling_refuse(compiling, field, "blkio", weight->is_of_leaves ? NULL : "io");
    write.is_v2 = controller.is_v2;
    write.controller = write.is_v2 ? "io" : "blkio";
    write.value = oci_compiling_text(compiling, "%s %lld", device, value);
    write.none = oci_compiling_text(compiling, "%s %s", device, write.is_v2 ? "default" : "0");
    if (write.is_v2) {
        write.file = "io.bfq.weight";
        write.other_file = "io.weight";
        write.other_value = oci_compiling_text(compiling, "%s %u", device, oci_io_weight(value));
    } else if (weight->is_of_leaves) {
        write.file = "blkio.leaf_weight_device";
    } else {
        write.file = "blkio.weight_device";
        write.other_file = "blkio.bfq.weight_device";
        write.other_value = write.value;
    }
    return compiling->err->number < 0 ? compiling->err->number
                                      : oci_compiling_add(compiling, &write);
}

static int compile_weights(struct compiling *compiling)
{
    const struct oci_device_weights *devices = &compiling->resources->block_weight_devices;

    for (size_t i = 0; i < devices->count; i++) {
        const struct oci_device_weight *entry = &devices->at[i];
        const struct weight weights[] = { { "weight", entry->weight, false },
                                          { "leafWeight", entry->leaf_weight, true } };
        const char *device = device_text(compiling, entry->major, entry->minor);

        if (device == NULL)
            return compiling->err->number;
        if (entry->weight.value == 0 && entry->leaf_weight.value == 0)
            return err_set(compiling->err, -EINVAL,
                           "linux.resources.blockIO.weightDevice[%zu]: has neither weight nor "
                           "leafWeight",
                           i);
        for (size_t j = 0; j < 2; j++) {
            if (weights[j].value.value != 0 && add_weight(compiling, i, device, &weights[j]) < 0)
                return compiling->err->number;
        }
    }
    return 0;
}

/* A list of rates: its name, its file in v1, and its word in io.max of v2. */
struct rates {
    const char *name;
    size_t offset; /* of a struct oci_device_rates in struct oci_resources */
    const char *v1_file;
    const char *word;
};

static const struct rates all_rates[] = {
    { "throttleReadBpsDevice", offsetof(struct oci_resources, block_read_bps),
      "blkio.throttle.read_bps_device", "rbps" },
    { "throttleWriteBpsDevice", offsetof(struct oci_resources, block_write_bps),
      "blkio.throttle.write_bps_device", "wbps" },
    { "throttleReadIOPSDevice", offsetof(struct oci_resources, block_read_iops),
      "blkio.throttle.read_iops_device", "riops" },
    { "throttleWriteIOPSDevice", offsetof(struct oci_resources, block_write_iops),
      "blkio.throttle.write_iops_device", "wiops" },
};

static int add_rate(struct compiling *compiling, const struct rates *rates, size_t index,
                    const struct oci_device_rate *entry)
{
    const char *field =
        oci_compiling_text(compiling, "linux.resources.blockIO.%s[%zu].rate", rates->name, index);
    struct oci_cgroup_write write = { .field = field };
    struct oci_controller controller;
    long long rate = entry->rate.value;

    if (field == NULL)
        return compiling->err->number;
    if (!oci_controller_find(compiling->request->host, "blkio", "io", &controller))
        return oci_compiling_refuse(compiling, field, "blkio", "io");
    write.is_v2 = controller.is_v2;
    write.controller = write.is_v2 ? "io" : "blkio";
    write.file = write.is_v2 ? "io.max" : rates->v1_file;
    write.key = device_text(compiling, entry->major, entry->minor);
    if (write.key == NULL)
        return compiling->err->number;
    if (!write.is_v2) /* 0 is no limit */
        write.value = oci_compiling_text(compiling, "%s %lld", write.key, rate);
    else if (rate == 0)
        write.value = oci_compiling_text(compiling, "%s %s=max", write.key, rates->word);
    else
        write.value = oci_compiling_text(compiling, "%s %s=%lld", write.key, rates->word, rate);
    write.none = write.is_v2 ? oci_compiling_text(compiling, "%s %s=max", write.key, rates->word)
                             : oci_compiling_text(compiling, "%s 0", write.key);
    return compiling->err->number < 0 ? compiling->err->number
                                      : oci_compiling_add(compiling, &write);
}

static int compile_rates(struct compiling *compiling)
{
    for (size_t i = 0; i < sizeof(all_rates) / sizeof(all_rates[0]); i++) {
        const struct oci_device_rates *list =
            (const void *)((const char *)compiling->resources + all_rates[i].offset);

        for (size_t j = 0; j < list->count; j++) {
            if (add_rate(compiling, &all_rates[i], j, &list->at[j]) < 0)
                return compiling->err->number;
        }
    }
    return 0;
}

/* Whether the text is a size as the kernel names its files: "64KB", "2MB", "1GB". */
static bool is_page_size(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits > 0 && digits < 10 && text[0] != '0' && text[digits] != '\0' &&
           strchr("KMG", text[digits]) != NULL && strcmp(text + digits + 1, "B") == 0;
}

/* The limit of what is used, and, where the kernel has it, that of what is reserved. */
static int compile_hugepages(struct compiling *compiling)
{
    const struct oci_hugepage_limits *limits = &compiling->resources->hugepage_limits;

    for (size_t i = 0; i < limits->count; i++) {
        const char *size = limits->at[i].page_size == NULL ? "" : limits->at[i].page_size;
        const char *field =
            oci_compiling_text(compiling, "linux.resources.hugepageLimits[%zu].limit", i);
        struct oci_cgroup_write write = { .field = field, .controller = "hugetlb" };
        struct oci_controller controller;
        const char *end;

        if (field == NULL)
            return compiling->err->number;
        if (!is_page_size(size))
            return err_set(compiling->err, -EINVAL,
                           "linux.resources.hugepageLimits[%zu].pageSize: '%s' is no size such as "
                           "'2MB'",
                           i, size);
        if (!oci_controller_find(compiling->request->host, "hugetlb", "hugetlb", &controller))
            return oci_compiling_refuse(compiling, field, "hugetlb", "hugetlb");
        write.is_v2 = controller.is_v2;
        end = controller.is_v2 ? "max" : "limit_in_bytes";
        write.value = oci_compiling_text(compiling, "%lld", (long long)limits->at[i].limit.value);
        write.file = oci_compiling_text(compiling, "hugetlb.%s.%s", size, end);
        if (write.value == NULL || write.file == NULL || oci_compiling_add(compiling, &write) < 0)
            return compiling->err->number;
        write.is_optional = true;
        write.file = oci_compiling_text(compiling, "hugetlb.%s.rsvd.%s", size, end);
        if (write.file == NULL || oci_compiling_add(compiling, &write) < 0)
            return compiling->err->number;
    }
    return 0;
}

static int compile_priorities(struct compiling *compiling)
{
    const struct oci_priorities *list = &compiling->resources->network_priorities;

    for (size_t i = 0; i < list->count; i++) {
        const char *name = list->at[i].name == NULL ? "" : list->at[i].name;
        const char *field =
            oci_compiling_text(compiling, "linux.resources.network.priorities[%zu]", i);
        struct oci_cgroup_write write = {
            .field = field, .controller = "net_prio", .file = "net_prio.ifpriomap", .key = name
        };
        struct oci_controller controller;

        if (field == NULL)
            return compiling->err->number;
        if (name[0] == '\0' || strlen(name) > INTERFACE_BYTES_MAX ||
            strcspn(name, " \t\n/") != strlen(name))
            return err_set(compiling->err, -EINVAL, "%s.name: '%s' cannot name a network interface",
                           field, name);
        if (!oci_controller_find(compiling->request->host, "net_prio", NULL, &controller))
            return oci_compiling_refuse(compiling, field, "net_prio", NULL);
        write.value =
            oci_compiling_text(compiling, "%s %lld", name, (long long)list->at[i].priority.value);
        write.none = oci_compiling_text(compiling, "%s 0", name);
        if (write.value == NULL || write.none == NULL || oci_compiling_add(compiling, &write) < 0)
            return compiling->err->number;
    }
    return 0;
}

static int compile_rdma(struct compiling *compiling)
{
    const struct oci_rdmas *list = &compiling->resources->rdma;

    for (size_t i = 0; i < list->count; i++) {
        const struct oci_rdma *entry = &list->at[i];
        const char *device = entry->device == NULL ? "" : entry->device;
        const char *field = oci_compiling_text(compiling, "linux.resources.rdma.%s", device);
        struct oci_cgroup_write write = {
            .field = field, .controller = "rdma", .file = "rdma.max", .key = device
        };
        struct oci_controller controller;

        if (field == NULL)
            return compiling->err->number;
        if (device[0] == '\0' || strcspn(device, " \t\n/") != strlen(device))
            return err_set(compiling->err, -EINVAL,
                           "linux.resources.rdma: '%s' cannot name a device", device);
        if (!entry->handles.is_set && !entry->objects.is_set)
            return err_set(compiling->err, -EINVAL, "%s: has neither hcaHandles nor hcaObjects",
                           field);
        if (!oci_controller_find(compiling->request->host, "rdma", "rdma", &controller))
            return oci_compiling_refuse(compiling, field, "rdma", "rdma");
        write.is_v2 = controller.is_v2;
        write.value = device;
        if (entry->handles.is_set)
            write.value = oci_compiling_text(compiling, "%s hca_handle=%lld", write.value,
                                             (long long)entry->handles.value);
        if (entry->objects.is_set && write.value != NULL)
            write.value = oci_compiling_text(compiling, "%s hca_object=%lld", write.value,
                                             (long long)entry->objects.value);
        write.none = oci_compiling_text(compiling, "%s hca_handle=max hca_object=max", device);
        if (write.value == NULL || write.none == NULL || oci_compiling_add(compiling, &write) < 0)
            return compiling->err->number;
    }
    return 0;
}

/* Whether a file of cgroup v2 holds a limit: it has a controller's name, or that of the cgroup
 * itself, and does not move processes. */
static bool is_limit(const char *file)
{
    size_t size = strcspn(file, ".");

    return size > 0 && file[size] == '.' && file[size + 1] != '\0' && strchr(file, '/') == NULL &&
           strcmp(file, "cgroup.procs") != 0 && strcmp(file, "cgroup.threads") != 0;
}

/* A value of several lines is as many writes. */
static int add_lines(struct compiling *compiling, const struct oci_cgroup_write *like,
                     const char *value)
{
    for (const char *at = value; *at != '\0';) {
        size_t size = strcspn(at, "\n");
        struct oci_cgroup_write write = *like;

        if (size >= 256)
            return err_set(compiling->err, -EINVAL, "%s: the value is longer than a line of 255",
                           like->field);
        write.value = oci_compiling_text(compiling, "%.*s", (int)size, at);
        if (strcspn(at, " ") < size)
            write.key = oci_compiling_text(compiling, "%.*s", (int)strcspn(at, " "), at);
        if (size > 0 && (write.value == NULL || oci_compiling_add(compiling, &write) < 0))
            return compiling->err->number;
        at += size;
        at += strspn(at, "\n");
    }
    return compiling->err->number;
}

static int compile_unified(struct compiling *compiling)
{
    const struct oci_pairs *pairs = &compiling->resources->unified;

    for (size_t i = 0; i < pairs->count; i++) {
        const char *file = pairs->at[i].name;
        struct oci_cgroup_write write = { .is_v2 = true, .file = file };
        struct oci_controller controller;

        if (!is_limit(file))
            return err_set(compiling->err, -EINVAL,
                           "linux.resources.unified: '%s' is no file that holds a limit", file);
        write.field = oci_compiling_text(compiling, "linux.resources.unified.%s", file);
        write.controller = oci_compiling_text(compiling, "%.*s", (int)strcspn(file, "."), file);
        if (write.field == NULL || write.controller == NULL)
            return compiling->err->number;
        if (strcmp(write.controller, "cgroup") == 0)
            write.controller = "";
        if (write.controller[0] == '\0'
                ? compiling->request->host->cgroup_layout != OCI_CGROUP_UNIFIED
                : !oci_controller_find(compiling->request->host, NULL, write.controller,
                                       &controller))
            return compiling->request->host->cgroup_layout == OCI_CGROUP_UNIFIED
                       ? oci_compiling_refuse(compiling, write.field, NULL, write.controller)
                       : err_set(compiling->err, -EINVAL,
                                 "%s: is for cgroup v2, which this system does not use for it",
                                 write.field);
        if (add_lines(compiling, &write, pairs->at[i].value) < 0)
            return compiling->err->number;
    }
    return 0;
}

int oci_compiling_lists(struct compiling *compiling)
{
    static int (*const parts[])(struct compiling *) = {
        compile_weights,    compile_rates, compile_hugepages,
        compile_priorities, compile_rdma,  compile_unified,
    };
    int number = 0;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && number == 0; i++)
        number = parts[i](compiling);
    return number;
}
