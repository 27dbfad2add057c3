/* Each connection is a small state machine: it reads a line, and then writes until it is empty. */
#include "operate/control.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "operate/command.h"
#include "operate/dump.h"
#include "operate/load.h"
#include "operate/local.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* What waits to be read by one client at most: the largest answer of a dump fits. */
#define OUT_BYTES_MAX ((size_t)16 << 20)
/* A dump goes on when less than this waits, and by as much in one turn of the loop. */
#define PIECE_BYTES ((size_t)32 << 10)
/* So much of what is to be loaded is read in one turn. */
#define LOAD_BYTES ((size_t)256 << 10)
#define NS_PER_S UINT64_C(1000000000)
/* So long a client may need for its request in all, */
#define REQUEST_NS (3 * NS_PER_S)
/* and so long it may not read. */
#define READING_NS (30 * NS_PER_S)

struct client {
    struct operate_control *control;
    int fd;             /* -1: nobody */
    uint64_t active_ns; /* when it came, or last read */
    bool is_answered;   /* its request was read */
    bool is_ending;     /* nothing more comes: it is closed when all is written */
    size_t in_size;
    char in[OPERATE_REQUEST_MAX + 1];
    struct operate_buffer out;
    struct operate_dump *dump;
    struct operate_load *load; /* what it sends behind its request */
};

struct operate_control {
    struct operate_server *server;
    struct operate_local local;
    int timer_fd;
    bool is_timer_on;
    bool is_full; /* others are not accepted */
    struct client clients[OPERATE_CONTROL_CLIENTS_MAX];
};

static struct forwarder_guests *guests_of(const struct operate_control *control)
{
    return control->server->guests;
}

/* The timer ticks each second while there are clients. */
static void set_timer(struct operate_control *control, bool is_on)
{
    struct itimerspec each_second = {
        .it_interval.tv_sec = is_on,
        .it_value.tv_sec = is_on,
    };

    if (control->is_timer_on != is_on)
        (void)timerfd_settime(control->timer_fd, 0, &each_second, NULL);
    control->is_timer_on = is_on;
}

static void set_full(struct operate_control *control, bool is_full)
{
    if (control->is_full != is_full && control->local.fd >= 0)
        forwarder_guests_change(guests_of(control), control->local.fd, is_full ? 0 : EPOLLIN);
    control->is_full = is_full;
}

static void close_client(struct client *client)
{
    if (client->fd < 0)
        return;
    forwarder_guests_leave(guests_of(client->control), client->fd);
    fd_close(&client->fd);
    operate_buffer_done(&client->out);
    operate_dump_free(client->dump);
    client->dump = NULL;
    operate_load_free(client->load);
    client->load = NULL;
    set_full(client->control, false);
}

/* Lets the one who dumps go on, or says that another does. */
static void begin_dump(struct client *client, enum operate_command command)
{
    struct operate_control *control = client->control;
    struct forwarder *forwarder = forwarder_loop_core(control->server->loop);
    enum operate_dump_form form = command == OPERATE_SAVE ? OPERATE_DUMP_STORE : OPERATE_DUMP_TEXT;
    struct operate_request request = { .command = command };
    struct err err = { 0 };

    for (size_t i = 0; i < OPERATE_CONTROL_CLIENTS_MAX; i++)
        if (control->clients[i].dump != NULL)
            (void)err_set(&err, -EBUSY, "another dump is being made");
    if (err.number == 0) {
        client->dump = operate_dump_new(forwarder, form);
        if (client->dump == NULL)
            (void)err_set(&err, -ENOMEM, "no memory");
    }
    if (err.number < 0)
        (void)operate_command_refuse(&err, &client->out);
    else
        (void)operate_command_run(control->server, &request, &client->out);
}

/* Refuses with a sentence; nothing more comes. */
static void refuse(struct client *client, const struct err *err)
{
    (void)operate_command_refuse(err, &client->out);
    client->is_answered = true;
    client->is_ending = true;
}

/* Takes what came behind the request, of what is to come. */
static void begin_load(struct client *client, uint64_t size, struct bytes behind)
{
    struct err err = { 0 };
    uint8_t *at;

    if (operate_load_new(client->control->server, size, &client->load, &err) == 0 &&
        behind.size > size)
        (void)err_set(&err, -EINVAL, "there is more than was said");
    if (err.number < 0) {
        refuse(client, &err);
        return;
    }
    (void)operate_load_missing(client->load, &at);
    if (behind.size > 0)
        memcpy(at, behind.at, behind.size);
    operate_load_add(client->load, behind.size);
    client->is_answered = operate_load_missing(client->load, &at) == 0;
}

