/* A few lines of our own in place of libsystemd. */
#include "cli/dns/service.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/text_format.h"
#include "forwarder/io/endpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The first descriptor that is passed. */
#define FIRST_FD 3
#define PASSED_MAX (2 * FORWARDER_LISTEN_MAX)
#define NS_PER_US 1000U

/* A decimal number in the environment, or 0. */
static unsigned long number_of(const char *name)
{
    const char *text = getenv(name);
    char *end = NULL;
    unsigned long number;

    if (text == NULL || text[0] < '0' || text[0] > '9')
        return 0;
    number = strtoul(text, &end, 10);
    return *end == '\0' ? number : 0;
}

static int option_of(int fd, int level, int name)
{
    int value = -1;
    socklen_t size = sizeof(value);

    return getsockopt(fd, level, name, &value, &size) < 0 ? -1 : value;
}

/* What a descriptor is that was passed: its address, and itself in the right place. */
static int look_at(int fd, struct forwarder_listen *ret_listen, struct err *err)
{
    struct sockaddr_storage socket = { 0 };
    socklen_t size = sizeof(socket);
    struct forwarder_listen listen = { 0 };
    int type = option_of(fd, SOL_SOCKET, SO_TYPE);

    if (type >= 0 && getsockname(fd, (struct sockaddr *)&socket, &size) == 0)
        listen.address = forwarder_endpoint_from_socket(&socket);
    if (listen.address.size == 0 || listen.address.port == 0)
        return err_set(err, -EINVAL, "descriptor %d, which was passed, is no socket with a port",
                       fd);
    if (type == SOCK_DGRAM)
        listen.udp_fd = fd;
    else if (type == SOCK_STREAM && option_of(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1)
        listen.tcp_fd = fd;
    else
        return err_set(err, -EINVAL,
                       "descriptor %d, which was passed, is neither a UDP socket nor "
                       "a TCP socket that listens",
                       fd);
    if (listen.address.size == 16 && forwarder_endpoint_is_any(&listen.address) &&
        option_of(fd, IPPROTO_IPV6, IPV6_V6ONLY) != 1)
        return err_set(err, -EINVAL,
                       "descriptor %d, which was passed, takes IPv4 too; pass a "
                       "socket for each (BindIPv6Only=ipv6-only)",
                       fd);
    *ret_listen = listen;
    return 0;
}

/* The listen with this address among them, or NULL. */
static struct forwarder_listen *find(struct forwarder_listen *listens, size_t count,
                                     const struct forwarder_address *address)
{
    for (size_t i = 0; i < count; i++)
        if (forwarder_address_equal(&listens[i].address, address))
            return &listens[i];
    return NULL;
}

/* Puts a socket beside the other one of its address, or in a new place. */
static int add(struct dns_service *service, const struct forwarder_listen *listen, struct err *err)
{
    struct forwarder_listen *place = find(service->listen, service->count, &listen->address);
    char name[FORWARDER_ENDPOINT_TEXT_MAX];

    if (place == NULL && service->count == FORWARDER_LISTEN_MAX)
        return err_set(err, -E2BIG, "sockets of more than %d addresses were passed",
                       FORWARDER_LISTEN_MAX);
    if (place == NULL) {
        service->listen[service->count++] = *listen;
        return 0;
    }
    if ((listen->udp_fd != 0 && place->udp_fd != 0) || (listen->tcp_fd != 0 && place->tcp_fd != 0))
        return err_set(err, -EEXIST, "two sockets for %s were passed",
                       forwarder_endpoint_format(&listen->address, name));
    place->udp_fd += listen->udp_fd;
    place->tcp_fd += listen->tcp_fd;
    return 0;
}

static int take_sockets(struct dns_service *service, struct err *err)
{
    unsigned long count = number_of("LISTEN_FDS");

    if (count == 0 || number_of("LISTEN_PID") != (unsigned long)getpid())
        return 0;
    if (count > PASSED_MAX)
        return err_set(err, -E2BIG, "more than %d sockets were passed", PASSED_MAX);
    for (unsigned long i = 0; i < count; i++) {
        int fd = FIRST_FD + (int)i;
        struct forwarder_listen listen;
        int number = look_at(fd, &listen, err);

        if (number == 0)
            number = add(service, &listen, err);
        if (number < 0)
            return number;
        (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
        (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    }
    return 0;
}

/* Connects to the socket of the manager, which is a path, or an abstract name behind '@'. */
static int open_notify(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    CLEANUP(fd_close) int fd = -1;
    size_t size;

    if (path == NULL || (path[0] != '/' && path[0] != '@'))
        return -1;
    size = strlen(path);
    if (size >= sizeof(address.sun_path))
        return -1;
    memcpy(address.sun_path, path, size);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)) < 0)
        return -1;
    return fd_take(&fd);
}

int dns_service_open(struct dns_service *ret_service, struct err *err)
{
    int number;

    *ret_service = (struct dns_service){ .notify_fd = -1 };
    number = take_sockets(ret_service, err);
    if (number == 0)
        ret_service->notify_fd = open_notify();
    (void)unsetenv("LISTEN_PID");
    (void)unsetenv("LISTEN_FDS");
    (void)unsetenv("LISTEN_FDNAMES");
    (void)unsetenv("NOTIFY_SOCKET");
    return number;
}

int dns_service_add(const struct dns_service *service, bool is_default,
                    struct forwarder_loop_config *config, struct err *err)
{
    if (service->count > 0 && is_default)
        config->listen_count = 0;
    for (size_t i = 0; i < service->count; i++) {
        const struct forwarder_listen *passed = &service->listen[i];
        struct forwarder_listen *listen =
            find(config->listen, config->listen_count, &passed->address);

        if (listen == NULL && config->listen_count == FORWARDER_LISTEN_MAX)
            return err_set(err, -E2BIG, "more than %d addresses to listen on",
                           FORWARDER_LISTEN_MAX);
        if (listen == NULL)
            listen = &config->listen[config->listen_count++];
        *listen = *passed;
    }
    return 0;
}

void dns_service_tell(const struct dns_service *service, enum dns_service_state state)
{
    static const char *const states[] = {
        [DNS_SERVICE_READY] = "READY=1",
        [DNS_SERVICE_RELOADING] = "RELOADING=1",
        [DNS_SERVICE_STOPPING] = "STOPPING=1",
    };
    char block[100];
    struct text text = text_init(block, sizeof(block));

    if (service->notify_fd < 0)
        return;
    (void)text_append(&text, states[state]);
    if (state == DNS_SERVICE_RELOADING)
        (void)text_format(&text, "\nMONOTONIC_USEC=%llu",
                          (unsigned long long)(clock_monotonic_ns() / NS_PER_US));
    (void)send(service->notify_fd, text.at, text.size, MSG_NOSIGNAL | MSG_DONTWAIT);
}
