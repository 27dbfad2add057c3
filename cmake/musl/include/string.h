/* With what musl's lacks of glibc 2.32. */
#pragma once

#include_next <string.h>

/* As sigabbrev_np(3): "HUP" of SIGHUP, NULL of what is no signal. */
const char *sigabbrev_np(int number);
