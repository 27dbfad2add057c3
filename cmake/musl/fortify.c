/*
 * What Debian's archives want of the C library where they were compiled with checks of sizes
 * (_FORTIFY_SOURCE), for musl, which has no such functions: the same calls with the checks in them.
 * All else that they want is the same in both libraries, as are the types that they exchange.
 *
 * Sources: Linux Standard Base Core Specification, "Interfaces for libc" (__snprintf_chk and the
 * like).
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int __vsnprintf_chk(char *text, size_t limit, int flag, size_t size, const char *format,
                    va_list arguments);
int __snprintf_chk(char *text, size_t limit, int flag, size_t size, const char *format, ...);
int __sprintf_chk(char *text, int flag, size_t size, const char *format, ...);
int __fprintf_chk(FILE *file, int flag, const char *format, ...);
int __asprintf_chk(char **ret_text, int flag, const char *format, ...);
char *__strncpy_chk(char *to, const char *from, size_t count, size_t size);

static void check(size_t wanted, size_t size)
{
    if (wanted > size)
        abort();
}

int __vsnprintf_chk(char *text, size_t limit, int flag, size_t size, const char *format,
                    va_list arguments)
{
    (void)flag;
    check(limit, size);
    return vsnprintf(text, limit, format, arguments);
}

int __snprintf_chk(char *text, size_t limit, int flag, size_t size, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = __vsnprintf_chk(text, limit, flag, size, format, arguments);
    va_end(arguments);
    return length;
}

int __sprintf_chk(char *text, int flag, size_t size, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = __vsnprintf_chk(text, size, flag, size, format, arguments);
    va_end(arguments);
    check((size_t)length + 1, size);
    return length;
}

int __fprintf_chk(FILE *file, int flag, const char *format, ...)
{
    va_list arguments;
    int length;

    (void)flag;
    va_start(arguments, format);
    length = vfprintf(file, format, arguments);
    va_end(arguments);
    return length;
}

int __asprintf_chk(char **ret_text, int flag, const char *format, ...)
{
    va_list arguments;
    int length;

    (void)flag;
    va_start(arguments, format);
    length = vasprintf(ret_text, format, arguments);
    va_end(arguments);
    return length;
}

char *__strncpy_chk(char *to, const char *from, size_t count, size_t size)
{
    check(count, size);
    return strncpy(to, from, count);
}
