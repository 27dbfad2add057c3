/* RDATA. dns_field_check() knows where each field ends; all else walks the fields. */
#include "dns/rdata.h"

#include "base/require.h"
#include "dns/code.h"
#include "dns/field_check.h"

struct dns_rdata dns_rdata_of(const struct dns_rr *rr)
{
    const struct dns_rrtype *row = dns_rrtype_of(rr->type, rr->class);
    bool left_out = byte_reader_is_done(&rr->rdata) &&
                    (rr->class == DNS_CLASS_ANY || rr->class == DNS_CLASS_NONE);

    return (struct dns_rdata){
        .in = rr->rdata,
        .start = rr->rdata.position,
        .field = row->fields,
        .fields_left = left_out ? 0 : row->fields_count,
        .verdict = dns_accept(),
    };
}

bool dns_rdata_next(struct dns_rdata *fields, struct dns_value *ret_value)
{
    struct byte_reader at = fields->in;
    enum dns_status status;

    if (fields->fields_left == 0) {
        if (fields->verdict.status == DNS_OK && !byte_reader_is_done(&at))
            fields->verdict = dns_refuse(DNS_RDATA_TRAILING, at.position);
        return false;
    }
    status = dns_field_check(fields->field->kind, &at, fields->start);
    if (status != DNS_OK) {
        fields->verdict = dns_refuse(status, at.position);
        fields->fields_left = 0;
        return false;
    }
    *ret_value = (struct dns_value){
        .field = fields->field,
        .octets = fields->in,
        .rdata_start = fields->start,
    };
    ret_value->octets.end = at.position;
    fields->in = at;
    fields->field++;
    fields->fields_left--;
    return true;
}

struct dns_verdict dns_rdata_check(const struct dns_rr *rr)
{
    struct dns_rdata fields = dns_rdata_of(rr);
    struct byte_reader in = rr->rdata;

    for (unsigned int i = 0; i < fields.fields_left; i++) {
        enum dns_status status = dns_field_check(fields.field[i].kind, &in, fields.start);

        if (status != DNS_OK)
            return dns_refuse(status, in.position);
    }
    if (!byte_reader_is_done(&in))
        return dns_refuse(DNS_RDATA_TRAILING, in.position);
    return dns_accept();
}

/* Whether a value is a name that is not to be written as it stands. */
static bool is_rewritten(const struct dns_value *value, bool canonical)
{
    enum dns_field_kind kind = value->field->kind;

    if (kind == DNS_FIELD_NAME_SHORT || kind == DNS_FIELD_NAME_OLD)
        return true;
    return canonical && (kind == DNS_FIELD_NAME_LOWER || kind == DNS_FIELD_PREFIX_NAME) &&
           !byte_reader_is_done(&value->octets);
}

struct bytes dns_value_octets(const struct dns_value *value, bool canonical, struct dns_name *name)
{
    struct byte_reader in = value->octets;
    struct dns_verdict verdict;

    if (!is_rewritten(value, canonical))
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
        if (!write_bytes(out, dns_value_octets(&value, canonical, &name))) {
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
        order = compare_octets(dns_value_octets(&value_a, true, &name_a),
                               dns_value_octets(&value_b, true, &name_b));
        if (order != 0)
            return order;
    }
}
