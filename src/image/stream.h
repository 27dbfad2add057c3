/*
 * struct image_stream: a layer's blob, decompressed, with a limit and a digest.
 *
 * What comes out is the uncompressed tar, whose SHA-256 is the layer's diff_id (OCI image-spec
 * config.md#layer-diffid). Decompression is libarchive's. Only the one compression that the media
 * type names is undone, once: a gzip inside a gzip, or a zstd that claims to be a gzip, is refused.
 *
 * Order of calls: image_stream_open(), image_stream_read() until it gives no more octets,
 * image_stream_digest(); image_stream_done() at any time. One thread at a time.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "image/digest.h"

enum image_compression {
    IMAGE_COMPRESSION_NONE,
    IMAGE_COMPRESSION_GZIP,
    IMAGE_COMPRESSION_ZSTD,
};

/* Where the blob is: a file, read from its current offset, or memory. */
struct image_source {
    enum image_compression compression;
    int fd;              /* -1: the blob is in memory */
    struct bytes memory; /* where fd is -1 */
};

struct archive;

struct image_stream {
    struct archive *archive;
    struct image_hash hash;
    uint64_t bytes_left; /* how many more may come out before the layer is refused */
    uint64_t bytes_read; /* how many have come out */
    bool at_end;
};

/* Begins to read. `source` stays the caller's and must live as long as the stream. At most
 * `bytes_max` octets may come out. -EINVAL where the blob is not compressed as it says. */
int image_stream_open(struct image_stream *stream, const struct image_source *source,
                      uint64_t bytes_max, struct err *err);

/* The next octets, as many as libarchive has at hand; none at the end. The view lives until the
 * next call. -EINVAL for damaged or truncated content, -EFBIG past the limit. */
int image_stream_read(struct image_stream *stream, struct bytes *ret_part, struct err *err);

/* Reads what is left and gives the digest of everything that came out. */
int image_stream_digest(struct image_stream *stream, struct image_digest *ret_digest,
                        struct err *err);

/* Frees what the stream holds; the source stays open. Safe twice, and on zeroes. Fits CLEANUP. */
void image_stream_done(struct image_stream *stream);
