/*
 * struct forwarder_request: what a client's datagram asks for, and what shall become of it.
 *
 * Pure; any thread.
 */
#pragma once

#include "base/bytes.h"
#include "dns/code.h"
#include "dns/edns.h"
#include "dns/header.h"
#include "dns/question.h"
#include "forwarder/core/cookies.h"

/* What the answers say of the UDP payload that we take, and our queries to an upstream too: it
 * passes every common link in one piece (RFC 9715 section 3). */
#define FORWARDER_UDP_BYTES 1232
/* What a client takes that does not speak EDNS (RFC 1035 section 2.3.4). */
#define FORWARDER_UDP_BYTES_PLAIN 512

/* Where nobody on the way can read them, queries are padded to a multiple of so many octets, and
 * answers too (RFC 8467 section 4.1). */
#define FORWARDER_PADDED_QUERY 128
#define FORWARDER_PADDED_ANSWER 468

/* What becomes of a client's datagram. */
enum forwarder_verdict {
    FORWARDER_FORWARD,           /* it goes to an upstream */
    FORWARDER_JOIN,              /* it waits for an upstream that was asked the same */
    FORWARDER_CACHED,            /* answered from the cache, */
    FORWARDER_STALE,             /* with what is older than it should be */
    FORWARDER_LOCAL,             /* answered with what is local: a record, a special zone, */
    FORWARDER_BLOCKED,           /* that a name is blocked, */
    FORWARDER_ALIAS_BLOCKED,     /* or that the cache knows it as an alias of one that is, */
    FORWARDER_ANY,               /* that nobody is asked for ANY (RFC 8482), */
    FORWARDER_CHAOS,             /* or a text about the server (RFC 4892) */
    FORWARDER_CHAOS_REFUSED,     /* REFUSED: whatever else is asked in the class CH */
    FORWARDER_FULL,              /* SERVFAIL: as many queries wait as may, */
    FORWARDER_CROWDED,           /* or as many clients */
    FORWARDER_GREEDY,            /* or as many clients of its network, */
    FORWARDER_BUSY,              /* or queries of each upstream */
    FORWARDER_UNCOOKIED,         /* TC alone: it has no cookie of ours, and needs one; */
    FORWARDER_UNCOOKIED_COOKIE,  /* BADCOOKIE instead, to who sends cookies */
    FORWARDER_COOKIE,            /* no question: it asks for a cookie, */
    FORWARDER_COOKIE_BADCOOKIE,  /* and has one that is none of ours */
    FORWARDER_PROHIBITED,        /* REFUSED: it comes from where nobody may ask */
    FORWARDER_SLIPPED,           /* TC alone: its network asks too often */
    FORWARDER_SLIPPED_COOKIE,    /* BADCOOKIE instead, to who sends cookies */
    FORWARDER_NOTIMP,            /* an opcode other than QUERY */
    FORWARDER_FORMERR,           /* malformed, or not exactly one question (RFC 9619) */
    FORWARDER_BADVERS,           /* an EDNS version other than 0 (RFC 6891 section 6.1.3) */
    FORWARDER_REFUSED,           /* a zone transfer: nothing that a forwarder of datagrams can do */
    FORWARDER_IGNORE_PROHIBITED, /* silence: it comes from where nobody may ask */
    FORWARDER_IGNORE_LIMITED,    /* silence: its network asks too often */
    FORWARDER_IGNORE_SHORT,      /* silence: no whole header, so no id to answer with */
    FORWARDER_IGNORE_RESPONSE,   /* silence: to answer a response makes loops; nor is one
                                  * waited for by a message of stateful operations without an id */
};

struct forwarder_request {
    uint16_t id;
    uint16_t flags;                 /* RD, AD, CD: what goes on to the upstream */
    uint16_t answer_bytes_max;      /* at least FORWARDER_UDP_BYTES_PLAIN */
    bool has_padding;               /* so the answer is padded too, where nobody can read it (RFC
                                       7830 section 4) */
    bool has_edns;                  /* so the answer has an OPT record too (RFC 6891 section 7) */
    bool dnssec_ok;                 /* DO */
    struct forwarder_cookie cookie; /* what the client sent; later what it gets */
};

/* Reads a client's datagram. *ret_request is untouched where the verdict is to ignore it;
 * *ret_question is what is asked where the verdict is FORWARDER_FORWARD. */
enum forwarder_verdict forwarder_request_read(struct bytes payload,
                                              struct forwarder_request *ret_request,
                                              struct dns_question *ret_question);

/* The same without its short way for plain queries, of which the codec says all: tests hold both
 * against each other. */
enum forwarder_verdict forwarder_request_read_any(struct bytes payload,
                                                  struct forwarder_request *ret_request,
                                                  struct dns_question *ret_question);

/* An OPT record without options: the root, type, class, TTL, RDLENGTH. */
#define FORWARDER_OPT_BYTES 11
/* Room for any query that we send. */
#define FORWARDER_QUERY_BYTES_MAX (DNS_HEADER_SIZE + DNS_NAME_SIZE_MAX + 4 + FORWARDER_OPT_BYTES)

/* The EDNS that we speak for this request, to its client and to upstreams: our payload size, the
 * client's DO, no options. */
struct dns_edns forwarder_request_edns(const struct forwarder_request *request);

/* Writes the query that an upstream is asked for a request, under an id of ours. It is written
 * anew: only RD, AD, CD, the question and DO come from the client, not its EDNS options, which
 * speak of one hop, and no other records. The question is the octets from DNS_HEADER_SIZE on, and
 * the OPT record, which is there whether the client speaks EDNS or not, the last
 * FORWARDER_OPT_BYTES. Gives the size. */
uint16_t forwarder_request_write(const struct forwarder_request *request,
                                 const struct dns_question *question, uint16_t id,
                                 uint8_t ret_wire[FORWARDER_QUERY_BYTES_MAX]);
