/* What linux.resources may say: config-linux.md#control-groups of OCI runtime-spec 1.2. The ranges
 * here are those of the type; those of the kernel's files are in resources.c. */
#include "oci/fields.h"

#include <stddef.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define TABLE(rows, type) { .fields = (rows), .count = COUNT(rows), .size = sizeof(type) }
#define ROW(key, its_kind, type, place)                                                            \
    .name = (key), .kind = (its_kind), .offset = offsetof(type, place)
/* A number of the resources: signed ones may be -1, for no limit. */
#define SIGNED(key, place)                                                                         \
    { ROW((key), OCI_FIELD_NUMBER, struct oci_config, resources.place), .number_min = -1,          \
      .number_max = INT64_MAX }
#define UNSIGNED(key, place, max)                                                                  \
    { ROW((key), OCI_FIELD_NUMBER, struct oci_config, resources.place), .number_max = (max) }
/* A number of an entry of a list. */
#define ENTRY(key, type, place, max) ROW((key), OCI_FIELD_NUMBER, type, place), .number_max = (max)

/* config-linux.md#allowed-device-list */
static const struct oci_field device_rule_fields[] = {
    { ROW("allow", OCI_FIELD_BOOL, struct oci_device_rule, allow), .is_required = true },
    { ROW("type", OCI_FIELD_TEXT, struct oci_device_rule, type) },
    { ROW("major", OCI_FIELD_NUMBER, struct oci_device_rule, major), .number_min = -1,
      .number_max = UINT32_MAX },
    { ROW("minor", OCI_FIELD_NUMBER, struct oci_device_rule, minor), .number_min = -1,
      .number_max = UINT32_MAX },
    { ROW("access", OCI_FIELD_TEXT, struct oci_device_rule, access) },
};
static const struct oci_table device_rule_table = TABLE(device_rule_fields, struct oci_device_rule);

/* config-linux.md#memory */
static const struct oci_field memory_fields[] = {
    SIGNED("limit", memory_limit),
    SIGNED("reservation", memory_reservation),
    SIGNED("swap", memory_swap),
    SIGNED("kernel", memory_kernel),
    SIGNED("kernelTCP", memory_kernel_tcp),
    UNSIGNED("swappiness", memory_swappiness, 100),
    { ROW("disableOOMKiller", OCI_FIELD_BOOL, struct oci_config,
          resources.memory_disable_oom_killer) },
    { ROW("useHierarchy", OCI_FIELD_BOOL, struct oci_config, resources.memory_use_hierarchy) },
    { ROW("checkBeforeUpdate", OCI_FIELD_BOOL, struct oci_config,
          resources.memory_check_before_update) },
};
static const struct oci_table memory_table = TABLE(memory_fields, struct oci_config);

/* config-linux.md#cpu */
static const struct oci_field cpu_fields[] = {
    UNSIGNED("shares", cpu_shares, INT64_MAX),
    SIGNED("quota", cpu_quota),
    UNSIGNED("burst", cpu_burst, INT64_MAX),
    UNSIGNED("period", cpu_period, INT64_MAX),
    SIGNED("realtimeRuntime", cpu_realtime_runtime),
    UNSIGNED("realtimePeriod", cpu_realtime_period, INT64_MAX),
    { ROW("cpus", OCI_FIELD_TEXT, struct oci_config, resources.cpu_cpus) },
    { ROW("mems", OCI_FIELD_TEXT, struct oci_config, resources.cpu_mems) },
    UNSIGNED("idle", cpu_idle, INT64_MAX),
};
static const struct oci_table cpu_table = TABLE(cpu_fields, struct oci_config);

/* config-linux.md#block-io */
static const struct oci_field weight_fields[] = {
    { ENTRY("major", struct oci_device_weight, major, OCI_MAJOR_MAX), .is_required = true },
    { ENTRY("minor", struct oci_device_weight, minor, OCI_MINOR_MAX), .is_required = true },
    { ENTRY("weight", struct oci_device_weight, weight, UINT16_MAX) },
    { ENTRY("leafWeight", struct oci_device_weight, leaf_weight, UINT16_MAX) },
};
static const struct oci_table weight_table = TABLE(weight_fields, struct oci_device_weight);

