/*
 * struct dns_scribe: the process that writes one file for all shards, as its supervisor sees it:
 * the lines of --query-log, or the frames of --dnstap. Each shard has a socket to it, which the
 * supervisor keeps open: what waits there when the process is ended is written by the next one. No
 * shard has the file, so none can cut or change what is in it.
 *
 *     dns_scribe_init(&scribe, OPERATE_LINES)
 *     dns_scribe_open(&scribe, options, count, &err)       with the rights that opening takes
 *     dns_scribe_start(supervisor, &scribe, now_ns)        again and again
 *     dns_scribe_stop(supervisor, &scribe)                 when no shard is there any more
 *     dns_scribe_close(&scribe)
 *
 * All functions are for the supervisor.
 */
#pragma once

#include "base/err.h"
#include "cli/dns/options.h"
#include "operate/scribe.h"

#include <sys/types.h>

struct dns_supervisor;

struct dns_scribe {
    enum operate_scribe_form form;
    const char *path; /* the options'; NULL: there is no such file, and nothing else */
    int fd;           /* the file */
    size_t count;     /* of shards, */
    int shards[FORWARDER_LOOPS_MAX]; /* each one's end of its socket, */
    int ends[FORWARDER_LOOPS_MAX];   /* and the other */
    struct operate_scribe_tally *tally;
    pid_t pid;         /* 0: nobody is there */
    int channel;       /* for orders; -1 */
    uint64_t start_ns; /* not before that */
};

/* One that is not open. */
void dns_scribe_init(struct dns_scribe *scribe, enum operate_scribe_form form);

/* Opens the file that the options name, if they name one, and sockets for so many shards. -errno
 * with a sentence. */
int dns_scribe_open(struct dns_scribe *scribe, const struct dns_options *options, size_t count,
                    struct err *err);

/* Starts the process, where there is a file and nobody writes it, and not more than once a second.
 * Returns in this process alone. */
void dns_scribe_start(const struct dns_supervisor *supervisor, struct dns_scribe *scribe,
                      uint64_t now_ns);

/* Opens the file anew by its name, for rotation; where that fails, the old one is written on. */
void dns_scribe_reopen(struct dns_scribe *scribe);

/* Has it write what there is, and end; where it has just ended otherwise, it is started for that.
 */
void dns_scribe_stop(const struct dns_supervisor *supervisor, struct dns_scribe *scribe);

/* Ends it at once. */
void dns_scribe_kill(const struct dns_scribe *scribe);

/* Looks whether it has ended, and says so where that is not expected. */
void dns_scribe_reap(struct dns_scribe *scribe, bool is_expected);

/* How many lines or frames of a shard it could not write. */
uint64_t dns_scribe_lost(const struct dns_scribe *scribe, size_t place);

/* Ends it, and closes all. Safe twice. */
void dns_scribe_close(struct dns_scribe *scribe);
