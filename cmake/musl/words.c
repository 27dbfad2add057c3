/* strerror(3) and sigabbrev_np(3) in the words of the system's own C library. */
#include "words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

char *strerror(int number)
{
    bool is_known = number >= 0 && number < WORDS_ERRORS;

    return (char *)(uintptr_t)(is_known ? words_of_errors[number] : "Unknown error");
}

const char *sigabbrev_np(int number)
{
    bool is_known = number >= 0 && number < WORDS_SIGNALS && words_of_signals[number][0] != '\0';

    return is_known ? words_of_signals[number] : NULL;
}
