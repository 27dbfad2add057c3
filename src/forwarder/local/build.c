/* Names are appended as they come; the table of slots grows with them, and is cut in the end. */
#include "forwarder/local/build.h"

#include "base/require.h"
#include "dns/code.h"
#include "dns/rrtype.h"

#include <stdlib.h>

/* Behind the name of a local entry stand the kind of its zone and the place of its records. */
#define TAIL_BYTES 5
#define SLOTS_MIN 256
#define SLOTS_LARGE (UINT32_C(1) << 18)
/* Of four slots three are used at most. */
#define SLOTS_FOR(names) ((names) / 3 * 4 + 4)

const char *forwarder_build_text(enum forwarder_build_status status)
{
    static const char *const texts[] = {
        [FORWARDER_BUILD_OK] = "all is well",
        [FORWARDER_BUILD_NO_MEMORY] = "there is no memory for it",
        [FORWARDER_BUILD_FULL] = "more names than there may be",
        [FORWARDER_BUILD_ROOT] = "the root cannot be answered here",
        [FORWARDER_BUILD_LOCALHOST] = "names of localhost have the addresses of loopback",
        [FORWARDER_BUILD_CLASS] = "records are of the class IN",
        [FORWARDER_BUILD_TYPE] = "records of this type cannot be answered here",
        [FORWARDER_BUILD_CROWD] = "one name has more than 256 records",
        [FORWARDER_BUILD_ALIAS] = "an alias (CNAME) is the only record at its name",
        [FORWARDER_BUILD_ADRIFT] = "an alias (CNAME) has to lead to a name with records here",
    };

    return texts[status];
}

void forwarder_build_init(struct forwarder_build *build, const struct forwarder_hash_key *key)
{
    *build = (struct forwarder_build){ .local.names.key = *key };
}

void forwarder_build_done(struct forwarder_build *build)
{
    free(build->slots);
    free(build->entries.at);
    free(build->records.at);
    *build = (struct forwarder_build){ 0 };
}

void forwarder_built_free(struct forwarder_built *built)
{
    if (built == NULL)
        return;
    free(built->slots);
    free(built->entries);
    free(built->records);
    free(built);
}

void forwarder_built_free_pointer(struct forwarder_built **built)
{
    forwarder_built_free(*built);
    *built = NULL;
}

/* Makes room for so many octets more. The first octet is never used: a place is not 0. */
static enum forwarder_build_status make_room(struct forwarder_heap *heap, size_t more)
{
    size_t capacity = heap->capacity == 0 ? 4096 : heap->capacity;
    uint8_t *at;

    if (heap->size == 0)
        heap->size = 1;
    if (more <= heap->capacity && heap->size <= heap->capacity - more)
        return FORWARDER_BUILD_OK;
    if (heap->size > FORWARDER_BUILD_BYTES_MAX - more)
        return FORWARDER_BUILD_FULL;
    while (capacity < heap->size + more)
        capacity *= 2;
    at = realloc(heap->at, capacity);
    if (at == NULL)
        return FORWARDER_BUILD_NO_MEMORY;
    at[0] = 0;
    heap->at = at;
    heap->capacity = capacity;
    return FORWARDER_BUILD_OK;
}

/* Puts an entry into a free slot. */
static void put(struct forwarder_build *build, struct forwarder_name_slot entry)
{
    uint32_t slots_count = build->local.names.slots_count;
    uint32_t slot = forwarder_names_first_slot(entry.mark, slots_count);

    while (build->slots[slot].entry != 0)
        slot = slot + 1 == slots_count ? 0 : slot + 1;
    build->slots[slot] = entry;
}

/* Gives the table so many slots. */
static enum forwarder_build_status resize(struct forwarder_build *build, uint32_t slots_count)
{
    struct forwarder_names *names = &build->local.names;
    struct forwarder_name_slot *before = build->slots;
    uint32_t before_count = names->slots_count;
    struct forwarder_name_slot *slots = calloc(slots_count, sizeof(*slots));

    if (slots == NULL)
        return FORWARDER_BUILD_NO_MEMORY;
    build->slots = slots;
    names->slots = slots;
    names->slots_count = slots_count;
    for (uint32_t slot = 0; slot < before_count; slot++)
        if (before[slot].entry != 0)
            put(build, before[slot]);
    free(before);
    return FORWARDER_BUILD_OK;
}

enum forwarder_build_status forwarder_build_fit(struct forwarder_build *build)
{
    uint32_t slots_count = SLOTS_FOR(build->local.names_count);

    if (build->local.names_count == 0 || slots_count == build->local.names.slots_count)
        return FORWARDER_BUILD_OK;
    return resize(build, slots_count);
}

/* How many slots a table has next that is full: a large one, whose old and new slots are there at
 * the same time for a moment, grows in smaller steps. */
