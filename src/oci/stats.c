/* Each part of the JSON is written from the files of one controller. */
#include "oci/stats.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text_format.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_BYTES_MAX ((size_t)1 << 20)
#define PAGE_SIZES_MAX 16
#define NS_OF_US UINT64_C(1000)
#define NS_OF_S UINT64_C(1000000000)

struct statistics {
    const struct oci_state *state;
    struct arena *arena;
    FILE *out;
};

/* The content of the file in whichever of the container's cgroups has it; empty: none has. */
static struct bytes read_file(struct statistics *stats, const char *name)
{
    struct bytes content = { 0 };
    struct err ignored;

    for (size_t i = 0; i < stats->state->cgroups.count; i++) {
        char block[PATH_MAX];
        struct text path = text_init(block, sizeof(block));

        if (text_format(&path, "%s/%s", stats->state->cgroups.at[i], name) &&
            file_read((struct file_place){ AT_FDCWD, block }, FILE_BYTES_MAX, stats->arena,
                      &content, &ignored) == 0)
            return content;
    }
    return bytes_of("", 0);
}

/* The number in a file; 0 where there is none. */
static uint64_t read_number(struct statistics *stats, const char *name)
{
    uint64_t number = 0;

    (void)oci_stat_number(read_file(stats, name), &number);
    return number;
}

static void print_number(struct statistics *stats, const char *name, uint64_t value)
{
    (void)fprintf(stats->out, "\"%s\":%llu", name, (unsigned long long)value);
}

static uint64_t times(uint64_t number, uint64_t factor)
{
    uint64_t product;

    return __builtin_mul_overflow(number, factor, &product) ? UINT64_MAX : product;
}

/* ,"psi":{"some":{…},"full":{…}}, where the kernel tells it. */
static void print_pressure(struct statistics *stats, const char *file)
{
    struct bytes content = read_file(stats, file);
    struct oci_pressure pressure;
    bool is_first = true;

    while (oci_pressure_next(&content, &pressure)) {
        (void)fprintf(stats->out,
                      "%s\"%s\":{\"avg10\":%llu.%02llu,\"avg60\":%llu.%02llu,"
                      "\"avg300\":%llu.%02llu,\"total\":%llu}",
                      is_first ? ",\"psi\":{" : ",", pressure.is_full ? "full" : "some",
                      (unsigned long long)pressure.average_10s / 100,
                      (unsigned long long)pressure.average_10s % 100,
                      (unsigned long long)pressure.average_60s / 100,
                      (unsigned long long)pressure.average_60s % 100,
                      (unsigned long long)pressure.average_300s / 100,
                      (unsigned long long)pressure.average_300s % 100,
                      (unsigned long long)pressure.total_us);
        is_first = false;
    }
    if (!is_first)
        (void)fputc('}', stats->out);
}

/* cpuacct.usage_percpu: "1 2 3" */
static void print_each_cpu(struct statistics *stats)
{
    struct bytes content = read_file(stats, "cpuacct.usage_percpu");
    char *rest = content.size == 0 ? NULL : arena_copy_bytes(stats->arena, content);
    bool is_first = true;

    for (char *word = rest == NULL ? NULL : strtok_r(rest, " \n", &rest); word != NULL;
         word = strtok_r(NULL, " \n", &rest)) {
        (void)fprintf(stats->out, "%s%llu", is_first ? ",\"percpu\":[" : ",",
                      strtoull(word, NULL, 10));
        is_first = false;
    }
    if (!is_first)
        (void)fputc(']', stats->out);
}

