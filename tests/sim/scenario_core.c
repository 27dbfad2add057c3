/* A scenario and the forwarder in it: what goes in, and what comes out. */
#include "tests/sim/scenario.h"

#include "base/require.h"

#include <stdlib.h>

/* Keeps what the forwarder sent. */
static void flush(struct forwarder_batch *batch, void *owner)
{
    struct scenario *scenario = owner;

    for (size_t i = 0; i < batch->count; i++) {
        const struct forwarder_datagram *datagram = &batch->at[i];
        struct seen *seen = &scenario->seen[scenario->seen_count];

        REQUIRE(scenario->seen_count < SCENARIO_SEEN_MAX);
        seen->path = datagram->path;
        seen->size = datagram->payload.size;
        seen->octets = malloc(seen->size);
        REQUIRE(seen->octets != NULL);
        memcpy(seen->octets, datagram->payload.at, seen->size);
        scenario->seen_count += 1;
    }
    forwarder_batch_clear(batch);
}

void scenario_receive(struct scenario *scenario, const struct forwarder_datagram *datagram)
{
    scenario->batch->flush = flush;
    scenario->batch->owner = scenario;
    forwarder_receive(scenario->forwarder, datagram, scenario->now_ns, scenario->batch);
    flush(scenario->batch, scenario);
}

void scenario_pass_time(struct scenario *scenario, uint64_t ns)
{
    uint64_t end_ns = scenario->now_ns + ns;
    uint64_t deadline_ns;

    scenario->batch->flush = flush;
    scenario->batch->owner = scenario;
    while (deadline_ns = forwarder_deadline_ns(scenario->forwarder), deadline_ns <= end_ns) {
        if (deadline_ns > scenario->now_ns)
            scenario->now_ns = deadline_ns;
        forwarder_expire(scenario->forwarder, scenario->now_ns, scenario->batch);
        flush(scenario->batch, scenario);
    }
    scenario->now_ns = end_ns;
}

/* Appends to the reason what a message says. */
static void tell_seen(struct scenario *scenario, const struct seen *seen)
{
    struct asked asked;

    if (seen->path.side == FORWARDER_CLIENTS) {
        said_format(bytes_of(seen->octets, seen->size), &scenario->why);
    } else {
        REQUIRE(asked_read(seen, &asked));
        asked_format(&asked, &scenario->why);
    }
}

static void tell_who(struct scenario *scenario, const struct seen *seen)
{
    bool is_client = seen->path.side == FORWARDER_CLIENTS;
    uint64_t number = is_client ? (uint64_t)seen->path.peer.port - SCENARIO_CLIENT_PORT
                                : seen->path.socket / SCENARIO_LANES + UINT64_C(1);

    REQUIRE(text_append(&scenario->why, is_client ? "client " : "upstream "));
    REQUIRE(text_append_decimal(&scenario->why, number, 0));
}

bool scenario_check_silence(struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->seen_count; i++) {
        const struct seen *seen = &scenario->seen[i];

        if (seen->is_taken)
            continue;
        text_clear(&scenario->why);
        tell_who(scenario, seen);
        REQUIRE(text_append(&scenario->why, " got, of which no step speaks: "));
        tell_seen(scenario, seen);
        return false;
    }
    return true;
}

void scenario_fail(struct scenario *scenario, const struct forwarder_failure *failure)
{
    scenario->batch->flush = flush;
    scenario->batch->owner = scenario;
    forwarder_fail(scenario->forwarder, failure, scenario->now_ns, scenario->batch);
    flush(scenario->batch, scenario);
}
