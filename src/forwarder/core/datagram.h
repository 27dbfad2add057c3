/*
 * struct forwarder_datagram: one UDP datagram, or one message of a TCP stream without its length,
 * that came in or shall go out, and struct forwarder_batch: those that shall go out.
 *
 * Addresses are octets, not struct sockaddr, so that the core needs no system header. Pure; one
 * thread at a time.
 */
#pragma once

#include "base/byte_writer.h"

/* An IP address and a port. */
struct forwarder_address {
    uint8_t octets[16]; /* network order; the first `size` count, the others are 0 */
    uint32_t scope;     /* the interface of a link-local IPv6 address, else 0 */
    uint16_t port;      /* host order */
    uint8_t size;       /* 4 (IPv4), 16 (IPv6), or 0: no address */
};

/* Whether both are the same address, scope and port; two that are none are equal. */
bool forwarder_address_equal(const struct forwarder_address *a, const struct forwarder_address *b);

enum forwarder_side {
    FORWARDER_CLIENTS,   /* between a client and one of the sockets that listen */
    FORWARDER_UPSTREAMS, /* between one of our sockets and an upstream */
};

/* Where a datagram comes from or goes to. */
struct forwarder_path {
    enum forwarder_side side;
    uint16_t socket; /* its number on that side, counted from 0 by the loop; see forwarder.h */
    uint32_t stream; /* 0: a datagram; else a message of a stream, which is the loop's number for a
                        client's, and 1 for one to an upstream, whose place `socket` then is */
    bool is_private; /* a client's stream that nobody on the way can read */
    struct forwarder_address peer;  /* the other end */
    struct forwarder_address local; /* our end: an answer leaves from where its query went to. Size
                                       0 where the socket has one address only */
};

/* Where an answer to a client comes from. */
enum forwarder_source {
    FORWARDER_FROM_HERE,     /* we say so ourselves */
    FORWARDER_FROM_CACHE,    /* fresh or stale */
    FORWARDER_FROM_UPSTREAM, /* it waited for one */
    FORWARDER_SOURCES
};

struct forwarder_datagram {
    struct forwarder_path path;
    struct bytes payload;
    bool is_reassembled; /* it came in fragments, of which one may be somebody else's */
    /* Of an answer to a client alone: */
    enum forwarder_source source;
    uint64_t since_ns; /* when its query came; 0: that is not known */
};

/* No datagram is larger, in octets, neither in nor out. The loop drops those that are. */
#define FORWARDER_DATAGRAM_BYTES_MAX 4096
/* No message of a stream can be larger. */
#define FORWARDER_MESSAGE_BYTES_MAX 65535
#define FORWARDER_BATCH_MAX 64

/*
 * Datagrams to send, with room for FORWARDER_BATCH_MAX of any size. About 260 KiB, of which only
 * what is used is touched: let it live on the heap. All zero is an empty batch. Payloads point into
 * the batch and live until forwarder_batch_clear(). One that is full while there is more to say is
 * given to `flush`, which sends what is in it and clears it.
 */
struct forwarder_batch {
    void (*flush)(struct forwarder_batch *batch, void *owner);
    void *owner;
    size_t count;
    struct forwarder_datagram at[FORWARDER_BATCH_MAX];
    size_t octets_used;
    uint8_t octets[FORWARDER_BATCH_MAX * FORWARDER_DATAGRAM_BYTES_MAX];
};

/* The most octets that can be sent on a path at once. */
static inline size_t forwarder_path_bytes_max(const struct forwarder_path *path)
{
    return path->stream != 0 ? FORWARDER_MESSAGE_BYTES_MAX : FORWARDER_DATAGRAM_BYTES_MAX;
}

/* Whether one more datagram of any size fits. */
static inline bool forwarder_batch_has_room(const struct forwarder_batch *batch)
{
    return batch->count < FORWARDER_BATCH_MAX &&
           sizeof(batch->octets) - batch->octets_used >= FORWARDER_DATAGRAM_BYTES_MAX;
}

/* Forgets all datagrams. */
static inline void forwarder_batch_clear(struct forwarder_batch *batch)
{
    batch->count = 0;
    batch->octets_used = 0;
}

/* A writer over the block for the next datagram or message on a path, with room for any. What is
 * written becomes a datagram by forwarder_batch_add(), and is forgotten otherwise. A batch without
 * room is flushed (REQUIRE: it can be). */
struct byte_writer forwarder_batch_writer(struct forwarder_batch *batch,
                                          const struct forwarder_path *path);

/* Adds what was written to the writer that the batch gave last. */
void forwarder_batch_add(struct forwarder_batch *batch, const struct forwarder_path *path,
                         const struct byte_writer *written);

/* Says where the answer that was added last comes from, and when its query came. */
void forwarder_batch_mark(struct forwarder_batch *batch, enum forwarder_source source,
                          uint64_t since_ns);
