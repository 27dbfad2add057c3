/*
 * From frames to messages. A stream's block is a window that begins with the message that is not
 * complete yet, and has room for the largest one; so a message is whole in it when it is there.
 */
#include "capture/capture.h"

#include "base/require.h"

#define NS_PER_S 1000000000U
#define UDP_SIZE 8
#define TCP_SIZE_MIN 20
#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define LENGTH_SIZE 2 /* in front of a message on a stream */

void capture_init(struct capture *capture, const struct capture_room *room)
{
    REQUIRE(room->packets_count > 0);
    REQUIRE(room->streams_count > 0);
    REQUIRE(room->ports_count <= CAPTURE_PORTS_MAX);
    *capture = (struct capture){ .room = *room };
    for (size_t i = 0; i < room->packets_count; i++)
        room->packets[i].is_used = false;
    for (size_t i = 0; i < room->streams_count; i++)
        room->streams[i].is_used = false;
}

static bool is_same_end(const struct capture_end *a, const struct capture_end *b)
{
    return a->port == b->port && memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

static bool is_same_flow(const struct capture_flow *a, const struct capture_flow *b)
{
    return a->version == b->version && a->protocol == b->protocol &&
           a->fragment_id == b->fragment_id && is_same_end(&a->source, &b->source) &&
           is_same_end(&a->destination, &b->destination);
}

/* Frees a slot; what it still holds is lost. */
static void give_up(struct capture *capture, struct capture_slot *slot)
{
    if (slot->is_used && slot->assembly.count > 0)
        capture->counts.unfinished++;
    slot->is_used = false;
}

/* Slots of one kind. */
struct slots {
    struct capture_slot *at;
    size_t count;
    uint64_t idle_s;
};

/* The slot of a flow; NULL: it has none. */
static struct capture_slot *find_slot(struct capture *capture, struct slots slots,
                                      const struct capture_flow *flow)
{
    uint64_t now_ns = capture->next.time_ns;

    for (size_t i = 0; i < slots.count; i++) {
        struct capture_slot *slot = &slots.at[i];

        if (!slot->is_used || !is_same_flow(&slot->flow, flow))
            continue;
        if (now_ns > slot->touched_ns && now_ns - slot->touched_ns > slots.idle_s * NS_PER_S) {
            give_up(capture, slot);
            return NULL;
        }
        return slot;
    }
    return NULL;
}

/* An empty slot for a flow: one that is free, or that of the flow that is untouched for longest. */
static struct capture_slot *new_slot(struct capture *capture, struct slots slots,
                                     const struct capture_flow *flow)
{
    struct capture_slot *slot = &slots.at[0];

    for (size_t i = 1; i < slots.count && slot->is_used; i++) {
        if (!slots.at[i].is_used || slots.at[i].touched < slot->touched)
            slot = &slots.at[i];
    }
    give_up(capture, slot);
    slot->is_used = true;
    slot->has_end = false;
    slot->flow = *flow;
    slot->given = 0;
    capture_assembly_clear(&slot->assembly);
    return slot;
}

static void touch(const struct capture *capture, struct capture_slot *slot)
{
    slot->touched = capture->counts.frames;
    slot->touched_ns = capture->next.time_ns;
}

/* Whether a fragment agrees with those that are there. */
static bool is_fitting(const struct capture_slot *slot, const struct capture_ip *ip)
{
    size_t end = ip->fragment_at + ip->payload.size;

    if (ip->payload.size == 0 || (!ip->is_last && ip->payload.size % 8 != 0))
        return false;
    if (slot->has_end && (ip->is_last ? end != slot->end : end > slot->end))
        return false;
    return !capture_assembly_overlaps(&slot->assembly, ip->fragment_at, ip->payload.size) ||
           capture_assembly_holds(&slot->assembly, ip->fragment_at, ip->payload);
}

/* Puts a fragment to the others of its packet. When that is complete, it becomes the payload. */
static enum capture_outcome put_fragment(struct capture *capture, struct capture_ip *ip,
                                         bool *ret_is_whole)
{
    struct slots slots = { capture->room.packets, capture->room.packets_count,
                           CAPTURE_FRAGMENT_IDLE_S };
    struct capture_flow flow = { .version = ip->version,
                                 .protocol = ip->protocol,
                                 .fragment_id = ip->fragment_id,
                                 .source = ip->source,
                                 .destination = ip->destination };
    struct capture_slot *slot = find_slot(capture, slots, &flow);
    struct bytes ready;

    if (slot == NULL)
        slot = new_slot(capture, slots, &flow);
    touch(capture, slot);
    if (!is_fitting(slot, ip) ||
        !capture_assembly_add(&slot->assembly, ip->fragment_at, ip->payload)) {
        slot->is_used = false;
        return CAPTURE_MALFORMED;
    }
    if (ip->is_last) {
        slot->has_end = true;
        slot->end = (uint32_t)(ip->fragment_at + ip->payload.size);
    }
    ready = capture_assembly_ready(&slot->assembly);
    *ret_is_whole = slot->has_end && ready.size == slot->end && slot->assembly.count == 1;
    if (*ret_is_whole) {
        ip->payload = ready; /* the block stays as it is until another frame is put */
        slot->is_used = false;
    }
    return CAPTURE_OK;
}

static bool has_port(const struct capture *capture, const struct capture_flow *flow)
{
    for (size_t i = 0; i < capture->room.ports_count; i++) {
        uint16_t port = capture->room.ports[i];

        if (flow->source.port == port || flow->destination.port == port)
            return true;
    }
    return false;
}

static enum capture_outcome put_udp(struct capture *capture, struct byte_reader in)
{
    struct capture_flow *flow = &capture->next.flow;
    struct byte_reader payload;
    uint16_t size;

    if (!(read_u16_be(&in, &flow->source.port) && read_u16_be(&in, &flow->destination.port) &&
          read_u16_be(&in, &size) && read_skip(&in, 2)))
        return CAPTURE_CUT;
    if (!has_port(capture, flow))
        return CAPTURE_OTHER;
    if (size < UDP_SIZE)
        return CAPTURE_MALFORMED;
    if (!byte_reader_split(&in, size - UDP_SIZE, &payload))
        return CAPTURE_CUT;
    capture->next.octets = byte_reader_rest(&payload);
    capture->has_datagram = true;
    return CAPTURE_OK;
}

/* A segment of TCP: the octets behind its header begin at `sequence`. */
struct segment {
    uint32_t sequence;
    uint8_t flags;
    struct bytes octets;
};

/* The stream that a segment belongs to; NULL: none. */
static struct capture_slot *stream_of(struct capture *capture, const struct segment *segment)
{
    struct slots slots = { capture->room.streams, capture->room.streams_count,
                           CAPTURE_STREAM_IDLE_S };
    struct capture_slot *slot = find_slot(capture, slots, &capture->next.flow);
    bool begins = (segment->flags & TCP_SYN) != 0;

    if (slot != NULL && (segment->flags & TCP_RST) != 0) {
        give_up(capture, slot);
        return NULL;
    }
    if (slot != NULL && begins && segment->sequence != slot->sequence) { /* the ports' next use */
        give_up(capture, slot);
        slot = NULL;
    }
    if (slot == NULL && (begins || segment->octets.size > 0)) {
        slot = new_slot(capture, slots, &capture->next.flow);
        slot->sequence = segment->sequence;
    }
    return slot;
}

static enum capture_outcome put_tcp(struct capture *capture, struct byte_reader in)
{
    struct capture_flow *flow = &capture->next.flow;
    struct bytes whole = byte_reader_rest(&in);
    struct segment segment;
    uint8_t size;

    if (!(read_u16_be(&in, &flow->source.port) && read_u16_be(&in, &flow->destination.port)))
        return CAPTURE_CUT;
    if (!has_port(capture, flow))
        return CAPTURE_OTHER;
    if (!(read_u32_be(&in, &segment.sequence) && read_skip(&in, 4) && read_u8(&in, &size) &&
          read_u8(&in, &segment.flags)))
        return CAPTURE_CUT;
    size = (uint8_t)(size >> 4U << 2);
    if (size < TCP_SIZE_MIN)
        return CAPTURE_MALFORMED;
    if (!bytes_from(whole, size, &segment.octets))
        return CAPTURE_CUT;
    if ((segment.flags & TCP_SYN) != 0)
        segment.sequence++;
    capture->stream = stream_of(capture, &segment);
    if (capture->stream == NULL)
        return CAPTURE_OK;
    touch(capture, capture->stream);
    capture->stream->has_end = capture->stream->has_end || (segment.flags & TCP_FIN) != 0;
    capture->rest = segment.octets;
    capture->rest_sequence = segment.sequence;
    return CAPTURE_OK;
}

static enum capture_outcome put_packet(struct capture *capture, struct byte_reader in,
                                       unsigned int link)
{
    struct capture_ip ip;
    enum capture_outcome outcome;
    bool is_whole = true;

    if (!capture_link_read(&in, link))
        return CAPTURE_OTHER;
    outcome = capture_ip_read(byte_reader_rest(&in), &ip);
    if (outcome == CAPTURE_OK && ip.is_fragment)
        outcome = put_fragment(capture, &ip, &is_whole);
    if (outcome != CAPTURE_OK || !is_whole)
        return outcome;
    in = byte_reader_init(ip.payload);
    if (ip.version == 6)
        outcome = capture_extensions_read(&in, &ip.protocol);
    if (outcome != CAPTURE_OK)
        return outcome;
    capture->next.flow = (struct capture_flow){ .version = ip.version,
                                                .protocol = ip.protocol,
                                                .source = ip.source,
                                                .destination = ip.destination };
    if (ip.protocol == CAPTURE_PROTOCOL_UDP)
        return put_udp(capture, in);
    return ip.protocol == CAPTURE_PROTOCOL_TCP ? put_tcp(capture, in) : CAPTURE_OTHER;
}

void capture_put(struct capture *capture, const struct capture_frame *frame)
{
    struct capture_counts *counts = &capture->counts;
    enum capture_outcome outcome;

    counts->frames++;
    capture->next.time_ns = frame->time_ns;
    capture->has_datagram = false;
    capture->stream = NULL;
    outcome = put_packet(capture, byte_reader_init(frame->octets), frame->link);
    counts->others += outcome == CAPTURE_OTHER;
    counts->cut += outcome == CAPTURE_CUT;
    counts->malformed += outcome == CAPTURE_MALFORMED;
}

/* Moves as much as there is room for from the segment into its stream; whether any. */
static bool fill(struct capture *capture, struct capture_slot *stream)
{
    uint32_t behind = stream->sequence - capture->rest_sequence;
    uint32_t ahead = capture->rest_sequence - stream->sequence;
    size_t size = capture->rest.size;

    if (size == 0)
        return false;
    if (ahead > INT32_MAX) { /* its beginning has been seen before */
        size = behind < size ? behind : size;
        (void)bytes_from(capture->rest, size, &capture->rest);
        capture->rest_sequence += (uint32_t)size;
        return true;
    }
    if (ahead >= CAPTURE_BLOCK_SIZE)
        return false;
    size = size < CAPTURE_BLOCK_SIZE - ahead ? size : CAPTURE_BLOCK_SIZE - ahead;
    if (!capture_assembly_add(&stream->assembly, ahead, bytes_of(capture->rest.at, size)))
        return false;
    (void)bytes_from(capture->rest, size, &capture->rest);
    capture->rest_sequence += (uint32_t)size;
    return true;
}

/* The next message of a stream that is wholly there. */
static bool next_whole(struct capture_slot *stream, struct bytes *ret_message)
{
    struct bytes ready = capture_assembly_ready(&stream->assembly);
    struct byte_reader in = byte_reader_init(ready);
    uint16_t size;

    if (!(read_skip(&in, stream->given) && read_u16_be(&in, &size) &&
          read_bytes(&in, size, ret_message)))
        return false;
    stream->given += LENGTH_SIZE + (size_t)size;
    return true;
}

static bool next_of_stream(struct capture *capture, struct capture_slot *stream)
{
    do {
        if (next_whole(stream, &capture->next.octets))
            return true;
        capture_assembly_shift(&stream->assembly, stream->given);
        stream->sequence += (uint32_t)stream->given;
        stream->given = 0;
    } while (fill(capture, stream));
    capture->counts.lost += capture->rest.size > 0;
    /* Behind a FIN comes nothing, but before it there may be a hole that is filled later. */
    if (stream->has_end && stream->assembly.count <= 1 &&
        (stream->assembly.count == 0 || capture_assembly_ready(&stream->assembly).size > 0))
        give_up(capture, stream);
    capture->stream = NULL;
    return false;
}

bool capture_next(struct capture *capture, struct capture_message *ret_message)
{
    bool found = capture->has_datagram ||
                 (capture->stream != NULL && next_of_stream(capture, capture->stream));

    capture->has_datagram = false;
    if (found) {
        capture->counts.messages++;
        *ret_message = capture->next;
    }
    return found;
}

void capture_finish(struct capture *capture)
{
    for (size_t i = 0; i < capture->room.packets_count; i++)
        give_up(capture, &capture->room.packets[i]);
    for (size_t i = 0; i < capture->room.streams_count; i++)
        give_up(capture, &capture->room.streams[i]);
}
