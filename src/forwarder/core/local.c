/* A name is looked up once for each of its endings, the whole first. */
#include "forwarder/core/local.h"

#define BLOCKS (FORWARDER_NAME_BLOCKED | FORWARDER_NAME_BLOCKED_BELOW)
#define ALLOWS (FORWARDER_NAME_ALLOWED | FORWARDER_NAME_ALLOWED_BELOW)
#define ANSWERS_ITSELF (FORWARDER_NAME_BLOCKED | FORWARDER_NAME_ALLOWED)
#define ANSWERS_BELOW (FORWARDER_NAME_BLOCKED_BELOW | FORWARDER_NAME_ALLOWED_BELOW)

/* What was seen on the way up from a name. */
struct walk {
    const struct forwarder_local *local;
    struct bytes lower;
    enum forwarder_zone zone;
    uint8_t zone_at;
    bool zone_is_whole; /* the name is the zone's */
    bool exists;        /* it has records, or a name below it has */
    bool has_encloser;  /* the longest ending that exists was seen */
    uint32_t records;
    unsigned int rule; /* flags of the closest rule */
    uint8_t rule_at;
    unsigned int blocked; /* flags of any rule that blocks */
};

/* Where the labels of a name begin; their number. */
static unsigned int split(struct bytes name, uint8_t ret_starts[DNS_NAME_LABELS_MAX])
{
    unsigned int count = 0;
    size_t at = 0;

    while (name.at[at] != 0 && count < DNS_NAME_LABELS_MAX) {
        ret_starts[count] = (uint8_t)at;
        count += 1;
        at += name.at[at] + (size_t)1;
    }
    return count;
}

static struct bytes ending(struct bytes name, size_t start)
{
    return bytes_of(name.at + start, name.size - start);
}

/* The kind of zone and the records of an entry that is local. */
static enum forwarder_zone read_local(const struct forwarder_local *local, uint32_t entry,
                                      uint32_t *ret_records)
{
    struct bytes name = forwarder_names_name(&local->names, entry);
    const uint8_t *tail = name.at + name.size;

    memcpy(ret_records, tail + 1, sizeof(*ret_records));
    return (enum forwarder_zone)tail[0];
}

/* The records of the wildcard below an ending of the name. */
static uint32_t find_wildcard(const struct walk *walk, size_t start)
{
    struct bytes rest = ending(walk->lower, start);
    uint8_t star[DNS_NAME_SIZE_MAX + 2] = { 1, '*' };
    uint32_t records = 0;
    uint32_t entry;

    memcpy(star + 2, rest.at, rest.size);
    entry = forwarder_names_find(&walk->local->names, bytes_of(star, rest.size + 2));
    if (entry != 0 && (walk->local->names.entries[entry] & FORWARDER_NAME_LOCAL) != 0)
        (void)read_local(walk->local, entry, &records);
    return records;
}

/* An entry that is local was found for the ending of the name that begins at `start`. */
static void see_local(struct walk *walk, uint8_t start, uint32_t entry, unsigned int flags)
{
    uint32_t records = 0;
    enum forwarder_zone zone = read_local(walk->local, entry, &records);

    if (walk->zone == FORWARDER_ZONE_NONE && zone != FORWARDER_ZONE_NONE) {
        walk->zone = zone;
        walk->zone_at = start;
        walk->zone_is_whole = start == 0;
    }
    if (start == 0) {
        walk->exists = true;
        walk->records = records;
    } else if (!walk->has_encloser && !walk->exists && (flags & FORWARDER_NAME_WILDCARD) != 0) {
        walk->records = find_wildcard(walk, start);
    }
    walk->has_encloser = true;
}

/* An entry may hold a rule. */
static void see_rule(struct walk *walk, uint8_t start, unsigned int flags)
{
    unsigned int counts = flags & (start == 0 ? ANSWERS_ITSELF : ANSWERS_BELOW);

    walk->blocked |= counts & BLOCKS;
    if (walk->rule != 0 || counts == 0)
        return;
    walk->rule = counts;
    walk->rule_at = start;
}

