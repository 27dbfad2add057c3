/*
 * struct forwarder_local: what is answered without asking anybody: names with records, zones that
 * are special, names that are blocked, and questions about the server itself.
 *
 * It is made by local/build.h, does not change afterwards, and is shared by all who look at it. A
 * forwarder has one at a time, and looks at it only while a client's query comes in, so that it can
 * be exchanged between any two calls (forwarder_set_local()).
 *
 * Which of them answers: records at the name, or a wildcard of theirs (RFC 4592); then the zone
 * whose name is the longest; then, outside of all zones, the rule that is the closest: the one for
 * the name itself, or the one for those below the longest name. Of a rule that blocks and one that
 * allows at the same name the latter counts. Pure; any thread.
 */
#pragma once

#include "forwarder/core/names.h"

/* What special zones say is good for so long (RFC 6303 section 3), */
#define FORWARDER_LOCAL_ZONE_TTL_S 10800
/* hosts and what is blocked, which may change, for so long, */
#define FORWARDER_LOCAL_TTL_S 300
/* and that there is no answer to ANY for so long (RFC 8482 section 4.2). */
#define FORWARDER_LOCAL_ANY_TTL_S 3600
/* An alias that leads to an alias, and so on: so often at most. */
#define FORWARDER_LOCAL_ALIASES_MAX 16
/* Records at one name. */
#define FORWARDER_LOCAL_RECORDS_MAX 256
/* A text about the server. */
#define FORWARDER_LOCAL_TEXT_MAX 255

/* How a zone is answered. */
enum forwarder_zone {
    FORWARDER_ZONE_NONE,
    FORWARDER_ZONE_FORWARD,   /* not at all: an upstream is asked */
    FORWARDER_ZONE_EMPTY,     /* with SOA and NS records at its name, and nothing below */
    FORWARDER_ZONE_MISSING,   /* no name of it exists, its own neither */
    FORWARDER_ZONE_NODATA,    /* all names exist, and have no records */
    FORWARDER_ZONE_LOCALHOST, /* all names have the addresses of loopback */
};

/* What is said of a name that is blocked. */
enum forwarder_block_answer {
    FORWARDER_BLOCK_NXDOMAIN, /* that it does not exist */
    FORWARDER_BLOCK_NULL,     /* the addresses 0.0.0.0 and :: */
    FORWARDER_BLOCK_REFUSED,
};

struct forwarder_local_options {
    enum forwarder_block_answer block_answer;
    bool forwards_any; /* ANY goes to upstreams, instead of RFC 8482 */
    /* Texts for version.bind and id.server in the class CH, at most FORWARDER_LOCAL_TEXT_MAX
     * octets; without one the answer is REFUSED. */
    uint8_t version_size;
    uint8_t identity_size;
    char version[FORWARDER_LOCAL_TEXT_MAX];
    char identity[FORWARDER_LOCAL_TEXT_MAX];
};

struct forwarder_local {
    struct forwarder_local_options options;
    struct forwarder_names names;
    const uint8_t *records; /* see forwarder_local_record(); the first octet is unused */
    uint32_t names_count;
};

/* What there is for a name. */
enum forwarder_local_kind {
    FORWARDER_LOCAL_NONE,     /* nothing: an upstream knows */
    FORWARDER_LOCAL_RECORDS,  /* `records` */
    FORWARDER_LOCAL_APEX,     /* it is the name of an empty zone */
    FORWARDER_LOCAL_NODATA,   /* it exists, without records */
    FORWARDER_LOCAL_MISSING,  /* it does not exist */
    FORWARDER_LOCAL_LOOPBACK, /* the addresses of loopback */
    FORWARDER_LOCAL_BLOCKED,
};

struct forwarder_local_found {
    enum forwarder_local_kind kind;
    bool is_allowed;  /* it would be blocked but for a rule that is closer */
    bool is_exempt;   /* a rule allows it: so do not block it for where its aliases lead */
    uint8_t zone_at;  /* where in the name that of the zone begins which a negative answer is of */
    uint32_t ttl_s;   /* of a negative answer */
    uint32_t records; /* the first, for forwarder_local_record(); 0: none */
};

/* What there is for a name on the wire, in small letters. */
struct forwarder_local_found forwarder_local_find(const struct forwarder_local *local,
                                                  struct bytes lower);

/* One record. */
struct forwarder_local_record {
    uint32_t next; /* the next at the same name; 0: none */
    uint32_t ttl_s;
    uint16_t type;
    struct bytes rdata; /* without compression */
};

/* How many octets stand before a record's RDATA: next, TTL, type, size. */
#define FORWARDER_LOCAL_RECORD_HEAD 12

/* The record at a place (not 0). */
struct forwarder_local_record forwarder_local_record(const struct forwarder_local *local,
                                                     uint32_t place);
