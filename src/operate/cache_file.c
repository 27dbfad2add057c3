/* The reader trusts nobody; the writer fills a file beside the old one. */
#include "operate/cache_file.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/text_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_BYTES ((size_t)256 << 10)
#define BYTES_MIN ((size_t)65536)

/* Opens the file and looks at whose it is; -ENOENT: it is not there. */
static int open_file(const char *path, size_t bytes_max, int *ret_fd, size_t *ret_size,
                     struct err *err)
{
    CLEANUP(fd_close) int fd =
        open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    struct stat status;

    if (fd < 0)
        return err_system(err, errno, "'%s'", path);
    if (fstat(fd, &status) < 0)
        return err_system(err, errno, "'%s'", path);
    if (!S_ISREG(status.st_mode))
        return err_set(err, -EINVAL, "'%s': not a regular file", path);
    if ((status.st_uid != 0 && status.st_uid != geteuid()) || (status.st_mode & 022U) != 0)
        return err_set(err, -EPERM, "'%s': others may write it", path);
    if (status.st_size < 0 || (uint64_t)status.st_size > bytes_max)
        return err_set(err, -EFBIG, "'%s': larger than %zu octets", path, bytes_max);
    *ret_size = (size_t)status.st_size;
    *ret_fd = fd_take(&fd);
    return 0;
}

/* Reads so many octets. */
static int read_content(int fd, uint8_t *block, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t got = read(fd, block + done, size - done);

        if (got < 0 && errno != EINTR)
            return -errno;
        if (got == 0)
            return -EIO;
        done += got > 0 ? (size_t)got : 0;
    }
    return 0;
}

size_t operate_cache_file_bytes_max(const struct forwarder *forwarder, size_t parts)
{
    return BYTES_MIN + 2 * parts * (forwarder->config.cache.bytes + (parts > 1));
}

struct forwarder_store_target operate_cache_file_target(struct forwarder *forwarder)
{
    return (struct forwarder_store_target){
        .cache = &forwarder->cache,
        .keep = forwarder->keep,
        .limits = &forwarder->config.keep,
        .hash_key = &forwarder->hash_key,
    };
}

const char *operate_cache_file_sentence(enum forwarder_store_verdict verdict)
{
    static const char *const sentences[] = {
        [FORWARDER_STORE_OK] = "",
        [FORWARDER_STORE_NONE] = "not a file of cupel-dns's cache",
        [FORWARDER_STORE_VERSION] = "a file of the cache, of another version",
        [FORWARDER_STORE_DAMAGED] = "not whole",
    };

    return sentences[verdict];
}

/* Takes the entries of a file, which is in memory. */
static int take_content(struct bytes content, struct forwarder *forwarder,
                        struct operate_cache_file *read, struct err *err)
{
    struct forwarder_store_target target = operate_cache_file_target(forwarder);
    struct forwarder_store_reader reader;
    enum forwarder_store_verdict verdict = forwarder_store_open(&reader, content, clock_wall_s());

    if (verdict != FORWARDER_STORE_OK)
        return err_set(err, -EINVAL, "%s", operate_cache_file_sentence(verdict));
    (void)forwarder_store_read(&reader, &target, UINT_MAX, clock_monotonic_ns());
    *read = (struct operate_cache_file){ .kept = reader.kept, .left_out = reader.left_out };
    return 0;
}

int operate_cache_file_read(const char *path, size_t bytes_max, struct forwarder *forwarder,
                            struct operate_cache_file *ret_read, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;
    CLEANUP(free_pointer) uint8_t *block = NULL;
    size_t size = 0;
    int number = open_file(path, bytes_max, &fd, &size, err);

    if (number == -ENOENT) {
        *ret_read = (struct operate_cache_file){ 0 };
        return 0;
    }
    if (number < 0)
        return number;
    block = malloc(size + 1);
    if (block == NULL)
        return err_system(err, ENOMEM, "'%s'", path);
    number = read_content(fd, block, size);
    if (number < 0)
        return err_system(err, -number, "'%s'", path);
    if (take_content(bytes_of(block, size), forwarder, ret_read, err) < 0)
        return err_prefix(err, "'%s'", path);
    return 0;
}

/* Writes all entries through a block of CHUNK_BYTES and one record's more. */
static int write_content(int fd, struct forwarder *forwarder, uint8_t *block)
{
    struct byte_writer out = byte_writer_init(block, CHUNK_BYTES + FORWARDER_STORE_RECORD_MAX);
    uint64_t now_ns = clock_monotonic_ns();
    struct forwarder_store_writer writer;
    struct forwarder_topic topic;
    struct forwarder_cached cached;
    int number = 0;

    forwarder_store_begin(&writer, clock_wall_s(), &out);
    forwarder_cache_walk_begin(&forwarder->cache, now_ns);
    while (number == 0 && forwarder_cache_walk_next(&forwarder->cache, now_ns, &topic, &cached)) {
        if (topic.size > 0)
            forwarder_store_add(&writer, &forwarder->cache, &topic, &cached, &out);
        if (out.position < CHUNK_BYTES)
            continue;
        number = fd_write_all(fd, byte_writer_written(&out));
        out.position = 0;
    }
    forwarder_store_end(&writer, &out);
    return number < 0 ? number : fd_write_all(fd, byte_writer_written(&out));
}

int operate_cache_file_begin(const char *path, struct operate_cache_replacement *ret_replacement,
                             struct err *err)
{
    struct text beside = text_init(ret_replacement->name, sizeof(ret_replacement->name));
    uint8_t random[8];

    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random) ||
        !text_format(&beside, "%s.new-", path) ||
        !text_append_hex(&beside, bytes_of(random, sizeof(random))))
        return err_system(err, ENAMETOOLONG, "cannot write '%s'", path);
    ret_replacement->fd =
        open(ret_replacement->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (ret_replacement->fd < 0)
        return err_system(err, errno, "cannot write '%s'", path);
    return 0;
}

int operate_cache_file_end(const char *path, struct operate_cache_replacement *replacement,
                           struct err *err)
{
    if (err->number == 0 && (fsync(replacement->fd) < 0 || rename(replacement->name, path) < 0))
        (void)err_system(err, errno, "cannot write '%s'", path);
    fd_close(&replacement->fd);
    if (err->number < 0)
        (void)unlink(replacement->name);
    return err->number;
}

int operate_cache_file_write(const char *path, struct forwarder *forwarder, struct err *err)
{
    CLEANUP(free_pointer) uint8_t *block = malloc(CHUNK_BYTES + FORWARDER_STORE_RECORD_MAX);
    struct operate_cache_replacement replacement;
    struct err result = { 0 };
    int number;

    if (block == NULL)
        return err_system(err, ENOMEM, "cannot write '%s'", path);
    while (forwarder_move_answers(forwarder, UINT_MAX, clock_monotonic_ns())) {
    }
    if (operate_cache_file_begin(path, &replacement, err) < 0)
        return err->number;
    number = write_content(replacement.fd, forwarder, block);
    if (number < 0)
        (void)err_system(&result, -number, "cannot write '%s'", path);
    number = operate_cache_file_end(path, &replacement, &result);
    if (number < 0)
        *err = result;
    return number;
}
