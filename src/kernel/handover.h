/*
 * Descriptors of one process in the hands of another.
 *
 * Errors are 0 or -errno with a sentence. Nothing allocates. Sources: pidfd_getfd(2) (Linux 5.6),
 * unix(7).
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

/* Takes a copy of the descriptor `number` of the process that the pidfd is of, which takes no
 * system call of that process. -EBADF: it has no such descriptor (yet). On success *ret_fd belongs
 * to the caller. */
int kernel_handover_take(int pidfd, int number, int *ret_fd, struct err *err);

#define KERNEL_MESSAGE_PARTS_MAX 4

/* What is sent, one part after the other, with the descriptor beside the first octet. */
struct kernel_message {
    const struct bytes *parts; /* the first is not empty */
    size_t count;              /* at most KERNEL_MESSAGE_PARTS_MAX */
    int fd;
};

/* Connects to the stream socket at `path`, sends the message, as one where the kernel has room for
 * it, and closes the connection. */
int kernel_handover_send(const char *path, const struct kernel_message *message, struct err *err);
