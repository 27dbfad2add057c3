/* The words of the system's own C library for errors and signals, which words_of_system.c prints.
 */
#pragma once

#define WORDS_ERRORS 134 /* one more than EHWPOISON, Linux's last */
#define WORDS_SIGNALS 65
#define WORDS_ROOM 64

/* By number; "" where there is none. */
extern const char words_of_errors[WORDS_ERRORS][WORDS_ROOM];
extern const char words_of_signals[WORDS_SIGNALS][WORDS_ROOM];
