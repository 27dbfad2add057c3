/*
 * struct forwarder_upstream: what traffic has shown of an upstream: how long it takes, whether it
 * answers, whether it knows EDNS; and which one is asked next.
 *
 * Round trips are smoothed and give the time after which the next one is asked, as RFC 6298 does it
 * for TCP, in limits of our own. One that let FORWARDER_UPSTREAM_STRIKES queries in a row go
 * without an answer is not asked first any more, for a second, and then twice as long each time, up
 * to FORWARDER_UPSTREAM_DOWN_S_MAX; any good reply of its makes it well. Pure; one thread at a
 * time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FORWARDER_UPSTREAM_STRIKES 3
#define FORWARDER_UPSTREAM_DOWN_S_MAX 32
/* No attempt waits less, however fast an upstream is. */
#define FORWARDER_ATTEMPT_NS_MIN UINT64_C(50000000)

/* Who is asked first. */
enum forwarder_policy {
    FORWARDER_POLICY_FIRST,       /* the first that is well */
    FORWARDER_POLICY_ROUND_ROBIN, /* one after another */
    FORWARDER_POLICY_FASTEST, /* the one with the shortest round trip, and now and then another */
    FORWARDER_POLICY_RACE,    /* the two with the shortest round trips, at once; now and then the
                                 second is another */
};

/* A query that an upstream did not answer first of two: when its answer comes, if it does, shows
 * how it does. */
struct forwarder_watch {
    bool is_there;
    bool is_stream;
    uint16_t socket; /* on which it comes, as in a path, */
    uint16_t id;     /* and under which id */
    uint64_t sent_ns;
};

/* What is known of an upstream and EDNS, over UDP. */
struct forwarder_upstream_edns {
    uint64_t plain_until_ns; /* it is asked without, since it said that it does not know it */
    uint64_t probe_ns;       /* when one is asked with it besides, where it drops such queries, */
    uint64_t probe_after_ns; /* and how long after that again */
    uint32_t silences;       /* attempts with it in a row that had no answer */
    bool is_known;           /* it has said something with it to a query with it */
    bool is_dropped;         /* there was none but to a query without */
};

/* So many attempts with EDNS have no answer before one goes without. */
#define FORWARDER_EDNS_SILENCES 2
/* An upstream that drops queries with EDNS gets one besides again after this time, then after twice
 * as long each time, up to that. */
#define FORWARDER_EDNS_PROBE_NS UINT64_C(1000000000)
#define FORWARDER_EDNS_PROBE_NS_MAX (UINT64_C(900) * 1000000000)

struct forwarder_upstream {
    struct forwarder_upstream_edns edns;
    uint64_t down_until_ns; /* it is not asked if another can be */
    uint64_t smoothed_ns;   /* the round trip; 0: none was measured */
    uint64_t variation_ns;
    uint32_t strikes;  /* queries in a row without an answer */
    uint32_t late;     /* answers in a row that came after the first attempt was over */
    uint32_t waiting;  /* queries that were sent to it and have not ended */
    uint64_t queries;  /* that were sent to it, again and again counted */
    uint64_t replies;  /* good ones */
    uint64_t timeouts; /* attempts in which it did not answer in time */
    struct forwarder_watch watch;
};

/* A round trip was measured. */
void forwarder_upstream_measure(struct forwarder_upstream *upstream, uint64_t round_trip_ns);

/* It answered a query that it was sent more than once, so long after the first time: nobody knows
 * to which, so that is no measure (RFC 6298 section 3, RFC 8085 section 3.1.1), unless nothing else
 * came for a while: then it has become slow, and would be sent everything twice for ever. */
void forwarder_upstream_late(struct forwarder_upstream *upstream, uint64_t after_ns);

/* It gave a good reply. */
void forwarder_upstream_answered(struct forwarder_upstream *upstream);

/* It did not answer in time; true where it counts as down from now on. */
bool forwarder_upstream_missed(struct forwarder_upstream *upstream, uint64_t now_ns);

/* A stream to it could not be had: it counts as down from now on; true where it did not before. */
bool forwarder_upstream_failed(struct forwarder_upstream *upstream, uint64_t now_ns);

/* Another answered a query before it, which was sent to both at `watch->sent_ns`. Its answer is
 * watched for, unless one is already; where that has not come in the time of a first attempt, at
 * most `most_ns`, it did not answer. True where it counts as down from now on. */
bool forwarder_upstream_outrun(struct forwarder_upstream *upstream,
                               const struct forwarder_watch *watch, uint64_t now_ns,
                               uint64_t most_ns);

/* It said something with EDNS, by UDP, to a query with it. That is never forgotten: whoever can
 * make queries get lost cannot make it be asked without, and so without cookies. */
void forwarder_edns_seen(struct forwarder_upstream_edns *edns);

/* It answered a query by UDP that was sent to it without EDNS, or with. */
void forwarder_edns_answered(struct forwarder_upstream_edns *edns, bool was_plain, uint64_t now_ns);

/* Whether it is asked without EDNS by UDP; `is_again`: it has been asked this with EDNS. */
bool forwarder_edns_is_plain(const struct forwarder_upstream_edns *edns, bool is_again,
                             uint64_t now_ns);

/* Whether one with EDNS is to go besides a query without; it is taken for sent then. */
bool forwarder_edns_probe(struct forwarder_upstream_edns *edns, uint64_t now_ns);

/* How long to wait for it in the n-th attempt (from 1 on): at most `most_ns`, and that where
 * nothing was measured. */
uint64_t forwarder_upstream_patience(const struct forwarder_upstream *upstream,
                                     unsigned int attempt, uint64_t most_ns);

/* Those that can be asked. */
struct forwarder_choice {
    const struct forwarder_upstream *upstreams;
    const uint8_t *members; /* their numbers, the first is asked first */
    size_t count;           /* at least 1 */
    uint64_t now_ns;
    uint32_t waiting_max; /* queries that an upstream may have; 0: any number */
};

/* Whether one has as many queries as it may. */
static inline bool forwarder_choice_is_full(const struct forwarder_choice *choice, size_t number)
{
    return choice->waiting_max != 0 && choice->upstreams[number].waiting >= choice->waiting_max;
}

/* Whether one counts as well. */
static inline bool forwarder_choice_is_well(const struct forwarder_choice *choice, size_t number)
{
    return choice->upstreams[number].down_until_ns <= choice->now_ns &&
           !forwarder_choice_is_full(choice, number);
}

/* Who is asked first; `turn` is the number of the query, `random` any number. It is full only if
 * all are. */
size_t forwarder_choice_first(const struct forwarder_choice *choice, enum forwarder_policy policy,
                              uint64_t turn, uint64_t random);

/* Who is asked besides `first` in a race: the fastest of the others that are well, or each in turn
 * in one of some turns; `first` where there is none. */
size_t forwarder_choice_second(const struct forwarder_choice *choice, size_t first, uint64_t turn);

/* Who is asked after `last`, where those in `asked` (a bit each) were asked: the next that was not
 * and is well; or the next that was not and is not full; or the next that was not; or the next.
 * After one that is no member comes the first. */
size_t forwarder_choice_next(const struct forwarder_choice *choice, size_t last, uint32_t asked);
