/* A row for each number; what comes in lists is in resources_lists.c. */
#include "oci/compiling.h"

#include "base/require.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define VALUE_ROOM 512
#define FIELD(name) "linux.resources." name
/* The most writes beside those of lists. */
#define SINGLE_WRITES 40

/* The value that is written for a number; NULL: nothing is (by another row, or by nobody), or with
 * a sentence in compiling->err it cannot be. */
typedef const char *(*converter)(struct compiling *compiling, const char *field, int64_t value);

struct version {
    const char *controller; /* NULL: this version has nothing of the kind */
    const char *file;
    converter convert;
    const char *other_file;
    converter convert_other;
};

struct row {
    const char *field;
    size_t offset; /* of a struct oci_number in struct oci_resources */
    int64_t min;   /* of what may be asked for, beside -1 and 0 */
    int64_t max;
    enum { ZERO_IS_NOTHING, OR_NO_LIMIT, ZERO_IS_A_VALUE, ANY_LIMIT } kind; /* see is_asked() */
    struct version v1;
    struct version v2;
};

unsigned int oci_weight_of_shares(int64_t shares)
{
    double power = shares <= 2 ? 1 : log2((double)shares);

    if (shares >= 262144)
        return 10000;
    return (unsigned int)ceil(pow(10, (power * power + 125 * power) / 612.0 - 7.0 / 34.0));
}

unsigned int oci_io_weight(int64_t weight)
{
    return 1 + (unsigned int)((weight - 10) * 9999 / 990);
}

/* 0 asks for nothing but with ZERO_IS_A_VALUE and ANY_LIMIT. */
static bool is_asked(const struct row *row, const struct oci_number *number)
{
    return number->is_set &&
           (number->value != 0 || row->kind == ZERO_IS_A_VALUE || row->kind == ANY_LIMIT);
}

/* -1 is no limit with OR_NO_LIMIT and ANY_LIMIT. */
static bool has_no_limit(const struct row *row, const struct oci_number *number)
{
    return number->value == -1 && (row->kind == OR_NO_LIMIT || row->kind == ANY_LIMIT);
}

bool oci_list_has(const char *list, const char *word)
{
    size_t size = strlen(word);

    for (const char *at = list; at != NULL; at++) {
        size_t part = strcspn(at, ", \n");

        if (part == size && size > 0 && strncmp(at, word, size) == 0)
            return true;
        at += part;
        if (*at == '\0')
            break;
    }
    return false;
}

bool oci_controller_find(const struct oci_host *host, const char *v1_name, const char *v2_name,
                         struct oci_controller *ret_controller)
{
    bool is_unified = host->cgroup_layout == OCI_CGROUP_UNIFIED;

    for (size_t i = 0; v1_name != NULL && !is_unified && i < host->hierarchies.count; i++) {
        if (!oci_list_has(host->hierarchies.at[i].name, v1_name))
            continue;
        *ret_controller = (struct oci_controller){ false, host->hierarchies.at[i].name };
        return true;
    }
    if (v2_name == NULL || host->cgroup_layout == OCI_CGROUP_NONE ||
        (host->controllers == NULL ? !is_unified : !oci_list_has(host->controllers, v2_name)))
        return false;
    *ret_controller = (struct oci_controller){ true, is_unified ? "" : "unified" };
    return true;
}

const char *oci_compiling_text(struct compiling *compiling, const char *format, ...)
{
    char block[VALUE_ROOM];
    va_list arguments;
    char *copy;
    int size;

    va_start(arguments, format);
    size = vsnprintf(block, sizeof(block), format, arguments);
    va_end(arguments);
    copy =
        size < 0 || (size_t)size >= sizeof(block) ? NULL : arena_copy_text(compiling->arena, block);
    if (copy == NULL)
        (void)err_set(compiling->err, -ENOMEM, "the plan needs more memory than it may have");
    return copy;
}

static const char *decimal(struct compiling *compiling, const char *field, int64_t value)
{
    (void)field;
    return oci_compiling_text(compiling, "%lld", (long long)value);
}

/* v2, and pids.max of both: no limit is a word. */
static const char *or_max(struct compiling *compiling, const char *field, int64_t value)
{
    return value < 0 ? "max" : decimal(compiling, field, value);
}

