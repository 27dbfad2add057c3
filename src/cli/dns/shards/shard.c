/* The loop runs until an order comes or a configuration was read; then it runs again. */
#include "cli/dns/shards/shard.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/dns/operation.h"
#include "cli/dns/sandbox.h"
#include "cli/dns/settings/reading.h"
#include "cli/dns/shards/divide.h"
#include "cli/dns/shards/message.h"
#include "kernel/process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

struct shard {
    const struct dns_shard_start *start;
    struct dns_settings *started;
    struct dns_settings *now;     /* NULL: as it started */
    struct dns_settings *next;    /* what it agreed to; NULL: nothing */
    struct dns_reading *reading;  /* what it reads; NULL: nothing */
    bool is_over;                 /* it is to end */
    struct dns_order preparation; /* with the sockets that are new in what it reads */
    struct forwarder_loop *loop;
    struct dns_operation operation;
    struct operate_report report;
    uint64_t generation; /* of the configuration */
};

/* The configuration of settings, for this shard alone. */
static void configure(const struct shard *shard, const struct dns_settings *settings,
                      struct forwarder_loop_config *ret_config)
{
    *ret_config = *dns_settings_config(settings);
    ret_config->core.cookies.has_root = true;
    ret_config->core.cookies.root = shard->start->root;
    dns_shards_divide(ret_config, shard->start->number, shard->start->count);
}

/* The configuration that it begins with: all that its supervisor listens on. */
static void configure_first(const struct shard *shard, struct forwarder_loop_config *ret_config)
{
    const struct dns_shard_start *start = shard->start;

    configure(shard, shard->now != NULL ? shard->now : shard->started, ret_config);
    ret_config->listen_count = start->at_count;
    for (size_t i = 0; i < start->at_count; i++)
        ret_config->listen[i] = forwarder_shared_give(&start->at[i], start->number);
}

/* The configuration that it goes on with: addresses that it listens on already need no socket. */
static void configure_next(const struct shard *shard, struct forwarder_loop_config *ret_config)
{
    configure(shard, shard->next, ret_config);
    ret_config->listen_count = shard->preparation.listen_count;
    memcpy(ret_config->listen, shard->preparation.listen, sizeof(ret_config->listen));
}

static void close_sockets(struct dns_order *order)
{
    for (size_t i = 0; i < order->listen_count; i++) {
        if (order->listen[i].udp_fd > 0)
            (void)close(order->listen[i].udp_fd);
        if (order->listen[i].tcp_fd > 0)
            (void)close(order->listen[i].tcp_fd);
    }
    order->listen_count = 0;
}

/* There is something to do outside of a turn; `owner` is the loop. */
static void stop_loop(void *owner, uint32_t events)
{
    (void)events;
    forwarder_loop_stop(owner);
}

static int watch(struct shard *shard, int fd, struct err *err)
{
    struct forwarder_guest guest = { fd, EPOLLIN, stop_loop, shard->loop };

    return forwarder_guests_join(forwarder_loop_guests(shard->loop), &guest, err);
}

/* Says a word; without a supervisor there is nothing more to do. */
static void say(struct shard *shard, enum dns_word_kind kind, const struct err *err)
{
    if (dns_word_send(shard->start->channel, kind, err) < 0)
        shard->is_over = true;
}

/* Says that it could go on with what it has read. */
static void agree(struct shard *shard)
{
    if (dns_word_agree(shard->start->channel, dns_settings_digest(shard->next)) < 0)
        shard->is_over = true;
}

/* Begins to read the configuration anew, while queries are answered. */
static void prepare(struct shard *shard, const struct dns_order *order)
{
    struct err err = { 0 };

    shard->preparation = *order;
    if (dns_reading_begin(shard->start->given, shard->started, &shard->reading, &err) == 0 &&
        watch(shard, dns_reading_fd(shard->reading), &err) == 0)
        return;
    dns_reading_end_pointer(&shard->reading);
    say(shard, DNS_WORD_REFUSES, &err);
}

/* What it read is not wanted. */
static void forget(struct shard *shard)
{
    dns_settings_free(shard->next);
    shard->next = NULL;
    close_sockets(&shard->preparation);
}

/* Leaves what it has counted to its supervisor; `owner` is the shard. */
static void leave_counts(void *owner)
{
    struct shard *shard = owner;

    operate_report_take(shard->loop, &shard->report);
    shard->report.generation = shard->generation;
    operate_report_publish(&shard->report, shard->start->report);
}

/* Votes on what it has read. */
static void end_reading(struct shard *shard)
{
    char block[DNS_STAYS_BYTES];
    struct text stays = text_init(block, sizeof(block)); /* told by the supervisor */
    struct forwarder_loop_config config;
    struct err err = { 0 };

    forwarder_guests_leave(forwarder_loop_guests(shard->loop), dns_reading_fd(shard->reading));
    if (dns_reading_end(&shard->reading, &shard->next, &stays, &err) == 0)
        configure_next(shard, &config);
    if (err.number < 0 || forwarder_loop_may_reload(shard->loop, &config, &err) < 0)
        say(shard, DNS_WORD_REFUSES, &err);
    else
        agree(shard);
}

