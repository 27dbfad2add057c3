/* Frames in memory are as in the file: a length of four octets, and as many octets. */
#include "dnstap/dnstap.h"

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/clock.h"
#include "base/handoff.h"
#include "base/require.h"
#include "dnstap/pipe.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

/* So long the thread lets messages gather. */
#define GATHER_NS 20000000L
/* After a failure nobody is looked for, for so long. */
#define REST_NS UINT64_C(1000000000)
#define ENDING_MS 1000
#define FRAMES_MAX 64
/* So much is handed over at once, unless one frame is more. */
#define HANDOVER_BYTES ((size_t)32 << 10)

struct dnstap {
    /* The loop's: */
    char identity[DNSTAP_TEXT_MAX + 1];
    char version[DNSTAP_TEXT_MAX + 1];
    /* The thread's: */
    int handover; /* -1: it writes by itself */
    struct dnstap_place place;
    struct dnstap_pipe pipe;
    struct fstrm_writer *writer; /* NULL: nobody is there */
    uint64_t rest_until_ns;
    /* Of both: */
    atomic_bool is_reopening;
    struct handoff handoff;
    bool has_thread;
    pthread_t thread;
};

/* Says good-bye if it can, and closes. */
static void leave(struct dnstap *dnstap)
{
    if (dnstap->writer != NULL)
        (void)fstrm_writer_destroy(&dnstap->writer);
    dnstap_pipe_close(&dnstap->pipe);
}

/* Makes a writer over the pipe, which may be open already. */
static bool meet(struct dnstap *dnstap)
{
    struct fstrm_writer_options *options = fstrm_writer_options_init();
    struct fstrm_rdwr *rdwr = dnstap_pipe_rdwr(&dnstap->pipe);

    (void)fstrm_writer_options_add_content_type(options, DNSTAP_CONTENT_TYPE,
                                                sizeof(DNSTAP_CONTENT_TYPE) - 1);
    dnstap->writer = fstrm_writer_init(options, &rdwr);
    fstrm_writer_options_destroy(&options);
    if (dnstap->writer != NULL && fstrm_writer_open(dnstap->writer) == fstrm_res_success)
        return true;
    leave(dnstap);
    return false;
}

/* Whether somebody is there to read, or can be found. */
static bool is_met(struct dnstap *dnstap)
{
    if (dnstap->writer != NULL)
        return true;
    if (clock_monotonic_ns() < dnstap->rest_until_ns)
        return false;
    if (meet(dnstap))
        return true;
    dnstap->rest_until_ns = clock_monotonic_ns() + REST_NS;
    return false;
}

/* The length of the frame at the front. */
static uint32_t front_size(struct bytes octets)
{
    struct byte_reader in = byte_reader_init(octets);
    uint32_t size;

    REQUIRE(read_u32_be(&in, &size));
    REQUIRE(size <= byte_reader_left(&in));
    return size;
}

/* Takes up to FRAMES_MAX frames from the front. */
static int take_frames(struct bytes *octets, struct iovec frames[static FRAMES_MAX])
{
    int count = 0;

    while (count < FRAMES_MAX && octets->size > 0) {
        uint32_t size = front_size(*octets);

        frames[count] = (struct iovec){
            .iov_base = (void *)(uintptr_t)(octets->at + sizeof(size)), /* only read */
            .iov_len = size,
        };
        REQUIRE(bytes_from(*octets, sizeof(size) + size, octets));
        count += 1;
    }
    return count;
}

/* Takes from the front what is one message; how many frames these are. */
static uint64_t take_message(struct bytes *octets, struct bytes *ret_message)
{
    struct bytes rest = *octets;
    size_t size = 0;
    uint64_t count = 0;

    while (rest.size > 0) {
        size_t next = sizeof(uint32_t) + front_size(rest);

        if (count > 0 && size + next > HANDOVER_BYTES)
            break;
        REQUIRE(bytes_from(rest, next, &rest));
        size += next;
        count += 1;
    }
    *ret_message = bytes_of(octets->at, size);
    *octets = rest;
    return count;
}

/* Who takes them may take a while; the socket has a limit for that. */
static void hand_over(struct dnstap *dnstap, struct bytes octets)
{
    while (octets.size > 0) {
        struct bytes message;
        uint64_t count = take_message(&octets, &message);

        if (send(dnstap->handover, message.at, message.size, MSG_NOSIGNAL) < 0)
            handoff_lose(&dnstap->handoff, count);
    }
}

static void write_frames(struct dnstap *dnstap, struct bytes octets)
{
    struct iovec frames[FRAMES_MAX];

    while (octets.size > 0) {
        int count = take_frames(&octets, frames);

        if (is_met(dnstap) &&
            fstrm_writer_writev(dnstap->writer, frames, count) == fstrm_res_success)
            continue;
        handoff_lose(&dnstap->handoff, (uint64_t)count);
        if (dnstap->writer == NULL)
            continue;
        dnstap_pipe_close(&dnstap->pipe); /* no good-bye in the middle of a frame */
        leave(dnstap);
    }
}

