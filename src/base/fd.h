/*
 * File descriptors with an owner, and whole files with a limit.
 *
 * A descriptor that is owned by a scope is declared with CLEANUP(fd_close) and initialised to -1 or
 * to an open descriptor; fd_take() moves it out. Sizes are in octets. A `path` is relative to
 * `dir_fd` (AT_FDCWD: the working directory). Errors are 0 or -errno with a sentence that names the
 * path. Any thread; fd_close() and fd_take() may also be used between clone and exec.
 */
#pragma once

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

/* Closes the descriptor in the variable, if it holds one (>= 0), and sets the variable to -1. Keeps
 * errno. Fits CLEANUP. */
void fd_close(int *fd);

/* Gives the descriptor to the caller and sets the variable to -1. */
int fd_take(int *fd);

/* Writes all octets, going on after short writes and EINTR. */
int fd_write_all(int fd, struct bytes content);

/* Reads until the end of the file into the arena (a NUL follows the content, uncounted). A file
 * longer than `bytes_max` is refused with -EFBIG, and *ret_content is untouched on any failure. The
 * caller prefixes the sentence with what the descriptor is. */
int fd_read_all(int fd, size_t bytes_max, struct arena *arena, struct bytes *ret_content,
                struct err *err);

/* A place where files are kept, for the two functions below. */
struct file_place {
    int dir_fd;       /* what `path` is relative to */
    const char *path; /* a file, not a directory */
};

/* Opens and reads a whole regular file, as fd_read_all(). Refuses what is no regular file. */
int file_read(struct file_place place, size_t bytes_max, struct arena *arena,
              struct bytes *ret_content, struct err *err);

/* Writes a file so that a reader, or a machine that stops in between, sees the old content or the
 * new one and nothing else: a new file beside it, <path>.new-<random>, synced, then renamed over
 * it. Permissions are `mode`. On failure nothing new is left. Which of the two a machine that stops
 * soon after will have is not said: for that, sync the directory. */
int file_write_atomic(struct file_place place, struct bytes content, unsigned int mode,
                      struct err *err);
