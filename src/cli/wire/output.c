/* Where encoded messages go: everything is put together first, so that it is written as a whole. */
#include "cli/wire/output.h"

#include "base/byte_writer.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text.h"
#include "cli/wire/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define OUTPUT_BYTES_MAX ((size_t)1 << 28)

#define PCAP_SNAPLEN 262144
#define PCAP_LINK_RAW 101 /* a packet is IP from its first octet on */
#define PCAP_HEADER_SIZE 24
#define PCAP_RECORD_SIZE 16
#define IP_HEADER_SIZE 20
#define UDP_HEADER_SIZE 8
#define PACKET_SIZE_MAX 65535
#define DATAGRAM_SIZE_MAX (PACKET_SIZE_MAX - IP_HEADER_SIZE - UDP_HEADER_SIZE)
#define LOOPBACK 0x7F000001U /* 127.0.0.1 */
#define CLIENT_PORT 50053
#define SERVER_PORT 53
#define UDP 17

struct wire_output {
    struct output_options options;
    uint8_t *block;
    size_t size;
    size_t capacity;
    unsigned long count; /* messages */
};

/* Makes room for `size` octets more. */
static int grow(struct wire_output *output, size_t size, struct err *err)
{
    size_t capacity = output->capacity;
    uint8_t *block;

    if (size <= capacity - output->size)
        return 0;
    if (size > OUTPUT_BYTES_MAX - output->size)
        return err_set(err, -EFBIG, "the output has more than %zu octets", OUTPUT_BYTES_MAX);
    while (capacity - output->size < size)
        capacity = capacity == 0 ? PCAP_SNAPLEN : 2 * capacity;
    block = realloc(output->block, capacity);
    if (block == NULL)
        return err_set(err, -ENOMEM, "no memory");
    output->block = block;
    output->capacity = capacity;
    return 0;
}

static int append(struct wire_output *output, struct bytes octets, struct err *err)
{
    int number = grow(output, octets.size, err);

    if (number < 0)
        return number;
    memcpy(output->block + output->size, octets.at, octets.size);
    output->size += octets.size;
    return 0;
}

static int put_hex(struct wire_output *output, struct bytes message, struct err *err)
{
    size_t size = 2 * message.size + 1;
    int number = grow(output, size + 1, err);
    struct text line;

    if (number < 0)
        return number;
    line = text_init((char *)output->block + output->size, size + 1);
    (void)text_append_hex(&line, message);
    (void)text_append_char(&line, '\n');
    output->size += line.size;
    return 0;
}

static int put_tcp(struct wire_output *output, struct bytes message, struct err *err)
{
    uint8_t length[2] = { (uint8_t)(message.size >> 8), (uint8_t)message.size };
    int number = append(output, bytes_of(length, sizeof(length)), err);

    return number < 0 ? number : append(output, message, err);
}

/* The sum of 16-bit words of RFC 1071, added to one of others. */
static uint32_t sum_of(uint32_t sum, struct bytes octets)
{
    for (size_t i = 0; i < octets.size; i++)
        sum += i % 2 == 0 ? (uint32_t)octets.at[i] << 8 : octets.at[i];
    return sum;
}

static uint16_t checksum_of(uint32_t sum)
{
    sum = (sum & 0xFFFFU) + (sum >> 16);
    sum = (sum & 0xFFFFU) + (sum >> 16);
    return (uint16_t)~sum;
}

/* Writes the headers of IP (RFC 791) and UDP (RFC 768) in front of a message. */
static void write_headers(struct byte_writer *out, struct bytes message)
{
    bool is_response = (message.at[2] & 0x80) != 0;
    uint16_t source = is_response ? SERVER_PORT : CLIENT_PORT;
    uint16_t target = is_response ? CLIENT_PORT : SERVER_PORT;
    uint16_t size = (uint16_t)(UDP_HEADER_SIZE + message.size);
    uint32_t addresses = 2 * ((LOOPBACK >> 16) + (LOOPBACK & 0xFFFFU));
    uint32_t head = 0x4500U + IP_HEADER_SIZE + size + 0x4000U + (64U << 8) + UDP + addresses;
    uint16_t sum = checksum_of(sum_of(addresses + UDP + 2U * size + source + target, message));

    (void)(write_u16_be(out, 0x4500) && write_u16_be(out, (uint16_t)(IP_HEADER_SIZE + size)) &&
           write_u16_be(out, 0) && write_u16_be(out, 0x4000) && /* no fragments */
           write_u16_be(out, 64U << 8 | UDP) && write_u16_be(out, checksum_of(head)) &&
           write_u32_be(out, LOOPBACK) && write_u32_be(out, LOOPBACK));
    (void)(write_u16_be(out, source) && write_u16_be(out, target) && write_u16_be(out, size) &&
           write_u16_be(out, sum == 0 ? 0xFFFF : sum));
}