static void *work(void *owner)
{
    static const struct timespec gather = { .tv_nsec = GATHER_NS };
    struct dnstap *dnstap = owner;
    struct bytes octets;

    while (handoff_take(&dnstap->handoff, &octets)) {
        if (dnstap->handover >= 0)
            hand_over(dnstap, octets);
        else
            write_frames(dnstap, octets);
        if (atomic_exchange(&dnstap->is_reopening, false) && dnstap->handover < 0 &&
            !dnstap_pipe_is_current(&dnstap->pipe)) {
            leave(dnstap);
            dnstap->rest_until_ns = 0;
            (void)is_met(dnstap);
        }
        if (!handoff_is_ending(&dnstap->handoff))
            (void)nanosleep(&gather, NULL);
    }
    leave(dnstap);
    return NULL;
}

static void tap_close(struct dnstap *dnstap)
{
    if (dnstap == NULL)
        return;
    if (dnstap->has_thread) {
        handoff_end(&dnstap->handoff);
        (void)pthread_join(dnstap->thread, NULL);
    } else {
        leave(dnstap);
    }
    handoff_done(&dnstap->handoff);
    free((char *)(uintptr_t)dnstap->place.file);
    free(dnstap);
}

static void copy_text(const char *text, char copy[static DNSTAP_TEXT_MAX + 1])
{
    size_t size = strlen(text);

    REQUIRE(size <= DNSTAP_TEXT_MAX);
    memcpy(copy, text, size + 1);
}

/* Gets all ready but the thread; an errno, or 0. A file must be there, others may come later. */
static int get_ready(struct dnstap *dnstap, const struct dnstap_config *config)
{
    int number = 0;

    if (!handoff_init(&dnstap->handoff, DNSTAP_BYTES_MAX))
        return ENOMEM;
    if (config->file == NULL || dnstap->handover >= 0)
        return 0;
    dnstap->place.file = strdup(config->file);
    if (dnstap->place.file == NULL)
        return ENOMEM;
    number = -dnstap_pipe_open(&dnstap->pipe);
    if (number == 0 && !meet(dnstap))
        number = EIO;
    return number;
}

static int tap_open(const struct dnstap_config *config, struct dnstap **ret_dnstap, struct err *err)
{
    struct dnstap *dnstap = calloc(1, sizeof(*dnstap));
    int number;

    if (dnstap == NULL)
        return err_set(err, -ENOMEM, "no memory");
    copy_text(config->identity, dnstap->identity);
    copy_text(config->version, dnstap->version);
    dnstap->handover = config->handover;
    dnstap->place.socket = config->socket;
    dnstap->place.size = config->size;
    dnstap->pipe = (struct dnstap_pipe){ &dnstap->place, &dnstap->handoff, -1, ENDING_MS };
    number = get_ready(dnstap, config);
    if (number != 0) {
        tap_close(dnstap);
        return config->file != NULL ? err_system(err, number, "'%s'", config->file)
                                    : err_system(err, number, "cannot begin");
    }
    *ret_dnstap = dnstap;
    return 0;
}

static int tap_start(struct dnstap *dnstap, struct err *err)
{
    int number = pthread_create(&dnstap->thread, NULL, work, dnstap);

    dnstap->has_thread = number == 0;
    return number == 0 ? 0 : err_system(err, number, "no thread that writes");
}

static void tap_reopen(struct dnstap *dnstap)
{
    atomic_store(&dnstap->is_reopening, true);
    handoff_call(&dnstap->handoff);
}

static struct dnstap_time now(void)
{
    struct timespec at = { 0 };

    (void)clock_gettime(CLOCK_REALTIME, &at);
    return (struct dnstap_time){ (uint64_t)at.tv_sec, (uint32_t)at.tv_nsec };
}

static void passed(void *owner, const struct forwarder_passing *passing)
{
    struct dnstap *dnstap = owner;
    struct dnstap_teller teller = { dnstap->identity, dnstap->version };
    uint8_t block[sizeof(uint32_t) + DNSTAP_HEAD_MAX];
    struct byte_writer out = byte_writer_init(block + sizeof(uint32_t), DNSTAP_HEAD_MAX);
    struct byte_writer length = byte_writer_init(block, sizeof(uint32_t));

    dnstap_message_write(passing, &teller, now(), &out);
    REQUIRE(write_u32_be(&length, (uint32_t)(out.position + passing->datagram->payload.size)));
    (void)handoff_put(&dnstap->handoff, bytes_of(block, sizeof(uint32_t) + out.position),
                      passing->datagram->payload);
}

static uint64_t lost(void *owner)
{
    struct dnstap *dnstap = owner;

    return handoff_lost(&dnstap->handoff);
}

static struct forwarder_mirror mirror(struct dnstap *dnstap)
{
    return (struct forwarder_mirror){ passed, lost, dnstap };
}

const struct dnstap_functions dnstap_functions = {
    tap_open, tap_start, tap_reopen, mirror, tap_close,
};
