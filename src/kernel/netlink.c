/* One socket, one request at a time; every length that comes back is checked. */
#include "kernel/netlink.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"

#include <errno.h>
#include <sys/socket.h>

#define ANSWER_BYTES 32768
#define SEQUENCE 1
#define ERRNO_MAX 4095
#define ALIGNMENT ((size_t)NLMSG_ALIGNTO) /* of attributes, too */
#define ATTRIBUTE_HEADER sizeof(struct nlattr)

/* Where what follows `size` octets begins. */
static size_t aligned(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

int kernel_netlink_open(int *ret_fd, struct err *err)
{
    const struct sockaddr_nl address = { .nl_family = AF_NETLINK };
    CLEANUP(fd_close) int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
        return err_system(err, errno, "open a netlink socket");
    *ret_fd = fd_take(&fd);
    return 0;
}

void kernel_netlink_begin(struct kernel_netlink_request *request, uint16_t type, uint16_t flags)
{
    const struct nlmsghdr header = { .nlmsg_type = type,
                                     .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags),
                                     .nlmsg_seq = SEQUENCE };

    *request = (struct kernel_netlink_request){ .size = 0 };
    kernel_netlink_append(request, &header, sizeof(header));
}

void kernel_netlink_append(struct kernel_netlink_request *request, const void *at, size_t size)
{
    REQUIRE(size <= KERNEL_NETLINK_BYTES - ALIGNMENT - request->size);
    memcpy(request->at + request->size, at, size);
    request->size += aligned(size);
}

void kernel_netlink_add(struct kernel_netlink_request *request, uint16_t type, const void *at,
                        size_t size)
{
    struct nlattr attribute = { .nla_type = type };

    REQUIRE(size <= 128);
    attribute.nla_len = (uint16_t)(ATTRIBUTE_HEADER + size);
    kernel_netlink_append(request, &attribute, sizeof(attribute));
    kernel_netlink_append(request, at, size);
}

bool kernel_netlink_find(struct bytes attributes, uint16_t type, struct bytes *ret_value)
{
    while (attributes.size >= ATTRIBUTE_HEADER) {
        struct nlattr attribute;
        size_t step;

        memcpy(&attribute, attributes.at, sizeof(attribute));
        if (attribute.nla_len < ATTRIBUTE_HEADER || attribute.nla_len > attributes.size)
            return false;
        if ((attribute.nla_type & NLA_TYPE_MASK) == type) {
            *ret_value =
                bytes_of(attributes.at + ATTRIBUTE_HEADER, attribute.nla_len - ATTRIBUTE_HEADER);
            return true;
        }
        step = aligned(attribute.nla_len);
        if (step > attributes.size)
            return false;
        attributes = bytes_of(attributes.at + step, attributes.size - step);
    }
    return false;
}

/* Goes through the messages of one datagram: 1 when the answer is over, 0 when there is more to
 * come, or the -errno that it tells. */
static int read_answer(struct bytes rest, const struct kernel_netlink_listener *listener)
{
    while (rest.size >= sizeof(struct nlmsghdr)) {
        struct nlmsghdr header;
        struct bytes body;
        size_t step;
        int number;

        memcpy(&header, rest.at, sizeof(header));
        if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > rest.size)
            return -EBADMSG;
        body = bytes_of(rest.at + sizeof(header), header.nlmsg_len - sizeof(header));
        if (header.nlmsg_type == NLMSG_DONE)
            return 1;
        if (header.nlmsg_type == NLMSG_ERROR) {
            if (body.size < sizeof(number))
                return -EBADMSG;
            memcpy(&number, body.at, sizeof(number));
            return number < -ERRNO_MAX ? -EBADMSG : number < 0 ? number : 1;
        }
        if (listener != NULL)
            listener->hear(listener->owner, header.nlmsg_type, body);
        step = aligned(header.nlmsg_len);
        if (step >= rest.size)
            break;
        rest = bytes_of(rest.at + step, rest.size - step);
    }
    return 0;
}

int kernel_netlink_ask(int fd, struct kernel_netlink_request *request,
                       const struct kernel_netlink_listener *listener, const char *what,
                       struct err *err)
{
    const uint32_t size = (uint32_t)request->size;
    _Alignas(struct nlmsghdr) uint8_t answer[ANSWER_BYTES];
    int number = 0;

    memcpy(request->at, &size, sizeof(size));
    if (send(fd, request->at, request->size, 0) < 0)
        return err_system(err, errno, "%s", what);
    while (number == 0) {
        ssize_t got = recv(fd, answer, sizeof(answer), 0);

        if (got >= 0)
            number = got == 0 ? -EBADMSG : read_answer(bytes_of(answer, (size_t)got), listener);
        else if (errno != EINTR)
            number = -errno;
    }
    return number < 0 ? err_system(err, -number, "%s", what) : 0;
}
