/* Messages from files and standard input. */
#include "base/byte_writer.h"
#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/wire/wire.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A message in hexadecimal may have a blank and a newline for each octet. */
#define HEX_BYTES_MAX (4 * (size_t)DNS_MESSAGE_SIZE_MAX)

const char *wire_input_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

int wire_input_read(const char *path, size_t bytes_max, struct arena *arena,
                    struct bytes *ret_octets, struct err *err)
{
    CLEANUP(fd_close) int opened = -1;
    bool is_stdin = strcmp(path, "-") == 0;
    const char *name = wire_input_name(path);

    if (!is_stdin) {
        opened = open(path, O_RDONLY | O_CLOEXEC);
        if (opened < 0)
            return err_system(err, errno, "%s: cannot be opened", name);
    }
    if (fd_read_all(is_stdin ? STDIN_FILENO : opened, bytes_max, arena, ret_octets, err) < 0)
        return err_prefix(err, "%s", name);
    return 0;
}

/* The value of a hexadecimal digit, or -1. */
static int digit_of(uint8_t character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    character = (uint8_t)tolower(character);
    return character >= 'a' && character <= 'f' ? character - 'a' + 10 : -1;
}

int wire_input_read_hex(const char *path, struct arena *arena, struct bytes *ret_octets,
                        struct err *err)
{
    struct bytes text;
    struct byte_writer out;
    uint8_t *block;
    int number = wire_input_read(path, HEX_BYTES_MAX, arena, &text, err);

    if (number < 0)
        return number;
    block = arena_alloc(arena, text.size / 2 + 1);
    if (block == NULL)
        return err_set(err, -ENOMEM, "%s: no memory", wire_input_name(path));
    out = byte_writer_init(block, text.size / 2 + 1);
    for (size_t i = 0; i < text.size; i++) {
        int high = digit_of(text.at[i]);
        int low = i + 1 < text.size ? digit_of(text.at[i + 1]) : -1;

        if (isspace(text.at[i]))
            continue;
        if (high < 0 || low < 0)
            return err_set(err, -EINVAL, "%s: character %zu does not begin two hexadecimal digits",
                           wire_input_name(path), i + 1);
        (void)write_u8(&out, (uint8_t)(high << 4 | low));
        i++;
    }
    *ret_octets = byte_writer_written(&out);
    return 0;
}

int wire_refuse_text(const char *path, struct bytes text, struct dns_verdict verdict,
                     struct err *err)
{
    size_t line = 1;
    size_t column = 1;

    for (size_t i = 0; i < verdict.offset && i < text.size; i++) {
        bool ends = text.at[i] == '\n';

        line += ends;
        column = ends ? 1 : column + 1;
    }
    return err_set(err, -EINVAL, "%s: line %zu, column %zu: %s", wire_input_name(path), line,
                   column, dns_status_text(verdict.status));
}
