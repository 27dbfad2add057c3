/* A bucket's number: which of the first ones by the top of the hash, and which of those that were
 * split off from that by its lowest bits, one for each time that all were split. */
#include "forwarder/core/index.h"

#include "base/require.h"

#include <stdbool.h>

/* There are fewer than twice so many buckets at first, so that at the end there can be nearly as
 * many as wanted. */
#define FIRST 16
/* Buckets that are split when an entry comes: a round is over long before the next begins. */
#define SPLITS 4

uint32_t forwarder_index_buckets(size_t wanted)
{
    unsigned int rounds = 0;

    if (wanted == 0)
        return 1;
    while (wanted >> rounds >= 2 * (size_t)FIRST)
        rounds += 1;
    return (uint32_t)(wanted >> rounds << rounds);
}

struct forwarder_index forwarder_index_init(void *storage, uint32_t buckets_max)
{
    uint32_t first = buckets_max;

    while (first >= 2 * FIRST)
        first /= 2;
    return (struct forwarder_index){
        .buckets = storage,
        .buckets_max = buckets_max,
        .count = first,
        .round = first,
        .first = first,
    };
}

/* Where a hash belongs, of the buckets that there are. */
static uint32_t number_of(const struct forwarder_index *index, uint32_t hash)
{
    uint32_t of_first = (uint32_t)((uint64_t)(hash >> 16) * index->first >> 16);
    uint32_t number = of_first + index->first * (hash & (2 * index->mask + 1));

    return number < index->count ? number : of_first + index->first * (hash & index->mask);
}

const struct forwarder_bucket *forwarder_index_bucket(const struct forwarder_index *index,
                                                      uint32_t hash)
{
    return &index->buckets[number_of(index, hash)];
}

/* The first slot of a line from `at` on that has the hash; its count where there is none. */
static uint32_t slot_of(const struct forwarder_bucket *line, uint32_t hash, uint32_t at)
{
    while (at < line->count && line->hashes[at] != hash)
        at += 1;
    return at;
}

uint32_t forwarder_index_guess(const struct forwarder_index *index, uint32_t hash)
{
    const struct forwarder_bucket *line = forwarder_index_bucket(index, hash);
    uint32_t at = slot_of(line, hash, 0);

    return at < line->count ? line->entries[at] : 0;
}

static struct forwarder_bucket *line_at(const struct forwarder_blocks *blocks, uint32_t block)
{
    return (struct forwarder_bucket *)(void *)forwarder_blocks_at(blocks, block);
}

uint32_t forwarder_index_next(struct forwarder_index_look *look,
                              const struct forwarder_blocks *blocks)
{
    for (;;) {
        uint32_t at = slot_of(look->line, look->hash, look->at);

        look->at = at + 1;
        if (at < look->line->count)
            return look->line->entries[at];
        if (look->line->next == 0)
            return 0;
        look->line = line_at(blocks, look->line->next);
        look->at = 0;
    }
}

/* Adds an entry to a bucket, and a line to that where it is full. */
static void add(struct forwarder_bucket *line, struct forwarder_blocks *blocks, uint32_t hash,
                uint32_t entry)
{
    while (line->next != 0)
        line = line_at(blocks, line->next);
    if (line->count == FORWARDER_INDEX_SLOTS) {
        line->next = forwarder_blocks_take(blocks);
        line = line_at(blocks, line->next);
        *line = (struct forwarder_bucket){ 0 };
    }
    line->hashes[line->count] = hash;
    line->entries[line->count] = entry;
    line->count += 1;
}

/* Puts the last entry of a bucket in the place of one of its entries, which so is gone; its last
 * line goes where it has no more. Says whether that was the line in which the entry was. */
static bool drop(struct forwarder_bucket *bucket, struct forwarder_blocks *blocks,
                 struct forwarder_bucket *line, uint32_t at)
{
    struct forwarder_bucket *before = NULL;
    struct forwarder_bucket *last = bucket;

    while (last->next != 0) {
        before = last;
        last = line_at(blocks, last->next);
    }
    last->count -= 1;
    line->hashes[at] = last->hashes[last->count];
    line->entries[at] = last->entries[last->count];
    if (last->count > 0 || before == NULL)
        return false;
    forwarder_blocks_give(blocks, before->next);
    before->next = 0;
    return last == line;
}

/* The line that follows one in its bucket, or NULL. */
static struct forwarder_bucket *line_after(const struct forwarder_blocks *blocks,
                                           const struct forwarder_bucket *line)
{
    return line->next == 0 ? NULL : line_at(blocks, line->next);
}

/* Moves those that have a bit to another bucket, which is empty. No line is taken there that was
 * not given back here: those who move leave first. */
static void move(struct forwarder_bucket *bucket, struct forwarder_blocks *blocks, uint32_t bit,
                 struct forwarder_bucket *other)
{
    struct forwarder_bucket *line = bucket;
    uint32_t at = 0;

    while (line != NULL) {
        if (at == line->count) {
            line = line_after(blocks, line);
            at = 0;
        } else if ((line->hashes[at] & bit) == 0) {
            at += 1;
        } else {
            uint32_t hash = line->hashes[at];
            uint32_t entry = line->entries[at];

            line = drop(bucket, blocks, line, at) ? NULL : line;
            add(other, blocks, hash, entry);
        }
    }
}

/* Splits the bucket whose turn it is. */
static void split(struct forwarder_index *index, struct forwarder_blocks *blocks)
{
    struct forwarder_bucket *bucket = &index->buckets[index->count - index->round];

    move(bucket, blocks, index->mask + 1, &index->buckets[index->count]);
    index->count += 1;
    if (index->count < 2 * index->round)
        return;
    index->round = index->count;
    index->mask = 2 * index->mask + 1;
}

/* Splits some buckets, if it is time. */
static void grow(struct forwarder_index *index, struct forwarder_blocks *blocks)
{
    bool is_due = index->count > index->round ||
                  index->entries > (uint64_t)index->count * FORWARDER_INDEX_FILL;

    for (int i = 0; is_due && i < SPLITS && index->count < index->buckets_max; i++) {
        split(index, blocks);
        is_due = index->count > index->round;
    }
}

void forwarder_index_add(struct forwarder_index *index, struct forwarder_blocks *blocks,
                         uint32_t hash, uint32_t entry)
{
    REQUIRE(blocks->used < blocks->max);
    add(&index->buckets[number_of(index, hash)], blocks, hash, entry);
    index->entries += 1;
    grow(index, blocks);
}

void forwarder_index_remove(struct forwarder_index *index, struct forwarder_blocks *blocks,
                            uint32_t hash, uint32_t entry)
{
    struct forwarder_bucket *bucket = &index->buckets[number_of(index, hash)];
    struct forwarder_bucket *line = bucket;
    uint32_t at = 0;

    while (at == line->count || line->entries[at] != entry) {
        at += 1;
        if (at < line->count)
            continue;
        line = line_after(blocks, line);
        REQUIRE(line != NULL);
        at = 0;
    }
    (void)drop(bucket, blocks, line, at);
    index->entries -= 1;
}
