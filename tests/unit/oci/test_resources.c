/* Each limit of config.json becomes a write to a file of cgroup v1 or v2, or one sentence. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/text_format.h"
#include "oci/fields.h"
#include "oci/resources.h"
#include "unit/table.h"

#include <errno.h>
#include <stdio.h>

static const struct oci_pair v1[] = {
    { "pids", "/" },  { "memory", "/" },  { "cpu,cpuacct", "/" }, { "cpuset", "/" },
    { "blkio", "/" }, { "hugetlb", "/" }, { "rdma", "/" },        { "net_cls,net_prio", "/" },
};
static const struct oci_pair v2[] = { { "", "/a/b" } };
static const struct oci_pair hybrid[] = { { "pids", "/" }, { "unified", "/" } };

static const struct oci_host on_v1 = { .cgroup_layout = OCI_CGROUP_V1,
                                       .hierarchies = { ROWS(v1), v1 } };
static const struct oci_host on_v2 = { .cgroup_layout = OCI_CGROUP_UNIFIED,
                                       .hierarchies = { ROWS(v2), v2 },
                                       .controllers =
                                           "cpuset cpu io memory hugetlb pids rdma misc\n" };
static const struct oci_host on_hybrid = { .cgroup_layout = OCI_CGROUP_V1,
                                           .hierarchies = { ROWS(hybrid), hybrid },
                                           .controllers = "memory hugetlb\n" };
static const struct oci_host of_user = { .caller = { .uid = 1000, .gid = 100 },
                                         .cgroup_layout = OCI_CGROUP_UNIFIED,
                                         .hierarchies = { ROWS(v2), v2 },
                                         .controllers = "memory pids\n" };

/* What is compiled: the members of linux.resources, for a machine. */
struct wanted {
    const char *json;
    const struct oci_host *host;
    bool is_update;
};

static int compile(const struct wanted *wanted, struct arena *arena,
                   struct oci_cgroup_writes *ret_writes, struct err *err)
{
    struct oci_config config;
    const struct oci_resources_request request = { .resources = &config.resources,
                                                   .host = wanted->host,
                                                   .is_update = wanted->is_update };
    char block[4096];
    int size = snprintf(block, sizeof(block),
                        "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"r\"}, \"process\": "
                        "{\"cwd\": \"/\", \"user\": {\"uid\": 0, \"gid\": 0}, \"args\": [\"a\"]}, "
                        "\"linux\": {\"resources\": {%s}}}",
                        wanted->json);

    assert_true(size > 0 && (size_t)size < sizeof(block));
    if (oci_config_parse(bytes_of(block, (size_t)size), arena, &config, err) < 0)
        return err->number;
    return oci_resources_compile(&request, arena, ret_writes, err);
}

/* All writes as "file=value; file=value|other=value; file=value?". */
static void list(const struct oci_cgroup_writes *writes, struct text *text)
{
    for (size_t i = 0; i < writes->count; i++) {
        const struct oci_cgroup_write *write = &writes->at[i];

        assert_true(text_format(text, "%s%s=%s", i == 0 ? "" : "; ", write->file, write->value));
        if (write->other_file != NULL)
            assert_true(text_format(text, "|%s=%s", write->other_file, write->other_value));
        if (write->is_optional)
            assert_true(text_append(text, "?"));
    }
}

struct row {
    const char *json;
    const char *v1; /* what is written, or the sentence, which begins with "linux." */
    const char *v2;
};

#define V2_HAS_NONE "cgroup v2 has nothing of the kind"

