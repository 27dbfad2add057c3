/*
 * What the files of the supervisor share and nobody else sees: supervisor.c (signals, and what
 * happens when), seat.c (a shard's life), reload.c (another configuration), scribe.c (who writes
 * files for all).
 */
#pragma once

#include "cli/dns/operation.h"
#include "cli/dns/settings/reading.h"
#include "cli/dns/shards/message.h"
#include "cli/dns/shards/scribe.h"
#include "cli/dns/shards/shard.h"
#include "cli/dns/shards/supervisor.h"

/* What a shard has said of another configuration. */
enum dns_vote {
    DNS_VOTE_NONE,   /* it is not asked */
    DNS_VOTE_WAITED, /* nothing so far */
    DNS_VOTE_AGREES,
    DNS_VOTE_REFUSES,
    DNS_VOTE_CHANGED,
};

/* Where a shard is, one after another. */
struct dns_seat {
    struct dns_supervisor *supervisor;
    size_t number;
    pid_t pid;   /* 0: nobody is there */
    int channel; /* -1 */
    bool is_ready;
    bool has_broken;      /* it said what is no word, or at the wrong time */
    bool is_asked;        /* whether it is there */
    bool has_hung;        /* it did not say so */
    unsigned int silent;  /* seconds for which it has not, or has not begun */
    struct err err;       /* why it could not go on, as it said; number 0: it said nothing */
    uint64_t since_ns;    /* when it was started */
    uint64_t start_ns;    /* when the next is to be started */
    unsigned int soon;    /* deaths in a row within seconds */
    unsigned int unready; /* deaths in a row before it answered */
    uint64_t restarts;    /* since the service began */
    struct operate_report *shared; /* where the shard leaves what it counts; no other has that */
    struct operate_report past;    /* what those before it had counted */
    enum dns_vote vote;
    uint64_t digest; /* of what it agrees to */
};

/* Requests of the control socket that are done at the same time. */
#define DNS_BROKERS_MAX 8

/* How far another configuration is. */
enum dns_change {
    DNS_CHANGE_NONE,
    DNS_CHANGE_READING, /* the supervisor reads it */
    DNS_CHANGE_VOTING,  /* the shards do */
    DNS_CHANGE_GOING,   /* they go on with it */
};

/* An address that is listened on no more, whose UDP socket shards still answer from. */
struct dns_left {
    struct forwarder_shared shared; /* count 0: none */
    uint64_t until_ns;
};

struct dns_supervisor {
    const struct dns_supervision *what;
    struct dns_settings *started; /* what cannot change stays as it was then */
    struct dns_settings *now;     /* NULL: as it started */
    struct dns_seat seats[FORWARDER_LOOPS_MAX];
    size_t at_count; /* addresses that are listened on */
    struct forwarder_shared at[FORWARDER_LISTEN_MAX];
    struct dns_left left[FORWARDER_LISTEN_MAX];
    struct forwarder_guests guests;
    int signal_fd;
    struct forwarder_hash_key root;
    struct operate_several several;
    struct dns_operation operation;
    struct dns_scribe scribes[OPERATE_FORMS];
    enum operate_log_level level;
    bool has_level;                      /* it was told while it runs */
    uint64_t generation;                 /* how often the configuration has changed */
    struct forwarder_loop_config config; /* the one that holds */
    pid_t brokers[DNS_BROKERS_MAX];      /* 0: none */
    pid_t saver; /* the broker that writes the cache's file at the end; 0: none */
    bool is_saved;
    bool has_begun;    /* all shards have answered */
    bool is_stopping;  /* no shard is started any more */
    bool is_written;   /* no shard is there any more, and those who write files were told to end */
    int status;        /* the exit status then */
    uint64_t until_ns; /* so long it is waited for what happens now; FORWARDER_NEVER */
    uint64_t watch_ns; /* when shards are to be asked next whether they are there */
    /* Another configuration: */
    enum dns_change change;
    bool is_called;     /* and what comes after that is to be read, too */
    unsigned int tries; /* how often in a row files changed while they were read */
    struct dns_reading *reading;
    struct dns_settings *next;
    struct forwarder_loop_config next_config;
    size_t next_count;
    struct forwarder_shared next_at[FORWARDER_LISTEN_MAX]; /* count 0: listened on already */
    char stays_block[DNS_STAYS_BYTES];
};

/* The settings that hold. */
struct dns_settings *dns_supervisor_settings(const struct dns_supervisor *supervisor);

/* Ends the service with a status, in order: shards are told, waited for, and at last killed. */
void dns_supervisor_stop(struct dns_supervisor *supervisor, int status);

/* Where a configuration is listened on: opens what is not open yet, into next_at; on failure
 * nothing is. */
int dns_supervisor_open(struct dns_supervisor *supervisor,
                        const struct forwarder_loop_config *config, struct err *err);

/* The configuration of settings, with the sockets that were passed. */
int dns_supervisor_configure(const struct dns_supervisor *supervisor,
                             const struct dns_settings *settings,
                             struct forwarder_loop_config *ret_config, struct err *err);

/* From now on what is in next_at is what is listened on; what is no longer there is closed when
 * shards have not answered from there for so long as they may. */
void dns_supervisor_take_places(struct dns_supervisor *supervisor, uint64_t wait_ns);

/* Opens the files anew that are written for all shards. */
void dns_supervisor_reopen(struct dns_supervisor *supervisor);

/* Says that queries are answered. */
void dns_supervisor_say_ready(struct dns_supervisor *supervisor);

/* Starts a shard in an empty seat (REQUIRE). Returns in this process alone; on failure it is
 * started later. */
void dns_seat_start(struct dns_seat *seat);

/* Reads what the shard says. */
void dns_seat_listen(struct dns_seat *seat);

/* To be called each second: asks the shard whether it is there; one that does not say so for some
 * seconds, or does not begin in time, is ended. What counts is how often it is called, so a
 * supervisor that stood still itself ends nobody for that. */
void dns_seat_watch(struct dns_seat *seat);

/* Looks whether the shard has ended, and what is to be done about that. */
void dns_seat_reap(struct dns_seat *seat);

/* Ends a shard at once. */
void dns_seat_kill(const struct dns_seat *seat);

/* What is known of the shard in a seat; `owner` is the supervisor. */
void dns_seat_tell(void *owner, size_t number, struct operate_shard *ret_shard);

/* What those before had counted of upstreams is that of those of another configuration. */
void dns_seat_move_past(struct dns_seat *seat, const struct forwarder_loop_config *before,
                        const struct forwarder_loop_config *after);

/* Gives the shard an order; one that does not read its orders is ended. */
void dns_seat_order(const struct dns_seat *seat, const struct dns_order *order);

/* Has a client's request done by all shards, in a process of its own; as struct operate_several has
 * it. */
void dns_broker_start(void *owner, int client, const struct operate_request *request,
                      struct bytes line, struct bytes behind);

/* Has what all shards keep written to the cache's file; false where there is nothing to be done. */
bool dns_broker_save(struct dns_supervisor *supervisor);

/* Looks which of these processes have ended. */
void dns_broker_reap(struct dns_supervisor *supervisor);

/* Ends those that are left. */
void dns_broker_kill(struct dns_supervisor *supervisor);

/* Begins to read the configuration anew; where that is being done, once more behind it. */
void dns_change_begin(struct dns_supervisor *supervisor);

/* Goes on with another configuration, as far as all that has to be waited for is there. */
void dns_change_go_on(struct dns_supervisor *supervisor);

/* What has to be waited for takes too long. */
void dns_change_give_up(struct dns_supervisor *supervisor);
