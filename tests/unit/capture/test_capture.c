/* From frames to messages: what each kind of frame gives, streams, fragments, and limits. */
#include "../dns/wire.h"

#include "capture/capture.h"

#define ADDRESSES "7f000001 7f000002 "
#define MESSAGE "abcd 0100 0000 0000 0000 0000 "
#define UDP "0fa0 0035 0014 0000 " MESSAGE
#define IPV4_UDP "4500 0028 0000 0000 4011 0000 " ADDRESSES UDP
#define IPV6(size, next)                                                                           \
    "60000000 " size " " next " 40 20010db8000000000000000000000001 "                              \
    "20010db8000000000000000000000002 "

static const struct capture_counts no_counts;

/* A capture with room for one of each. */
struct fixture {
    struct capture capture;
    struct capture_slot *slots;
    uint8_t frame[40 + 64]; /* the last segment: it stays until its messages are counted */
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    struct capture_room room = {
        .packets_count = 1, .streams_count = 1, .ports = { 53, 5353 }, .ports_count = 2
    };

    assert_non_null(fixture);
    fixture->slots = malloc(2 * sizeof(*fixture->slots));
    assert_non_null(fixture->slots);
    room.packets = &fixture->slots[0];
    room.streams = &fixture->slots[1];
    capture_init(&fixture->capture, &room);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;

    free(fixture->slots);
    free(fixture);
    return 0;
}

static void put(struct fixture *fixture, unsigned int link, struct bytes octets, uint64_t time_s)
{
    struct capture_frame frame = { time_s * 1000000000U, link, octets };

    capture_put(&fixture->capture, &frame);
}

static void frames_of_every_kind_give_their_message(void **state)
{
    static const struct {
        const char *label, *frame;
        unsigned int link, version;
    } rows[] = {
        { "Ethernet", "020000000001 020000000002 0800 " IPV4_UDP, 1, 4 },
        { "Ethernet with padding", "020000000001 020000000002 0800 " IPV4_UDP "000000000000", 1,
          4 },
        { "two VLAN tags", "020000000001 020000000002 88a8 0001 8100 0002 0800 " IPV4_UDP, 1, 4 },
        { "Linux cooked", "0000 0304 0006 000000000000 0000 0800 " IPV4_UDP, 113, 4 },
        { "Linux cooked 2", "0800 0000 00000001 0304 00 06 0000000000000000 " IPV4_UDP, 276, 4 },
        { "loopback of BSD", "02000000 " IPV4_UDP, 0, 4 },
        { "loopback of OpenBSD", "00000002 " IPV4_UDP, 108, 4 },
        { "raw", IPV4_UDP, 12, 4 },
        { "options of IPv4", "4600 002c 0000 0000 4011 0000 " ADDRESSES "01010101 " UDP, 228, 4 },
        { "a size that the network card would set", "4500 0000 0000 0000 4011 0000 " ADDRESSES UDP,
          228, 4 },
        { "IPv6", IPV6("0014", "11") UDP, 229, 6 },
        { "IPv6 with extensions", IPV6("0024", "00") "3c00 010400000000 1100 010400000000 " UDP,
          229, 6 },
        { "IPv6 that is its own fragment (RFC 6946)", IPV6("001c", "2c") "1100 0000 00000007 " UDP,
          229, 6 },
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(frame, rows[i].frame);
        WIRE(expected, MESSAGE);
        struct capture_message message;

        put(fixture, rows[i].link, frame, i);
        assert_row(rows[i].label, capture_next(&fixture->capture, &message));
        assert_row(rows[i].label, bytes_equal(message.octets, expected));
        assert_row(rows[i].label, message.flow.version == rows[i].version);
        assert_row(rows[i].label, message.flow.source.port == 4000);
        assert_row(rows[i].label, message.flow.destination.port == 53);
        assert_row(rows[i].label, message.time_ns == i * 1000000000U);
        assert_row(rows[i].label, !capture_next(&fixture->capture, &message));
    }
    assert_int_equal(fixture->capture.counts.messages, ROWS(rows));
}

