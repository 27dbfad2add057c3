/* Values by the rows of a table, the DNS message last: so it need not be copied. */
#include "dnstap/message.h"

#include "base/require.h"

#define NS_PER_S UINT64_C(1000000000)

/* How a value stands on the wire (protobuf). */
enum form {
    VARINT = 0,
    OCTETS = 2, /* a length, and so many octets */
    FIXED32 = 5,
};

/* The fields of `Dnstap`. */
enum outer { IDENTITY = 1, VERSION = 2, MESSAGE = 14, KIND = 15 };
#define KIND_MESSAGE 1

/* The fields of `Message`, but for the DNS message. */
enum field {
    TYPE,
    FAMILY,
    PROTOCOL,
    QUERY_ADDRESS,
    RESPONSE_ADDRESS,
    QUERY_PORT,
    RESPONSE_PORT,
    QUERY_S,
    QUERY_NS,
    RESPONSE_S,
    RESPONSE_NS,
    FIELDS
};

static const struct {
    uint8_t number;
    enum form form;
} rows[FIELDS] = {
    [TYPE] = { 1, VARINT },
    [FAMILY] = { 2, VARINT },
    [PROTOCOL] = { 3, VARINT },
    [QUERY_ADDRESS] = { 4, OCTETS },
    [RESPONSE_ADDRESS] = { 5, OCTETS },
    [QUERY_PORT] = { 6, VARINT },
    [RESPONSE_PORT] = { 7, VARINT },
    [QUERY_S] = { 8, VARINT },
    [QUERY_NS] = { 9, FIXED32 },
    [RESPONSE_S] = { 12, VARINT },
    [RESPONSE_NS] = { 13, FIXED32 },
};
#define QUERY_MESSAGE 10
#define RESPONSE_MESSAGE 14

struct value {
    bool is_there;
    uint64_t number;
    struct bytes octets;
};

/* A type of `Message` by side and direction. */
static const uint8_t types[2][2] = {
    [FORWARDER_CLIENTS] = { 5, 6 },   /* CLIENT_QUERY, CLIENT_RESPONSE */
    [FORWARDER_UPSTREAMS] = { 8, 7 }, /* FORWARDER_RESPONSE, FORWARDER_QUERY */
};

static const uint8_t protocols[] = {
    [FORWARDER_OVER_UDP] = 1,
    [FORWARDER_OVER_TCP] = 2,
    [FORWARDER_OVER_TLS] = 3,
};

static void put(struct byte_writer *out, uint8_t octet)
{
    REQUIRE(write_u8(out, octet));
}

static void put_varint(struct byte_writer *out, uint64_t number)
{
    for (; number > 0x7f; number >>= 7)
        put(out, (uint8_t)(number | 0x80));
    put(out, (uint8_t)number);
}

static void put_tag(struct byte_writer *out, uint8_t number, enum form form)
{
    put_varint(out, (uint64_t)number << 3 | (uint64_t)form);
}

static void put_octets(struct byte_writer *out, uint8_t number, struct bytes octets)
{
    put_tag(out, number, OCTETS);
    put_varint(out, octets.size);
    REQUIRE(write_bytes(out, octets));
}

static void put_value(struct byte_writer *out, enum field field, const struct value *value)
{
    if (rows[field].form == OCTETS) {
        put_octets(out, rows[field].number, value->octets);
        return;
    }
    put_tag(out, rows[field].number, rows[field].form);
    if (rows[field].form == VARINT) {
        put_varint(out, value->number);
        return;
    }
    for (unsigned int shift = 0; shift < 32; shift += 8)
        put(out, (uint8_t)(value->number >> shift));
}

static void set_number(struct value *value, uint64_t number)
{
    *value = (struct value){ .is_there = true, .number = number };
}

static void set_time(struct value values[static FIELDS], enum field seconds, struct dnstap_time at)
{
    set_number(&values[seconds], at.s);
    set_number(&values[seconds + 1], at.ns);
}

/* One end: its address, and its port. */
static void set_end(struct value *address, struct value *port, const struct forwarder_address *from)
{
    if (from->size == 0)
        return;
    *address = (struct value){ .is_there = true, .octets = bytes_of(from->octets, from->size) };
    set_number(port, from->port);
}

/* A moment that was so long before. */
static struct dnstap_time time_before(struct dnstap_time now, uint64_t ago_ns)
{
    uint64_t ns = now.s * NS_PER_S + now.ns;

    ns -= ago_ns < ns ? ago_ns : ns;
    return (struct dnstap_time){ ns / NS_PER_S, (uint32_t)(ns % NS_PER_S) };
}

static bool is_response(const struct forwarder_passing *passing)
{
    return passing->is_out == (passing->datagram->path.side == FORWARDER_CLIENTS);
}

static void fill(const struct forwarder_passing *passing, struct dnstap_time now,
                 struct value values[static FIELDS])
{
    const struct forwarder_datagram *datagram = passing->datagram;
    const struct forwarder_address *peer = &datagram->path.peer;
    /* The peer is who asks where it is a client. */
    bool asks = datagram->path.side == FORWARDER_CLIENTS;

    set_number(&values[TYPE], types[datagram->path.side][passing->is_out]);
    set_number(&values[FAMILY], peer->size == 4 ? 1 : 2);
    set_number(&values[PROTOCOL], protocols[passing->transport]);
    set_end(&values[QUERY_ADDRESS], &values[QUERY_PORT], asks ? peer : &passing->local);
    set_end(&values[RESPONSE_ADDRESS], &values[RESPONSE_PORT], asks ? &passing->local : peer);
    if (!is_response(passing)) {
        set_time(values, QUERY_S, now);
        return;
    }
    set_time(values, RESPONSE_S, now);
    if (datagram->since_ns != 0 && datagram->since_ns <= passing->now_ns)
        set_time(values, QUERY_S, time_before(now, passing->now_ns - datagram->since_ns));
}

void dnstap_message_write(const struct forwarder_passing *passing,
                          const struct dnstap_teller *teller, struct dnstap_time now,
                          struct byte_writer *out)
{
    uint8_t block[DNSTAP_HEAD_MAX / 2];
    struct byte_writer inner = byte_writer_init(block, sizeof(block));
    struct value values[FIELDS] = { 0 };
    size_t size = passing->datagram->payload.size;

    fill(passing, now, values);
    for (enum field field = 0; field < FIELDS; field++)
        if (values[field].is_there)
            put_value(&inner, field, &values[field]);
    put_tag(&inner, is_response(passing) ? RESPONSE_MESSAGE : QUERY_MESSAGE, OCTETS);
    put_varint(&inner, size);

    if (teller->identity[0] != '\0')
        put_octets(out, IDENTITY, bytes_of_text(teller->identity));
    if (teller->version[0] != '\0')
        put_octets(out, VERSION, bytes_of_text(teller->version));
    put_tag(out, KIND, VARINT);
    put_varint(out, KIND_MESSAGE);
    put_tag(out, MESSAGE, OCTETS);
    put_varint(out, inner.position + size);
    REQUIRE(write_bytes(out, byte_writer_written(&inner)));
}
