/* With what musl's lacks of Linux 5.4. */
#pragma once

#include_next <sys/wait.h>

#define P_PIDFD 3