static uint32_t more_slots(uint32_t slots_count)
{
    if (slots_count < SLOTS_MIN)
        return SLOTS_MIN;
    return slots_count < SLOTS_LARGE ? slots_count * 2 : slots_count / 4 * 5;
}

/* Appends an entry, and puts it into the table. */
static enum forwarder_build_status append(struct forwarder_build *build, struct bytes lower,
                                          bool is_local, uint32_t *ret_entry)
{
    struct forwarder_names *names = &build->local.names;
    size_t size = 1 + lower.size + (is_local ? TAIL_BYTES : 0);
    enum forwarder_build_status status = make_room(&build->entries, size + DNS_NAME_SIZE_MAX);
    uint32_t entry = (uint32_t)build->entries.size;

    if (status == FORWARDER_BUILD_OK &&
        SLOTS_FOR(build->local.names_count + 1) > names->slots_count)
        status = resize(build, more_slots(names->slots_count));
    if (status != FORWARDER_BUILD_OK)
        return status;
    names->entries = build->entries.at;
    memset(build->entries.at + entry, 0, size + DNS_NAME_SIZE_MAX);
    build->entries.at[entry] = is_local ? FORWARDER_NAME_LOCAL : 0;
    memcpy(build->entries.at + entry + 1, lower.at, lower.size);
    build->entries.size += size;
    build->local.names_count += 1;
    put(build, (struct forwarder_name_slot){ forwarder_names_mark(names, lower), entry });
    *ret_entry = entry;
    return FORWARDER_BUILD_OK;
}

/* Counts a name on the wire, which is not the root, among those that may be found. */
static void mark(struct forwarder_names *names, struct bytes name)
{
    const uint8_t *last = name.at;
    unsigned int count = 0;

    for (size_t at = 0; name.at[at] != 0; at += name.at[at] + (size_t)1) {
        last = name.at + at;
        count += 1;
    }
    names->depths |= forwarder_names_depth(count);
    names->tops |= forwarder_names_top(last);
}

/* The entry of a name, with these flags too. */
static enum forwarder_build_status enter(struct forwarder_build *build, struct bytes lower,
                                         unsigned int flags, uint32_t *ret_entry)
{
    enum forwarder_build_status status = FORWARDER_BUILD_OK;
    bool is_local = (flags & FORWARDER_NAME_LOCAL) != 0;

    if (lower.size == 1)
        return FORWARDER_BUILD_ROOT;
    REQUIRE(!is_local || !build->has_rules);
    build->local.names.entries = build->entries.at;
    *ret_entry = forwarder_names_find(&build->local.names, lower);
    if (*ret_entry == 0)
        status = append(build, lower, is_local, ret_entry);
    if (status != FORWARDER_BUILD_OK)
        return status;
    build->entries.at[*ret_entry] |= (uint8_t)flags;
    mark(&build->local.names, lower);
    return FORWARDER_BUILD_OK;
}

/* Where the kind of the zone of a local entry stands, and behind it the place of its records. */
static uint8_t *tail_of(struct forwarder_build *build, uint32_t entry)
{
    struct bytes name = forwarder_names_name(&build->local.names, entry);

    return build->entries.at + entry + 1 + name.size;
}

enum forwarder_build_status forwarder_build_zone(struct forwarder_build *build,
                                                 const struct dns_name *name,
                                                 enum forwarder_zone zone)
{
    struct dns_name lower = *name;
    enum forwarder_build_status status;
    uint32_t entry;

    dns_name_lower(&lower);
    status = enter(build, dns_name_bytes(&lower), FORWARDER_NAME_LOCAL, &entry);
    if (status == FORWARDER_BUILD_OK)
        tail_of(build, entry)[0] = (uint8_t)zone;
    return status;
}

/* The first record of an entry. */
static uint32_t first_record(struct forwarder_build *build, uint32_t entry)
{
    uint32_t first;

    memcpy(&first, tail_of(build, entry) + 1, sizeof(first));
    return first;
}

/* What a look at the records of a name tells of one that is to be added. */
struct neighbours {
    uint32_t last;  /* 0: none */
    uint32_t ttl_s; /* of those of the same type, or what the new one says */
    bool is_there;  /* it is one of them */
    enum forwarder_build_status status;
};

static struct neighbours look_around(struct forwarder_build *build, uint32_t entry,
                                     const struct dns_rr_text *record)
{
    struct neighbours seen = { .ttl_s = record->ttl_s };
    unsigned int count = 0;
    uint32_t place = first_record(build, entry);

    build->local.records = build->records.at;
    while (place != 0) {
        struct forwarder_local_record other = forwarder_local_record(&build->local, place);
        bool is_same = other.type == record->type;

        if (is_same)
            seen.ttl_s = other.ttl_s;
        if (is_same && bytes_equal(other.rdata, record->rdata))
            seen.is_there = true;
        else if (other.type == DNS_TYPE_CNAME || record->type == DNS_TYPE_CNAME)
            seen.status = FORWARDER_BUILD_ALIAS;
        seen.last = place;
        place = other.next;
        count += 1;
    }
    if (count >= FORWARDER_LOCAL_RECORDS_MAX && !seen.is_there)
        seen.status = FORWARDER_BUILD_CROWD;
    return seen;
}

