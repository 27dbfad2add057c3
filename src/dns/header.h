/*
 * The header: twelve octets in front of every message. RFC 1035 section 4.1.1; AD and CD: RFC 4035
 * section 3.2. Pure; any thread.
 */
#pragma once

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "dns/status.h"

#define DNS_HEADER_SIZE 12
#define DNS_MESSAGE_SIZE_MAX 65535

/* The bits of `flags`, as they stand on the wire; the opcode and the response code are between. */
enum dns_flag {
    DNS_FLAG_QR = 0x8000, /* a response */
    DNS_FLAG_AA = 0x0400, /* authoritative answer */
    DNS_FLAG_TC = 0x0200, /* truncated */
    DNS_FLAG_RD = 0x0100, /* recursion desired */
    DNS_FLAG_RA = 0x0080, /* recursion available */
    DNS_FLAG_Z = 0x0040,  /* reserved */
    DNS_FLAG_AD = 0x0020, /* authentic data */
    DNS_FLAG_CD = 0x0010, /* checking disabled */
};

/* The sections, in the order of the wire. In an update they are zone, prerequisite, update and
 * additional (RFC 2136 section 2). */
enum dns_section { DNS_QUESTION, DNS_ANSWER, DNS_AUTHORITY, DNS_ADDITIONAL };
#define DNS_SECTIONS 4

struct dns_header {
    uint16_t id;
    uint16_t flags;                /* enum dns_flag, opcode and rcode, as on the wire */
    uint16_t counts[DNS_SECTIONS]; /* how many entries each section says it has */
};

/* The opcode: 0 to 15. */
static inline unsigned int dns_header_opcode(const struct dns_header *header)
{
    return header->flags >> 11 & 15U;
}

/* The response code in the header: 0 to 15. The whole one may go on in EDNS. */
static inline unsigned int dns_header_rcode(const struct dns_header *header)
{
    return header->flags & 15U;
}

/* Whether one of the flags is set. */
static inline bool dns_header_has(const struct dns_header *header, enum dns_flag flag)
{
    return (header->flags & (unsigned int)flag) != 0;
}

/* The `flags` of a header with the opcode and the low four bits of the response code put in. */
static inline uint16_t dns_flags_of(unsigned int flags, unsigned int opcode, unsigned int rcode)
{
    return (uint16_t)((flags & 0x87F0U) | (opcode & 15U) << 11 | (rcode & 15U));
}

/* Reads the header at the cursor. DNS_HEADER_TRUNCATED, and nothing changed, where the input has
 * fewer than 12 octets. */
struct dns_verdict dns_header_read(struct byte_reader *in, struct dns_header *ret_header);

/* Writes a header; false, and nothing changed, where there is no room. */
bool dns_header_write(struct byte_writer *out, const struct dns_header *header);

/* Puts another id into a message in place: for a forwarder, which keeps all else as it is. `wire`
 * is at least the two octets of the id (REQUIRE). */
void dns_header_patch_id(uint8_t *wire, size_t size, uint16_t id);