/* None at all is the least that a container can be: its first process alone, as with runc. */
static const char *processes(struct compiling *compiling, const char *field, int64_t value)
{
    return or_max(compiling, field, value == 0 ? 1 : value);
}

static const char *weight_of_shares(struct compiling *compiling, const char *field, int64_t value)
{
    return decimal(compiling, field, oci_weight_of_shares(value));
}

static const char *io_weight(struct compiling *compiling, const char *field, int64_t value)
{
    return decimal(compiling, field, oci_io_weight(value));
}

/* memory.swap.max is of swap alone. */
static const char *swap_alone(struct compiling *compiling, const char *field, int64_t value)
{
    int64_t limit = compiling->resources->memory_limit.value;

    if (value < 0)
        return "max";
    if (limit == 0) {
        (void)err_set(compiling->err, -EINVAL,
                      "%s: is for memory and swap together, so that cgroup v2 needs "
                      "linux.resources.memory.limit as well",
                      field);
        return NULL;
    }
    return decimal(compiling, field, limit < 0 ? value : value - limit);
}

static bool is_positive(struct oci_number number)
{
    return number.is_set && number.value > 0;
}

/* cpu.max: "<quota> <period>"; a quota alone keeps the period. */
static const char *quota_and_period(struct compiling *compiling, const char *field, int64_t value)
{
    const char *quota = or_max(compiling, field, value);

    if (quota == NULL || !is_positive(compiling->resources->cpu_period))
        return quota;
    return oci_compiling_text(compiling, "%s %lld", quota,
                              (long long)compiling->resources->cpu_period.value);
}

static const char *period_alone(struct compiling *compiling, const char *field, int64_t value)
{
    const char *now = compiling->request->quota_now;

    (void)field;
    if (compiling->resources->cpu_quota.value != 0)
        return NULL; /* quota_and_period() */
    return oci_compiling_text(compiling, "%s %lld", now == NULL ? "max" : now, (long long)value);
}

#define PLACE(member) offsetof(struct oci_resources, member)
#define NO_MAX INT64_MAX

