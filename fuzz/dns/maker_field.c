/* Fields: the table of their kinds, and those that are numbers, names, strings or octets. */
#include "fuzz/dns/maker_field.h"

#include "dns/field_check.h"

/* A number of the kind's size; wrong: cut short. */
static void make_fixed(struct dns_maker *maker, size_t size, unsigned int wrong)
{
    uint32_t number = dns_pick_number(maker, size >= 4 ? 32 : 8 * (unsigned int)size);

    if (wrong != 0) {
        size = dns_random_below(&maker->random, size);
        maker->rdata_ends = true;
    }
    for (; size > 4; size--)
        dns_put_u8(maker, dns_pick_number(maker, 8));
    for (; size > 0; size--)
        dns_put_u8(maker, number >> (8 * (size - 1)));
}

void dns_make_rest(struct dns_maker *maker, unsigned int wrong)
{
    size_t size = dns_pick_size(maker, 0, SIZE_MAX);

    (void)wrong;
    /* What looks like a name is one that others may point to. */
    switch (dns_random_below(&maker->random, 8)) {
    case 0:
        dns_make_name(maker, DNS_NAME_ANYHOW, DNS_NAME_RIGHT);
        break;
    case 1:
        if (maker->places_count > 0 && maker->places[0].hops < 64)
            dns_put_ladder(maker, maker->places[0],
                           1 + (unsigned int)dns_random_below(&maker->random, 62));
        break;
    default:
        dns_put_octets(maker, size);
        break;
    }
}

void dns_make_some(struct dns_maker *maker, unsigned int wrong)
{
    if (wrong == 0)
        dns_put_octets(maker, dns_pick_size(maker, 1, SIZE_MAX));
}

/* A length octet and as many octets; wrong: the length octet says one more, and RDATA ends. */
static void put_counted(struct dns_maker *maker, size_t size, bool wrong)
{
    dns_put_u8(maker, (unsigned int)size + wrong);
    dns_put_octets(maker, size);
    maker->rdata_ends = maker->rdata_ends || wrong;
}

void dns_make_string(struct dns_maker *maker, unsigned int wrong)
{
    if (wrong == 2) {
        maker->rdata_ends = true;
        return;
    }
    put_counted(maker, dns_pick_size(maker, 0, wrong == 0 ? 255 : 254), wrong != 0);
}

void dns_make_string_optional(struct dns_maker *maker, unsigned int wrong)
{
    if (wrong != 0 || dns_random_one_in(&maker->random, 2))
        dns_make_string(maker, wrong);
}

void dns_make_strings(struct dns_maker *maker, unsigned int wrong)
{
    size_t count = dns_pick_size(maker, 1, 64);
    bool are_empty = dns_random_one_in(&maker->random, 8);

    if (wrong == 1)
        return;
    for (size_t i = 0; i + 1 < count; i++)
        put_counted(maker, are_empty ? 0 : dns_pick_size(maker, 0, 255), false);
    dns_make_string(maker, wrong == 0 ? 0 : 1);
}

/* A character-string of octets out of a set. */
static void put_chosen(struct dns_maker *maker, size_t size, const char *set)
{
    size_t count = strlen(set);

    dns_put_u8(maker, (unsigned int)size);
    for (size_t i = 0; i < size; i++)
        dns_put_u8(maker, (uint8_t)set[dns_random_below(&maker->random, count)]);
}

void dns_make_digits(struct dns_maker *maker, unsigned int wrong)
{
    if (wrong == 0)
        put_chosen(maker, dns_pick_size(maker, 4, 255), "0123456789");
    else if (wrong == 1)
        put_chosen(maker, dns_random_below(&maker->random, 4), "0123456789");
    else if (wrong == 2)
        put_chosen(maker, dns_pick_size(maker, 4, 255), "aZ /:-");
    else
        dns_make_string(maker, 1);
}

void dns_make_tag(struct dns_maker *maker, unsigned int wrong)
{
    static const char *const tags[] = { "\5issue", "\11issuewild", "\5iodef", "\5ISSUE" };

    if (wrong == 0 && dns_random_one_in(&maker->random, 2))
        dns_put_bytes(maker, bytes_of_text(DNS_RANDOM_OF(&maker->random, tags)));
    else if (wrong == 0)
        put_chosen(maker, dns_pick_size(maker, 1, 255), "abzABZ019");
    else if (wrong == 1)
        dns_put_u8(maker, 0);
    else
        put_chosen(maker, dns_pick_size(maker, 1, 255), "-_. @[`{/:");
}

