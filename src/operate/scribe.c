/* A message is looked at as a whole, written as a whole, or taken back as a whole. */
#include "operate/scribe.h"

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/fd.h"
#include "base/require.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Control frames of Frame Streams. */
#define CONTROL_START 2
#define CONTROL_STOP 3
#define FIELD_CONTENT_TYPE 1
#define CONTROL_BYTES_MAX 256

static bool are_lines(struct bytes message, uint64_t *ret_count)
{
    uint64_t count = 0;

    for (size_t i = 0; i < message.size; i++) {
        uint8_t octet = message.at[i];

        if (octet != '\n' && (octet < 0x20 || octet > 0x7e))
            return false;
        count += octet == '\n';
    }
    if (message.size == 0 || message.at[message.size - 1] != '\n')
        return false;
    *ret_count = count;
    return true;
}

static bool are_frames(struct bytes message, uint64_t *ret_count)
{
    struct byte_reader in = byte_reader_init(message);
    uint64_t count = 0;

    while (!byte_reader_is_done(&in)) {
        struct bytes frame;
        uint32_t size;

        /* No octets behind a length: a control frame would begin. */
        if (!read_u32_be(&in, &size) || size == 0 || !read_bytes(&in, size, &frame))
            return false;
        count += 1;
    }
    if (count == 0)
        return false;
    *ret_count = count;
    return true;
}

bool operate_scribe_read(enum operate_scribe_form form, struct bytes message, uint64_t *ret_count)
{
    return form == OPERATE_LINES ? are_lines(message, ret_count) : are_frames(message, ret_count);
}

/* What the kernel says of the file; its size is 0 where it has none. */
static struct stat look(const struct operate_scribe *scribe)
{
    struct stat status = { 0 };

    if (fstat(scribe->fd, &status) < 0 || !S_ISREG(status.st_mode))
        status.st_size = 0;
    return status;
}

/* Takes back what was written of a message in part. */
static void take_back(const struct operate_scribe *scribe, off_t whole)
{
    struct stat now = look(scribe);

    if (!S_ISREG(now.st_mode) || now.st_size <= whole || ftruncate(scribe->fd, whole) < 0)
        return;
    (void)lseek(scribe->fd, whole, SEEK_SET);
}

/* Writes all of it, or nothing that stays. */
static int write_whole(struct operate_scribe *scribe, struct bytes octets)
{
    struct stat before = look(scribe);
    int number = fd_write_all(scribe->fd, octets);

    if (number < 0)
        take_back(scribe, before.st_size);
    else
        scribe->tally->whole = (uint64_t)look(scribe).st_size;
    return number;
}

static int write_control(struct operate_scribe *scribe, uint32_t kind, struct bytes content_type)
{
    uint8_t block[CONTROL_BYTES_MAX];
    struct byte_writer out = byte_writer_init(block, sizeof(block));
    size_t field = content_type.size == 0 ? 0 : 8 + content_type.size;

    REQUIRE(write_u32_be(&out, 0)); /* it is a control frame */
    REQUIRE(write_u32_be(&out, (uint32_t)(4 + field)));
    REQUIRE(write_u32_be(&out, kind));
    if (field > 0) {
        REQUIRE(write_u32_be(&out, FIELD_CONTENT_TYPE));
        REQUIRE(write_u32_be(&out, (uint32_t)content_type.size));
        REQUIRE(write_bytes(&out, content_type));
    }
    return write_whole(scribe, byte_writer_written(&out));
}

int operate_scribe_begin(struct operate_scribe *scribe)
{
    struct operate_scribe_tally *tally = scribe->tally;
    struct stat status = look(scribe);
    int number = 0;

    if (tally->device != (uint64_t)status.st_dev || tally->number != (uint64_t)status.st_ino) {
        tally->device = (uint64_t)status.st_dev;
        tally->number = (uint64_t)status.st_ino;
        tally->begun = 0;
        tally->whole = 0;
    }
    if (tally->begun != 0) {
        if (tally->whole > 0)
            take_back(scribe, (off_t)tally->whole);
        return 0;
    }
    if (scribe->form == OPERATE_FRAMES)
        number = write_control(scribe, CONTROL_START, bytes_of_text(scribe->content_type));
    tally->begun = number == 0;
    return number;
}

static void lose(struct operate_scribe *scribe, size_t place, uint64_t count)
{
    _Atomic uint64_t *lost = (_Atomic uint64_t *)(void *)&scribe->tally->lost[place];

    atomic_fetch_add_explicit(lost, count, memory_order_relaxed);
}

uint64_t operate_scribe_lost(const struct operate_scribe_tally *tally, size_t place)
{
    return atomic_load_explicit((const _Atomic uint64_t *)(const void *)&tally->lost[place],
                                memory_order_relaxed);
}

bool operate_scribe_take(struct operate_scribe *scribe, size_t place, int fd)
{
    uint8_t block[OPERATE_HANDOVER_BYTES_MAX + 1];
    ssize_t size = recv(fd, block, sizeof(block), MSG_DONTWAIT);
    struct bytes message = bytes_of(block, size > 0 ? (size_t)size : 0);
    uint64_t count = 1;

    REQUIRE(place < FORWARDER_LOOPS_MAX);
    if (size < 0)
        return false;
    if (message.size > OPERATE_HANDOVER_BYTES_MAX ||
        !operate_scribe_read(scribe->form, message, &count) || write_whole(scribe, message) < 0)
        lose(scribe, place, count);
    return true;
}

void operate_scribe_end(struct operate_scribe *scribe)
{
    if (scribe->form == OPERATE_FRAMES)
        (void)write_control(scribe, CONTROL_STOP, (struct bytes){ 0 });
}