/* Goes on with what it agreed to. Where it cannot, since something happened meanwhile, it ends, and
 * the one that takes its place begins with it. */
static void change(struct shard *shard)
{
    struct forwarder_loop_config config;
    struct err err = { 0 };

    if (shard->next == NULL)
        return;
    configure_next(shard, &config);
    shard->preparation.listen_count = 0; /* the sockets are the loop's */
    if (forwarder_loop_reload(shard->loop, &config, &err) < 0) {
        say(shard, DNS_WORD_FAILED, &err);
        shard->is_over = true;
        return;
    }
    forwarder_loop_set_local(shard->loop, config.core.local);
    dns_settings_forget_local(shard->started);
    dns_settings_free(shard->now);
    shard->now = shard->next;
    shard->next = NULL;
    shard->generation += 1;
    leave_counts(shard);
    say(shard, DNS_WORD_CHANGED, NULL);
}

static void obey(struct shard *shard, const struct dns_order *order)
{
    switch ((enum dns_order_kind)order->kind) {
    case DNS_ORDER_PREPARE:
        prepare(shard, order);
        break;
    case DNS_ORDER_COMMIT:
        change(shard);
        break;
    case DNS_ORDER_ABORT:
        forget(shard);
        break;
    case DNS_ORDER_REOPEN: /* files are written by others */
        break;
    case DNS_ORDER_SERVE:
        operate_control_take(shard->operation.control, order->listen[0].tcp_fd);
        break;
    case DNS_ORDER_ASK:
        say(shard, DNS_WORD_HERE, NULL);
        break;
    case DNS_ORDER_STOP:
        shard->is_over = true;
        break;
    }
}

static void obey_all(struct shard *shard)
{
    struct dns_order order;
    int number = 1;

    while (!shard->is_over && number > 0) {
        number = dns_order_receive(shard->start->channel, &order);
        if (number > 0)
            obey(shard, &order);
    }
    shard->is_over = shard->is_over || number == 0; /* nobody orders any more */
}

/* Answers queries until it is to end. Signals are the supervisor's, who gets them too. */
static int serve(struct shard *shard, struct err *err)
{
    int caught = 0;

    while (!shard->is_over) {
        if (forwarder_loop_run(shard->loop, &caught, err) < 0)
            return err->number;
        if (caught != 0)
            continue;
        if (shard->reading != NULL && dns_reading_is_done(shard->reading))
            end_reading(shard);
        obey_all(shard);
    }
    return 0;
}

/* What the loop has to say; `owner` is the loop. */
static void say_sentence(void *owner, const char *sentence)
{
    (void)owner;
    (void)fprintf(stderr, DNS_PROGRAM ": %s\n", sentence);
}

static int begin(struct shard *shard, struct err *err)
{
    const struct dns_settings *holds = shard->now != NULL ? shard->now : shard->started;
    const struct dns_options *options = dns_settings_options(holds);
    struct dns_operation_part part = shard->start->operation;
    struct dns_user nobody = { 0 };
    struct forwarder_loop_config config;

    configure_first(shard, &config);
    if (forwarder_loop_open(&config, &shard->loop, err) < 0 ||
        watch(shard, shard->start->channel, err) < 0)
        return err->number;
    part.loop = shard->loop;
    if (dns_operation_open_shard(&shard->operation, options, &part, err) < 0)
        return err->number;
    if (dns_sandbox_enter(options, &nobody, DNS_SANDBOX_SHARD, err) < 0 ||
        dns_operation_start(&shard->operation, err) < 0)
        return err->number;
    forwarder_loop_set_say(shard->loop, say_sentence);
    forwarder_loop_set_turned(shard->loop, leave_counts, shard);
    return 0;
}

/* Keeps of all descriptors that were inherited what is its own. */
static int keep_own(const struct dns_shard_start *start, struct err *err)
{
    int kept[2 * FORWARDER_LISTEN_MAX + 3];
    size_t count = 0;

    kept[count++] = start->channel;
    kept[count++] = start->operation.lines_fd;
    kept[count++] = start->operation.frames_fd;
    for (size_t i = 0; i < start->at_count; i++) {
        kept[count++] = start->at[i].udp_fds[start->number];
        kept[count++] = start->at[i].tcp_fds[start->number];
    }
    return kernel_process_close_others(STDERR_FILENO + 1, kept, count, err);
}

int dns_shard_live(const struct dns_shard_start *start)
{
    struct shard shard = { .start = start,
                           .started = start->started,
                           .now = start->now,
                           .generation = start->generation };
    struct err err = { 0 };
    int number = kernel_process_set_death_signal(SIGKILL, &err);

    if (getppid() != start->supervisor)
        return 1;
    if (number == 0)
        number = keep_own(start, &err);
    if (number == 0)
        number = begin(&shard, &err);
    if (number == 0) {
        (void)fflush(stdout);
        leave_counts(&shard);
        say(&shard, DNS_WORD_READY, NULL);
        number = serve(&shard, &err);
    }
    if (number < 0)
        (void)dns_word_send(start->channel, DNS_WORD_FAILED, &err);
    dns_reading_end_pointer(&shard.reading);
    dns_operation_close(&shard.operation);
    forwarder_loop_close(shard.loop);
    dns_settings_free(shard.next);
    return number < 0;
}
