/* Text as printf makes it: the one part of it that needs stdio, and so stands apart. */
#include "base/text_format.h"

#include <stdarg.h>
#include <stdio.h>

bool text_format(struct text *text, const char *format, ...)
{
    va_list arguments;
    size_t room = text->capacity - text->size;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text->at + text->size, room, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= room) {
        text->at[text->size] = '\0';
        return false;
    }
    text->size += (size_t)length;
    return true;
}
