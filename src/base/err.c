/* One sentence, built from the inside out: the failed call first, then each caller's context. */
#include "base/err.h"

#include "base/require.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 3, 0))) static void fill(struct err *err, int number,
                                                       const char *format, va_list arguments)
{
    err->number = number;
    if (vsnprintf(err->sentence, sizeof(err->sentence), format, arguments) < 0)
        err->sentence[0] = '\0';
}

int err_set(struct err *err, int number, const char *format, ...)
{
    va_list arguments;

    REQUIRE(number < 0);
    va_start(arguments, format);
    fill(err, number, format, arguments);
    va_end(arguments);
    return number;
}

int err_system(struct err *err, int system_errno, const char *format, ...)
{
    va_list arguments;
    size_t length;

    REQUIRE(system_errno > 0);
    va_start(arguments, format);
    fill(err, -system_errno, format, arguments);
    va_end(arguments);
    length = strlen(err->sentence);
    /* A cut sentence is better than none. */
    (void)snprintf(err->sentence + length, sizeof(err->sentence) - length, ": %s",
                   strerror(system_errno));
    return -system_errno;
}

int err_prefix(struct err *err, const char *format, ...)
{
    char block[sizeof(err->sentence)];
    size_t kept = strlen(err->sentence); /* of what is there; at least half of it all */
    va_list arguments;
    size_t most;
    int length;

    va_start(arguments, format);
    length = vsnprintf(block, sizeof(block), format, arguments);
    va_end(arguments);
    if (length < 0)
        return err->number;
    if (kept > sizeof(block) / 2)
        kept = sizeof(block) / 2;
    most = sizeof(block) - sizeof(": ") - kept;
    if ((size_t)length > most)
        length = (int)most;
    (void)snprintf(block + length, sizeof(block) - (size_t)length, ": %s", err->sentence);
    memcpy(err->sentence, block, sizeof(block));
    return err->number;
}

int err_add(struct err *err, int number, const struct err *more)
{
    size_t length;

    REQUIRE(more->number < 0);
    if (number == 0) {
        *err = *more;
        return more->number;
    }
    length = strlen(err->sentence);
    (void)snprintf(err->sentence + length, sizeof(err->sentence) - length, "; %s", more->sentence);
    return number;
}
