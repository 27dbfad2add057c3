/* Numbers of RFC 6298: an eighth of a new round trip, a quarter of its variation, four of those. */
#include "forwarder/core/upstream.h"

#define NS_PER_S UINT64_C(1000000000)
/* The fastest is asked but for one query in so many, which goes to another to measure that. */
#define EXPLORE 32
/* In a race the second is another one in so many: nobody waits longer for that. */
#define RACE_EXPLORE 8
/* So many late answers in a row: that loses of three datagrams of ten come to half of the queries,
 * so it happens to one in some hundreds. */
#define LATE_MAX 8

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

void forwarder_upstream_measure(struct forwarder_upstream *upstream, uint64_t round_trip_ns)
{
    uint64_t sample_ns = round_trip_ns == 0 ? 1 : round_trip_ns;

    upstream->late = 0;
    if (upstream->smoothed_ns == 0) {
        upstream->smoothed_ns = sample_ns;
        upstream->variation_ns = sample_ns / 2;
        return;
    }
    upstream->variation_ns = upstream->variation_ns - upstream->variation_ns / 4 +
                             distance(upstream->smoothed_ns, sample_ns) / 4;
    upstream->smoothed_ns =
        upstream->smoothed_ns - upstream->smoothed_ns / 8 + sample_ns / 8 + (sample_ns < 8);
}

void forwarder_upstream_late(struct forwarder_upstream *upstream, uint64_t after_ns)
{
    upstream->late += 1;
    if (upstream->late >= LATE_MAX)
        forwarder_upstream_measure(upstream, after_ns);
}

void forwarder_upstream_answered(struct forwarder_upstream *upstream)
{
    upstream->replies += 1;
    upstream->strikes = 0;
    upstream->down_until_ns = 0;
}

bool forwarder_upstream_missed(struct forwarder_upstream *upstream, uint64_t now_ns)
{
    uint64_t down_s = 1;

    upstream->timeouts += 1;
    upstream->strikes += 1;
    if (upstream->strikes < FORWARDER_UPSTREAM_STRIKES || upstream->down_until_ns > now_ns)
        return false;
    for (uint32_t i = FORWARDER_UPSTREAM_STRIKES;
         i < upstream->strikes && down_s < FORWARDER_UPSTREAM_DOWN_S_MAX; i++)
        down_s *= 2;
    if (__builtin_add_overflow(now_ns, down_s * NS_PER_S, &upstream->down_until_ns))
        upstream->down_until_ns = UINT64_MAX;
    return true;
}

bool forwarder_upstream_failed(struct forwarder_upstream *upstream, uint64_t now_ns)
{
    if (upstream->down_until_ns > now_ns)
        return false;
    if (upstream->strikes < FORWARDER_UPSTREAM_STRIKES - 1)
        upstream->strikes = FORWARDER_UPSTREAM_STRIKES - 1;
    return forwarder_upstream_missed(upstream, now_ns);
}

void forwarder_edns_seen(struct forwarder_upstream_edns *edns)
{
    edns->is_known = true;
    edns->is_dropped = false;
}

void forwarder_edns_answered(struct forwarder_upstream_edns *edns, bool was_plain, uint64_t now_ns)
{
    if (!was_plain || edns->is_known) {
        edns->silences = 0;
        edns->is_dropped = false;
    } else if (edns->plain_until_ns <= now_ns && !edns->is_dropped) {
        edns->is_dropped = true;
        edns->probe_ns = now_ns;
        edns->probe_after_ns = FORWARDER_EDNS_PROBE_NS;
    }
}

bool forwarder_edns_is_plain(const struct forwarder_upstream_edns *edns, bool is_again,
                             uint64_t now_ns)
{
    return edns->plain_until_ns > now_ns || edns->is_dropped ||
           (is_again && !edns->is_known && edns->silences >= FORWARDER_EDNS_SILENCES);
}

bool forwarder_edns_probe(struct forwarder_upstream_edns *edns, uint64_t now_ns)
{
    if (!edns->is_dropped || edns->plain_until_ns > now_ns || edns->probe_ns > now_ns)
        return false;
    if (__builtin_add_overflow(now_ns, edns->probe_after_ns, &edns->probe_ns))
        edns->probe_ns = UINT64_MAX;
    if (edns->probe_after_ns < FORWARDER_EDNS_PROBE_NS_MAX)
        edns->probe_after_ns *= 2;
    return true;
}

