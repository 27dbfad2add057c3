/* Decompression: only what was declared, once, up to a limit, and hashed. */
#include "unit.h"

#include "base/cleanup.h"
#include "image/stream.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>

#define BLOCK_BYTES ((size_t)65536)

struct block {
    uint8_t at[BLOCK_BYTES];
    size_t size;
};

/* `content` through libarchive's compressors. */
static void compress(struct bytes content, enum image_compression compression,
                     struct block *ret_block)
{
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();

    assert_int_equal(archive_write_set_format_raw(archive), ARCHIVE_OK);
    if (compression == IMAGE_COMPRESSION_GZIP)
        assert_int_equal(archive_write_add_filter_gzip(archive), ARCHIVE_OK);
    if (compression == IMAGE_COMPRESSION_ZSTD)
        assert_int_equal(archive_write_add_filter_zstd(archive), ARCHIVE_OK);
    assert_int_equal(archive_write_set_bytes_in_last_block(archive, 1), ARCHIVE_OK);
    assert_int_equal(
        archive_write_open_memory(archive, ret_block->at, sizeof(ret_block->at), &ret_block->size),
        ARCHIVE_OK);
    archive_entry_set_filetype(entry, AE_IFREG);
    assert_int_equal(archive_write_header(archive, entry), ARCHIVE_OK);
    assert_int_equal(archive_write_data(archive, content.at, content.size), content.size);
    archive_entry_free(entry);
    assert_int_equal(archive_write_free(archive), ARCHIVE_OK);
}

/* Opens and reads it all: the number that came of it. */
static int digest_of(struct bytes blob, enum image_compression compression, uint64_t bytes_max,
                     struct image_digest *ret_digest)
{
    CLEANUP(image_stream_done) struct image_stream stream = { 0 };
    const struct image_source source = { .compression = compression, .fd = -1, .memory = blob };
    struct err err = { 0 };
    int number = image_stream_open(&stream, &source, bytes_max, &err);

    return number < 0 ? number : image_stream_digest(&stream, ret_digest, &err);
}

static const enum image_compression all[] = { IMAGE_COMPRESSION_NONE, IMAGE_COMPRESSION_GZIP,
                                              IMAGE_COMPRESSION_ZSTD };
static const uint8_t content[20000] = { 1, 2, 3 };

static void each_compression_gives_the_same_digest(void **state)
{
    struct image_digest wanted;
    struct err err;

    (void)state;
    assert_int_equal(image_digest_of(bytes_of(content, sizeof(content)), &wanted, &err), 0);
    for (size_t i = 0; i < ROWS(all); i++) {
        struct block block;
        struct image_digest digest;

        compress(bytes_of(content, sizeof(content)), all[i], &block);
        assert_int_equal(
            digest_of(bytes_of(block.at, block.size), all[i], sizeof(content), &digest), 0);
        assert_true(image_digest_equal(&digest, &wanted));
    }
}

static void another_compression_than_declared_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(all); i++) {
        for (size_t j = 0; j < ROWS(all); j++) {
            struct block block;
            struct image_digest digest = { .hex = "untouched" };

            /* Without a compression, anything is taken as it is: it will be no tar. */
            if (i == j || all[j] == IMAGE_COMPRESSION_NONE)
                continue;
            compress(bytes_of(content, sizeof(content)), all[i], &block);
            assert_int_equal(
                digest_of(bytes_of(block.at, block.size), all[j], sizeof(content), &digest),
                -EINVAL);
            assert_string_equal(digest.hex, "untouched");
        }
    }
}

static void a_gzip_in_a_gzip_is_refused(void **state)
{
    struct block inner;
    struct block outer;
    struct image_digest digest;

    (void)state;
    compress(bytes_of(content, sizeof(content)), IMAGE_COMPRESSION_GZIP, &inner);
    compress(bytes_of(inner.at, inner.size), IMAGE_COMPRESSION_GZIP, &outer);
    assert_int_equal(
        digest_of(bytes_of(outer.at, outer.size), IMAGE_COMPRESSION_GZIP, sizeof(content), &digest),
        -EINVAL);
}

static void what_grows_past_the_limit_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(all); i++) {
        struct block block;
        struct image_digest digest;

        compress(bytes_of(content, sizeof(content)), all[i], &block);
        assert_int_equal(
            digest_of(bytes_of(block.at, block.size), all[i], sizeof(content) - 1, &digest),
            -EFBIG);
    }
}

static void a_blob_that_ends_early_is_refused(void **state)
{
    (void)state;
    for (size_t i = 1; i < ROWS(all); i++) {
        struct block block;
        struct image_digest digest;

        compress(bytes_of(content, sizeof(content)), all[i], &block);
        assert_int_equal(
            digest_of(bytes_of(block.at, block.size / 2), all[i], sizeof(content), &digest),
            -EINVAL);
        assert_int_equal(digest_of(bytes_of(block.at, 0), all[i], sizeof(content), &digest),
                         -EINVAL);
    }
}

static void nothing_is_a_stream_without_octets(void **state)
{
    struct image_digest digest;

    (void)state;
    assert_int_equal(digest_of(bytes_of(content, 0), IMAGE_COMPRESSION_NONE, 0, &digest), 0);
    assert_string_equal(digest.hex,
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_compression_gives_the_same_digest),
    cmocka_unit_test(another_compression_than_declared_is_refused),
    cmocka_unit_test(a_gzip_in_a_gzip_is_refused),
    cmocka_unit_test(what_grows_past_the_limit_is_refused),
    cmocka_unit_test(a_blob_that_ends_early_is_refused),
    cmocka_unit_test(nothing_is_a_stream_without_octets),
};

RUN_TESTS(tests)
