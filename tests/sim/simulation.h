/*
 * struct simulation: what one run of sim.forwarder is made of, for the files that share it.
 */
#pragma once

#include "base/cleanup.h"
#include "dns/builder.h"
#include "dns/rrtype.h"
#include "fuzz/forwarder/witness.h"
#include "tests/sim/network.h"

#define CLIENTS 8
#define CLIENTS_NET 2 /* and the two behind it */
#define UPSTREAMS 5
#define UPSTREAMS_ASKED 3 /* at one time, at most */
#define LANES 4
#define FORGERIES_MAX 8 /* for each query that an upstream gets */
#define NS_PER_MS UINT64_C(1000000)

/* What a packet of the network is. */
enum kind {
    KIND_ASK,
    KIND_TO_FORWARDER,
    KIND_TO_UPSTREAM,
    KIND_FAILURE,        /* of the way that the path names; its first octet: the stream was there */
    KIND_WITHOUT_COOKIE, /* to the forwarder, if that knows that there should be one */
};

/* What is to be done. */
struct plan {
    uint64_t seed;  /* 0: all of `runs`, */
    uint64_t first; /* from this one on */
    uint64_t runs;
    uint64_t exchanges;
    uint64_t loss_per_mille; /* 0: whatever chance wants, as of all else */
    uint64_t attempts;       /* where only datagrams get lost: how often they are sent */
    uint64_t without;        /* what goes wrong in no world, of shrink.h's kinds */
};

struct simulation {
    struct network network;
    struct chance chance;  /* for clients and upstreams */
    struct chance entropy; /* for the forwarder */
    bool is_calm;          /* nothing goes wrong */
    unsigned int silent_per_mille;
    unsigned int forger_per_mille;
    unsigned int meddler_per_mille;
    unsigned int damage_per_mille;
    unsigned int leap_per_mille;
    unsigned int failing_per_mille; /* replies that are SERVFAIL */
    unsigned int cut_per_mille;     /* and that are cut */
    unsigned int broken_per_mille;  /* queries whose way to the upstream fails */
    unsigned int plain_upstreams;   /* those that know no EDNS, one bit each */
    unsigned int reload_per_mille;  /* another configuration, before what happens next */
    uint64_t reloads;
    uint64_t resizes;
    unsigned int cookie_upstreams;                /* those that know cookies, */
    unsigned int strict_upstreams;                /* those that want one of theirs, */
    unsigned int averse_upstreams;                /* and those that say FORMERR to one */
    unsigned int rotate_per_mille;                /* an upstream changes its secret */
    uint8_t secrets[FORWARDER_SLOTS_MAX];         /* of upstreams: what their cookies end in */
    struct forwarder_cookie cookies[CLIENTS + 1]; /* of clients: what they got last */
    uint64_t names;    /* from which clients choose; 0: each asks for another */
    uint64_t leapt_ns; /* the forwarder's clock is ahead by this */
    uint64_t pause_ns; /* between two queries, on average */
    uint64_t exchanges_left;
    uint64_t exchanges;
    struct forwarder forwarder;
    struct witness witness;
    void *slab;
    void *slab_before; /* from which answers are still to be moved, or NULL */
};

/* An address of a fake network. */
static inline struct forwarder_address address_of(uint8_t net, uint8_t last, uint16_t port)
{
    return (struct forwarder_address){ .octets = { 10, 0, net, last }, .port = port, .size = 4 };
}

/* A number that chance draws between two. */
static inline uint64_t between(struct simulation *sim, uint64_t from, uint64_t to)
{
    return from + chance_below(&sim->chance, to - from + 1);
}

/* The address that a question has: a hash of its octets but for their case, never the forged one.
 */
void upstream_address(const struct dns_question *question, uint8_t ret_address[4]);

/* An upstream gets a query: it may reply, and a forger may be faster. */
void upstream_replies(struct simulation *sim, const struct packet *query_packet);

/* Chooses what kind of a world this run is. */
void world_choose(struct simulation *sim);

/* Chooses what is kept, and for how long. */
void world_choose_cache(struct simulation *sim, struct forwarder_config *config);

/* Chooses who may ask, and how much. */
void world_choose_limits(struct simulation *sim, struct forwarder_config *config);

/* Chooses whom to ask, and how. */
void world_choose_upstreams(struct simulation *sim, struct forwarder_config *config);

/* A world in which nothing is wrong but that datagrams get lost, and the program's own times. */
void world_choose_lossy(struct simulation *sim, const struct plan *plan,
                        struct forwarder_config *config);
