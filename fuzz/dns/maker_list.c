/* Fields that are lists, bitmaps, or what an octet before them says. */
#include "fuzz/dns/maker_field.h"

#include "dns/field_param.h"

/* Octets of a bitmap, of which the last is not 0. */
static void put_bitmap(struct dns_maker *maker, size_t size)
{
    if (size == 0)
        return;
    dns_put_octets(maker, size - 1);
    dns_put_u8(maker, 1U << dns_random_below(&maker->random, 8));
}

static void put_window(struct dns_maker *maker, unsigned int number)
{
    size_t size = dns_pick_size(maker, 1, 32);

    dns_put_u8(maker, number);
    dns_put_u8(maker, (unsigned int)size);
    put_bitmap(maker, size);
}

/* What is wrong with windows of types; number 6 is that there is none. */
static void put_wrong_window(struct dns_maker *maker, unsigned int wrong)
{
    switch (wrong) {
    case 1: /* cut */
        dns_put_u16(maker, 0xFF00U + (unsigned int)(2 + dns_random_below(&maker->random, 31)));
        dns_put_u8(maker, 1);
        break;
    case 2: /* a number again, or a smaller one */
        put_window(maker, 200);
        put_window(maker, (unsigned int)dns_random_below(&maker->random, 201));
        break;
    case 3:
        dns_put_u16(maker, 0xFF00U);
        break;
    case 4:
        dns_put_u16(maker, 0xFF21U);
        put_bitmap(maker, 33);
        break;
    default:
        dns_put_u16(maker, 0xFF02U);
        dns_put_u16(maker, 0x4000U);
        break;
    }
}

void dns_make_types_any(struct dns_maker *maker, unsigned int wrong)
{
    size_t count = dns_pick_size(maker, 0, 4);
    unsigned int step = dns_random_one_in(&maker->random, 2) ? 1 : 40;

    if (wrong != 0 && count > 2)
        count = 2;
    if (wrong == 0 && dns_random_one_in(&maker->random, 64)) {
        count = 256;
        step = 1;
    }
    for (unsigned int i = 0; i < count; i++)
        put_window(maker, i * step);
    if (wrong != 0)
        put_wrong_window(maker, wrong);
}

void dns_make_types(struct dns_maker *maker, unsigned int wrong)
{
    size_t before = maker->out.position;

    if (wrong == 6)
        return;
    dns_make_types_any(maker, wrong);
    if (maker->out.position == before)
        put_window(maker, dns_pick_number(maker, 8));
}

void dns_make_types_old(struct dns_maker *maker, unsigned int wrong)
{
    size_t size = dns_pick_size(maker, 0, 16);
    size_t at = maker->out.position;

    if (wrong == 0 || wrong == 1)
        put_bitmap(maker, wrong == 1 && size == 0 ? 1 : size);
    else if (wrong == 2)
        put_bitmap(maker, 17);
    else
        dns_put_u16(maker, 0x4000U);
    if (maker->is_full || maker->out.position == at)
        return;
    maker->out.base[at] &= 0x7FU;
    if (wrong == 1)
        maker->out.base[at] |= 0x80U;
    if (wrong == 0 && maker->out.base[maker->out.position - 1] == 0)
        maker->out.base[at] = 0x40U;
}

void dns_make_ports(struct dns_maker *maker, unsigned int wrong)
{
    if (wrong == 0)
        put_bitmap(maker, dns_pick_size(maker, 0, 65536 / 8));
    else if (wrong == 1)
        dns_put_u16(maker, 0x4000U);
    else
        put_bitmap(maker, 65536 / 8 + 1);
}

#define LOC_ZERO 0x80000000U
#define LOC_DEGREE (60 * 60 * 1000U)

static uint32_t pick_coordinate(struct dns_maker *maker, uint32_t degrees_max)
{
    uint32_t range = degrees_max * LOC_DEGREE;

    switch (dns_random_below(&maker->random, 4)) {
    case 0:
        return LOC_ZERO;
    case 1:
        return LOC_ZERO + range;
    case 2:
        return LOC_ZERO - range;
    default:
        return LOC_ZERO - range + (uint32_t)dns_random_below(&maker->random, 2 * (size_t)range);
    }
}