static const struct row rows[] = {
    { "", "", "" },
    { "\"memory\": {}, \"cpu\": {}, \"blockIO\": {}, \"network\": {}, \"rdma\": {}", "", "" },
    { "\"pids\": {\"limit\": 5}", "pids.max=5", "pids.max=5" },
    { "\"pids\": {\"limit\": -1}", "pids.max=max", "pids.max=max" },
    { "\"pids\": {\"limit\": 0}", "pids.max=1", "pids.max=1" },
    { "\"memory\": {\"limit\": 4096}", "memory.limit_in_bytes=4096", "memory.max=4096" },
    { "\"memory\": {\"limit\": -1}", "memory.limit_in_bytes=-1", "memory.max=max" },
    { "\"memory\": {\"limit\": 100, \"swap\": 300}",
      "memory.limit_in_bytes=100; memory.memsw.limit_in_bytes=300",
      "memory.max=100; memory.swap.max=200" },
    { "\"memory\": {\"limit\": 100, \"swap\": 100}",
      "memory.limit_in_bytes=100; memory.memsw.limit_in_bytes=100",
      "memory.max=100; memory.swap.max=0" },
    { "\"memory\": {\"limit\": 100, \"swap\": -1}",
      "memory.limit_in_bytes=100; memory.memsw.limit_in_bytes=-1",
      "memory.max=100; memory.swap.max=max" },
    { "\"memory\": {\"limit\": 300, \"swap\": 100}",
      "linux.resources.memory.swap: is 100, less than linux.resources.memory.limit, which it "
      "includes",
      "linux.resources.memory.swap: is 100, less than linux.resources.memory.limit, which it "
      "includes" },
    { "\"memory\": {\"swap\": 100}",
      "linux.resources.memory.swap: is for memory and swap together, and needs "
      "linux.resources.memory.limit as well",
      "linux.resources.memory.swap: is for memory and swap together, and needs "
      "linux.resources.memory.limit as well" },
    { "\"memory\": {\"swap\": -1}", "memory.memsw.limit_in_bytes=-1", "memory.swap.max=max" },
    { "\"memory\": {\"reservation\": 7}", "memory.soft_limit_in_bytes=7", "memory.low=7" },
    { "\"memory\": {\"kernel\": 7}", "memory.kmem.limit_in_bytes=7",
      "linux.resources.memory.kernel: " V2_HAS_NONE },
    { "\"memory\": {\"kernelTCP\": 7}", "memory.kmem.tcp.limit_in_bytes=7",
      "linux.resources.memory.kernelTCP: " V2_HAS_NONE },
    { "\"memory\": {\"swappiness\": 0}", "memory.swappiness=0",
      "linux.resources.memory.swappiness: " V2_HAS_NONE },
    { "\"memory\": {\"swappiness\": 101}",
      "linux.resources.memory.swappiness: is 101, must be between 0 and 100",
      "linux.resources.memory.swappiness: is 101, must be between 0 and 100" },
    { "\"memory\": {\"disableOOMKiller\": true}", "memory.oom_control=1",
      "linux.resources.memory.disableOOMKiller: " V2_HAS_NONE },
    { "\"memory\": {\"disableOOMKiller\": false}", "", "" },
    { "\"memory\": {\"useHierarchy\": true}", "memory.use_hierarchy=1?", "" },
    { "\"memory\": {\"checkBeforeUpdate\": true}", "", "" },
    { "\"cpu\": {\"shares\": 1024}", "cpu.shares=1024", "cpu.weight=100" },
    { "\"cpu\": {\"shares\": 0}", "", "" },
    { "\"cpu\": {\"shares\": 1}", "linux.resources.cpu.shares: is 1, must be between 2 and 262144",
      "linux.resources.cpu.shares: is 1, must be between 2 and 262144" },
    { "\"cpu\": {\"quota\": 20000}", "cpu.cfs_quota_us=20000", "cpu.max=20000" },
    { "\"cpu\": {\"period\": 50000}", "cpu.cfs_period_us=50000", "cpu.max=max 50000" },
    { "\"cpu\": {\"quota\": 20000, \"period\": 50000}",
      "cpu.cfs_period_us=50000; cpu.cfs_quota_us=20000", "cpu.max=20000 50000" },
    { "\"cpu\": {\"quota\": -1, \"period\": 50000}", "cpu.cfs_period_us=50000; cpu.cfs_quota_us=-1",
      "cpu.max=max 50000" },
    { "\"cpu\": {\"quota\": 999}",
      "linux.resources.cpu.quota: is 999, must be between 1000 and 9223372036854775807",
      "linux.resources.cpu.quota: is 999, must be between 1000 and 9223372036854775807" },
    { "\"cpu\": {\"period\": 1000001}",
      "linux.resources.cpu.period: is 1000001, must be between 1000 and 1000000",
      "linux.resources.cpu.period: is 1000001, must be between 1000 and 1000000" },
    { "\"cpu\": {\"quota\": 20000, \"burst\": 10000}",
      "cpu.cfs_quota_us=20000; cpu.cfs_burst_us=10000", "cpu.max=20000; cpu.max.burst=10000" },
    { "\"cpu\": {\"burst\": 0}", "cpu.cfs_burst_us=0", "cpu.max.burst=0" },
    { "\"cpu\": {\"burst\": 10000}",
      "linux.resources.cpu.burst: is nothing without linux.resources.cpu.quota",
      "linux.resources.cpu.burst: is nothing without linux.resources.cpu.quota" },
    { "\"cpu\": {\"quota\": 1000, \"burst\": 1001}",
      "linux.resources.cpu.burst: is 1001, more than linux.resources.cpu.quota",
      "linux.resources.cpu.burst: is 1001, more than linux.resources.cpu.quota" },
    { "\"cpu\": {\"realtimePeriod\": 1000, \"realtimeRuntime\": 900}",
      "cpu.rt_period_us=1000; cpu.rt_runtime_us=900",
      "linux.resources.cpu.realtimePeriod: " V2_HAS_NONE },
    { "\"cpu\": {\"realtimePeriod\": 1000, \"realtimeRuntime\": 1001}",
      "linux.resources.cpu.realtimeRuntime: is 1001, more than "
      "linux.resources.cpu.realtimePeriod",
      "linux.resources.cpu.realtimeRuntime: is 1001, more than "
      "linux.resources.cpu.realtimePeriod" },
    { "\"cpu\": {\"idle\": 1}", "cpu.idle=1", "cpu.idle=1" },
    { "\"cpu\": {\"idle\": 0}", "cpu.idle=0", "cpu.idle=0" },
    { "\"cpu\": {\"idle\": 2}", "linux.resources.cpu.idle: is 2, must be between 0 and 1",
      "linux.resources.cpu.idle: is 2, must be between 0 and 1" },
    { "\"cpu\": {\"cpus\": \"0-3,7\", \"mems\": \"0\"}", "cpuset.cpus=0-3,7; cpuset.mems=0",
      "cpuset.cpus=0-3,7; cpuset.mems=0" },
    { "\"cpu\": {\"cpus\": \"3-0\"}", "linux.resources.cpu.cpus: '3-0' is no list such as '0-3,7'",
      "linux.resources.cpu.cpus: '3-0' is no list such as '0-3,7'" },
    { "\"cpu\": {\"mems\": \"0,\"}", "linux.resources.cpu.mems: '0,' is no list such as '0-3,7'",
      "linux.resources.cpu.mems: '0,' is no list such as '0-3,7'" },
    { "\"blockIO\": {\"weight\": 10}", "blkio.weight=10|blkio.bfq.weight=10",
      "io.bfq.weight=10|io.weight=1" },
    { "\"blockIO\": {\"weight\": 1000}", "blkio.weight=1000|blkio.bfq.weight=1000",
      "io.bfq.weight=1000|io.weight=10000" },
    { "\"blockIO\": {\"weight\": 9}",
      "linux.resources.blockIO.weight: is 9, must be between 10 and 1000",
      "linux.resources.blockIO.weight: is 9, must be between 10 and 1000" },
    { "\"blockIO\": {\"leafWeight\": 20}", "blkio.leaf_weight=20",
      "linux.resources.blockIO.leafWeight: " V2_HAS_NONE },
    { "\"blockIO\": {\"weightDevice\": [{\"major\": 8, \"minor\": 0, \"weight\": 500}]}",
      "blkio.weight_device=8:0 500|blkio.bfq.weight_device=8:0 500",
      "io.bfq.weight=8:0 500|io.weight=8:0 4950" },
    { "\"blockIO\": {\"weightDevice\": [{\"major\": 8, \"minor\": 0, \"leafWeight\": 500}]}",
      "blkio.leaf_weight_device=8:0 500",
      "linux.resources.blockIO.weightDevice[0].leafWeight: " V2_HAS_NONE },
    { "\"blockIO\": {\"weightDevice\": [{\"major\": 8, \"minor\": 0}]}",
      "linux.resources.blockIO.weightDevice[0]: has neither weight nor leafWeight",
      "linux.resources.blockIO.weightDevice[0]: has neither weight nor leafWeight" },
    { "\"blockIO\": {\"weightDevice\": [{\"major\": 8, \"minor\": 0, \"weight\": 1001}]}",
      "linux.resources.blockIO.weightDevice[0].weight: is 1001, must be between 10 and 1000",
      "linux.resources.blockIO.weightDevice[0].weight: is 1001, must be between 10 and 1000" },
    { "\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": 8, \"minor\": 0, \"rate\": 600}], "
      "\"throttleWriteBpsDevice\": [{\"major\": 8, \"minor\": 1, \"rate\": 0}], "
      "\"throttleReadIOPSDevice\": [{\"major\": 8, \"minor\": 2, \"rate\": 7}], "
      "\"throttleWriteIOPSDevice\": [{\"major\": 8, \"minor\": 3, \"rate\": 8}]}",
      "blkio.throttle.read_bps_device=8:0 600; blkio.throttle.write_bps_device=8:1 0; "
      "blkio.throttle.read_iops_device=8:2 7; blkio.throttle.write_iops_device=8:3 8",
      "io.max=8:0 rbps=600; io.max=8:1 wbps=max; io.max=8:2 riops=7; io.max=8:3 wiops=8" },
    { "\"blockIO\": {\"throttleReadBpsDevice\": [{\"major\": 8, \"minor\": 0}]}",
      "linux.resources.blockIO.throttleReadBpsDevice[0].rate: is missing",
      "linux.resources.blockIO.throttleReadBpsDevice[0].rate: is missing" },
    { "\"hugepageLimits\": [{\"pageSize\": \"2MB\", \"limit\": 0}]",
      "hugetlb.2MB.limit_in_bytes=0; hugetlb.2MB.rsvd.limit_in_bytes=0?",
      "hugetlb.2MB.max=0; hugetlb.2MB.rsvd.max=0?" },
    { "\"hugepageLimits\": [{\"pageSize\": \"../2MB\", \"limit\": 0}]",
      "linux.resources.hugepageLimits[0].pageSize: '../2MB' is no size such as '2MB'",
      "linux.resources.hugepageLimits[0].pageSize: '../2MB' is no size such as '2MB'" },
    { "\"network\": {\"classID\": 1048577}", "net_cls.classid=1048577",
      "linux.resources.network.classID: " V2_HAS_NONE },
    { "\"network\": {\"priorities\": [{\"name\": \"eth0\", \"priority\": 500}]}",
      "net_prio.ifpriomap=eth0 500", "linux.resources.network.priorities[0]: " V2_HAS_NONE },
    { "\"network\": {\"priorities\": [{\"name\": \"a b\", \"priority\": 500}]}",
      "linux.resources.network.priorities[0].name: 'a b' cannot name a network interface",
      "linux.resources.network.priorities[0].name: 'a b' cannot name a network interface" },
    { "\"rdma\": {\"mlx5_1\": {\"hcaHandles\": 3, \"hcaObjects\": 0}, \"b\": {\"hcaObjects\": 1}}",
      "rdma.max=mlx5_1 hca_handle=3 hca_object=0; rdma.max=b hca_object=1",
      "rdma.max=mlx5_1 hca_handle=3 hca_object=0; rdma.max=b hca_object=1" },
    { "\"rdma\": {\"mlx5_1\": {}}",
      "linux.resources.rdma.mlx5_1: has neither hcaHandles nor hcaObjects",
      "linux.resources.rdma.mlx5_1: has neither hcaHandles nor hcaObjects" },
    { "\"rdma\": {\"mlx5_1\": {\"hcaHandles\": -1}}",
      "linux.resources.rdma.mlx5_1.hcaHandles: is -1, must be between 0 and 4294967295",
      "linux.resources.rdma.mlx5_1.hcaHandles: is -1, must be between 0 and 4294967295" },
    { "\"rdma\": {\"a\\nb\": {\"hcaHandles\": 1}}",
      "linux.resources.rdma: 'a?b' cannot name a device",
      "linux.resources.rdma: 'a?b' cannot name a device" },
    { "\"unified\": {\"memory.high\": \"100\", \"io.max\": \"8:0 rbps=1\\n8:1 rbps=2\\n\", "
      "\"cgroup.max.depth\": \"3\"}",
      "linux.resources.unified.memory.high: is for cgroup v2, which this system does not use for "
      "it",
      "memory.high=100; io.max=8:0 rbps=1; io.max=8:1 rbps=2; cgroup.max.depth=3" },
    { "\"unified\": {\"cgroup.procs\": \"1\"}",
      "linux.resources.unified: 'cgroup.procs' is no file that holds a limit",
      "linux.resources.unified: 'cgroup.procs' is no file that holds a limit" },
    { "\"unified\": {\"../memory.max\": \"1\"}",
      "linux.resources.unified: '../memory.max' is no file that holds a limit",
      "linux.resources.unified: '../memory.max' is no file that holds a limit" },
    { "\"unified\": {\"strange.max\": \"1\"}",
      "linux.resources.unified.strange.max: is for cgroup v2, which this system does not use for "
      "it",
      "linux.resources.unified.strange.max: the cgroup controller 'strange' is not there" },
    { "\"unified\": {\"memory.high\": 1}",
      "linux.resources.unified: the value of 'memory.high' is a number, must be a text",
      "linux.resources.unified: the value of 'memory.high' is a number, must be a text" },
};

