/*
 * Property: a line is either refused and changes nothing, or gives an absolute path without NUL,
 * which, written as the kernel writes paths, is read again from a line of its own.
 *
 * Covers: src/kernel/mountinfo.c
 */
#include "fuzz/target.h"
#include "kernel/mountinfo.h"

enum { PATH_SIZE = 256 };

/* A line with this path, every octet of which is escaped. */
static struct text write_line(const char *path, char *block, size_t size)
{
    struct text line = text_init(block, size);

    fuzz_require(text_append(&line, "7 6 0:1 / "));
    for (; *path != '\0'; path++) {
        unsigned int octet = (unsigned char)*path;

        fuzz_require(text_append_char(&line, '\\') &&
                     text_append_char(&line, (char)('0' + (octet >> 6))) &&
                     text_append_char(&line, (char)('0' + (octet >> 3 & 7))) &&
                     text_append_char(&line, (char)('0' + (octet & 7))));
    }
    fuzz_require(text_append_char(&line, ' '));
    return line;
}

FUZZ_TARGET(input)
{
    char first_block[PATH_SIZE];
    char second_block[PATH_SIZE];
    char line_block[16 + 4 * PATH_SIZE];
    struct text first = text_init(first_block, sizeof(first_block));
    struct text second = text_init(second_block, sizeof(second_block));
    struct text line;
    uint64_t id = 99;

    if (!kernel_mountinfo_read(input, &id, &first)) {
        fuzz_require(id == 99 && first.size == 0);
        return;
    }
    fuzz_require(first.at[0] == '/' && strlen(first.at) == first.size);
    line = write_line(first.at, line_block, sizeof(line_block));
    fuzz_require(kernel_mountinfo_read(text_bytes(&line), &id, &second));
    fuzz_require(id == 7 && bytes_equal(text_bytes(&first), text_bytes(&second)));
}