/* One datagram; the time of the n-th is n seconds past the epoch. */
static int put_pcap(struct wire_output *output, struct bytes message, struct err *err)
{
    uint8_t block[PCAP_RECORD_SIZE + IP_HEADER_SIZE + UDP_HEADER_SIZE];
    struct byte_writer out = byte_writer_init(block, sizeof(block));
    uint32_t size = (uint32_t)(IP_HEADER_SIZE + UDP_HEADER_SIZE + message.size);
    int number;

    if (message.size > DATAGRAM_SIZE_MAX)
        return err_set(err, -EMSGSIZE, "the message has %zu octets, and a datagram holds %d",
                       message.size, DATAGRAM_SIZE_MAX);
    (void)(write_u32_be(&out, (uint32_t)output->count) && write_u32_be(&out, 0) &&
           write_u32_be(&out, size) && write_u32_be(&out, size));
    write_headers(&out, message);
    number = append(output, byte_writer_written(&out), err);
    return number < 0 ? number : append(output, message, err);
}

static int begin_pcap(struct wire_output *output, struct err *err)
{
    uint8_t block[PCAP_HEADER_SIZE];
    struct byte_writer out = byte_writer_init(block, sizeof(block));

    (void)(write_u32_be(&out, 0xA1B2C3D4) && write_u16_be(&out, 2) && write_u16_be(&out, 4) &&
           write_u32_be(&out, 0) && write_u32_be(&out, 0) && write_u32_be(&out, PCAP_SNAPLEN) &&
           write_u32_be(&out, PCAP_LINK_RAW));
    return append(output, byte_writer_written(&out), err);
}

static int put_raw(struct wire_output *output, struct bytes message, struct err *err)
{
    if (output->count > 1)
        return err_set(err, -EINVAL,
                       "this is a second message, and raw octets are one: take --hex, --tcp or "
                       "--pcap");
    return append(output, message, err);
}

int wire_output_put(struct wire_output *output, struct bytes message, struct err *err)
{
    output->count++;
    if (output->options.hex)
        return put_hex(output, message, err);
    if (output->options.tcp)
        return put_tcp(output, message, err);
    if (output->options.pcap)
        return put_pcap(output, message, err);
    return put_raw(output, message, err);
}

static bool is_stdout(const struct wire_output *output)
{
    const char *path = output->options.path;

    return path == NULL || strcmp(path, "-") == 0;
}

int wire_output_open(const struct output_options *options, struct wire_output **ret_output,
                     struct err *err)
{
    CLEANUP(wire_output_close) struct wire_output *output = calloc(1, sizeof(*output));
    int number = 0;

    if (options->hex + options->tcp + options->pcap > 1)
        return err_set(err, -EINVAL, "--hex, --tcp and --pcap exclude each other");
    if (output == NULL)
        return err_set(err, -ENOMEM, "no memory");
    output->options = *options;
    if (is_stdout(output) && !options->hex && isatty(STDOUT_FILENO) == 1)
        return err_set(err, -EINVAL,
                       "standard output is a terminal, which octets would confuse: take --hex or "
                       "--output FILE");
    if (options->pcap)
        number = begin_pcap(output, err);
    if (number < 0)
        return number;
    *ret_output = output;
    output = NULL;
    return 0;
}

/* A file that is there and no regular one (a FIFO, a device) is written to, not replaced. */
static int write_special(const char *path, struct bytes content, struct err *err)
{
    CLEANUP(fd_close) int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    int number;

    if (fd < 0)
        return err_system(err, errno, "%s: cannot be opened", path);
    number = fd_write_all(fd, content);
    return number < 0 ? err_system(err, -number, "%s: cannot be written", path) : 0;
}

static int write_file(const char *path, struct bytes content, struct err *err)
{
    CLEANUP(free_pointer) char *real = realpath(path, NULL);
    mode_t mask = umask(0);
    unsigned int mode = 0666U & ~(unsigned int)mask;
    struct stat status;

    (void)umask(mask);
    if (real != NULL && stat(real, &status) == 0) {
        if (!S_ISREG(status.st_mode))
            return write_special(path, content, err);
        mode = (unsigned int)status.st_mode & 0777U;
    }
    /* A symbolic link stays, and what it leads to is replaced. */
    return file_write_atomic((struct file_place){ AT_FDCWD, real != NULL ? real : path }, content,
                             mode, err);
}

int wire_output_finish(struct wire_output *output, struct err *err)
{
    struct bytes content = bytes_of(output->block, output->size);
    int number;

    if (!is_stdout(output))
        return write_file(output->options.path, content, err);
    number = fd_write_all(STDOUT_FILENO, content);
    return number < 0 ? err_system(err, -number, "the output cannot be written") : 0;
}

void wire_output_close(struct wire_output **output)
{
    if (*output == NULL)
        return;
    free((*output)->block);
    free_pointer(output);
}
