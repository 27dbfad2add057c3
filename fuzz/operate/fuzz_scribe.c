/*
 * Property: a message that a shard hands over is refused and nothing is said of it; or it is whole
 * lines of printable ASCII, as many as it has ends, or whole frames of at least one octet, as many
 * as their lengths make of it. The first octet says which of both it is to be.
 *
 * Covers: src/operate/scribe.c 15%
 */
#include "fuzz/target.h"
#include "operate/scribe.h"

#include <string.h>

static void check_lines(struct bytes message, uint64_t count)
{
    uint64_t ends = 0;

    fuzz_require(message.at[message.size - 1] == '\n');
    for (size_t i = 0; i < message.size; i++) {
        ends += message.at[i] == '\n';
        fuzz_require(message.at[i] == '\n' || (message.at[i] >= ' ' && message.at[i] < 0x7f));
    }
    fuzz_require(ends == count);
}

static void check_frames(struct bytes message, uint64_t count)
{
    while (count > 0) {
        size_t size;

        fuzz_require(message.size >= 5);
        size = (size_t)message.at[0] << 24 | (size_t)message.at[1] << 16 |
               (size_t)message.at[2] << 8 | message.at[3];
        fuzz_require(size >= 1 && size <= message.size - 4);
        fuzz_require(bytes_from(message, 4 + size, &message));
        count -= 1;
    }
    fuzz_require(message.size == 0);
}

FUZZ_TARGET(input)
{
    enum operate_scribe_form form;
    struct bytes message;
    uint64_t count = UINT64_MAX;

    if (input.size == 0)
        return;
    form = input.at[0] % 2 == 0 ? OPERATE_LINES : OPERATE_FRAMES;
    fuzz_require(bytes_from(input, 1, &message));
    if (!operate_scribe_read(form, message, &count)) {
        fuzz_require(count == UINT64_MAX);
        return;
    }
    fuzz_require(count >= 1 && message.size >= 1);
    if (form == OPERATE_LINES)
        check_lines(message, count);
    else
        check_frames(message, count);
}
