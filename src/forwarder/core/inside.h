/*
 * What the files of the core share and nobody else sees: forwarder.c (time and counting), admit.c
 * (who may ask), clients.c (what clients send and get), locals.c (what is answered here), asking.c
 * (queries to upstreams), replies.c (what upstreams send), failures.c (what the network says of the
 * way to them), reconfigure.c (another configuration), resize.c (of another size).
 */
#pragma once

#include "forwarder/core/answer.h"
#include "forwarder/core/forwarder.h"

/* A client's query. */
struct forwarder_asked {
    const struct forwarder_path *client;
    struct bytes payload;
    struct forwarder_request request;
    struct dns_question question;
    struct forwarder_topic topic;   /* where it may be answered, */
    enum forwarder_verdict verdict; /* which is FORWARDER_FORWARD */
};

/* Ends the process where a configuration does not keep to its limits. */
void forwarder_config_check(const struct forwarder_config *config);

/* Shares a slab out, with nothing in it yet. */
void forwarder_lay_out(struct forwarder *forwarder, const struct forwarder_config *config,
                       void *slab);

/* Moves the answer for a topic from the cache before, and finds it; false where there is none. */
bool forwarder_move_answer(struct forwarder *forwarder, const struct forwarder_topic *topic,
                           struct forwarder_cached *ret_cached);

/* The answer for a topic, fresh or stale, wherever it stands; false where there is none. What keep
 * holds is lost. */
static inline bool forwarder_find_answer(struct forwarder *forwarder,
                                         const struct forwarder_topic *topic,
                                         struct forwarder_cached *ret_cached)
{
    return forwarder_cache_find(&forwarder->cache, topic, forwarder->now_ns, ret_cached) ||
           (forwarder->cache_before.entries > 0 &&
            forwarder_move_answer(forwarder, topic, ret_cached));
}

/* Whether there is an answer for a topic, wherever it stands. */
bool forwarder_has_answer(struct forwarder *forwarder, const struct forwarder_topic *topic);

/* Says which numbers are asked for which names, once the configuration and its members are there.
 */
void forwarder_set_groups(struct forwarder *forwarder);

/* Counts one. */
void forwarder_count(struct forwarder *forwarder, enum forwarder_counter counter);

/* The octets of the question in a query of ours: between the header and EDNS. */
struct bytes forwarder_query_question(const struct forwarder_query *query);

/* Whether it asks for DNSSEC (DO). */
bool forwarder_query_wants_dnssec(const struct forwarder_query *query);

/* What was sent, for answers to it: header, question, EDNS. */
struct bytes forwarder_query_wire(const struct forwarder_query *query);

/* What becomes of a client's datagram, given what its octets alone make of it: whether the client
 * may ask, and not too often. The request's cookie becomes what the client gets. */
enum forwarder_verdict forwarder_admit(struct forwarder *forwarder,
                                       const struct forwarder_path *client,
                                       struct forwarder_request *request,
                                       enum forwarder_verdict verdict);

/* Whether there is an upstream that may be asked one more query, this one. */
bool forwarder_can_ask(const struct forwarder *forwarder, const struct forwarder_topic *topic);

/* Sends a query of ours for what a client asked, for whom nobody waits yet; NULL where there is no
 * room for one more. There is an upstream that may be asked (forwarder_can_ask()). */
struct forwarder_query *forwarder_ask(struct forwarder *forwarder,
                                      const struct forwarder_asked *asked,
                                      struct forwarder_batch *batch);

/* Gives a query its next deadline. */
void forwarder_schedule(struct forwarder *forwarder, const struct forwarder_query *query);

/* Sends a query that waited long enough to the next upstream; or, where it was sent as often as it
 * may be, tells the clients that nobody answered, and forgets it. */
void forwarder_ask_on(struct forwarder *forwarder, struct forwarder_query *query,
                      struct forwarder_batch *batch);

/* Sends a query to the same upstream once more, without a cookie, as it will be for a while. */
void forwarder_ask_uncookied(struct forwarder *forwarder, struct forwarder_query *query,
                             unsigned int upstream, struct forwarder_batch *batch);

/* Sends a query to the same upstream once more, without EDNS, as it will be asked for a while. */
void forwarder_ask_plainly(struct forwarder *forwarder, struct forwarder_query *query,
                           unsigned int upstream, struct forwarder_batch *batch);