void dns_make_location(struct dns_maker *maker, unsigned int wrong)
{
    static const uint8_t sizes[] = { 0x00, 0x10, 0x12, 0x13, 0x16, 0x99, 0x19, 0x90 };
    static const uint8_t bad_sizes[] = { 0x01, 0x1A, 0xA0, 0xFF };

    if (wrong == 0 && dns_random_one_in(&maker->random, 8)) { /* another version */
        dns_put_u8(maker, 1 + (unsigned int)dns_random_below(&maker->random, 255));
        dns_put_octets(maker, dns_pick_size(maker, 0, 64));
        return;
    }
    dns_put_u8(maker, 0);
    for (unsigned int i = 0; i < 3; i++)
        dns_put_u8(maker, wrong == 1 ? DNS_RANDOM_OF(&maker->random, bad_sizes)
                                     : DNS_RANDOM_OF(&maker->random, sizes));
    dns_put_u32(maker, wrong == 2 ? LOC_ZERO + 90 * LOC_DEGREE + 1 : pick_coordinate(maker, 90));
    dns_put_u32(maker, wrong == 3 ? LOC_ZERO - 180 * LOC_DEGREE - 1 : pick_coordinate(maker, 180));
    if (wrong == 4)
        dns_put_u8(maker, 0);
    else
        dns_put_u32(maker, dns_pick_number(maker, 32));
}

void dns_make_atm(struct dns_maker *maker, unsigned int wrong)
{
    size_t digits = dns_pick_size(maker, 1, 40);

    if (wrong == 0 && dns_random_one_in(&maker->random, 2)) {
        dns_put_u8(maker, dns_random_one_in(&maker->random, 2) ? 0 : 2);
        dns_put_octets(maker, dns_pick_size(maker, 1, SIZE_MAX));
        return;
    }
    dns_put_u8(maker, 1);
    for (size_t i = 0; i < digits && wrong != 2; i++)
        dns_put_u8(maker, '0' + (unsigned int)dns_random_below(&maker->random, 10));
    if (wrong == 1)
        dns_put_u8(maker, (uint8_t)DNS_RANDOM_OF(&maker->random, "/:+aZ"));
}

void dns_make_suffix(struct dns_maker *maker, unsigned int wrong)
{
    static const uint8_t edges[] = { 0, 1, 7, 8, 9, 64, 120, 127, 128 };
    unsigned int bits = DNS_RANDOM_OF(&maker->random, edges);
    size_t size;

    if (wrong == 0 && dns_random_one_in(&maker->random, 2))
        bits = (unsigned int)dns_random_below(&maker->random, 129);
    if (wrong == 1)
        bits = 129 + (unsigned int)dns_random_below(&maker->random, 127);
    else if (wrong != 0)
        bits = 1 + (unsigned int)dns_random_below(&maker->random, 7);
    *dns_maker_octet(maker, 0) = (uint8_t)bits;
    if (wrong == 1)
        return;
    size = (128 - bits + 7) / 8;
    maker->rdata_ends = wrong == 3;
    if (size == 0)
        return;
    dns_put_u8(maker, wrong == 2 ? 0xFFU : dns_pick_number(maker, 8) & 0xFFU >> bits % 8);
    dns_put_octets(maker, size - 1 - (wrong == 3));
}

void dns_make_prefix_name(struct dns_maker *maker, unsigned int wrong)
{
    static const enum dns_name_wrong wrongs[] = { DNS_NAME_RIGHT, DNS_WRONG_POINTER,
                                                  DNS_WRONG_SIZE };
    uint8_t *bits = dns_maker_octet(maker, 0);

    /* Without a prefix there is no name, and 16 octets of address in front. */
    if (wrong != 0 && *bits == 0)
        *bits = 8;
    if (wrong != 0 && *bits == 8)
        maker->out.position = maker->rdata_start + 1 + 15;
    if (*bits != 0)
        dns_make_name(maker, DNS_NAME_WHOLE, wrongs[wrong]);
}

/* An address or a name; the type of it stands at the second octet of RDATA. */
static void put_gateway(struct dns_maker *maker, unsigned int type, enum dns_name_wrong wrong)
{
    uint8_t *place = dns_maker_octet(maker, 1);

    *place = (uint8_t)((*place & 0x80U) | type);
    if (type == 1 || type == 2)
        dns_put_octets(maker, (type == 1 ? 4U : 16U) - (wrong == DNS_WRONG_CUT));
    if (type == 3)
        dns_make_name(maker, DNS_NAME_WHOLE, wrong);
    if (wrong == DNS_WRONG_CUT)
        maker->rdata_ends = true;
}

void dns_make_gateway(struct dns_maker *maker, unsigned int wrong)
{
    *dns_maker_octet(maker, 1) = 0;
    if (wrong == 4) {
        *dns_maker_octet(maker, 1) = (uint8_t)(4 + dns_random_below(&maker->random, 252));
        return;
    }
    if (wrong == 0)
        put_gateway(maker, (unsigned int)dns_random_below(&maker->random, 4), DNS_NAME_RIGHT);
    else
        put_gateway(maker, wrong, wrong == 3 ? DNS_WRONG_POINTER : DNS_WRONG_CUT);
}

