/*
 * load OPTION…: asks the DNS server of a port of 127.0.0.1 queries, and prints what came of it as
 * one line of JSON: how many were answered, answered wrong (another name, no address, an error) or
 * lost (3 seconds without an answer), the seconds until the last answer came, and percentiles and
 * the maximum of the microseconds from query to answer. Who asked for what was lost has waited the
 * 3 seconds, so that is what it counts in these; else a server that drops what it cannot answer at
 * once would look faster than one that answers it. A server from which nothing comes for 5 seconds
 * while queries wait is given up, with exit status 1.
 *
 *   --port N
 *   --queries N     in all
 *   --first N       the number of the first name; with --names 1 each name is the next, a new one
 *   --names N       how many names there are: each query asks for any of them
 *   --zipf          any of them as users do: the k-th with a probability of 1/k (exponent 1)
 *   --clients N     so many sockets
 *   --window N      so many queries on their way, over all sockets
 *   --rate N        so many queries a second, whatever comes back; latency counts from the moment
 *                   when a query was due, so that a server that stalls cannot hide it; "behind"
 *                   are percentiles of the part of it before the query was sent, which is ours
 *   --tcp           each socket is a connection, on which queries are pipelined
 *   --seed N        of the names
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "datagrams.h"

#define CLIENTS_MAX 64
#define WINDOW_MAX 1024 /* of a client: its ids end in so many slots */
#define SLOT_BITS 10
#define LOST_NS UINT64_C(3000000000)
#define SILENCE_NS UINT64_C(5000000000)
#define NS_PER_S UINT64_C(1000000000)
#define FRAME_SIZE_MAX (2 + MESSAGE_SIZE_MAX)

struct options {
    unsigned long port, queries, first, names, clients, window, rate, seed;
    bool is_zipf, is_tcp;
};

struct query {
    uint64_t begun_ns; /* 0: this slot has none */
    uint32_t number;
    uint16_t id;
};

struct client {
    int fd;
    unsigned int waiting;
    uint16_t generation;
    struct query slots[WINDOW_MAX];
    size_t held; /* octets of an answer that is not whole, of a stream */
    unsigned char stream[65536];
};

struct load {
    struct options options;
    unsigned int window; /* of each client */
    uint32_t *numbers;   /* of the names, in the order in which they are asked for */
    uint64_t *taken_ns;  /* of those that were answered, and those that were lost */
    size_t taken;
    uint64_t *behind_ns; /* of those that were asked for at a rate */
    size_t asked, answered, wrong, lost;
    uint64_t begin_ns;
    uint64_t heard_ns; /* when an answer came last, or when nobody waited for one */
    uint64_t last_ns;  /* when an answer came last */
    struct client *clients;
    struct datagrams batch;
};

static uint64_t now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static uint64_t draw(uint64_t *state) /* xorshift64* */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* Ranks with probabilities of 1/k, by the sums of these. */
static bool draw_zipf(const struct options *options, uint32_t *numbers, uint64_t *state)
{
    double *sums = malloc(options->names * sizeof(*sums));
    double sum = 0;

    if (sums == NULL)
        return false;
    for (size_t k = 0; k < options->names; k++)
        sums[k] = sum += 1.0 / (double)(k + 1);
    for (size_t i = 0; i < options->queries; i++) {
        double wanted = (double)(draw(state) >> 11) * 0x1p-53 * sum;
        size_t low = 0, high = options->names - 1;

        while (low < high) {
            size_t middle = (low + high) / 2;

            if (sums[middle] < wanted)
                low = middle + 1;
            else
                high = middle;
        }
        numbers[i] = (uint32_t)(options->first + low);
    }
    free(sums);
    return true;
}

static bool draw_numbers(const struct options *options, uint32_t *numbers)
{
    uint64_t state = options->seed * 2 + 1;

    if (options->is_zipf)
        return draw_zipf(options, numbers, &state);
    for (size_t i = 0; i < options->queries; i++)
        numbers[i] =
            (uint32_t)(options->first + (options->names > 1 ? draw(&state) % options->names : i));
    return true;
}