/* Asserts what becomes of a JSON text on a host. */
static void assert_compiled(const char *json, const struct oci_host *host, const char *expected)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    char block[1024] = "";
    struct text text = text_init(block, sizeof(block));
    struct oci_cgroup_writes writes = { .count = 7 };
    struct err err = { 0 };

    if (compile(&(const struct wanted){ json, host, false }, &arena, &writes, &err) < 0) {
        assert_int_equal(err.number, -EINVAL);
        assert_int_equal(writes.count, 7);
        assert_string_equal(err.sentence, expected);
        return;
    }
    list(&writes, &text);
    assert_string_equal(block, expected);
}

static void each_limit_is_written_as_each_version_wants_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        assert_compiled(rows[i].json, &on_v1, rows[i].v1);
        assert_compiled(rows[i].json, &on_v2, rows[i].v2);
    }
}

static void controllers_are_found_in_either_tree_of_a_hybrid_layout(void **state)
{
    (void)state;
    assert_compiled("\"pids\": {\"limit\": 5}, \"memory\": {\"limit\": 9}", &on_hybrid,
                    "pids.max=5; memory.max=9");
    assert_compiled("\"unified\": {\"memory.high\": \"9\"}", &on_hybrid, "memory.high=9");
    assert_compiled("\"cpu\": {\"shares\": 9}", &on_hybrid,
                    "linux.resources.cpu.shares: this system has no cgroup hierarchy for 'cpu'");
}

