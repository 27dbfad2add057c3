/* Sockets as a configuration wants them: places that are listened on, lanes to upstreams. */
#include "forwarder/io/loop_inside.h"

#include "base/fd.h"
#include "base/require.h"
#include "forwarder/io/endpoint.h"
#include "forwarder/io/tcp.h"

#include <errno.h>
#include <sys/epoll.h>

/* Whether the two addresses are so that a datagram to `upstream` arrives at `listen`. */
static bool leads_to(const struct forwarder_address *upstream,
                     const struct forwarder_address *listen)
{
    if (upstream->port != listen->port || upstream->size != listen->size)
        return false;
    return forwarder_address_equal(upstream, listen) ||
           (forwarder_endpoint_is_any(listen) && forwarder_udp_is_local(upstream));
}

/* A forwarder that asks itself would answer nothing and be busy with it. */
int forwarder_loop_check_upstream(const struct forwarder_loop_config *config,
                                  const struct forwarder_address *upstream, struct err *err)
{
    char name[FORWARDER_ENDPOINT_TEXT_MAX];
    char own_name[FORWARDER_ENDPOINT_TEXT_MAX];

    forwarder_endpoint_format(upstream, name);
    if (forwarder_endpoint_is_any(upstream))
        return err_set(err, -EINVAL, "upstream %s is not the address of one machine", name);
    for (size_t i = 0; i < config->listen_count; i++) {
        if (leads_to(upstream, &config->listen[i].address))
            return err_set(err, -ELOOP, "upstream %s is this forwarder itself, which listens on %s",
                           name, forwarder_endpoint_format(&config->listen[i].address, own_name));
    }
    return 0;
}

int forwarder_loop_watch(const struct forwarder_loop *loop, int fd, uint64_t word, struct err *err)
{
    struct epoll_event event = { .events = EPOLLIN, .data.u64 = word };

    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        return err_system(err, errno, "cannot wait on a socket");
    return 0;
}

static int open_udp(const struct forwarder_listen *listen, int *ret_fd, struct err *err)
{
    int number;

    if (listen->udp_fd == 0)
        return forwarder_udp_listen(&listen->address, ret_fd, err);
    number = forwarder_udp_adopt(&listen->address, listen->udp_fd, err);
    if (number == 0)
        *ret_fd = listen->udp_fd;
    return number;
}

int forwarder_loop_open_place(struct forwarder_loop *loop, size_t place,
                              const struct forwarder_listen *listen, struct err *err)
{
    int number = 0;

    REQUIRE(!loop->places[place].is_taken);
    if (!listen->has_tls)
        number = open_udp(listen, &loop->client_fds[place], err);
    if (listen->may_be_missing && (number == -EADDRNOTAVAIL || number == -EAFNOSUPPORT))
        return 0;
    if (loop->listen_count <= place)
        loop->listen_count = place + 1;
    if (number == 0 && loop->has_tcp)
        number =
            listen->tcp_fd != 0
                ? forwarder_tcp_adopt(loop->tcp, place, listen->tcp_fd, listen->has_tls, err)
                : forwarder_tcp_listen(loop->tcp, place, &listen->address, listen->has_tls, err);
    if (number < 0) {
        forwarder_loop_close_place(loop, place);
        return number;
    }
    loop->places[place] = (struct forwarder_loop_place){ .is_taken = true, .listen = *listen };
    return 0;
}

void forwarder_loop_set_receive_buffer(struct forwarder_loop *loop, uint32_t wanted)
{
    loop->receive_buffer_wanted = wanted;
    for (size_t i = 0; i < loop->listen_count; i++) {
        if (loop->places[i].is_taken && loop->client_fds[i] >= 0)
            loop->places[i].receive_buffer =
                forwarder_udp_set_receive_buffer(loop->client_fds[i], wanted);
    }
}

uint32_t forwarder_loop_receive_buffer(const struct forwarder_loop *loop)
{
    uint32_t least = 0;

    for (size_t i = 0; i < loop->listen_count; i++) {
        uint32_t own = loop->places[i].receive_buffer;

        if (own != 0 && (least == 0 || own < least))
            least = own;
    }
    return least;
}

void forwarder_loop_say_receive_buffer(struct forwarder_loop *loop)
{
    uint32_t given = forwarder_loop_receive_buffer(loop);
    struct err sentence = { 0 };

    if (loop->say == NULL || given == 0 || given >= loop->receive_buffer_wanted)
        return;
    (void)err_set(&sentence, -ENOBUFS,
                  "--receive-buffer: %lu octets are more than the system gives, which are %lu "
                  "(net.core.rmem_max)",
                  (unsigned long)loop->receive_buffer_wanted, (unsigned long)given);
    loop->say(loop, sentence.sentence);
}

void forwarder_loop_close_place(struct forwarder_loop *loop, size_t place)
{
    fd_close(&loop->client_fds[place]);
    forwarder_tcp_unlisten(loop->tcp, place, loop->now_ns);
    loop->places[place] = (struct forwarder_loop_place){ 0 };
}

int forwarder_loop_open_lanes(const struct forwarder_loop *loop,
                              const struct forwarder_loop_config *config,
                              const struct forwarder_loop_lanes *lanes, struct err *err)
{
    const struct forwarder_address *address = &config->core.upstreams[lanes->upstream];
    bool has_datagrams = config->core.transports[lanes->upstream] == FORWARDER_OVER_UDP;
    size_t count = has_datagrams ? config->core.lanes : 1;
    int number = forwarder_loop_check_upstream(config, address, err);

    for (size_t i = 0; number == 0 && i < count; i++) {
        size_t socket = lanes->slot * config->core.lanes + i;

        number = forwarder_udp_connect(address, &lanes->fds[i], err);
        if (number == 0 && !has_datagrams)
            fd_close(&lanes->fds[i]); /* it was to see whether there is a way at all */
        else if (number == 0)
            number = forwarder_loop_watch(
                loop, lanes->fds[i], forwarder_event_of(FORWARDER_EVENT_UPSTREAMS, socket), err);
    }
    for (size_t i = 0; number < 0 && i < config->core.lanes; i++)
        fd_close(&lanes->fds[i]);
    return number;
}

void forwarder_loop_take_slot(struct forwarder_loop *loop, size_t slot,
                              const struct forwarder_server *server)
{
    loop->slots[slot] = (struct forwarder_loop_slot){ true, *server };
    forwarder_tcp_set_server(loop->tcp, slot, server);
}

void forwarder_loop_close_slot(struct forwarder_loop *loop, size_t slot)
{
    uint16_t lanes = loop->core.config.lanes;

    for (size_t i = 0; i < lanes; i++) {
        fd_close(&loop->upstream_fds[slot * lanes + i]);
        forwarder_tcp_leave(loop->tcp, slot * lanes + i);
    }
    loop->slots[slot] = (struct forwarder_loop_slot){ 0 };
}