static const struct row rows[] = {
    { FIELD("pids.limit"),
      PLACE(pids_limit),
      0,
      NO_MAX,
      ANY_LIMIT,
      { .controller = "pids", .file = "pids.max", .convert = processes },
      { .controller = "pids", .file = "pids.max", .convert = processes } },
    { FIELD("memory.limit"),
      PLACE(memory_limit),
      1,
      NO_MAX,
      OR_NO_LIMIT,
      { .controller = "memory", .file = "memory.limit_in_bytes", .convert = decimal },
      { .controller = "memory", .file = "memory.max", .convert = or_max } },
    { FIELD("memory.swap"),
      PLACE(memory_swap),
      1,
      NO_MAX,
      OR_NO_LIMIT,
      { .controller = "memory", .file = "memory.memsw.limit_in_bytes", .convert = decimal },
      { .controller = "memory", .file = "memory.swap.max", .convert = swap_alone } },
    { FIELD("memory.reservation"),
      PLACE(memory_reservation),
      1,
      NO_MAX,
      OR_NO_LIMIT,
      { .controller = "memory", .file = "memory.soft_limit_in_bytes", .convert = decimal },
      { .controller = "memory", .file = "memory.low", .convert = or_max } },
    { FIELD("memory.kernel"),
      PLACE(memory_kernel),
      1,
      NO_MAX,
      OR_NO_LIMIT,
      { .controller = "memory", .file = "memory.kmem.limit_in_bytes", .convert = decimal },
      { 0 } },
    { FIELD("memory.kernelTCP"),
      PLACE(memory_kernel_tcp),
      1,
      NO_MAX,
      OR_NO_LIMIT,
      { .controller = "memory", .file = "memory.kmem.tcp.limit_in_bytes", .convert = decimal },
      { 0 } },
    { FIELD("memory.swappiness"),
      PLACE(memory_swappiness),
      0,
      100,
      ZERO_IS_A_VALUE,
      { .controller = "memory", .file = "memory.swappiness", .convert = decimal },
      { 0 } },
    { FIELD("cpu.shares"),
      PLACE(cpu_shares),
      2,
      262144,
      ZERO_IS_NOTHING,
      { .controller = "cpu", .file = "cpu.shares", .convert = decimal },
      { .controller = "cpu", .file = "cpu.weight", .convert = weight_of_shares } },
    { FIELD("cpu.period"),
      PLACE(cpu_period),
      1000,
      1000000,
      ZERO_IS_NOTHING,
      { .controller = "cpu", .file = "cpu.cfs_period_us", .convert = decimal },
      { .controller = "cpu", .file = "cpu.max", .convert = period_alone } },
    { FIELD("cpu.quota"),
      PLACE(cpu_quota),
      1000,
      NO_MAX,
      OR_NO_LIMIT,
      { .controller = "cpu", .file = "cpu.cfs_quota_us", .convert = decimal },
      { .controller = "cpu", .file = "cpu.max", .convert = quota_and_period } },
    { FIELD("cpu.burst"),
      PLACE(cpu_burst),
      0,
      NO_MAX,
      ZERO_IS_A_VALUE,
      { .controller = "cpu", .file = "cpu.cfs_burst_us", .convert = decimal },
      { .controller = "cpu", .file = "cpu.max.burst", .convert = decimal } },
    { FIELD("cpu.realtimePeriod"),
      PLACE(cpu_realtime_period),
      1,
      UINT32_MAX,
      ZERO_IS_NOTHING,
      { .controller = "cpu", .file = "cpu.rt_period_us", .convert = decimal },
      { 0 } },
    { FIELD("cpu.realtimeRuntime"),
      PLACE(cpu_realtime_runtime),
      1,
      UINT32_MAX,
      OR_NO_LIMIT,
      { .controller = "cpu", .file = "cpu.rt_runtime_us", .convert = decimal },
      { 0 } },
    { FIELD("cpu.idle"),
      PLACE(cpu_idle),
      0,
      1,
      ZERO_IS_A_VALUE,
      { .controller = "cpu", .file = "cpu.idle", .convert = decimal },
      { .controller = "cpu", .file = "cpu.idle", .convert = decimal } },
    { FIELD("blockIO.weight"),
      PLACE(block_weight),
      10,
      1000,
      ZERO_IS_NOTHING,
      { "blkio", "blkio.weight", decimal, "blkio.bfq.weight", decimal },
      { "io", "io.bfq.weight", decimal, "io.weight", io_weight } },
    { FIELD("blockIO.leafWeight"),
      PLACE(block_leaf_weight),
      10,
      1000,
      ZERO_IS_NOTHING,
      { .controller = "blkio", .file = "blkio.leaf_weight", .convert = decimal },
      { 0 } },
    { FIELD("network.classID"),
      PLACE(network_class_id),
      1,
      UINT32_MAX,
      ZERO_IS_NOTHING,
      { .controller = "net_cls", .file = "net_cls.classid", .convert = decimal },
      { 0 } },
};

int oci_compiling_refuse(struct compiling *compiling, const char *field, const char *v1_name,
                         const char *v2_name)
{
    const struct oci_host *host = compiling->request->host;

    if (host->cgroup_layout == OCI_CGROUP_NONE)
        return err_set(compiling->err, -EINVAL,
                       "%s: there is no cgroup file system in /sys/fs/cgroup", field);
    if (host->cgroup_layout == OCI_CGROUP_V1)
        return err_set(compiling->err, -EINVAL, "%s: this system has no cgroup hierarchy for '%s'",
                       field, v1_name == NULL ? v2_name : v1_name);
    if (v2_name == NULL)
        return err_set(compiling->err, -EINVAL, "%s: cgroup v2 has nothing of the kind", field);
    return err_set(compiling->err, -EINVAL, "%s: the cgroup controller '%s' is not %s", field,
                   v2_name,
                   oci_caller_has_machine(&host->caller) ? "there" : "delegated to this user");
}

int oci_compiling_add(struct compiling *compiling, const struct oci_cgroup_write *write)
{
    REQUIRE(compiling->count < compiling->capacity);
    compiling->at[compiling->count++] = *write;
    return 0;
}

