/* A shard's life as its supervisor sees it: fork, words, death. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/require.h"
#include "base/text_format.h"
#include "cli/dns/shards/supervisor_inside.h"
#include "kernel/process.h"
#include "operate/statistics.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define NS_PER_MS UINT64_C(1000000)
/* A death is one of several in a row when it comes so soon after the start. */
#define SOON_NS (10000 * NS_PER_MS)
/* The second shard in a row is started so much later, each further one twice as much, */
#define DELAY_NS (50 * NS_PER_MS)
/* and at most. */
#define DELAY_NS_MAX (5000 * NS_PER_MS)
/* So often it is tried to have one that answers. */
#define UNREADY_MAX 5
/* For so many seconds one that answers may not say that it is there, */
#define SILENT_MAX 5
/* and so many it may need to begin; when the service does, it reads the cache's file. */
#define BEGINNING_MAX 60
#define BEGINNING_MAX_FIRST 600

static void run_channel(void *owner, uint32_t events)
{
    (void)events;
    dns_seat_listen(owner);
}

/* When the next is to be started. */
static void plan_start(struct dns_seat *seat, uint64_t now_ns)
{
    uint64_t delay_ns = 0;

    if (seat->soon > 0)
        delay_ns = seat->soon > 7 ? DELAY_NS_MAX : DELAY_NS << (seat->soon - 1);
    seat->start_ns = now_ns + (delay_ns < DELAY_NS_MAX ? delay_ns : DELAY_NS_MAX);
}

/* In the new process. */
static _Noreturn void become_shard(const struct dns_seat *seat, int channel, pid_t parent)
{
    const struct dns_supervisor *supervisor = seat->supervisor;
    struct dns_shard_start start = {
        .number = seat->number,
        .count = supervisor->what->count,
        .channel = channel,
        .supervisor = parent,
        .given = supervisor->what->given,
        .started = supervisor->started,
        .now = supervisor->now,
        .at = supervisor->at,
        .at_count = supervisor->at_count,
        .root = supervisor->root,
        .report = seat->shared,
        .generation = supervisor->generation,
        .operation = { .parts = supervisor->what->count,
                       .lines_fd = supervisor->scribes[OPERATE_LINES].shards[seat->number],
                       .frames_fd = supervisor->scribes[OPERATE_FRAMES].shards[seat->number],
                       .level = supervisor->has_level ? &supervisor->level : NULL,
                       .reads_cache = !supervisor->has_begun && seat->restarts == 0,
                       .tells_cache = seat->number == 0 },
    };

    for (size_t i = 0; i < supervisor->what->count; i++)
        if (i != seat->number)
            (void)munmap(supervisor->seats[i].shared, sizeof(struct operate_report));
    exit(dns_shard_live(&start));
}

