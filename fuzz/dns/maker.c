/* Numbers, octets and records: the maker's parts that are no names and no fields. */
#include "fuzz/dns/maker.h"

#include "dns/code.h"
#include "dns/header.h"

struct dns_maker dns_maker_init(uint64_t seed, uint8_t *block, size_t capacity)
{
    return (struct dns_maker){
        .random = { .state = seed },
        .out = byte_writer_init(block, capacity),
    };
}

void dns_maker_rollback(struct dns_maker *maker, size_t position)
{
    unsigned int kept = 0;

    for (unsigned int i = 0; i < maker->places_count; i++) {
        if (maker->places[i].at < position)
            maker->places[kept++] = maker->places[i];
    }
    maker->places_count = kept;
    if (maker->rdlength_at >= position)
        maker->rdlength_at = 0;
    byte_writer_rollback(&maker->out, position);
    maker->is_full = false;
}

void dns_put_u8(struct dns_maker *maker, unsigned int value)
{
    if (!write_u8(&maker->out, (uint8_t)value))
        maker->is_full = true;
}

void dns_put_u16(struct dns_maker *maker, unsigned int value)
{
    if (!write_u16_be(&maker->out, (uint16_t)value))
        maker->is_full = true;
}

void dns_put_u32(struct dns_maker *maker, uint32_t value)
{
    if (!write_u32_be(&maker->out, value))
        maker->is_full = true;
}

void dns_put_bytes(struct dns_maker *maker, struct bytes octets)
{
    if (!write_bytes(&maker->out, octets))
        maker->is_full = true;
}

void dns_put_octets(struct dns_maker *maker, size_t count)
{
    size_t shape = dns_random_below(&maker->random, 4);
    uint8_t same = (uint8_t)dns_random_next(&maker->random);

    if (count > byte_writer_left(&maker->out)) {
        maker->is_full = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint8_t octet = (uint8_t)dns_random_next(&maker->random);

        if (shape == 0)
            octet = same;
        else if (shape == 1)
            octet = (uint8_t)(' ' + octet % 95);
        dns_put_u8(maker, octet);
    }
}

size_t dns_pick_size(struct dns_maker *maker, size_t min, size_t max)
{
    size_t left = byte_writer_left(&maker->out);

    if (max > left)
        max = left;
    if (max <= min)
        return min;
    switch (dns_random_below(&maker->random, 12)) {
    case 0:
        return min;
    case 1:
        return min + 1;
    case 2:
        return max - 1;
    case 3:
        return max;
    default:
        return min + dns_random_below(&maker->random, max - min < 24 ? max - min : 24);
    }
}

uint32_t dns_pick_number(struct dns_maker *maker, unsigned int bits)
{
    uint32_t max = UINT32_MAX >> (32 - bits);

    switch (dns_random_below(&maker->random, 8)) {
    case 0:
        return 0;
    case 1:
        return 1;
    case 2:
        return max;
    case 3:
        return max - 1;
    case 4:
        return max / 2 + (uint32_t)dns_random_below(&maker->random, 2);
    case 5:
        return (uint32_t)dns_random_below(&maker->random, 16);
    default:
        return (uint32_t)dns_random_next(&maker->random) & max;
    }
}

uint16_t dns_pick_type(struct dns_maker *maker)
{
    static const uint16_t types[] = {
#define RRTYPE(id, mnemonic, number, ...) (number),
#define METATYPE(id, mnemonic, number, source) (number),
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
    };
    static const uint16_t edges[] = {
        0, 54, 103, 127, 255, 263, 32767, 65279, 65280, 65534, 65535
    };

    switch (dns_random_below(&maker->random, 16)) {
    case 0:
        return DNS_RANDOM_OF(&maker->random, edges);
    case 1:
        return (uint16_t)dns_random_next(&maker->random);
    default:
        return DNS_RANDOM_OF(&maker->random, types);
    }
}