/* What follows of a rule, where nothing else answers. */
static void judge_rule(const struct walk *walk, struct forwarder_local_found *found)
{
    found->is_allowed = (walk->rule & ALLOWS) != 0 && walk->blocked != 0;
    found->is_exempt = (walk->rule & ALLOWS) != 0;
    if (walk->rule == 0 || (walk->rule & ALLOWS) != 0)
        return;
    found->kind = FORWARDER_LOCAL_BLOCKED;
    found->zone_at = walk->rule_at;
}

static struct forwarder_local_found judge(const struct walk *walk)
{
    static const enum forwarder_local_kind kinds[] = {
        [FORWARDER_ZONE_EMPTY] = FORWARDER_LOCAL_MISSING,
        [FORWARDER_ZONE_MISSING] = FORWARDER_LOCAL_MISSING,
        [FORWARDER_ZONE_NODATA] = FORWARDER_LOCAL_NODATA,
        [FORWARDER_ZONE_LOCALHOST] = FORWARDER_LOCAL_LOOPBACK,
    };
    struct forwarder_local_found found = { .ttl_s = FORWARDER_LOCAL_TTL_S };

    if (walk->zone > FORWARDER_ZONE_FORWARD) {
        found.kind = kinds[walk->zone];
        found.zone_at = walk->zone_at;
        found.ttl_s = FORWARDER_LOCAL_ZONE_TTL_S;
        if (walk->zone_is_whole && walk->zone == FORWARDER_ZONE_EMPTY)
            found.kind = FORWARDER_LOCAL_APEX;
        else if (walk->exists && !walk->zone_is_whole && found.kind == FORWARDER_LOCAL_MISSING)
            found.kind = FORWARDER_LOCAL_NODATA;
    }
    if (walk->records != 0) {
        found.kind = FORWARDER_LOCAL_RECORDS;
        found.records = walk->records;
    }
    if (found.kind == FORWARDER_LOCAL_NONE)
        judge_rule(walk, &found);
    return found;
}

/* Whether there are names with the last label of this one. Most names end here. */
static bool may_be_there(const struct forwarder_local *local, struct bytes lower)
{
    const uint8_t *last = NULL;
    const uint8_t *label = lower.at;

    for (; *label != 0; label += *label + (size_t)1)
        last = label;
    return last != NULL && (local->names.tops & forwarder_names_top(last)) != 0;
}

struct forwarder_local_found forwarder_local_find(const struct forwarder_local *local,
                                                  struct bytes lower)
{
    struct walk walk;
    uint8_t starts[DNS_NAME_LABELS_MAX];
    unsigned int count;

    if (!may_be_there(local, lower))
        return (struct forwarder_local_found){ .ttl_s = FORWARDER_LOCAL_TTL_S };
    walk = (struct walk){ .local = local, .lower = lower };
    count = split(lower, starts);
    for (unsigned int i = 0; i < count; i++) {
        uint32_t entry;
        unsigned int flags;

        if ((local->names.depths & forwarder_names_depth(count - i)) == 0)
            continue;
        entry = forwarder_names_find(&local->names, ending(lower, starts[i]));
        if (entry == 0)
            continue;
        flags = local->names.entries[entry];
        if ((flags & FORWARDER_NAME_LOCAL) != 0)
            see_local(&walk, starts[i], entry, flags);
        see_rule(&walk, starts[i], flags);
    }
    return judge(&walk);
}

struct forwarder_local_record forwarder_local_record(const struct forwarder_local *local,
                                                     uint32_t place)
{
    const uint8_t *at = local->records + place;
    struct forwarder_local_record record = { 0 };
    uint16_t size;

    memcpy(&record.next, at, sizeof(record.next));
    memcpy(&record.ttl_s, at + 4, sizeof(record.ttl_s));
    memcpy(&record.type, at + 8, sizeof(record.type));
    memcpy(&size, at + 10, sizeof(size));
    record.rdata = bytes_of(at + FORWARDER_LOCAL_RECORD_HEAD, size);
    return record;
}