/* The moment at which the next query is due. */
static uint64_t due_ns(const struct load *load)
{
    return load->begin_ns + load->asked * NS_PER_S / load->options.rate;
}

static bool may_ask(const struct load *load, const struct client *client, uint64_t now)
{
    return load->asked < load->options.queries && client->waiting < load->window &&
           (load->options.rate == 0 || due_ns(load) <= now);
}

/* Puts the next query into a free slot, of which there is one, and its octets to `out`. */
static void next_query(struct load *load, struct client *client, uint64_t now, unsigned char *out)
{
    unsigned int slot = client->generation++ % load->window;
    struct query *query;

    while (client->slots[slot].begun_ns != 0)
        slot = (slot + 1) % load->window;
    query = &client->slots[slot];
    query->begun_ns = load->options.rate != 0 ? due_ns(load) : now;
    load->behind_ns[load->asked] = now - query->begun_ns;
    query->number = load->numbers[load->asked++];
    query->id = (uint16_t)((unsigned int)client->generation << SLOT_BITS | slot);
    query_write(out, query->id, query->number);
    client->waiting++;
}

static bool ask_datagrams(struct load *load, struct client *client, uint64_t now)
{
    struct datagrams *batch = &load->batch;
    unsigned int count = 0;

    datagrams_open(batch);
    for (; count < BATCH && may_ask(load, client, now); count++) {
        next_query(load, client, now, batch->octets[count]);
        batch->parts[count].iov_len = QUERY_SIZE;
        batch->headers[count].msg_hdr.msg_name = NULL;
        batch->headers[count].msg_hdr.msg_namelen = 0;
    }
    return count == 0 || datagrams_send(batch, client->fd, count);
}

static bool ask_stream(struct load *load, struct client *client, uint64_t now)
{
    unsigned char frames[BATCH * (2 + QUERY_SIZE)];
    size_t size = 0;

    for (int i = 0; i < BATCH && may_ask(load, client, now); i++) {
        frames[size] = 0;
        frames[size + 1] = QUERY_SIZE;
        next_query(load, client, now, frames + size + 2);
        size += 2 + QUERY_SIZE;
    }
    if (size > 0 && send(client->fd, frames, size, MSG_NOSIGNAL) != (ssize_t)size) {
        perror("send");
        return false;
    }
    return true;
}

static bool is_right(const unsigned char *message, const unsigned char *query)
{
    return (message[2] & 0x80) != 0 && (message[3] & 15) == 0 && message[7] == 1 &&
           memcmp(message + HEADER_SIZE, query + HEADER_SIZE, QUESTION_SIZE) == 0;
}

static void take_answer(struct load *load, struct client *client, const unsigned char *message,
                        size_t size, uint64_t now)
{
    unsigned char asked[QUERY_SIZE];
    unsigned int id = size >= QUERY_SIZE ? (unsigned int)(message[0] << 8 | message[1]) : 0;
    struct query *query = &client->slots[id % WINDOW_MAX];

    if (size < QUERY_SIZE || query->begun_ns == 0 || query->id != id)
        return;
    query_write(asked, query->id, query->number);
    if (is_right(message, asked)) {
        load->taken_ns[load->taken++] = now - query->begun_ns;
        load->answered++;
    } else {
        load->wrong++;
    }
    query->begun_ns = 0;
    client->waiting--;
    load->heard_ns = load->last_ns = now;
}

/* Takes what has come. False if the connection is at its end. */
static bool take_datagrams(struct load *load, struct client *client, uint64_t now)
{
    struct datagrams *batch = &load->batch;
    int count;

    datagrams_open(batch);
    count = recvmmsg(client->fd, batch->headers, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++)
        take_answer(load, client, batch->octets[i], batch->headers[i].msg_len, now);
    return true;
}

