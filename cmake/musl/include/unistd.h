/* With what musl's lacks of Linux 3.19 and 5.9. */
#pragma once

#include_next <unistd.h>

/* execveat(2). */
int execveat(int directory, const char *path, char *const *arguments, char *const *environment,
             int flags);

/* close_range(2). */
int close_range(unsigned int first, unsigned int last, int flags);
