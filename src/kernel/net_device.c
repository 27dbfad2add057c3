/* Its addresses are read here, the device is moved, and they are given to it there. */
#include "kernel/net_device.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "kernel/netlink.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESSES_MAX 64
#define ADDRESS_BYTES_MAX 16
#define NUMBERS_MAX 1000

struct address {
    struct ifaddrmsg about;
    uint8_t local[ADDRESS_BYTES_MAX];
    uint8_t peer[ADDRESS_BYTES_MAX]; /* of a link between two; else the same */
    uint8_t size;
};

struct addresses {
    int index; /* of the device */
    size_t count;
    bool is_full;
    struct address at[ADDRESSES_MAX];
};

bool kernel_net_device_is_name(const char *name, bool may_have_number)
{
    size_t size = strlen(name);
    size_t end =
        may_have_number && size > 2 && strcmp(name + size - 2, "%d") == 0 ? size - 2 : size;

    if (size == 0 || size >= IFNAMSIZ || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
        return false;
    for (size_t i = 0; i < end; i++) {
        if (name[i] == '/' || name[i] == ':' || name[i] == '%' || !isgraph((unsigned char)name[i]))
            return false;
    }
    return true;
}

/* Notes the index of the one device that is asked for. */
static void hear_link(void *owner, uint16_t type, struct bytes body)
{
    int *index = owner;
    struct ifinfomsg about;

    if (type != RTM_NEWLINK || body.size < sizeof(about))
        return;
    memcpy(&about, body.at, sizeof(about));
    *index = about.ifi_index;
}

/* The index of a device; -ENODEV, with a sentence, where there is none. */
static int find_link(int fd, const char *name, int *ret_index, struct err *err)
{
    const struct ifinfomsg any = { .ifi_family = AF_UNSPEC };
    const struct kernel_netlink_listener listener = { hear_link, ret_index };
    struct kernel_netlink_request request;

    kernel_netlink_begin(&request, RTM_GETLINK, 0);
    kernel_netlink_append(&request, &any, sizeof(any));
    kernel_netlink_add(&request, IFLA_IFNAME, name, strlen(name) + 1);
    return kernel_netlink_ask(fd, &request, &listener, "look for the device", err);
}

static bool copy_value(struct bytes attributes, uint16_t type, uint8_t at[ADDRESS_BYTES_MAX],
                       uint8_t *ret_size)
{
    struct bytes value;

    if (!kernel_netlink_find(attributes, type, &value) || value.size > ADDRESS_BYTES_MAX)
        return false;
    memcpy(at, value.at, value.size);
    *ret_size = (uint8_t)value.size;
    return true;
}

/* Keeps an address that is the device's, for all the world, and was not learnt for a time. */
static void hear_address(void *owner, uint16_t type, struct bytes body)
{
    struct addresses *all = owner;
    struct address address = { .size = 0 };
    struct bytes attributes;

    if (type != RTM_NEWADDR || body.size < sizeof(address.about))
        return;
    memcpy(&address.about, body.at, sizeof(address.about));
    attributes = bytes_of(body.at + sizeof(address.about), body.size - sizeof(address.about));
    if ((int)address.about.ifa_index != all->index ||
        address.about.ifa_scope != RT_SCOPE_UNIVERSE ||
        (address.about.ifa_flags & IFA_F_PERMANENT) == 0 ||
        !copy_value(attributes, IFA_ADDRESS, address.peer, &address.size))
        return;
    if (!copy_value(attributes, IFA_LOCAL, address.local, &address.size))
        memcpy(address.local, address.peer, sizeof(address.local));
    if (all->count < ADDRESSES_MAX)
        all->at[all->count++] = address;
    else
        all->is_full = true;
}

static int read_addresses(int fd, struct addresses *all, struct err *err)
{
    const struct ifaddrmsg any = { .ifa_family = AF_UNSPEC };
    const struct kernel_netlink_listener listener = { hear_address, all };
    struct kernel_netlink_request request;

    kernel_netlink_begin(&request, RTM_GETADDR, NLM_F_DUMP);
    kernel_netlink_append(&request, &any, sizeof(any));
    if (kernel_netlink_ask(fd, &request, &listener, "read the addresses of the device", err) < 0)
        return err->number;
    if (all->is_full)
        return err_set(err, -E2BIG, "it has more than %d addresses", ADDRESSES_MAX);
    return 0;
}

/* A socket in the other namespace, which is entered for that alone. */
static int open_there(int own_fd, int namespace_fd, int *ret_fd, struct err *err)
{
    int number;

    if (setns(namespace_fd, CLONE_NEWNET) < 0)
        return err_system(err, errno, "enter the network namespace");
    number = kernel_netlink_open(ret_fd, err);
    if (setns(own_fd, CLONE_NEWNET) < 0)
        return err_system(err, errno, "return to the network namespace of outside");
    return number;
}

/* The name that it will have: the one given, or the first that is free with a number. */
static int choose_name(int there_fd, const char *wanted, char ret_name[IFNAMSIZ], struct err *err)
{
    size_t size = strlen(wanted);
    bool has_number = size > 2 && strcmp(wanted + size - 2, "%d") == 0;

    for (unsigned int i = 0; i < (has_number ? NUMBERS_MAX : 1); i++) {
        struct text name = text_init(ret_name, IFNAMSIZ);
        int index = 0;
        int number;

        if (!text_append_bytes(&name, bytes_of(wanted, has_number ? size - 2 : size)) ||
            (has_number && !text_append_decimal(&name, i, 0)))
            break;
        number = find_link(there_fd, ret_name, &index, err);
        if (number == -ENODEV)
            return 0;
        if (number < 0)
            return number;
    }
    return err_set(err, -EEXIST, "there is a device '%s' already", wanted);
}

static int move(int fd, int index, int namespace_fd, const char *new_name, struct err *err)
{
    const struct ifinfomsg about = { .ifi_family = AF_UNSPEC, .ifi_index = index };
    const uint32_t to = (uint32_t)namespace_fd;
    struct kernel_netlink_request request;

    kernel_netlink_begin(&request, RTM_SETLINK, 0);
    kernel_netlink_append(&request, &about, sizeof(about));
    kernel_netlink_add(&request, IFLA_NET_NS_FD, &to, sizeof(to));
    kernel_netlink_add(&request, IFLA_IFNAME, new_name, strlen(new_name) + 1);
    return kernel_netlink_ask(fd, &request, NULL, "move the device", err);
}

static int set_up(int fd, int index, struct err *err)
{
    const struct ifinfomsg about = {
        .ifi_family = AF_UNSPEC, .ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP
    };
    struct kernel_netlink_request request;

    kernel_netlink_begin(&request, RTM_SETLINK, 0);
    kernel_netlink_append(&request, &about, sizeof(about));
    return kernel_netlink_ask(fd, &request, NULL, "set the device up", err);
}

static int add_address(int fd, int index, const struct address *address, struct err *err)
{
    struct ifaddrmsg about = address->about;
    struct kernel_netlink_request request;

    about.ifa_index = (uint32_t)index;
    kernel_netlink_begin(&request, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE);
    kernel_netlink_append(&request, &about, sizeof(about));
    kernel_netlink_add(&request, IFA_LOCAL, address->local, address->size);
    kernel_netlink_add(&request, IFA_ADDRESS, address->peer, address->size);
    return kernel_netlink_ask(fd, &request, NULL, "give the device its addresses", err);
}

/* What it had outside. */
static int restore(int there_fd, const char *name, const struct addresses *addresses,
                   struct err *err)
{
    int index = 0;

    if (find_link(there_fd, name, &index, err) < 0)
        return err->number;
    for (size_t i = 0; i < addresses->count; i++) {
        if (add_address(there_fd, index, &addresses->at[i], err) < 0)
            return err->number;
    }
    return set_up(there_fd, index, err);
}

int kernel_net_loopback_set_up(struct err *err)
{
    /* A socket of any kind is a way to the devices of the namespace (netdevice(7)). */
    CLEANUP(fd_close) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

    if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
        return err_system(err, errno, "set the loopback device up");
    return 0;
}

int kernel_net_device_move(const char *name, const char *new_name, const char *path,
                           struct err *err)
{
    CLEANUP(fd_close) int own_fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    CLEANUP(fd_close) int namespace_fd = open(path, O_RDONLY | O_CLOEXEC);
    CLEANUP(fd_close) int here_fd = -1;
    CLEANUP(fd_close) int there_fd = -1;
    struct addresses addresses = { .index = 0 };
    char chosen[IFNAMSIZ];

    if (own_fd < 0 || namespace_fd < 0)
        return err_system(err, errno, "open the network namespaces");
    if (kernel_netlink_open(&here_fd, err) < 0 ||
        open_there(own_fd, namespace_fd, &there_fd, err) < 0 ||
        find_link(here_fd, name, &addresses.index, err) < 0 ||
        choose_name(there_fd, new_name, chosen, err) < 0 ||
        read_addresses(here_fd, &addresses, err) < 0 ||
        move(here_fd, addresses.index, namespace_fd, chosen, err) < 0)
        return err->number;
    return restore(there_fd, chosen, &addresses, err);
}
