/*
 * Property: none holds. This target is the campaign's own test: behind a first magic number, which
 * its seed has, and a second one, which no seed has, stands one bug of each kind that a campaign
 * reports. An engine that learns from comparisons finds them in seconds, chance does not.
 *
 * Covers: src/base/byte_reader.h 10%, src/base/arena.c 100% (which its seeds do not reach: planted)
 */
#include "base/byte_reader.h"
#include "base/require.h"
#include "fuzz/target.h"

#include <limits.h>

#define MAGIC_OF_SEED 0x43555045 /* "CUPE" */
#define MAGIC_OF_BUGS 0x7E21415B

static void break_property(struct bytes input)
{
    fuzz_require(input.size == 0);
}

static void break_requirement(struct bytes input)
{
    REQUIRE(input.size == 0);
}

static void read_past_the_end(struct bytes input)
{
    volatile uint8_t past = input.at[input.size];
    (void)past;
}

static void overflow(struct bytes input)
{
    volatile int sum = INT_MAX;

    sum += (int)input.size;
}

static void loop(struct bytes input)
{
    volatile bool is_endless = input.size > 0;

    while (is_endless)
        ;
}

static void take_memory(struct bytes input)
{
    void *volatile block = malloc(((size_t)3 << 30) + input.size);

    free(block);
}

static void plant(struct bytes input, uint8_t kind)
{
    switch (kind % 8) {
    case 0:
        break_property(input);
        break;
    case 1:
        break_requirement(input);
        break;
    case 2:
        read_past_the_end(input);
        break;
    case 3:
        overflow(input);
        break;
    case 4:
        loop(input);
        break;
    case 5:
        take_memory(input);
        break;
    default:
        break;
    }
}

FUZZ_TARGET(input)
{
    struct byte_reader in = byte_reader_init(input);
    uint32_t first, second;
    uint8_t kind;

    if (!read_u32_be(&in, &first) || first != MAGIC_OF_SEED)
        return;
    if (!read_u32_be(&in, &second) || second != MAGIC_OF_BUGS)
        return;
    if (read_u8(&in, &kind))
        plant(input, kind);
}
