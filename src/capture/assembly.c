/* Octets that arrive in pieces. */
#include "capture/assembly.h"

#include "base/require.h"

void capture_assembly_clear(struct capture_assembly *assembly)
{
    assembly->count = 0;
}

static bool fits(size_t at, size_t size)
{
    return at <= CAPTURE_BLOCK_SIZE && size <= CAPTURE_BLOCK_SIZE - at;
}

bool capture_assembly_add(struct capture_assembly *assembly, size_t at, struct bytes piece)
{
    struct capture_range merged = { (uint32_t)at, (uint32_t)(at + piece.size) };
    unsigned int first = 0; /* the first range that the piece touches, or that is behind it */
    unsigned int last;      /* the first behind the piece */

    if (!fits(at, piece.size))
        return false;
    if (piece.size == 0)
        return true;
    while (first < assembly->count && assembly->ranges[first].end < merged.start)
        first++;
    for (last = first; last < assembly->count && assembly->ranges[last].start <= merged.end; last++)
        continue;
    if (last == first && assembly->count == CAPTURE_RANGES_MAX)
        return false;
    if (last > first) {
        struct capture_range *begin = &assembly->ranges[first];
        struct capture_range *end = &assembly->ranges[last - 1];

        merged.start = begin->start < merged.start ? begin->start : merged.start;
        merged.end = end->end > merged.end ? end->end : merged.end;
    }
    memmove(&assembly->ranges[first + 1], &assembly->ranges[last],
            (assembly->count - last) * sizeof(merged));
    assembly->ranges[first] = merged;
    assembly->count = assembly->count - (last - first) + 1;
    memcpy(&assembly->block[at], piece.at, piece.size);
    return true;
}

bool capture_assembly_overlaps(const struct capture_assembly *assembly, size_t at, size_t size)
{
    for (unsigned int i = 0; i < assembly->count; i++) {
        if (at < assembly->ranges[i].end && assembly->ranges[i].start < at + size)
            return true;
    }
    return false;
}

bool capture_assembly_holds(const struct capture_assembly *assembly, size_t at, struct bytes piece)
{
    for (unsigned int i = 0; i < assembly->count; i++) {
        const struct capture_range *range = &assembly->ranges[i];

        if (range->start <= at && at + piece.size <= range->end)
            return bytes_equal(bytes_of(&assembly->block[at], piece.size), piece);
    }
    return piece.size == 0;
}

struct bytes capture_assembly_ready(const struct capture_assembly *assembly)
{
    bool begins = assembly->count > 0 && assembly->ranges[0].start == 0;

    return bytes_of(assembly->block, begins ? assembly->ranges[0].end : 0);
}

void capture_assembly_shift(struct capture_assembly *assembly, size_t size)
{
    struct bytes ready = capture_assembly_ready(assembly);
    uint32_t end;

    REQUIRE(size <= ready.size);
    if (size == 0)
        return;
    end = assembly->ranges[assembly->count - 1].end;
    memmove(assembly->block, assembly->block + size, end - size);
    assembly->ranges[0].start = (uint32_t)size;
    for (unsigned int i = 0; i < assembly->count; i++) {
        assembly->ranges[i].start -= (uint32_t)size;
        assembly->ranges[i].end -= (uint32_t)size;
    }
    if (assembly->ranges[0].end > 0)
        return;
    assembly->count--;
    memmove(&assembly->ranges[0], &assembly->ranges[1],
            assembly->count * sizeof(assembly->ranges[0]));
}
