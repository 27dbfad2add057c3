/* Two blocks: one that the loop fills, one that the thread writes; they change places. */
#include "operate/query_log.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "operate/buffer.h"
#include "operate/query_line.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
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
    time_t second; /* whose text is in `time` */
    char time[40];
    /* The thread's alone, while it runs: */
    int fd;
    char *path;
    struct operate_buffer writing;
    /* Under the lock: */
    pthread_mutex_t lock;
    pthread_cond_t is_work;
    struct operate_buffer filling;
    uint64_t lost;
    bool is_reopening;
    bool is_ending;
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

/* Opens the file; it may be a FIFO that somebody reads. */
static int open_file(const char *path)
{
    int fd;

    if (strcmp(path, "-") == 0)
        return fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
    if (fd >= 0)
        (void)fcntl(fd, F_SETFL, O_APPEND);
    return fd;
}

static uint64_t count_lines(const struct operate_buffer *buffer)
{
    uint64_t lines = 0;

    for (size_t i = 0; i < buffer->size; i++)
        lines += buffer->at[i] == '\n';
    return lines;
}

static void reopen(struct operate_query_log *log)
{
    int fd = open_file(log->path);

    if (fd < 0)
        return;
    fd_close(&log->fd);
    log->fd = fd;
}

/* Takes the lines that there are, and writes them; gives how many could not be written. */
static uint64_t write_lines(struct operate_query_log *log)
{
    uint64_t lost = 0;

    if (log->writing.size > 0 &&
        fd_write_all(log->fd, bytes_of(log->writing.at, log->writing.size)) < 0)
        lost = count_lines(&log->writing);
    log->writing.size = 0;
    return lost;
}

static void *work(void *owner)
{
    static const struct timespec gather = { .tv_nsec = GATHER_NS };
    struct operate_query_log *log = owner;
    bool is_ending = false;

    (void)pthread_mutex_lock(&log->lock);
    while (!is_ending || log->filling.size > 0) {
        struct operate_buffer taken = log->filling;
        bool is_reopening = log->is_reopening;
        uint64_t lost;

        if (taken.size == 0 && !is_reopening && !log->is_ending) {
            (void)pthread_cond_wait(&log->is_work, &log->lock);
            continue;
        }
        is_ending = log->is_ending;
        log->filling = log->writing;
        log->writing = taken;
        log->is_reopening = false;
        (void)pthread_mutex_unlock(&log->lock);
        lost = write_lines(log);
        if (is_reopening)
            reopen(log);
        if (!is_ending)
            (void)nanosleep(&gather, NULL);
        (void)pthread_mutex_lock(&log->lock);
        log->lost += lost;
    }
    (void)pthread_mutex_unlock(&log->lock);
    return NULL;
}

int operate_query_log_open(const struct operate_query_log_config *config,
                           struct operate_query_log **ret_log, struct err *err)
{
    struct operate_query_log *log = calloc(1, sizeof(*log));
    int number;

    if (log == NULL)
        return err_set(err, -ENOMEM, "no memory");
    (void)pthread_mutex_init(&log->lock, NULL);
    (void)pthread_cond_init(&log->is_work, NULL);
    log->level = config->level;
    log->is_json = config->is_json;
    log->filling.max = OPERATE_QUERY_LOG_BYTES;
    log->writing.max = OPERATE_QUERY_LOG_BYTES;
    log->path = strdup(config->path);
    log->fd = open_file(config->path);
    number = log->fd < 0 ? errno : 0;
    if (number == 0)
        number = log->path == NULL ? ENOMEM : pthread_create(&log->thread, NULL, work, log);
    log->has_thread = number == 0;
    if (number != 0) {
        operate_query_log_close(log);
        return err_system(err, number, "'%s'", config->path);
    }
    *ret_log = log;
    return 0;
}

/* The time of day, whose text up to the second is kept. */
static void tell_time(struct operate_query_log *log, char text[static 48])
{
    struct timespec now = { 0 };
    struct tm parts = { 0 };

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (now.tv_sec != log->second) {
        (void)gmtime_r(&now.tv_sec, &parts);
        (void)strftime(log->time, sizeof(log->time), "%Y-%m-%dT%H:%M:%S", &parts);
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
    bool was_empty;

    if (log->level == OPERATE_LOG_OFF ||
        (log->level == OPERATE_LOG_FAILURES && !operate_query_line_is_failure(answer)))
        return 0;
    tell_time(log, time);
    operate_query_line_write(&event, &line);
    (void)pthread_mutex_lock(&log->lock);
    was_empty = log->filling.size == 0;
    lost = log->lost + !operate_buffer_append(&log->filling, text_bytes(&line));
    log->lost = 0;
    (void)pthread_mutex_unlock(&log->lock);
    if (was_empty)
        (void)pthread_cond_signal(&log->is_work);
    return lost;
}

void operate_query_log_set_level(struct operate_query_log *log, enum operate_log_level level)
{
    log->level = level;
}

void operate_query_log_reopen(struct operate_query_log *log)
{
    (void)pthread_mutex_lock(&log->lock);
    log->is_reopening = true;
    (void)pthread_mutex_unlock(&log->lock);
    (void)pthread_cond_signal(&log->is_work);
}

void operate_query_log_close(struct operate_query_log *log)
{
    if (log == NULL)
        return;
    if (log->has_thread) {
        (void)pthread_mutex_lock(&log->lock);
        log->is_ending = true;
        (void)pthread_mutex_unlock(&log->lock);
        (void)pthread_cond_signal(&log->is_work);
        (void)pthread_join(log->thread, NULL);
    }
    fd_close(&log->fd);
    operate_buffer_done(&log->filling);
    operate_buffer_done(&log->writing);
    (void)pthread_cond_destroy(&log->is_work);
    (void)pthread_mutex_destroy(&log->lock);
    free(log->path);
    free(log);
}
