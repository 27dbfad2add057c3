/*
 * A message is taken apart into entries; a list of items says what becomes of them; and the items
 * are written, section after section. So counts, RDLENGTH and pointers come out right by
 * themselves. What only changes octets is in fuzz/dns/mutator_octets.c.
 */
#include "fuzz/dns/mutator.h"

#include "dns/code.h"
#include "dns/rdata.h"
#include "fuzz/dns/mutator_parts.h"

#define ITEMS_MAX (2 * DNS_ENTRIES_MAX)

/* What becomes of an entry. */
enum change {
    CHANGE_NOTHING,
    CHANGE_OWNER,
    CHANGE_FIELD, /* to another right value */
    BREAK_FIELD,
    CHANGE_TYPE, /* the owner stays */
    MAKE_NEW,    /* nothing stays */
};

struct item {
    const struct dns_entries *source; /* NULL: MAKE_NEW */
    unsigned int at;
    enum change change;
    unsigned int section;
};

struct change_list {
    struct dns_maker maker;
    enum dns_name_rule rule; /* of names that may be compressed */
    unsigned int count;
    struct item items[ITEMS_MAX];
};

static bool read_entry(struct byte_reader *in, unsigned int section, struct dns_entry *ret_entry)
{
    struct dns_entry entry = { .start = in->position, .section = (uint8_t)section };
    struct byte_reader at = *in;
    size_t size;
    struct dns_rr rr;

    if (dns_name_skip(&at, &size).status != DNS_OK)
        return false;
    entry.fixed = at.position;
    if (section == DNS_QUESTION) {
        if (!read_skip(&at, 4))
            return false;
    } else {
        at = *in;
        if (dns_rr_read(&at, &rr).status != DNS_OK)
            return false;
    }
    entry.end = at.position;
    *in = at;
    *ret_entry = entry;
    return true;
}

bool dns_entries_read(struct bytes wire, struct dns_entries *ret_entries)
{
    struct byte_reader in = byte_reader_init(wire);
    struct dns_entries *entries = ret_entries;
    bool goes_on = true;

    *entries = (struct dns_entries){ .wire = wire };
    if (wire.size > DNS_MESSAGE_SIZE_MAX || dns_header_read(&in, &entries->header).status != DNS_OK)
        return false;
    for (unsigned int section = 0; section < DNS_SECTIONS; section++) {
        for (unsigned int i = 0; goes_on && i < entries->header.counts[section]; i++) {
            goes_on = entries->count < DNS_ENTRIES_MAX &&
                      read_entry(&in, section, &entries->entries[entries->count]);
            entries->count += goes_on;
            entries->read[section] += goes_on;
        }
    }
    entries->tail = in.position;
    return true;
}

static void add_all(struct change_list *list, const struct dns_entries *source, bool is_whole)
{
    for (unsigned int i = 0; i < source->count && list->count < ITEMS_MAX; i++) {
        if (!is_whole && (source->entries[i].section == DNS_QUESTION ||
                          !dns_random_one_in(&list->maker.random, 2)))
            continue;
        list->items[list->count++] = (struct item){
            .source = source,
            .at = i,
            .section = source->entries[i].section,
        };
    }
}

static unsigned int pick(struct change_list *list)
{
    return (unsigned int)dns_random_below(&list->maker.random, list->count);
}

static void remove_item(struct change_list *list, unsigned int at)
{
    list->count--;
    memmove(&list->items[at], &list->items[at + 1], (list->count - at) * sizeof(list->items[0]));
}

static void insert_item(struct change_list *list, unsigned int at, struct item item)
{
    if (list->count == ITEMS_MAX)
        return;
    memmove(&list->items[at + 1], &list->items[at], (list->count - at) * sizeof(list->items[0]));
    list->items[at] = item;
    list->count++;
}

/* A section for records; once in a while that of questions. */
static unsigned int pick_section(struct change_list *list)
{
    if (dns_random_one_in(&list->maker.random, 24))
        return DNS_QUESTION;
    return 1 + (unsigned int)dns_random_below(&list->maker.random, DNS_SECTIONS - 1);
}

static void swap_items(struct change_list *list)
{
    unsigned int a = pick(list);
    unsigned int b = pick(list);
    struct item item = list->items[a];

    if (item.section == DNS_QUESTION || list->items[b].section == DNS_QUESTION)
        return;
    list->items[a] = list->items[b];
    list->items[b] = item;
    list->items[b].section = list->items[a].section;
    list->items[a].section = item.section;
}

