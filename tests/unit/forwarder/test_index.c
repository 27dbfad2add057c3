/* The index of the cache beside a plain list: each entry is found by its hash, however the number
 * of buckets changes and however many entries share a hash or a bucket. */
#include "unit.h"

#include "base/cleanup.h"
#include "forwarder/core/index.h"

#include <stdbool.h>

#define BLOCKS 4000
#define BUCKETS_WANTED 300
#define ENTRIES 2500

struct shelf {
    struct forwarder_blocks blocks;
    struct forwarder_index index;
    void *storage;
    uint32_t hashes[ENTRIES + 1]; /* by entry */
    bool is_there[ENTRIES + 1];
    uint32_t there;
};

static void shelf_init(struct shelf *shelf)
{
    uint32_t buckets = forwarder_index_buckets(BUCKETS_WANTED);

    shelf->storage = calloc(BLOCKS + (size_t)buckets, FORWARDER_BLOCK_BYTES);
    assert_non_null(shelf->storage);
    shelf->blocks = forwarder_blocks_init(shelf->storage, BLOCKS);
    shelf->index = forwarder_index_init(
        (uint8_t *)shelf->storage + (size_t)BLOCKS * FORWARDER_BLOCK_BYTES, buckets);
}

static void shelf_done(struct shelf *shelf)
{
    free(shelf->storage);
}

/* Some bits, the same in each run. */
static uint32_t draw(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 32);
}

static void add(struct shelf *shelf, uint32_t entry, uint32_t hash)
{
    shelf->hashes[entry] = hash;
    shelf->is_there[entry] = true;
    shelf->there += 1;
    forwarder_index_add(&shelf->index, &shelf->blocks, hash, entry);
}

static void take_away(struct shelf *shelf, uint32_t entry)
{
    shelf->is_there[entry] = false;
    shelf->there -= 1;
    forwarder_index_remove(&shelf->index, &shelf->blocks, shelf->hashes[entry], entry);
}

/* Every entry is found among those of its hash, and what is found has it. */
static void check(const struct shelf *shelf)
{
    uint32_t seen = 0;

    for (uint32_t entry = 1; entry <= ENTRIES; entry++) {
        struct forwarder_index_look look =
            forwarder_index_look(&shelf->index, shelf->hashes[entry]);
        uint32_t times = 0;
        uint32_t found;

        while (found = forwarder_index_next(&look, &shelf->blocks), found != 0) {
            assert_true(shelf->is_there[found]);
            assert_int_equal(shelf->hashes[found], shelf->hashes[entry]);
            times += found == entry;
        }
        assert_int_equal(times, shelf->is_there[entry]);
        seen += times;
    }
    assert_int_equal(seen, shelf->there);
    assert_int_equal(shelf->index.entries, shelf->there);
}

static void entries_come_and_leave_and_each_is_found_by_its_hash(void **state)
{
    /* Bits that hashes have: few make many entries share a hash. */
    static const uint32_t masks[] = { UINT32_MAX, 0xFF, 0xFFFF0000, 0x80000003, 0 };

    (void)state;
    for (size_t row = 0; row < ROWS(masks); row++) {
        CLEANUP(shelf_done) struct shelf shelf = { 0 };
        uint64_t drawn = row + 1;

        shelf_init(&shelf);
        for (unsigned int step = 0; step < 20000; step++) {
            uint32_t entry = 1 + draw(&drawn) % ENTRIES;

            if (!shelf.is_there[entry])
                add(&shelf, entry, draw(&drawn) & masks[row]);
            else if (step % 3 != 0)
                take_away(&shelf, entry);
            if (step % 5000 == 4999)
                check(&shelf);
        }
        for (uint32_t entry = 1; entry <= ENTRIES; entry++)
            if (shelf.is_there[entry])
                take_away(&shelf, entry);
        check(&shelf);
        assert_int_equal(shelf.blocks.used, 0);
    }
}

static void there_are_as_many_buckets_as_entries_need(void **state)
{
    CLEANUP(shelf_done) struct shelf shelf = { 0 };
    uint64_t drawn = 1;
    uint32_t before;

    (void)state;
    shelf_init(&shelf);
    assert_in_range(shelf.index.count, 1, 31);
    for (uint32_t entry = 1; entry <= 1400; entry++) {
        before = shelf.index.count;
        add(&shelf, entry, draw(&drawn));
        assert_in_range(shelf.index.count - before, 0, 4);
        if (entry > 200)
            assert_in_range(entry / shelf.index.count, 2, FORWARDER_INDEX_FILL);
    }
    assert_int_equal(shelf.index.count, shelf.index.buckets_max);
    /* Few have no place in the first line of their bucket. */
    assert_true(shelf.blocks.used < shelf.index.count / 4);
    for (uint32_t entry = 1401; entry <= ENTRIES; entry++)
        add(&shelf, entry, draw(&drawn));
    assert_int_equal(shelf.index.count, shelf.index.buckets_max);
    check(&shelf);
}

static void buckets_are_nearly_as_many_as_are_wanted(void **state)
{
    static const size_t wanted[] = { 1, 31, 32, 93, 1000, 65535, 2000000, UINT64_C(97000000) };

    (void)state;
    assert_int_equal(forwarder_index_buckets(0), 1);
    for (size_t i = 0; i < ROWS(wanted); i++)
        assert_in_range(forwarder_index_buckets(wanted[i]), wanted[i] - wanted[i] / 16, wanted[i]);
}

static void a_guess_is_an_entry_of_the_hash_or_none(void **state)
{
    CLEANUP(shelf_done) struct shelf shelf = { 0 };

    (void)state;
    shelf_init(&shelf);
    assert_int_equal(forwarder_index_guess(&shelf.index, 7), 0);
    add(&shelf, 1, 7);
    add(&shelf, 2, 8);
    assert_int_equal(forwarder_index_guess(&shelf.index, 7), 1);
    assert_int_equal(forwarder_index_guess(&shelf.index, 9), 0);
}

static void blocks_of_a_chain_are_taken_again_in_its_order(void **state)
{
    CLEANUP(shelf_done) struct shelf shelf = { 0 };
    uint32_t taken[4];

    (void)state;
    shelf_init(&shelf);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(taken[i] = forwarder_blocks_take(&shelf.blocks), i + 1);
    *forwarder_blocks_next(&shelf.blocks, taken[1]) = taken[2];
    forwarder_blocks_give(&shelf.blocks, taken[3]);
    forwarder_blocks_give(&shelf.blocks, taken[1]);
    assert_int_equal(shelf.blocks.used, 1);
    assert_int_equal(forwarder_blocks_take(&shelf.blocks), taken[1]);
    assert_int_equal(*forwarder_blocks_next(&shelf.blocks, taken[1]), 0);
    assert_int_equal(forwarder_blocks_take(&shelf.blocks), taken[2]);
    assert_int_equal(forwarder_blocks_take(&shelf.blocks), taken[3]);
    assert_int_equal(forwarder_blocks_take(&shelf.blocks), 5);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(entries_come_and_leave_and_each_is_found_by_its_hash),
    cmocka_unit_test(there_are_as_many_buckets_as_entries_need),
    cmocka_unit_test(buckets_are_nearly_as_many_as_are_wanted),
    cmocka_unit_test(a_guess_is_an_entry_of_the_hash_or_none),
    cmocka_unit_test(blocks_of_a_chain_are_taken_again_in_its_order),
};
RUN_TESTS(tests)