static int compile_row(struct compiling *compiling, const struct row *row)
{
    const struct oci_number *number =
        (const void *)((const char *)compiling->resources + row->offset);
    struct oci_controller controller;
    const struct version *version;
    struct oci_cgroup_write write = { .field = row->field };

    if (!is_asked(row, number))
        return 0;
    if (!has_no_limit(row, number) && (number->value < row->min || number->value > row->max))
        return err_set(compiling->err, -EINVAL, "%s: is %lld, must be between %lld and %lld",
                       row->field, (long long)number->value, (long long)row->min,
                       (long long)row->max);
    if (!oci_controller_find(compiling->request->host, row->v1.controller, row->v2.controller,
                             &controller))
        return oci_compiling_refuse(compiling, row->field, row->v1.controller, row->v2.controller);
    version = controller.is_v2 ? &row->v2 : &row->v1;
    write.is_v2 = controller.is_v2;
    write.controller = version->controller;
    write.file = version->file;
    write.value = version->convert(compiling, row->field, number->value);
    write.other_file = version->other_file;
    if (write.value == NULL)
        return compiling->err->number;
    if (version->other_file != NULL) {
        write.other_value = version->convert_other(compiling, row->field, number->value);
        if (write.other_value == NULL)
            return compiling->err->number;
    }
    return oci_compiling_add(compiling, &write);
}

/* What is true or not, and of v1 alone. */
static int compile_switches(struct compiling *compiling)
{
    const struct oci_resources *resources = compiling->resources;
    const struct {
        bool is_wanted;
        bool is_always_so_in_v2;
        struct oci_cgroup_write write;
    } switches[] = {
        { resources->memory_disable_oom_killer,
          false,
          { .field = FIELD("memory.disableOOMKiller"),
            .controller = "memory",
            .file = "memory.oom_control",
            .value = "1",
            .key = "oom_kill_disable" } },
        { resources->memory_use_hierarchy,
          true,
          { .field = FIELD("memory.useHierarchy"),
            .controller = "memory",
            .file = "memory.use_hierarchy",
            .value = "1",
            .is_optional = true } },
    };

    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
        const struct oci_cgroup_write *write = &switches[i].write;
        struct oci_controller controller;

        if (!switches[i].is_wanted)
            continue;
        if (oci_controller_find(compiling->request->host, NULL, "memory", &controller) &&
            switches[i].is_always_so_in_v2)
            continue;
        if (!oci_controller_find(compiling->request->host, "memory", NULL, &controller))
            return oci_compiling_refuse(compiling, write->field, "memory", NULL);
        if (oci_compiling_add(compiling, write) < 0)
            return compiling->err->number;
    }
    return 0;
}

/* Whether the text is a list of numbers and ranges: "0-3,7". */
static bool is_list(const char *text)
{
    static const char digits[] = "0123456789";
    const char *at = text;

    for (;;) {
        size_t size = strspn(at, digits);
        unsigned long long first = strtoull(at, NULL, 10);

        if (size == 0 || size > 9)
            return false;
        at += size;
        if (*at == '-') {
            at++;
            size = strspn(at, digits);
            if (size == 0 || size > 9 || strtoull(at, NULL, 10) < first)
                return false;
            at += size;
        }
        if (*at != ',')
            return *at == '\0';
        at++;
    }
}

static int compile_cpuset(struct compiling *compiling)
{
    const struct oci_cgroup_write writes[] = {
        { .field = FIELD("cpu.cpus"),
          .file = "cpuset.cpus",
          .value = compiling->resources->cpu_cpus },
        { .field = FIELD("cpu.mems"),
          .file = "cpuset.mems",
          .value = compiling->resources->cpu_mems },
    };

    for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
        struct oci_cgroup_write write = writes[i];
        struct oci_controller controller;

        if (write.value == NULL)
            continue;
        if (!is_list(write.value))
            return err_set(compiling->err, -EINVAL, "%s: '%s' is no list such as '0-3,7'",
                           write.field, write.value);
        if (!oci_controller_find(compiling->request->host, "cpuset", "cpuset", &controller))
            return oci_compiling_refuse(compiling, write.field, "cpuset", "cpuset");
        write.controller = "cpuset";
        write.is_v2 = controller.is_v2;
        if (oci_compiling_add(compiling, &write) < 0)
            return compiling->err->number;
    }
    return 0;
}

/* Values that do not go together. */
static int check_memory(struct compiling *compiling)
{
    int64_t limit = compiling->resources->memory_limit.value;
    int64_t swap = compiling->resources->memory_swap.value;

    if (swap > 0 && limit > 0 && swap < limit)
        return err_set(compiling->err, -EINVAL,
                       "%s: is %lld, less than linux.resources.memory.limit, which it includes",
                       FIELD("memory.swap"), (long long)swap);
    if (swap > 0 && limit == 0 && !compiling->request->is_update)
        return err_set(compiling->err, -EINVAL,
                       "%s: is for memory and swap together, and needs "
                       "linux.resources.memory.limit as well",
                       FIELD("memory.swap"));
    return 0;
}

