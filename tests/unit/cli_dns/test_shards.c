/* How limits are divided among shards, and what a supervisor and a shard say to each other. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/dns/shards/divide.h"
#include "cli/dns/shards/message.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static void the_number_of_shards_is_auto_or_small(void **state)
{
    static const struct {
        const char *text;
        size_t count; /* 0: refused */
    } rows[] = {
        { "1", 1 },     { "2", 2 },    { "32", 32 }, { "0", 0 },          { "33", 0 },
        { "", 0 },      { "-1", 0 },   { "2x", 0 },  { " 2", 0 },         { "Auto", 0 },
        { "auto2", 0 }, { "0002", 2 }, { "0x2", 0 }, { "4294967297", 0 },
    };
    struct dns_options options = dns_defaults;
    struct err err = { 0 };
    size_t count = 77;

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        count = 77;
        options.shards = rows[i].text;
        if (rows[i].count == 0) {
            assert_row(rows[i].text, dns_shards_read(&options, &count, &err) < 0 && count == 77);
            assert_row(rows[i].text, strncmp(err.sentence, "--shards: '", 11) == 0);
        } else {
            assert_row(rows[i].text, dns_shards_read(&options, &count, &err) == 0);
            assert_row(rows[i].text, count == rows[i].count);
        }
    }
    options.shards = "auto";
    assert_int_equal(dns_shards_read(&options, &count, &err), 0);
    assert_true(count >= 1 && count <= FORWARDER_LOOPS_MAX);
}

/* All limits of a configuration, added to others. */
struct sums {
    uint64_t at[7];
};

static void add(struct sums *sums, const struct forwarder_loop_config *config)
{
    const uint64_t limits[] = {
        config->core.queries_max,        config->core.waiters_max,
        config->core.client_queries_max, config->core.upstream_queries_max,
        config->core.rate.per_s,         config->tcp_clients_max,
        config->core.cache.bytes,
    };

    for (size_t i = 0; i < ROWS(limits); i++)
        sums->at[i] += limits[i];
}

static void all_parts_together_are_the_whole(void **state)
{
    struct forwarder_loop_config whole = {
        .tcp_clients_max = 257,
        .core = { .queries_max = 4099,
                  .waiters_max = 4 * 4099,
                  .client_queries_max = 103,
                  .upstream_queries_max = 0,
                  .rate = { .per_s = 33 },
                  .cache = { .bytes = 33554433 } },
    };
    struct sums wanted = { { 0 } };

    (void)state;
    add(&wanted, &whole);
    for (size_t count = 1; count <= FORWARDER_LOOPS_MAX; count++) {
        struct sums sums = { { 0 } };
        uint32_t least = UINT32_MAX;
        uint32_t most = 0;

        for (size_t i = 0; i < count; i++) {
            struct forwarder_loop_config part = whole;

            dns_shards_divide(&part, i, count);
            add(&sums, &part);
            least = part.core.queries_max < least ? part.core.queries_max : least;
            most = part.core.queries_max > most ? part.core.queries_max : most;
        }
        assert_memory_equal(&sums, &wanted, sizeof(sums));
        assert_true(most - least <= 1);
    }
}

static void a_limit_that_leaves_a_shard_with_nothing_is_refused(void **state)
{
    static const struct {
        const char *sentence; /* "": none */
        struct dns_options options;
    } rows[] = {
        { "", { .shards = "4", .queries_max = 4, .cache_bytes = 262144 } },
        { "", { .shards = "1", .queries_max = 1, .tcp_clients_max = 1, .cache_bytes = 65536 } },
        { "", { .shards = "4", .queries_max = 4 } }, /* 0: no limit, or none of it at all */
        { "--queries-max: 3 is less than 1 for each of 4 shards (--shards)",
          { .shards = "4", .queries_max = 3 } },
        { "--tcp-clients-max: 1 is less than 1 for each of 2 shards (--shards)",
          { .shards = "2", .queries_max = 4, .tcp_clients_max = 1 } },
        { "--client-queries-max: 7 is less than 1 for each of 8 shards (--shards)",
          { .shards = "8", .queries_max = 8, .client_queries_max = 7 } },
        { "--upstream-queries-max: 7 is less than 1 for each of 8 shards (--shards)",
          { .shards = "8", .queries_max = 8, .upstream_queries_max = 7 } },
        { "--rate-limit: 1 is less than 1 for each of 2 shards (--shards)",
          { .shards = "2", .queries_max = 8, .rate_per_s = 1 } },
        { "--cache-bytes: 131071 is less than 65536 for each of 2 shards (--shards)",
          { .shards = "2", .queries_max = 8, .cache_bytes = 131071 } },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct err err = { 0 };
        int number = dns_shards_check(&rows[i].options, &err);

        assert_row(rows[i].sentence, (number == 0) == (rows[i].sentence[0] == '\0'));
        assert_string_equal(err.sentence, rows[i].sentence);
    }
}

