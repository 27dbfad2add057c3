/*
 * The parts of diff.dns.peer: a peer in a process of its own, and what differs between its view of
 * a message and ours.
 */
#pragma once

#include "base/err.h"
#include "diff/dns_view.h"

#define DIFF_FINDINGS_MAX 16
#define DIFF_SHOWN_MAX 400

/* One difference, in the words of the table, and the lines where it shows. */
struct diff_finding {
    char kind[16];
    char ours[32];
    char theirs[64];
    char ours_line[DIFF_SHOWN_MAX];
    char theirs_line[DIFF_SHOWN_MAX];
};

/* What differs in one message: each kind of difference once. */
struct diff_findings {
    bool both_accept;
    bool both_refuse;
    unsigned int count;
    struct diff_finding items[DIFF_FINDINGS_MAX];
};

/* A peer's program, which runs as long as it answers. */
struct diff_peer {
    char **command; /* ended by NULL */
    int timeout_ms; /* for one answer */
    bool fields_only;
    int pid; /* 0: it does not run */
    int in;  /* what it reads; -1: it does not run */
    int out; /* what it writes */
    unsigned int crashes;
    unsigned int hangs;
};

/* Beside the size of a message: only the fields are asked for. What the peer prints, and what it
 * writes again, may be left out of the answer. */
#define DIFF_FIELDS_ONLY 0x80000000U

enum diff_answer { DIFF_ANSWERED, DIFF_CRASHED, DIFF_HUNG, DIFF_GARBLED };

/* Sends a message, and gives the answer as a C string in `block` of DIFF_BLOCK_MAX octets. A peer
 * that does not run is started; one that crashes or hangs is ended, and *ret_signal says by which
 * signal it ended itself (0: it exited). */
enum diff_answer diff_peer_ask(struct diff_peer *peer, struct bytes wire, char *block,
                               int *ret_signal);

/* Ends the program. */
void diff_peer_done(struct diff_peer *peer);

/* A peer and room for views of one message. */
struct diff_bench {
    struct diff_peer *peer;
    char *blocks[3]; /* of DIFF_BLOCK_MAX octets each */
    struct diff_view *views[3];
    struct diff_entry *sorted[2][DIFF_ENTRIES_MAX];
    uint8_t wire[DIFF_MESSAGE_MAX];    /* what is written of a message */
    uint8_t changed[DIFF_MESSAGE_MAX]; /* what is asked to find why a message is refused */
};

/* Allocates the room; 0 or -errno. */
int diff_bench_init(struct diff_bench *bench, struct diff_peer *peer, struct err *err);

void diff_bench_done(struct diff_bench *bench);

/* Compares both views of a message. */
void diff_bench_compare(struct diff_bench *bench, struct bytes wire,
                        struct diff_findings *ret_findings);
