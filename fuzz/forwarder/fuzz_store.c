/*
 * Property: a file of the cache is refused as a whole, or each of its records is counted once, as
 * kept or as left out; what was kept is written again as a file that is read whole, into the same
 * entries, which are written as the same octets a third time. Nothing is older than it may be. Two
 * files become one that is whole and has the records of both, each as old as in its own.
 *
 * The first octet says what the rest is: the file (even), or its records, which get a header and an
 * end that fit (odd), since chance does not find a hash.
 *
 * Covers: src/forwarder/core/store.c 90%
 */
#include "forwarder/core/store.h"
#include "fuzz/target.h"

#define WALL_S UINT64_C(1700000000)
#define FILE_MAX ((size_t)1 << 20)

static const struct forwarder_keep_limits limits = { 0, 86400, 3600, 5 };
static const struct forwarder_hash_key key = { { 1, 2 } };

/* A cache, and what is needed to read into it. */
struct shelf {
    struct forwarder_cache cache;
    struct forwarder_store_target target;
    void *slab;
};

static void begin(struct shelf *shelf, struct forwarder_keep *keep)
{
    struct forwarder_cache_config config = { FORWARDER_CACHE_BYTES_MIN, 100 };

    shelf->slab = calloc(1, forwarder_cache_slab_bytes(&config));
    fuzz_require(shelf->slab != NULL);
    forwarder_cache_init(&shelf->cache, &config, shelf->slab);
    shelf->target = (struct forwarder_store_target){ &shelf->cache, keep, &limits, &key };
}

/* Adds a header and an end to records. */
static struct bytes frame(struct bytes records, uint8_t *block)
{
    struct byte_writer out = byte_writer_init(block, FILE_MAX);
    struct byte_reader in = byte_reader_init(records);
    struct forwarder_store_writer writer;
    uint16_t size = 0;
    struct bytes record;

    forwarder_store_begin(&writer, WALL_S, &out);
    while (read_u16_be(&in, &size) && size > 5 && read_bytes(&in, size, &record)) {
        struct bytes whole = bytes_of(record.at - 2, record.size + 2);
        struct forwarder_hash_key chain = { { writer.hash, whole.size } };

        if (!write_bytes(&out, whole))
            break;
        writer.hash = forwarder_hash(&chain, whole);
        writer.count += 1;
    }
    forwarder_store_end(&writer, &out);
    return byte_writer_written(&out);
}

static struct bytes write_file(struct shelf *shelf, uint64_t now_ns, uint8_t *block)
{
    struct byte_writer out = byte_writer_init(block, FILE_MAX);
    struct forwarder_store_writer writer;
    struct forwarder_topic topic;
    struct forwarder_cached cached;

    forwarder_store_begin(&writer, WALL_S, &out);
    forwarder_cache_walk_begin(&shelf->cache, now_ns);
    while (forwarder_cache_walk_next(&shelf->cache, now_ns, &topic, &cached)) {
        fuzz_require(!cached.is_failure);
        if (topic.size > 0)
            forwarder_store_add(&writer, &shelf->cache, &topic, &cached, &out);
    }
    forwarder_store_end(&writer, &out);
    return byte_writer_written(&out);
}

/* Reads a whole file of our own into an empty cache, and writes that. */
static struct bytes again(struct bytes file, struct forwarder_keep *keep, uint32_t entries,
                          uint8_t *block)
{
    struct forwarder_store_reader reader;
    struct bytes written;
    struct shelf shelf;

    begin(&shelf, keep);
    fuzz_require(forwarder_store_open(&reader, file, WALL_S) == FORWARDER_STORE_OK);
    fuzz_require(!forwarder_store_read(&reader, &shelf.target, UINT32_MAX, 500));
    fuzz_require(reader.left_out == 0 && reader.kept == entries);
    fuzz_require(shelf.cache.entries == entries);
    written = write_file(&shelf, 500, block);
    free(shelf.slab);
    return written;
}

