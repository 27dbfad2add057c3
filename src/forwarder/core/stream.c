/* What was given moves out of the way when there is no room behind the rest. */
#include "forwarder/core/stream.h"

#include "base/require.h"

struct forwarder_stream forwarder_stream_init(uint8_t *block, size_t capacity)
{
    REQUIRE(capacity > FORWARDER_STREAM_LENGTH);
    return (struct forwarder_stream){ .block = block, .capacity = capacity };
}

size_t forwarder_stream_room(struct forwarder_stream *stream, uint8_t **ret_at)
{
    if (stream->start > 0) {
        memmove(stream->block, stream->block + stream->start, stream->end - stream->start);
        stream->end -= stream->start;
        stream->start = 0;
    }
    *ret_at = stream->block + stream->end;
    return stream->capacity - stream->end;
}

void forwarder_stream_fill(struct forwarder_stream *stream, size_t count)
{
    REQUIRE(count <= stream->capacity - stream->end);
    stream->end += count;
}

enum forwarder_stream_state forwarder_stream_next(struct forwarder_stream *stream,
                                                  struct bytes *ret_message)
{
    size_t left = stream->end - stream->start;
    const uint8_t *at = stream->block + stream->start;
    size_t size;

    if (left < FORWARDER_STREAM_LENGTH)
        return FORWARDER_STREAM_MORE;
    size = (size_t)at[0] << 8 | at[1];
    if (size > stream->capacity - FORWARDER_STREAM_LENGTH)
        return FORWARDER_STREAM_BROKEN;
    if (left - FORWARDER_STREAM_LENGTH < size)
        return FORWARDER_STREAM_MORE;
    *ret_message = bytes_of(at + FORWARDER_STREAM_LENGTH, size);
    stream->start += FORWARDER_STREAM_LENGTH + size;
    return FORWARDER_STREAM_MESSAGE;
}