static void change_list(struct change_list *list)
{
    static const enum change changes[] = { CHANGE_OWNER, CHANGE_FIELD, CHANGE_FIELD, CHANGE_FIELD,
                                           BREAK_FIELD,  CHANGE_TYPE,  CHANGE_TYPE,  MAKE_NEW };
    struct dns_random *random = &list->maker.random;
    unsigned int at = pick(list);

    if (list->count == 0 || dns_random_one_in(random, 5)) {
        insert_item(list, list->count == 0 ? 0 : at,
                    (struct item){ .change = MAKE_NEW, .section = pick_section(list) });
        return;
    }
    switch (dns_random_below(random, 12)) {
    case 0:
        remove_item(list, at);
        break;
    case 1:
        insert_item(list, at, list->items[at]);
        break;
    case 2:
        swap_items(list);
        break;
    case 3:
        if (list->items[at].section != DNS_QUESTION)
            list->items[at].section = pick_section(list);
        break;
    case 4:
        list->rule = list->rule == DNS_NAME_WHOLE ? DNS_NAME_ANYHOW : DNS_NAME_WHOLE;
        break;
    default:
        list->items[at].change = DNS_RANDOM_OF(random, changes);
        break;
    }
}

static void put_owner(struct change_list *list, const struct item *item)
{
    struct byte_reader in = byte_reader_init(item->source->wire);
    struct dns_name name = dns_name_root();

    in.position = item->source->entries[item->at].start;
    (void)dns_name_read(&in, &name);
    dns_put_name(&list->maker, list->rule, &name);
}

/* One field as it was, names by the rule; or changed. */
static void put_field(struct change_list *list, const struct dns_value *value, enum change change)
{
    enum dns_field_kind kind = value->field->kind;
    unsigned int wrongs = dns_field_wrongs(kind);
    struct byte_reader in = value->octets;
    unsigned int wrong = 0;
    struct dns_name name;

    if (change == BREAK_FIELD && wrongs > 0)
        wrong = 1 + (unsigned int)dns_random_below(&list->maker.random, wrongs);
    if (change != CHANGE_NOTHING)
        dns_make_field(&list->maker, kind, wrong);
    else if ((kind == DNS_FIELD_NAME_SHORT || kind == DNS_FIELD_NAME_OLD) &&
             dns_name_read(&in, &name).status == DNS_OK)
        dns_put_name(&list->maker, list->rule, &name);
    else
        dns_put_bytes(&list->maker, byte_reader_rest(&in));
}

static void put_rdata(struct change_list *list, const struct dns_rr *rr, enum change change)
{
    struct dns_maker *maker = &list->maker;
    size_t length_at = maker->out.position;
    struct dns_rdata fields = dns_rdata_of(rr);
    unsigned int chosen = (unsigned int)dns_random_below(&maker->random, fields.fields_left);
    struct dns_value value;

    dns_put_u16(maker, 0);
    maker->rdata_start = maker->out.position;
    maker->rdata_ends = false;
    for (unsigned int i = 0; !maker->is_full && !maker->rdata_ends; i++) {
        if (!dns_rdata_next(&fields, &value)) {
            dns_put_bytes(maker, byte_reader_rest(&fields.in));
            break;
        }
        put_field(list, &value, i == chosen ? change : CHANGE_NOTHING);
    }
    if (!maker->is_full && maker->out.position - length_at - 2 <= UINT16_MAX)
        byte_writer_patch_u16_be(&maker->out, length_at,
                                 (uint16_t)(maker->out.position - length_at - 2));
}

/* Half the types are those that most messages are made of. OPT and TSIG have places of their own,
 * so they are not often made. */
static uint16_t pick_type(struct dns_maker *maker)
{
    static const uint16_t common[] = { DNS_TYPE_A,   DNS_TYPE_NS,   DNS_TYPE_CNAME, DNS_TYPE_SOA,
                                       DNS_TYPE_PTR, DNS_TYPE_MX,   DNS_TYPE_TXT,   DNS_TYPE_AAAA,
                                       DNS_TYPE_SRV, DNS_TYPE_DS,   DNS_TYPE_RRSIG, DNS_TYPE_NSEC,
                                       DNS_TYPE_CAA, DNS_TYPE_HTTPS };
    uint16_t type = dns_pick_type(maker);

    if (dns_random_one_in(&maker->random, 2))
        return DNS_RANDOM_OF(&maker->random, common);

    while ((type == DNS_TYPE_OPT || type == DNS_TYPE_TSIG) && !dns_random_one_in(&maker->random, 8))
        type = dns_pick_type(maker);
    return type;
}

/* Now and then a field of the new type is wrong, most often the last. */
static struct dns_field_fault pick_fault(struct dns_maker *maker, uint16_t type, uint16_t class)
{
    const struct dns_rrtype *row = dns_rrtype_of(type, class);
    unsigned int at = row->fields_count - 1U;
    unsigned int wrongs;

    if (dns_random_one_in(&maker->random, 3))
        at = (unsigned int)dns_random_below(&maker->random, row->fields_count);
    wrongs = dns_field_wrongs(row->fields[at].kind);
    if (wrongs == 0 || !dns_random_one_in(&maker->random, 4))
        return (struct dns_field_fault){ .wrong = 0 };
    return (struct dns_field_fault){
        .field = at,
        .wrong = 1 + (unsigned int)dns_random_below(&maker->random, wrongs),
    };
}