bool forwarder_upstream_outrun(struct forwarder_upstream *upstream,
                               const struct forwarder_watch *watch, uint64_t now_ns,
                               uint64_t most_ns)
{
    bool is_down = false;

    if (upstream->watch.is_there) {
        if (now_ns - upstream->watch.sent_ns < forwarder_upstream_patience(upstream, 1, most_ns))
            return false;
        is_down = forwarder_upstream_missed(upstream, now_ns);
    }
    upstream->watch = *watch;
    return is_down;
}

uint64_t forwarder_upstream_patience(const struct forwarder_upstream *upstream,
                                     unsigned int attempt, uint64_t most_ns)
{
    uint64_t wait_ns = upstream->smoothed_ns + 4 * upstream->variation_ns;

    if (upstream->smoothed_ns == 0)
        return most_ns;
    if (wait_ns < FORWARDER_ATTEMPT_NS_MIN)
        wait_ns = FORWARDER_ATTEMPT_NS_MIN;
    for (unsigned int i = 1; i < attempt && wait_ns < most_ns; i++)
        wait_ns *= 2;
    return wait_ns < most_ns ? wait_ns : most_ns;
}

/* The first from place `start` on that is well, or else that is not full, or the one there. */
static size_t find_well(const struct forwarder_choice *choice, size_t start)
{
    size_t other = choice->members[start];

    for (size_t i = choice->count; i > 0; i--) {
        size_t number = choice->members[(start + i - 1) % choice->count];

        if (!forwarder_choice_is_full(choice, number))
            other = number;
    }
    for (size_t i = 0; i < choice->count; i++) {
        size_t number = choice->members[(start + i) % choice->count];

        if (forwarder_choice_is_well(choice, number))
            return number;
    }
    return other;
}

/* The fastest that is well and not `without`; `best` where none is faster than that, or it is the
 * one without and there is no other. */
static size_t find_faster(const struct forwarder_choice *choice, size_t best, size_t without)
{
    for (size_t i = 0; i < choice->count; i++) {
        size_t number = choice->members[i];

        if (number != without && forwarder_choice_is_well(choice, number) &&
            (best == without ||
             choice->upstreams[number].smoothed_ns < choice->upstreams[best].smoothed_ns))
            best = number;
    }
    return best;
}

static size_t find_fastest(const struct forwarder_choice *choice)
{
    return find_faster(choice, find_well(choice, 0), SIZE_MAX);
}

size_t forwarder_choice_first(const struct forwarder_choice *choice, enum forwarder_policy policy,
                              uint64_t turn, uint64_t random)
{
    switch (policy) {
    case FORWARDER_POLICY_ROUND_ROBIN:
        return find_well(choice, turn % choice->count);
    case FORWARDER_POLICY_FASTEST:
        if (random % EXPLORE == 0)
            return find_well(choice, random / EXPLORE % choice->count);
        return find_fastest(choice);
    case FORWARDER_POLICY_RACE:
        return find_fastest(choice);
    case FORWARDER_POLICY_FIRST:
        break;
    }
    return find_well(choice, 0);
}

size_t forwarder_choice_second(const struct forwarder_choice *choice, size_t first, uint64_t turn)
{
    if (turn % RACE_EXPLORE == RACE_EXPLORE - 1) {
        for (size_t i = 0; i < choice->count; i++) {
            size_t number = choice->members[(turn / RACE_EXPLORE + i) % choice->count];

            if (number != first && forwarder_choice_is_well(choice, number))
                return number;
        }
    }
    return find_faster(choice, first, first);
}

/* The place of a member; that of the last one for any other. */
static size_t place_of(const struct forwarder_choice *choice, size_t number)
{
    size_t place = 0;

    while (place < choice->count - 1 && choice->members[place] != number)
        place++;
    return place;
}

size_t forwarder_choice_next(const struct forwarder_choice *choice, size_t last, uint32_t asked)
{
    size_t start = place_of(choice, last);
    size_t next = choice->members[(start + 1) % choice->count];
    bool is_found = false;
    bool is_free = false;

    for (size_t i = 1; i <= choice->count; i++) {
        size_t number = choice->members[(start + i) % choice->count];
        bool is_full = forwarder_choice_is_full(choice, number);

        if ((asked >> number & 1U) != 0)
            continue;
        if (forwarder_choice_is_well(choice, number))
            return number;
        if (!is_found || (!is_free && !is_full)) {
            next = number;
            is_free = !is_full;
        }
        is_found = true;
    }
    return next;
}
