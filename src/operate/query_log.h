/*
 * struct operate_query_log: a line for each answer that was sent, in a file.
 *
 * The loop puts lines into a block of memory; a thread of its own writes them, so however slow the
 * disk or the reader is, the loop does not wait: lines that do not fit into OPERATE_QUERY_LOG_BYTES
 * are dropped and counted. Where several processes have one file, another one writes it, and the
 * thread hands lines over to that. operate_query_log_answered() is the tap of a loop. All functions
 * are for the thread of the loop.
 */
#pragma once

#include "base/err.h"
#include "forwarder/core/datagram.h"

#define OPERATE_QUERY_LOG_BYTES ((size_t)1 << 20)

/* Which answers get a line. */
enum operate_log_level {
    OPERATE_LOG_OFF,
    OPERATE_LOG_FAILURES, /* those that are neither NOERROR nor NXDOMAIN */
    OPERATE_LOG_ALL,
};

struct operate_query_log;

struct operate_query_log_config {
    const char *path; /* "-": standard output; copied */
    int handover; /* a socket where lines are handed to who writes the file, in messages of whole
                     lines (operate/scribe.h); stays the caller's; -1: none, the file is opened */
    bool is_json;
    enum operate_log_level level;
};

/* The level of a word; false, and *ret_level untouched, for any other. */
bool operate_log_level_parse(const char *word, enum operate_log_level *ret_level);

/* Opens the file of a log, to whose end lines are added; or -errno. */
int operate_query_log_open_file(const char *path);

/* Opens the file, to whose end lines are added. */
int operate_query_log_open(const struct operate_query_log_config *config,
                           struct operate_query_log **ret_log, struct err *err);

/* Starts the thread, which has no signals that the caller blocks, and the rights that the caller
 * has: what gives them up comes before. Until then lines wait. */
int operate_query_log_start(struct operate_query_log *log, struct err *err);

/* An answer was sent; `owner` is the log. Gives how many lines were lost since the last call. */
uint64_t operate_query_log_answered(void *owner, const struct forwarder_datagram *answer,
                                    uint64_t sent_ns);

/* Changes the level. */
void operate_query_log_set_level(struct operate_query_log *log, enum operate_log_level level);

/* Has the file opened anew by its name, when what there is has been written: for rotation. Where
 * that fails, lines go on to the old one. */
void operate_query_log_reopen(struct operate_query_log *log);

/* Writes what there is, and ends. NULL is fine. */
void operate_query_log_close(struct operate_query_log *log);