static bool take_stream(struct load *load, struct client *client, uint64_t now)
{
    ssize_t got = recv(client->fd, client->stream + client->held,
                       sizeof(client->stream) - client->held, MSG_DONTWAIT);
    size_t at = 0, size;

    if (got == 0 || (got < 0 && errno != EAGAIN))
        return false;
    client->held += got > 0 ? (size_t)got : 0;
    while (client->held - at >= 2) {
        size = (size_t)(client->stream[at] << 8 | client->stream[at + 1]);
        if (client->held - at < 2 + size)
            break;
        take_answer(load, client, client->stream + at + 2, size, now);
        at += 2 + size;
    }
    memmove(client->stream, client->stream + at, client->held - at);
    client->held -= at;
    return true;
}

static void give_up(struct load *load, uint64_t now)
{
    for (size_t i = 0; i < load->options.clients; i++) {
        struct client *client = &load->clients[i];

        for (unsigned int slot = 0; slot < load->window; slot++) {
            struct query *query = &client->slots[slot];

            if (query->begun_ns == 0 || now < query->begun_ns + LOST_NS)
                continue;
            query->begun_ns = 0;
            client->waiting--;
            load->taken_ns[load->taken++] = LOST_NS;
            load->lost++;
        }
    }
}

/* Waits for an answer, or until a query is due. */
static int await(struct load *load, struct pollfd *polled)
{
    uint64_t now = now_ns(), wait_ns = NS_PER_S / 100;

    if (load->options.rate != 0 && load->asked < load->options.queries) {
        uint64_t due = due_ns(load);

        wait_ns = due <= now ? 0 : due - now < wait_ns ? due - now : wait_ns;
    }
    return ppoll(polled, load->options.clients, &(struct timespec){ .tv_nsec = (long)wait_ns },
                 NULL);
}

static size_t done(const struct load *load)
{
    return load->answered + load->wrong + load->lost;
}

/* Whether queries wait, and nothing comes any more. */
static bool is_silent(struct load *load, uint64_t now)
{
    if (load->asked == load->answered + load->wrong)
        load->heard_ns = now;
    return now > load->heard_ns + SILENCE_NS;
}

static bool run(struct load *load)
{
    struct pollfd polled[CLIENTS_MAX];
    bool is_well = true;
    bool is_heard = true;

    for (size_t i = 0; i < load->options.clients; i++)
        polled[i] = (struct pollfd){ load->clients[i].fd, POLLIN, 0 };
    load->begin_ns = load->heard_ns = load->last_ns = now_ns();
    while (is_well && is_heard && done(load) < load->options.queries) {
        if (await(load, polled) == 0)
            give_up(load, now_ns());
        is_heard = !is_silent(load, now_ns());
        for (size_t i = 0; is_well && i < load->options.clients; i++) {
            struct client *client = &load->clients[i];
            bool is_tcp = load->options.is_tcp;

            if (polled[i].revents != 0)
                is_well = (is_tcp ? take_stream : take_datagrams)(load, client, now_ns());
            is_well = is_well && (is_tcp ? ask_stream : ask_datagrams)(load, client, now_ns());
        }
    }
    if (!is_well)
        (void)fprintf(stderr, "load: the server closed a connection\n");
    else if (!is_heard)
        (void)fprintf(stderr, "load: nothing came from the server for %d seconds\n",
                      (int)(SILENCE_NS / NS_PER_S));
    return is_well && is_heard;
}

static int compare(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

    return (a > b) - (a < b);
}

/* Prints percentiles of these, in microseconds. */
static void print_percentiles(uint64_t *spans_ns, size_t count)
{
    static const double shares[] = { 50, 90, 99, 99.9 };

    qsort(spans_ns, count, sizeof(*spans_ns), compare);
    for (size_t i = 0; i < sizeof(shares) / sizeof(*shares); i++) {
        size_t rank = (size_t)ceil((double)count * shares[i] / 100);

        printf("\"p%g\": %.1f, ", shares[i], (double)spans_ns[rank - 1] / 1000);
    }
    printf("\"max\": %.1f", (double)spans_ns[count - 1] / 1000);
}

