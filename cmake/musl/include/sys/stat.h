/* With statx(2), of Linux 4.11, which musl's lacks. */
#pragma once

#include_next <sys/stat.h>

#include <linux/stat.h>

/* statx(2). */
int statx(int directory, const char *restrict path, int flags, unsigned int wanted,
          struct statx *restrict ret_status);