static uint16_t pick_class(struct dns_maker *maker)
{
    static const uint16_t classes[] = {
#define CLASS(name, number, text) (number),
#include "dns/code.def"
#undef CLASS
        0,
        2,
        65280,
        65535,
    };

    if (!dns_random_one_in(&maker->random, 8))
        return DNS_CLASS_IN;
    return DNS_RANDOM_OF(&maker->random, classes);
}

static unsigned int wrong_of(struct dns_maker *maker, const struct dns_rrtype *row, unsigned int at,
                             struct dns_field_fault fault)
{
    unsigned int wrongs = dns_field_wrongs(row->fields[at].kind);

    if (fault.wrong != 0 && fault.field == at)
        return fault.wrong;
    if (maker->is_wild && wrongs > 0 && dns_random_one_in(&maker->random, 24))
        return 1 + (unsigned int)dns_random_below(&maker->random, wrongs);
    return 0;
}

static void make_fields(struct dns_maker *maker, const struct dns_rrtype *row,
                        struct dns_field_fault fault)
{
    maker->rdata_start = maker->out.position;
    maker->rdata_ends = false;
    for (unsigned int i = 0; i < row->fields_count && !maker->rdata_ends; i++)
        dns_make_field(maker, row->fields[i].kind, wrong_of(maker, row, i, fault));
    if (fault.wrong != 0 && fault.field == row->fields_count)
        dns_put_u8(maker, 0);
}

void dns_make_rdata(struct dns_maker *maker, uint16_t type, uint16_t class,
                    struct dns_field_fault fault)
{
    size_t length_at = maker->out.position;
    bool is_left_out = (class == DNS_CLASS_ANY || class == DNS_CLASS_NONE) &&
                       type != DNS_TYPE_OPT && type != DNS_TYPE_TSIG &&
                       dns_random_one_in(&maker->random, 2);

    dns_put_u16(maker, 0);
    if (maker->is_full)
        return;
    if (maker->rdlength_at == 0 || dns_random_one_in(&maker->random, 3))
        maker->rdlength_at = length_at;
    if (!is_left_out)
        make_fields(maker, dns_rrtype_of(type, class), fault);
    byte_writer_patch_u16_be(&maker->out, length_at,
                             (uint16_t)(maker->out.position - length_at - 2));
}

/* The owner, class and TTL of OPT say other things (RFC 6891 section 6.1.2), and TSIG has a class
 * and a TTL of its own (RFC 8945 section 4.2). */
void dns_make_record(struct dns_maker *maker, uint16_t type, struct dns_field_fault fault)
{
    static const uint16_t udp_sizes[] = { 0, 1, 511, 512, 1232, 4096, 65535 };
    uint16_t class = fault.wrong != 0 ? DNS_CLASS_IN : pick_class(maker);
    uint32_t ttl_s = dns_pick_number(maker, 32);
    enum dns_name_wrong wrong = DNS_NAME_RIGHT;

    if (maker->is_wild && dns_random_one_in(&maker->random, 32))
        wrong = (enum dns_name_wrong)(1 + dns_random_below(&maker->random, DNS_WRONG_CUT - 1));
    if (type == DNS_TYPE_OPT) {
        class = DNS_RANDOM_OF(&maker->random, udp_sizes);
        ttl_s = dns_random_one_in(&maker->random, 4) ? ttl_s : (ttl_s & 0x8000U);
        dns_put_u8(maker, 0);
    } else {
        dns_make_name(maker, DNS_NAME_ANYHOW, wrong);
    }
    if (type == DNS_TYPE_TSIG) {
        class = DNS_CLASS_ANY;
        ttl_s = 0;
    }
    dns_put_u16(maker, type);
    dns_put_u16(maker, class);
    dns_put_u32(maker, ttl_s);
    dns_make_rdata(maker, type, class, fault);
}

void dns_make_question(struct dns_maker *maker, enum dns_name_wrong wrong)
{
    dns_make_name(maker, DNS_NAME_ANYHOW, wrong);
    dns_put_u16(maker, dns_pick_type(maker));
    dns_put_u16(maker, pick_class(maker));
}
