/*
 * Filters that have been compiled before, in a directory: to compile one of the usual size costs
 * more than all else that it takes to make a container.
 *
 * A file has the rules, word for word, and the program that they became; so neither a damaged file
 * nor one with another's name gives a program of other rules. The directory and its files count
 * only if they are the caller's and nobody else may write to them. There are at most
 * KERNEL_SECCOMP_CACHE_FILES, of which the oldest makes room.
 */
#pragma once

#include "kernel/seccomp.h"

#define KERNEL_SECCOMP_CACHE_FILES 64

/* As kernel_seccomp_compile(), which is spared where the program is in the directory. That is made
 * where it is missing; whatever is wrong with it, the filter is compiled. The program's flags are
 * those of the rules. */
int kernel_seccomp_compile_cached(const char *directory, const struct kernel_seccomp *rules,
                                  struct kernel_seccomp_program *ret_program, struct err *err);
