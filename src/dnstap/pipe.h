/*
 * struct dnstap_pipe: the way to who reads: a file, or a socket of one that listens. libfstrm
 * writes its frames to it (struct fstrm_rdwr), and never waits longer than DNSTAP_PATIENCE_MS for
 * one that does not read; and for a second in all, where it is to end.
 */
#pragma once

#include "base/handoff.h"

#include <fstrm.h>
#include <sys/socket.h>

#define DNSTAP_PATIENCE_MS 5000

struct dnstap_place {
    const char *file; /* NULL: a socket; a file is made anew */
    struct sockaddr_storage socket;
    socklen_t size;
};

struct dnstap_pipe {
    const struct dnstap_place *place;
    struct handoff *handoff; /* which knows whether it is to end */
    int fd;                  /* -1: it is not open */
    int ending_ms;           /* what is left of the time to end */
};

/* Opens the file, or connects; 0 or -errno. */
int dnstap_pipe_open(struct dnstap_pipe *pipe);

/* Closes it. */
void dnstap_pipe_close(struct dnstap_pipe *pipe);

/* Whether what is open is still what has the name. A socket has none. */
bool dnstap_pipe_is_current(const struct dnstap_pipe *pipe);

/* What libfstrm needs to use it; NULL where there is no memory. The pipe outlives it. */
struct fstrm_rdwr *dnstap_pipe_rdwr(struct dnstap_pipe *pipe);
