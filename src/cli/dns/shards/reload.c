/*
 * Another configuration. The supervisor reads it, and opens what is new to be listened on; then all
 * shards read it and say whether they could go on with it; and when all can, all do. Whoever dies
 * meanwhile has no voice: what takes its place begins with what holds in the end.
 */
#include "base/clock.h"
#include "cli/dns/sandbox.h"
#include "cli/dns/shards/supervisor_inside.h"

#include <errno.h>
#include <sys/epoll.h>

#define NS_PER_S UINT64_C(1000000000)
/* So long shards may read, and so long they may need to go on with it. */
#define VOTING_NS (120 * NS_PER_S)
#define GOING_NS (20 * NS_PER_S)
/* So often in a row it is read anew because files changed meanwhile. */
#define TRIES_MAX 5

/* How many shards have this vote, of those that are asked. */
static size_t count_votes(const struct dns_supervisor *supervisor, enum dns_vote vote)
{
    size_t count = 0;

    for (size_t i = 0; i < supervisor->what->count; i++)
        count += supervisor->seats[i].vote == vote;
    return count;
}

/* Tells all that were asked. */
static void tell(struct dns_supervisor *supervisor, enum dns_order_kind kind)
{
    struct dns_order order = { .kind = kind };

    for (size_t i = 0; i < supervisor->what->count; i++)
        if (supervisor->seats[i].vote != DNS_VOTE_NONE)
            dns_seat_order(&supervisor->seats[i], &order);
}

/* It is over, in one way or the other. */
static void end(struct dns_supervisor *supervisor)
{
    for (size_t i = 0; i < FORWARDER_LISTEN_MAX; i++)
        forwarder_shared_close(&supervisor->next_at[i]);
    for (size_t i = 0; i < supervisor->what->count; i++)
        supervisor->seats[i].vote = DNS_VOTE_NONE;
    dns_settings_free(supervisor->next);
    supervisor->next = NULL;
    supervisor->change = DNS_CHANGE_NONE;
    supervisor->until_ns = FORWARDER_NEVER;
    dns_service_tell(supervisor->what->service, DNS_SERVICE_READY);
    if (!supervisor->is_called)
        return;
    supervisor->is_called = false;
    dns_change_begin(supervisor);
}

static void go_on_as_before(struct dns_supervisor *supervisor, struct err *err)
{
    dns_sandbox_explain(dns_settings_options(supervisor->started), err);
    (void)err_prefix(err, "goes on as before");
    (void)cli_fail(DNS_PROGRAM, err, 0);
    supervisor->tries = 0;
    end(supervisor);
}

/* The thread has read it. */
static void run_reading(void *owner, uint32_t events)
{
    (void)events;
    dns_change_go_on(owner);
}

void dns_change_begin(struct dns_supervisor *supervisor)
{
    struct forwarder_guest guest = { -1, EPOLLIN, run_reading, supervisor };
    struct err err = { 0 };

    if (supervisor->change != DNS_CHANGE_NONE) {
        supervisor->is_called = true;
        return;
    }
    supervisor->change = DNS_CHANGE_READING;
    dns_service_tell(supervisor->what->service, DNS_SERVICE_RELOADING);
    if (dns_reading_begin(supervisor->what->given, supervisor->started, &supervisor->reading,
                          &err) == 0) {
        guest.fd = dns_reading_fd(supervisor->reading);
        if (forwarder_guests_join(&supervisor->guests, &guest, &err) == 0)
            return;
        dns_reading_end_pointer(&supervisor->reading);
    }
    go_on_as_before(supervisor, &err);
}

/* Asks a shard, whose sockets those of the new addresses of its number are. */
static void ask(struct dns_seat *seat)
{
    const struct dns_supervisor *supervisor = seat->supervisor;
    struct dns_order order = { .kind = DNS_ORDER_PREPARE,
                               .listen_count = (uint32_t)supervisor->next_count };

    for (size_t i = 0; i < supervisor->next_count; i++) {
        const struct forwarder_shared *shared = &supervisor->next_at[i];

        order.listen[i] = shared->listen;
        order.listen[i].udp_fd = 0;
        order.listen[i].tcp_fd = 0;
        if (shared->count > 0)
            order.listen[i] = forwarder_shared_give(shared, seat->number);
    }
    seat->vote = DNS_VOTE_WAITED;
    dns_seat_order(seat, &order);
}