static void put_record(struct change_list *list, const struct item *item)
{
    struct dns_maker *maker = &list->maker;
    struct byte_reader in;
    struct dns_rr rr;

    if (item->source == NULL || item->change == MAKE_NEW) {
        uint16_t type = pick_type(maker);

        dns_make_record(maker, type, pick_fault(maker, type, DNS_CLASS_IN));
        return;
    }
    in = byte_reader_init(item->source->wire);
    in.position = item->source->entries[item->at].start;
    if (dns_rr_read(&in, &rr).status != DNS_OK)
        return;
    if (item->change == CHANGE_OWNER)
        dns_make_name(maker, DNS_NAME_ANYHOW, DNS_NAME_RIGHT);
    else
        put_owner(list, item);
    if (item->change == CHANGE_TYPE)
        rr.type = pick_type(maker);
    dns_put_u16(maker, rr.type);
    dns_put_u16(maker, rr.class);
    dns_put_u32(maker, rr.ttl_s);
    if (item->change == CHANGE_TYPE)
        dns_make_rdata(maker, rr.type, rr.class, pick_fault(maker, rr.type, rr.class));
    else
        put_rdata(list, &rr, item->change == CHANGE_OWNER ? CHANGE_NOTHING : item->change);
}

static void put_question(struct change_list *list, const struct item *item)
{
    const struct dns_entry *entry;

    if (item->source == NULL || item->change == MAKE_NEW || item->change == CHANGE_TYPE) {
        dns_make_question(&list->maker, DNS_NAME_RIGHT);
        return;
    }
    entry = &item->source->entries[item->at];
    if (item->change == CHANGE_NOTHING)
        put_owner(list, item);
    else
        dns_make_name(&list->maker, DNS_NAME_ANYHOW, DNS_NAME_RIGHT);
    dns_put_bytes(&list->maker, bytes_of(item->source->wire.at + entry->fixed, 4));
}

/* Writes the items of a section; how many there was room for. */
static unsigned int put_section(struct change_list *list, unsigned int section)
{
    struct dns_maker *maker = &list->maker;
    unsigned int count = 0;

    for (unsigned int i = 0; i < list->count; i++) {
        size_t before = maker->out.position;

        if (list->items[i].section != section)
            continue;
        if (section == DNS_QUESTION)
            put_question(list, &list->items[i]);
        else
            put_record(list, &list->items[i]);
        if (maker->is_full)
            dns_maker_rollback(maker, before);
        else
            count++;
    }
    return count;
}

/* Counts that lied go on lying by as much. */
static void put_message(struct change_list *list, const struct dns_entries *entries)
{
    struct dns_maker *maker = &list->maker;
    struct bytes tail =
        bytes_of(entries->wire.at + entries->tail, entries->wire.size - entries->tail);

    dns_put_bytes(maker, bytes_of(entries->wire.at, DNS_HEADER_SIZE));
    for (unsigned int section = 0; section < DNS_SECTIONS; section++) {
        unsigned int lie = entries->header.counts[section] - entries->read[section];
        unsigned int count = put_section(list, section);

        byte_writer_patch_u16_be(&maker->out, 4 + 2 * (size_t)section, (uint16_t)(count + lie));
    }
    if (tail.size > byte_writer_left(&maker->out))
        tail.size = byte_writer_left(&maker->out);
    dns_put_bytes(maker, tail);
    maker->is_full = false;
}

static void copy_message(struct dns_maker *maker, struct bytes message)
{
    if (message.size > byte_writer_left(&maker->out))
        message.size = byte_writer_left(&maker->out);
    dns_put_bytes(maker, message);
}

/* Takes the message apart, changes the list of its parts one to four times, and writes it. */
static void change_entries(struct change_list *list, const struct dns_entries *entries,
                           struct bytes other)
{
    struct dns_random *random = &list->maker.random;
    size_t changes = 1 + dns_random_below(random, 4);
    struct dns_entries others;
    bool has_others = other.size > 0 && dns_random_one_in(random, 4) &&
                      dns_entries_read(other, &others) && others.count > 0;

    add_all(list, entries, true);
    if (has_others)
        add_all(list, &others, false);
    for (size_t i = has_others ? 1 : 0; i < changes; i++)
        change_list(list);
    put_message(list, entries);
}

size_t dns_mutate(uint64_t seed, struct bytes message, struct bytes other, uint8_t *block,
                  size_t capacity)
{
    struct change_list list = { .maker = dns_maker_init(seed, block, capacity) };
    struct dns_random *random = &list.maker.random;
    size_t way = dns_random_below(random, 16);
    struct dns_entries entries;

    if (capacity < DNS_HEADER_SIZE) {
        copy_message(&list.maker, message);
        return list.maker.out.position;
    }
    if (way == 0 || !dns_entries_read(message, &entries))
        return dns_generate(dns_random_next(random),
                            (enum dns_generate_kind)dns_random_below(random, DNS_GENERATE_KINDS),
                            block, capacity);
    if (dns_random_one_in(random, 8))
        list.rule = DNS_NAME_WHOLE;
    if (way < 11)
        change_entries(&list, &entries, other);
    else
        copy_message(&list.maker, message);
    if (way >= 10)
        dns_mutate_octets(&list.maker);
    return list.maker.out.position;
}
