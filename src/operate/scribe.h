/*
 * struct operate_scribe: writes one file for several processes that log, so that what they write is
 * whole there and unmixed, however each of them ends: they hand over messages of whole lines, or
 * whole frames, through sockets that keep messages apart (SOCK_SEQPACKET), and it alone writes.
 *
 *     operate_scribe_begin(&scribe)
 *     … operate_scribe_take(&scribe, place, fd) for each socket that can be read …
 *     operate_scribe_end(&scribe)
 *
 * It does not believe what it is handed: what is not whole lines or frames is not written, and
 * counts as lost. Where the file cannot take a message (the disk is full, say) all of it is taken
 * back. It may block as long as the file does; those who hand over wait then, and lose what they
 * cannot keep. One thread. Source of the frames: https://farsightsec.github.io/fstrm/
 */
#pragma once

#include "base/bytes.h"
#include "forwarder/io/shared.h"

/* Who hands over puts so much into a message at most, unless one frame is more. */
#define OPERATE_HANDOVER_BYTES ((size_t)32 << 10)
/* No message is larger: a frame of a DNS message and what is told of it. */
#define OPERATE_HANDOVER_BYTES_MAX ((size_t)72 << 10)

enum operate_scribe_form {
    OPERATE_LINES,  /* of text: printable ASCII, each with its end */
    OPERATE_FRAMES, /* of Frame Streams, each behind its length of four octets */
    OPERATE_FORMS
};

/* What is kept outside of the process that writes, so that it outlives it; all zero at first. */
struct operate_scribe_tally {
    uint64_t device; /* which file it is, */
    uint64_t number;
    uint64_t begun;                     /* whether its start was written, */
    uint64_t whole;                     /* and up to where it is whole; 0: it is no regular file */
    uint64_t lost[FORWARDER_LOOPS_MAX]; /* lines or frames of each that were not written */
};

struct operate_scribe {
    enum operate_scribe_form form;
    const char *content_type; /* of frames */
    int fd;                   /* the file; the caller's */
    struct operate_scribe_tally *tally;
};

/* Whether a message is whole lines or frames, at least one; how many. Pure. */
bool operate_scribe_read(enum operate_scribe_form form, struct bytes message, uint64_t *ret_count);

/* Begins, or goes on with a file whose writer was ended: what that had written in part is taken
 * back. 0 or -errno. */
int operate_scribe_begin(struct operate_scribe *scribe);

/* Takes one message, which is that of `place`, and writes it; false where none is there. */
bool operate_scribe_take(struct operate_scribe *scribe, size_t place, int fd);

/* How many lines or frames of a place were not written. Any process that has the tally. */
uint64_t operate_scribe_lost(const struct operate_scribe_tally *tally, size_t place);

/* Writes the end of the file, if it has one. */
void operate_scribe_end(struct operate_scribe *scribe);