/* Appends a record to those of an entry. */
static enum forwarder_build_status append_record(struct forwarder_build *build, uint32_t entry,
                                                 const struct dns_rr_text *record)
{
    struct neighbours seen = look_around(build, entry, record);
    size_t size = FORWARDER_LOCAL_RECORD_HEAD + record->rdata.size;
    uint16_t rdata_size = (uint16_t)record->rdata.size;
    enum forwarder_build_status status = seen.status;
    uint32_t place;
    uint8_t *at;

    if (status != FORWARDER_BUILD_OK || seen.is_there)
        return status;
    status = make_room(&build->records, size);
    if (status != FORWARDER_BUILD_OK)
        return status;
    build->local.records = build->records.at;
    place = (uint32_t)build->records.size;
    at = build->records.at + place;
    memset(at, 0, 4);
    memcpy(at + 4, &seen.ttl_s, 4);
    memcpy(at + 8, &record->type, 2);
    memcpy(at + 10, &rdata_size, 2);
    memcpy(at + FORWARDER_LOCAL_RECORD_HEAD, record->rdata.at, record->rdata.size);
    build->records.size += size;
    memcpy(seen.last == 0 ? tail_of(build, entry) + 1 : build->records.at + seen.last, &place,
           sizeof(place));
    return FORWARDER_BUILD_OK;
}

/* Whether a name, in small letters, is localhost or below. */
static bool is_localhost(const struct dns_name *name)
{
    static const uint8_t localhost[] = "\11localhost";

    return name->size >= sizeof(localhost) &&
           memcmp(name->octets + name->size - sizeof(localhost), localhost, sizeof(localhost)) == 0;
}

static enum forwarder_build_status check_record(const struct dns_rr_text *record,
                                                const struct dns_name *lower)
{
    if (lower->size == 1)
        return FORWARDER_BUILD_ROOT;
    if (record->class != DNS_CLASS_IN)
        return FORWARDER_BUILD_CLASS;
    if (dns_rrtype_of(record->type, record->class)->is_meta || record->type == DNS_TYPE_DNAME)
        return FORWARDER_BUILD_TYPE;
    return is_localhost(lower) ? FORWARDER_BUILD_LOCALHOST : FORWARDER_BUILD_OK;
}

/* The names above one that has records exist too. */
static enum forwarder_build_status enter_above(struct forwarder_build *build, struct bytes name)
{
    unsigned int flags = FORWARDER_NAME_LOCAL;
    enum forwarder_build_status status = FORWARDER_BUILD_OK;
    uint32_t entry;

    if (name.at[0] == 1 && name.at[1] == '*')
        flags |= FORWARDER_NAME_WILDCARD;
    REQUIRE(bytes_from(name, name.at[0] + (size_t)1, &name));
    while (name.size > 1 && status == FORWARDER_BUILD_OK) {
        status = enter(build, name, flags, &entry);
        flags = FORWARDER_NAME_LOCAL;
        REQUIRE(bytes_from(name, name.at[0] + (size_t)1, &name));
    }
    return status;
}

enum forwarder_build_status forwarder_build_record(struct forwarder_build *build,
                                                   const struct dns_rr_text *record)
{
    struct dns_name lower = record->owner;
    enum forwarder_build_status status;
    uint32_t entry;

    dns_name_lower(&lower);
    status = check_record(record, &lower);
    if (status == FORWARDER_BUILD_OK)
        status = enter_above(build, dns_name_bytes(&lower));
    if (status == FORWARDER_BUILD_OK)
        status = enter(build, dns_name_bytes(&lower), FORWARDER_NAME_LOCAL, &entry);
    if (status != FORWARDER_BUILD_OK)
        return status;
    build->has_aliases = build->has_aliases || record->type == DNS_TYPE_CNAME;
    return append_record(build, entry, record);
}

bool forwarder_build_has(const struct forwarder_build *build, const struct dns_name *name,
                         uint16_t type)
{
    struct forwarder_local_found found = forwarder_local_find(&build->local, dns_name_bytes(name));

    for (uint32_t place = found.records; place != 0;) {
        struct forwarder_local_record record = forwarder_local_record(&build->local, place);

        if (record.type == type)
            return true;
        place = record.next;
    }
    return false;
}

enum forwarder_build_status forwarder_build_rule(struct forwarder_build *build,
                                                 const struct dns_name *name, unsigned int flags)
{
    uint32_t entry;

    build->has_rules = true;
    return enter(build, dns_name_bytes(name), flags, &entry);
}
