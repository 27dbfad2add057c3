/*
 * RDATA. field_end() knows how each kind of field is delimited; everything else walks the fields
 * that it delimits.
 */
#include "dns/rdata.h"

#include "base/require.h"
#include "dns/code.h"

struct dns_rdata dns_rdata_of(const struct dns_rr *rr)
{
    const struct dns_rrtype *row = dns_rrtype_of(rr->type, rr->class);
    bool left_out = byte_reader_is_done(&rr->rdata) &&
                    (rr->class == DNS_CLASS_ANY || rr->class == DNS_CLASS_NONE);

    return (struct dns_rdata){
        .in = rr->rdata,
        .field = row->fields,
        .fields_left = left_out ? 0 : row->fields_count,
        .verdict = dns_accept(),
    };
}

/* Moves over `size` octets of a field. */
static inline struct dns_verdict skip_octets(struct byte_reader *in, size_t size)
{
    if (byte_reader_left(in) < size)
        return dns_refuse(DNS_RDATA_TRUNCATED, in->position);
    in->position += size;
    return dns_accept();
}

static struct dns_verdict skip_strings(struct byte_reader *in)
{
    if (byte_reader_is_done(in))
        return dns_refuse(DNS_STRINGS_EMPTY, in->position);
    while (in->position < in->end) {
        size_t size = 1U + in->base[in->position];

        if (size > byte_reader_left(in))
            return dns_refuse(DNS_STRING_TRUNCATED, in->position);
        in->position += size;
    }
    return dns_accept();
}

static struct dns_verdict skip_options(struct byte_reader *in)
{
    while (!byte_reader_is_done(in)) {
        size_t at = in->position;
        uint16_t code;
        uint16_t size;

        if (!(read_u16_be(in, &code) && read_u16_be(in, &size) && byte_reader_left(in) >= size))
            return dns_refuse(DNS_OPTION_TRUNCATED, at);
        in->position += size;
    }
    return dns_accept();
}

/* Moves over one field and checks it. */
static inline struct dns_verdict field_skip(enum dns_field_kind kind, struct byte_reader *in)
{
    size_t name_size;

    switch (kind) {
    case DNS_FIELD_U16:
        return skip_octets(in, 2);
    case DNS_FIELD_U32:
    case DNS_FIELD_IPV4:
        return skip_octets(in, 4);
    case DNS_FIELD_IPV6:
        return skip_octets(in, 16);
    case DNS_FIELD_NAME_SHORT:
        return dns_name_skip(in, &name_size);
    case DNS_FIELD_STRINGS:
        return skip_strings(in);
    case DNS_FIELD_OPTIONS:
        return skip_options(in);
    case DNS_FIELD_OPAQUE:
        return skip_octets(in, byte_reader_left(in));
    }
    UNREACHABLE();
}

bool dns_rdata_next(struct dns_rdata *fields, struct dns_value *ret_value)
{
    struct byte_reader at = fields->in;

    if (fields->fields_left == 0) {
        if (fields->verdict.status == DNS_OK && !byte_reader_is_done(&at))
            fields->verdict = dns_refuse(DNS_RDATA_TRAILING, at.position);
        return false;
    }
    fields->verdict = field_skip(fields->field->kind, &at);
    if (fields->verdict.status != DNS_OK) {
        fields->fields_left = 0;
        return false;
    }
    *ret_value = (struct dns_value){ .field = fields->field, .octets = fields->in };
    ret_value->octets.end = at.position;
    fields->in = at;
    fields->field++;
    fields->fields_left--;
    return true;
}

struct dns_verdict dns_rdata_check(const struct dns_rr *rr)
{
    struct dns_rdata fields = dns_rdata_of(rr);
    struct dns_value value;

    while (dns_rdata_next(&fields, &value))
        continue;
    return fields.verdict;
}

/* The octets of a value as they are written: those that stand in the message, but for a name, which
 * is put into *name without compression. */
static struct bytes value_octets(const struct dns_value *value, bool canonical,
                                 struct dns_name *name)
{
    struct byte_reader in = value->octets;
    struct dns_verdict verdict;

    if (value->field->kind != DNS_FIELD_NAME_SHORT)
        return byte_reader_rest(&in);
    verdict = dns_name_read(&in, name);
    REQUIRE(verdict.status == DNS_OK);
    if (canonical)
        dns_name_lower(name);
    return dns_name_bytes(name);
}

struct dns_verdict dns_rdata_write(const struct dns_rr *rr, bool canonical, struct byte_writer *out)
{
    struct dns_rdata fields = dns_rdata_of(rr);
    size_t before = out->position;
    struct dns_value value;
    struct dns_name name;

    while (dns_rdata_next(&fields, &value)) {
        if (!write_bytes(out, value_octets(&value, canonical, &name))) {
            byte_writer_rollback(out, before);
            return dns_refuse(DNS_NO_ROOM, before);
        }
    }
    if (fields.verdict.status != DNS_OK)
        byte_writer_rollback(out, before);
    return fields.verdict;
}

/* The order of strings of octets (RFC 4034 section 6.3): a prefix comes before what it begins. */
static int compare_octets(struct bytes a, struct bytes b)
{
    size_t common = a.size < b.size ? a.size : b.size;
    int order = common == 0 ? 0 : memcmp(a.at, b.at, common);

    return order != 0 ? order : (a.size > b.size) - (a.size < b.size);
}

int dns_rdata_compare(const struct dns_rr *a, const struct dns_rr *b)
{
    struct dns_rdata fields_a = dns_rdata_of(a);
    struct dns_rdata fields_b = dns_rdata_of(b);

    REQUIRE(a->type == b->type && a->class == b->class);
    /* No field but the last is a prefix of another of its kind, so the first field that differs
     * decides. */
    for (;;) {
        struct dns_value value_a;
        struct dns_value value_b;
        bool more_a = dns_rdata_next(&fields_a, &value_a);
        bool more_b = dns_rdata_next(&fields_b, &value_b);
        struct dns_name name_a;
        struct dns_name name_b;
        int order;

        if (!more_a || !more_b)
            return more_a - more_b;
        order = compare_octets(value_octets(&value_a, true, &name_a),
                               value_octets(&value_b, true, &name_b));
        if (order != 0)
            return order;
    }
}
