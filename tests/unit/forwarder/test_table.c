/* The table finds what it holds, forgets what is removed, and never holds more than its maximum. */
#include "unit.h"

#include "base/cleanup.h"
#include "forwarder/core/table.h"

#define QUERIES_MAX 100

struct block {
    struct forwarder_query *queries;
    uint32_t *buckets;
    struct forwarder_table table;
};

static void block_init(struct block *block)
{
    block->queries = calloc(QUERIES_MAX, sizeof(*block->queries));
    block->buckets = calloc(forwarder_table_buckets(QUERIES_MAX), sizeof(*block->buckets));
    assert_non_null(block->queries);
    assert_non_null(block->buckets);
    block->table = forwarder_table_init(block->queries, block->buckets, QUERIES_MAX);
}

static void block_done(struct block *block)
{
    free(block->queries);
    free(block->buckets);
}

static struct forwarder_key key_of(uint32_t number)
{
    return (struct forwarder_key){ .stream = (uint16_t)(number % 7),
                                   .id = (uint16_t)(number * 257) };
}

static void a_full_table_takes_no_more_until_one_is_removed(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    struct forwarder_query *tenth;

    (void)state;
    block_init(&block);
    for (uint32_t i = 0; i < QUERIES_MAX; i++)
        assert_non_null(forwarder_table_add(&block.table, key_of(i), 0));
    assert_null(forwarder_table_add(&block.table, key_of(QUERIES_MAX), 0));
    assert_int_equal(block.table.count, QUERIES_MAX);
    tenth = forwarder_table_find(&block.table, key_of(10));
    assert_non_null(tenth);
    forwarder_table_remove(&block.table, tenth);
    assert_null(forwarder_table_find(&block.table, key_of(10)));
    assert_ptr_equal(forwarder_table_add(&block.table, key_of(QUERIES_MAX), 0), tenth);
}

static void a_new_query_knows_nothing_of_the_one_whose_place_it_takes(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    struct forwarder_query *query;

    (void)state;
    block_init(&block);
    query = forwarder_table_add(&block.table, key_of(1), 0);
    memset(query->wire, 0xFF, sizeof(query->wire));
    query->asked = 3;
    forwarder_table_remove(&block.table, query);
    query = forwarder_table_add(&block.table, key_of(2), 0);
    assert_int_equal(query->asked, 0);
    assert_int_equal(query->wire[0], 0);
    assert_int_equal(query->key.id, key_of(2).id);
}

static void keys_that_share_a_bucket_are_told_apart(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    uint32_t found = 0;

    (void)state;
    block_init(&block);
    for (uint32_t i = 0; i < QUERIES_MAX; i++)
        assert_non_null(forwarder_table_add(&block.table, key_of(i), 0));
    for (uint32_t i = 0; i < QUERIES_MAX; i += 2)
        forwarder_table_remove(&block.table, forwarder_table_find(&block.table, key_of(i)));
    for (uint32_t i = 0; i < QUERIES_MAX; i++) {
        struct forwarder_query *query = forwarder_table_find(&block.table, key_of(i));

        assert_int_equal(query != NULL, i % 2);
        found += query != NULL;
    }
    assert_int_equal(found, block.table.count);
    assert_null(forwarder_table_find(&block.table, (struct forwarder_key){ 6, key_of(1).id }));
}

/* The numbers of the queries on a lane, the last first, as a text. */
static void list_lane(const struct block *block, uint16_t lane, char ret_text[16])
{
    const struct forwarder_query *query = forwarder_table_first_on_lane(&block->table, lane);
    size_t size = 0;

    for (; query != NULL; query = forwarder_table_next_on_lane(&block->table, query)) {
        ret_text[size] = (char)('0' + query->key.id);
        size += 1;
    }
    ret_text[size] = '\0';
}

static void the_queries_on_one_lane_are_found_without_the_others(void **state)
{
    CLEANUP(block_done) struct block block = { 0 };
    static const uint16_t removed[] = { 4, 6, 2, 0 };
    static const char *const left[] = { "620", "20", "0", "" };
    char text[16];

    (void)state;
    block_init(&block);
    list_lane(&block, 0, text);
    assert_string_equal(text, "");
    for (uint16_t i = 0; i < 8; i++)
        assert_non_null(forwarder_table_add(&block.table, (struct forwarder_key){ 0, i },
                                            i % 2 == 0 ? 0 : 255));
    list_lane(&block, 0, text);
    assert_string_equal(text, "6420");
    for (size_t i = 0; i < 4; i++) {
        struct forwarder_key key = { 0, removed[i] };

        forwarder_table_remove(&block.table, forwarder_table_find(&block.table, key));
        list_lane(&block, 0, text);
        assert_string_equal(text, left[i]);
    }
    list_lane(&block, 255, text);
    assert_string_equal(text, "7531");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_full_table_takes_no_more_until_one_is_removed),
    cmocka_unit_test(a_new_query_knows_nothing_of_the_one_whose_place_it_takes),
    cmocka_unit_test(keys_that_share_a_bucket_are_told_apart),
    cmocka_unit_test(the_queries_on_one_lane_are_found_without_the_others),
};
RUN_TESTS(tests)
