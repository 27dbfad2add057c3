/* Reading forwards over bytes: all or nothing, and never past the end. */
#include "base/byte_reader.h"

bool read_bytes(struct byte_reader *in, size_t size, struct bytes *ret_part)
{
    size_t start = in->position;

    if (!read_skip(in, size))
        return false;
    /* An empty input has no base to count from. */
    *ret_part = bytes_of(size == 0 ? in->base : in->base + start, size);
    return true;
}

bool read_skip(struct byte_reader *in, size_t size)
{
    if (byte_reader_left(in) < size)
        return false;
    in->position += size;
    return true;
}

bool byte_reader_split(struct byte_reader *in, size_t size, struct byte_reader *ret_part)
{
    struct byte_reader part = *in;

    if (!read_skip(in, size))
        return false;
    part.end = in->position;
    *ret_part = part;
    return true;
}

bool byte_reader_at(const struct byte_reader *in, size_t position, struct byte_reader *ret_reader)
{
    if (position > in->end)
        return false;
    *ret_reader = (struct byte_reader){ .base = in->base, .position = position, .end = in->end };
    return true;
}
