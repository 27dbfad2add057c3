/*
 * DNS messages in captured frames: those of UDP datagrams, put together from fragments where need
 * be, and those of TCP streams, in the order of the stream (RFC 7766).
 *
 *     struct capture capture;
 *     capture_init(&capture, &room);
 *     for each frame:
 *         capture_put(&capture, &frame);
 *         while (capture_next(&capture, &message))
 *             …
 *     capture_finish(&capture);
 *     … capture.counts …
 *
 * A stream begins with its SYN, or else with the first segment that is seen of it, which then
 * should begin with a message; what is behind octets that never come gives nothing. Streams are
 * given up after CAPTURE_STREAM_IDLE_S, fragments after CAPTURE_FRAGMENT_IDLE_S, and the longest
 * untouched ones where there is no room for a new one. Fragments that overlap are dropped with
 * their packet (RFC 5722). What gives no message is counted.
 *
 * Memory is the room that the caller brings, and keeps. Time for a frame is linear in its size and
 * in the room. Pure; one thread. Nothing in here looks into a message.
 */
#pragma once

#include "capture/assembly.h"
#include "capture/packet.h"

#define CAPTURE_PORTS_MAX 8
#define CAPTURE_FRAGMENT_IDLE_S 60U /* RFC 8200 section 4.5 */
#define CAPTURE_STREAM_IDLE_S 300U

/* One direction between two ends, or one fragmented packet. */
struct capture_flow {
    unsigned int version; /* of IP */
    uint8_t protocol;
    uint32_t fragment_id; /* 0 for a stream */
    struct capture_end source;
    struct capture_end destination;
};

/* A packet whose fragments are put together, or a stream. All zeroes: free. */
struct capture_slot {
    bool is_used;
    bool has_end; /* the last fragment, or the FIN, has been seen */
    struct capture_flow flow;
    uint64_t touched;    /* the number of the frame that came last */
    uint64_t touched_ns; /* and its time */
    uint32_t sequence;   /* stream: the number of the block's first octet */
    uint32_t end;        /* packet: its size, when has_end */
    size_t given;        /* stream: octets of the block that are done with */
    struct capture_assembly assembly;
};

/* Memory for what is put together: as many at a time as there are slots, at least one of each. */
struct capture_room {
    struct capture_slot *packets;
    size_t packets_count;
    struct capture_slot *streams;
    size_t streams_count;
    uint16_t ports[CAPTURE_PORTS_MAX]; /* one of them is the source's or the destination's */
    size_t ports_count;
};

/* How many there were. */
struct capture_counts {
    uint64_t frames;
    uint64_t messages;
    uint64_t others;     /* frames of other protocols and ports */
    uint64_t cut;        /* frames whose end was not captured */
    uint64_t malformed;  /* frames with headers that cannot be, or fragments that overlap */
    uint64_t unfinished; /* packets and streams that were given up in the middle of a message */
    uint64_t lost;       /* segments that had no place in their stream */
};

struct capture_frame {
    uint64_t time_ns;
    unsigned int link; /* see capture_link_read() */
    struct bytes octets;
};

struct capture_message {
    uint64_t time_ns; /* of the frame that completed it */
    struct capture_flow flow;
    struct bytes octets; /* without the length in front */
};

struct capture {
    struct capture_room room;
    struct capture_counts counts;
    struct capture_message next; /* what is common to the messages of the last frame */
    bool has_datagram;           /* next.octets is a message that has not been given */
    struct capture_slot *stream; /* that of the last frame, or NULL */
    uint32_t rest_sequence;      /* of the segment's octets that have not been put anywhere */
    struct bytes rest;
};

/* A capture at its start. The slots need not be cleared. */
void capture_init(struct capture *capture, const struct capture_room *room);

/* Takes in a frame. Its octets must stay until capture_next() gave false. */
void capture_put(struct capture *capture, const struct capture_frame *frame);

/* The next message that the last frame completed; its octets live until the next call of
 * capture_next() or capture_put(). */
bool capture_next(struct capture *capture, struct capture_message *ret_message);

/* Gives up all that is not complete, and counts it. */
void capture_finish(struct capture *capture);
