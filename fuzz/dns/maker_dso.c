/* Messages of stateful operations: a header and TLVs; and what may be wrong with these. */
#include "dns/dso.h"

#include "dns/code.h"
#include "fuzz/dns/maker.h"

#define UNKNOWN 0xF800U /* a type without a row */
#define COUNT_AT 4

/* What is wrong with a message; from WRONG_PLACE on, with its TLVs. */
enum wrong {
    WRONG_COUNT = 1,
    WRONG_ID,
    WRONG_NOTHING,   /* no TLV in a request */
    WRONG_TRUNCATED, /* the last TLV */
    WRONG_PLACE,
    WRONG_SIZE,
    WRONG_VALUE,
};

/* Writes the type and a length, which end_tlv() puts right. */
static size_t begin_tlv(struct dns_maker *maker, unsigned int type)
{
    dns_put_u16(maker, type);
    dns_put_u16(maker, 0);
    return maker->out.position;
}

static void end_tlv(struct dns_maker *maker, size_t start)
{
    if (!maker->is_full)
        byte_writer_patch_u16_be(&maker->out, start - 2, (uint16_t)(maker->out.position - start));
}

/* What is wrong with a change: its class, or RDATA where there may be none. */
static void put_change(struct dns_maker *maker, bool is_wrong)
{
    static const uint32_t ttls[] = {
        0, 60, 0x7FFFFFFF, DNS_DSO_TTL_REMOVE, DNS_DSO_TTL_REMOVE_ALL, 0x80000000
    };
    uint32_t ttl = is_wrong ? 60 : DNS_RANDOM_OF(&maker->random, ttls);

    dns_make_name(maker, DNS_NAME_ANYHOW, DNS_NAME_RIGHT);
    dns_put_u16(maker, DNS_TYPE_A);
    dns_put_u16(maker, is_wrong ? DNS_CLASS_ANY : DNS_CLASS_IN);
    dns_put_u32(maker, ttl);
    dns_put_u16(maker, ttl == DNS_DSO_TTL_REMOVE_ALL ? 0 : 4);
    dns_put_octets(maker, ttl == DNS_DSO_TTL_REMOVE_ALL ? 0 : 4);
}

static void put_changes(struct dns_maker *maker, enum wrong wrong)
{
    size_t count = wrong == WRONG_SIZE ? 0 : 1 + dns_random_below(&maker->random, 3);

    for (size_t i = 0; i < count; i++)
        put_change(maker, wrong == WRONG_VALUE && i == 0);
}

static void put_key(struct dns_maker *maker, unsigned int class)
{
    dns_make_name(maker, DNS_NAME_WHOLE, DNS_NAME_RIGHT);
    dns_put_u16(maker, DNS_TYPE_A);
    dns_put_u16(maker, class);
}

/* Writes a TLV of this type; wrong ones are for the types that can be wrong so. */
static void put_tlv(struct dns_maker *maker, unsigned int type, enum wrong wrong)
{
    size_t start = begin_tlv(maker, type);

    switch (type) {
    case DNS_DSO_KEEPALIVE:
        dns_put_u32(maker, dns_pick_number(maker, 32));
        dns_put_u32(maker, wrong == WRONG_VALUE ? 9999 : 10000);
        break;
    case DNS_DSO_RETRY_DELAY:
        dns_put_u32(maker, dns_pick_number(maker, 32));
        break;
    case DNS_DSO_SUBSCRIBE:
        put_key(maker, DNS_CLASS_ANY);
        break;
    case DNS_DSO_PUSH:
        put_changes(maker, wrong);
        break;
    case DNS_DSO_UNSUBSCRIBE:
        dns_put_u16(maker, dns_pick_number(maker, 16));
        break;
    case DNS_DSO_RECONFIRM:
        put_key(maker, wrong == WRONG_VALUE ? DNS_CLASS_ANY : DNS_CLASS_IN);
        dns_put_octets(maker, 4);
        break;
    default:
        dns_put_octets(maker, dns_pick_size(maker, 0, 40));
        break;
    }
    if (wrong == WRONG_SIZE && type != DNS_DSO_PUSH)
        dns_put_u8(maker, 0);
    end_tlv(maker, start);
}

