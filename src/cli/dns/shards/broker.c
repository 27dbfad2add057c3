/* A request that all shards do is a process of its own, so that the supervisor never waits. */
#include "operate/broker.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/dns/shards/supervisor_inside.h"
#include "kernel/process.h"
#include "operate/command.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_BYTES_MAX 4096

/* What such a process does. */
struct errand {
    int client; /* -1: it writes the cache's file */
    const struct operate_request *request;
    struct bytes line;
    struct bytes behind;
};

static void close_shards(const struct operate_broker *broker)
{
    for (size_t i = 0; i < broker->count; i++)
        (void)close(broker->shards[i]);
}

/* Gives each shard that answers a connection to serve, and keeps the other end. */
static void connect_shards(const struct dns_supervisor *supervisor, struct operate_broker *broker)
{
    for (size_t i = 0; i < supervisor->what->count; i++) {
        const struct dns_seat *seat = &supervisor->seats[i];
        struct dns_order order = { .kind = DNS_ORDER_SERVE, .listen_count = 1 };
        int ends[2];

        if (seat->pid == 0 || !seat->is_ready ||
            socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0)
            continue;
        order.listen[0].tcp_fd = ends[1];
        dns_seat_order(seat, &order);
        fd_close(&ends[1]);
        broker->names[broker->count] = i + 1;
        broker->shards[broker->count++] = ends[0];
    }
}

/* Gives up all that it does not need. */
static int begin(const struct dns_supervisor *supervisor, const struct operate_broker *broker,
                 int client, struct err *err)
{
    const struct dns_options *options = dns_settings_options(supervisor->started);
    struct dns_user nobody = { 0 };
    int kept[FORWARDER_LOOPS_MAX + 1];

    memcpy(kept, broker->shards, sizeof(broker->shards));
    kept[broker->count] = client;
    if (kernel_process_set_death_signal(SIGKILL, err) < 0 ||
        kernel_process_close_others(STDERR_FILENO + 1, kept, broker->count + 1, err) < 0)
        return -1;
    return dns_sandbox_enter(options, &nobody, DNS_SANDBOX_SHARD, err);
}

/* In the new process. */
static _Noreturn void run(const struct dns_supervisor *supervisor,
                          const struct operate_broker *broker, const struct errand *errand,
                          pid_t parent)
{
    const char *path = dns_settings_options(supervisor->started)->cache_file;
    struct err err = { 0 };

    if (begin(supervisor, broker, errand->client, &err) < 0 || getppid() != parent)
        exit(1);
    if (errand->client >= 0) {
        operate_broker_run(broker, errand->client, errand->request, errand->line, errand->behind);
    } else if (operate_broker_save(broker, path, &err) < 0) {
        (void)err_prefix(&err, "--cache-file");
        (void)cli_fail(DNS_PROGRAM, &err, 0);
    }
    exit(0);
}

/* Starts such a process; its number, or -1 where there is none. */
static pid_t start(struct dns_supervisor *supervisor, const struct errand *errand)
{
    size_t octets = supervisor->config.core.cache.bytes;
    struct operate_broker broker = { .bytes_max = 2 * octets + 65536 + 2 * FORWARDER_LOOPS_MAX };
    pid_t parent = getpid();
    pid_t pid;

    connect_shards(supervisor, &broker);
    (void)fflush(NULL);
    pid = broker.count > 0 ? fork() : -1;
    if (pid == 0)
        run(supervisor, &broker, errand, parent);
    close_shards(&broker);
    return pid;
}

/* Says that it cannot be done now. */
static void refuse(int client)
{
    CLEANUP(operate_buffer_done) struct operate_buffer out = { .max = ANSWER_BYTES_MAX };
    struct err err = { 0 };

    (void)err_set(&err, -EBUSY, "no shard answers, or too much is asked of them at once");
    if (operate_command_refuse(&err, &out))
        (void)send(client, out.at, out.size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void dns_broker_start(void *owner, int client, const struct operate_request *request,
                      struct bytes line, struct bytes behind)
{
    struct dns_supervisor *supervisor = owner;
    const struct errand errand = { client, request, line, behind };
    CLEANUP(fd_close) int owned = client;
    size_t place = 0;
    pid_t pid = -1;

    while (place < DNS_BROKERS_MAX && supervisor->brokers[place] != 0)
        place += 1;
    if (place < DNS_BROKERS_MAX && !supervisor->is_stopping)
        pid = start(supervisor, &errand);
    if (pid < 0) {
        refuse(owned);
        return;
    }
    supervisor->brokers[place] = pid;
    if (request->command == OPERATE_REOPEN)
        dns_supervisor_reopen(supervisor);
    if (request->command == OPERATE_LOG) { /* those that are started anew shall know it */
        supervisor->level = request->level;
        supervisor->has_level = true;
    }
}

bool dns_broker_save(struct dns_supervisor *supervisor)
{
    static const struct errand errand = { .client = -1 };
    pid_t pid;

    if (dns_settings_options(supervisor->started)->cache_file == NULL || !supervisor->has_begun)
        return false;
    pid = start(supervisor, &errand);
    supervisor->saver = pid > 0 ? pid : 0;
    return pid > 0;
}

static bool has_ended(pid_t pid)
{
    int status;

    return pid > 0 && waitpid(pid, &status, WNOHANG) == pid;
}

void dns_broker_reap(struct dns_supervisor *supervisor)
{
    for (size_t i = 0; i < DNS_BROKERS_MAX; i++)
        if (has_ended(supervisor->brokers[i]))
            supervisor->brokers[i] = 0;
    if (has_ended(supervisor->saver))
        supervisor->saver = 0;
}

static void end(pid_t *pid)
{
    int status;

    if (*pid <= 0)
        return;
    (void)kill(*pid, SIGKILL);
    (void)waitpid(*pid, &status, 0);
    *pid = 0;
}

void dns_broker_kill(struct dns_supervisor *supervisor)
{
    for (size_t i = 0; i < DNS_BROKERS_MAX; i++)
        end(&supervisor->brokers[i]);
    end(&supervisor->saver);
}
