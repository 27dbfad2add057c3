/* libknot: a packet over the block, and RRsets; owners that are the question's are marked so. */
#include "build.h"

#include <libknot/libknot.h>

#include <stdlib.h>

struct set {
    enum dns_section section;
    uint16_t hint;
    knot_rrset_t rrset;
};

struct prepared {
    const struct build_list *list;
    uint8_t *block;
    knot_pkt_t *packet;
    size_t count;
    struct set sets[];
};

/* Puts a record into the RRset before it, or into one of its own. */
static bool add_record(struct prepared *prepared, const struct build_record *record)
{
    struct set *set = prepared->count > 0 ? &prepared->sets[prepared->count - 1] : NULL;

    if (set == NULL || set->section != record->section || set->rrset.type != record->type ||
        !knot_dname_is_equal(set->rrset.owner, record->owner.octets)) {
        set = &prepared->sets[prepared->count++];
        set->section = record->section;
        set->hint = dns_name_equal(&record->owner, &prepared->list->question.name)
                        ? KNOT_COMPR_HINT_QNAME
                        : KNOT_COMPR_HINT_NONE;
        knot_rrset_init(&set->rrset, knot_dname_copy(record->owner.octets, NULL), record->type,
                        record->class, record->ttl_s);
    }
    return knot_rrset_add_rdata(&set->rrset, record->rdata.at, (uint16_t)record->rdata.size,
                                NULL) == KNOT_EOK;
}

void *subject_prepare(const struct build_list *list, uint8_t *block)
{
    struct prepared *prepared = malloc(sizeof(*prepared) + list->count * sizeof(struct set));

    if (prepared == NULL)
        return NULL;
    *prepared = (struct prepared){
        .list = list,
        .block = block,
        .packet = knot_pkt_new(block, DNS_MESSAGE_SIZE_MAX, NULL),
    };
    for (size_t i = 0; i < list->count; i++) {
        if (!add_record(prepared, &list->records[i]))
            return NULL;
    }
    return prepared;
}

size_t subject_build(void *prepared)
{
    const struct prepared *mine = prepared;
    const struct build_list *list = mine->list;
    knot_pkt_t *packet = mine->packet;
    size_t i = 0;

    knot_pkt_clear(packet);
    knot_wire_set_id(packet->wire, list->header.id);
    knot_wire_set_flags1(packet->wire, (uint8_t)(list->header.flags >> 8));
    knot_wire_set_flags2(packet->wire, (uint8_t)list->header.flags);
    if (knot_pkt_put_question(packet, list->question.name.octets, list->question.class,
                              list->question.type) != KNOT_EOK)
        return 0;
    for (unsigned int section = DNS_ANSWER; section <= DNS_ADDITIONAL; section++) {
        (void)knot_pkt_begin(packet, (knot_section_t)(section - DNS_ANSWER));
        for (; i < mine->count && mine->sets[i].section == (enum dns_section)section; i++) {
            if (knot_pkt_put(packet, mine->sets[i].hint, &mine->sets[i].rrset, 0) != KNOT_EOK)
                return 0;
        }
    }
    return packet->size;
}

struct bytes subject_wire(void *prepared, size_t size)
{
    return bytes_of(((struct prepared *)prepared)->block, size);
}