/* Begins to make cookies as the configuration says. */
void forwarder_begin_cookies(struct forwarder *forwarder);

/* Nothing is known of the upstream with this number; it gets a cookie of its own. */
void forwarder_begin_peer(struct forwarder *forwarder, size_t upstream);

/* The time of day in seconds since 1970. */
uint64_t forwarder_wall_s(const struct forwarder *forwarder);

/* Sends a query to the same upstream once more: what is known of it has changed. */
void forwarder_ask_same(struct forwarder *forwarder, struct forwarder_query *query,
                        unsigned int upstream, struct forwarder_batch *batch);

/* Sends a query to the same upstream over a stream: its answer is too large for a datagram. */
void forwarder_ask_by_stream(struct forwarder *forwarder, struct forwarder_query *query,
                             unsigned int upstream, struct forwarder_batch *batch);

/* Sends a query to the same upstream once more: the stream that it was sent on is gone. */
void forwarder_ask_again(struct forwarder *forwarder, struct forwarder_query *query,
                         unsigned int upstream, struct forwarder_batch *batch);

/* Sends a query to an upstream that was not asked, before its time is over; false, and nothing
 * done, where there is none. */
bool forwarder_ask_another(struct forwarder *forwarder, struct forwarder_query *query,
                           struct forwarder_batch *batch);

/* The network led to none of those that were asked, and there is no other: clients get a stale
 * answer if there is one, and soon the query is sent again; or, where that was in vain often
 * enough, nobody waits any more and it is forgotten. */
void forwarder_ask_later(struct forwarder *forwarder, struct forwarder_query *query,
                         struct forwarder_batch *batch);

/* Lets the queries go on that wait on a way to an upstream which failed. */
void forwarder_fail_queries(struct forwarder *forwarder, const struct forwarder_failure *failure,
                            struct forwarder_batch *batch);

/* Forgets a query for which nobody waits any more. */
void forwarder_forget(struct forwarder *forwarder, struct forwarder_query *query);

/* Reads a client's datagram: what it asks for, and whether it may. What is needed to answer it is
 * being fetched then. */
void forwarder_read_query(struct forwarder *forwarder, const struct forwarder_datagram *datagram,
                          struct forwarder_asked *ret_asked);

/* Does what it asks for. */
void forwarder_answer_query(struct forwarder *forwarder, const struct forwarder_asked *asked,
                            struct forwarder_batch *batch);

/* Answers what is local, and says so; FORWARDER_FORWARD, and nothing done, where nothing is. */
enum forwarder_verdict forwarder_answer_local(struct forwarder *forwarder,
                                              const struct forwarder_asked *asked,
                                              struct forwarder_batch *batch);

/* Whether an answer to a question in the class IN has an alias that leads to a blocked name, and no
 * rule allows the name that was asked for. */
bool forwarder_is_alias_blocked(const struct forwarder *forwarder,
                                const struct dns_message *answer);

/* Answers as if the name that is asked for were blocked. */
void forwarder_answer_blocked(struct forwarder *forwarder, const struct forwarder_asked *asked,
                              struct forwarder_batch *batch);

/* Gives all that wait for a query a stale answer; false, and nothing done, where there is none. */
bool forwarder_answer_stale(struct forwarder *forwarder, struct forwarder_query *query,
                            struct forwarder_batch *batch);

/* Tells all that wait for a query that its name is blocked. */
void forwarder_answer_all_blocked(struct forwarder *forwarder, struct forwarder_query *query,
                                  struct forwarder_batch *batch);

/* Gives all that wait for a query an upstream's reply. */
void forwarder_answer_all(struct forwarder *forwarder, struct forwarder_query *query,
                          const struct dns_message *reply, struct forwarder_batch *batch);

/* Why a query had no answer. */
enum dns_ede forwarder_query_error(const struct forwarder_query *query);

/* Tells all that wait for a query that nobody answered. */
void forwarder_answer_nothing(struct forwarder *forwarder, struct forwarder_query *query,
                              struct forwarder_batch *batch);

/* What a datagram on an upstream's socket counts as; one that answers a query does so. */
enum forwarder_counter forwarder_receive_reply(struct forwarder *forwarder,
                                               const struct forwarder_datagram *datagram,
                                               struct forwarder_batch *batch);
