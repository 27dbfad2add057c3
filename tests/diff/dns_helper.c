/* The loop of a peer's program. */
#include "diff/dns_helper.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "diff/dns_peer.h"

#include <stdio.h>
#include <unistd.h>

void helper_append_octets(struct text *text, struct bytes octets)
{
    (void)(octets.size == 0 ? text_append_char(text, '-') : text_append_hex(text, octets));
}

void helper_append_print(struct text *text, const char *printed)
{
    size_t start = text->size;

    for (; *printed != '\0'; printed++) {
        bool is_blank = *printed == '\t' || *printed == '\n' || *printed == ' ';

        (void)text_append_char(text, is_blank ? ' ' : *printed);
    }
    while (text->size > start && text->at[text->size - 1] == ' ')
        text_rollback(text, text->size - 1);
    if (text->size == start)
        (void)text_append_char(text, '-');
}

static bool read_all(void *block, size_t size)
{
    uint8_t *at = block;

    for (size_t done = 0; done < size;) {
        ssize_t got = read(STDIN_FILENO, at + done, size - done);

        if (got <= 0)
            return false;
        done += (size_t)got;
    }
    return true;
}

int main(void)
{
    CLEANUP(free_pointer) char *block = malloc(DIFF_BLOCK_MAX);
    uint32_t size;

    if (block == NULL)
        return 2;
    /* What is not asked for is written all the same: it costs little. */
    while (read_all(&size, sizeof(size)) && (size &= ~DIFF_FIELDS_ONLY) <= DIFF_MESSAGE_MAX) {
        /* A block of the message's own size: what reads past its end is seen. */
        CLEANUP(free_pointer) uint8_t *message = malloc(size + (size_t)(size == 0));
        struct text text = text_init(block, DIFF_BLOCK_MAX);
        uint32_t answer;

        if (message == NULL || !read_all(message, size))
            return 2;
        helper_view(bytes_of(message, size), &text);
        answer = (uint32_t)text.size;
        if (fd_write_all(STDOUT_FILENO, bytes_of(&answer, sizeof(answer))) < 0 ||
            fd_write_all(STDOUT_FILENO, text_bytes(&text)) < 0)
            return 2;
    }
    return 0;
}
