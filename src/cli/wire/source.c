/* The messages of an input: one, or one after another with their lengths, or captured packets. */
#include "cli/wire/wire.h"

#include <errno.h>

/* What is read at once: captures are not. */
#define STREAM_BYTES_MAX ((size_t)1 << 26)
#define ARENA_BYTES_MAX (4 * STREAM_BYTES_MAX)

struct wire_source {
    const char *path;
    struct arena arena;
    struct wire_packets *packets; /* NULL: `in` is the input */
    struct byte_reader in;
    bool has_lengths; /* two octets in front of each message */
    unsigned long number;
};

static int open_input(struct wire_source *source, const struct input_options *options,
                      struct err *err)
{
    struct bytes octets;
    int number;

    if (options->hex + options->tcp + options->pcap > 1)
        return err_set(err, -EINVAL, "--hex, --tcp and --pcap exclude each other");
    if (options->port != 0 && !options->pcap)
        return err_set(err, -EINVAL, "--port needs --pcap");
    if (options->pcap)
        return wire_packets_open(source->path, options->port, &source->packets, err);
    source->has_lengths = options->tcp;
    if (options->hex)
        number = wire_input_read_hex(source->path, &source->arena, &octets, err);
    else
        number =
            wire_input_read(source->path, options->tcp ? STREAM_BYTES_MAX : DNS_MESSAGE_SIZE_MAX,
                            &source->arena, &octets, err);
    if (number == 0)
        source->in = byte_reader_init(octets);
    return number;
}

int wire_source_open(const char *path, const struct input_options *options,
                     struct wire_source **ret_source, struct err *err)
{
    CLEANUP(wire_source_close) struct wire_source *source = calloc(1, sizeof(*source));
    int number;

    if (source == NULL)
        return err_set(err, -ENOMEM, "no memory");
    source->path = path;
    source->arena = arena_init(ARENA_BYTES_MAX);
    number = open_input(source, options, err);
    if (number < 0)
        return number;
    *ret_source = source;
    source = NULL;
    return 0;
}

/* The next message with its length in front. */
static int next_of_stream(struct wire_source *source, struct bytes *ret_octets, struct err *err)
{
    size_t at = source->in.position;
    uint16_t size;

    if (byte_reader_is_done(&source->in))
        return 0;
    if (read_u16_be(&source->in, &size) && read_bytes(&source->in, size, ret_octets))
        return 1;
    return err_set(err, -EBADMSG, "%s: the input ends inside the message that begins at octet %zu",
                   wire_input_name(source->path), at);
}

int wire_source_next(struct wire_source *source, struct wire_item *ret_item, struct err *err)
{
    struct wire_item item = { .number = source->number + 1 };
    int number = 1;

    if (source->packets != NULL) {
        number = wire_packets_next(source->packets, &item.packet, err);
        if (number > 0)
            item.octets = item.packet->octets;
    } else if (source->has_lengths) {
        number = next_of_stream(source, &item.octets, err);
    } else {
        number = source->number == 0;
        item.number = 0;
        item.octets = byte_reader_rest(&source->in);
    }
    if (number > 0) {
        source->number++;
        *ret_item = item;
    }
    return number;
}

void wire_source_close(struct wire_source **source)
{
    if (*source == NULL)
        return;
    wire_packets_close(&(*source)->packets);
    arena_done(&(*source)->arena);
    free_pointer(source);
}
