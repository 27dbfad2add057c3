/*
 * What is asked over the control socket: a line of JSON.
 *
 *     {"command": "flush", "name": "example.test", "tree": true}
 *
 * Members that a command does not have are refused, so that a mistake does not do half of what was
 * meant. Any thread.
 */
#pragma once

#include "base/err.h"
#include "dns/name.h"
#include "operate/query_log.h"

/* The longest line, without its end. */
#define OPERATE_REQUEST_MAX 4096

enum operate_command {
    OPERATE_PING,      /* whether anybody is there */
    OPERATE_STATUS,    /* who is there, and since when */
    OPERATE_STATS,     /* what is counted */
    OPERATE_UPSTREAMS, /* how they do */
    OPERATE_FLUSH,     /* forget answers; from here on each of several has to do it */
    OPERATE_DUMP,      /* the cache as text */
    OPERATE_SAVE,      /* the cache as a file of it */
    OPERATE_LOAD,      /* the answers of such a file go into the cache */
    OPERATE_LOG,       /* another level of the query log */
    OPERATE_REOPEN,    /* its file is opened anew */
    OPERATE_COMMANDS
};

struct operate_request {
    enum operate_command command;
    struct dns_name name;         /* of FLUSH; size 0: everything */
    bool is_tree;                 /* and all below it */
    enum operate_log_level level; /* of LOG */
    uint64_t size;                /* of LOAD: octets that follow the line */
};

/* The word of a command. */
const char *operate_command_word(enum operate_command command);

/* Reads a request; -EINVAL with a sentence, and *ret_request untouched, where it is none. */
int operate_request_read(struct bytes line, struct operate_request *ret_request, struct err *err);
