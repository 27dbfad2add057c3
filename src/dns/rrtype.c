/* The table of RR types: rrtype.def as constants, and how a row is found. */
#include "dns/rdata_shape.h"

/* The fields of each type, in an array of its own. */
#define FIELD(kind, name) { DNS_FIELD_##kind, #name }
#define METATYPE(id, mnemonic, number, source)
#define RRTYPE(id, mnemonic, number, source, class, ...)                                           \
    static const struct dns_field fields_##id[] = { __VA_ARGS__ };
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
static const struct dns_field fields_opaque[] = { FIELD(OPAQUE, rdata) };
#undef FIELD

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* How each type is read, by ROW_…; row 0 is that of opaque RDATA. */
enum {
    ROW_OPAQUE,
#define METATYPE(id, mnemonic, number, source) ROW_##id,
#define RRTYPE(id, mnemonic, number, ...) ROW_##id,
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
};

static const struct dns_rrtype rows[] = {
    [ROW_OPAQUE] = { .fields = fields_opaque, .fields_count = COUNT(fields_opaque) },
#define METATYPE(id, name, value, text)                                                            \
    [ROW_##id] = { .mnemonic = (name),                                                             \
                   .number = (value),                                                              \
                   .source = (text),                                                               \
                   .is_meta = true,                                                                \
                   .fields = fields_opaque,                                                        \
                   .fields_count = COUNT(fields_opaque) },
#define ONLY_IN true
#define ONLY_ANY false
#define RRTYPE(id, name, value, text, class, ...)                                                  \
    [ROW_##id] = { .mnemonic = (name),                                                             \
                   .number = (value),                                                              \
                   .source = (text),                                                               \
                   .only_in_class_in = ONLY_##class,                                               \
                   .fields = fields_##id,                                                          \
                   .fields_count = COUNT(fields_##id) },
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
};

#define PLACE(number)                                                                              \
    ((number) < DNS_TYPES_LOW ? (number) : (number) - DNS_TYPES_HIGH + DNS_TYPES_LOW)

const uint8_t dns_rrtype_rows[DNS_TYPES_LOW + DNS_TYPES_HIGH_COUNT] = {
#define METATYPE(id, mnemonic, number, source) [PLACE(number)] = ROW_##id,
#define RRTYPE(id, mnemonic, number, ...) [PLACE(number)] = ROW_##id,
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
};

/* The octets of each kind of fixed size; 0: of another. */
enum {
#define FIXED(kind, octets, text) OCTETS_##kind = (octets),
#define NAME(kind, text) OCTETS_##kind = 0,
#define SHAPED(kind, check, text) OCTETS_##kind = 0,
#include "dns/field.def"
#undef FIXED
#undef NAME
#undef SHAPED
};

/* Sums over the octets of fields, up to the first field that has none: of octets, and of ones. */
#define LEAD_OCTETS(...) LEAD(IS_OCTETS, __VA_ARGS__, 0, 0, 0, 0, 0, 0, 0, 0)
#define LEAD_COUNT(...) LEAD(IS_ONE, __VA_ARGS__, 0, 0, 0, 0, 0, 0, 0, 0)
#define LEAD(is, a, b, c, d, e, f, g, h, ...)                                                      \
    ADD(is, a,                                                                                     \
        ADD(is, b, ADD(is, c, ADD(is, d, ADD(is, e, ADD(is, f, ADD(is, g, ADD(is, h, 0))))))))
#define ADD(is, octets, rest) ((octets) == 0 ? 0 : is(octets) + (rest))
#define IS_OCTETS(octets) (octets)
#define IS_ONE(octets) 1

const struct dns_rdata_shape dns_rdata_shapes[] = {
    [ROW_OPAQUE] = { .count = 1, .kinds = { DNS_FIELD_OPAQUE } },
#define METATYPE(id, ...) [ROW_##id] = { .count = 1, .kinds = { DNS_FIELD_OPAQUE } },
#define FIELD(kind, name) OCTETS_##kind
#define RRTYPE(id, name, value, text, class, ...)                                                  \
    [ROW_##id].lead_octets = LEAD_OCTETS(__VA_ARGS__),                                             \
    [ROW_##id].lead_count = LEAD_COUNT(__VA_ARGS__),
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
#undef FIELD
#define METATYPE(id, ...)
#define FIELD(kind, name) DNS_FIELD_##kind
#define RRTYPE(id, name, value, text, class, ...)                                                  \
    [ROW_##id].count = COUNT(fields_##id), [ROW_##id].kinds = { __VA_ARGS__ },
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
#undef FIELD
};

const bool dns_rrtype_only_in[] = {
#define METATYPE(id, ...) [ROW_##id] = false,
#define RRTYPE(id, name, value, text, class, ...) [ROW_##id] = ONLY_##class,
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
};

const struct dns_rrtype *dns_rrtype_of(uint16_t type, uint16_t class)
{
    return &rows[dns_rrtype_row(type, class)];
}

const struct dns_rdata_shape *dns_rdata_shape_of(uint16_t type, uint16_t class)
{
    return &dns_rdata_shapes[dns_rrtype_row(type, class)];
}

bool dns_type_format(uint16_t type, struct text *text)
{
    size_t before = text->size;
    const char *mnemonic = dns_rrtype_of(type, DNS_CLASS_IN)->mnemonic;

    if (mnemonic != NULL)
        return text_append(text, mnemonic);
    if (text_append(text, "TYPE") && text_append_decimal(text, type, 0))
        return true;
    text_rollback(text, before);
    return false;
}

bool dns_type_parse(struct bytes text, uint16_t *ret_type)
{
    /* Numbers first: there can be many in a bitmap, and no mnemonic looks like one. */
    if (dns_number_parse(text, "TYPE", ret_type))
        return true;
    for (size_t i = ROW_OPAQUE + 1; i < COUNT(rows); i++) {
        if (dns_word_equal(text, rows[i].mnemonic)) {
            *ret_type = rows[i].number;
            return true;
        }
    }
    return false;
}
