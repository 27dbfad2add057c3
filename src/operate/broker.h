/*
 * One request of the control socket, done by several forwarders: what was asked is passed on to
 * each of them, over a connection to its control, and their answers become one.
 *
 *     flush         all forget; answered with how many there were in sum
 *     log, reopen   all do it
 *     dump          one after another, behind a line that says which it is
 *     save          one file of all their answers, the oldest first
 *     load          each gets all of the file, since clients of each may ask for any of it;
 * answered with the least that one of them kept
 *
 * This blocks, so it is for a process of its own, which ends with it. Forwarders that do not answer
 * for ten seconds, and a client that does not for thirty, are given up. What they say is not
 * believed: lines and files have a limit, and are looked at as whole.
 */
#pragma once

#include "base/err.h"
#include "forwarder/io/shared.h"
#include "operate/request.h"

struct operate_broker {
    size_t count;                      /* of forwarders: at least 1 */
    int shards[FORWARDER_LOOPS_MAX];   /* a connection to each */
    size_t names[FORWARDER_LOOPS_MAX]; /* their numbers, for people */
    size_t bytes_max;                  /* a file of the cache of all is not larger */
};

/* Does what a request, of these octets, asks for; `behind` is what came of the client's after it.
 * The client gets the answer. */
void operate_broker_run(const struct operate_broker *broker, int client,
                        const struct operate_request *request, struct bytes line,
                        struct bytes behind);

/* Writes the answers of all to a file, as operate_cache_file_write() does those of one. */
int operate_broker_save(const struct operate_broker *broker, const char *path, struct err *err);
