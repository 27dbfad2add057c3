/* Messages are structs as they are in memory: both ends are the same program. */
#include "cli/dns/shards/message.h"

#include "base/require.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define FDS_MAX (2 * FORWARDER_LISTEN_MAX)

int dns_word_send(int fd, enum dns_word_kind kind, const struct err *err)
{
    struct dns_word word = { .kind = kind };

    if (err != NULL)
        word.err = *err;
    return send(fd, &word, sizeof(word), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int dns_word_agree(int fd, uint64_t digest)
{
    const struct dns_word word = { .kind = DNS_WORD_AGREES, .digest = digest };

    return send(fd, &word, sizeof(word), MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int dns_word_receive(int fd, struct dns_word *ret_word)
{
    uint8_t octets[sizeof(struct dns_word) + 1];
    ssize_t size = recv(fd, octets, sizeof(octets), MSG_DONTWAIT);

    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return -EAGAIN;
    return size > 0 && dns_word_read(bytes_of(octets, (size_t)size), ret_word);
}

/* Room for the descriptors beside a message. */
union beside {
    char room[CMSG_SPACE(FDS_MAX * sizeof(int))];
    struct cmsghdr align;
};

/* The descriptors of an order, one after the other; where `fds` says so, they are put there. */
static size_t list_fds(struct dns_order *order, int *fds, bool puts)
{
    size_t count = 0;

    for (size_t i = 0; i < order->listen_count; i++) {
        int *both[] = { &order->listen[i].udp_fd, &order->listen[i].tcp_fd };

        for (size_t side = 0; side < 2; side++) {
            if (*both[side] == 0)
                continue;
            if (puts)
                *both[side] = fds[count];
            else
                fds[count] = *both[side];
            count += 1;
        }
    }
    return count;
}

int dns_order_send(int fd, const struct dns_order *order)
{
    union beside beside = { .room = { 0 } };
    struct dns_order copy = *order;
    struct iovec vector = { .iov_base = &copy, .iov_len = sizeof(copy) };
    struct msghdr header = { .msg_iov = &vector, .msg_iovlen = 1 };
    int fds[FDS_MAX];
    size_t count;

    REQUIRE(order->listen_count <= FORWARDER_LISTEN_MAX);
    count = list_fds(&copy, fds, false);
    if (count > 0) {
        beside.align.cmsg_level = SOL_SOCKET;
        beside.align.cmsg_type = SCM_RIGHTS;
        beside.align.cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(&beside.align), fds, count * sizeof(int));
        header.msg_control = beside.room;
        header.msg_controllen = CMSG_SPACE(count * sizeof(int));
    }
    return sendmsg(fd, &header, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

int dns_order_receive(int fd, struct dns_order *ret_order)
{
    union beside beside;
    struct dns_order order;
    struct iovec vector = { .iov_base = &order, .iov_len = sizeof(order) };
    struct msghdr header = { .msg_iov = &vector,
                             .msg_iovlen = 1,
                             .msg_control = beside.room,
                             .msg_controllen = sizeof(beside.room) };
    ssize_t size = recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    struct cmsghdr *first;
    int fds[FDS_MAX];

    if (size < 0 && (errno == EAGAIN || errno == EINTR))
        return -EAGAIN;
    if (size <= 0)
        return 0;
    REQUIRE((size_t)size == sizeof(order));
    REQUIRE((header.msg_flags & MSG_CTRUNC) == 0);
    first = CMSG_FIRSTHDR(&header);
    if (first != NULL) {
        REQUIRE(first->cmsg_len <= CMSG_LEN(sizeof(fds)));
        memcpy(fds, CMSG_DATA(first), first->cmsg_len - CMSG_LEN(0));
    }
    (void)list_fds(&order, fds, true);
    *ret_order = order;
    return 1;
}
