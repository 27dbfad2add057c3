/*
 * The mutator as a library that afl-fuzz loads (AFL_CUSTOM_MUTATOR_LIBRARY): it is asked in a stage
 * of its own, and the engine's own stages go on beside it. afl-fuzz keeps what init gives, and uses
 * an output until the next call.
 *
 * Where the engine passes a pointer and a size, struct bytes stands here: the calling conventions
 * of x86-64 and AArch64 pass both in the same two registers.
 */
#include "fuzz/dns/generator.h"
#include "fuzz/dns/mutator.h"

#include <stdlib.h>

/* The words of AFL++, which it finds by their names. */
struct afl_state;
void *afl_custom_init(struct afl_state *afl, unsigned int seed);
size_t afl_custom_fuzz(void *mutator, struct bytes before, uint8_t **ret_after, struct bytes other,
                       size_t capacity);
void afl_custom_deinit(void *mutator);

_Static_assert(sizeof(struct bytes) == 2 * sizeof(void *), "a pointer and a size");

struct mutator {
    struct dns_random random;
    uint8_t block[DNS_GENERATE_SIZE_MAX];
};

void *afl_custom_init(struct afl_state *afl, unsigned int seed)
{
    struct mutator *mutator = calloc(1, sizeof(*mutator));

    (void)afl;
    if (mutator != NULL)
        mutator->random.state = seed;
    return mutator;
}

size_t afl_custom_fuzz(void *mutator, struct bytes before, uint8_t **ret_after, struct bytes other,
                       size_t capacity)
{
    struct mutator *self = mutator;

    if (other.at == NULL)
        other.size = 0;
    if (capacity > sizeof(self->block))
        capacity = sizeof(self->block);
    *ret_after = self->block;
    return dns_mutate(dns_random_next(&self->random), before, other, self->block, capacity);
}

void afl_custom_deinit(void *mutator)
{
    free(mutator);
}
