/* Writing forwards into a block of fixed size: all or nothing. */
#include "base/byte_writer.h"

#include "base/require.h"

bool write_bytes(struct byte_writer *out, struct bytes part)
{
    if (byte_writer_left(out) < part.size)
        return false;
    if (part.size > 0)
        memcpy(out->base + out->position, part.at, part.size);
    out->position += part.size;
    return true;
}

void byte_writer_patch_u16_be(struct byte_writer *out, size_t at, uint16_t value)
{
    REQUIRE(at <= out->position);
    REQUIRE(out->position - at >= 2);
    out->base[at] = (uint8_t)(value >> 8);
    out->base[at + 1] = (uint8_t)value;
}

void byte_writer_rollback(struct byte_writer *out, size_t position)
{
    REQUIRE(position <= out->position);
    out->position = position;
}
