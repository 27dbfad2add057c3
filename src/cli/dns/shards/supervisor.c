/* Signals and deadlines; what is listened on. */
#include "cli/dns/shards/supervisor_inside.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/require.h"
#include "cli/dns/descriptors.h"
#include "cli/dns/ready.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define EVENTS_MAX 16
#define NS_PER_MS UINT64_C(1000000)
/* So long it may take to write down what they keep, */
#define SAVING_NS (60000 * NS_PER_MS)
/* and so long shards may need to end. */
#define STOPPING_NS (10000 * NS_PER_MS)
/* and those who write what shards have left. */
#define WRITING_NS (3000 * NS_PER_MS)
/* So often shards are asked whether they are there. */
#define WATCH_NS (1000 * NS_PER_MS)

struct dns_settings *dns_supervisor_settings(const struct dns_supervisor *supervisor)
{
    return supervisor->now != NULL ? supervisor->now : supervisor->started;
}

int dns_supervisor_configure(const struct dns_supervisor *supervisor,
                             const struct dns_settings *settings,
                             struct forwarder_loop_config *ret_config, struct err *err)
{
    bool is_default = dns_settings_options(settings)->listen.count == 0;

    *ret_config = *dns_settings_config(settings);
    return dns_service_add(supervisor->what->service, is_default, ret_config, err);
}

/* The place in a list where an address is listened on, or FORWARDER_LISTEN_MAX. */
static size_t find_place(const struct forwarder_shared *at, size_t count,
                         const struct forwarder_listen *listen)
{
    for (size_t i = 0; i < count; i++)
        if (at[i].listen.has_tls == listen->has_tls &&
            forwarder_address_equal(&at[i].listen.address, &listen->address))
            return i;
    return FORWARDER_LISTEN_MAX;
}

/* What was listened on at an address until a moment ago, or NULL. */
static const struct forwarder_shared *find_left(const struct dns_supervisor *supervisor,
                                                const struct forwarder_listen *listen)
{
    for (size_t i = 0; i < FORWARDER_LISTEN_MAX; i++) {
        const struct forwarder_shared *shared = &supervisor->left[i].shared;

        if (shared->count > 0 && find_place(shared, 1, listen) == 0)
            return shared;
    }
    return NULL;
}

/* Lets shards answer from an address that is left for as long as they may. */
static void leave(struct dns_supervisor *supervisor, struct forwarder_shared *shared,
                  uint64_t until_ns)
{
    struct dns_left *place = &supervisor->left[0];

    if (shared->count == 0)
        return;
    for (size_t i = 1; i < FORWARDER_LISTEN_MAX && place->shared.count > 0; i++)
        if (supervisor->left[i].shared.count == 0 || supervisor->left[i].until_ns < place->until_ns)
            place = &supervisor->left[i];
    forwarder_shared_close(&place->shared);
    forwarder_shared_close_tcp(shared);
    *place = (struct dns_left){ *shared, until_ns };
}

/* Closes what nobody answers from any more. */
static void forget_left(struct dns_supervisor *supervisor, uint64_t now_ns)
{
    for (size_t i = 0; i < FORWARDER_LISTEN_MAX; i++)
        if (supervisor->left[i].until_ns <= now_ns)
            forwarder_shared_close(&supervisor->left[i].shared);
}

/* Opens what an address of a configuration is listened on, if it is not. */
static int open_place(struct dns_supervisor *supervisor, const struct forwarder_listen *listen,
                      bool has_tcp, struct err *err)
{
    struct forwarder_shared *next = &supervisor->next_at[supervisor->next_count];
    struct forwarder_shared_wants wants = { supervisor->what->count, has_tcp };
    const struct forwarder_shared *left = find_left(supervisor, listen);
    struct err why = { 0 };
    int number = 0;

    *next = (struct forwarder_shared){ .listen = *listen };
    if (find_place(supervisor->at, supervisor->at_count, listen) == FORWARDER_LISTEN_MAX)
        number = left != NULL ? forwarder_shared_open_again(left, &wants, next, &why)
                              : forwarder_shared_open(listen, &wants, next, &why);
    if (listen->may_be_missing && (number == -EADDRNOTAVAIL || number == -EAFNOSUPPORT))
        return 0;
    if (number == 0)
        supervisor->next_count += 1;
    else
        *err = why;
    return number;
}