static void print(const struct load *load)
{
    printf("{\"answered\": %zu, \"wrong\": %zu, \"lost\": %zu, \"seconds\": %.6f", load->answered,
           load->wrong, load->lost, (double)(load->last_ns - load->begin_ns) / (double)NS_PER_S);
    if (load->taken > 0) {
        printf(", ");
        print_percentiles(load->taken_ns, load->taken);
    }
    if (load->options.rate != 0) {
        printf(", \"behind\": {");
        print_percentiles(load->behind_ns, load->asked);
        printf("}");
    }
    printf("}\n");
}

/* Where an option's number goes, by its place in the table of parse(). */
static unsigned long *number_of(struct options *options, int index)
{
    unsigned long *const numbers[] = { &options->port,  &options->queries, &options->first,
                                       &options->names, &options->clients, &options->window,
                                       &options->rate,  &options->seed };

    return numbers[index];
}

static bool is_possible(const struct options *options)
{
    return options->port > 0 && options->port <= UINT16_MAX && options->queries > 0 &&
           options->names > 0 && options->clients > 0 && options->clients <= CLIENTS_MAX &&
           options->window >= options->clients && options->window / options->clients <= WINDOW_MAX;
}

static bool parse(int argc, char **argv, struct options *out)
{
    static const struct option known[] = {
        { "port", required_argument, NULL, 'n' },
        { "queries", required_argument, NULL, 'n' },
        { "first", required_argument, NULL, 'n' },
        { "names", required_argument, NULL, 'n' },
        { "clients", required_argument, NULL, 'n' },
        { "window", required_argument, NULL, 'n' },
        { "rate", required_argument, NULL, 'n' },
        { "seed", required_argument, NULL, 'n' },
        { "zipf", no_argument, NULL, 'z' },
        { "tcp", no_argument, NULL, 't' },
        { NULL, 0, NULL, 0 },
    };
    int letter, index;

    *out = (struct options){ .queries = 1, .names = 1, .clients = 1, .window = 1 };
    while ((letter = getopt_long(argc, argv, "", known, &index)) != -1) {
        if (letter == '?')
            return false;
        if (letter == 'n')
            *number_of(out, index) = strtoul(optarg, NULL, 10);
        out->is_zipf |= letter == 'z';
        out->is_tcp |= letter == 't';
    }
    return optind == argc && is_possible(out);
}

static bool open_load(struct load *load)
{
    const struct options *options = &load->options;

    load->window = (unsigned int)(options->window / options->clients);
    load->numbers = malloc(options->queries * sizeof(*load->numbers));
    load->taken_ns = malloc(options->queries * sizeof(*load->taken_ns));
    load->behind_ns = malloc(options->queries * sizeof(*load->behind_ns));
    load->clients = calloc(options->clients, sizeof(*load->clients));
    if (load->numbers == NULL || load->taken_ns == NULL || load->behind_ns == NULL ||
        load->clients == NULL || !draw_numbers(options, load->numbers)) {
        perror("load");
        return false;
    }
    for (size_t i = 0; i < options->clients; i++) {
        load->clients[i].fd =
            loopback_connect((uint16_t)options->port, options->is_tcp ? SOCK_STREAM : SOCK_DGRAM);
        if (load->clients[i].fd < 0)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    struct load *load = calloc(1, sizeof(*load));

    if (load == NULL || !parse(argc, argv, &load->options)) {
        (void)fprintf(stderr, "load: its options are at the beginning of load.c\n");
        return 2;
    }
    if (!open_load(load) || !run(load))
        return 1;
    print(load);
    return 0;
}
