/*
 * What a service manager gives and wants: sockets that are open already, as sd_listen_fds(3) finds
 * them (LISTEN_PID, LISTEN_FDS), and to be told how things are, as sd_notify(3) does
 * (NOTIFY_SOCKET). Without one nothing is there and nobody is told. One thread.
 */
#pragma once

#include "forwarder/io/loop.h"

/* Sockets that were passed: those of one address together. */
struct dns_service {
    int notify_fd; /* -1: nobody wants to be told */
    size_t count;
    struct forwarder_listen listen[FORWARDER_LISTEN_MAX];
};

/* Takes what was passed, and forgets the variables that say so. -errno with a sentence where that
 * is something else than UDP sockets and TCP sockets that listen. To be called before anything is
 * opened; the sockets are the loop's once it has opened a configuration with them. */
int dns_service_open(struct dns_service *ret_service, struct err *err);

/* Adds the addresses of the sockets that were passed to a configuration, in place of its own where
 * `is_default` says that nobody asked for those. */
int dns_service_add(const struct dns_service *service, bool is_default,
                    struct forwarder_loop_config *config, struct err *err);

enum dns_service_state {
    DNS_SERVICE_READY,
    DNS_SERVICE_RELOADING,
    DNS_SERVICE_STOPPING,
};

/* Tells how things are. */
void dns_service_tell(const struct dns_service *service, enum dns_service_state state);