/* Lets all of several do what was asked for, who answer by themselves. */
static void hand_over(struct client *client, const struct operate_request *request,
                      struct bytes line, struct bytes behind)
{
    const struct operate_several *several = client->control->server->several;

    forwarder_guests_leave(guests_of(client->control), client->fd);
    several->hand_over(several->owner, fd_take(&client->fd), request, line, behind);
    set_full(client->control, false);
}

/* Answers the line that was read, behind which is what has come already. */
static void answer(struct client *client, struct bytes line, struct bytes behind)
{
    struct operate_request request = { 0 };
    struct err err = { 0 };

    client->active_ns = clock_monotonic_ns();
    if (operate_request_read(line, &request, &err) < 0) {
        refuse(client, &err);
        return;
    }
    if (client->control->server->several != NULL && request.command >= OPERATE_FLUSH) {
        hand_over(client, &request, line, behind);
        return;
    }
    if (request.command == OPERATE_LOAD) {
        begin_load(client, request.size, behind);
        return;
    }
    client->is_answered = true;
    if (request.command == OPERATE_DUMP || request.command == OPERATE_SAVE)
        begin_dump(client, request.command);
    else
        (void)operate_command_run(client->control->server, &request, &client->out);
    client->is_ending = client->dump == NULL;
}

/* Reads what is to be loaded; false where there is nobody any more. */
static bool read_load(struct client *client)
{
    uint8_t *at;
    size_t missing = operate_load_missing(client->load, &at);
    ssize_t size = recv(client->fd, at, missing < LOAD_BYTES ? missing : LOAD_BYTES, 0);

    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    client->active_ns = clock_monotonic_ns();
    operate_load_add(client->load, (size_t)size);
    client->is_answered = (size_t)size == missing;
    return size > 0;
}

/* Goes on with what is there to be loaded, and answers when that is done. */
static void go_on_loading(struct client *client)
{
    struct operate_cache_file read = { 0 };
    struct err err = { 0 };
    int number = operate_load_step(client->load, &read, &err);

    client->active_ns = clock_monotonic_ns();
    if (number > 0)
        return;
    operate_load_free(client->load);
    client->load = NULL;
    client->is_ending = true;
    if (number < 0)
        refuse(client, &err);
    else
        (void)operate_command_tell_load(&read, &client->out);
}

/* Reads more of the line; false where there is nobody any more. */
static bool read_more(struct client *client)
{
    size_t room = sizeof(client->in) - client->in_size;
    ssize_t size = recv(client->fd, client->in + client->in_size, room, 0);
    const char *end;

    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    client->in_size += (size_t)size;
    end = memchr(client->in, '\n', client->in_size);
    if (end != NULL)
        answer(client, bytes_of(client->in, (size_t)(end - client->in)),
               bytes_of(end + 1, (size_t)(client->in + client->in_size - end) - 1));
    else if (client->in_size == sizeof(client->in)) /* too long: that is the answer */
        answer(client, bytes_of(client->in, client->in_size), (struct bytes){ 0 });
    return client->fd >= 0 && (end != NULL || size > 0);
}

/* Writes what the client takes; false where it is done with, or there is nobody any more. */
static bool write_more(struct client *client)
{
    ssize_t size = 0;

    if (client->dump != NULL && client->out.size < PIECE_BYTES &&
        !operate_dump_next(client->dump, clock_monotonic_ns(), PIECE_BYTES, &client->out)) {
        operate_dump_free(client->dump);
        client->dump = NULL;
        client->is_ending = true;
    }
    if (client->out.size > 0)
        size = send(client->fd, client->out.at, client->out.size, MSG_NOSIGNAL);
    if (size < 0)
        return errno == EAGAIN || errno == EINTR;
    if (size > 0)
        client->active_ns = clock_monotonic_ns();
    operate_buffer_take(&client->out, (size_t)size);
    return client->out.size > 0 || !client->is_ending;
}

static void run_client(void *owner, uint32_t events)
{
    struct client *client = owner;
    bool goes_on = (events & EPOLLERR) == 0;

    if (goes_on && !client->is_answered)
        goes_on = client->load == NULL ? read_more(client) : read_load(client);
    if (goes_on && client->is_answered && client->load != NULL)
        go_on_loading(client);
    if (goes_on && client->is_answered)
        goes_on = write_more(client);
    if (!goes_on)
        close_client(client);
    else
        forwarder_guests_change(guests_of(client->control), client->fd,
                                client->is_answered ? EPOLLOUT : EPOLLIN);
}

