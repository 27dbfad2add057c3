/*
 * Property: wherever a stream is cut, the same messages come out of it, or none and none after
 * where one is larger than there is room for; all octets of it are in them or their lengths.
 *
 * The input: an octet that chooses the room, one for each of the sizes in which the rest arrives.
 *
 * Covers: src/forwarder/core/stream.c 90%
 */
#include "forwarder/core/stream.h"
#include "fuzz/target.h"

#define CUTS 8

struct reading {
    struct forwarder_stream stream;
    uint8_t *block;
    struct bytes input; /* what is to arrive */
    size_t arrived;
    size_t given; /* octets of messages and lengths that came out */
    bool is_broken;
};

/* Takes the messages that are there, each of which must be what stands in the input. */
static void take_messages(struct reading *reading)
{
    size_t largest = reading->stream.capacity - FORWARDER_STREAM_LENGTH;
    struct bytes message = { 0 };
    enum forwarder_stream_state state;
    const uint8_t *at;

    while (state = forwarder_stream_next(&reading->stream, &message),
           state == FORWARDER_STREAM_MESSAGE) {
        at = reading->input.at + reading->given;
        fuzz_require(message.size == ((size_t)at[0] << 8 | at[1]));
        fuzz_require(message.size <= largest);
        fuzz_require(bytes_equal(message, bytes_of(at + FORWARDER_STREAM_LENGTH, message.size)));
        reading->given += FORWARDER_STREAM_LENGTH + message.size;
        fuzz_require(reading->given <= reading->arrived);
    }
    at = reading->input.at + reading->given;
    if (state == FORWARDER_STREAM_BROKEN) {
        reading->is_broken = true;
        fuzz_require(((size_t)at[0] << 8 | at[1]) > largest);
        return;
    }
    if (reading->arrived - reading->given >= FORWARDER_STREAM_LENGTH)
        fuzz_require(((size_t)at[0] << 8 | at[1]) + FORWARDER_STREAM_LENGTH >
                     reading->arrived - reading->given);
}

/* At most `size` octets arrive. */
static void arrive(struct reading *reading, size_t size)
{
    size_t left = reading->input.size - reading->arrived;
    uint8_t *at = NULL;
    size_t room = forwarder_stream_room(&reading->stream, &at);

    fuzz_require(room > 0);
    size = size < left ? size : left;
    size = size < room ? size : room;
    memcpy(at, reading->input.at + reading->arrived, size);
    forwarder_stream_fill(&reading->stream, size);
    reading->arrived += size;
}

FUZZ_TARGET(input)
{
    struct reading reading = { 0 };
    size_t capacity;

    if (input.size <= CUTS + 1)
        return;
    capacity = 3 + input.at[0] * (size_t)4;
    reading.block = malloc(capacity);
    fuzz_require(reading.block != NULL);
    reading.stream = forwarder_stream_init(reading.block, capacity);
    fuzz_require(bytes_from(input, CUTS + 1, &reading.input));
    for (size_t i = 0; reading.arrived < reading.input.size && !reading.is_broken; i++) {
        arrive(&reading, 1 + input.at[1 + i % CUTS]);
        take_messages(&reading);
    }
    free(reading.block);
}
