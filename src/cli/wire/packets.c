/* Files of captured packets, pcap and pcapng: libpcap reads them. */
#include "cli/wire/wire.h"

#include "base/timestamp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What is put together at a time: with the slots, 9 MiB. */
#define PACKETS_MAX 16
#define STREAMS_MAX 128
#define NS_PER_S 1000000000U

struct wire_packets {
    const char *path;
    pcap_t *file;
    unsigned int link;
    bool has_frame; /* it may hold another message */
    struct capture capture;
    struct capture_message message;
    struct capture_slot slots[PACKETS_MAX + STREAMS_MAX];
};

static int open_file(struct wire_packets *packets, struct err *err)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    const char *name = wire_input_name(packets->path);
    FILE *file;

    if (strcmp(packets->path, "-") == 0) {
        int fd = dup(STDIN_FILENO);

        file = fd < 0 ? NULL : fdopen(fd, "rb");
    } else {
        file = fopen(packets->path, "rbe");
    }
    if (file == NULL)
        return err_system(err, errno, "%s: cannot be opened", name);
    packets->file =
        pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, reason);
    if (packets->file == NULL) {
        (void)fclose(file);
        return err_set(err, -EBADMSG, "%s: cannot be read as captured packets: %s", name, reason);
    }
    packets->link = (unsigned int)pcap_datalink(packets->file);
    return 0;
}

int wire_packets_open(const char *path, unsigned long port, struct wire_packets **ret_packets,
                      struct err *err)
{
    CLEANUP(wire_packets_close) struct wire_packets *packets = calloc(1, sizeof(*packets));
    struct capture_room room = { .packets_count = PACKETS_MAX,
                                 .streams_count = STREAMS_MAX,
                                 .ports = { 53, 5353, 8053 },
                                 .ports_count = 3 };
    int number;

    if (packets == NULL)
        return err_set(err, -ENOMEM, "no memory");
    if (port != 0) {
        room.ports[0] = (uint16_t)port;
        room.ports_count = 1;
    }
    room.packets = packets->slots;
    room.streams = packets->slots + PACKETS_MAX;
    packets->path = path;
    capture_init(&packets->capture, &room);
    number = open_file(packets, err);
    if (number < 0)
        return number;
    *ret_packets = packets;
    packets = NULL;
    return 0;
}

/* Gives the capture a frame of the file: 1, 0 at the end, -errno. */
static int put_frame(struct wire_packets *packets, struct err *err)
{
    struct pcap_pkthdr *header;
    const unsigned char *octets;
    struct capture_frame frame = { .link = packets->link };
    int found = pcap_next_ex(packets->file, &header, &octets);

    if (found == PCAP_ERROR_BREAK)
        return 0;
    if (found != 1)
        return err_set(err, -EBADMSG, "%s: packet %llu: %s", wire_input_name(packets->path),
                       (unsigned long long)packets->capture.counts.frames + 1,
                       pcap_geterr(packets->file));
    frame.octets = bytes_of(octets, header->caplen);
    /* The second field is nanoseconds, as was asked for. */
    frame.time_ns = (uint64_t)header->ts.tv_sec * NS_PER_S + (uint64_t)header->ts.tv_usec;
    capture_put(&packets->capture, &frame);
    return 1;
}

static void print_summary(const struct wire_packets *packets)
{
    const struct capture_counts *counts = &packets->capture.counts;
    const struct {
        uint64_t count;
        const char *what;
    } rows[] = {
        { counts->others, "packets of something else" },
        { counts->cut, "packets that were not captured to their end" },
        { counts->malformed, "packets that are malformed" },
        { counts->unfinished, "packets or streams that were not finished" },
        { counts->lost, "segments without a place in their stream" },
    };

    (void)fflush(stdout);
    fputs(WIRE_PROGRAM ": ", stderr);
    cli_print_visibly(stderr, wire_input_name(packets->path));
    fprintf(stderr, ": %llu packets, %llu messages", (unsigned long long)counts->frames,
            (unsigned long long)counts->messages);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].count > 0)
            fprintf(stderr, ", %llu %s", (unsigned long long)rows[i].count, rows[i].what);
    }
    fputc('\n', stderr);
}

int wire_packets_next(struct wire_packets *packets, const struct capture_message **ret_message,
                      struct err *err)
{
    while (!packets->has_frame || !capture_next(&packets->capture, &packets->message)) {
        int number = put_frame(packets, err);

        packets->has_frame = number > 0;
        if (number > 0)
            continue;
        capture_finish(&packets->capture);
        print_summary(packets);
        return number;
    }
    *ret_message = &packets->message;
    return 1;
}

void wire_packets_close(struct wire_packets **packets)
{
    if (*packets == NULL)
        return;
    if ((*packets)->file != NULL)
        pcap_close((*packets)->file);
    free_pointer(packets);
}

void wire_format_time(uint64_t time_ns, struct text *text)
{
    (void)text_append_time(text, (int64_t)(time_ns / NS_PER_S));
    (void)text_append_char(text, '.');
    (void)text_append_decimal(text, time_ns % NS_PER_S / 1000, 6);
    (void)text_append_char(text, 'Z');
}

void wire_format_address(unsigned int version, const struct capture_end *end, struct text *text)
{
    char block[INET6_ADDRSTRLEN] = "";

    (void)inet_ntop(version == 4 ? AF_INET : AF_INET6, end->address, block, sizeof(block));
    (void)text_append(text, block);
}