static void a_word_arrives_as_it_was_said(void **state)
{
    struct err err = { .number = -EINVAL, .sentence = "dns.yaml:2: upsteam: there is no such key" };
    struct dns_word word = { 0 };
    int ends[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(dns_word_receive(ends[0], &word), -EAGAIN);
    assert_int_equal(dns_word_send(ends[1], DNS_WORD_READY, NULL), 0);
    assert_int_equal(dns_word_send(ends[1], DNS_WORD_REFUSES, &err), 0);
    assert_int_equal(dns_word_receive(ends[0], &word), 1);
    assert_int_equal(word.kind, DNS_WORD_READY);
    assert_int_equal(dns_word_receive(ends[0], &word), 1);
    assert_int_equal(word.kind, DNS_WORD_REFUSES);
    assert_int_equal(word.err.number, -EINVAL);
    assert_string_equal(word.err.sentence, err.sentence);
    assert_int_equal(dns_word_agree(ends[1], 0x123456789), 0);
    assert_int_equal(dns_word_receive(ends[0], &word), 1);
    assert_int_equal(word.kind, DNS_WORD_AGREES);
    assert_true(word.digest == 0x123456789);
    fd_close(&ends[1]);
    assert_int_equal(dns_word_receive(ends[0], &word), 0);
    fd_close(&ends[0]);
}

static void what_is_no_word_is_none(void **state)
{
    struct dns_word good = { .kind = DNS_WORD_FAILED, .err = { -EIO, "a\033[2Jb\nc\x7f" } };
    struct dns_word read = { .kind = 77 };
    struct dns_word bad = good;
    uint8_t longer[sizeof(good) + 1] = { 0 };

    (void)state;
    assert_true(dns_word_read(bytes_of(&good, sizeof(good)), &read));
    assert_string_equal(read.err.sentence, "a?[2Jb?c?");
    read.kind = 77;
    for (size_t size = 0; size < sizeof(good); size++)
        assert_false(dns_word_read(bytes_of(&good, size), &read));
    memcpy(longer, &good, sizeof(good));
    assert_false(dns_word_read(bytes_of(longer, sizeof(longer)), &read));
    bad.kind = 0;
    assert_false(dns_word_read(bytes_of(&bad, sizeof(bad)), &read));
    bad.kind = DNS_WORDS;
    assert_false(dns_word_read(bytes_of(&bad, sizeof(bad)), &read));
    bad.kind = DNS_WORD_READY; /* with an error */
    assert_false(dns_word_read(bytes_of(&bad, sizeof(bad)), &read));
    bad = good;
    bad.digest = 1; /* of one who does not agree */
    assert_false(dns_word_read(bytes_of(&bad, sizeof(bad)), &read));
    bad = good;
    bad.err.number = 0; /* without one */
    assert_false(dns_word_read(bytes_of(&bad, sizeof(bad)), &read));
    bad = good;
    memset(bad.err.sentence, 'x', sizeof(bad.err.sentence)); /* without an end */
    assert_false(dns_word_read(bytes_of(&bad, sizeof(bad)), &read));
    assert_int_equal(read.kind, 77);
}

/* Whether both descriptors are the same file. */
static bool is_same_file(int a, int b)
{
    struct stat a_is;
    struct stat b_is;

    return fstat(a, &a_is) == 0 && fstat(b, &b_is) == 0 && a_is.st_ino == b_is.st_ino;
}

static void an_order_brings_copies_of_its_sockets(void **state)
{
    struct dns_order order = { .kind = DNS_ORDER_PREPARE, .listen_count = 3 };
    struct dns_order got = { 0 };
    int ends[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    order.listen[0].udp_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    order.listen[0].tcp_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    order.listen[2].tcp_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    order.listen[1].address.port = 53; /* nothing new there */
    assert_int_equal(dns_order_receive(ends[1], &got), -EAGAIN);
    assert_int_equal(dns_order_send(ends[0], &order), 0);
    assert_int_equal(dns_order_receive(ends[1], &got), 1);
    assert_int_equal(got.kind, DNS_ORDER_PREPARE);
    assert_int_equal(got.listen_count, 3);
    assert_int_equal(got.listen[1].address.port, 53);
    assert_int_equal(got.listen[1].udp_fd, 0);
    assert_int_equal(got.listen[1].tcp_fd, 0);
    assert_int_equal(got.listen[2].udp_fd, 0);
    for (size_t i = 0; i < 3; i++) {
        int *fds[] = { &order.listen[i].udp_fd, &order.listen[i].tcp_fd, &got.listen[i].udp_fd,
                       &got.listen[i].tcp_fd };

        for (size_t side = 0; side < 2; side++)
            if (*fds[side] != 0)
                assert_true(*fds[side] != *fds[side + 2] &&
                            is_same_file(*fds[side], *fds[side + 2]));
        for (size_t fd = 0; fd < 4; fd++)
            if (*fds[fd] != 0)
                fd_close(fds[fd]);
    }
    fd_close(&ends[0]);
    assert_int_equal(dns_order_receive(ends[1], &got), 0);
    fd_close(&ends[1]);
}

static void orders_that_nobody_reads_do_not_block(void **state)
{
    struct dns_order order = { .kind = DNS_ORDER_REOPEN };
    int ends[2];
    int number = 0;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    for (int i = 0; i < 100000 && number == 0; i++)
        number = dns_order_send(ends[0], &order);
    assert_int_equal(number, -EAGAIN);
    fd_close(&ends[0]);
    fd_close(&ends[1]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_number_of_shards_is_auto_or_small),
    cmocka_unit_test(all_parts_together_are_the_whole),
    cmocka_unit_test(a_limit_that_leaves_a_shard_with_nothing_is_refused),
    cmocka_unit_test(a_word_arrives_as_it_was_said),
    cmocka_unit_test(what_is_no_word_is_none),
    cmocka_unit_test(an_order_brings_copies_of_its_sockets),
    cmocka_unit_test(orders_that_nobody_reads_do_not_block),
};

RUN_TESTS(tests)
