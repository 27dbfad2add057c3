/* A line that lies wholly in one part is not copied. */
#include "forwarder/local/lines.h"

/* Keeps octets of a line whose end is still to come. */
static void hold(struct forwarder_lines *lines, struct bytes octets)
{
    if (lines->drops || octets.size > sizeof(lines->held) - lines->size) {
        lines->drops = true;
        lines->size = 0;
        return;
    }
    if (octets.size > 0)
        memcpy(lines->held + lines->size, octets.at, octets.size);
    lines->size += octets.size;
}

/* Gives what is held as a line. */
static struct bytes give_held(struct forwarder_lines *lines)
{
    struct bytes line = bytes_of(lines->held, lines->size);

    lines->is_long = lines->drops;
    lines->drops = false;
    lines->size = 0;
    lines->number += 1;
    return line;
}

bool forwarder_lines_next(struct forwarder_lines *lines, struct bytes *part, struct bytes *ret_line)
{
    const uint8_t *end = part->size == 0 ? NULL : memchr(part->at, '\n', part->size);
    struct bytes line = *part;

    if (end == NULL) {
        hold(lines, *part);
        part->size = 0;
        return false;
    }
    line.size = (size_t)(end - part->at);
    *part = bytes_of(end + 1, part->size - line.size - 1);
    if (lines->size == 0 && !lines->drops && line.size <= FORWARDER_LINE_MAX) {
        lines->is_long = false;
        lines->number += 1;
        *ret_line = line;
        return true;
    }
    hold(lines, line);
    *ret_line = give_held(lines);
    return true;
}

bool forwarder_lines_end(struct forwarder_lines *lines, struct bytes *ret_line)
{
    if (lines->size == 0 && !lines->drops)
        return false;
    *ret_line = give_held(lines);
    return true;
}