int dns_supervisor_open(struct dns_supervisor *supervisor,
                        const struct forwarder_loop_config *config, struct err *err)
{
    int number = 0;

    supervisor->next_count = 0;
    for (size_t i = 0; number == 0 && i < config->listen_count; i++)
        number = open_place(supervisor, &config->listen[i], config->tcp_clients_max > 0, err);
    for (size_t i = 0; number < 0 && i < supervisor->next_count; i++)
        forwarder_shared_close(&supervisor->next_at[i]);
    return number;
}

void dns_supervisor_take_places(struct dns_supervisor *supervisor, uint64_t wait_ns)
{
    uint64_t until_ns = clock_monotonic_ns() + wait_ns;

    for (size_t i = 0; i < supervisor->next_count; i++) {
        struct forwarder_shared *next = &supervisor->next_at[i];
        size_t place = find_place(supervisor->at, supervisor->at_count, &next->listen);

        if (next->count > 0)
            continue;
        REQUIRE(place < FORWARDER_LISTEN_MAX);
        *next = supervisor->at[place];
        supervisor->at[place].count = 0;
    }
    for (size_t i = 0; i < supervisor->at_count; i++)
        leave(supervisor, &supervisor->at[i], until_ns);
    memcpy(supervisor->at, supervisor->next_at, sizeof(supervisor->at));
    memset(supervisor->next_at, 0, sizeof(supervisor->next_at));
    supervisor->at_count = supervisor->next_count;
}

void dns_supervisor_say_ready(struct dns_supervisor *supervisor)
{
    const struct forwarder_loop_config *config = &supervisor->config;
    bool is_listening[FORWARDER_LISTEN_MAX] = { false };

    for (size_t i = 0; i < config->listen_count; i++)
        is_listening[i] = find_place(supervisor->at, supervisor->at_count, &config->listen[i]) <
                          FORWARDER_LISTEN_MAX;
    dns_ready_print(config, is_listening);
}

/* Tells all shards to end. */
static void end_shards(struct dns_supervisor *supervisor)
{
    static const struct dns_order order = { .kind = DNS_ORDER_STOP };

    supervisor->is_saved = true;
    supervisor->until_ns = clock_monotonic_ns() + STOPPING_NS;
    for (size_t i = 0; i < supervisor->what->count; i++)
        dns_seat_order(&supervisor->seats[i], &order);
}

void dns_supervisor_stop(struct dns_supervisor *supervisor, int status)
{
    if (supervisor->is_stopping)
        return;
    supervisor->is_stopping = true;
    supervisor->status = status;
    supervisor->until_ns = clock_monotonic_ns() + SAVING_NS;
    dns_service_tell(supervisor->what->service, DNS_SERVICE_STOPPING);
    if (!dns_broker_save(supervisor))
        end_shards(supervisor);
}

void dns_supervisor_reopen(struct dns_supervisor *supervisor)
{
    for (size_t form = 0; form < OPERATE_FORMS; form++)
        dns_scribe_reopen(&supervisor->scribes[form]);
}

static void reap(struct dns_supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->what->count; i++)
        dns_seat_reap(&supervisor->seats[i]);
    dns_broker_reap(supervisor);
    for (size_t form = 0; form < OPERATE_FORMS; form++)
        dns_scribe_reap(&supervisor->scribes[form], supervisor->is_written);
    if (supervisor->is_stopping && !supervisor->is_saved && supervisor->saver == 0)
        end_shards(supervisor);
}

/* Does what a signal is for. */
static void run_signals(void *owner, uint32_t events)
{
    struct dns_supervisor *supervisor = owner;
    struct signalfd_siginfo signal = { 0 };

    (void)events;
    if (read(supervisor->signal_fd, &signal, sizeof(signal)) != (ssize_t)sizeof(signal))
        return;
    if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT)
        dns_supervisor_stop(supervisor, 0);
    if (signal.ssi_signo == SIGHUP && !supervisor->is_stopping)
        dns_change_begin(supervisor);
    if (signal.ssi_signo == SIGUSR1)
        dns_statistics_print(&supervisor->operation.server);
    if (signal.ssi_signo == SIGUSR2)
        dns_supervisor_reopen(supervisor);
    if (signal.ssi_signo == SIGCHLD)
        reap(supervisor);
}

