/* The table of RR types: rrtype.def as constants, and how a row is found. */
#include "dns/rrtype.h"

#include "dns/code.h"

/* The fields of each type, in an array of its own. */
#define FIELD(kind, name) { DNS_FIELD_##kind, #name }
#define METATYPE(mnemonic, number, source)
#define RRTYPE(mnemonic, number, source, class, ...)                                               \
    static const struct dns_field fields_##mnemonic[] = { __VA_ARGS__ };
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
static const struct dns_field fields_opaque[] = { FIELD(OPAQUE, rdata) };
#undef FIELD

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* How each type is read, by ROW_…; row 0 is that of opaque RDATA. */
enum {
    ROW_OPAQUE,
#define METATYPE(mnemonic, number, source) ROW_##mnemonic,
#define RRTYPE(mnemonic, number, ...) ROW_##mnemonic,
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
};

static const struct dns_rrtype rows[] = {
    [ROW_OPAQUE] = { .fields = fields_opaque, .fields_count = COUNT(fields_opaque) },
#define METATYPE(name, value, text)                                                                \
    [ROW_##name] = { .mnemonic = #name,                                                            \
                     .number = (value),                                                            \
                     .source = (text),                                                             \
                     .is_meta = true,                                                              \
                     .fields = fields_opaque,                                                      \
                     .fields_count = COUNT(fields_opaque) },
#define ONLY_IN true
#define ONLY_ANY false
#define RRTYPE(name, value, text, class, ...)                                                      \
    [ROW_##name] = { .mnemonic = #name,                                                            \
                     .number = (value),                                                            \
                     .source = (text),                                                             \
                     .only_in_class_in = ONLY_##class,                                             \
                     .fields = fields_##name,                                                      \
                     .fields_count = COUNT(fields_##name) },
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
};

/* The row of each type below 256. */
static const uint8_t row_of[256] = {
#define METATYPE(mnemonic, number, source) [number] = ROW_##mnemonic,
#define RRTYPE(mnemonic, number, ...) [number] = ROW_##mnemonic,
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

static const struct dns_rdata_shape shapes[] = {
    [ROW_OPAQUE] = { .count = 1, .kinds = { DNS_FIELD_OPAQUE } },
#define METATYPE(name, ...) [ROW_##name] = { .count = 1, .kinds = { DNS_FIELD_OPAQUE } },
#define FIELD(kind, name) OCTETS_##kind
#define RRTYPE(name, value, text, class, ...)                                                      \
    [ROW_##name].lead_octets = LEAD_OCTETS(__VA_ARGS__),                                           \
    [ROW_##name].lead_count = LEAD_COUNT(__VA_ARGS__),
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
#undef FIELD
#define METATYPE(name, ...)
#define FIELD(kind, name) DNS_FIELD_##kind
#define RRTYPE(name, value, text, class, ...)                                                      \
    [ROW_##name].count = COUNT(fields_##name), [ROW_##name].kinds = { __VA_ARGS__ },
#include "dns/rrtype.def"
#undef RRTYPE
#undef METATYPE
#undef FIELD
};

/* The place in the tables. */
static inline unsigned int row_index(uint16_t type, uint16_t class)
{
    unsigned int row = type < COUNT(row_of) ? row_of[type] : ROW_OPAQUE;

    /* An update names a record that is to go by class NONE (RFC 2136 section 2.5.4). */
    if (class != DNS_CLASS_IN && class != DNS_CLASS_NONE && rows[row].only_in_class_in)
        return ROW_OPAQUE;
    return row;
}

const struct dns_rrtype *dns_rrtype_of(uint16_t type, uint16_t class)
{
    return &rows[row_index(type, class)];
}

const struct dns_rdata_shape *dns_rdata_shape_of(uint16_t type, uint16_t class)
{
    return &shapes[row_index(type, class)];
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

/* Whether `text` begins with `word` but for the case of letters; `word` has capitals only. */
static bool has_prefix(struct bytes text, const char *word)
{
    size_t size = strlen(word);

    if (text.size < size)
        return false;
    for (size_t i = 0; i < size; i++) {
        uint8_t octet = text.at[i];

        if (octet >= 'a' && octet <= 'z')
            octet = (uint8_t)(octet - ('a' - 'A'));
        if (octet != (uint8_t)word[i])
            return false;
    }
    return true;
}

static bool parse_number(struct bytes digits, uint16_t *ret_number)
{
    unsigned int number = 0;

    if (digits.size == 0 || digits.size > 5)
        return false;
    for (size_t i = 0; i < digits.size; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return false;
        number = number * 10 + (unsigned int)(digits.at[i] - '0');
    }
    if (number > UINT16_MAX)
        return false;
    *ret_number = (uint16_t)number;
    return true;
}

bool dns_type_parse(struct bytes text, uint16_t *ret_type)
{
    for (size_t i = ROW_OPAQUE + 1; i < COUNT(rows); i++) {
        if (text.size == strlen(rows[i].mnemonic) && has_prefix(text, rows[i].mnemonic)) {
            *ret_type = rows[i].number;
            return true;
        }
    }
    return has_prefix(text, "TYPE") && parse_number(bytes_of(text.at + 4, text.size - 4), ret_type);
}