static void frames_without_a_message_are_counted_for_what_they_are(void **state)
{
    static const struct {
        const char *label, *frame;
        unsigned int link;
        struct capture_counts counts;
    } rows[] = {
        { "an unknown link", IPV4_UDP, 7, { .others = 1 } },
        { "ARP", "020000000001 020000000002 0806 0001", 1, { .others = 1 } },
        { "IP of version 5", "55", 12, { .others = 1 } },
        { "ICMP", "4500 0014 0000 0000 4001 0000 " ADDRESSES, 228, { .others = 1 } },
        { "another port",
          "4500 001c 0000 0000 4011 0000 " ADDRESSES "0fa0 0fa1 0008 0000",
          228,
          { .others = 1 } },
        { "nothing", "", 228, { .cut = 1 } },
        { "a cut datagram",
          "4500 0028 0000 0000 4011 0000 " ADDRESSES "0fa0 0035 0014 0000",
          228,
          { .cut = 1 } },
        { "a cut header", "4500 0028 0000", 228, { .cut = 1 } },
        { "a cut IPv6 packet", IPV6("0014", "11") "0fa0", 229, { .cut = 1 } },
        { "UDP that is larger than its packet",
          "4500 001c 0000 0000 4011 0000 " ADDRESSES "0fa0 0035 0009 0000",
          228,
          { .cut = 1 } },
        { "UDP of seven octets",
          "4500 001c 0000 0000 4011 0000 " ADDRESSES "0fa0 0035 0007 0000",
          228,
          { .malformed = 1 } },
        { "IPv4 that is smaller than its header",
          "4500 0013 0000 0000 4011 0000 " ADDRESSES,
          228,
          { .malformed = 1 } },
        { "a header of four words",
          "4400 0014 0000 0000 4011 0000 " ADDRESSES,
          228,
          { .malformed = 1 } },
        { "a fragment of seven octets",
          "4500 001b 0000 2000 4011 0000 " ADDRESSES "00000000000000",
          228,
          { .malformed = 1 } },
    };
    struct fixture *fixture = *state;

    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(frame, rows[i].frame);
        struct capture_counts expected = rows[i].counts;
        struct capture_message message;

        expected.frames = 1;
        fixture->capture.counts = no_counts;
        put(fixture, rows[i].link, frame, 0);
        assert_row(rows[i].label, !capture_next(&fixture->capture, &message));
        assert_row(rows[i].label,
                   memcmp(&fixture->capture.counts, &expected, sizeof(expected)) == 0);
    }
}

/* The parts of a datagram whose UDP header says 36 octets. */
#define FRAGMENT(size, place) "4500 " size " 0001 " place " 4011 0000 " ADDRESSES
#define FIRST FRAGMENT("0024", "2000") "0fa0 0035 0024 0000 abcd 0100 0000 0000"
#define SECOND FRAGMENT("0024", "2002") "0000 0000 1111 1111 1111 1111 1111 1111"
#define LAST FRAGMENT("0018", "0004") "2222 2222"

static void fragments_are_put_together_in_any_order(void **state)
{
    static const char *const orders[][4] = {
        { FIRST, SECOND, LAST, NULL },
        { LAST, SECOND, FIRST, NULL },
        { SECOND, SECOND, LAST, FIRST },
    };
    struct fixture *fixture = *state;
    struct capture_message message;

    for (size_t i = 0; i < ROWS(orders); i++) {
        unsigned int found = 0;

        for (size_t j = 0; j < 4 && orders[i][j] != NULL; j++) {
            WIRE(frame, orders[i][j]);

            put(fixture, 228, frame, 0);
            found += capture_next(&fixture->capture, &message);
        }
        assert_int_equal(found, 1);
        assert_int_equal(message.octets.size, 28);
        assert_int_equal(message.octets.at[27], 0x22);
    }
    assert_int_equal(fixture->capture.counts.malformed, 0);
}

static void fragments_that_overlap_are_dropped_with_their_packet(void **state)
{
    struct fixture *fixture = *state;
    WIRE(first, FIRST);
    WIRE(overlap, FRAGMENT("0024", "2001") "0000 0000 3333 3333 3333 3333 3333 3333");
    WIRE(second, SECOND);
    WIRE(last, LAST);
    struct capture_message message;

    put(fixture, 228, first, 0);
    put(fixture, 228, overlap, 0);
    assert_int_equal(fixture->capture.counts.malformed, 1);
    put(fixture, 228, second, 0);
    put(fixture, 228, last, 0);
    assert_false(capture_next(&fixture->capture, &message));
    capture_finish(&fixture->capture);
    assert_int_equal(fixture->capture.counts.unfinished, 1);
}

static void fragments_a_minute_apart_do_not_belong_together(void **state)
{
    struct fixture *fixture = *state;
    WIRE(first, FIRST);
    WIRE(second, SECOND);
    WIRE(last, LAST);
    struct capture_message message;

    put(fixture, 228, first, 0);
    put(fixture, 228, second, 10);
    put(fixture, 228, last, 71);
    assert_false(capture_next(&fixture->capture, &message));
    assert_int_equal(fixture->capture.counts.unfinished, 1);
}

/* A segment of 20 octets of header and those of `piece`. */
static void put_segment(struct fixture *fixture, uint32_t sequence, uint8_t flags,
                        struct bytes piece)
{
    static const uint8_t headers[40] = { 0x45, 0, 0, 40, 0,   0, 0, 0, 64,   6,    0, 0,
                                         127,  0, 0, 1,  127, 0, 0, 2, 0x0f, 0xa0, 0, 53 };
    uint8_t *frame = fixture->frame;

    assert_true(piece.size <= 64);
    memcpy(frame, headers, sizeof(headers));
    frame[3] = (uint8_t)(40 + piece.size);
    for (unsigned int i = 0; i < 4; i++)
        frame[24 + i] = (uint8_t)(sequence >> (24 - 8 * i));
    frame[32] = 0x50;
    frame[33] = flags;
    if (piece.size > 0)
        memcpy(&frame[40], piece.at, piece.size);
    put(fixture, 228, bytes_of(frame, 40 + piece.size), 0);
}

