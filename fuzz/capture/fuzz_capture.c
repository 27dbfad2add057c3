/*
 * Property: frames of any octets, in any order, with room for few packets and streams, give
 * messages that lie in a frame or in that room, on a port that was asked for, and no more octets
 * than came in; each frame counts once; and the same frames give the same again.
 *
 * The input is frames: a kind of link layer, seconds since the frame before, the size (two octets),
 * and the octets.
 *
 * Covers: src/capture/packet.c 90% src/capture/capture.c src/capture/assembly.c
 */
#include "capture/capture.h"
#include "fuzz/target.h"

#define SLOTS 2

/* What came out. */
struct outcome {
    struct capture_counts counts;
    uint64_t octets;
    uint32_t hash; /* of all that the messages say */
};

static void add_message(struct outcome *outcome, const struct capture_message *message)
{
    fuzz_require(message->octets.size <= UINT16_MAX);
    fuzz_require(message->flow.source.port == 53 || message->flow.destination.port == 53);
    fuzz_require(message->flow.version == 4 || message->flow.version == 6);
    outcome->octets += message->octets.size;
    outcome->hash = (outcome->hash ^ message->flow.protocol) * 16777619U;
    for (size_t i = 0; i < message->octets.size; i++)
        outcome->hash = (outcome->hash ^ message->octets.at[i]) * 16777619U;
}

static bool read_frame(struct byte_reader *in, struct capture_frame *frame)
{
    static const unsigned int links[] = { 0, 1, 12, 14, 101, 108, 113, 228, 229, 276, 7 };
    uint8_t link;
    uint8_t seconds;
    uint16_t size;

    if (!(read_u8(in, &link) && read_u8(in, &seconds) && read_u16_be(in, &size)))
        return false;
    if (size > byte_reader_left(in))
        size = (uint16_t)byte_reader_left(in);
    frame->link = links[link % (sizeof(links) / sizeof(links[0]))];
    frame->time_ns += seconds * (uint64_t)1000000000U;
    return read_bytes(in, size, &frame->octets);
}

/* Each frame in a heap block of its own size. */
static uint64_t run(struct bytes input, struct capture_slot *slots, struct outcome *outcome)
{
    struct byte_reader in = byte_reader_init(input);
    struct capture_room room = { .packets = slots,
                                 .packets_count = SLOTS,
                                 .streams = slots + SLOTS,
                                 .streams_count = SLOTS,
                                 .ports = { 53 },
                                 .ports_count = 1 };
    struct capture_frame frame = { 0 };
    struct capture_message message;
    struct capture capture;
    uint64_t fed = 0;

    capture_init(&capture, &room);
    while (read_frame(&in, &frame)) {
        uint8_t *block = fuzz_block(frame.octets.size + 1);

        memcpy(block + 1, frame.octets.at, frame.octets.size);
        frame.octets.at = block + 1;
        fed += frame.octets.size;
        capture_put(&capture, &frame);
        while (capture_next(&capture, &message))
            add_message(outcome, &message);
        fuzz_require(!capture_next(&capture, &message));
        free(block);
    }
    capture_finish(&capture);
    outcome->counts = capture.counts;
    return fed;
}

FUZZ_TARGET(input)
{
    struct capture_slot *slots = fuzz_block(2 * SLOTS * sizeof(*slots));
    struct outcome first = { .hash = 1 };
    struct outcome second = { .hash = 1 };
    uint64_t fed;

    memset(slots, 0xA5, 2 * SLOTS * sizeof(*slots));
    fed = run(input, slots, &first);
    fuzz_require(first.octets <= fed);
    fuzz_require(first.counts.others + first.counts.cut + first.counts.malformed <=
                 first.counts.frames);
    (void)run(input, slots, &second);
    fuzz_require(memcmp(&first, &second, sizeof(first)) == 0);
    free(slots);
}
