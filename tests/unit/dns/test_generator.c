/*
 * The generator of messages (fuzz/dns/generator.h): valid messages are accepted, those with a fault
 * are refused but for few, and all together they reach every row of the table of types and every
 * refusal that a message can meet.
 */
#include "wire.h"

#include "dns/message.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "fuzz/dns/generator.h"

#include <stdio.h>

#define MESSAGES 20000
#define FAULTS_REFUSED_MIN 97 /* of a hundred */
#define WILD_REFUSED_MIN 50
#define WILD_REFUSED_MAX 95

static const struct {
    enum dns_status status;
    const char *name;
} statuses[] = {
#define STATUS(name, sentence) { DNS_##name, #name },
#include "dns/status.def"
#undef STATUS
};

static const struct {
    uint16_t type;
    const char *mnemonic;
} types[] = {
#define RRTYPE(id, mnemonic, number, ...) { (number), (mnemonic) },
#define METATYPE(id, mnemonic, number, source) { (number), (mnemonic) },
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
};

/* Whether only text, or a block of a limited size, can meet this refusal. */
static bool is_of_text(const char *status)
{
    return strncmp(status, "TEXT_", 5) == 0 || strcmp(status, "NO_ROOM") == 0;
}

static struct bytes message_of(uint64_t seed, enum dns_generate_kind kind, uint8_t **ret_block)
{
    uint8_t *room = malloc(DNS_GENERATE_SIZE_MAX);
    size_t size;

    assert_non_null(room);
    size = dns_generate(seed, kind, room, DNS_GENERATE_SIZE_MAX);
    assert_true(size <= DNS_GENERATE_SIZE_MAX);
    *ret_block = wire_block(room, size);
    free(room);
    return bytes_of(*ret_block, size);
}

/* The first refusal, of framing or of RDATA. */
static struct dns_verdict verdict_of(struct bytes wire)
{
    struct dns_message message;
    struct dns_verdict verdict = dns_message_read(wire, &message);

    return verdict.status == DNS_OK ? dns_message_check_rdata(&message) : verdict;
}

static void the_same_number_gives_the_same_message(void **state)
{
    (void)state;
    for (unsigned int kind = 0; kind < DNS_GENERATE_KINDS; kind++) {
        CLEANUP(free_pointer) uint8_t *first_block = NULL;
        CLEANUP(free_pointer) uint8_t *second_block = NULL;
        CLEANUP(free_pointer) uint8_t *other_block = NULL;
        struct bytes first = message_of(7, (enum dns_generate_kind)kind, &first_block);
        struct bytes second = message_of(7, (enum dns_generate_kind)kind, &second_block);
        struct bytes other = message_of(8, (enum dns_generate_kind)kind, &other_block);

        assert_true(bytes_equal(first, second));
        assert_false(bytes_equal(first, other));
    }
}

static void a_small_block_is_never_overrun(void **state)
{
    (void)state;
    for (size_t capacity = 0; capacity < 600; capacity++) {
        for (unsigned int kind = 0; kind < DNS_GENERATE_KINDS; kind++) {
            CLEANUP(free_pointer) uint8_t *block = malloc(capacity == 0 ? 1 : capacity);

            assert_non_null(block);
            assert_true(dns_generate(capacity, (enum dns_generate_kind)kind, block, capacity) <=
                        capacity);
        }
    }
}

static void valid_messages_are_accepted(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < MESSAGES; seed++) {
        CLEANUP(free_pointer) uint8_t *block = NULL;
        struct dns_verdict verdict = verdict_of(message_of(seed, DNS_GENERATE_VALID, &block));

        if (verdict.status != DNS_OK)
            fail_msg("message %llu: %s at %zu", (unsigned long long)seed,
                     dns_status_text(verdict.status), verdict.offset);
    }
}

/* Counts the records whose RDATA is accepted, by the row of their type. */
static void count_types(struct bytes wire, unsigned int *counts)
{
    struct dns_message message;

    if (dns_message_read(wire, &message).status != DNS_OK)
        return;
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(&message, (enum dns_section)i);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr)) {
            bool is_known = dns_rrtype_of(rr.type, rr.class)->number == rr.type;

            for (size_t row = 0; row < ROWS(types); row++)
                counts[row] += is_known && types[row].type == rr.type &&
                               !byte_reader_is_done(&rr.rdata) &&
                               dns_rdata_check(&rr).status == DNS_OK;
        }
    }
}

static void every_type_is_met_with_rdata_that_is_accepted(void **state)
{
    unsigned int counts[ROWS(types)] = { 0 };

    (void)state;
    for (uint64_t seed = 0; seed < MESSAGES; seed++) {
        CLEANUP(free_pointer) uint8_t *block = NULL;

        count_types(message_of(seed, DNS_GENERATE_VALID, &block), counts);
    }
    for (size_t row = 0; row < ROWS(types); row++)
        assert_row(types[row].mnemonic, counts[row] >= 20);
}

static void every_refusal_of_a_message_is_met(void **state)
{
    unsigned int counts[ROWS(statuses) + 1] = { 0 };

    (void)state;
    for (uint64_t seed = 0; seed < MESSAGES; seed++) {
        CLEANUP(free_pointer) uint8_t *block = NULL;

        counts[verdict_of(message_of(seed, DNS_GENERATE_FAULT, &block)).status]++;
    }
    for (size_t row = 0; row < ROWS(statuses); row++) {
        if (!is_of_text(statuses[row].name))
            assert_row(statuses[row].name, counts[statuses[row].status] > 0);
    }
    printf("accepted in spite of a fault: %u of %u\n", counts[DNS_OK], MESSAGES);
    assert_true(counts[DNS_OK] <= MESSAGES / 100 * (100 - FAULTS_REFUSED_MIN));
}

static void wild_messages_are_refused_or_not(void **state)
{
    unsigned int refused = 0;

    (void)state;
    for (uint64_t seed = 0; seed < MESSAGES; seed++) {
        CLEANUP(free_pointer) uint8_t *block = NULL;

        refused += verdict_of(message_of(seed, DNS_GENERATE_WILD, &block)).status != DNS_OK;
    }
    printf("refused: %u of %u\n", refused, MESSAGES);
    assert_true(refused >= MESSAGES / 100 * WILD_REFUSED_MIN);
    assert_true(refused <= MESSAGES / 100 * WILD_REFUSED_MAX);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_same_number_gives_the_same_message),
    cmocka_unit_test(a_small_block_is_never_overrun),
    cmocka_unit_test(valid_messages_are_accepted),
    cmocka_unit_test(every_type_is_met_with_rdata_that_is_accepted),
    cmocka_unit_test(every_refusal_of_a_message_is_met),
    cmocka_unit_test(wild_messages_are_refused_or_not),
};

RUN_TESTS(tests)
