/* A process that has the file, a socket from each shard, and nothing else. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "cli/dns/dnstap.h"
#include "cli/dns/sandbox.h"
#include "cli/dns/shards/supervisor_inside.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define NS_PER_S UINT64_C(1000000000)
/* A shard waits so long for one that does not take what it hands over. */
#define PATIENCE_S 4
/* So many messages of each shard belong to what there was, where another file begins. */
#define DRAIN_MAX 64

static const struct {
    const char *option;
    const char *process; /* its name */
} rows[OPERATE_FORMS] = {
    [OPERATE_LINES] = { "--query-log", "cupel-dns-lines" },
    [OPERATE_FRAMES] = { "--dnstap", "cupel-dns-tap" },
};

static int open_file(const struct dns_scribe *scribe)
{
    int fd;

    if (scribe->form == OPERATE_LINES)
        return operate_query_log_open_file(scribe->path);
    /* As the module has it: a FIFO must have its reader. */
    fd = open(scribe->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (fd < 0)
        return -errno;
    (void)fcntl(fd, F_SETFL, 0);
    return fd;
}

/* A socket for each shard. */
static int open_sockets(struct dns_scribe *scribe)
{
    struct timeval patience = { .tv_sec = PATIENCE_S };

    for (size_t i = 0; i < scribe->count; i++) {
        int ends[2];

        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
            return -errno;
        scribe->shards[i] = ends[0];
        scribe->ends[i] = ends[1];
        if (setsockopt(ends[0], SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0)
            return -errno;
    }
    return 0;
}

void dns_scribe_init(struct dns_scribe *scribe, enum operate_scribe_form form)
{
    *scribe = (struct dns_scribe){ .form = form, .fd = -1, .channel = -1 };
    for (size_t i = 0; i < FORWARDER_LOOPS_MAX; i++) {
        scribe->shards[i] = -1;
        scribe->ends[i] = -1;
    }
}

int dns_scribe_open(struct dns_scribe *scribe, const struct dns_options *options, size_t count,
                    struct err *err)
{
    const char *path =
        scribe->form == OPERATE_LINES ? options->query_log : dns_dnstap_file(options);
    void *tally;
    int number;

    if (path == NULL)
        return 0;
    scribe->path = path;
    scribe->count = count;
    scribe->fd = open_file(scribe);
    if (scribe->fd < 0)
        return err_system(err, -scribe->fd, "%s: '%s'", rows[scribe->form].option, path);
    number = open_sockets(scribe);
    if (number < 0)
        return err_system(err, -number, "%s: no sockets for shards", rows[scribe->form].option);
    tally = mmap(NULL, sizeof(*scribe->tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                 -1, 0);
    if (tally == MAP_FAILED)
        return err_system(err, errno, "%s: no memory", rows[scribe->form].option);
    scribe->tally = tally;
    return 0;
}

/* The process, and how far it is. */
struct writing {
    const struct dns_scribe *of;
    struct operate_scribe scribe;
    int channel;
    bool is_over;
};

/* Writes what is there. */
static void drain(struct writing *writing)
{
    for (size_t i = 0; i < writing->of->count; i++)
        for (int turn = 0; turn < DRAIN_MAX; turn++)
            if (!operate_scribe_take(&writing->scribe, i, writing->of->ends[i]))
                break;
}

/* Another file, or the end. */
static void obey(struct writing *writing)
{
    struct dns_order order;
    int number = dns_order_receive(writing->channel, &order);

    if (number == -EAGAIN)
        return;
    drain(writing);
    operate_scribe_end(&writing->scribe);
    if (number <= 0 || order.kind != DNS_ORDER_REOPEN) {
        writing->is_over = true;
        return;
    }
    fd_close(&writing->scribe.fd);
    writing->scribe.fd = order.listen[0].tcp_fd;
    (void)operate_scribe_begin(&writing->scribe);
}

static void write_all(struct writing *writing)
{
    const struct dns_scribe *of = writing->of;
    struct pollfd waits[FORWARDER_LOOPS_MAX + 1];

    for (size_t i = 0; i < of->count; i++)
        waits[i] = (struct pollfd){ .fd = of->ends[i], .events = POLLIN };
    waits[of->count] = (struct pollfd){ .fd = writing->channel, .events = POLLIN };
    while (!writing->is_over) {
        if (poll(waits, of->count + 1, -1) < 0)
            continue;
        for (size_t i = 0; i < of->count; i++)
            if (waits[i].revents != 0)
                (void)operate_scribe_take(&writing->scribe, i, of->ends[i]);
        if (waits[of->count].revents != 0)
            obey(writing);
    }
}

/* Gives up all that it does not need. */
static int begin(const struct dns_supervisor *supervisor, struct writing *writing, struct err *err)
{
    const struct dns_options *options = dns_settings_options(supervisor->started);
    const struct dns_scribe *of = writing->of;
    struct dns_user nobody = { 0 };
    int kept[FORWARDER_LOOPS_MAX + 2];
    int number;

    memcpy(kept, of->ends, sizeof(of->ends));
    kept[of->count] = writing->channel;
    kept[of->count + 1] = of->fd;
    for (size_t i = 0; i < supervisor->what->count; i++)
        (void)munmap(supervisor->seats[i].shared, sizeof(struct operate_report));
    if (kernel_process_set_death_signal(SIGKILL, err) < 0 ||
        kernel_process_close_others(STDERR_FILENO + 1, kept, of->count + 2, err) < 0 ||
        dns_sandbox_enter(options, &nobody, DNS_SANDBOX_SHARD, err) < 0)
        return -1;
    number = operate_scribe_begin(&writing->scribe);
    if (number < 0)
        return err_system(err, -number, "%s: '%s'", rows[of->form].option, of->path);
    return 0;
}

/* In the new process. */
static _Noreturn void become_scribe(const struct dns_supervisor *supervisor,
                                    const struct dns_scribe *scribe, int channel, pid_t parent)
{
    struct writing writing = {
        .of = scribe,
        .scribe = { scribe->form, DNSTAP_CONTENT_TYPE, scribe->fd, scribe->tally },
        .channel = channel,
    };
    struct err err = { 0 };

    (void)prctl(PR_SET_NAME, rows[scribe->form].process);
    if (begin(supervisor, &writing, &err) < 0)
        exit(cli_fail(DNS_PROGRAM, &err, 1));
    if (getppid() == parent)
        write_all(&writing);
    exit(0);
}

void dns_scribe_start(const struct dns_supervisor *supervisor, struct dns_scribe *scribe,
                      uint64_t now_ns)
{
    pid_t parent = getpid();
    int ends[2];
    pid_t pid;

    if (scribe->path == NULL || scribe->pid != 0 || scribe->start_ns > now_ns)
        return;
    scribe->start_ns = now_ns + NS_PER_S; /* where this one fails, the next one */
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return;
    (void)fflush(NULL);
    pid = fork();
    if (pid == 0)
        become_scribe(supervisor, scribe, ends[1], parent);
    fd_close(&ends[1]);
    if (pid < 0) {
        fd_close(&ends[0]);
        return;
    }
    scribe->pid = pid;
    scribe->channel = ends[0];
}

/* Whether the open file is still what has the name. */
static bool is_current(const struct dns_scribe *scribe)
{
    struct stat open = { 0 };
    struct stat named = { 0 };

    return fstat(scribe->fd, &open) == 0 && stat(scribe->path, &named) == 0 &&
           open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

void dns_scribe_reopen(struct dns_scribe *scribe)
{
    struct dns_order order = { .kind = DNS_ORDER_REOPEN, .listen_count = 1 };
    int fd;

    /* Frames go to a file that is made anew: to the same one they go on. */
    if (scribe->path == NULL || (scribe->form == OPERATE_FRAMES && is_current(scribe)))
        return;
    fd = open_file(scribe);
    if (fd < 0)
        return;
    fd_close(&scribe->fd);
    scribe->fd = fd;
    order.listen[0].tcp_fd = fd;
    if (scribe->pid > 0 && dns_order_send(scribe->channel, &order) < 0)
        dns_scribe_kill(scribe);
}

void dns_scribe_stop(const struct dns_supervisor *supervisor, struct dns_scribe *scribe)
{
    static const struct dns_order order = { .kind = DNS_ORDER_STOP };

    scribe->start_ns = 0;
    dns_scribe_start(supervisor, scribe, 0);
    if (scribe->pid > 0 && dns_order_send(scribe->channel, &order) < 0)
        dns_scribe_kill(scribe);
}

void dns_scribe_kill(const struct dns_scribe *scribe)
{
    if (scribe->pid > 0)
        (void)kill(scribe->pid, SIGKILL);
}

void dns_scribe_reap(struct dns_scribe *scribe, bool is_expected)
{
    struct err err = { 0 };
    int status = 0;

    if (scribe->pid == 0 || waitpid(scribe->pid, &status, WNOHANG) != scribe->pid)
        return;
    if (!is_expected) {
        (void)err_set(&err, -1, "%s: the process that writes it (%d) has ended: it is started anew",
                      rows[scribe->form].option, (int)scribe->pid);
        (void)cli_fail(DNS_PROGRAM, &err, 0);
    }
    scribe->pid = 0;
    fd_close(&scribe->channel);
}

uint64_t dns_scribe_lost(const struct dns_scribe *scribe, size_t place)
{
    return scribe->tally == NULL ? 0 : operate_scribe_lost(scribe->tally, place);
}

void dns_scribe_close(struct dns_scribe *scribe)
{
    int status;

    dns_scribe_kill(scribe);
    if (scribe->pid > 0)
        (void)waitpid(scribe->pid, &status, 0);
    for (size_t i = 0; i < scribe->count; i++) {
        fd_close(&scribe->shards[i]);
        fd_close(&scribe->ends[i]);
    }
    fd_close(&scribe->channel);
    fd_close(&scribe->fd);
    if (scribe->tally != NULL)
        (void)munmap(scribe->tally, sizeof(*scribe->tally));
    dns_scribe_init(scribe, scribe->form);
}
