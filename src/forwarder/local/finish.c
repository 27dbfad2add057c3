/* The end of a build: aliases are followed once, so that a query never meets one that leads
 * nowhere. */
#include "forwarder/local/build.h"

#include "dns/rrtype.h"

#include <stdlib.h>

/* The alias among the records that begin at a place: its target in small letters. */
static bool find_alias(const struct forwarder_local *local, uint32_t place,
                       struct dns_name *ret_target)
{
    struct forwarder_local_record record;

    if (place == 0)
        return false;
    record = forwarder_local_record(local, place);
    if (record.type != DNS_TYPE_CNAME)
        return false;
    ret_target->size = (uint8_t)record.rdata.size;
    memcpy(ret_target->octets, record.rdata.at, record.rdata.size);
    dns_name_lower(ret_target);
    return true;
}

/* Whether a name has records, at the end of few aliases. */
static bool leads_somewhere(const struct forwarder_local *local, struct bytes lower)
{
    struct dns_name target;

    for (int i = 0; i <= FORWARDER_LOCAL_ALIASES_MAX; i++) {
        struct forwarder_local_found found = forwarder_local_find(local, lower);

        if (found.kind != FORWARDER_LOCAL_RECORDS)
            return false;
        if (!find_alias(local, found.records, &target))
            return true;
        lower = dns_name_bytes(&target);
    }
    return false;
}

/* The first name whose alias leads nowhere; false where there is none. */
static bool find_adrift(const struct forwarder_build *build, struct dns_name *ret_name)
{
    const struct forwarder_names *names = &build->local.names;

    for (uint32_t slot = 0; build->has_aliases && slot < names->slots_count; slot++) {
        uint32_t entry = names->slots[slot].entry;
        struct bytes name;

        if (entry == 0 || (names->entries[entry] & FORWARDER_NAME_LOCAL) == 0)
            continue;
        name = forwarder_names_name(names, entry);
        if (forwarder_local_find(&build->local, name).records == 0 ||
            leads_somewhere(&build->local, name))
            continue;
        ret_name->size = (uint8_t)name.size;
        memcpy(ret_name->octets, name.at, name.size);
        return true;
    }
    return false;
}

/* Cuts a block to what is in it. What cannot be cut stays as it is. */
static uint8_t *cut(struct forwarder_heap *heap, size_t more)
{
    uint8_t *at = heap->at == NULL ? NULL : realloc(heap->at, heap->size + more);

    at = at == NULL ? heap->at : at;
    heap->at = NULL;
    return at;
}

enum forwarder_build_status forwarder_build_finish(struct forwarder_build *build,
                                                   const struct forwarder_local_options *options,
                                                   struct dns_name *ret_adrift,
                                                   struct forwarder_built **ret_built)
{
    struct forwarder_built *built;
    struct dns_name adrift;

    if (find_adrift(build, &adrift)) {
        if (ret_adrift != NULL)
            *ret_adrift = adrift;
        return FORWARDER_BUILD_ADRIFT;
    }
    built = calloc(1, sizeof(*built));
    if (built == NULL || forwarder_build_fit(build) != FORWARDER_BUILD_OK) {
        free(built);
        return FORWARDER_BUILD_NO_MEMORY;
    }
    built->local = build->local;
    built->local.options = *options;
    built->slots = build->slots;
    build->slots = NULL;
    built->entries = cut(&build->entries, DNS_NAME_SIZE_MAX);
    built->records = cut(&build->records, 0);
    built->local.names.entries = built->entries;
    built->local.records = built->records;
    forwarder_build_done(build);
    *ret_built = built;
    return FORWARDER_BUILD_OK;
}
