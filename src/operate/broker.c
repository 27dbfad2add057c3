/* Requests go out to all at first, so that they work beside each other; then answers are read. */
#include "operate/broker.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "forwarder/core/store.h"
#include "operate/buffer.h"
#include "operate/cache_file.h"
#include "operate/command.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SHARD_PATIENCE_S 10
#define CLIENT_PATIENCE_S 30
/* A line of a dump, and an answer, are not longer. */
#define LINE_BYTES_MAX ((size_t)1 << 20)
#define CHUNK_BYTES ((size_t)64 << 10)

static void done_json(json_t **json)
{
    json_decref(*json);
}

static void close_stream(FILE **stream)
{
    if (*stream != NULL)
        (void)fclose(*stream);
    *stream = NULL;
}

/* Reading and writing take so long at most. */
static void set_patience(int fd, time_t seconds)
{
    struct timeval patience = { .tv_sec = seconds };

    (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

/* Sends all of it; false where nobody reads. */
static bool send_all(int fd, struct bytes octets)
{
    while (octets.size > 0) {
        ssize_t sent = send(fd, octets.at, octets.size, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        octets = bytes_of(octets.at + sent, octets.size - (size_t)sent);
    }
    return true;
}

/* What is said of what is done, where there is no more to say. */
static const char done[] = "{\"ok\":true}\n";

static int ended(const struct operate_broker *broker, size_t place, struct err *err)
{
    return err_set(err, -EIO, "shard %zu does not answer", broker->names[place]);
}

/* What all are asked, and what comes behind it. */
struct question {
    struct bytes line;
    struct bytes octets;
};

static int ask_one(const struct operate_broker *broker, size_t place,
                   const struct question *question, struct err *err)
{
    int fd = broker->shards[place];

    set_patience(fd, SHARD_PATIENCE_S);
    if (send_all(fd, question->line) && send_all(fd, bytes_of_text("\n")) &&
        send_all(fd, question->octets))
        return 0;
    return ended(broker, place, err);
}

static int ask_all(const struct operate_broker *broker, const struct question *question,
                   struct err *err)
{
    int number = 0;

    for (size_t i = 0; number == 0 && i < broker->count; i++)
        number = ask_one(broker, i, question, err);
    return number;
}

/* A line, with its end; false where there is none, or it is too long. */
static bool read_line(FILE *from, struct operate_buffer *line)
{
    int character = getc(from);
    char octet;

    line->size = 0;
    for (; character != EOF; character = getc(from)) {
        octet = (char)character;
        if (!operate_buffer_append(line, bytes_of(&octet, 1)))
            return false;
        if (character == '\n')
            return true;
    }
    return false;
}

/* What one says at first, if it did what was asked. */
static int read_answer(const struct operate_broker *broker, size_t place, FILE *from,
                       json_t **ret_answer, struct err *err)
{
    CLEANUP(operate_buffer_done) struct operate_buffer line = { .max = LINE_BYTES_MAX };
    CLEANUP(done_json) json_t *answer = NULL;
    const char *sentence;

    if (!read_line(from, &line))
        return ended(broker, place, err);
    answer = json_loadb(line.at, line.size, JSON_REJECT_DUPLICATES, NULL);
    if (json_is_true(json_object_get(answer, "ok"))) {
        *ret_answer = answer;
        answer = NULL;
        return 0;
    }
    sentence = json_string_value(json_object_get(answer, "error"));
    if (sentence == NULL)
        return err_set(err, -EPROTO, "shard %zu says what makes no sense", broker->names[place]);
    return err_set(err, -EREMOTEIO, "%s", sentence);
}

static FILE *stream_of(const struct operate_broker *broker, size_t place)
{
    int fd = dup(broker->shards[place]);

    return fd < 0 ? NULL : fdopen(fd, "r");
}

/* How one answer is added to another. */
typedef json_int_t (*add_function)(json_int_t sum, json_int_t part);

/* One that says more than a number holds is not counted. */
static json_int_t plus(json_int_t sum, json_int_t part)
{
    json_int_t both = 0;

    return __builtin_add_overflow(sum, part, &both) ? sum : both;
}

static json_int_t less(json_int_t sum, json_int_t part)
{
    return part < sum ? part : sum;
}

static json_int_t more(json_int_t sum, json_int_t part)
{
    return part > sum ? part : sum;
}

/* The members of answers that are numbers. */
static const struct {
    const char *name;
    add_function add;
} members[] = {
    { "removed", plus },
    { "kept", less },
    { "left_out", more },
};

static void add_answer(json_t *sum, const json_t *part, bool is_first)
{
    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        const json_t *value = json_object_get(part, members[i].name);
        json_int_t added = json_integer_value(value);

        if (!json_is_integer(value))
            continue;
        if (!is_first)
            added =
                members[i].add(json_integer_value(json_object_get(sum, members[i].name)), added);
        (void)json_object_set_new(sum, members[i].name, json_integer(added));
    }
}

/* All do it, and say so in numbers. */
static int gather(const struct operate_broker *broker, json_t *sum, struct err *err)
{
    for (size_t i = 0; i < broker->count; i++) {
        CLEANUP(close_stream) FILE *from = stream_of(broker, i);
        CLEANUP(done_json) json_t *answer = NULL;

        if (from == NULL)
            return err_system(err, errno, "cannot read an answer");
        if (read_answer(broker, i, from, &answer, err) < 0)
            return err->number;
        add_answer(sum, answer, i == 0);
    }
    return 0;
}

static void say(int client, const json_t *answer)
{
    CLEANUP(free_pointer) char *text = json_dumps(answer, JSON_COMPACT | JSON_PRESERVE_ORDER);

    if (text != NULL && send_all(client, bytes_of_text(text)))
        (void)send_all(client, bytes_of_text("\n"));
}

static void refuse(int client, const struct err *err)
{
    CLEANUP(operate_buffer_done) struct operate_buffer out = { .max = LINE_BYTES_MAX };

    if (operate_command_refuse(err, &out))
        (void)send_all(client, bytes_of(out.at, out.size));
}

/* Passes on what one dumps, and adds how many answers it says that there were. */
static bool copy_dump(FILE *from, int client, uint64_t *answers)
{
    CLEANUP(operate_buffer_done) struct operate_buffer line = { .max = LINE_BYTES_MAX };
    static const char end[] = "; end: ";

    while (read_line(from, &line)) {
        if (line.size > sizeof(end) && memcmp(line.at, end, sizeof(end) - 1) == 0) {
            line.at[line.size - 1] = '\0';
            *answers += strtoull(line.at + sizeof(end) - 1, NULL, 10);
            return true;
        }
        if (!send_all(client, bytes_of(line.at, line.size)))
            return false;
    }
    return false;
}

/* One after another, since a client may read as slowly as it likes. */
static int dump(const struct operate_broker *broker, int client, struct err *err)
{
    static const char request[] = "{\"command\":\"dump\"}";
    const struct question question = { .line = bytes_of_text(request) };
    uint64_t answers = 0;
    char title[60];

    for (size_t i = 0; i < broker->count; i++) {
        CLEANUP(close_stream) FILE *from = stream_of(broker, i);
        CLEANUP(done_json) json_t *answer = NULL;

        if (from == NULL)
            return err_system(err, errno, "cannot read a dump");
        if (ask_one(broker, i, &question, err) < 0 ||
            read_answer(broker, i, from, &answer, err) < 0)
            return err->number;
        if (i == 0 && !send_all(client, bytes_of_text(done)))
            return 0;
        (void)snprintf(title, sizeof(title), "; shard %zu\n", broker->names[i]);
        if (!send_all(client, bytes_of_text(title)) || !copy_dump(from, client, &answers))
            return 0;
    }
    (void)snprintf(title, sizeof(title), "; end: %llu answers\n", (unsigned long long)answers);
    (void)send_all(client, bytes_of_text(title));
    return 0;
}

/* What all have saved. */
struct saved {
    size_t count;
    struct operate_buffer files[FORWARDER_LOOPS_MAX];
};

static void saved_free_pointer(struct saved **saved)
{
    for (size_t i = 0; *saved != NULL && i < (*saved)->count; i++)
        operate_buffer_done(&(*saved)->files[i]);
    free(*saved);
    *saved = NULL;
}

/* Reads what comes behind an answer. */
static int read_file(const struct operate_broker *broker, size_t place, struct operate_buffer *file,
                     struct err *err)
{
    CLEANUP(close_stream) FILE *from = stream_of(broker, place);
    CLEANUP(free_pointer) char *block = malloc(CHUNK_BYTES);
    CLEANUP(done_json) json_t *answer = NULL;
    struct forwarder_store_reader reader;
    size_t size;

    if (from == NULL || block == NULL)
        return err_set(err, -ENOMEM, "no memory");
    if (read_answer(broker, place, from, &answer, err) < 0)
        return err->number;
    while (size = fread(block, 1, CHUNK_BYTES, from), size > 0)
        if (!operate_buffer_append(file, bytes_of(block, size)))
            return err_set(err, -EFBIG, "shard %zu has more than it may have",
                           broker->names[place]);
    if (forwarder_store_open(&reader, bytes_of(file->at, file->size), 0) != FORWARDER_STORE_OK)
        return ended(broker, place, err);
    return 0;
}

/* Asks all for what they have. */
static int collect(const struct operate_broker *broker, struct saved *saved, struct err *err)
{
    static const char request[] = "{\"command\":\"save\"}";
    const struct question question = { .line = bytes_of_text(request) };

    if (ask_all(broker, &question, err) < 0)
        return err->number;
    for (size_t i = 0; i < broker->count; i++) {
        saved->files[i].max = broker->bytes_max;
        saved->count = i + 1;
        if (read_file(broker, i, &saved->files[i], err) < 0)
            return err->number;
    }
    return 0;
}

/* Where a file goes, piece by piece. */
typedef int (*put_function)(int fd, struct bytes piece);

static int put_to_client(int fd, struct bytes piece)
{
    return send_all(fd, piece) ? 0 : -EPIPE;
}

/* Makes one file of all. */
static int merge(const struct saved *saved, int fd, put_function put, struct err *err)
{
    CLEANUP(free_pointer) struct forwarder_store_merge *merging = malloc(sizeof(*merging));
    CLEANUP(free_pointer) uint8_t *block = malloc(CHUNK_BYTES + FORWARDER_STORE_RECORD_MAX);
    struct byte_writer out = { 0 };
    uint64_t wall_s = clock_wall_s();
    int number = 0;

    if (merging == NULL || block == NULL)
        return err_set(err, -ENOMEM, "no memory");
    out = byte_writer_init(block, CHUNK_BYTES + FORWARDER_STORE_RECORD_MAX);
    forwarder_store_merge_begin(merging, wall_s, &out);
    for (size_t i = 0; i < saved->count; i++) {
        struct bytes file = bytes_of(saved->files[i].at, saved->files[i].size);
        struct forwarder_store_reader reader;

        if (forwarder_store_open(&reader, file, wall_s) == FORWARDER_STORE_OK)
            forwarder_store_merge_add(merging, &reader);
    }
    while (number == 0 && forwarder_store_merge_next(merging, &out)) {
        if (out.position < CHUNK_BYTES)
            continue;
        number = put(fd, byte_writer_written(&out));
        out.position = 0;
    }
    forwarder_store_end(&merging->writer, &out);
    if (number == 0)
        number = put(fd, byte_writer_written(&out));
    return number < 0 ? err_system(err, -number, "cannot write the cache") : 0;
}

static int save(const struct operate_broker *broker, int client, struct err *err)
{
    CLEANUP(saved_free_pointer) struct saved *saved = calloc(1, sizeof(*saved));

    if (saved == NULL)
        return err_set(err, -ENOMEM, "no memory");
    if (collect(broker, saved, err) < 0)
        return err->number;
    if (send_all(client, bytes_of_text(done)))
        (void)merge(saved, client, put_to_client, err);
    return err->number;
}

int operate_broker_save(const struct operate_broker *broker, const char *path, struct err *err)
{
    CLEANUP(saved_free_pointer) struct saved *saved = calloc(1, sizeof(*saved));
    struct operate_cache_replacement replacement;

    if (saved == NULL)
        return err_set(err, -ENOMEM, "no memory");
    if (collect(broker, saved, err) < 0 || operate_cache_file_begin(path, &replacement, err) < 0)
        return err->number;
    (void)merge(saved, replacement.fd, fd_write_all, err);
    return operate_cache_file_end(path, &replacement, err);
}

/* What a client wants loaded, which is looked at before it is passed on. */
static int read_load(const struct operate_broker *broker, int client, uint64_t size,
                     struct operate_buffer *file, struct err *err)
{
    CLEANUP(free_pointer) char *block = malloc(CHUNK_BYTES);
    struct forwarder_store_reader reader;
    enum forwarder_store_verdict verdict;

    if (block == NULL)
        return err_set(err, -ENOMEM, "no memory");
    if (size > broker->bytes_max)
        return err_set(err, -EFBIG, "larger than %zu octets", broker->bytes_max);
    if (file->size > size)
        return err_set(err, -EINVAL, "there is more than was said");
    while (file->size < size) {
        size_t missing = (size_t)size - file->size;
        ssize_t got = recv(client, block, missing < CHUNK_BYTES ? missing : CHUNK_BYTES, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_set(err, -EIO, "there is less than was said");
        if (!operate_buffer_append(file, bytes_of(block, (size_t)got)))
            return err_set(err, -ENOMEM, "no memory");
    }
    verdict = forwarder_store_open(&reader, bytes_of(file->at, file->size), 0);
    if (verdict != FORWARDER_STORE_OK)
        return err_set(err, -EINVAL, "%s", operate_cache_file_sentence(verdict));
    return 0;
}

/* All do it, each with these octets, and answer with numbers. */
static int do_all(const struct operate_broker *broker, int client, const struct question *question,
                  struct err *err)
{
    CLEANUP(done_json) json_t *sum = json_object();

    (void)json_object_set_new(sum, "ok", json_true());
    if (ask_all(broker, question, err) < 0 || gather(broker, sum, err) < 0)
        return err->number;
    say(client, sum);
    return 0;
}

void operate_broker_run(const struct operate_broker *broker, int client,
                        const struct operate_request *request, struct bytes line,
                        struct bytes behind)
{
    CLEANUP(operate_buffer_done) struct operate_buffer file = { .max = broker->bytes_max };
    struct question question = { .line = line };
    struct err err = { 0 };

    set_patience(client, CLIENT_PATIENCE_S);
    if (request->command == OPERATE_LOAD) {
        if (!operate_buffer_append(&file, behind)) {
            (void)err_set(&err, -EFBIG, "larger than %zu octets", broker->bytes_max);
        } else if (read_load(broker, client, request->size, &file, &err) == 0) {
            question.octets = bytes_of(file.at, file.size);
            (void)do_all(broker, client, &question, &err);
        }
    } else if (request->command == OPERATE_SAVE) {
        (void)save(broker, client, &err);
    } else if (request->command == OPERATE_DUMP) {
        (void)dump(broker, client, &err);
    } else {
        (void)do_all(broker, client, &question, &err);
    }
    if (err.number < 0)
        refuse(client, &err);
}
