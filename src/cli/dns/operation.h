/* What operates a cupel-dns while it runs, as the options say. */
#pragma once

#include "cli/dns/options.h"
#include "dnstap/dnstap.h"
#include "operate/control.h"
#include "operate/http.h"

/* All zero: nothing does. */
struct dns_operation {
    struct operate_server server;
    struct operate_control *control;
    struct operate_http *http;
    const struct dnstap_functions *tap; /* NULL: the module is not loaded */
    struct dnstap *dnstap;
    const char *cache_file; /* NULL: none */
};

/* Opens what the options ask for; -errno with a sentence that names the option. The struct stays
 * where it is, and the loop outlives it. dns_operation_start() follows, once the process has given
 * up what it does: a thread has the rights of who starts it. */
int dns_operation_open(struct dns_operation *operation, const struct dns_options *options,
                       struct forwarder_loop *loop, struct err *err);

/* What a shard is told of it. */
struct dns_operation_part {
    struct forwarder_loop *loop;
    size_t parts;                        /* of the cache, of which it has one */
    int lines_fd;                        /* where lines of the query log are handed over, */
    int frames_fd;                       /* and frames of dnstap's file; -1 */
    const enum operate_log_level *level; /* NULL: as the options say */
    bool reads_cache;                    /* it begins with the cache's file, */
    bool tells_cache;                    /* and says so */
};

/* Opens what a shard has of it: it writes what it answers to the logs, and has a control that
 * nobody but its supervisor comes to. The rest is its supervisor's. */
int dns_operation_open_shard(struct dns_operation *operation, const struct dns_options *options,
                             const struct dns_operation_part *part, struct err *err);

/* Opens what a supervisor has of it; `server` knows several. */
int dns_operation_open_supervisor(struct dns_operation *operation,
                                  const struct dns_options *options,
                                  const struct operate_server *server, struct err *err);

/* Starts the threads that write. -errno with a sentence. */
int dns_operation_start(struct dns_operation *operation, struct err *err);

/* Keeps what shall be kept for the next run. A failure is told on stderr: it is no reason to end in
 * another way. */
void dns_operation_save(const struct dns_operation *operation);

/* Opens files anew that were renamed. */
void dns_operation_reopen(const struct dns_operation *operation);

/* Closes all; safe twice. For CLEANUP. */
void dns_operation_close(struct dns_operation *operation);
