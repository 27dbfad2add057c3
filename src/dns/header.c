/* The twelve octets in front of every message. */
#include "dns/header.h"

#include "base/require.h"

struct dns_verdict dns_header_read(struct byte_reader *in, struct dns_header *ret_header)
{
    if (byte_reader_left(in) < DNS_HEADER_SIZE)
        return dns_refuse(DNS_HEADER_TRUNCATED, in->end);
    (void)read_u16_be(in, &ret_header->id);
    (void)read_u16_be(in, &ret_header->flags);
    for (size_t i = 0; i < DNS_SECTIONS; i++)
        (void)read_u16_be(in, &ret_header->counts[i]);
    return dns_accept();
}

bool dns_header_write(struct byte_writer *out, const struct dns_header *header)
{
    if (byte_writer_left(out) < DNS_HEADER_SIZE)
        return false;
    (void)write_u16_be(out, header->id);
    (void)write_u16_be(out, header->flags);
    for (size_t i = 0; i < DNS_SECTIONS; i++)
        (void)write_u16_be(out, header->counts[i]);
    return true;
}

void dns_header_patch_id(uint8_t *wire, size_t size, uint16_t id)
{
    REQUIRE(size >= 2);
    wire[0] = (uint8_t)(id >> 8);
    wire[1] = (uint8_t)id;
}
