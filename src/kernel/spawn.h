/*
 * Another program, run to its end: its standard input is a text, and what it says is kept for the
 * sentence that tells of its failure.
 *
 *     char *const argv[] = { "hook", NULL };
 *     char *const envp[] = { NULL };
 *     const struct kernel_spawn hook = { .path = "/bin/hook", .argv = argv, .envp = envp,
 *                                        .timeout_s = 5, .directory_fd = -1,
 *                                        .input = &json, .input_count = 1 };
 *
 *     if (kernel_spawn_run(&hook, &err) < 0) …
 *
 * The program leads a process group of its own, has no descriptor but the three standard ones, no
 * signal blocked or ignored, and all else of its caller's: ids, capabilities, namespaces, limits,
 * umask. Its input is a file in memory, so that a program which does not read it is no matter.
 *
 * Nothing allocates; all may be called between clone and exec. Call it from a process with one
 * thread. Sources: fork(2), memfd_create(2), pidfd_open(2), setpgid(2).
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "kernel/seccomp.h"

#include <stdbool.h>

struct kernel_spawn {
    const char *path; /* absolute */
    char *const *argv;
    char *const *envp;      /* NULL: the environment of the caller */
    unsigned int timeout_s; /* after which its process group is killed; 0: it may take for ever */
    int directory_fd;       /* its working directory; -1: the caller's */
    const struct bytes *input; /* one after the other */
    size_t input_count;
    bool (*is_against)(void); /* asked now and then: whether to kill it before its end; or NULL */
    const struct kernel_seccomp_program *filter; /* which it runs under, as kernel_seccomp_load()
                                                    has it; NULL: under the caller's alone */
};

/* Runs the program and waits for its end. 0: it ended with status 0. Else with a sentence: -ECHILD:
 * it ended with another status or by a signal; -ETIMEDOUT; -ECANCELED: `is_against` said so; other
 * numbers: it could not be run. The sentence has the end of what it wrote to standard output and
 * error. */
int kernel_spawn_run(const struct kernel_spawn *spawn, struct err *err);
