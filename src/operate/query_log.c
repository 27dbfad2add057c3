/* Lines are handed to a thread. */
#include "operate/query_log.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/handoff.h"
#include "base/timestamp.h"
#include "operate/query_line.h"
#include "operate/scribe.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* So long the thread lets lines gather. */
#define GATHER_NS 20000000L
#define NS_PER_MS 1000000L

struct operate_query_log {
    /* The loop's alone: */
    enum operate_log_level level;
    bool is_json;
    uint64_t lost_before; /* lines, of which the tap has told */
    time_t second;        /* whose text is in `time` */
    char time[40];
    /* The thread's alone, while it runs: */
    int fd;
    char *path;
    /* Of both: */
    atomic_bool is_reopening;
    struct handoff handoff;
    bool is_handed; /* to who writes the file */
    bool has_thread;
    pthread_t thread;
};

static const char *const levels[] = {
    [OPERATE_LOG_OFF] = "off",
    [OPERATE_LOG_FAILURES] = "failures",
    [OPERATE_LOG_ALL] = "all",
};

bool operate_log_level_parse(const char *word, enum operate_log_level *ret_level)
{
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (strcmp(word, levels[i]) == 0) {
            *ret_level = (enum operate_log_level)i;
            return true;
        }
    }
    return false;
}

/* It may be a FIFO that somebody reads. */
int operate_query_log_open_file(const char *path)
{
    int fd;

    if (strcmp(path, "-") == 0)
        fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    else
        fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (fd < 0)
        return -errno;
    if (strcmp(path, "-") != 0)
        (void)fcntl(fd, F_SETFL, O_APPEND);
    return fd;
}

static uint64_t count_lines(struct bytes text)
{
    uint64_t lines = 0;

    for (size_t i = 0; i < text.size; i++)
        lines += text.at[i] == '\n';
    return lines;
}

static void reopen(struct operate_query_log *log)
{
    int fd = log->is_handed ? -1 : operate_query_log_open_file(log->path);

    if (fd < 0)
        return;
    fd_close(&log->fd);
    log->fd = fd;
}

/* The lines of a part's front that are one message; at least one. */
static struct bytes front_lines(struct bytes lines)
{
    size_t size = 0;

    while (size < lines.size) {
        const uint8_t *end = memchr(lines.at + size, '\n', lines.size - size);
        size_t next = end == NULL ? lines.size : (size_t)(end - lines.at) + 1;

        if (size > 0 && next > OPERATE_HANDOVER_BYTES)
            break;
        size = next;
    }
    return bytes_of(lines.at, size);
}

/* Writes all lines, or gives what is left of them that was not written. */
static struct bytes write_lines(const struct operate_query_log *log, struct bytes lines)
{
    while (lines.size > 0) {
        struct bytes part = log->is_handed ? front_lines(lines) : lines;

        if (fd_write_all(log->fd, part) < 0)
            break;
        (void)bytes_from(lines, part.size, &lines);
    }
    return lines;
}

static void *work(void *owner)
{
    static const struct timespec gather = { .tv_nsec = GATHER_NS };
    struct operate_query_log *log = owner;
    struct bytes lines;

    while (handoff_take(&log->handoff, &lines)) {
        lines = write_lines(log, lines);
        if (lines.size > 0)
            handoff_lose(&log->handoff, count_lines(lines));
        if (atomic_exchange(&log->is_reopening, false))
            reopen(log);
        if (!handoff_is_ending(&log->handoff))
            (void)nanosleep(&gather, NULL);
    }
    return NULL;
}

int operate_query_log_open(const struct operate_query_log_config *config,
                           struct operate_query_log **ret_log, struct err *err)
{
    struct operate_query_log *log = calloc(1, sizeof(*log));
    int number;

    if (log == NULL)
        return err_set(err, -ENOMEM, "no memory");
    log->level = config->level;
    log->is_json = config->is_json;
    log->path = strdup(config->path);
    log->is_handed = config->handover >= 0;
    log->fd = log->is_handed ? fcntl(config->handover, F_DUPFD_CLOEXEC, 3)
                             : operate_query_log_open_file(config->path);
    number = log->fd < 0 ? -log->fd : 0;
    if (number == 0 && !handoff_init(&log->handoff, OPERATE_QUERY_LOG_BYTES))
        number = ENOMEM;
    if (number == 0 && log->path == NULL)
        number = ENOMEM;
    if (number != 0) {
        operate_query_log_close(log);
        return err_system(err, number, "'%s'", config->path);
    }
    *ret_log = log;
    return 0;
}

int operate_query_log_start(struct operate_query_log *log, struct err *err)
{
    int number = pthread_create(&log->thread, NULL, work, log);

    log->has_thread = number == 0;
    return number == 0 ? 0 : err_system(err, number, "no thread that writes");
}

/* The time of day, whose text up to the second is kept. */
static void tell_time(struct operate_query_log *log, char text[static 48])
{
    struct timespec now = { 0 };

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != log->second) {
        struct text time = text_init(log->time, sizeof(log->time));

        (void)text_append_time(&time, now.tv_sec);
        log->second = now.tv_sec;
    }
    (void)snprintf(text, 48, "%.39s.%03uZ", log->time,
                   (unsigned int)(now.tv_nsec / NS_PER_MS) % 1000U);
}

uint64_t operate_query_log_answered(void *owner, const struct forwarder_datagram *answer,
                                    uint64_t sent_ns)
{
    struct operate_query_log *log = owner;
    char time[48];
    char block[OPERATE_QUERY_LINE_MAX];
    struct text line = text_init(block, sizeof(block));
    struct operate_query_line event = {
        .time = time,
        .answer = answer,
        .waited_ns = answer->since_ns == 0 ? 0 : sent_ns - answer->since_ns,
        .is_json = log->is_json,
    };
    uint64_t lost;
    uint64_t since;

    if (log->level == OPERATE_LOG_OFF ||
        (log->level == OPERATE_LOG_FAILURES && !operate_query_line_is_failure(answer)))
        return 0;
    tell_time(log, time);
    operate_query_line_write(&event, &line);
    lost = handoff_put(&log->handoff, text_bytes(&line), (struct bytes){ 0 });
    since = lost - log->lost_before;
    log->lost_before = lost;
    return since;
}

void operate_query_log_set_level(struct operate_query_log *log, enum operate_log_level level)
{
    log->level = level;
}

void operate_query_log_reopen(struct operate_query_log *log)
{
    atomic_store(&log->is_reopening, true);
    handoff_call(&log->handoff);
}

void operate_query_log_close(struct operate_query_log *log)
{
    if (log == NULL)
        return;
    if (log->has_thread) {
        handoff_end(&log->handoff);
        (void)pthread_join(log->thread, NULL);
    }
    fd_close(&log->fd);
    handoff_done(&log->handoff);
    free(log->path);
    free(log);
}
