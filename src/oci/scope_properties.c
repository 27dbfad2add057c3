/* A row for each file of a cgroup that systemd has a property for. */
#include "oci/scope_properties.h"

#include "base/text_format.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define MASK_BITS_MAX 8192
#define SECOND_US 1000000ULL
#define HUNDREDTH_US 10000ULL /* of a second: to that systemd is exact */
#define PERIOD_US 100000ULL   /* of the kernel, where nothing else is said */

int oci_properties_add(struct oci_properties *properties, struct err *err, const char *format, ...)
{
    char block[PATH_MAX];
    va_list arguments;
    char *copy;
    int size;

    va_start(arguments, format);
    size = vsnprintf(block, sizeof(block), format, arguments);
    va_end(arguments);
    if (properties->count == OCI_PROPERTIES_MAX || size < 0 || (size_t)size >= sizeof(block))
        return err_set(err, -E2BIG,
                       "this plan cannot have so many, or such long, properties of a scope");
    copy = arena_copy_text(properties->arena, block);
    if (copy == NULL)
        return err_system(err, ENOMEM, "the properties of a scope");
    properties->at[properties->count++] = copy;
    return 0;
}

char *const *oci_properties_list(const struct oci_properties *properties, struct err *err)
{
    char **list = arena_alloc_array(properties->arena, properties->count + 1, sizeof(*list));

    if (list == NULL) {
        (void)err_system(err, ENOMEM, "the properties of a scope");
        return NULL;
    }
    for (size_t i = 0; i < properties->count; i++)
        list[i] = properties->at[i];
    list[properties->count] = NULL;
    return list;
}

/* A number, or "max" or -1 for none, as systemd has it. */
static bool read_limit(const char *value, unsigned long long *ret_limit)
{
    char *end = NULL;

    if (strcmp(value, "max") == 0 || strcmp(value, "-1") == 0) {
        *ret_limit = UINT64_MAX;
        return true;
    }
    errno = 0;
    *ret_limit = strtoull(value, &end, 10);
    return value[0] >= '0' && value[0] <= '9' && errno == 0 && *end == '\0';
}

/* One write of a limit, on its way to a property. */
typedef int (*adder)(struct oci_properties *properties, const char *name,
                     const struct oci_cgroup_write *write, struct err *err);

static int add_number(struct oci_properties *properties, const char *name,
                      const struct oci_cgroup_write *write, struct err *err)
{
    unsigned long long limit;

    if (!read_limit(write->value, &limit))
        return 0;
    return oci_properties_add(properties, err, "%s=t:%llu", name, limit);
}

/* systemd has no limit of 0 processes. */
static int add_tasks(struct oci_properties *properties, const char *name,
                     const struct oci_cgroup_write *write, struct err *err)
{
    unsigned long long limit;

    if (!read_limit(write->value, &limit))
        return 0;
    return oci_properties_add(properties, err, "%s=t:%llu", name, limit == 0 ? 1 : limit);
}

/* A list such as "0-3,7" as a mask in hexadecimal, the first octet first. */
static bool read_mask(const char *list, struct text *ret_mask)
{
    uint8_t octets[MASK_BITS_MAX / 8] = { 0 };
    size_t size = 0;
    char *end = NULL;

    for (const char *at = list; *at != '\0'; at = *end == ',' ? end + 1 : end) {
        unsigned long first = strtoul(at, &end, 10);
        unsigned long last = first;

        if (end == at || at[0] == '-')
            return false;
        if (*end == '-') {
            at = end + 1;
            last = strtoul(at, &end, 10);
        }
        if (end == at || last < first || last >= MASK_BITS_MAX || (*end != ',' && *end != '\0'))
            return false;
        for (unsigned long bit = first; bit <= last; bit++)
            octets[bit / 8] = (uint8_t)(octets[bit / 8] | 1U << bit % 8);
        size = last / 8 + 1 > size ? last / 8 + 1 : size;
    }
    return text_append_hex(ret_mask, bytes_of(octets, size));
}

static int add_mask(struct oci_properties *properties, const char *name,
                    const struct oci_cgroup_write *write, struct err *err)
{
    char block[MASK_BITS_MAX / 4 + 1];
    struct text mask = text_init(block, sizeof(block));

    if (!read_mask(write->value, &mask))
        return 0;
    return oci_properties_add(properties, err, "%s=ay:%s", name, block);
}

/* How much of each second a quota in a period is: systemd has hundredths, and what is not whole is
 * rounded up, as runc and crun do. */
static int add_share(struct oci_properties *properties, unsigned long long quota,
                     unsigned long long period, struct err *err)
{
    unsigned long long share = UINT64_MAX;

    if (period == 0)
        period = PERIOD_US;
    if (quota != UINT64_MAX && quota > UINT64_MAX / SECOND_US)
        return 0;
    if (quota != UINT64_MAX)
        share = (quota * SECOND_US / period + HUNDREDTH_US - 1) / HUNDREDTH_US * HUNDREDTH_US;
    return oci_properties_add(properties, err, "CPUQuotaPerSecUSec=t:%llu", share);
}

/* cpu.max: "<quota or max> [<period>]" */
static int add_quota(struct oci_properties *properties, const char *name,
                     const struct oci_cgroup_write *write, struct err *err)
{
    size_t size = strcspn(write->value, " ");
    const char *rest = write->value + size + strspn(write->value + size, " ");
    unsigned long long period = 0;
    unsigned long long quota;
    char first[24];
    struct text text = text_init(first, sizeof(first));

    (void)name;
    if (!text_append_bytes(&text, bytes_of(write->value, size)) || !read_limit(first, &quota) ||
        (*rest != '\0' && !read_limit(rest, &period)))
        return 0;
    if (period > 0 && oci_properties_add(properties, err, "CPUQuotaPeriodUSec=t:%llu", period) < 0)
        return err->number;
    return add_share(properties, quota, period, err);
}

