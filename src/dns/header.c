/* The twelve octets in front of every message. */
#include "dns/header.h"

#include "base/require.h"

static inline uint16_t u16_at(const uint8_t *octets)
{
    return (uint16_t)((unsigned int)octets[0] << 8 | octets[1]);
}

static inline void put_u16(uint8_t *octets, uint16_t value)
{
    octets[0] = (uint8_t)(value >> 8);
    octets[1] = (uint8_t)value;
}

struct dns_verdict dns_header_read(struct byte_reader *in, struct dns_header *ret_header)
{
    const uint8_t *at;

    if (byte_reader_left(in) < DNS_HEADER_SIZE)
        return dns_refuse(DNS_HEADER_TRUNCATED, in->end);
    at = in->base + in->position;
    ret_header->id = u16_at(at);
    ret_header->flags = u16_at(at + 2);
    for (size_t i = 0; i < DNS_SECTIONS; i++)
        ret_header->counts[i] = u16_at(at + 4 + 2 * i);
    in->position += DNS_HEADER_SIZE;
    return dns_accept();
}

bool dns_header_write(struct byte_writer *out, const struct dns_header *header)
{
    uint8_t *at;

    if (byte_writer_left(out) < DNS_HEADER_SIZE)
        return false;
    at = out->base + out->position;
    put_u16(at, header->id);
    put_u16(at + 2, header->flags);
    for (size_t i = 0; i < DNS_SECTIONS; i++)
        put_u16(at + 4 + 2 * i, header->counts[i]);
    out->position += DNS_HEADER_SIZE;
    return true;
}

void dns_header_patch_id(uint8_t *wire, size_t size, uint16_t id)
{
    REQUIRE(size >= 2);
    wire[0] = (uint8_t)(id >> 8);
    wire[1] = (uint8_t)id;
}
