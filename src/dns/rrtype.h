/*
 * RR types: numbers, mnemonics, and the fields of each type's RDATA, from the table rrtype.def.
 * Pure; any thread; all that is given is constant.
 */
#pragma once

#include "base/text.h"

/* Type numbers as on the wire, for the types in the table; any other uint16_t is a type too. */
enum dns_type {
#define RRTYPE(id, mnemonic, number, ...) DNS_TYPE_##id = (number),
#define METATYPE(id, mnemonic, number, source) DNS_TYPE_##id = (number),
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
};

/* What a field is: how its octets are delimited, written, made canonical and shown. The kinds are
 * explained in dns/field.def. */
enum dns_field_kind {
#define FIXED(kind, octets, text) DNS_FIELD_##kind,
#define NAME(kind, text) DNS_FIELD_##kind,
#define SHAPED(kind, check, text) DNS_FIELD_##kind,
#include "dns/field.def"
#undef FIXED
#undef NAME
#undef SHAPED
    DNS_FIELD_KINDS, /* how many there are */
};

struct dns_field {
    enum dns_field_kind kind;
    const char *name; /* as the RFC calls it, in small letters */
};

/* One row of the table. */
struct dns_rrtype {
    const char *mnemonic; /* NULL in the row that stands for the types without one */
    uint16_t number;
    const char *source;    /* where it is specified */
    bool is_meta;          /* a type of questions, or one without RDATA */
    bool only_in_class_in; /* in other classes its RDATA is opaque */
    uint8_t fields_count;
    const struct dns_field *fields;
};

#define DNS_FIELDS_MAX 9

/* The fields of a row once more, as the pass over a whole message wants them: in few octets. */
struct dns_rdata_shape {
    uint8_t lead_octets; /* of the fields of fixed size that come first */
    uint8_t lead_count;  /* how many these are */
    uint8_t count;       /* of all fields */
    uint8_t kinds[DNS_FIELDS_MAX];
};

/* The shape of the row that dns_rrtype_of() gives. Never NULL. */
const struct dns_rdata_shape *dns_rdata_shape_of(uint16_t type, uint16_t class);

/* The row by which RDATA of this type and class is read: the type's own, or the row of opaque RDATA
 * for a type that is not in the table, or not in this class. Never NULL. */
const struct dns_rrtype *dns_rrtype_of(uint16_t type, uint16_t class);

/* Appends the mnemonic, or TYPE and the number (RFC 3597 section 5). */
bool dns_type_format(uint16_t type, struct text *text);

/* The number of a mnemonic (of any case) or of TYPE and a number; false, and *ret_type untouched,
 * for another text. */
bool dns_type_parse(struct bytes text, uint16_t *ret_type);