static void what_is_not_delegated_is_refused_by_its_name(void **state)
{
    (void)state;
    assert_compiled("\"memory\": {\"limit\": 9}", &of_user, "memory.max=9");
    assert_compiled("\"cpu\": {\"cpus\": \"0\"}", &of_user,
                    "linux.resources.cpu.cpus: the cgroup controller 'cpuset' is not delegated to "
                    "this user");
}

static void shares_become_weights_by_a_curve_through_the_defaults(void **state)
{
    static const struct {
        const char *label;
        int64_t shares;
        unsigned int weight;
    } curve[] = {
        { "less than the least", 1, 1 },
        { "the least", 2, 1 },
        { "a tenth of a processor", 102, 17 },
        { "half of the default", 512, 59 },
        { "the default", 1024, 100 },
        { "twice that", 2048, 174 },
        { "nearly the most", 260000, 9929 },
        { "the most", 262144, 10000 },
        { "more than the most", INT64_MAX, 10000 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(curve); i++)
        assert_row(curve[i].label, oci_weight_of_shares(curve[i].shares) == curve[i].weight);
    for (int64_t shares = 2; shares < 262144; shares++)
        assert_true(oci_weight_of_shares(shares) <= oci_weight_of_shares(shares + 1));
}

static void an_update_counts_on_what_has_been_set(void **state)
{
    const struct wanted burst = { "\"cpu\": {\"burst\": 10000}", &on_v2, true };
    const struct wanted swap_on_v1 = { "\"memory\": {\"swap\": 9}", &on_v1, true };
    const struct wanted swap_on_v2 = { "\"memory\": {\"swap\": 9}", &on_v2, true };
    const struct wanted no_limit = { "\"memory\": {\"limit\": -1}", &on_v2, true };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    char block[512] = "";
    struct text text = text_init(block, sizeof(block));
    struct oci_cgroup_writes writes;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(compile(&burst, &arena, &writes, &err), 0);
    assert_int_equal(compile(&swap_on_v1, &arena, &writes, &err), 0);
    assert_int_equal(compile(&swap_on_v2, &arena, &writes, &err), -EINVAL);
    assert_string_equal(err.sentence,
                        "linux.resources.memory.swap: is for memory and swap together, so that "
                        "cgroup v2 needs linux.resources.memory.limit as well");
    assert_int_equal(compile(&no_limit, &arena, &writes, &err), 0);
    list(&writes, &text);
    assert_string_equal(block, "memory.max=max; memory.swap.max=max?");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_limit_is_written_as_each_version_wants_it),
    cmocka_unit_test(controllers_are_found_in_either_tree_of_a_hybrid_layout),
    cmocka_unit_test(what_is_not_delegated_is_refused_by_its_name),
    cmocka_unit_test(shares_become_weights_by_a_curve_through_the_defaults),
    cmocka_unit_test(an_update_counts_on_what_has_been_set),
};

RUN_TESTS(tests)
