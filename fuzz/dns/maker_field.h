/*
 * How each kind of field is made: make_<check>() for each kind of a shape of its own in
 * dns/field.def, by the name of its check. `wrong` is 0, or from 1 to <check>_wrongs. Pure.
 */
#pragma once

#include "fuzz/dns/maker.h"

/* In how many ways each can be wrong. */
enum {
    rest_wrongs = 0,
    some_wrongs = 1,
    string_wrongs = 2,
    string_optional_wrongs = 1,
    strings_wrongs = 2,
    digits_wrongs = 3,
    tag_wrongs = 2,
    regexp_wrongs = 4,
    octets_wrongs = 2,
    salt_wrongs = 2,
    hash_wrongs = 4,
    digest_wrongs = 3,
    fingerprint_wrongs = 3,
    zone_digest_wrongs = 3,
    public_key_wrongs = 3,
    location_wrongs = 4,
    atm_wrongs = 2,
    suffix_wrongs = 3,
    prefix_name_wrongs = 2,
    gateway_wrongs = 4,
    relay_address_wrongs = 3,
    host_identity_wrongs = 3,
    names_wrongs = 3,
    types_wrongs = 6,
    types_any_wrongs = 5,
    types_old_wrongs = 3,
    ports_wrongs = 2,
    prefixes_wrongs = 4,
    params_wrongs = 17,
    options_wrongs = 4,
};

/* Each writes one field and may set rdata_ends. */
#define FIXED(kind, octets, text)
#define NAME(kind, text)
#define SHAPED(kind, check, text)                                                                  \
    void dns_make_##check(struct dns_maker *maker, unsigned int wrong);
#include "dns/field.def"
#undef FIXED
#undef NAME
#undef SHAPED

/* An octet of RDATA that was written before. */
static inline uint8_t *dns_maker_octet(struct dns_maker *maker, size_t offset)
{
    return &maker->out.base[maker->rdata_start + offset];
}
