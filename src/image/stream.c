/* libarchive's "raw" format is its decompressors without an archive format behind them. */
#include "image/stream.h"

#include "base/require.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>

#define READ_BYTES ((size_t)65536)

/* What libarchive calls a compression, and what turns it on. */
static const struct {
    const char *name;
    int code;
    int (*support)(struct archive *);
} compressions[] = {
    [IMAGE_COMPRESSION_NONE] = { "uncompressed", ARCHIVE_FILTER_NONE,
                                 archive_read_support_filter_none },
    [IMAGE_COMPRESSION_GZIP] = { "gzip", ARCHIVE_FILTER_GZIP, archive_read_support_filter_gzip },
    [IMAGE_COMPRESSION_ZSTD] = { "zstd", ARCHIVE_FILTER_ZSTD, archive_read_support_filter_zstd },
};

static int refuse(const struct image_stream *stream, struct err *err)
{
    const char *why = archive_error_string(stream->archive);
    int number = archive_errno(stream->archive);

    if (number == ENOMEM)
        return err_system(err, ENOMEM, "decompress");
    return err_set(err, -EINVAL, "its compressed data is damaged (%s)",
                   why == NULL ? "no reason given" : why);
}

static int open_source(const struct image_stream *stream, const struct image_source *source)
{
    if (source->fd >= 0)
        return archive_read_open_fd(stream->archive, source->fd, READ_BYTES);
    return archive_read_open_memory(stream->archive, source->memory.at, source->memory.size);
}

/* Whether exactly the compression that was declared is being undone. */
static int check_filters(const struct image_stream *stream, const struct image_source *source,
                         struct err *err)
{
    int wanted = compressions[source->compression].code;
    int filters = wanted == ARCHIVE_FILTER_NONE ? 1 : 2; /* libarchive counts the plain file */

    if (archive_filter_count(stream->archive) != filters ||
        archive_filter_code(stream->archive, 0) != wanted)
        return err_set(err, -EINVAL, "its media type says %s, its content does not",
                       compressions[source->compression].name);
    return 0;
}

static int begin(struct image_stream *stream, const struct image_source *source, struct err *err)
{
    struct archive_entry *entry;
    int status;

    if (archive_read_support_format_raw(stream->archive) != ARCHIVE_OK ||
        archive_read_support_format_empty(stream->archive) != ARCHIVE_OK ||
        compressions[source->compression].support(stream->archive) != ARCHIVE_OK)
        return err_set(err, -ENOSYS, "this libarchive cannot read %s",
                       compressions[source->compression].name);
    if (open_source(stream, source) != ARCHIVE_OK)
        return refuse(stream, err);
    status = archive_read_next_header(stream->archive, &entry);
    stream->at_end = status == ARCHIVE_EOF;
    if (status != ARCHIVE_OK && status != ARCHIVE_EOF)
        return refuse(stream, err);
    return check_filters(stream, source, err);
}

int image_stream_open(struct image_stream *stream, const struct image_source *source,
                      uint64_t bytes_max, struct err *err)
{
    int number;

    *stream = (struct image_stream){ .archive = archive_read_new(), .bytes_left = bytes_max };
    if (stream->archive == NULL)
        return err_system(err, ENOMEM, "decompress");
    number = image_hash_init(&stream->hash, err);
    if (number == 0)
        number = begin(stream, source, err);
    if (number < 0)
        image_stream_done(stream);
    return number;
}

int image_stream_read(struct image_stream *stream, struct bytes *ret_part, struct err *err)
{
    const void *block = NULL;
    size_t size = 0;
    la_int64_t offset;
    int status = ARCHIVE_OK;

    /* A raw block may be empty without being the last. */
    while (size == 0 && !stream->at_end) {
        status = archive_read_data_block(stream->archive, &block, &size, &offset);
        stream->at_end = status == ARCHIVE_EOF;
        if (status != ARCHIVE_OK && status != ARCHIVE_EOF)
            return refuse(stream, err);
    }
    if (stream->at_end)
        size = 0;
    if (size > stream->bytes_left)
        return err_set(err, -EFBIG, "it is larger than the limit when decompressed");
    stream->bytes_left -= size;
    stream->bytes_read += size;
    image_hash_update(&stream->hash, bytes_of(block, size));
    *ret_part = bytes_of(block, size);
    return 0;
}

int image_stream_digest(struct image_stream *stream, struct image_digest *ret_digest,
                        struct err *err)
{
    struct bytes part = { 0 };
    int number;

    do {
        number = image_stream_read(stream, &part, err);
        if (number < 0)
            return number;
    } while (part.size > 0);
    *ret_digest = image_hash_finish(&stream->hash);
    return 0;
}

void image_stream_done(struct image_stream *stream)
{
    if (stream->archive != NULL)
        (void)archive_read_free(stream->archive);
    image_hash_done(&stream->hash);
    *stream = (struct image_stream){ 0 };
}
