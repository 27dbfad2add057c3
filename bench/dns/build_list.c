/*
 * The messages of the build benchmark, taken apart. What a subject builds is read again before it
 * is measured: a message that is none, or has other counts, is a failure.
 */
#include "build.h"
#include "loop.h"

#include "dns/rdata.h"

#include <stdlib.h>

#define ARENA_BYTES_MAX (64U * DNS_MESSAGE_SIZE_MAX)

struct state {
    void *prepared;
    size_t size; /* of what was built first */
};

/* One record of the list, names uncompressed. */
static bool take_record(const struct dns_rr *rr, enum dns_section section, struct arena *arena,
                        struct build_record *ret_record)
{
    uint8_t octets[DNS_MESSAGE_SIZE_MAX];
    struct byte_writer out = byte_writer_init(octets, sizeof(octets));
    uint8_t *kept;

    if (dns_rdata_write(rr, false, &out).status != DNS_OK)
        return false;
    kept = arena_alloc(arena, out.position == 0 ? 1 : out.position);
    if (kept == NULL)
        return false;
    memcpy(kept, octets, out.position);
    *ret_record = (struct build_record){
        .section = section,
        .owner = dns_rr_owner(rr),
        .type = rr->type,
        .class = rr->class,
        .ttl_s = rr->ttl_s,
        .rdata = bytes_of(kept, out.position),
    };
    return true;
}

static bool take_apart(const struct dns_message *message, struct arena *arena,
                       struct build_list *ret_list)
{
    const uint16_t *counts = message->header.counts;
    size_t records_max =
        (size_t)counts[DNS_ANSWER] + counts[DNS_AUTHORITY] + counts[DNS_ADDITIONAL];
    struct build_record *records = arena_alloc(arena, (records_max + 1) * sizeof(*records));
    struct build_list list = { .wire = message->wire,
                               .header = message->header,
                               .records = records };

    if (records == NULL || !dns_message_question(message, &list.question))
        return false;
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(message, (enum dns_section)i);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr)) {
            if (!take_record(&rr, (enum dns_section)i, arena, &records[list.count++]))
                return false;
        }
    }
    *ret_list = list;
    return true;
}

/* Whether what was built holds the same entries; their order within a section may differ. */
static bool is_same(struct bytes wire, const struct dns_message *message)
{
    struct dns_message built;

    return dns_message_read(wire, &built).status == DNS_OK &&
           memcmp(&built.header, &message->header, sizeof(built.header)) == 0 &&
           dns_message_check_rdata(&built).status == DNS_OK;
}

/* The subject's own form of the list, from an arena that is never given back. */
static bool prepare(struct bytes wire, struct arena *arena, struct state *state)
{
    uint8_t *block = arena_alloc(arena, DNS_MESSAGE_SIZE_MAX);
    struct build_list *list = arena_alloc(arena, sizeof(*list));
    struct dns_message message;

    if (block == NULL || list == NULL || dns_message_read(wire, &message).status != DNS_OK ||
        !take_apart(&message, arena, list))
        return false;
    state->prepared = subject_prepare(list, block);
    if (state->prepared == NULL)
        return false;
    state->size = subject_build(state->prepared);
    return state->size != 0 && is_same(subject_wire(state->prepared, state->size), &message);
}

bool subject_open(struct bytes wire, void **ret_state)
{
    struct arena arena = arena_init(ARENA_BYTES_MAX);
    struct state *state = calloc(1, sizeof(*state));

    *ret_state = state;
    return state != NULL && prepare(wire, &arena, state);
}

bool subject_run(struct bytes wire, void *state)
{
    (void)wire;
    return subject_build(((struct state *)state)->prepared) != 0;
}

size_t subject_octets(const void *state)
{
    return ((const struct state *)state)->size;
}
