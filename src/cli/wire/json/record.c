/*
 * Records of JSON. RDATA in hexadecimal is read as the text form of RFC 3597 is, so that it is held
 * to the same: it is what its type has, and no name in it is compressed.
 */
#include "cli/wire/json/record.h"

#include "base/require.h"
#include "base/text_format.h"
#include "cli/wire/json/member.h"
#include "dns/code.h"
#include "dns/edns.h"
#include "dns/option_text.h"
#include "dns/rrtype.h"

#include <errno.h>
#include <string.h>

int wire_json_read_question(const json_t *object, const char *prefix,
                            struct dns_question *ret_question, struct err *err)
{
    static const char *const members[] = { "QNAME", "QTYPE", "QCLASS" };
    size_t skipped = prefix[0] == '\0' ? 1 : 0;
    struct dns_question question = { .class = DNS_CLASS_IN };
    int has_name = wire_json_name(object, members[0] + skipped, &question.name, err);
    int has_type;
    int has_class;

    if (has_name < 0)
        return has_name;
    has_type = wire_json_code(object, members[1] + skipped, dns_type_parse, &question.type, err);
    if (has_type < 0)
        return has_type;
    has_class = wire_json_code(object, members[2] + skipped, dns_class_parse, &question.class, err);
    if (has_class < 0)
        return has_class;
    if (has_name + has_type + has_class == 0)
        return 0;
    if (has_name == 0 || has_type == 0)
        return err_set(err, -EINVAL, "%s: is missing", members[has_name == 0 ? 0 : 1] + skipped);
    *ret_question = question;
    return 1;
}

/* The fields of OPT that stand where others have class and TTL. */
static int read_edns(const json_t *object, struct dns_edns *ret_edns, struct err *err)
{
    static const struct {
        const char *name;
        uint32_t max;
        unsigned int shift; /* in the TTL */
    } fields[] = {
        { "extendedRCODE", UINT8_MAX, 24 },
        { "version", UINT8_MAX, 16 },
        { "DO", 1, 15 },
        { "CO", 1, 14 },
        { "Z", 0x3FFF, 0 },
    };
    struct dns_rr rr = { .type = DNS_TYPE_OPT };
    uint32_t number = 0;
    int found = wire_json_number(object, "UDPsize", UINT16_MAX, &number, err);

    rr.class = (uint16_t)number;
    for (size_t i = 0; found >= 0 && i < sizeof(fields) / sizeof(fields[0]); i++) {
        number = 0;
        found = wire_json_number(object, fields[i].name, fields[i].max, &number, err);
        rr.ttl_s |= number << fields[i].shift;
    }
    if (found < 0)
        return found;
    *ret_edns = dns_edns_of(&rr);
    return 0;
}

/* The class and the TTL of an OPT record, which EDNS may say as well, or alone. */
static int settle_opt(const json_t *object, bool has_class, struct dns_rr_text *record,
                      struct err *err)
{
    const json_t *part;
    struct dns_edns edns = { 0 };
    struct dns_rr rr;
    int number = wire_json_part(object, "EDNS", JSON_OBJECT, &part, err);

    if (number <= 0)
        return number;
    number = read_edns(part, &edns, err);
    if (number < 0)
        return err_prefix(err, "EDNS");
    rr = dns_edns_rr(&edns);
    if ((has_class && record->class != rr.class) || (record->has_ttl && record->ttl_s != rr.ttl_s))
        return err_set(err, -EINVAL, "EDNS and CLASS or TTL say different things: leave one out");
    record->class = rr.class;
    record->ttl_s = rr.ttl_s;
    record->has_ttl = true;
    return 0;
}

int wire_json_read_record(const json_t *object, struct dns_rr_text *ret_record, struct err *err)
{
    struct dns_rr_text record = { .type = 0 };
    struct dns_question head = { 0 };
    int found = wire_json_read_question(object, "", &head, err);
    uint16_t class = 0;

    if (found == 0)
        return err_set(err, -EINVAL, "NAME: is missing");
    if (found < 0)
        return found;
    record.owner = head.name;
    record.type = head.type;
    record.class = head.class;
    found = wire_json_number(object, "TTL", UINT32_MAX, &record.ttl_s, err);
    if (found < 0)
        return found;
    record.has_ttl = found > 0;
    if (record.type == DNS_TYPE_OPT) {
        found = wire_json_code(object, "CLASS", dns_class_parse, &class, err);
        found = found < 0 ? found : settle_opt(object, found > 0, &record, err);
        if (found < 0)
            return found;
    }
    if (!record.has_ttl)
        return err_set(err, -EINVAL, "TTL: is missing");
    *ret_record = record;
    return 0;
}