static const struct oci_field rate_fields[] = {
    { ENTRY("major", struct oci_device_rate, major, OCI_MAJOR_MAX), .is_required = true },
    { ENTRY("minor", struct oci_device_rate, minor, OCI_MINOR_MAX), .is_required = true },
    { ENTRY("rate", struct oci_device_rate, rate, INT64_MAX), .is_required = true },
};
static const struct oci_table rate_table = TABLE(rate_fields, struct oci_device_rate);

#define RATES(key, place)                                                                          \
    { ROW((key), OCI_FIELD_LIST, struct oci_config, resources.place), .table = &rate_table }
static const struct oci_field block_fields[] = {
    UNSIGNED("weight", block_weight, UINT16_MAX),
    UNSIGNED("leafWeight", block_leaf_weight, UINT16_MAX),
    { ROW("weightDevice", OCI_FIELD_LIST, struct oci_config, resources.block_weight_devices),
      .table = &weight_table },
    RATES("throttleReadBpsDevice", block_read_bps),
    RATES("throttleWriteBpsDevice", block_write_bps),
    RATES("throttleReadIOPSDevice", block_read_iops),
    RATES("throttleWriteIOPSDevice", block_write_iops),
};
static const struct oci_table block_table = TABLE(block_fields, struct oci_config);

/* config-linux.md#huge-page-limits */
static const struct oci_field hugepage_fields[] = {
    { ROW("pageSize", OCI_FIELD_TEXT, struct oci_hugepage_limit, page_size), .is_required = true },
    { ENTRY("limit", struct oci_hugepage_limit, limit, INT64_MAX), .is_required = true },
};
static const struct oci_table hugepage_table = TABLE(hugepage_fields, struct oci_hugepage_limit);

/* config-linux.md#network */
static const struct oci_field priority_fields[] = {
    { ROW("name", OCI_FIELD_TEXT, struct oci_priority, name), .is_required = true },
    { ENTRY("priority", struct oci_priority, priority, UINT32_MAX), .is_required = true },
};
static const struct oci_table priority_table = TABLE(priority_fields, struct oci_priority);

static const struct oci_field network_fields[] = {
    UNSIGNED("classID", network_class_id, UINT32_MAX),
    { ROW("priorities", OCI_FIELD_LIST, struct oci_config, resources.network_priorities),
      .table = &priority_table },
};
static const struct oci_table network_table = TABLE(network_fields, struct oci_config);

/* config-linux.md#pids */
static const struct oci_field pids_fields[] = { SIGNED("limit", pids_limit) };
static const struct oci_table pids_table = TABLE(pids_fields, struct oci_config);

/* config-linux.md#rdma */
static const struct oci_field rdma_fields[] = {
    { ENTRY("hcaHandles", struct oci_rdma, handles, UINT32_MAX) },
    { ENTRY("hcaObjects", struct oci_rdma, objects, UINT32_MAX) },
};
static const struct oci_table rdma_table = TABLE(rdma_fields, struct oci_rdma);

/* config-linux.md#control-groups */
static const struct oci_field resources_fields[] = {
    { ROW("devices", OCI_FIELD_LIST, struct oci_config, resources.devices),
      .table = &device_rule_table },
    { .name = "memory", .kind = OCI_FIELD_OBJECT, .table = &memory_table },
    { .name = "cpu", .kind = OCI_FIELD_OBJECT, .table = &cpu_table },
    { .name = "blockIO", .kind = OCI_FIELD_OBJECT, .table = &block_table },
    { ROW("hugepageLimits", OCI_FIELD_LIST, struct oci_config, resources.hugepage_limits),
      .table = &hugepage_table },
    { .name = "network", .kind = OCI_FIELD_OBJECT, .table = &network_table },
    { .name = "pids", .kind = OCI_FIELD_OBJECT, .table = &pids_table },
    { ROW("rdma", OCI_FIELD_MAP, struct oci_config, resources.rdma), .table = &rdma_table },
    { ROW("unified", OCI_FIELD_PAIRS, struct oci_config, resources.unified) },
};
const struct oci_table oci_resources_table = TABLE(resources_fields, struct oci_config);
