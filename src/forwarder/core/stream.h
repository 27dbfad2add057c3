/*
 * struct forwarder_stream: messages out of the octets of a TCP stream, each of which has its length
 * in two octets in front (RFC 1035 section 4.2.2), wherever the stream is cut.
 *
 *     size_t room = forwarder_stream_room(&stream, &at);
 *     … put at most `room` octets at `at` …
 *     forwarder_stream_fill(&stream, count);
 *     while (forwarder_stream_next(&stream, &message) == FORWARDER_STREAM_MESSAGE)
 *         …
 *
 * The block is the caller's; a message is a view of it until the next call. Pure; one thread.
 */
#pragma once

#include "base/bytes.h"

#define FORWARDER_STREAM_LENGTH 2

struct forwarder_stream {
    uint8_t *block;
    size_t capacity; /* of the block: the largest message, and its length */
    size_t start;    /* of what was not given yet */
    size_t end;      /* of what there is */
};

enum forwarder_stream_state {
    FORWARDER_STREAM_MESSAGE, /* there is one */
    FORWARDER_STREAM_MORE,    /* more octets are needed first */
    FORWARDER_STREAM_BROKEN,  /* the next message is larger than the block allows */
};

/* A stream at its start, in a block of more than FORWARDER_STREAM_LENGTH octets (REQUIRE). */
struct forwarder_stream forwarder_stream_init(uint8_t *block, size_t capacity);

/* Where the next octets go, and how many fit: at least one, unless there is a message or the stream
 * is broken. */
size_t forwarder_stream_room(struct forwarder_stream *stream, uint8_t **ret_at);

/* So many octets (at most the room: REQUIRE) were put there. */
void forwarder_stream_fill(struct forwarder_stream *stream, size_t count);

/* The next message. */
enum forwarder_stream_state forwarder_stream_next(struct forwarder_stream *stream,
                                                  struct bytes *ret_message);