/* Reads RDATA as text; `member`: where it stands. */
static int parse_rdata(struct bytes text, const struct dns_rr_text *record, const char *member,
                       struct byte_writer *out, struct err *err)
{
    struct dns_rdata_form form = { .type = record->type, .class = record->class };
    struct dns_scan scan = dns_scan_init(text);
    struct dns_verdict verdict = dns_rdata_parse(&scan, &form, out);

    if (verdict.status == DNS_OK && !byte_reader_is_done(&scan.in))
        verdict = dns_refuse(DNS_TEXT_TRAILING, scan.in.position);
    if (verdict.status == DNS_OK)
        return 1;
    if (text.size > 0 && text.at[0] == '\\' &&
        bytes_equal(bytes_of_text(member), bytes_of_text("RDATAHEX")))
        return err_set(err, -EINVAL, "%s: %s", member, dns_status_text(verdict.status));
    return err_set(err, -EINVAL, "%s: %s, at character %zu", member,
                   dns_status_text(verdict.status), verdict.offset + 1);
}

static int read_rdata_hex(const json_t *object, const struct dns_rr_text *record,
                          struct wire_json_scratch *scratch, struct byte_writer *out,
                          struct err *err)
{
    struct byte_writer octets = byte_writer_init(scratch->again, sizeof(scratch->again));
    struct text text = text_init(scratch->text, sizeof(scratch->text));
    struct bytes rdata = { NULL, 0 };
    int found = wire_json_hex(object, "RDATAHEX", &octets, &rdata, err);
    bool fits;

    if (found <= 0)
        return found;
    if (rdata.size > UINT16_MAX)
        return err_set(err, -EINVAL, "RDATAHEX: there are too many octets");
    fits = text_format(&text, "\\# %zu ", rdata.size) && text_append_hex(&text, rdata);
    REQUIRE(fits);
    return parse_rdata(text_bytes(&text), record, "RDATAHEX", out, err);
}

static int read_rdata_text(const json_t *object, const struct dns_rr_text *record,
                           struct byte_writer *out, struct err *err)
{
    char block[32];
    struct text member = text_init(block, sizeof(block));
    struct bytes text = { NULL, 0 };
    bool fits = text_append(&member, "rdata") && dns_type_format(record->type, &member);
    int found;

    REQUIRE(fits);
    found = wire_json_text(object, member.at, &text, err);
    return found <= 0 ? found : parse_rdata(text, record, member.at, out, err);
}

/* An option by its code and octets. */
static int read_option_hex(const json_t *object, struct byte_writer *out, struct err *err)
{
    struct dns_edns_option option = { 0 };
    struct byte_writer ahead = *out;
    uint32_t code = 0;
    int has_code = wire_json_number(object, "OPTIONCODE", UINT16_MAX, &code, err);
    int has_hex;

    if (has_code < 0)
        return has_code;
    if (byte_writer_left(out) < 4)
        return err_set(err, -EINVAL, "there are too many octets");
    ahead.position += 4;
    has_hex = wire_json_hex(object, "OPTIONHEX", &ahead, &option.octets, err);
    if (has_hex <= 0)
        return has_hex;
    if (has_code == 0)
        return err_set(err, -EINVAL, "OPTIONCODE: is missing");
    if (option.octets.size > UINT16_MAX)
        return err_set(err, -EINVAL, "OPTIONHEX: there are too many octets");
    option.code = (uint16_t)code;
    if (dns_option_check(&option) != DNS_OK)
        return err_set(err, -EINVAL, "OPTIONHEX: %s", dns_status_text(dns_option_check(&option)));
    (void)(write_u16_be(out, option.code) && write_u16_be(out, (uint16_t)option.octets.size));
    *out = ahead;
    return 1;
}

