/*
 * Property: what a message costs is linear in its size, counted in steps and not in time. A step is
 * a label or a pointer of a name that is looked at elsewhere than where it stands. A message that
 * is accepted takes no more of them than dns/message.h promises: to read it (names are followed
 * here once more, by the same memory of names, but without its limit), and to walk it (each name
 * followed to its root by a loop of this target's own).
 *
 * Covers: src/dns/message_read.c src/dns/name_memo.c
 */
#include "dns/name_memo.h"
#include "dns/text.h"
#include "fuzz/target.h"

#define STEPS_ENDLESS (SIZE_MAX / 2)

struct cost {
    struct bytes wire;
    struct dns_name_memo memo; /* of the steps of reading */
    size_t walked;             /* steps of walking */
};

/* The steps to a name's root, from where it stands. */
static size_t steps_of(struct bytes wire, size_t at)
{
    size_t steps = 0;

    for (; wire.at[at] != 0; steps++) {
        if (wire.at[at] > DNS_LABEL_SIZE_MAX)
            at = (wire.at[at] & 0x3FU) << 8 | wire.at[at + 1];
        else
            at += 1U + wire.at[at];
    }
    return steps;
}

/* A name of an accepted message. */
static void count_name(struct cost *cost, struct byte_reader in)
{
    struct dns_name_run run = { in.position, in.end };

    fuzz_require(dns_name_memo_skip(&cost->memo, in.base, run) != 0);
    cost->walked += steps_of(cost->wire, in.position);
}

static void count_record(struct cost *cost, const struct dns_rr *rr)
{
    struct dns_rdata fields = dns_rdata_of(rr);
    struct dns_value value;

    count_name(cost, rr->owner);
    while (dns_rdata_next(&fields, &value)) {
        if (value.field->kind >= DNS_FIELD_NAME_SHORT && value.field->kind <= DNS_FIELD_NAME_OLD)
            count_name(cost, value.octets);
    }
}

static void count_sections(struct cost *cost, const struct dns_message *message)
{
    struct byte_reader questions = dns_message_questions(message);
    struct dns_rr rr;

    for (unsigned int i = 0; i < message->header.counts[DNS_QUESTION]; i++) {
        struct byte_reader name = questions;
        struct dns_question question;

        fuzz_require(dns_question_read(&questions, &question).status == DNS_OK);
        count_name(cost, name);
    }
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(message, (enum dns_section)i);

        while (dns_walk_next(&walk, &rr))
            count_record(cost, &rr);
    }
}

FUZZ_TARGET(input)
{
    struct dns_message message;
    struct cost cost = { .wire = input };
    size_t budget = DNS_NAME_STEPS_PER_OCTET * input.size + DNS_NAME_STEPS_FREE;

    if (dns_message_read(input, &message).status != DNS_OK ||
        dns_message_check_rdata(&message).status != DNS_OK)
        return;
    dns_name_memo_init(&cost.memo, input.size);
    cost.memo.steps_left = STEPS_ENDLESS;
    count_sections(&cost, &message);
    fuzz_require(STEPS_ENDLESS - cost.memo.steps_left <= budget);
    fuzz_require(cost.walked <= DNS_WALK_STEPS_PER_OCTET * input.size);
}
