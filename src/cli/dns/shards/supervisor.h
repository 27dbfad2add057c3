/*
 * The supervisor of shards: it holds the sockets that are listened on, forks a process for each
 * shard, and starts one anew that dies; it does not answer queries itself. Signals, the service
 * manager and the configuration are its business, and a change of that is all shards' or none's.
 *
 * A shard that dies leaves its sockets, and what waits in them, to the one that takes its place,
 * which is started at once; or later, the more often it happens within seconds. One that does not
 * say for some seconds that it is there, is ended. One that dies five
 * times in a row before it answers ends the service. When the supervisor ends, so do all shards,
 * also where it was killed: the kernel sends them SIGKILL then.
 */
#pragma once

#include "cli/dns/sandbox.h"
#include "cli/dns/service.h"
#include "cli/dns/settings/settings.h"

/* What is supervised. */
struct dns_supervision {
    const struct dns_options *given; /* on the command line */
    struct dns_settings *settings;   /* what it begins with */
    const struct dns_service *service;
    const struct dns_user *user; /* who the supervisor and the shards become */
    size_t count;                /* of shards: 2 to FORWARDER_LOOPS_MAX */
};

/* Answers queries until a signal ends it, or it cannot go on; the exit status. */
int dns_supervise(const struct dns_supervision *what);
