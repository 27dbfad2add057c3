/* The end of a process that found a bug in itself: one line on stderr, then abort. */
#include "base/require.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void say(const char *text)
{
    /* Nothing is left to do when stderr itself is gone. */
    ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written;
}

static void say_number(int number)
{
    char digits[16];
    size_t at = sizeof(digits) - 1;
    unsigned int rest = (unsigned int)number;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest != 0 && at > 0);
    say(&digits[at]);
}

void require_failed(const char *file, int line, const char *function, const char *condition)
{
    say(file);
    say(":");
    say_number(line);
    say(": ");
    say(function);
    say(": REQUIRE(");
    say(condition);
    say(") is false\n");
    abort();
}
