/*
 * struct network: a fake network with a clock. What is sent arrives later, twice, out of order or
 * never, all decided by the numbers that a seed gives: the same seed is the same run. Where
 * NETWORK_PACKETS_MAX are on their way, one more is lost.
 */
#pragma once

#include "forwarder/core/datagram.h"
#include "forwarder/core/deadlines.h"

#define NETWORK_PACKETS_MAX 4096
#define NETWORK_PACKET_BYTES_MAX 1472

/* A pseudo-random generator (splitmix64). */
struct chance {
    uint64_t state;
};

/* The next number. */
uint64_t chance_next(struct chance *chance);

/* A number from 0 to `below` - 1; 0 where `below` is 0. */
uint64_t chance_below(struct chance *chance, uint64_t below);

/* True in `per_mille` of 1000 cases. */
bool chance_of(struct chance *chance, unsigned int per_mille);

/* Something that will happen. */
struct packet {
    unsigned int kind; /* the simulator's */
    struct forwarder_path path;
    bool is_reassembled; /* it came in fragments */
    size_t size;
    uint8_t octets[NETWORK_PACKET_BYTES_MAX];
};

struct network {
    struct chance chance;
    uint64_t now_ns;
    unsigned int loss_per_mille;
    unsigned int twice_per_mille;
    uint64_t delay_ns_min;
    uint64_t delay_ns_max;
    uint32_t free_count;
    uint32_t free[NETWORK_PACKETS_MAX];
    struct forwarder_deadlines due;
    struct forwarder_deadline heap[NETWORK_PACKETS_MAX];
    uint32_t places[NETWORK_PACKETS_MAX];
    struct packet packets[NETWORK_PACKETS_MAX];
};

/* A network at time 0 with nothing on its way, from this seed. It is some MiB large. */
void network_init(struct network *network, uint64_t seed);

/* Sends a packet: it may be lost, delayed, or arrive twice. */
void network_send(struct network *network, const struct packet *packet);

/* Lets a packet arrive at that time and not be lost on its way: for what is to happen and is no
 * packet. */
void network_schedule(struct network *network, const struct packet *packet, uint64_t at_ns);

/* When the next one arrives; UINT64_MAX where nothing is on its way. */
uint64_t network_next_ns(const struct network *network);

/* Takes the next one (there must be one: REQUIRE), and moves the clock to its time. */
void network_take(struct network *network, struct packet *ret_packet);