static int open_signals(struct dns_supervisor *supervisor, struct err *err)
{
    static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD };
    struct forwarder_guest guest = { -1, EPOLLIN, run_signals, supervisor };
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
        (void)sigaddset(&set, signals[i]);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return err_system(err, errno, "cannot block signals");
    supervisor->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (supervisor->signal_fd < 0)
        return err_system(err, errno, "cannot receive signals");
    guest.fd = supervisor->signal_fd;
    return forwarder_guests_join(&supervisor->guests, &guest, err);
}

/* Starts shards whose time it is, and who writes what they hand over as long as there is one. While
 * another configuration is on its way no shard is started, since it is not known yet which holds.
 */
static void start_due(struct dns_supervisor *supervisor, uint64_t now_ns)
{
    for (size_t form = 0; form < OPERATE_FORMS && !supervisor->is_written; form++)
        dns_scribe_start(supervisor, &supervisor->scribes[form], now_ns);
    if (supervisor->is_stopping || supervisor->change != DNS_CHANGE_NONE)
        return;
    for (size_t i = 0; i < supervisor->what->count; i++)
        if (supervisor->seats[i].pid == 0 && supervisor->seats[i].start_ns <= now_ns)
            dns_seat_start(&supervisor->seats[i]);
}

/* Says so when all shards answer for the first time. */
static void look_ready(struct dns_supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->what->count; i++)
        if (!supervisor->seats[i].is_ready)
            return;
    if (supervisor->has_begun || supervisor->is_stopping)
        return;
    supervisor->has_begun = true;
    dns_supervisor_say_ready(supervisor);
    dns_service_tell(supervisor->what->service, DNS_SERVICE_READY);
}

/* Asks all shards whether they are there, each second. */
static void watch(struct dns_supervisor *supervisor, uint64_t now_ns)
{
    if (supervisor->is_stopping || now_ns < supervisor->watch_ns)
        return;
    supervisor->watch_ns = now_ns + WATCH_NS;
    for (size_t i = 0; i < supervisor->what->count; i++)
        dns_seat_watch(&supervisor->seats[i]);
}

static void look_at_time(struct dns_supervisor *supervisor, uint64_t now_ns)
{
    forget_left(supervisor, now_ns);
    watch(supervisor, now_ns);
    if (now_ns < supervisor->until_ns)
        return;
    if (!supervisor->is_stopping) {
        dns_change_give_up(supervisor);
        return;
    }
    if (!supervisor->is_saved) {
        dns_broker_kill(supervisor);
        end_shards(supervisor);
        return;
    }
    supervisor->until_ns = FORWARDER_NEVER;
    for (size_t i = 0; i < supervisor->what->count; i++)
        dns_seat_kill(&supervisor->seats[i]);
    for (size_t form = 0; supervisor->is_written && form < OPERATE_FORMS; form++)
        dns_scribe_kill(&supervisor->scribes[form]);
}

/* When somebody is to be started, if that is before `until_ns`. */
static uint64_t next_start(const struct dns_supervisor *supervisor, uint64_t until_ns)
{
    for (size_t form = 0; form < OPERATE_FORMS && !supervisor->is_written; form++) {
        const struct dns_scribe *scribe = &supervisor->scribes[form];

        if (scribe->path != NULL && scribe->pid == 0 && scribe->start_ns < until_ns)
            until_ns = scribe->start_ns;
    }
    if (supervisor->is_stopping || supervisor->change != DNS_CHANGE_NONE)
        return until_ns;
    for (size_t i = 0; i < supervisor->what->count; i++)
        if (supervisor->seats[i].pid == 0 && supervisor->seats[i].start_ns < until_ns)
            until_ns = supervisor->seats[i].start_ns;
    return until_ns;
}

