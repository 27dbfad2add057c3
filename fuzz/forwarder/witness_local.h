/*
 * What a witness knows of names that are answered here: a list of rows, of which the first that a
 * name fits says what must come. The same rows are built for the core, which finds them in its own
 * way (core/local.h).
 */
#pragma once

#include "dns/code.h"
#include "dns/message.h"
#include "dns/rrtype.h"
#include "forwarder/core/forwarder.h"
#include "forwarder/local/build.h"
#include "fuzz/target.h"

#define WITNESS_LOCAL_MANY 60 /* records that do not fit into 512 octets */

enum witness_local_what {
    WITNESS_LOCAL_NOTHING,
    WITNESS_LOCAL_RECORD,  /* one address */
    WITNESS_LOCAL_RECORDS, /* WITNESS_LOCAL_MANY of them */
    WITNESS_LOCAL_LOOPBACK,
    WITNESS_LOCAL_MISSING,
    WITNESS_LOCAL_BLOCKED,
    WITNESS_LOCAL_ALLOWED,
};

/* A name; `below`: names below it fit too. */
static const struct witness_local_row {
    const char *name;
    bool below;
    enum witness_local_what what;
} witness_local_rows[] = {
    { "local.example.test", false, WITNESS_LOCAL_RECORD },
    { "many.example.test", false, WITNESS_LOCAL_RECORDS },
    { "printer.invalid", false, WITNESS_LOCAL_RECORD },
    { "localhost", true, WITNESS_LOCAL_LOOPBACK },
    { "invalid", true, WITNESS_LOCAL_MISSING },
    { "x1.example.test", false, WITNESS_LOCAL_BLOCKED },
    { "ok.bad.example.test", false, WITNESS_LOCAL_ALLOWED },
    { "bad.example.test", true, WITNESS_LOCAL_BLOCKED },
};

#define WITNESS_LOCAL_ROWS (sizeof(witness_local_rows) / sizeof(witness_local_rows[0]))

static inline struct dns_name witness_local_name(const char *text)
{
    struct dns_name name;

    fuzz_require(dns_name_parse(bytes_of_text(text), &name).status == DNS_OK);
    return name;
}

/* Adds the addresses of a row. */
static inline void witness_local_add(struct forwarder_build *build,
                                     const struct witness_local_row *row)
{
    uint8_t address[4] = { 10, 1, 1, 0 };
    struct dns_rr_text record = {
        .owner = witness_local_name(row->name),
        .ttl_s = 60,
        .type = DNS_TYPE_A,
        .class = DNS_CLASS_IN,
        .rdata = bytes_of(address, sizeof(address)),
    };
    unsigned int count = row->what == WITNESS_LOCAL_RECORDS ? WITNESS_LOCAL_MANY : 1;

    for (unsigned int i = 0; i < count; i++) {
        address[3] = (uint8_t)i;
        fuzz_require(forwarder_build_record(build, &record) == FORWARDER_BUILD_OK);
    }
}

/* Adds a row to what is built. */
static inline void witness_local_put(struct forwarder_build *build,
                                     const struct witness_local_row *row)
{
    struct dns_name name = witness_local_name(row->name);
    unsigned int flags = 0;

    switch (row->what) {
    case WITNESS_LOCAL_RECORD:
    case WITNESS_LOCAL_RECORDS:
        witness_local_add(build, row);
        break;
    case WITNESS_LOCAL_LOOPBACK:
        fuzz_require(forwarder_build_zone(build, &name, FORWARDER_ZONE_LOCALHOST) ==
                     FORWARDER_BUILD_OK);
        break;
    case WITNESS_LOCAL_MISSING:
        fuzz_require(forwarder_build_zone(build, &name, FORWARDER_ZONE_MISSING) ==
                     FORWARDER_BUILD_OK);
        break;
    case WITNESS_LOCAL_BLOCKED:
        flags = FORWARDER_NAME_BLOCKED | (row->below ? FORWARDER_NAME_BLOCKED_BELOW : 0);
        break;
    case WITNESS_LOCAL_ALLOWED:
        flags = FORWARDER_NAME_ALLOWED | (row->below ? FORWARDER_NAME_ALLOWED_BELOW : 0);
        break;
    case WITNESS_LOCAL_NOTHING:
        break;
    }
    if (flags != 0)
        fuzz_require(forwarder_build_rule(build, &name, flags) == FORWARDER_BUILD_OK);
}

