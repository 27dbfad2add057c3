/* Resource records: where their parts stand. */
#include "dns/rr.h"

#include "base/require.h"

struct dns_verdict dns_rr_read(struct byte_reader *in, struct dns_rr *ret_rr)
{
    struct byte_reader at = *in;
    struct dns_rr rr = { .owner = *in };
    struct dns_verdict verdict = dns_accept();
    size_t owner_size;
    size_t fixed;
    uint16_t length;

    if (byte_reader_is_done(&at))
        return dns_refuse(DNS_RR_TRUNCATED, at.position);
    verdict = dns_name_skip(&at, &owner_size);
    if (verdict.status != DNS_OK)
        return verdict;
    fixed = at.position;
    if (!(read_u16_be(&at, &rr.type) && read_u16_be(&at, &rr.class) &&
          read_u32_be(&at, &rr.ttl_s) && read_u16_be(&at, &length)))
        return dns_refuse(DNS_RR_TRUNCATED, fixed);
    if (!byte_reader_split(&at, length, &rr.rdata))
        return dns_refuse(DNS_RDLENGTH_PAST_END, at.position - sizeof(length));
    *in = at;
    *ret_rr = rr;
    return dns_accept();
}

struct dns_name dns_rr_owner(const struct dns_rr *rr)
{
    struct byte_reader at = rr->owner;
    struct dns_name owner;
    struct dns_verdict verdict = dns_name_read(&at, &owner);

    REQUIRE(verdict.status == DNS_OK);
    return owner;
}
