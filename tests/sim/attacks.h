/*
 * struct world: a forwarder's core, whoever attacks it, and what the core is weakened by, for
 * sim.attacks. Weaknesses are nothing that the core has a switch for: they are its configuration,
 * a source of numbers that can be predicted, or what this world does to datagrams before the core
 * sees them, as a core would that looks less closely.
 */
#pragma once

#include "dns/builder.h"
#include "dns/code.h"
#include "dns/message.h"
#include "dns/rrtype.h"
#include "forwarder/core/forwarder.h"
#include "fuzz/target.h"
#include "tests/sim/network.h"

#define SENT_MAX 4096
#define SENT_BYTES_MAX 1500
#define NS_PER_S UINT64_C(1000000000)

enum weakness {
    WEAK_IDS = 1,        /* numbers of the source follow each other */
    WEAK_ANY_LANE = 2,   /* a reply on any socket will do */
    WEAK_NO_JOIN = 4,    /* who asks the same does not wait for the same */
    WEAK_FRAGMENTS = 8,  /* what came in fragments is believed */
    WEAK_BY_NAME = 16,   /* the cache keeps all records of an answer under their names */
    WEAK_MALFORMED = 32, /* what is no reply ends the query that it may be for */
};

/* What the core sent. */
struct sent {
    struct forwarder_path path;
    size_t size;
    uint8_t octets[SENT_BYTES_MAX];
};

struct world {
    struct forwarder forwarder;
    struct forwarder_batch *batch;
    void *slab;
    unsigned int weakness;
    struct chance entropy; /* the core's; under WEAK_IDS the last number that was given */
    struct chance chance;  /* the attacker's */
    uint64_t now_ns;
    size_t sent_count; /* by the last step */
    struct sent *sent; /* SENT_MAX */
    uint64_t octets_sent;
};

/* A configuration as cupel-dns has it, but for one upstream and what is small here. */
struct forwarder_config world_config(void);

/* A world of this configuration, to be ended by world_done(). */
void world_init(struct world *world, const struct forwarder_config *config, unsigned int weakness);
void world_done(struct world *world);

/* What a client asks. */
struct world_query {
    unsigned int client;
    const char *name;
    uint16_t type;
    uint16_t flags; /* what differs from RD alone */
    bool dnssec_ok;
    uint16_t udp_size; /* 0: no EDNS */
};

/* Sends it; gives the size of what was sent. */
size_t world_ask(struct world *world, const struct world_query *query);

/* A client's datagram comes in. */
void world_receive_query(struct world *world, const struct forwarder_datagram *datagram);

/* A datagram comes to a socket of an upstream's. */
void world_reply(struct world *world, const struct forwarder_datagram *datagram);

/* Time goes on to the next deadline; false where there is none. */
bool world_wait(struct world *world);

/* Writes a reply with one address to a query that was sent to an upstream; its size. */
size_t world_write_reply(const struct sent *query, uint8_t last, uint8_t *ret_wire);

/* The last octet of the address in an answer to a client; 0: it has none. */
uint8_t world_address(const struct sent *answer);

/* The first message that the last step sent to a side, or NULL. */
const struct sent *world_find(const struct world *world, enum forwarder_side side);