void dns_make_regexp(struct dns_maker *maker, unsigned int wrong)
{
    static const char *const right[] = { "", "!!!", "!^.*$!sip:x@y!", "/a\\/b/\\1/i",
                                         "\xFF\xFF\xFF" };
    static const char *const bad[] = { "", "!!", "!a!b!g", "1a1b1", "!a!b\\!" };
    size_t size = dns_pick_size(maker, 3, 255);

    if (wrong != 0) {
        dns_put_u8(maker, (unsigned int)strlen(bad[wrong]));
        dns_put_bytes(maker, bytes_of_text(bad[wrong]));
    } else if (dns_random_one_in(&maker->random, 2)) {
        const char *text = DNS_RANDOM_OF(&maker->random, right);

        dns_put_u8(maker, (unsigned int)strlen(text));
        dns_put_bytes(maker, bytes_of_text(text));
    } else {
        dns_put_u8(maker, (unsigned int)size);
        dns_put_u16(maker, 0x2121);
        for (size_t i = 3; i < size; i++)
            dns_put_u8(maker, 'x');
        dns_put_u8(maker, 0x21);
    }
}

void dns_make_octets(struct dns_maker *maker, unsigned int wrong)
{
    size_t left = byte_writer_left(&maker->out);
    size_t size = dns_pick_size(maker, 0, left < 64 ? 0 : left - 64);

    if (wrong == 1) {
        dns_put_u8(maker, 0);
        maker->rdata_ends = true;
        return;
    }
    dns_put_u16(maker, (unsigned int)(wrong == 0 ? size : size + 1));
    dns_put_octets(maker, size);
    maker->rdata_ends = wrong != 0;
}

void dns_make_salt(struct dns_maker *maker, unsigned int wrong)
{
    if (wrong == 1)
        maker->rdata_ends = true;
    else
        put_counted(maker, dns_pick_size(maker, 0, wrong == 0 ? 255 : 254), wrong != 0);
}

/* Of SHA-1 a hash has 20 octets; of another algorithm any. */
void dns_make_hash(struct dns_maker *maker, unsigned int wrong)
{
    static const uint8_t bad[] = { 0, 0, 19, 21 };

    if (wrong == 4)
        put_counted(maker, dns_pick_size(maker, 0, 254), true);
    else if (wrong != 0) {
        *dns_maker_octet(maker, 0) = 1;
        put_counted(maker, bad[wrong], false);
    } else if (dns_random_one_in(&maker->random, 2)) {
        *dns_maker_octet(maker, 0) = 1;
        put_counted(maker, 20, false);
    } else {
        *dns_maker_octet(maker, 0) = (uint8_t)(2 + dns_random_below(&maker->random, 254));
        put_counted(maker, dns_pick_size(maker, 1, 255), false);
    }
}

/* A digest whose algorithm stands at `type_at`: of one of `sizes`, or of none of these and any size
 * from `size_min` on. */
static void put_digest(struct dns_maker *maker, size_t type_at, struct bytes sizes, size_t size_min,
                       unsigned int wrong)
{
    size_t type = 1 + dns_random_below(&maker->random, sizes.size - 1);
    size_t size = sizes.at[type];

    if (wrong == 3) {
        type = 255;
        size = dns_random_below(&maker->random, size_min);
    } else if (size == 0 || (wrong == 0 && dns_random_one_in(&maker->random, 3))) {
        type = DNS_RANDOM_OF(&maker->random, ((const uint8_t[]){ 0, 100, 254, 255 }));
        size = wrong == 0 ? dns_pick_size(maker, size_min, SIZE_MAX)
                          : dns_random_below(&maker->random, size_min);
    } else if (wrong != 0) {
        size = wrong == 1 ? size - 1 : size + 1;
    }
    *dns_maker_octet(maker, type_at) = (uint8_t)type;
    dns_put_octets(maker, size);
}

void dns_make_digest(struct dns_maker *maker, unsigned int wrong)
{
    static const uint8_t sizes[] = { 0, 20, 32, 0, 48 };

    put_digest(maker, 3, bytes_of(sizes, sizeof(sizes)), 1, wrong);
}

void dns_make_fingerprint(struct dns_maker *maker, unsigned int wrong)
{
    static const uint8_t sizes[] = { 0, 20, 32 };

    put_digest(maker, 1, bytes_of(sizes, sizeof(sizes)), 1, wrong);
}

void dns_make_zone_digest(struct dns_maker *maker, unsigned int wrong)
{
    static const uint8_t sizes[] = { 0, 48, 64 };

    put_digest(maker, 5, bytes_of(sizes, sizeof(sizes)), 12, wrong);
}

