/* A block that doubles. */
#include "operate/buffer.h"

#include "base/require.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_MAX_BYTES 1001
#define ROOM_MIN 1024

void operate_buffer_done(struct operate_buffer *buffer)
{
    free(buffer->at);
    *buffer = (struct operate_buffer){ .max = buffer->max };
}

bool operate_buffer_append(struct operate_buffer *buffer, struct bytes part)
{
    size_t room = buffer->room < ROOM_MIN ? ROOM_MIN : buffer->room;
    char *moved;

    if (part.size > buffer->max - buffer->size) {
        buffer->is_cut = true;
        return false;
    }
    while (room < buffer->size + part.size)
        room *= 2;
    if (room != buffer->room) {
        moved = realloc(buffer->at, room);
        if (moved == NULL) {
            buffer->is_cut = true;
            return false;
        }
        buffer->at = moved;
        buffer->room = room;
    }
    if (part.size > 0)
        memcpy(buffer->at + buffer->size, part.at, part.size);
    buffer->size += part.size;
    return true;
}

bool operate_buffer_append_text(struct operate_buffer *buffer, const char *part)
{
    return operate_buffer_append(buffer, bytes_of_text(part));
}

bool operate_buffer_format(struct operate_buffer *buffer, const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    va_list arguments;
    int size;

    va_start(arguments, format);
    size = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (size < 0)
        return false;
    return operate_buffer_append(
        buffer, bytes_of(line, (size_t)size < sizeof(line) ? (size_t)size : sizeof(line) - 1));
}

void operate_buffer_take(struct operate_buffer *buffer, size_t size)
{
    REQUIRE(size <= buffer->size);
    buffer->size -= size;
    if (buffer->size > 0)
        memmove(buffer->at, buffer->at + size, buffer->size);
}
