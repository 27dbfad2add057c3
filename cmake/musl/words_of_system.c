/*
 * Prints, as it is compiled with the system's own C library, the tables that a program with musl
 * takes from it: what the numbers of errors are called (strerror(3)) and the names of signals
 * (sigabbrev_np(3)), so that users read the words that they know from all other programs.
 */
#include "words.h"

#include <stdio.h>
#include <string.h>

int main(void)
{
    (void)printf("#include \"words.h\"\n\n"
                 "const char words_of_errors[WORDS_ERRORS][WORDS_ROOM] = {\n");
    for (int i = 0; i < WORDS_ERRORS; i++)
        (void)printf("    \"%s\",\n", strerror(i));
    (void)printf("};\n\nconst char words_of_signals[WORDS_SIGNALS][WORDS_ROOM] = {\n");
    for (int i = 0; i < WORDS_SIGNALS; i++) {
        const char *name = sigabbrev_np(i);

        (void)printf("    \"%s\",\n", name == NULL ? "" : name);
    }
    (void)printf("};\n");
    return 0;
}
