/*
 * struct err: why something failed, as one sentence for a person and one number for a program.
 *
 * A function that can fail for the system's reasons returns 0 or -errno and fills a struct err of
 * its caller's; each caller on the way up may put its own context in front:
 *
 *     number = fd_open_read(dir_fd, "config.json", &fd, err);
 *     if (number < 0)
 *         return err_prefix(err, "bundle '%s'", bundle);
 *
 * It is flat and of fixed size, so a child in new namespaces can write it to a pipe as one record
 * (it is smaller than PIPE_BUF). A sentence that does not fit is cut. Never allocates.
 */
#pragma once

struct err {
    int number;          /* -errno; 0 while nothing failed */
    char sentence[1020]; /* no full stop, no newline */
};

/* Fills `err` with `number` (negative) and the sentence, and returns `number`. */
int err_set(struct err *err, int number, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same for a failed system call: the sentence is followed by ": " and the text of
 * `system_errno` (positive). Returns -system_errno. */
int err_system(struct err *err, int system_errno, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts context and ": " in front of the sentence that is there, and returns err->number. Where both
 * do not fit the context is cut, so far that half of the sentence, or all of it, has room. */
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* What went wrong besides, such as in the removal of what was made: `err` tells of it alone where
 * `number` is 0, and else after "; ". Returns the number of what came first. */
int err_add(struct err *err, int number, const struct err *more);