static void print_cpu(struct statistics *stats)
{
    struct bytes stat = read_file(stats, "cpu.stat");
    struct bytes accounts = read_file(stats, "cpuacct.stat");
    uint64_t tick = NS_OF_S / (uint64_t)sysconf(_SC_CLK_TCK);
    bool is_v2 = accounts.size == 0;

    (void)fputs("\"cpu\":{\"usage\":{", stats->out);
    print_number(stats, "total",
                 is_v2 ? times(oci_stat_find(stat, "usage_usec", 0), NS_OF_US)
                       : read_number(stats, "cpuacct.usage"));
    (void)fputc(',', stats->out);
    print_number(stats, "kernel",
                 is_v2 ? times(oci_stat_find(stat, "system_usec", 0), NS_OF_US)
                       : times(oci_stat_find(accounts, "system", 0), tick));
    (void)fputc(',', stats->out);
    print_number(stats, "user",
                 is_v2 ? times(oci_stat_find(stat, "user_usec", 0), NS_OF_US)
                       : times(oci_stat_find(accounts, "user", 0), tick));
    print_each_cpu(stats);
    (void)fputs("},\"throttling\":{", stats->out);
    print_number(stats, "periods", oci_stat_find(stat, "nr_periods", 0));
    (void)fputc(',', stats->out);
    print_number(stats, "throttledPeriods", oci_stat_find(stat, "nr_throttled", 0));
    (void)fputc(',', stats->out);
    print_number(stats, "throttledTime",
                 is_v2 ? times(oci_stat_find(stat, "throttled_usec", 0), NS_OF_US)
                       : oci_stat_find(stat, "throttled_time", 0));
    (void)fputc('}', stats->out);
    print_pressure(stats, "cpu.pressure");
    (void)fputc('}', stats->out);
}

struct amount {
    const char *name;
    uint64_t limit;
    uint64_t usage;
    uint64_t max;
    uint64_t failures;
};

static void print_amount(struct statistics *stats, const struct amount *amount)
{
    (void)fprintf(
        stats->out, ",\"%s\":{\"limit\":%llu,\"usage\":%llu,\"max\":%llu,\"failcnt\":%llu}",
        amount->name, (unsigned long long)amount->limit, (unsigned long long)amount->usage,
        (unsigned long long)amount->max, (unsigned long long)amount->failures);
}

/* Memory of v1, "" or "memsw." of it. */
static void print_v1_amount(struct statistics *stats, const char *name, const char *part)
{
    static const char *const ends[] = { "limit_in_bytes", "usage_in_bytes", "max_usage_in_bytes",
                                        "failcnt" };
    uint64_t numbers[4] = { 0 };

    for (size_t i = 0; i < 4; i++) {
        char block[64];
        struct text file = text_init(block, sizeof(block));

        if (text_format(&file, "memory.%s%s", part, ends[i]))
            numbers[i] = read_number(stats, block);
    }
    print_amount(stats,
                 &(const struct amount){ name, numbers[0], numbers[1], numbers[2], numbers[3] });
}

static uint64_t sum(uint64_t a, uint64_t b)
{
    uint64_t both;

    return __builtin_add_overflow(a, b, &both) ? UINT64_MAX : both;
}

/* As with v1, what is told of swap is of memory and swap together. */
static void print_v2_amounts(struct statistics *stats)
{
    struct bytes events = read_file(stats, "memory.events");
    struct bytes swap_events = read_file(stats, "memory.swap.events");
    struct amount memory = { .name = "usage",
                             .limit = read_number(stats, "memory.max"),
                             .usage = read_number(stats, "memory.current"),
                             .max = read_number(stats, "memory.peak"),
                             .failures = oci_stat_find(events, "max", 0) };
    struct amount swap = { .name = "swap",
                           .limit = sum(read_number(stats, "memory.swap.max"), memory.limit),
                           .usage = sum(read_number(stats, "memory.swap.current"), memory.usage),
                           .failures = oci_stat_find(swap_events, "max", 0) };

    print_amount(stats, &memory);
    print_amount(stats, &swap);
}