#define NO_KEY 0xC0U /* both bits say that there is no key (RFC 2535 section 3.1.2) */
#define PRIVATE_NAME 253
#define PRIVATE_IDENTIFIER 254

void dns_make_public_key(struct dns_maker *maker, unsigned int wrong)
{
    static const uint8_t algorithms[] = { 0, 1, 3, 5, 8, 13, 15, 16, 252, 255 };
    uint8_t *flags = dns_maker_octet(maker, 0);
    uint8_t *algorithm = dns_maker_octet(maker, 3);

    *algorithm = DNS_RANDOM_OF(&maker->random, algorithms);
    switch (wrong != 0 ? 5 + wrong : dns_random_below(&maker->random, 6)) {
    case 0:
        *flags |= NO_KEY;
        break;
    case 1:
        *algorithm = PRIVATE_NAME;
        dns_make_name(maker, DNS_NAME_WHOLE, DNS_NAME_RIGHT);
        dns_put_octets(maker, dns_pick_size(maker, 0, 300));
        break;
    case 2:
        *algorithm = PRIVATE_IDENTIFIER;
        put_counted(maker, dns_pick_size(maker, 0, 255), false);
        dns_put_octets(maker, dns_pick_size(maker, 0, 300));
        break;
    case 6:
        *flags &= (uint8_t)~NO_KEY;
        break;
    case 7:
        *algorithm = PRIVATE_NAME;
        dns_make_name(maker, DNS_NAME_WHOLE, DNS_WRONG_LABEL_10);
        break;
    case 8:
        *algorithm = PRIVATE_IDENTIFIER;
        put_counted(maker, dns_pick_size(maker, 0, 254), true);
        break;
    default:
        dns_put_octets(maker, dns_pick_size(maker, 1, SIZE_MAX));
        break;
    }
}

void dns_make_host_identity(struct dns_maker *maker, unsigned int wrong)
{
    size_t tag_size = dns_pick_size(maker, 1, 255);
    size_t left = byte_writer_left(&maker->out);
    size_t key_size = dns_pick_size(maker, 1, left < 600 ? 1 : left - 600);

    dns_put_u8(maker, (unsigned int)(wrong == 1 ? 0 : tag_size));
    dns_put_u8(maker, dns_pick_number(maker, 8));
    dns_put_u16(maker, (unsigned int)(wrong == 2 ? 0 : key_size));
    dns_put_octets(maker, tag_size + key_size - (wrong == 3));
    maker->rdata_ends = wrong == 3;
}

void dns_make_names(struct dns_maker *maker, unsigned int wrong)
{
    static const enum dns_name_wrong wrongs[] = { DNS_NAME_RIGHT, DNS_WRONG_POINTER, DNS_WRONG_SIZE,
                                                  DNS_WRONG_CUT };
    size_t count = dns_pick_size(maker, 0, 6);

    for (size_t i = 0; i < count; i++)
        dns_make_name(maker, DNS_NAME_WHOLE, DNS_NAME_RIGHT);
    if (wrong != 0)
        dns_make_name(maker, DNS_NAME_WHOLE, wrongs[wrong]);
}

/* The kinds, by the names of their checks. */
struct shape {
    void (*make)(struct dns_maker *maker, unsigned int wrong);
    unsigned int wrongs;
};

static const struct shape shapes[DNS_FIELD_KINDS] = {
#define FIXED(kind, octets, text)
#define NAME(kind, text)
#define SHAPED(kind, check, text) [DNS_FIELD_##kind] = { dns_make_##check, check##_wrongs },
#include "dns/field.def"
#undef FIXED
#undef NAME
#undef SHAPED
};

unsigned int dns_field_wrongs(enum dns_field_kind kind)
{
    if (kind < DNS_FIELD_NAME_SHORT)
        return 1;
    return kind <= DNS_FIELD_NAME_PLAIN ? DNS_WRONG_NAMES - 1 : shapes[kind].wrongs;
}

void dns_make_field(struct dns_maker *maker, enum dns_field_kind kind, unsigned int wrong)
{
    enum dns_name_rule rule = kind <= DNS_FIELD_NAME_OLD ? DNS_NAME_ANYHOW : DNS_NAME_WHOLE;

    if (kind < DNS_FIELD_NAME_SHORT)
        make_fixed(maker, dns_field_octets[kind], wrong);
    else if (kind <= DNS_FIELD_NAME_PLAIN)
        dns_make_name(maker, rule, (enum dns_name_wrong)wrong);
    else if (!maker->is_full)
        shapes[kind].make(maker, wrong);
}
