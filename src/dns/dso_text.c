/* TLVs of stateful operations as text. */
#include "dns/dso.h"
#include "dns/option_form.h"
#include "dns/text.h"

static bool append_ms(struct text *text, uint32_t ms)
{
    return text_append_decimal(text, ms, 0) && text_append(text, " ms");
}

static bool format_keepalive(const struct dns_dso_tlv *tlv, struct text *text)
{
    struct dns_dso_keepalive keepalive;

    return dns_dso_keepalive_read(tlv, &keepalive) && text_append(text, "inactivity ") &&
           append_ms(text, keepalive.inactivity_ms) && text_append(text, ", interval ") &&
           append_ms(text, keepalive.interval_ms);
}

static bool format_delay(const struct dns_dso_tlv *tlv, struct text *text)
{
    struct byte_reader in = tlv->octets;
    uint32_t delay_ms = 0;

    return read_u32_be(&in, &delay_ms) && append_ms(text, delay_ms);
}

static bool format_padding(const struct dns_dso_tlv *tlv, struct text *text)
{
    return text_append_char(text, '(') &&
           text_append_decimal(text, byte_reader_left(&tlv->octets), 0) &&
           text_append(text, " bytes)");
}

static bool format_question(const struct dns_dso_tlv *tlv, struct text *text)
{
    struct byte_reader in = tlv->octets;
    struct dns_question question;

    return dns_question_read(&in, &question).status == DNS_OK &&
           dns_question_format(&question, text);
}

static bool format_changes(const struct dns_dso_tlv *tlv, struct text *text)
{
    struct byte_reader in = tlv->octets;
    unsigned int count = 0;
    struct dns_rr rr;

    while (dns_rr_read(&in, &rr).status == DNS_OK)
        count++;
    return text_append_decimal(text, count, 0) &&
           text_append(text, count == 1 ? " change" : " changes");
}

static bool format_id(const struct dns_dso_tlv *tlv, struct text *text)
{
    struct byte_reader in = tlv->octets;
    uint16_t id = 0;

    return read_u16_be(&in, &id) && text_append(text, "id ") && text_append_decimal(text, id, 0);
}

/* Name, class and type of a record. */
static bool append_key(const struct dns_rr *rr, struct text *text)
{
    struct dns_question question = { dns_rr_owner(rr), rr->type, rr->class };

    return dns_question_format(&question, text);
}

static bool format_record(const struct dns_dso_tlv *tlv, struct text *text)
{
    struct dns_rr rr;

    return dns_dso_reconfirm_read(tlv, &rr) && append_key(&rr, text) &&
           text_append_char(text, '\t') && dns_rdata_format(&rr, text);
}

#define DSO(id, name, type, source, places, shape) { (type), format_##shape },
static const struct {
    uint16_t type;
    bool (*format)(const struct dns_dso_tlv *tlv, struct text *text);
} rows[] = {
#include "dns/dso.def"
};
#undef DSO

/* In the form of its type; or in hexadecimal where it has none, or what it holds is wrong. */
static bool append_value(const struct dns_dso_tlv *tlv, struct text *text)
{
    bool is_right = dns_dso_check(tlv, DNS_DSO_REQUEST).status == DNS_OK;

    for (size_t i = 0; is_right && i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].type == tlv->type)
            return rows[i].format(tlv, text);
    }
    return dns_option_form_opaque.format(byte_reader_rest(&tlv->octets), text);
}

bool dns_dso_format(const struct dns_dso_tlv *tlv, struct text *text)
{
    const char *name = dns_dso_name(tlv->type);
    size_t before = text->size;
    bool ok = name != NULL ? text_append(text, name)
                           : text_append(text, "DSO=") && text_append_decimal(text, tlv->type, 0);

    ok = ok && text_append(text, ": ") && append_value(tlv, text);
    if (!ok)
        text_rollback(text, before);
    return ok;
}

bool dns_dso_change_format(const struct dns_rr *change, struct text *text)
{
    size_t before = text->size;
    bool ok;

    if (change->ttl_s == DNS_DSO_TTL_REMOVE_ALL)
        ok = text_append(text, "remove all ") && append_key(change, text);
    else if (change->ttl_s == DNS_DSO_TTL_REMOVE)
        ok = text_append(text, "remove ") && append_key(change, text) &&
             text_append_char(text, '\t') && dns_rdata_format(change, text);
    else
        ok = text_append(text, change->ttl_s >> 31 == 0 ? "add " : "ignore ") &&
             dns_rr_format(change, text);
    if (!ok)
        text_rollback(text, before);
    return ok;
}
