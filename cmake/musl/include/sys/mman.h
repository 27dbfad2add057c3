/* With what musl's lacks of Linux 5.14. */
#pragma once

#include_next <sys/mman.h>

#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
