/*
 * Answers to clients: those that we make ourselves, and those of an upstream. Pure; any thread.
 */
#pragma once

#include "base/byte_writer.h"
#include "dns/message.h"
#include "forwarder/core/request.h"

/* Writes an answer without records to `query`, which is at least a header that is no response
 * (REQUIRE): the client's datagram, or what we sent to the upstream. The id is the request's. `out`
 * is at the start of its block, and has FORWARDER_QUERY_BYTES_MAX octets at least (REQUIRE). */
void forwarder_answer_write(const struct forwarder_request *request, struct bytes query,
                            enum dns_rcode rcode, struct byte_writer *out);

/* Whether an upstream's datagram (at least a header: REQUIRE) is a response to `query`, which
 * we sent for the request: opcode QUERY, one question, and that octet by octet ours (RFC 5452
 * section 9.1), the case of letters too. */
bool forwarder_answer_matches(const struct forwarder_request *request, struct bytes query,
                              struct bytes reply);

/* What came out of passing on a reply. */
enum forwarder_relayed {
    FORWARDER_RELAYED,     /* whole */
    FORWARDER_TRUNCATED,   /* too large for the client: TC, the question, no records */
    FORWARDER_UNRELAYABLE, /* malformed, or not what the query allows: nothing was written */
};

/* Writes an upstream's reply as the answer to a request. `query` is what we sent, and the reply
 * matches it. All that the codec knows is checked first; then the reply stays octet by octet as it
 * is, but for the id, the reserved flag Z, and EDNS, which speaks of one hop: in an OPT record
 * of the upstream's, payload size, version and flags become ours, and its options stay; one is
 * added or taken away so that the client gets one if and only if it sent one (RFC 6891 section 7).
 * `out` is at the
 * start of its block, and has FORWARDER_DATAGRAM_BYTES_MAX octets (REQUIRE). */
enum forwarder_relayed forwarder_answer_relay(const struct forwarder_request *request,
                                              struct bytes query, struct bytes reply,
                                              struct byte_writer *out);
