/* Datagrams in batches: one system call for all that wait on a socket, or go out through it. */
#include "forwarder/io/endpoint.h"
#include "forwarder/io/udp.h"

#include "base/require.h"

#include <errno.h>

/* Makes a place ready for a datagram. */
static void open_place(struct forwarder_inbox *inbox, size_t i)
{
    struct forwarder_udp_headers *headers = &inbox->headers;

    headers->payloads[i] = (struct iovec){ inbox->octets[i], FORWARDER_DATAGRAM_BYTES_MAX };
    headers->messages[i].msg_hdr = (struct msghdr){
        .msg_name = &headers->peers[i],
        .msg_namelen = sizeof(headers->peers[i]),
        .msg_iov = &headers->payloads[i],
        .msg_iovlen = 1,
        .msg_control = headers->controls[i].octets,
        .msg_controllen = sizeof(headers->controls[i].octets),
    };
}

int forwarder_inbox_fill(struct forwarder_inbox *inbox, int fd, size_t most)
{
    struct forwarder_udp_headers *headers = &inbox->headers;
    /* The kernel writes to the places that it fills, no others. */
    size_t spent = inbox->is_open ? inbox->count : FORWARDER_BATCH_MAX;
    int count;

    REQUIRE(most >= 1);
    REQUIRE(most <= FORWARDER_BATCH_MAX);
    for (size_t i = 0; i < spent; i++)
        open_place(inbox, i);
    inbox->is_open = true;
    inbox->count = 0;
    count = recvmmsg(fd, headers->messages, (unsigned int)most, MSG_DONTWAIT, NULL);
    if (count < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    inbox->count = (size_t)count;
    return 0;
}

/* Whether a control message says that the datagram was put together from fragments. */
static bool is_of_fragments(const struct cmsghdr *control)
{
    return (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_RECVFRAGSIZE) ||
           (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_RECVFRAGSIZE);
}

/* Our own address out of a control message, if it is one that says it. */
static void read_control(const struct cmsghdr *control, struct forwarder_address *local)
{
    struct in_pktinfo in = { 0 };
    struct in6_pktinfo in6 = { 0 };

    if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
        memcpy(&in, CMSG_DATA(control), sizeof(in));
        memcpy(local->octets, &in.ipi_addr, sizeof(in.ipi_addr));
        local->size = sizeof(in.ipi_addr);
    } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
        memcpy(&in6, CMSG_DATA(control), sizeof(in6));
        memcpy(local->octets, &in6.ipi6_addr, sizeof(in6.ipi6_addr));
        local->size = sizeof(in6.ipi6_addr);
        if (IN6_IS_ADDR_LINKLOCAL(&in6.ipi6_addr))
            local->scope = in6.ipi6_ifindex;
    }
}

/* What the kernel says beside a datagram. */
static void read_controls(const struct msghdr *of, struct forwarder_datagram *datagram)
{
    struct msghdr header = *of;

    for (struct cmsghdr *control = CMSG_FIRSTHDR(&header); control != NULL;
         control = CMSG_NXTHDR(&header, control)) {
        datagram->is_reassembled = datagram->is_reassembled || is_of_fragments(control);
        read_control(control, &datagram->path.local);
    }
}

bool forwarder_inbox_read(const struct forwarder_inbox *inbox, size_t index,
                          struct forwarder_datagram *ret_datagram)
{
    const struct mmsghdr *message = &inbox->headers.messages[index];

    REQUIRE(index < inbox->count);
    if ((message->msg_hdr.msg_flags & MSG_TRUNC) != 0)
        return false;
    *ret_datagram = (struct forwarder_datagram){
        .path.peer = forwarder_endpoint_from_socket(&inbox->headers.peers[index]),
        .payload = bytes_of(inbox->octets[index], message->msg_len),
    };
    if (message->msg_hdr.msg_controllen > 0)
        read_controls(&message->msg_hdr, ret_datagram);
    return true;
}

/* Adds a control message that says from which of our addresses the datagram leaves. */
static void write_control(const struct forwarder_address *local,
                          struct forwarder_udp_control *block, struct msghdr *header)
{
    struct in_pktinfo in = { 0 };
    struct in6_pktinfo in6 = { .ipi6_ifindex = local->scope };
    bool is_v4 = local->size == sizeof(in.ipi_spec_dst);
    size_t size = is_v4 ? sizeof(in) : sizeof(in6);
    struct cmsghdr *control;

