/*
 * struct forwarder_lines: the lines of a text that comes in parts, wherever it is cut.
 *
 *     while (… a part …)
 *         while (forwarder_lines_next(&lines, &part, &line))
 *             … line, lines.number, lines.is_long …
 *     if (forwarder_lines_end(&lines, &line))
 *         …
 *
 * A line ends with a newline, which is no part of it; one of more than FORWARDER_LINE_MAX octets is
 * given as an empty one that is too long. Lines are views of the part or of the struct, until the
 * next call. All zero: at the start. Pure; one thread.
 */
#pragma once

#include "base/bytes.h"

#define FORWARDER_LINE_MAX 4096

struct forwarder_lines {
    uint64_t number; /* of the line that was given last, from 1 on */
    bool is_long;    /* it is too long */
    bool drops;      /* the one that is being held is */
    size_t size;     /* of what is held */
    uint8_t held[FORWARDER_LINE_MAX];
};

/* The next line that ends in the part, which is moved behind it; false, and the part is empty,
 * where none does. */
bool forwarder_lines_next(struct forwarder_lines *lines, struct bytes *part,
                          struct bytes *ret_line);

/* The last line, if it has no newline. */
bool forwarder_lines_end(struct forwarder_lines *lines, struct bytes *ret_line);