/* The first TLV of a message of this kind. */
static unsigned int pick_type(struct dns_maker *maker, enum dns_dso_kind kind, enum wrong wrong)
{
    static const unsigned int right[][6] = {
        [DNS_DSO_REQUEST] = { DNS_DSO_KEEPALIVE, DNS_DSO_SUBSCRIBE, DNS_DSO_SUBSCRIBE,
                              DNS_DSO_KEEPALIVE, UNKNOWN, UNKNOWN },
        [DNS_DSO_UNIDIRECTIONAL] = { DNS_DSO_KEEPALIVE, DNS_DSO_RETRY_DELAY, DNS_DSO_PUSH,
                                     DNS_DSO_UNSUBSCRIBE, DNS_DSO_RECONFIRM, UNKNOWN },
        [DNS_DSO_RESPONSE] = { DNS_DSO_KEEPALIVE, DNS_DSO_RETRY_DELAY, DNS_DSO_PADDING,
                               DNS_DSO_KEEPALIVE, UNKNOWN, UNKNOWN },
    };
    static const unsigned int valued[] = { DNS_DSO_KEEPALIVE, DNS_DSO_PUSH, DNS_DSO_RECONFIRM };

    if (wrong == WRONG_PLACE)
        return kind == DNS_DSO_UNIDIRECTIONAL ? DNS_DSO_PADDING : DNS_DSO_PUSH;
    if (wrong == WRONG_VALUE)
        return DNS_RANDOM_OF(&maker->random, valued);
    if (wrong == WRONG_SIZE)
        return right[kind][dns_random_below(&maker->random, 2)];
    return DNS_RANDOM_OF(&maker->random, right[kind]);
}

static enum dns_dso_kind pick_kind(struct dns_maker *maker, enum wrong wrong)
{
    if (wrong == WRONG_VALUE)
        return DNS_DSO_UNIDIRECTIONAL;
    if (wrong == WRONG_NOTHING || wrong == WRONG_SIZE)
        return DNS_DSO_REQUEST;
    if (wrong == WRONG_ID)
        return DNS_DSO_RESPONSE;
    return (enum dns_dso_kind)dns_random_below(&maker->random, 3);
}

static void put_header(struct dns_maker *maker, enum dns_dso_kind kind, enum wrong wrong)
{
    bool has_id = kind != DNS_DSO_UNIDIRECTIONAL && wrong != WRONG_ID;
    unsigned int flags = kind == DNS_DSO_RESPONSE ? DNS_FLAG_QR : 0;

    dns_put_u16(maker, has_id ? 1 + (unsigned int)dns_random_below(&maker->random, 65535) : 0);
    dns_put_u16(maker, dns_flags_of(flags, DNS_OPCODE_DSO, dns_pick_number(maker, 4)));
    dns_put_u32(maker, 0);
    dns_put_u32(maker, 0);
}

/* Writes a question or record, and counts it. */
static void put_counted(struct dns_maker *maker)
{
    size_t section = dns_random_below(&maker->random, DNS_SECTIONS);

    dns_make_name(maker, DNS_NAME_ANYHOW, DNS_NAME_RIGHT);
    dns_put_u16(maker, DNS_TYPE_A);
    dns_put_u16(maker, DNS_CLASS_IN);
    if (section != DNS_QUESTION) {
        dns_put_u32(maker, dns_pick_number(maker, 32));
        dns_put_u16(maker, 4);
        dns_put_octets(maker, 4);
    }
    if (!maker->is_full)
        byte_writer_patch_u16_be(&maker->out, COUNT_AT + 2 * section, 1);
}

void dns_make_dso(struct dns_maker *maker, unsigned int fault)
{
    enum wrong wrong = (enum wrong)fault;
    enum dns_dso_kind kind = pick_kind(maker, wrong);
    size_t more = dns_random_below(&maker->random, 3);

    put_header(maker, kind, wrong);
    if (wrong == WRONG_COUNT) {
        put_counted(maker);
        return;
    }
    if (maker->is_full || wrong == WRONG_NOTHING ||
        (kind == DNS_DSO_RESPONSE && wrong == 0 && more == 0))
        return;
    put_tlv(maker, pick_type(maker, kind, wrong), wrong);
    for (size_t i = 0; i < more; i++)
        put_tlv(maker, i == 0 ? DNS_DSO_PADDING : UNKNOWN, (enum wrong)0);
    if (wrong == WRONG_TRUNCATED)
        dns_put_octets(maker, 1 + dns_random_below(&maker->random, 3));
}
