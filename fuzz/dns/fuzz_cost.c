/*
 * Property: what a message costs is linear in its size, counted and not timed, whether it is
 * accepted or refused, and wherever.
 *
 * Steps: a step is a label or a pointer of a name that is looked at elsewhere than where it stands.
 * A message takes no more of them than dns/message.h promises: to read it (names are followed here
 * once more, by the same memory of names, but without its limit), and to walk it (each name
 * followed to its root by a loop of this target's own).
 *
 * Blocks: what the codec executes (fuzz/dns/blocks.h). Reading, reading in part, walking with a
 * check of each record, and building the message again, without and with a source and all room for
 * names: each executes no more blocks than the octets that it is given, and those that it writes,
 * pay for.
 *
 * Covers: src/dns/message_read.c src/dns/name_memo.c src/dns/message_partial.c
 * src/dns/name_table.c src/dns/builder.c 70%
 *
 * Counts: blocks
 */
#include "dns/builder.h"
#include "dns/message_partial.h"
#include "dns/name_memo.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "fuzz/dns/blocks.h"
#include "fuzz/target.h"

#define STEPS_ENDLESS (SIZE_MAX / 2)

/* Blocks that a step takes, and those that an octet takes where it stands. More than the worst
 * message of the corpus asks for, by half or so, since compilers differ. */
#define BLOCKS_PER_STEP 8
#define BLOCKS_PER_OCTET 16
#define READ_BLOCKS (BLOCKS_PER_STEP * DNS_NAME_STEPS_PER_OCTET + BLOCKS_PER_OCTET)
#define WALK_BLOCKS (BLOCKS_PER_STEP * DNS_WALK_STEPS_PER_OCTET + BLOCKS_PER_OCTET)
#define BUILD_BLOCKS (BLOCKS_PER_STEP * DNS_NAME_TABLE_STEPS_PER_OCTET + WALK_BLOCKS)
#define BLOCKS_FREE (BLOCKS_PER_STEP * (DNS_NAME_STEPS_FREE + DNS_NAME_TABLE_STEPS_FREE))

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

/* Of a message that is accepted, steps. */
static void require_few_steps(const struct dns_message *message)
{
    struct cost cost = { .wire = message->wire };
    size_t size = message->wire.size;

    dns_name_memo_init(&cost.memo, size);
    cost.memo.steps_left = STEPS_ENDLESS;
    count_sections(&cost, message);
    fuzz_require(STEPS_ENDLESS - cost.memo.steps_left <=
                 DNS_NAME_STEPS_PER_OCTET * size + DNS_NAME_STEPS_FREE);
    fuzz_require(cost.walked <= DNS_WALK_STEPS_PER_OCTET * size);
}

/* What was executed since the count was set to 0 is paid for. */
static void require_few_blocks(size_t per_octet, size_t octets)
{
    fuzz_require(*fuzz_blocks <= per_octet * octets + BLOCKS_FREE);
}

/* Each record is checked, and its owner read. */
static void check_walk(const struct dns_message *message)
{
    *fuzz_blocks = 0;
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(message, (enum dns_section)i);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr)) {
            (void)dns_rr_owner(&rr);
            (void)dns_rdata_check(&rr);
        }
    }
    require_few_blocks(WALK_BLOCKS, message->wire.size);
}

/* All that can be built of the message, up to what finds no room; refusals are paid for too. */
static void add_all(struct dns_builder *builder, const struct dns_message *message)
{
    struct byte_reader questions = dns_message_questions(message);
    struct dns_question question;

    while (dns_question_read(&questions, &question).status == DNS_OK)
        (void)dns_builder_add_question(builder, &question);
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(message, (enum dns_section)i);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr))
            (void)dns_builder_add_rr(builder, (enum dns_section)i, &rr);
    }
}

static void check_building(const struct dns_message *message, bool has_more)
{
    uint8_t *block = malloc(DNS_MESSAGE_SIZE_MAX);
    struct dns_name_table_label *labels = calloc(DNS_NAME_TABLE_LABELS_MAX, sizeof(*labels));
    struct dns_builder builder;
    size_t written;

    fuzz_require(block != NULL && labels != NULL);
    *fuzz_blocks = 0;
    dns_builder_init(&builder, block, DNS_MESSAGE_SIZE_MAX, &message->header);
    if (has_more)
        dns_builder_extend(&builder, labels, DNS_NAME_TABLE_LABELS_MAX);
    if (has_more)
        dns_builder_set_source(&builder, message->wire);
    add_all(&builder, message);
    written = dns_builder_finish(&builder).size;
    require_few_blocks(BUILD_BLOCKS, message->wire.size + written);
    free(labels);
    free(block);
}

FUZZ_TARGET(input)
{
    struct dns_message message;
    struct dns_message_partial partial;
    struct dns_verdict verdict;

    *fuzz_blocks = 0;
    verdict = dns_message_read(input, &message);
    require_few_blocks(READ_BLOCKS, input.size);
    *fuzz_blocks = 0;
    dns_message_read_partial(input, &partial);
    require_few_blocks(READ_BLOCKS + WALK_BLOCKS, input.size);
    if (verdict.status != DNS_OK)
        message = partial.message;
    else if (dns_message_check_rdata(&message).status == DNS_OK)
        require_few_steps(&message);
    if (!partial.has_header)
        return;
    check_walk(&message);
    check_building(&message, false);
    check_building(&message, true);
}
