/*
 * The responses that a server makes by itself, without knowing an answer. Pure; any thread.
 */
#pragma once

#include "dns/builder.h"
#include "dns/code.h"
#include "dns/message.h"

/* What a response of our own says. */
struct dns_response {
    enum dns_rcode rcode;        /* greater than 15 needs `edns` (REQUIRE) */
    unsigned int flags;          /* beside QR: e.g. DNS_FLAG_RA */
    const struct dns_edns *edns; /* the OPT record to give, or NULL; its rcode_high is set here.
                                  * To be given when the query had one (RFC 6891 section 7) */
};

/* Writes a response without records to a query, which need not be a whole message: id, opcode, RD
 * and CD are the query's, and so is its first question where it can be read (RFC 1035 section
 * 4.1.1). A query of stateful operations gets a header alone. `out` is a writer at the start of a
 * block; afterwards it holds the message. False, and nothing changed, where `query` has no header,
 * is itself a response or a message of stateful operations without an id, which nobody may answer,
 * or where the block has no room; nor do such operations have response codes above 15. */
bool dns_response_write(struct bytes query, const struct dns_response *response,
                        struct byte_writer *out);

/* Where a response may be cut. */
enum dns_cut {
    DNS_CUT_RRSET, /* behind an RRset: what a section holds of a name and type is all of it */
    DNS_CUT_RR,    /* behind any record: as much as there is room for */
};

/* Writes a response again so that it fits into `out`, which is at the start of a block: cut where
 * `at` says, with TC set when records of the answer or authority section are left out (RFC
 * 2181 section 9), and with the OPT record kept (RFC 6891 section 7). A TSIG
 * record is left out: it signs what the message was. A message of stateful operations is given
 * whole or, with DNS_NO_ROOM, not at all. `builder` is room to work in, whose contents do not
 * matter. Time is linear in the octets of both messages. A refusal names a record or TLV that is
 * wrong, or is DNS_NO_ROOM when not even header, question and OPT fit; then `out` is unchanged. */
struct dns_verdict dns_response_truncate(const struct dns_message *response, enum dns_cut at,
                                         struct dns_builder *builder, struct byte_writer *out);
