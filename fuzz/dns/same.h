/* Two messages say the same, whether their names are compressed or not. */
#pragma once

#include "dns/message.h"
#include "dns/rdata.h"
#include "fuzz/target.h"

static inline void fuzz_require_same_rr(const struct dns_rr *a, const struct dns_rr *b)
{
    struct dns_name owner_a = dns_rr_owner(a);
    struct dns_name owner_b = dns_rr_owner(b);

    fuzz_require(bytes_equal(dns_name_bytes(&owner_a), dns_name_bytes(&owner_b)));
    fuzz_require(a->type == b->type && a->class == b->class && a->ttl_s == b->ttl_s);
    fuzz_require(dns_rdata_compare(a, b) == 0);
}

static inline void fuzz_require_same(const struct dns_message *a, const struct dns_message *b)
{
    struct dns_question question_a;
    struct dns_question question_b;

    fuzz_require(memcmp(&a->header, &b->header, sizeof(a->header)) == 0);
    if (dns_message_question(a, &question_a)) {
        fuzz_require(dns_message_question(b, &question_b));
        fuzz_require(dns_question_equal(&question_a, &question_b));
    }
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk_a = dns_message_section(a, (enum dns_section)i);
        struct dns_walk walk_b = dns_message_section(b, (enum dns_section)i);
        struct dns_rr rr_a;
        struct dns_rr rr_b;

        while (dns_walk_next(&walk_a, &rr_a)) {
            fuzz_require(dns_walk_next(&walk_b, &rr_b));
            fuzz_require_same_rr(&rr_a, &rr_b);
        }
    }
}