static void begin_voting(struct dns_supervisor *supervisor)
{
    struct text stays = text_init(supervisor->stays_block, sizeof(supervisor->stays_block));
    struct forwarder_loop_config *config = &supervisor->next_config;
    struct err err = { 0 };

    forwarder_guests_leave(&supervisor->guests, dns_reading_fd(supervisor->reading));
    if (dns_reading_end(&supervisor->reading, &supervisor->next, &stays, &err) < 0 ||
        dns_supervisor_configure(supervisor, supervisor->next, config, &err) < 0 ||
        dns_supervisor_open(supervisor, config, &err) < 0) {
        go_on_as_before(supervisor, &err);
        return;
    }
    supervisor->change = DNS_CHANGE_VOTING;
    supervisor->until_ns = clock_monotonic_ns() + VOTING_NS;
    for (size_t i = 0; i < supervisor->what->count; i++)
        if (supervisor->seats[i].pid > 0)
            ask(&supervisor->seats[i]);
}

/* Whether all who agree have read what the supervisor has. */
static bool is_one_text(const struct dns_supervisor *supervisor)
{
    uint64_t digest = dns_settings_digest(supervisor->next);

    for (size_t i = 0; i < supervisor->what->count; i++)
        if (supervisor->seats[i].vote == DNS_VOTE_AGREES && supervisor->seats[i].digest != digest)
            return false;
    return digest != 0;
}

/* Files were written to while they were read, by one after the other: all is read once more. */
static void read_again(struct dns_supervisor *supervisor)
{
    struct err err = { 0 };

    supervisor->tries += 1;
    if (supervisor->tries < TRIES_MAX) {
        supervisor->is_called = true;
        end(supervisor);
        return;
    }
    (void)err_set(&err, -EAGAIN, "files changed while they were read, %d times in a row",
                  TRIES_MAX);
    go_on_as_before(supervisor, &err);
}

/* How long shards answer from addresses that they leave; they hear of it a little later than we. */
static uint64_t longest_wait(const struct dns_supervisor *supervisor)
{
    const struct dns_settings *before = dns_supervisor_settings(supervisor);
    uint64_t old_ns = dns_settings_config(before)->core.timeout_ns;
    uint64_t new_ns = dns_settings_config(supervisor->next)->core.timeout_ns;

    return 2 * (old_ns > new_ns ? old_ns : new_ns) + NS_PER_S;
}

/* All have voted. */
static void decide(struct dns_supervisor *supervisor)
{
    struct err err = { 0 };

    for (size_t i = 0; i < supervisor->what->count && err.number == 0; i++)
        if (supervisor->seats[i].vote == DNS_VOTE_REFUSES)
            err = supervisor->seats[i].err;
    if (err.number < 0) {
        for (size_t i = 0; i < supervisor->what->count; i++)
            supervisor->seats[i].err = (struct err){ 0 };
        tell(supervisor, DNS_ORDER_ABORT);
        go_on_as_before(supervisor, &err);
        return;
    }
    if (!is_one_text(supervisor)) {
        tell(supervisor, DNS_ORDER_ABORT);
        read_again(supervisor);
        return;
    }
    supervisor->tries = 0;
    tell(supervisor, DNS_ORDER_COMMIT);
    dns_supervisor_take_places(supervisor, longest_wait(supervisor));
    for (size_t i = 0; i < supervisor->what->count; i++)
        dns_seat_move_past(&supervisor->seats[i], &supervisor->config, &supervisor->next_config);
    supervisor->config = supervisor->next_config;
    supervisor->generation += 1;
    dns_settings_forget_local(supervisor->started);
    dns_settings_free(supervisor->now);
    supervisor->now = supervisor->next;
    supervisor->next = NULL;
    supervisor->change = DNS_CHANGE_GOING;
    supervisor->until_ns = clock_monotonic_ns() + GOING_NS;
}

/* All go on with it. */
static void finish(struct dns_supervisor *supervisor)
{
    struct err err = { 0 };

    if (supervisor->stays_block[0] != '\0') {
        (void)err_set(&err, -1, "changes when it is started anew: %s", supervisor->stays_block);
        (void)cli_fail(DNS_PROGRAM, &err, 0);
    }
    dns_supervisor_say_ready(supervisor);
    end(supervisor);
}

void dns_change_go_on(struct dns_supervisor *supervisor)
{
    if (supervisor->change == DNS_CHANGE_READING && dns_reading_is_done(supervisor->reading))
        begin_voting(supervisor);
    if (supervisor->change == DNS_CHANGE_VOTING && count_votes(supervisor, DNS_VOTE_WAITED) == 0)
        decide(supervisor);
    if (supervisor->change == DNS_CHANGE_GOING && count_votes(supervisor, DNS_VOTE_AGREES) == 0)
        finish(supervisor);
}

void dns_change_give_up(struct dns_supervisor *supervisor)
{
    enum dns_vote late =
        supervisor->change == DNS_CHANGE_VOTING ? DNS_VOTE_WAITED : DNS_VOTE_AGREES;

    supervisor->until_ns = FORWARDER_NEVER;
    for (size_t i = 0; i < supervisor->what->count; i++)
        if (supervisor->seats[i].vote == late)
            dns_seat_kill(&supervisor->seats[i]);
}