/* How long to wait at most. */
static int wait_ms(const struct dns_supervisor *supervisor)
{
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t until_ns = next_start(supervisor, supervisor->until_ns);
    uint64_t left_ms;

    for (size_t i = 0; i < FORWARDER_LISTEN_MAX; i++)
        if (supervisor->left[i].shared.count > 0 && supervisor->left[i].until_ns < until_ns)
            until_ns = supervisor->left[i].until_ns;
    if (!supervisor->is_stopping && supervisor->watch_ns < until_ns)
        until_ns = supervisor->watch_ns;
    if (until_ns == FORWARDER_NEVER)
        return -1;
    if (until_ns <= now_ns)
        return 0;
    left_ms = (until_ns - now_ns) / NS_PER_MS + 1;
    return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

static bool is_any_shard_there(const struct dns_supervisor *supervisor)
{
    for (size_t i = 0; i < supervisor->what->count; i++)
        if (supervisor->seats[i].pid != 0)
            return true;
    return false;
}

static bool is_anybody_there(const struct dns_supervisor *supervisor)
{
    for (size_t form = 0; form < OPERATE_FORMS; form++)
        if (supervisor->scribes[form].pid != 0)
            return true;
    return supervisor->saver != 0 || is_any_shard_there(supervisor);
}

/* When no shard is there any more, nothing more comes to be written. */
static void end_scribes(struct dns_supervisor *supervisor)
{
    if (!supervisor->is_stopping || !supervisor->is_saved || supervisor->is_written ||
        is_any_shard_there(supervisor))
        return;
    supervisor->is_written = true;
    supervisor->until_ns = clock_monotonic_ns() + WRITING_NS;
    for (size_t form = 0; form < OPERATE_FORMS; form++)
        dns_scribe_stop(supervisor, &supervisor->scribes[form]);
}

/* Waits once and does all that came of it. */
static int turn(struct dns_supervisor *supervisor, struct err *err)
{
    struct epoll_event events[EVENTS_MAX];
    int count = epoll_wait(supervisor->guests.epoll_fd, events, EVENTS_MAX, wait_ms(supervisor));
    uint64_t now_ns = clock_monotonic_ns();

    if (count < 0 && errno != EINTR)
        return err_system(err, errno, "cannot wait for shards");
    for (int i = 0; i < count; i++)
        forwarder_guests_run(&supervisor->guests, (uint16_t)events[i].data.u64, events[i].events);
    look_at_time(supervisor, now_ns);
    if (!supervisor->is_stopping)
        dns_change_go_on(supervisor);
    start_due(supervisor, now_ns);
    look_ready(supervisor);
    end_scribes(supervisor);
    return 0;
}

static struct dns_supervisor *supervisor_new(const struct dns_supervision *what)
{
    struct dns_supervisor *supervisor = calloc(1, sizeof(*supervisor));

    if (supervisor == NULL)
        return NULL;
    supervisor->what = what;
    supervisor->started = what->settings;
    supervisor->until_ns = FORWARDER_NEVER;
    supervisor->signal_fd = -1;
    for (size_t form = 0; form < OPERATE_FORMS; form++)
        dns_scribe_init(&supervisor->scribes[form], (enum operate_scribe_form)form);
    supervisor->guests.epoll_fd = -1;
    for (size_t i = 0; i < what->count; i++)
        supervisor->seats[i] =
            (struct dns_seat){ .supervisor = supervisor, .number = i, .channel = -1 };
    return supervisor;
}

/* Closes and frees all, when no shard is there any more. */
static void supervisor_free_pointer(struct dns_supervisor **pointer)
{
    struct dns_supervisor *supervisor = *pointer;

    if (supervisor == NULL)
        return;
    dns_broker_kill(supervisor);
    dns_reading_end_pointer(&supervisor->reading);
    dns_operation_close(&supervisor->operation);
    for (size_t form = 0; form < OPERATE_FORMS; form++)
        dns_scribe_close(&supervisor->scribes[form]);
    for (size_t i = 0; i < supervisor->what->count; i++)
        if (supervisor->seats[i].shared != NULL)
            (void)munmap(supervisor->seats[i].shared, sizeof(struct operate_report));
    for (size_t i = 0; i < FORWARDER_LISTEN_MAX; i++) {
        forwarder_shared_close(&supervisor->at[i]);
        forwarder_shared_close(&supervisor->next_at[i]);
        forwarder_shared_close(&supervisor->left[i].shared);
    }
    fd_close(&supervisor->signal_fd);
    fd_close(&supervisor->guests.epoll_fd);
    dns_settings_free(supervisor->next);
    dns_settings_free(supervisor->now);
    free(supervisor);
}

/* Memory that a shard and its supervisor have, and no other. */
static int open_reports(struct dns_supervisor *supervisor, struct err *err)
{
    for (size_t i = 0; i < supervisor->what->count; i++) {
        void *shared = mmap(NULL, sizeof(struct operate_report), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);

        if (shared == MAP_FAILED)
            return err_system(err, errno, "no memory for what shards count");
        supervisor->seats[i].shared = shared;
    }
    return 0;
}

/* `owner` is the supervisor. */
static const struct forwarder_config *config_of(void *owner)
{
    const struct dns_supervisor *supervisor = owner;

    return &supervisor->config.core;
}

/* Opens what it is operated by. */
static int open_operation(struct dns_supervisor *supervisor, struct err *err)
{
    const struct dns_options *options = dns_settings_options(supervisor->started);
    struct operate_server server = {
        .several = &supervisor->several,
        .guests = &supervisor->guests,
        .started_ns = clock_monotonic_ns(),
    };

    supervisor->several = (struct operate_several){
        .count = supervisor->what->count,
        .shard = dns_seat_tell,
        .config = config_of,
        .hand_over = dns_broker_start,
        .owner = supervisor,
    };
    for (size_t form = 0; form < OPERATE_FORMS; form++)
        if (dns_scribe_open(&supervisor->scribes[form], options, supervisor->what->count, err) < 0)
            return err->number;
    return dns_operation_open_supervisor(&supervisor->operation, options, &server, err);
}

/* Opens all that a supervisor has, and gives up all that it does not need. */
static int open_all(struct dns_supervisor *supervisor, struct err *err)
{
    const struct dns_supervision *what = supervisor->what;
    struct forwarder_loop_config *config = &supervisor->config;

    supervisor->guests.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (supervisor->guests.epoll_fd < 0)
        return err_system(err, errno, "cannot wait for shards");
    if (getrandom(&supervisor->root, sizeof(supervisor->root), 0) !=
        (ssize_t)sizeof(supervisor->root))
        return err_system(err, EIO, "cannot draw a secret");
    if (open_signals(supervisor, err) < 0 ||
        dns_supervisor_configure(supervisor, what->settings, config, err) < 0 ||
        dns_supervisor_open(supervisor, config, err) < 0)
        return err->number;
    dns_supervisor_take_places(supervisor, 0);
    if (open_reports(supervisor, err) < 0 || open_operation(supervisor, err) < 0)
        return err->number;
    return dns_sandbox_enter(dns_settings_options(what->settings), what->user,
                             DNS_SANDBOX_SUPERVISOR, err);
}

int dns_supervise(const struct dns_supervision *what)
{
    CLEANUP(supervisor_free_pointer) struct dns_supervisor *supervisor = supervisor_new(what);
    struct err err = { 0 };
    int number = 0;

    REQUIRE(what->count >= 2);
    REQUIRE(what->count <= FORWARDER_LOOPS_MAX);
    if (supervisor == NULL)
        return err_set(&err, -ENOMEM, "no memory"), cli_fail(DNS_PROGRAM, &err, 1);
    dns_allow_descriptors();
    if (open_all(supervisor, &err) < 0)
        return cli_fail(DNS_PROGRAM, &err, 1);
    start_due(supervisor, clock_monotonic_ns());
    while (number == 0 && (!supervisor->is_stopping || is_anybody_there(supervisor)))
        number = turn(supervisor, &err);
    return number < 0 ? cli_fail(DNS_PROGRAM, &err, 1) : supervisor->status;
}