static int start(struct dns_seat *seat, struct err *err)
{
    struct forwarder_guest guest = { -1, EPOLLIN, run_channel, seat };
    CLEANUP(fd_close) int ours = -1;
    CLEANUP(fd_close) int theirs = -1;
    pid_t parent = getpid();
    int ends[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return err_system(err, errno, "cannot speak with a shard");
    ours = ends[0];
    theirs = ends[1];
    guest.fd = ours;
    if (forwarder_guests_join(&seat->supervisor->guests, &guest, err) < 0)
        return err->number;
    (void)fflush(NULL);
    pid = fork();
    if (pid == 0)
        become_shard(seat, theirs, parent);
    if (pid < 0) {
        int number = errno;

        forwarder_guests_leave(&seat->supervisor->guests, ours);
        return err_system(err, number, "cannot start a shard");
    }
    seat->pid = pid;
    seat->channel = fd_take(&ours);
    return 0;
}

void dns_seat_start(struct dns_seat *seat)
{
    struct err err = { 0 };

    REQUIRE(seat->pid == 0);
    seat->since_ns = clock_monotonic_ns();
    seat->start_ns = FORWARDER_NEVER;
    seat->is_ready = false;
    seat->has_broken = false;
    seat->is_asked = false;
    seat->has_hung = false;
    seat->silent = 0;
    seat->err = (struct err){ 0 };
    if (start(seat, &err) == 0)
        return;
    (void)cli_fail(DNS_PROGRAM, &err, 0);
    seat->unready += 1;
    if (seat->unready >= UNREADY_MAX) {
        dns_supervisor_stop(seat->supervisor, 1);
        return;
    }
    seat->soon += 1;
    plan_start(seat, seat->since_ns);
}

void dns_seat_kill(const struct dns_seat *seat)
{
    if (seat->pid > 0)
        (void)kill(seat->pid, SIGKILL);
}

void dns_seat_order(const struct dns_seat *seat, const struct dns_order *order)
{
    if (seat->pid > 0 && dns_order_send(seat->channel, order) < 0)
        dns_seat_kill(seat);
}

/* How many seconds a shard may be silent. */
static unsigned int patience(const struct dns_seat *seat)
{
    if (seat->is_ready)
        return SILENT_MAX;
    return seat->supervisor->has_begun ? BEGINNING_MAX : BEGINNING_MAX_FIRST;
}

void dns_seat_watch(struct dns_seat *seat)
{
    static const struct dns_order order = { .kind = DNS_ORDER_ASK };

    if (seat->pid == 0 || seat->has_hung)
        return;
    if (seat->is_ready && !seat->is_asked) {
        seat->is_asked = true;
        dns_seat_order(seat, &order);
        return;
    }
    seat->silent += 1;
    if (seat->silent < patience(seat))
        return;
    seat->has_hung = true;
    dns_seat_kill(seat);
}

/* Does what a word is for; false where it is not its time. */
static bool take_word(struct dns_seat *seat, const struct dns_word *word)
{
    bool votes = seat->vote == DNS_VOTE_WAITED;

    switch ((enum dns_word_kind)word->kind) {
    case DNS_WORD_READY:
        if (seat->is_ready)
            return false;
        seat->is_ready = true;
        seat->unready = 0;
        seat->silent = 0;
        return true;
    case DNS_WORD_HERE:
        if (!seat->is_asked)
            return false;
        seat->is_asked = false;
        seat->silent = 0;
        return true;
    case DNS_WORD_FAILED:
        seat->err = word->err;
        return true;
    case DNS_WORD_AGREES:
        seat->vote = DNS_VOTE_AGREES;
        seat->digest = word->digest;
        return votes;
    case DNS_WORD_REFUSES:
        seat->vote = DNS_VOTE_REFUSES;
        seat->err = word->err;
        return votes;
    case DNS_WORD_CHANGED:
        votes = seat->vote == DNS_VOTE_AGREES && seat->supervisor->change == DNS_CHANGE_GOING;
        seat->vote = DNS_VOTE_CHANGED;
        return votes;
    case DNS_WORDS:
        break;
    }
    return false;
}

/* It has said its last. */
static void hang_up(struct dns_seat *seat)
{
    if (seat->channel < 0)
        return;
    forwarder_guests_leave(&seat->supervisor->guests, seat->channel);
    fd_close(&seat->channel);
}

void dns_seat_listen(struct dns_seat *seat)
{
    struct dns_word word;
    int number;

    if (seat->channel < 0)
        return;
    while (number = dns_word_receive(seat->channel, &word), number > 0) {
        if (take_word(seat, &word))
            continue;
        seat->has_broken = true;
        number = 0;
        break;
    }
    if (number == -EAGAIN)
        return;
    hang_up(seat); /* who has no channel any more is at its end, or is ended */
    dns_seat_kill(seat);
}

/* Adds what the shard has counted so far. */
static void add_counts(const struct dns_seat *seat, struct operate_report *report)
{
    struct operate_report now;

    operate_report_read(seat->shared, &now);
    if (now.generation != seat->supervisor->generation) /* upstreams of another configuration */
        now.upstreams_count = 0;
    operate_report_add(report, &now);
}

/* What a shard had counted is kept when it is gone. */
static void keep_counts(struct dns_seat *seat)
{
    add_counts(seat, &seat->past);
    operate_report_end(&seat->past);
    memset(seat->shared, 0, sizeof(*seat->shared));
}

void dns_seat_tell(void *owner, size_t number, struct operate_shard *ret_shard)
{
    const struct dns_supervisor *supervisor = owner;
    const struct dns_seat *seat = &supervisor->seats[number];
    static const char *const names[OPERATE_FORMS] = {
        [OPERATE_LINES] = "log_lines_lost", [OPERATE_FRAMES] = "dnstap_lost"
    };

    *ret_shard = (struct operate_shard){ .pid = seat->pid,
                                         .is_ready = seat->is_ready,
                                         .restarts = seat->restarts,
                                         .report = seat->past };
    add_counts(seat, &ret_shard->report);
    for (size_t form = 0; form < OPERATE_FORMS; form++)
        ret_shard->report.statistics[operate_statistic_find(names[form])] +=
            dns_scribe_lost(&supervisor->scribes[form], number);
}

/* The place of a server in a configuration; FORWARDER_UPSTREAMS_MAX where it is not there. */
static size_t find_server(const struct forwarder_loop_config *config,
                          const struct forwarder_server *server)
{
    for (size_t i = 0; i < config->core.upstreams_count; i++)
        if (forwarder_server_equal(&config->servers[i], server))
            return i;
    return FORWARDER_UPSTREAMS_MAX;
}

void dns_seat_move_past(struct dns_seat *seat, const struct forwarder_loop_config *before,
                        const struct forwarder_loop_config *after)
{
    struct operate_report moved = seat->past;

    memset(moved.upstreams, 0, sizeof(moved.upstreams));
    for (size_t i = 0; i < after->core.upstreams_count; i++) {
        size_t place = find_server(before, &after->servers[i]);

        if (place < FORWARDER_UPSTREAMS_MAX)
            moved.upstreams[i] = seat->past.upstreams[place];
    }
    moved.upstreams_count = after->core.upstreams_count;
    seat->past = moved;
}

/* How it ended. */
static void tell_death(const struct dns_seat *seat, pid_t pid, int status, struct text *how)
{
    (void)text_format(how, "shard %zu (process %d) ", seat->number + 1, (int)pid);
    if (seat->err.number < 0)
        (void)text_format(how, "could not go on: %s", seat->err.sentence);
    else if (seat->has_broken)
        (void)text_append(how, "was ended: what it said made no sense");
    else if (seat->has_hung && seat->is_ready)
        (void)text_format(how, "did not answer for %u seconds and was ended", seat->silent);
    else if (seat->has_hung)
        (void)text_format(how, "did not begin in %u seconds and was ended", seat->silent);
    else if (WIFSIGNALED(status))
        (void)text_format(how, "was ended by signal %d (%s)", WTERMSIG(status),
                          strsignal(WTERMSIG(status)));
    else
        (void)text_format(how, "ended with status %d", WEXITSTATUS(status));
}

/* What is to be done about a death. */
static void mourn(struct dns_seat *seat, pid_t pid, int status)
{
    uint64_t now_ns = clock_monotonic_ns();
    char block[sizeof(seat->err.sentence) + 100];
    struct text how = text_init(block, sizeof(block));
    struct err err = { 0 };

    tell_death(seat, pid, status, &how);
    seat->unready += !seat->is_ready;
    if (!seat->supervisor->has_begun && seat->err.number < 0) {
        (void)cli_fail(DNS_PROGRAM, &seat->err, 0); /* as a forwarder alone says it */
        dns_supervisor_stop(seat->supervisor, 1);
        return;
    }
    if (seat->unready >= UNREADY_MAX) {
        (void)err_set(&err, -1, "%s, as %d in a row did before they answered: the service ends",
                      how.at, UNREADY_MAX);
        (void)cli_fail(DNS_PROGRAM, &err, 0);
        dns_supervisor_stop(seat->supervisor, 1);
        return;
    }
    seat->restarts += 1;
    plan_start(seat, now_ns);
    seat->soon = now_ns - seat->since_ns < SOON_NS ? seat->soon + 1 : 0;
    (void)err_set(&err, -1, "%s, and is started anew", how.at);
    (void)cli_fail(DNS_PROGRAM, &err, 0);
}

void dns_seat_reap(struct dns_seat *seat)
{
    int status = 0;
    pid_t pid = seat->pid;

    if (pid == 0 || waitpid(pid, &status, WNOHANG) != pid)
        return;
    seat->pid = 0;
    dns_seat_listen(seat); /* what it said before */
    hang_up(seat);
    seat->vote = DNS_VOTE_NONE;
    keep_counts(seat);
    if (!seat->supervisor->is_stopping)
        mourn(seat, pid, status);
}