/* Builds the rows, to be freed with forwarder_built_free(). */
static inline struct forwarder_built *witness_local_build(enum forwarder_block_answer block_answer)
{
    static const struct forwarder_hash_key key = { { 3, 4 } };
    struct forwarder_local_options options = { .block_answer = block_answer,
                                               .version = "witness",
                                               .version_size = 7 };
    struct forwarder_build build;
    struct forwarder_built *built = NULL;

    forwarder_build_init(&build, &key);
    for (size_t i = 0; i < WITNESS_LOCAL_ROWS; i++)
        witness_local_put(&build, &witness_local_rows[i]);
    fuzz_require(forwarder_build_finish(&build, &options, NULL, &built) == FORWARDER_BUILD_OK);
    return built;
}

/* Whether a name is another or, where `below`, below it. */
static inline bool witness_local_fits(const struct dns_name *name, const struct dns_name *above,
                                      bool below)
{
    struct dns_name rest = *name;

    while (below && rest.size > above->size) {
        size_t label = rest.octets[0] + (size_t)1;

        rest.size -= (uint8_t)label;
        memmove(rest.octets, rest.octets + label, rest.size);
    }
    return dns_name_equal(&rest, above);
}

static inline enum witness_local_what witness_local_what_of(const struct dns_name *name)
{
    for (size_t i = 0; i < WITNESS_LOCAL_ROWS; i++) {
        struct dns_name row = witness_local_name(witness_local_rows[i].name);

        if (witness_local_fits(name, &row, witness_local_rows[i].below))
            return witness_local_rows[i].what;
    }
    return WITNESS_LOCAL_NOTHING;
}

/* What a question must count as; FORWARDER_COUNTERS: it is not local. */
static inline enum forwarder_counter witness_local_counter(const struct dns_question *question)
{
    enum witness_local_what what = witness_local_what_of(&question->name);
    struct dns_name version = witness_local_name("version.bind");
    struct dns_name server = witness_local_name("version.server");
    bool is_text = question->type == DNS_TYPE_TXT || question->type == DNS_TYPE_ANY;

    if (question->class == DNS_CLASS_CH)
        return is_text && (dns_name_equal(&question->name, &version) ||
                           dns_name_equal(&question->name, &server))
                   ? FORWARDER_COUNT_queries_chaos
                   : FORWARDER_COUNT_queries_chaos_refused;
    if (question->class != DNS_CLASS_IN && question->class != DNS_CLASS_ANY)
        return FORWARDER_COUNTERS;
    if (what == WITNESS_LOCAL_BLOCKED)
        return FORWARDER_COUNT_queries_blocked;
    if (what != WITNESS_LOCAL_MISSING && question->type == DNS_TYPE_ANY)
        return FORWARDER_COUNT_queries_any;
    if (what == WITNESS_LOCAL_NOTHING || what == WITNESS_LOCAL_ALLOWED)
        return FORWARDER_COUNTERS;
    return FORWARDER_COUNT_queries_local;
}

/* How many records must answer a question that is local in class IN, and is not for ANY. */
static inline unsigned int witness_local_records(const struct dns_question *question,
                                                 enum forwarder_block_answer block_answer)
{
    bool is_ipv4 = question->type == DNS_TYPE_A;
    bool is_address = is_ipv4 || question->type == DNS_TYPE_AAAA;

    switch (witness_local_what_of(&question->name)) {
    case WITNESS_LOCAL_RECORD:
        return is_ipv4;
    case WITNESS_LOCAL_RECORDS:
        return is_ipv4 ? WITNESS_LOCAL_MANY : 0;
    case WITNESS_LOCAL_LOOPBACK:
        return is_address;
    case WITNESS_LOCAL_BLOCKED:
        return block_answer != FORWARDER_BLOCK_NULL ? 0U
               : question->type == DNS_TYPE_ANY     ? 2U
                                                    : is_address;
    case WITNESS_LOCAL_MISSING:
    case WITNESS_LOCAL_NOTHING:
    case WITNESS_LOCAL_ALLOWED:
        break;
    }
    return 0;
}

/* The response code that must be given. */
static inline enum dns_rcode witness_local_rcode(const struct dns_question *question,
                                                 enum forwarder_block_answer block_answer)
{
    enum witness_local_what what = witness_local_what_of(&question->name);

    if (question->class == DNS_CLASS_CH)
        return witness_local_counter(question) == FORWARDER_COUNT_queries_chaos ? DNS_RCODE_NOERROR
                                                                                : DNS_RCODE_REFUSED;
    if (what == WITNESS_LOCAL_MISSING)
        return DNS_RCODE_NXDOMAIN;
    if (what != WITNESS_LOCAL_BLOCKED || block_answer == FORWARDER_BLOCK_NULL)
        return DNS_RCODE_NOERROR;
    return block_answer == FORWARDER_BLOCK_REFUSED ? DNS_RCODE_REFUSED : DNS_RCODE_NXDOMAIN;
}