static unsigned int count_messages(struct fixture *fixture)
{
    struct capture_message message;
    unsigned int count = 0;

    while (capture_next(&fixture->capture, &message))
        count++;
    return count;
}

#define SYN 2
#define FIN 1
#define RST 4

static void streams_give_their_messages_in_order(void **state)
{
    struct fixture *fixture = *state;
    WIRE(stream, "0003 010203 0000 0002 0405 0001");
    struct bytes nothing = bytes_of(stream.at, 0);
    struct bytes first;
    struct bytes rest;

    assert_true(bytes_part(stream, 0, 4, &first));
    assert_true(bytes_from(stream, 4, &rest));
    put_segment(fixture, 0xFFFFFFFD, SYN, nothing);
    put_segment(fixture, 2, 0, rest);
    assert_int_equal(count_messages(fixture), 0);
    put_segment(fixture, 0xFFFFFFFE, 0, first);
    assert_int_equal(count_messages(fixture), 3);
    put_segment(fixture, 2, 0, rest); /* again */
    assert_int_equal(count_messages(fixture), 0);
    put_segment(fixture, 11, FIN, nothing);
    assert_int_equal(count_messages(fixture), 0);
    assert_int_equal(fixture->capture.counts.unfinished, 1);
    assert_int_equal(fixture->capture.counts.lost, 0);
}

static void streams_begin_anew_after_reset_and_with_another_syn(void **state)
{
    struct fixture *fixture = *state;
    WIRE(stream, "0003 010203");
    struct bytes nothing = bytes_of(stream.at, 0);
    struct bytes half;

    assert_true(bytes_part(stream, 0, 3, &half));
    put_segment(fixture, 100, 0, half);
    assert_int_equal(count_messages(fixture), 0);
    put_segment(fixture, 103, RST, nothing);
    put_segment(fixture, 100, 0, stream);
    assert_int_equal(count_messages(fixture), 1);
    put_segment(fixture, 105, 0, half);
    assert_int_equal(count_messages(fixture), 0);
    put_segment(fixture, 7000, SYN, nothing);
    put_segment(fixture, 7001, 0, stream);
    assert_int_equal(count_messages(fixture), 1);
    assert_int_equal(fixture->capture.counts.unfinished, 2);
}

static void segments_far_ahead_of_their_stream_are_lost(void **state)
{
    struct fixture *fixture = *state;
    WIRE(stream, "0003 010203");
    struct bytes nothing = bytes_of(stream.at, 0);

    put_segment(fixture, 0, SYN, nothing);
    put_segment(fixture, 1 + CAPTURE_BLOCK_SIZE, 0, stream);
    assert_int_equal(count_messages(fixture), 0);
    assert_int_equal(fixture->capture.counts.lost, 1);
    put_segment(fixture, 1, 0, stream);
    assert_int_equal(count_messages(fixture), 1);
}

static void assembly_of_too_many_ranges_is_refused_and_unchanged(void **state)
{
    struct capture_assembly *assembly = calloc(1, sizeof(*assembly));
    WIRE(octet, "01");

    (void)state;
    assert_non_null(assembly);
    for (unsigned int i = 0; i < CAPTURE_RANGES_MAX; i++)
        assert_true(capture_assembly_add(assembly, 2 * i, octet));
    assert_false(capture_assembly_add(assembly, 2 * CAPTURE_RANGES_MAX, octet));
    assert_int_equal(assembly->count, CAPTURE_RANGES_MAX);
    assert_false(capture_assembly_add(assembly, CAPTURE_BLOCK_SIZE, octet));
    for (unsigned int i = 0; i < CAPTURE_RANGES_MAX; i++)
        assert_true(capture_assembly_add(assembly, 2 * i + 1, octet));
    assert_int_equal(assembly->count, 1);
    assert_int_equal(capture_assembly_ready(assembly).size, 2 * CAPTURE_RANGES_MAX);
    capture_assembly_shift(assembly, 2 * CAPTURE_RANGES_MAX);
    assert_int_equal(assembly->count, 0);
    free(assembly);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

static const struct CMUnitTest tests[] = {
    WITH_FIXTURE(frames_of_every_kind_give_their_message),
    WITH_FIXTURE(frames_without_a_message_are_counted_for_what_they_are),
    WITH_FIXTURE(fragments_are_put_together_in_any_order),
    WITH_FIXTURE(fragments_that_overlap_are_dropped_with_their_packet),
    WITH_FIXTURE(fragments_a_minute_apart_do_not_belong_together),
    WITH_FIXTURE(streams_give_their_messages_in_order),
    WITH_FIXTURE(streams_begin_anew_after_reset_and_with_another_syn),
    WITH_FIXTURE(segments_far_ahead_of_their_stream_are_lost),
    cmocka_unit_test(assembly_of_too_many_ranges_is_refused_and_unchanged),
};

RUN_TESTS(tests)