static const struct {
    const char *file;
    bool is_v2;
    const char *property;
    adder add;
} rows[] = {
    { "memory.max", true, "MemoryMax", add_number },
    { "memory.high", true, "MemoryHigh", add_number },
    { "memory.low", true, "MemoryLow", add_number },
    { "memory.min", true, "MemoryMin", add_number },
    { "memory.swap.max", true, "MemorySwapMax", add_number },
    { "pids.max", true, "TasksMax", add_tasks },
    { "cpu.weight", true, "CPUWeight", add_number },
    { "cpu.max", true, "CPUQuotaPerSecUSec", add_quota },
    { "cpuset.cpus", true, "AllowedCPUs", add_mask },
    { "cpuset.mems", true, "AllowedMemoryNodes", add_mask },
    { "io.weight", true, "IOWeight", add_number },
    { "memory.limit_in_bytes", false, "MemoryMax", add_number },
    { "pids.max", false, "TasksMax", add_tasks },
    { "cpu.shares", false, "CPUShares", add_number },
    { "blkio.weight", false, "BlockIOWeight", add_number },
};

static int add_row(struct oci_properties *properties, const struct oci_cgroup_write *write,
                   struct err *err)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].is_v2 == write->is_v2 && strcmp(rows[i].file, write->file) == 0)
            return rows[i].add(properties, rows[i].property, write, err);
    }
    return 0;
}

static const struct oci_cgroup_write *find_write(const struct oci_cgroup_writes *writes,
                                                 const char *file)
{
    for (size_t i = 0; i < writes->count; i++) {
        if (!writes->at[i].is_v2 && strcmp(writes->at[i].file, file) == 0)
            return &writes->at[i];
    }
    return NULL;
}

/* v1 has the quota and its period in two files. */
static int add_v1_quota(struct oci_properties *properties, const struct oci_cgroup_writes *writes,
                        struct err *err)
{
    const struct oci_cgroup_write *quota = find_write(writes, "cpu.cfs_quota_us");
    const struct oci_cgroup_write *period = find_write(writes, "cpu.cfs_period_us");
    unsigned long long quota_us;
    unsigned long long period_us = 0;

    if (period != NULL && read_limit(period->value, &period_us) &&
        oci_properties_add(properties, err, "CPUQuotaPeriodUSec=t:%llu", period_us) < 0)
        return err->number;
    if (quota == NULL || !read_limit(quota->value, &quota_us))
        return 0;
    return add_share(properties, quota_us, period_us, err);
}

int oci_properties_add_limits(struct oci_properties *properties,
                              const struct oci_cgroup_writes *writes, struct err *err)
{
    for (size_t i = 0; i < writes->count; i++) {
        if (add_row(properties, &writes->at[i], err) < 0)
            return err->number;
    }
    return add_v1_quota(properties, writes, err);
}

/* "rwm", or what of it. */
static void append_access(struct text *word, unsigned int access)
{
    (void)text_append(word, (access & KERNEL_DEVICE_READ) != 0 ? "r" : "");
    (void)text_append(word, (access & KERNEL_DEVICE_WRITE) != 0 ? "w" : "");
    (void)text_append(word, (access & KERNEL_DEVICE_MKNOD) != 0 ? "m" : "");
}

/* "/dev/char/1:3 rwm", "char-136 rwm", "block-* m"; systemd looks at no file for that. False for a
 * rule that it has no words for. */
static bool append_rule(struct text *list, const struct kernel_device_rule *rule, char type)
{
    const char *kind = type == 'b' ? "block" : "char";
    bool fits = list->size == 0 || text_append_char(list, '\n');

    if (rule->major == KERNEL_DEVICE_ANY)
        fits = fits && rule->minor == KERNEL_DEVICE_ANY && text_format(list, "%s-*", kind);
    else if (rule->minor == KERNEL_DEVICE_ANY)
        fits = fits && text_format(list, "%s-%lld", kind, (long long)rule->major);
    else
        fits = fits && text_format(list, "/dev/%s/%lld:%lld", kind, (long long)rule->major,
                                   (long long)rule->minor);
    if (!fits || !text_append_char(list, ' '))
        return false;
    append_access(list, rule->access);
    return true;
}

int oci_properties_add_devices(struct oci_properties *properties,
                               const struct kernel_device_rules *rules, struct err *err)
{
    char block[PATH_MAX / 2];
    struct text list = text_init(block, sizeof(block));

    for (size_t i = 0; i < rules->count; i++) {
        const struct kernel_device_rule *rule = &rules->at[i];
        const char *types = rule->type == 'a' ? "cb" : rule->type == 'b' ? "b" : "c";

        /* The first is for all devices where there is more than what is always allowed. */
        if (i == 0 && !rule->allow)
            continue;
        for (; *types != '\0'; types++) {
            if (!rule->allow || !append_rule(&list, rule, *types))
                return 0;
        }
    }
    if (rules->count < 2 || rules->at[0].allow)
        return 0;
    if (oci_properties_add(properties, err, "DevicePolicy=s:strict") < 0)
        return err->number;
    return oci_properties_add(properties, err, "DeviceAllow=a(ss):%s", block);
}
