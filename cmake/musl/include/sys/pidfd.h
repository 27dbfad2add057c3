/* Which musl does not have, as glibc 2.36 has it. */
#pragma once

#include <signal.h>

/* pidfd_open(2). */
int pidfd_open(pid_t pid, unsigned int flags);

/* pidfd_getfd(2). */
int pidfd_getfd(int pidfd, int fd, unsigned int flags);

/* pidfd_send_signal(2). */
int pidfd_send_signal(int pidfd, int signal, siginfo_t *about, unsigned int flags);
