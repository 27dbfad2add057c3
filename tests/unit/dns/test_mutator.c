/*
 * The mutator (fuzz/dns/mutator.h): whatever it is given, it stays within its block; most of what
 * it makes of valid messages is framed well; and from valid messages alone it reaches every refusal
 * that a message can meet.
 */
#include "wire.h"

#include "dns/message.h"
#include "fuzz/dns/generator.h"
#include "fuzz/dns/mutator.h"

#include <stdio.h>

#define MESSAGES 400
#define MUTANTS 100 /* of each message */
#define FRAMED_MIN 70
#define ACCEPTED_MIN 60
#define CHANGED_MIN 90
#define ROUNDS 3000
#define MUTANTS_MAX 200000

static const struct {
    enum dns_status status;
    const char *name;
} statuses[] = {
#define STATUS(name, sentence) { DNS_##name, #name },
#include "dns/status.def"
#undef STATUS
};

static struct bytes message_of(uint64_t seed, enum dns_generate_kind kind, uint8_t **ret_block)
{
    uint8_t *room = malloc(DNS_GENERATE_SIZE_MAX);
    size_t size;

    assert_non_null(room);
    size = dns_generate(seed, kind, room, DNS_GENERATE_SIZE_MAX);
    *ret_block = wire_block(room, size);
    free(room);
    return bytes_of(*ret_block, size);
}

/* The mutant of this number, in a block of the capacity alone. */
static struct bytes mutant_of(uint64_t seed, struct bytes message, size_t capacity,
                              uint8_t **ret_block)
{
    CLEANUP(free_pointer) uint8_t *other_block = NULL;
    struct bytes other = message_of(seed, DNS_GENERATE_VALID, &other_block);
    size_t size;

    *ret_block = malloc(capacity == 0 ? 1 : capacity);
    assert_non_null(*ret_block);
    size = dns_mutate(seed, message, other, *ret_block, capacity);
    assert_true(size <= capacity);
    return bytes_of(*ret_block, size);
}

static void the_same_number_makes_the_same_change(void **state)
{
    CLEANUP(free_pointer) uint8_t *block = NULL;
    CLEANUP(free_pointer) uint8_t *first_block = NULL;
    CLEANUP(free_pointer) uint8_t *second_block = NULL;
    struct bytes message = message_of(3, DNS_GENERATE_VALID, &block);

    (void)state;
    assert_true(bytes_equal(mutant_of(9, message, 1000, &first_block),
                            mutant_of(9, message, 1000, &second_block)));
}

static void a_mutant_stays_within_its_block_whatever_it_comes_from(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < ROUNDS; seed++) {
        CLEANUP(free_pointer) uint8_t *block = NULL;
        CLEANUP(free_pointer) uint8_t *mutant = NULL;
        struct bytes message = message_of(seed, (enum dns_generate_kind)(seed % 3), &block);

        (void)mutant_of(seed, message, seed % 700, &mutant);
    }
}

/* The first refusal, of framing or of RDATA. */
static struct dns_verdict verdict_of(struct bytes wire, bool *ret_is_framed)
{
    struct dns_message message;
    struct dns_verdict verdict = dns_message_read(wire, &message);

    *ret_is_framed = verdict.status == DNS_OK;
    return *ret_is_framed ? dns_message_check_rdata(&message) : verdict;
}

static void mutants_of_valid_messages_are_mostly_framed(void **state)
{
    unsigned int framed = 0;
    unsigned int accepted = 0;
    unsigned int changed = 0;

    (void)state;
    for (uint64_t seed = 0; seed < MESSAGES; seed++) {
        CLEANUP(free_pointer) uint8_t *block = NULL;
        struct bytes message = message_of(seed, DNS_GENERATE_VALID, &block);

        for (uint64_t i = 0; i < MUTANTS; i++) {
            CLEANUP(free_pointer) uint8_t *mutant_block = NULL;
            struct bytes mutant =
                mutant_of(seed * MUTANTS + i, message, DNS_GENERATE_SIZE_MAX, &mutant_block);
            bool is_framed;

            accepted += verdict_of(mutant, &is_framed).status == DNS_OK;
            framed += is_framed;
            changed += !bytes_equal(mutant, message);
        }
    }
    printf("of %u mutants changed %u, framed %u, accepted %u\n", MESSAGES * MUTANTS, changed,
           framed, accepted);
    assert_true(changed >= MESSAGES * MUTANTS / 100 * CHANGED_MIN);
    assert_true(framed >= MESSAGES * MUTANTS / 100 * FRAMED_MIN);
    assert_true(accepted >= MESSAGES * MUTANTS / 100 * ACCEPTED_MIN);
}

/* Whether a mutant of a mutant can meet this refusal: not what only text or a small block meets,
 * and not what takes a whole message that is made for it. */
static bool is_met(const char *status)
{
    static const char *const others[] = { "NO_ROOM", "MESSAGE_SIZE", "POINTER_STEPS",
                                          "POINTER_HOPS" };

    for (size_t i = 0; i < ROWS(others); i++) {
        if (strcmp(status, others[i]) == 0)
            return false;
    }
    return strncmp(status, "TEXT_", 5) != 0;
}

/* The first refusal that was not met; NULL: all were. */
static const char *first_unmet(const unsigned int *counts)
{
    for (size_t row = 0; row < ROWS(statuses); row++) {
        if (is_met(statuses[row].name) && counts[statuses[row].status] == 0)
            return statuses[row].name;
    }
    return NULL;
}

static void mutants_of_valid_messages_meet_every_refusal(void **state)
{
    unsigned int counts[ROWS(statuses) + 1] = { 0 };
    uint64_t seed = 0;

    (void)state;
    for (; seed < MUTANTS_MAX && first_unmet(counts) != NULL; seed++) {
        CLEANUP(free_pointer) uint8_t *block = NULL;
        CLEANUP(free_pointer) uint8_t *mutant = NULL;
        struct bytes message = message_of(seed, DNS_GENERATE_VALID, &block);
        bool is_framed;

        counts[verdict_of(mutant_of(seed, message, 4096, &mutant), &is_framed).status]++;
    }
    printf("%llu mutants\n", (unsigned long long)seed);
    assert_row(first_unmet(counts), first_unmet(counts) == NULL);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_same_number_makes_the_same_change),
    cmocka_unit_test(a_mutant_stays_within_its_block_whatever_it_comes_from),
    cmocka_unit_test(mutants_of_valid_messages_are_mostly_framed),
    cmocka_unit_test(mutants_of_valid_messages_meet_every_refusal),
};

RUN_TESTS(tests)
