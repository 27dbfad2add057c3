/*
 * What a filter says to system calls that are newer than all it knows.
 *
 * A filter that allows what it names, and answers EPERM to all else, was written with a list of
 * calls at hand. To those that came later it says EPERM as well, where a C library that tries one
 * waits for ENOSYS to fall back on an older one. So whatever has a higher number than all calls
 * that the rules name gets ENOSYS, on each architecture by its own numbers. Who says another answer
 * than EPERM means it.
 *
 * Sources: seccomp(2), linux/filter.h.
 */
#pragma once

#include "kernel/seccomp.h"

#include <linux/filter.h>

/* One load, and a part for each architecture that there is. */
#define KERNEL_SECCOMP_NEWER_MAX 256

/* The instructions that decide on such calls, to stand before all others; gives how many they are,
 * 0 where the rules ask for none. Allocates nothing. */
size_t kernel_seccomp_newer(const struct kernel_seccomp *rules,
                            struct sock_filter ret_instructions[KERNEL_SECCOMP_NEWER_MAX]);