static void print_memory(struct statistics *stats)
{
    struct bytes content = read_file(stats, "memory.stat");
    bool is_v1 = read_file(stats, "memory.usage_in_bytes").size > 0;
    struct oci_stat stat;
    bool is_first = true;

    (void)fputs(",\"memory\":{", stats->out);
    print_number(stats, "cache", oci_stat_find(content, is_v1 ? "cache" : "file", 0));
    if (is_v1) {
        print_v1_amount(stats, "usage", "");
        print_v1_amount(stats, "swap", "memsw.");
        print_v1_amount(stats, "kernel", "kmem.");
        print_v1_amount(stats, "kernelTCP", "kmem.tcp.");
    } else {
        print_v2_amounts(stats);
    }
    (void)fputs(",\"raw\":{", stats->out);
    while (oci_stat_next(&content, &stat)) {
        (void)fprintf(stats->out, "%s\"%.*s\":%llu", is_first ? "" : ",", (int)stat.name.size,
                      (const char *)stat.name.at, (unsigned long long)stat.value);
        is_first = false;
    }
    (void)fputc('}', stats->out);
    print_pressure(stats, "memory.pressure");
    (void)fputc('}', stats->out);
}

/* What a figure of io.stat is called elsewhere; "" for one that is not told. */
static struct bytes operation(struct bytes name, const char *read_word, const char *write_word)
{
    if (bytes_equal(name, bytes_of_text(read_word)))
        return bytes_of_text("Read");
    if (bytes_equal(name, bytes_of_text(write_word)))
        return bytes_of_text("Write");
    return bytes_of("", 0);
}

/* A list of figures of devices. */
struct io_list {
    const char *name;
    const char *v1_files[2]; /* the first that says something */
    const char *read_word;   /* of io.stat */
    const char *write_word;
};

static void print_io(struct statistics *stats, const struct io_list *list)
{
    struct bytes content = read_file(stats, "io.stat");
    bool is_v2 = content.size > 0;
    struct oci_io_stat figures[OCI_IO_WORDS_MAX];
    bool is_first = true;
    size_t count;

    for (size_t i = 0; content.size == 0 && i < 2; i++)
        content = read_file(stats, list->v1_files[i]);
    (void)fprintf(stats->out, "\"%s\":[", list->name);
    while (oci_io_stat_next(&content, figures, &count)) {
        for (size_t i = 0; i < count; i++) {
            struct bytes name = is_v2
                                    ? operation(figures[i].name, list->read_word, list->write_word)
                                    : figures[i].name;

            if (name.size == 0)
                continue;
            (void)fprintf(stats->out,
                          "%s{\"major\":%u,\"minor\":%u,\"op\":\"%.*s\",\"value\":%llu}",
                          is_first ? "" : ",", figures[i].major, figures[i].minor, (int)name.size,
                          (const char *)name.at, (unsigned long long)figures[i].value);
            is_first = false;
        }
    }
    (void)fputc(']', stats->out);
}

static void print_blkio(struct statistics *stats)
{
    static const struct io_list bytes = {
        "ioServiceBytesRecursive",
        { "blkio.bfq.io_service_bytes_recursive", "blkio.throttle.io_service_bytes_recursive" },
        "rbytes",
        "wbytes",
    };
    static const struct io_list operations = {
        "ioServicedRecursive",
        { "blkio.bfq.io_serviced_recursive", "blkio.throttle.io_serviced_recursive" },
        "rios",
        "wios",
    };

    (void)fputs(",\"blkio\":{", stats->out);
    print_io(stats, &bytes);
    (void)fputc(',', stats->out);
    print_io(stats, &operations);
    print_pressure(stats, "io.pressure");
    (void)fputc('}', stats->out);
}

/* The size in "hugetlb.2MB.<end>"; an empty one where the name is another. */
static struct bytes page_size_of(const char *name, const char *end)
{
    static const char start[] = "hugetlb.";
    size_t size = strlen(name);
    size_t around = strlen(start) + strlen(end) + 1;
    size_t digits;

    if (size <= around || strncmp(name, start, strlen(start)) != 0 ||
        strcmp(name + size - strlen(end), end) != 0 || name[size - strlen(end) - 1] != '.')
        return bytes_of("", 0);
    name += strlen(start);
    digits = strspn(name, "0123456789");
    if (digits == 0 || digits + 2 != size - around)
        return bytes_of("", 0);
    return bytes_of(name, size - around);
}

