/* The options of EDNS: each code of the registry with what may stand in it. */
#include "fuzz/dns/maker_field.h"

static void put_number(struct dns_maker *maker, unsigned int bits)
{
    for (; bits > 0; bits -= 8)
        dns_put_u8(maker, dns_pick_number(maker, 8));
}

static void put_llq(struct dns_maker *maker)
{
    put_number(maker, 18 * 8);
}

static void put_lease(struct dns_maker *maker)
{
    put_number(maker, dns_random_one_in(&maker->random, 2) ? 32 : 64);
}

static void put_any(struct dns_maker *maker)
{
    dns_put_octets(maker, dns_pick_size(maker, 0, SIZE_MAX));
}

static void put_few(struct dns_maker *maker)
{
    dns_put_octets(maker, dns_pick_size(maker, 0, 32));
}

/* An address of so many bits, in no more octets than they take; what is past them is 0. */
static void put_subnet(struct dns_maker *maker)
{
    unsigned int family = (unsigned int)dns_random_below(&maker->random, 3);
    unsigned int bits_max = family == 0 ? 0 : family == 1 ? 32 : 128;
    unsigned int bits = (unsigned int)dns_pick_size(maker, 0, bits_max);

    dns_put_u16(maker, family);
    dns_put_u8(maker, bits);
    dns_put_u8(maker, (unsigned int)dns_pick_size(maker, 0, bits_max));
    dns_put_octets(maker, (bits + 7) / 8);
    if (!maker->is_full && bits % 8 != 0)
        maker->out.base[maker->out.position - 1] &= (uint8_t)(0xFF00U >> bits % 8);
}

static void put_expire(struct dns_maker *maker)
{
    put_number(maker, dns_random_one_in(&maker->random, 2) ? 0 : 32);
}

static void put_cookie(struct dns_maker *maker)
{
    dns_put_octets(maker, dns_random_one_in(&maker->random, 2) ? 8 : dns_pick_size(maker, 16, 40));
}

static void put_keepalive(struct dns_maker *maker)
{
    put_number(maker, dns_random_one_in(&maker->random, 2) ? 0 : 16);
}

static void put_padding(struct dns_maker *maker)
{
    for (size_t left = dns_pick_size(maker, 0, 468); left > 0; left--)
        dns_put_u8(maker, 0);
}

static void put_name(struct dns_maker *maker)
{
    dns_make_name(maker, DNS_NAME_WHOLE, DNS_NAME_RIGHT);
}

static void put_tags(struct dns_maker *maker)
{
    dns_put_octets(maker, 2 * dns_pick_size(maker, 1, 8));
}

static void put_tag(struct dns_maker *maker)
{
    put_number(maker, 16);
}

static void put_error(struct dns_maker *maker)
{
    static const char *const texts[] = {
        "", "a", "no", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x8D\xB7"
    };

    dns_put_u16(maker, dns_random_one_in(&maker->random, 4)
                           ? dns_pick_number(maker, 16)
                           : (unsigned int)dns_random_below(&maker->random, 32));
    for (size_t i = dns_random_below(&maker->random, 4); i > 0; i--)
        dns_put_bytes(maker, bytes_of_text(DNS_RANDOM_OF(&maker->random, texts)));
}

static void put_zone_version(struct dns_maker *maker)
{
    switch (dns_random_below(&maker->random, 3)) {
    case 0:
        break;
    case 1:
        dns_put_u8(maker, dns_pick_number(maker, 7));
        dns_put_u8(maker, 0);
        dns_put_u32(maker, dns_pick_number(maker, 32));
        break;
    default:
        dns_put_u8(maker, dns_pick_number(maker, 7));
        dns_put_u8(maker, 1 + (unsigned int)dns_random_below(&maker->random, 255));
        dns_put_octets(maker, dns_pick_size(maker, 0, 32));
        break;
    }
}

static const struct option {
    uint16_t code;
    void (*put)(struct dns_maker *maker);
} options[] = {
    { 1, put_llq },     { 2, put_lease },         { 3, put_any },      { 5, put_few },
    { 6, put_few },     { 7, put_few },           { 8, put_subnet },   { 9, put_expire },
    { 10, put_cookie }, { 11, put_keepalive },    { 12, put_padding }, { 13, put_name },
    { 14, put_tags },   { 15, put_error },        { 16, put_tag },     { 17, put_tag },
    { 18, put_name },   { 19, put_zone_version }, { 20, put_tags },    { 21, put_tags },
    { 0, put_few },     { 4, put_few },           { 22, put_few },     { 26, put_few },
    { 20292, put_few }, { 26946, put_few },       { 65001, put_any },  { 65535, put_few },
};

static void put_option(struct dns_maker *maker)
{
    const struct option *option = &DNS_RANDOM_OF(&maker->random, options);
    size_t at;

    dns_put_u16(maker, option->code);
    at = maker->out.position;
    dns_put_u16(maker, 0);
    option->put(maker);
    if (!maker->is_full)
        byte_writer_patch_u16_be(&maker->out, at, (uint16_t)(maker->out.position - at - 2));
}

void dns_make_options(struct dns_maker *maker, unsigned int wrong)
{
    size_t count = dns_pick_size(maker, 0, 6);

    for (size_t i = 0; i < count; i++)
        put_option(maker);
    if (wrong == 1) {
        dns_put_u32(maker, 0x000A0009U);
        dns_put_octets(maker, 8);
    } else if (wrong == 2) {
        dns_put_u16(maker, 0x000A);
        dns_put_u8(maker, 0);
    } else if (wrong == 3) { /* a cookie of no octets */
        dns_put_u32(maker, 0x000A0000U);
    } else if (wrong == 4) { /* a subnet of an unknown family */
        dns_put_u32(maker, 0x00080004U);
        dns_put_u32(maker, 0x00030000U);
    }
}