static void check(struct shelf *shelf, struct forwarder_keep *keep, uint8_t *first, uint8_t *second)
{
    struct bytes file = write_file(shelf, 500, first);
    struct bytes copy = again(file, keep, shelf->cache.entries, second);

    fuzz_require(bytes_equal(file, copy));
    fuzz_require(forwarder_store_open(&(struct forwarder_store_reader){ 0 },
                                      bytes_of(file.at, file.size - 1),
                                      WALL_S) == FORWARDER_STORE_DAMAGED);
}

/* The sum of a file's ages, and how many records it has. */
struct sums {
    uint64_t count;
    uint64_t ages_s;
};

static struct sums sums_of(struct bytes file)
{
    struct byte_reader in = byte_reader_init(file);
    struct sums sums = { 0 };
    struct bytes part;
    uint32_t age_s;
    uint16_t size;

    fuzz_require(read_bytes(&in, FORWARDER_STORE_HEADER_BYTES, &part));
    while (read_u16_be(&in, &size) && size > 0) {
        fuzz_require(read_bytes(&in, 1, &part) && read_u32_be(&in, &age_s));
        fuzz_require(read_bytes(&in, size - 5U, &part));
        sums.count += 1;
        sums.ages_s += age_s;
    }
    return sums;
}

/* A file, which is whole, beside itself, as it is read when it was written. */
static void check_merge(struct bytes file, uint8_t *block)
{
    struct forwarder_store_merge *merge = calloc(1, sizeof(*merge));
    struct byte_writer out = byte_writer_init(block, FILE_MAX);
    struct forwarder_store_reader reader;
    struct sums one = sums_of(file);
    struct sums two;

    fuzz_require(merge != NULL);
    forwarder_store_merge_begin(merge, 0, &out);
    for (int i = 0; i < 2; i++) {
        fuzz_require(forwarder_store_open(&reader, file, 0) == FORWARDER_STORE_OK);
        forwarder_store_merge_add(merge, &reader);
    }
    while (forwarder_store_merge_next(merge, &out)) {
    }
    forwarder_store_end(&merge->writer, &out);
    fuzz_require(forwarder_store_open(&reader, byte_writer_written(&out), 0) == FORWARDER_STORE_OK);
    two = sums_of(byte_writer_written(&out));
    fuzz_require(two.count == 2 * one.count && two.ages_s == 2 * one.ages_s);
    free(merge);
}

FUZZ_TARGET(input)
{
    struct forwarder_keep *keep = calloc(1, sizeof(*keep));
    uint8_t *blocks[2] = { malloc(FILE_MAX), malloc(FILE_MAX) };
    struct forwarder_store_reader reader = { .kept = 77 };
    struct bytes file = { 0 };
    struct shelf shelf;

    fuzz_require(keep != NULL && blocks[0] != NULL && blocks[1] != NULL);
    begin(&shelf, keep);
    if (bytes_from(input, 1, &file) && input.at[0] % 2 == 1 && file.size < FILE_MAX / 2)
        file = frame(file, blocks[0]);
    if (forwarder_store_open(&reader, file, WALL_S + (input.size > 0 ? input.at[0] / 2U : 0)) ==
        FORWARDER_STORE_OK) {
        uint64_t seen = 0;

        while (forwarder_store_read(&reader, &shelf.target, 1, 500))
            fuzz_require(reader.kept + reader.left_out == ++seen);
        fuzz_require(shelf.cache.entries <= reader.kept);
        if (file.size < FILE_MAX / 4)
            check_merge(file, blocks[1]);
        check(&shelf, keep, blocks[0], blocks[1]);
    } else {
        fuzz_require(reader.kept == 77 && shelf.cache.entries == 0);
    }
    free(shelf.slab);
    free(blocks[0]);
    free(blocks[1]);
    free(keep);
}
