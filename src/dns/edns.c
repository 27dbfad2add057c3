/* EDNS: the OPT record's fields with their meaning of RFC 6891. */
#include "dns/edns.h"

#include "base/require.h"
#include "dns/rrtype.h"

struct dns_edns dns_edns_of(const struct dns_rr *rr)
{
    REQUIRE(rr->type == DNS_TYPE_OPT);
    return (struct dns_edns){
        .udp_size = rr->class,
        .rcode_high = (uint8_t)(rr->ttl_s >> 24),
        .version = (uint8_t)(rr->ttl_s >> 16),
        .flags = (uint16_t)rr->ttl_s,
        .options = byte_reader_rest(&rr->rdata),
    };
}

struct dns_rr dns_edns_rr(const struct dns_edns *edns)
{
    static const uint8_t root[] = { 0 };

    return (struct dns_rr){
        .owner = byte_reader_init(bytes_of(root, sizeof(root))),
        .type = DNS_TYPE_OPT,
        .class = edns->udp_size,
        .ttl_s = (uint32_t)edns->rcode_high << 24 | (uint32_t)edns->version << 16 | edns->flags,
        .rdata = byte_reader_init(edns->options),
    };
}

bool dns_edns_next_option(struct bytes *options, struct dns_edns_option *ret_option)
{
    struct byte_reader in = byte_reader_init(*options);
    struct dns_edns_option option;
    uint16_t size;

    if (!(read_u16_be(&in, &option.code) && read_u16_be(&in, &size) &&
          read_bytes(&in, size, &option.octets)))
        return false;
    *options = byte_reader_rest(&in);
    *ret_option = option;
    return true;
}