static void print_hugepages_of(struct statistics *stats, struct bytes page_size, bool is_v2)
{
    static const char *const ends[2][3] = {
        { "usage_in_bytes", "max_usage_in_bytes", "failcnt" },
        { "current", "", "events" },
    };
    uint64_t numbers[3] = { 0 };

    for (size_t i = 0; i < 3; i++) {
        char block[NAME_MAX];
        struct text file = text_init(block, sizeof(block));
        bool fits = text_format(&file, "hugetlb.%.*s.%s", (int)page_size.size,
                                (const char *)page_size.at, ends[is_v2][i]);

        if (fits && is_v2 && i == 2)
            numbers[i] = oci_stat_find(read_file(stats, block), "max", 0);
        else if (fits && ends[is_v2][i][0] != '\0')
            numbers[i] = read_number(stats, block);
    }
    (void)fprintf(stats->out, "\"%.*s\":{\"usage\":%llu,\"max\":%llu,\"failcnt\":%llu}",
                  (int)page_size.size, (const char *)page_size.at, (unsigned long long)numbers[0],
                  (unsigned long long)numbers[1], (unsigned long long)numbers[2]);
}

static void print_hugepages(struct statistics *stats)
{
    size_t found = 0;

    (void)fputs(",\"hugetlb\":{", stats->out);
    for (size_t i = 0; i < stats->state->cgroups.count; i++) {
        DIR *directory = opendir(stats->state->cgroups.at[i]);

        while (directory != NULL && found < PAGE_SIZES_MAX) {
            const struct dirent *entry = readdir(directory);
            struct bytes v1;
            struct bytes v2;

            if (entry == NULL)
                break;
            v1 = page_size_of(entry->d_name, "usage_in_bytes");
            v2 = page_size_of(entry->d_name, "current");
            if (v1.size == 0 && v2.size == 0)
                continue;
            if (found++ > 0)
                (void)fputc(',', stats->out);
            print_hugepages_of(stats, v2.size > 0 ? v2 : v1, v2.size > 0);
        }
        if (directory != NULL)
            (void)closedir(directory);
    }
    (void)fputc('}', stats->out);
}

int oci_stats_format(const struct oci_state *state, struct arena *arena, struct bytes *ret_json,
                     struct err *err)
{
    CLEANUP(free_pointer) char *text = NULL;
    size_t size = 0;
    struct statistics stats = { .state = state,
                                .arena = arena,
                                .out = open_memstream(&text, &size) };
    char *copy;

    if (stats.out == NULL)
        return err_system(err, ENOMEM, "tell what a container uses");
    (void)fprintf(stats.out, "{\"type\":\"stats\",\"id\":\"%s\",\"data\":{", state->id);
    print_cpu(&stats);
    (void)fputs(",\"cpuset\":{}", stats.out);
    print_memory(&stats);
    (void)fputs(",\"pids\":{", stats.out);
    print_number(&stats, "current", read_number(&stats, "pids.current"));
    (void)fputc(',', stats.out);
    print_number(&stats, "limit", read_number(&stats, "pids.max"));
    (void)fputc('}', stats.out);
    print_blkio(&stats);
    print_hugepages(&stats);
    (void)fputs(",\"intel_rdt\":{},\"network_interfaces\":null}}\n", stats.out);
    if (fclose(stats.out) != 0)
        return err_system(err, ENOMEM, "tell what a container uses");
    copy = arena_copy_bytes(arena, bytes_of(text, size));
    if (copy == NULL)
        return err_system(err, ENOMEM, "tell what a container uses");
    *ret_json = bytes_of(copy, size);
    return 0;
}

int oci_oom_listen(const struct oci_state *state, struct kernel_cgroup_oom *ret_oom,
                   struct err *err)
{
    for (size_t i = 0; i < state->cgroups.count; i++) {
        int number = kernel_cgroup_oom_open(state->cgroups.at[i], ret_oom, err);

        if (number != -ENOENT)
            return number;
    }
    return err_set(err, -ENOENT,
                   "the container '%s' has no cgroup that tells of want of memory; who made it "
                   "could make none, or was told not to",
                   state->id);
}