static int check_cpu(struct compiling *compiling)
{
    const struct oci_resources *resources = compiling->resources;
    int64_t period = is_positive(resources->cpu_realtime_period)
                         ? resources->cpu_realtime_period.value
                         : UINT32_MAX;

    if (is_positive(resources->cpu_burst) && !is_positive(resources->cpu_quota) &&
        !compiling->request->is_update)
        return err_set(compiling->err, -EINVAL, "%s: is nothing without linux.resources.cpu.quota",
                       FIELD("cpu.burst"));
    if (is_positive(resources->cpu_burst) && is_positive(resources->cpu_quota) &&
        resources->cpu_burst.value > resources->cpu_quota.value)
        return err_set(compiling->err, -EINVAL, "%s: is %lld, more than linux.resources.cpu.quota",
                       FIELD("cpu.burst"), (long long)resources->cpu_burst.value);
    if (is_positive(resources->cpu_realtime_runtime) &&
        resources->cpu_realtime_runtime.value > period)
        return err_set(
            compiling->err, -EINVAL, "%s: is %lld, more than linux.resources.cpu.realtimePeriod",
            FIELD("cpu.realtimeRuntime"), (long long)resources->cpu_realtime_runtime.value);
    return 0;
}

/* Memory without a limit is meant with its swap, as it is where nothing has been limited before. */
static int compile_swap_of_all_memory(struct compiling *compiling)
{
    const struct oci_resources *resources = compiling->resources;
    struct oci_controller controller;

    if (!compiling->request->is_update || resources->memory_limit.value != -1 ||
        resources->memory_swap.value != 0 ||
        !oci_controller_find(compiling->request->host, "memory", "memory", &controller))
        return 0;
    return oci_compiling_add(
        compiling, &(const struct oci_cgroup_write){
                       .field = FIELD("memory.limit"),
                       .controller = "memory",
                       .is_v2 = controller.is_v2,
                       .file = controller.is_v2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes",
                       .value = controller.is_v2 ? "max" : "-1",
                       .is_optional = true });
}

static int compile_rows(struct compiling *compiling)
{
    int number = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && number == 0; i++)
        number = compile_row(compiling, &rows[i]);
    return number;
}

/* How many writes there may be at most: two for an entry of a list. */
static size_t most_writes(const struct oci_resources *resources)
{
    size_t count = resources->block_weight_devices.count + resources->block_read_bps.count +
                   resources->block_write_bps.count + resources->block_read_iops.count +
                   resources->block_write_iops.count + resources->hugepage_limits.count +
                   resources->network_priorities.count + resources->rdma.count;

    for (size_t i = 0; i < resources->unified.count; i++) {
        for (const char *at = resources->unified.at[i].value; at != NULL; at = strchr(at + 1, '\n'))
            count++;
    }
    return SINGLE_WRITES + 2 * count;
}

/* A sentence may quote what is wrong; control characters become '?'. */
static void make_printable(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == '\177')
            *text = '?';
    }
}

int oci_resources_compile(const struct oci_resources_request *request, struct arena *arena,
                          struct oci_cgroup_writes *ret_writes, struct err *err)
{
    static int (*const parts[])(struct compiling *) = {
        check_memory,   check_cpu,        compile_rows,        compile_swap_of_all_memory,
        compile_cpuset, compile_switches, oci_compiling_lists,
    };
    struct compiling compiling = { .request = request,
                                   .resources = request->resources,
                                   .arena = arena,
                                   .capacity = most_writes(request->resources),
                                   .err = err };

    compiling.at = arena_alloc_array(arena, compiling.capacity, sizeof(*compiling.at));
    if (compiling.at == NULL)
        return err_set(err, -ENOMEM, "the plan needs more memory than it may have");
    err->number = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i](&compiling) < 0) {
            make_printable(err->sentence);
            return err->number;
        }
    }
    *ret_writes = (struct oci_cgroup_writes){ .count = compiling.count, .at = compiling.at };
    return 0;
}