void dns_make_relay_address(struct dns_maker *maker, unsigned int wrong)
{
    uint8_t *place = dns_maker_octet(maker, 1);

    if (wrong == 0 && dns_random_one_in(&maker->random, 4)) {
        *place = (uint8_t)((*place & 0x80U) | (4 + dns_random_below(&maker->random, 124)));
        dns_put_octets(maker, dns_pick_size(maker, 0, SIZE_MAX));
    } else if (wrong == 0) {
        put_gateway(maker, (unsigned int)dns_random_below(&maker->random, 4), DNS_NAME_RIGHT);
    } else {
        put_gateway(maker, wrong, wrong == 3 ? DNS_WRONG_POINTER : DNS_WRONG_CUT);
    }
}

/* One item of a list of prefixes: of `size` octets, of which the last is not 0. */
static void put_prefix(struct dns_maker *maker, unsigned int family, unsigned int bits, size_t size)
{
    bool negates = dns_random_one_in(&maker->random, 2);

    dns_put_u16(maker, family);
    dns_put_u8(maker, bits);
    dns_put_u8(maker, (negates ? 0x80U : 0U) | (unsigned int)size);
    put_bitmap(maker, size);
}

static void put_right_prefix(struct dns_maker *maker)
{
    switch (dns_random_below(&maker->random, 3)) {
    case 0:
        put_prefix(maker, 1, (unsigned int)dns_random_below(&maker->random, 33),
                   dns_pick_size(maker, 0, 4));
        break;
    case 1:
        put_prefix(maker, 2, (unsigned int)dns_random_below(&maker->random, 129),
                   dns_pick_size(maker, 0, 16));
        break;
    default:
        put_prefix(maker, 3 + (dns_pick_number(maker, 16) & 0x7FFFU), dns_pick_number(maker, 8),
                   dns_pick_size(maker, 0, 127));
        break;
    }
}

void dns_make_prefixes(struct dns_maker *maker, unsigned int wrong)
{
    size_t count = dns_pick_size(maker, 0, 8);

    for (size_t i = 0; i < count; i++)
        put_right_prefix(maker);
    if (wrong == 1) {
        put_prefix(maker, 1, 33, 4);
    } else if (wrong == 2) {
        put_prefix(maker, 2, 128, 17);
    } else if (wrong == 3) {
        dns_put_u32(maker, 0x00010801U);
        dns_put_u8(maker, 0);
    } else if (wrong == 4) {
        dns_put_u32(maker, 0x00011804U);
        dns_put_u8(maker, 1);
    }
}

/* The values that the keys of service parameters may have, in the order of the keys. */
static void put_alpn(struct dns_maker *maker)
{
    size_t count = dns_pick_size(maker, 1, 4);

    for (size_t i = 0; i < count; i++) {
        size_t size = dns_pick_size(maker, 1, dns_random_one_in(&maker->random, 8) ? 255 : 3);

        dns_put_u8(maker, (unsigned int)size);
        dns_put_octets(maker, size);
    }
}

/* Configurations of ECH, with the length of all of them in front. */
static void put_ech(struct dns_maker *maker)
{
    size_t count = dns_pick_size(maker, 1, 3);
    size_t size = dns_pick_size(maker, 0, 80);

    dns_put_u16(maker, (unsigned int)(count * (size + 4)));
    for (size_t i = 0; i < count; i++) {
        dns_put_u16(maker, 0xFE0D);
        dns_put_u16(maker, (unsigned int)size);
        dns_put_octets(maker, size);
    }
}

/* Groups of TLS, all different. */
static void put_groups(struct dns_maker *maker)
{
    size_t count = dns_pick_size(maker, 1, dns_random_one_in(&maker->random, 8) ? 200 : 5);
    unsigned int first = dns_pick_number(maker, 16);
    unsigned int step = dns_random_one_in(&maker->random, 2) ? 1 : 0x1001;

    for (size_t i = 0; i < count; i++)
        dns_put_u16(maker, (first + (unsigned int)i * step) & 0xFFFFU);
}

