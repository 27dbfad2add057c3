/*
 * A shard: a process with a loop of its own, a core, a part of the cache and of all limits, in its
 * sandbox, which its supervisor has forked. It does what its supervisor orders (message.h), takes
 * no signals but what the kernel ends it with, and ends when its supervisor is gone.
 */
#pragma once

#include "cli/dns/operation.h"
#include "cli/dns/settings/settings.h"
#include "forwarder/core/hash.h"
#include "forwarder/io/shared.h"

/* What a shard begins with; all of it is as its supervisor had it when it forked. */
struct dns_shard_start {
    size_t number; /* from 0 on */
    size_t count;
    int channel;                       /* its end: it speaks there, and is told there */
    pid_t supervisor;                  /* it is ended when this process is */
    const struct dns_options *given;   /* on the command line */
    struct dns_settings *started;      /* what cannot change stays as it was then */
    struct dns_settings *now;          /* what holds; NULL: what it started with */
    const struct forwarder_shared *at; /* what is listened on */
    size_t at_count;
    struct forwarder_hash_key root;      /* of all shards' cookies */
    struct operate_report *report;       /* where it leaves what it counts */
    uint64_t generation;                 /* of the configuration that holds */
    struct dns_operation_part operation; /* but for the loop */
};

/* Lives, in the process that was just forked; the exit status. */
int dns_shard_live(const struct dns_shard_start *start);