    memcpy(is_v4 ? (void *)&in.ipi_spec_dst : (void *)&in6.ipi6_addr, local->octets, local->size);
    *block = (struct forwarder_udp_control){ 0 };
    header->msg_control = block->octets;
    header->msg_controllen = CMSG_SPACE(size);
    control = CMSG_FIRSTHDR(header);
    control->cmsg_len = CMSG_LEN(size);
    control->cmsg_level = is_v4 ? IPPROTO_IP : IPPROTO_IPV6;
    control->cmsg_type = is_v4 ? IP_PKTINFO : IPV6_PKTINFO;
    memcpy(CMSG_DATA(control), is_v4 ? (void *)&in : (void *)&in6, size);
}

/* Puts one datagram into place `at` of the headers. */
static void put(const struct forwarder_datagram *datagram, struct forwarder_udp_headers *headers,
                size_t at)
{
    struct msghdr *header = &headers->messages[at].msg_hdr;

    headers->payloads[at] = (struct iovec){
        .iov_base = (void *)(uintptr_t)datagram->payload.at, /* sending does not write there */
        .iov_len = datagram->payload.size,
    };
    *header = (struct msghdr){ .msg_iov = &headers->payloads[at], .msg_iovlen = 1 };
    if (datagram->path.side == FORWARDER_UPSTREAMS)
        return;
    header->msg_name = &headers->peers[at];
    header->msg_namelen = forwarder_endpoint_to_socket(&datagram->path.peer, &headers->peers[at]);
    if (datagram->path.local.size != 0)
        write_control(&datagram->path.local, &headers->controls[at], header);
}

/* Whether an error says that there is no way, and not that there is no room just now. */
static bool is_of_way(int number)
{
    return number != EAGAIN && number != EINTR && number != ENOBUFS && number != ENOMEM;
}

/* Sends `count` messages through one socket; gives how many were lost. An error may be an earlier
 * datagram's, which the kernel reports here: so each message gets two tries. */
static size_t send_all(int fd, struct mmsghdr *messages, size_t count, bool *ret_has_failed)
{
    size_t lost = 0;
    int tries = 0;

    *ret_has_failed = false;
    for (size_t done = 0; done < count;) {
        int sent = sendmmsg(fd, messages + done, (unsigned int)(count - done), MSG_DONTWAIT);

        tries = sent > 0 ? 0 : tries + 1;
        *ret_has_failed = *ret_has_failed || (sent < 0 && is_of_way(errno));
        if (sent > 0) {
            done += (size_t)sent;
        } else if (tries == 2) {
            done += 1;
            lost += 1;
            tries = 0;
        }
    }
    return lost;
}

static void note(struct forwarder_udp_failed *failed, uint16_t socket)
{
    if (failed->count == FORWARDER_BATCH_MAX)
        return;
    failed->sockets[failed->count] = socket;
    failed->count += 1;
}

size_t forwarder_udp_send(const struct forwarder_batch *batch,
                          const struct forwarder_sockets *sockets,
                          struct forwarder_udp_headers *headers,
                          struct forwarder_udp_failed *failed)
{
    bool is_sent[FORWARDER_BATCH_MAX] = { false };
    bool has_failed;
    size_t lost = 0;

    for (size_t first = 0; first < batch->count; first++) {
        const struct forwarder_path *path = &batch->at[first].path;
        const int *fds = path->side == FORWARDER_CLIENTS ? sockets->clients : sockets->upstreams;
        size_t count = 0;

        if (is_sent[first] || path->stream != 0)
            continue;
        for (size_t i = first; i < batch->count; i++) {
            const struct forwarder_path *other = &batch->at[i].path;

            if (other->side == path->side && other->socket == path->socket && other->stream == 0) {
                put(&batch->at[i], headers, count);
                is_sent[i] = true;
                count += 1;
            }
        }
        lost += send_all(fds[path->socket], headers->messages, count, &has_failed);
        if (has_failed && path->side == FORWARDER_UPSTREAMS)
            note(failed, path->socket);
    }
    return lost;
}
