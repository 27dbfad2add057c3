/*
 * Answers to clients: those that we make ourselves, those of an upstream, and those of the cache.
 * Pure; any thread.
 */
#pragma once

#include "base/byte_writer.h"
#include "dns/message.h"
#include "forwarder/core/cache.h"
#include "forwarder/core/datagram.h"
#include "forwarder/core/request.h"

/* What a stale answer's records say of how long they are good (RFC 8767 section 4). */
#define FORWARDER_STALE_TTL_S 30

/* What an answer of our own says. */
struct forwarder_own {
    enum dns_rcode rcode;
    bool has_error; /* told to clients that speak EDNS (RFC 8914) */
    enum dns_ede error;
    bool is_cut; /* TC: to be asked again over TCP */
};

/* Whether an answer has an extended error, and which. */
struct forwarder_error {
    bool is_there;
    uint16_t code; /* enum dns_ede */
};

/* Options of ours: an extended error without text, and a cookie. */
#define FORWARDER_ERROR_BYTES 6
#define FORWARDER_OPTIONS_BYTES                                                                    \
    (FORWARDER_ERROR_BYTES + 4 + FORWARDER_COOKIE_CLIENT + FORWARDER_COOKIE_SERVER)

/* The EDNS of an answer to this request, for one that has some; its options stand in `block`. */
struct dns_edns forwarder_answer_edns(const struct forwarder_request *request,
                                      const struct forwarder_error *error,
                                      uint8_t block[FORWARDER_OPTIONS_BYTES]);

/* Writes an answer without records to `query`, which is at least a header that is no response
 * (REQUIRE): the client's datagram, or what we sent to the upstream. The id is the request's. `out`
 * is at the start of its block, and has FORWARDER_QUERY_BYTES_MAX octets at least (REQUIRE). */
void forwarder_answer_write(const struct forwarder_request *request, struct bytes query,
                            const struct forwarder_own *own, struct byte_writer *out);

/* Whether an upstream's message (at least a header: REQUIRE) is a response to a question of ours:
 * opcode QUERY, one question, and that octet by octet ours (RFC 5452 section 9.1), the case of
 * letters too. */
bool forwarder_answer_matches(struct bytes question, struct bytes reply);

/* Pads a whole answer to a multiple of FORWARDER_PADDED_ANSWER octets where the request had padding
 * and the answer goes on a path that nobody can read; not where its OPT record is not the last, or
 * there is no room. */
void forwarder_answer_pad(const struct forwarder_request *request,
                          const struct forwarder_path *path, struct byte_writer *out);

/* What came out of passing on a reply. */
enum forwarder_relayed {
    FORWARDER_RELAYED,     /* whole */
    FORWARDER_TRUNCATED,   /* too large for the client: TC, the question, no records */
    FORWARDER_UNRELAYABLE, /* not what the client can be told: nothing was written */
};

/* Writes an upstream's reply, which is well-formed, as the answer to a request. `query` is what we
 * sent, and the reply matches it. The reply stays octet by octet as it is, but for the id, the
 * reserved flag Z, and EDNS, which speaks of one hop: in an OPT record of the upstream's, payload
 * size, version and flags become ours, its options stay but for those that speak of the hop, and
 * the client's cookie comes to them, which takes that it is the last record; one is added or taken
 * away so that the client gets one if and only if it sent one (RFC 6891 section 7); with DO it is
 * told by an extended error where the upstream's reply has none, and so no DNSSEC. One is taken
 * away only if it is the last record and holds no part of the response code. `out` is at the start
 * of its block, and has FORWARDER_DATAGRAM_BYTES_MAX octets at least (REQUIRE). */
enum forwarder_relayed forwarder_answer_relay(const struct forwarder_request *request,
                                              struct bytes query, const struct dns_message *reply,
                                              struct byte_writer *out);

/* Writes what the cache holds as the answer to a request. `question` is the octets of the client's
 * question. Stale records get FORWARDER_STALE_TTL_S; with EDNS go the extended error that was kept,
 * or that the answer is stale. Gives FORWARDER_RELAYED or FORWARDER_TRUNCATED. `out` as above. */
enum forwarder_relayed forwarder_answer_cached(const struct forwarder_request *request,
                                               struct bytes question,
                                               const struct forwarder_cache *cache,
                                               const struct forwarder_cached *cached,
                                               struct byte_writer *out);