static void put_value(struct dns_maker *maker, unsigned int key)
{
    switch (key) {
    case DNS_PARAM_DOCPATH:
        if (dns_random_one_in(&maker->random, 3))
            break;
        put_alpn(maker);
        break;
    case DNS_PARAM_ALPN:
        put_alpn(maker);
        break;
    case DNS_PARAM_NO_DEFAULT_ALPN:
    case DNS_PARAM_OHTTP:
    case DNS_PARAM_PVD:
        break;
    case DNS_PARAM_ECH:
        put_ech(maker);
        break;
    case DNS_PARAM_TLS_SUPPORTED_GROUPS:
        put_groups(maker);
        break;
    case DNS_PARAM_PORT:
        dns_put_u16(maker, dns_pick_number(maker, 16));
        break;
    case DNS_PARAM_IPV4HINT:
        dns_put_octets(maker, 4 * dns_pick_size(maker, 1, 8));
        break;
    case DNS_PARAM_IPV6HINT:
        dns_put_octets(maker, 16 * dns_pick_size(maker, 1, 8));
        break;
    case DNS_PARAM_DOHPATH:
        dns_put_bytes(maker, bytes_of_text("/dns-query{?dns}"));
        break;
    default:
        dns_put_octets(maker, dns_pick_size(maker, 0, 300));
        break;
    }
}

/* Some of the keys of a set, by its bits, that are not `mandatory` itself. */
static void put_mandatory(struct dns_maker *maker, uint32_t keys)
{
    bool has_one = false;

    for (unsigned int key = 1; key < 32; key++) {
        bool is_last = keys >> key == 1;

        if ((keys >> key & 1U) != 0 &&
            ((is_last && !has_one) || dns_random_one_in(&maker->random, 2))) {
            dns_put_u16(maker, key);
            has_one = true;
        }
    }
}

static void put_param(struct dns_maker *maker, unsigned int key, uint32_t keys)
{
    size_t at;

    dns_put_u16(maker, key);
    at = maker->out.position;
    dns_put_u16(maker, 0);
    if (key == DNS_PARAM_MANDATORY)
        put_mandatory(maker, keys);
    else
        put_value(maker, key);
    if (!maker->is_full)
        byte_writer_patch_u16_be(&maker->out, at, (uint16_t)(maker->out.position - at - 2));
}

/* Parameters that are wrong, whole: key, length and value of each. */
static struct bytes wrong_params(unsigned int wrong)
{
#define WRONG(octets) { (const uint8_t *)(octets), sizeof(octets) - 1 }
    static const struct bytes rows[] = {
        WRONG(""),
        WRONG("\0\1\0\3\2h"),                /* a value past RDATA */
        WRONG("\0\1\0"),                     /* no whole length */
        WRONG("\0\3\0\2\0\1\0\1\0\2\1x"),    /* keys fall */
        WRONG("\0\3\0\2\0\1\0\3\0\2\0\1"),   /* a key twice */
        WRONG("\0\1\0\0"),                   /* no protocol */
        WRONG("\0\1\0\1\0"),                 /* an empty one */
        WRONG("\0\1\0\2\1x\0\2\0\1x"),       /* a value of what has none */
        WRONG("\0\3\0\1x"),                  /* a port of one octet */
        WRONG("\0\4\0\3xyz"),                /* an address of three */
        WRONG("\0\0\0\2\0\0"),               /* mandatory is mandatory */
        WRONG("\0\0\0\4\0\4\0\3\0\3\0\2xx"), /* mandatory keys fall */
        WRONG("\0\0\0\2\0\3\0\4\0\4xxxx"),   /* what is mandatory is missing */
        WRONG("\0\2\0\0"),                   /* no-default-alpn without alpn */
        WRONG("\0\7\0\7/{?dnx}"),            /* a path without `dns` */
        WRONG("\0\7\0\10/{?dns}\xff"),       /* a path that is no UTF-8 */
        WRONG("\0\11\0\4\0\35\0\35"),        /* a group twice */
        WRONG("\0\12\0\2\2x"),               /* a segment that is not whole */
    };
#undef WRONG

    return rows[wrong];
}

void dns_make_params(struct dns_maker *maker, unsigned int wrong)
{
    uint32_t keys = (uint32_t)dns_random_next(&maker->random) & 0xFFFU;

    if (wrong != 0) {
        dns_put_bytes(maker, wrong_params(wrong));
        return;
    }
    if (dns_random_one_in(&maker->random, 3))
        keys |= (uint32_t)dns_random_next(&maker->random) & 0x01016000U;
    if (dns_random_one_in(&maker->random, 3))
        keys &= (uint32_t)dns_random_next(&maker->random);
    if ((keys & 1U << DNS_PARAM_NO_DEFAULT_ALPN) != 0)
        keys |= 1U << DNS_PARAM_ALPN;
    if (keys == 1U << DNS_PARAM_MANDATORY)
        keys = 0;
    for (unsigned int key = 0; key < 32; key++) {
        if ((keys >> key & 1U) != 0)
            put_param(maker, key, keys);
    }
    if (dns_random_one_in(&maker->random, 8))
        put_param(maker, 65535, 0);
}