/* An option by its text, such as "NSID: 61". */
static int read_option_text(const json_t *object, struct byte_writer *out, struct err *err)
{
    struct bytes text = { NULL, 0 };
    struct byte_reader in;
    struct dns_verdict verdict;
    int found = wire_json_text(object, "OPTIONtext", &text, err);

    if (found <= 0)
        return found;
    in = byte_reader_init(text);
    verdict = memchr(text.at, '\n', text.size) == NULL ? dns_option_parse(&in, out)
                                                       : dns_refuse(DNS_TEXT_OPTION, 0);
    if (verdict.status != DNS_OK)
        return err_set(err, -EINVAL, "OPTIONtext: %s, at character %zu",
                       dns_status_text(verdict.status), verdict.offset + 1);
    return 1;
}

/* An option of EDNS, by one or by the other, or by both, which then must agree. */
static int read_option(const json_t *object, struct byte_writer *out, struct err *err)
{
    size_t start = out->position;
    int has_hex = read_option_hex(object, out, err);
    size_t middle = out->position;
    int has_text = has_hex < 0 ? has_hex : read_option_text(object, out, err);

    if (has_text < 0)
        return has_text;
    if (has_hex + has_text == 0)
        return err_set(err, -EINVAL, "OPTIONHEX: is missing");
    if (has_hex + has_text == 1)
        return 1;
    if (!bytes_equal(bytes_of(out->base + start, middle - start),
                     bytes_of(out->base + middle, out->position - middle)))
        return err_set(err, -EINVAL,
                       "OPTIONHEX and OPTIONtext say different things: leave one out");
    byte_writer_rollback(out, middle);
    return 1;
}

static int read_options(const json_t *object, const struct dns_rr_text *record,
                        struct byte_writer *out, struct err *err)
{
    const json_t *edns;
    const json_t *list = NULL;
    size_t start = out->position;
    int found = 0;

    if (record->type == DNS_TYPE_OPT)
        found = wire_json_part(object, "EDNS", JSON_OBJECT, &edns, err);
    if (found <= 0)
        return found;
    if (wire_json_part(edns, "options", JSON_ARRAY, &list, err) < 0)
        return err_prefix(err, "EDNS");
    for (size_t i = 0; i < json_array_size(list); i++) {
        if (read_option(json_array_get(list, i), out, err) < 0)
            return err_prefix(err, "EDNS: options[%zu]", i);
        if (out->position - start > UINT16_MAX)
            return err_set(err, -EINVAL, "EDNS: options[%zu]: there are too many octets", i);
    }
    return 1;
}

/* What one of several members says of RDATA. */
struct source {
    int found;
    struct bytes octets;
};

/* Takes what was written since `start`; where there was something before, it must be the same. */
static int settle(struct source *source, int found, struct byte_writer *out, size_t start,
                  struct err *err)
{
    struct bytes octets = bytes_of(out->base + start, out->position - start);

    if (found <= 0)
        return found;
    if (source->found > 0 && !bytes_equal(source->octets, octets))
        return err_set(err, -EINVAL, "two members say different things of RDATA: leave one out");
    *source = (struct source){ 1, octets };
    return 0;
}

int wire_json_read_rdata(const json_t *object, struct wire_json_scratch *scratch,
                         struct dns_rr_text *record, struct err *err)
{
    struct byte_writer first = byte_writer_init(scratch->octets, 65536);
    struct byte_writer second = byte_writer_init(scratch->octets + 65536, 65536);
    struct source source = { 0 };
    int number =
        settle(&source, read_rdata_hex(object, record, scratch, &first, err), &first, 0, err);

    if (number == 0)
        number = settle(&source, read_rdata_text(object, record, &second, err), &second, 0, err);
    if (number == 0) {
        second = byte_writer_init(scratch->again, sizeof(scratch->again));
        number = settle(&source, read_options(object, record, &second, err), &second, 0, err);
    }
    if (number < 0)
        return number;
    if (source.found == 0)
        return err_set(err, -EINVAL, "RDATAHEX: is missing");
    record->rdata = source.octets;
    return 0;
}