static void take_client(struct operate_control *control, struct client *client, int fd)
{
    struct forwarder_guest guest = {
        .fd = fd,
        .events = EPOLLIN,
        .run = run_client,
        .owner = client,
    };
    struct err err;

    *client = (struct client){
        .control = control,
        .fd = fd,
        .active_ns = clock_monotonic_ns(),
        .out = { .max = OUT_BYTES_MAX },
    };
    if (forwarder_guests_join(guests_of(control), &guest, &err) < 0)
        fd_close(&client->fd);
    set_timer(control, true);
}

/* Takes one who comes; where all places are taken, the others wait. */
static void run_listener(void *owner, uint32_t events)
{
    struct operate_control *control = owner;
    size_t place = 0;
    int fd;

    (void)events;
    while (place < OPERATE_CONTROL_CLIENTS_MAX && control->clients[place].fd >= 0)
        place += 1;
    if (place == OPERATE_CONTROL_CLIENTS_MAX) {
        set_full(control, true);
        return;
    }
    fd = operate_local_accept(&control->local);
    if (fd >= 0)
        take_client(control, &control->clients[place], fd);
    else if (fd == -EMFILE || fd == -ENFILE)
        set_full(control, true); /* until the timer's next tick */
    set_timer(control, true);
}

/* Closes those who let us wait for too long. */
static void run_timer(void *owner, uint32_t events)
{
    struct operate_control *control = owner;
    uint64_t now_ns = clock_monotonic_ns();
    uint64_t ticks;
    bool is_anybody = false;

    (void)events;
    (void)!read(control->timer_fd, &ticks, sizeof(ticks));
    for (size_t i = 0; i < OPERATE_CONTROL_CLIENTS_MAX; i++) {
        struct client *client = &control->clients[i];

        if (client->fd >= 0 &&
            now_ns - client->active_ns > (client->is_answered ? READING_NS : REQUEST_NS))
            close_client(client);
        is_anybody = is_anybody || client->fd >= 0;
    }
    set_full(control, false);
    set_timer(control, is_anybody);
}

static int join(struct operate_control *control, int fd, forwarder_guest_run run, struct err *err)
{
    struct forwarder_guest guest = { .fd = fd, .events = EPOLLIN, .run = run, .owner = control };

    return forwarder_guests_join(guests_of(control), &guest, err);
}

int operate_control_new(struct operate_server *server, struct operate_control **ret_control,
                        struct err *err)
{
    CLEANUP(operate_control_close_pointer) struct operate_control *control =
        calloc(1, sizeof(*control));

    if (control == NULL)
        return err_set(err, -ENOMEM, "no memory");
    control->server = server;
    for (size_t i = 0; i < OPERATE_CONTROL_CLIENTS_MAX; i++)
        control->clients[i] = (struct client){ .control = control, .fd = -1 };
    control->local.fd = -1;
    control->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (control->timer_fd < 0)
        return err_system(err, errno, "cannot measure time");
    if (join(control, control->timer_fd, run_timer, err) < 0)
        return err->number;
    *ret_control = control;
    control = NULL;
    return 0;
}

int operate_control_open(const char *path, struct operate_server *server,
                         struct operate_control **ret_control, struct err *err)
{
    CLEANUP(operate_control_close_pointer) struct operate_control *control = NULL;
    int number = operate_control_new(server, &control, err);

    if (number == 0)
        number = operate_local_listen(path, &control->local, err);
    if (number == 0)
        number = join(control, control->local.fd, run_listener, err);
    if (number < 0)
        return number;
    *ret_control = control;
    control = NULL;
    return 0;
}

void operate_control_take(struct operate_control *control, int fd)
{
    size_t place = 0;

    while (place < OPERATE_CONTROL_CLIENTS_MAX && control->clients[place].fd >= 0)
        place += 1;
    if (place == OPERATE_CONTROL_CLIENTS_MAX)
        fd_close(&fd);
    else
        take_client(control, &control->clients[place], fd);
}

void operate_control_close(struct operate_control *control)
{
    if (control == NULL)
        return;
    for (size_t i = 0; i < OPERATE_CONTROL_CLIENTS_MAX; i++)
        close_client(&control->clients[i]);
    if (control->local.fd >= 0)
        forwarder_guests_leave(guests_of(control), control->local.fd);
    if (control->timer_fd >= 0)
        forwarder_guests_leave(guests_of(control), control->timer_fd);
    fd_close(&control->timer_fd);
    operate_local_close(&control->local);
    free(control);
}

void operate_control_close_pointer(struct operate_control **control)
{
    operate_control_close(*control);
    *control = NULL;
}
