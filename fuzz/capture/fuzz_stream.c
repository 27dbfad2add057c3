/*
 * Property: a stream of TCP that is cut into segments, which come in any order, more than once, and
 * with holes, gives exactly the messages that are whole before the first hole, in their order and
 * octet by octet.
 *
 * The input: the number of segments, for each its place in the stream (two octets) and its size
 * (one octet), the first sequence number, and then the octets of the stream.
 *
 * Covers: src/capture/capture.c 50% src/capture/assembly.c 60%
 */
#include "base/byte_writer.h"
#include "capture/capture.h"
#include "fuzz/target.h"

#define HEADERS_SIZE 40
#define SEGMENTS_MAX CAPTURE_RANGES_MAX
#define STREAM_SIZE_MAX 60000

struct model {
    struct capture capture;
    struct bytes stream;
    uint32_t sequence; /* of its first octet */
    size_t checked;    /* octets of the stream that came out as messages, with their lengths */
    uint8_t is_there[STREAM_SIZE_MAX];
};

/* The messages that come out are the next ones of the stream. */
static void check_messages(struct model *model)
{
    struct capture_message message;

    while (capture_next(&model->capture, &message)) {
        struct byte_reader in = byte_reader_init(model->stream);
        struct bytes expected;
        uint16_t size;

        fuzz_require(read_skip(&in, model->checked));
        fuzz_require(read_u16_be(&in, &size) && read_bytes(&in, size, &expected));
        fuzz_require(bytes_equal(message.octets, expected));
        for (size_t i = model->checked; i < in.position; i++)
            fuzz_require(model->is_there[i]);
        model->checked = in.position;
    }
}

/* IPv4 and TCP around a piece of the stream. */
static void put_segment(struct model *model, uint8_t flags, size_t at, struct bytes piece)
{
    uint8_t frame[HEADERS_SIZE + UINT8_MAX];
    struct byte_writer out = byte_writer_init(frame, HEADERS_SIZE + piece.size);
    bool complete =
        write_u16_be(&out, 0x4500) && write_u16_be(&out, (uint16_t)(HEADERS_SIZE + piece.size)) &&
        write_u32_be(&out, 0) && write_u32_be(&out, 0x40060000) && write_u32_be(&out, 0x7F000001) &&
        write_u32_be(&out, 0x7F000002) && write_u16_be(&out, 4000) && write_u16_be(&out, 53) &&
        write_u32_be(&out, model->sequence + (uint32_t)at) && write_u32_be(&out, 0) &&
        write_u8(&out, 0x50) && write_u8(&out, flags) && write_u16_be(&out, 0) &&
        write_u32_be(&out, 0) && write_bytes(&out, piece);
    struct capture_frame packet = { .link = 228, .octets = byte_writer_written(&out) };

    fuzz_require(complete);
    capture_put(&model->capture, &packet);
    check_messages(model);
}

/* All that is whole before the first hole has come out. */
static void check_end(const struct model *model)
{
    struct byte_reader in = byte_reader_init(model->stream);
    size_t ready = 0;
    uint16_t size;

    while (ready < model->stream.size && model->is_there[ready])
        ready++;
    in.end = ready;
    in.position = model->checked;
    fuzz_require(!(read_u16_be(&in, &size) && read_skip(&in, size)));
    fuzz_require(model->capture.counts.lost == 0);
}

static void run(struct model *model, struct byte_reader segments)
{
    struct bytes nothing = bytes_of(model->stream.at, 0);
    uint16_t at;
    uint8_t size;

    model->sequence--;
    put_segment(model, 0x02, 0, nothing); /* SYN takes a number, too */
    model->sequence++;
    while (read_u16_be(&segments, &at) && read_u8(&segments, &size)) {
        struct bytes piece;

        if (model->stream.size == 0)
            break;
        at = (uint16_t)(at % model->stream.size);
        if (size > model->stream.size - at)
            size = (uint8_t)(model->stream.size - at);
        fuzz_require(bytes_part(model->stream, at, size, &piece));
        memset(&model->is_there[at], 1, size);
        put_segment(model, 0x10, at, piece);
    }
    check_end(model);
}

FUZZ_TARGET(input)
{
    struct model *model = calloc(1, sizeof(*model));
    struct capture_slot *slots = malloc(2 * sizeof(*slots));
    struct capture_room room = { slots, 1, slots + 1, 1, { 53 }, 1 };
    struct byte_reader in = byte_reader_init(input);
    struct byte_reader segments;
    uint8_t count;

    fuzz_require(model != NULL && slots != NULL);
    if (read_u8(&in, &count) && byte_reader_split(&in, 3U * (count % SEGMENTS_MAX), &segments) &&
        read_u32_be(&in, &model->sequence) && byte_reader_left(&in) <= STREAM_SIZE_MAX) {
        capture_init(&model->capture, &room);
        model->stream = byte_reader_rest(&in);
        run(model, segments);
    }
    free(slots);
    free(model);
}
