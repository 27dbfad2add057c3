/*
 * struct forwarder_build: makes a struct forwarder_local (core/local.h).
 *
 *     CLEANUP(forwarder_build_done) struct forwarder_build build;
 *     forwarder_build_init(&build, key);
 *     … forwarder_build_zone(), forwarder_build_record(), then forwarder_build_rule() …
 *     status = forwarder_build_finish(&build, &options, &built);
 *     … forwarder_set_local(&forwarder, &built->local) …
 *     forwarder_built_free(built);
 *
 * Zones and records come before the rules (REQUIRE). All that is given is copied. What is built
 * is as large as it must be: about 30 octets for a name of 18. One thread; nothing is printed.
 */
#pragma once

#include "dns/rr_text.h"
#include "forwarder/core/local.h"

/* So many octets of names, and of records, at most. */
#define FORWARDER_BUILD_BYTES_MAX (UINT32_C(1) << 30)

/* What became of something that was to be added. */
enum forwarder_build_status {
    FORWARDER_BUILD_OK,
    FORWARDER_BUILD_NO_MEMORY,
    FORWARDER_BUILD_FULL,      /* more than FORWARDER_BUILD_BYTES_MAX */
    FORWARDER_BUILD_ROOT,      /* the root cannot be local */
    FORWARDER_BUILD_LOCALHOST, /* names of localhost are what they are (RFC 6761 section 6.3) */
    FORWARDER_BUILD_CLASS,     /* a class other than IN */
    FORWARDER_BUILD_TYPE,      /* a type that is none of records, or that would make a zone cut */
    FORWARDER_BUILD_CROWD,     /* more records than a name may have */
    FORWARDER_BUILD_ALIAS,     /* an alias beside other records */
    FORWARDER_BUILD_ADRIFT,    /* an alias that leads to no name of ours */
};

/* The status as a part of a sentence. Static text. */
const char *forwarder_build_text(enum forwarder_build_status status);

/* What was built: one block each. */
struct forwarder_built {
    struct forwarder_local local; /* looks at the others */
    struct forwarder_name_slot *slots;
    uint8_t *entries;
    uint8_t *records;
};

/* Octets that grow. */
struct forwarder_heap {
    uint8_t *at;
    size_t size; /* in use */
    size_t capacity;
};

struct forwarder_build {
    struct forwarder_local local; /* as far as it is; looks at the others */
    struct forwarder_name_slot *slots;
    struct forwarder_heap entries;
    struct forwarder_heap records;
    bool has_rules;
    bool has_aliases;
};

/* Begins, with nothing. The key is random and a secret. */
void forwarder_build_init(struct forwarder_build *build, const struct forwarder_hash_key *key);

/* Frees what there is; safe twice, and after forwarder_build_finish(). Fits CLEANUP. */
void forwarder_build_done(struct forwarder_build *build);

/* A zone is answered like this, from now on. */
enum forwarder_build_status forwarder_build_zone(struct forwarder_build *build,
                                                 const struct dns_name *name,
                                                 enum forwarder_zone zone);

/* Adds a record; one that is there already changes nothing. The first record of a type gives the
 * TTL of all (RFC 2181 section 5.2). A first label `*` stands for all names below that do not
 * exist (RFC 4592). */
enum forwarder_build_status forwarder_build_record(struct forwarder_build *build,
                                                   const struct dns_rr_text *record);

/* Whether there is a record of this type at a name in small letters. */
bool forwarder_build_has(const struct forwarder_build *build, const struct dns_name *name,
                         uint16_t type);

/* Adds a rule for a name in small letters: flags that block or allow (enum forwarder_name_flag). */
enum forwarder_build_status forwarder_build_rule(struct forwarder_build *build,
                                                 const struct dns_name *name, unsigned int flags);

/* Gives the table of names as many slots as they need, no more. */
enum forwarder_build_status forwarder_build_fit(struct forwarder_build *build);

/* Gives what was built, to be freed with forwarder_built_free(). FORWARDER_BUILD_ADRIFT, and
 * *ret_adrift (may be NULL) is the name, where an alias leads to no record of ours. */
enum forwarder_build_status forwarder_build_finish(struct forwarder_build *build,
                                                   const struct forwarder_local_options *options,
                                                   struct dns_name *ret_adrift,
                                                   struct forwarder_built **ret_built);

/* Frees it; NULL is fine. Nobody may look at it any more. */
void forwarder_built_free(struct forwarder_built *built);

/* For CLEANUP: frees what the variable holds. */
void forwarder_built_free_pointer(struct forwarder_built **built);
