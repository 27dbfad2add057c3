/* Parts of a message in the form that dig prints. */
#include "dns/text.h"

#include "dns/code.h"
#include "dns/name_text.h"
#include "dns/rrtype.h"

/* All or nothing: takes back what was appended since `before` unless it is complete. */
static bool finish(struct text *text, size_t before, bool complete)
{
    if (!complete)
        text_rollback(text, before);
    return complete;
}

static bool append_flags(const struct dns_header *header, struct text *text)
{
    static const struct {
        enum dns_flag flag;
        const char *name;
    } flags[] = {
        { DNS_FLAG_QR, " qr" }, { DNS_FLAG_AA, " aa" }, { DNS_FLAG_TC, " tc" },
        { DNS_FLAG_RD, " rd" }, { DNS_FLAG_RA, " ra" }, { DNS_FLAG_Z, " z" },
        { DNS_FLAG_AD, " ad" }, { DNS_FLAG_CD, " cd" },
    };
    bool ok = true;

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        ok = ok && (!dns_header_has(header, flags[i].flag) || text_append(text, flags[i].name));
    return ok;
}

static bool append_counts(const struct dns_header *header, struct text *text)
{
    static const char *const names[][DNS_SECTIONS] = {
        { "; QUERY: ", ", ANSWER: ", ", AUTHORITY: ", ", ADDITIONAL: " },
        { "; ZONE: ", ", PREREQ: ", ", UPDATE: ", ", ADDITIONAL: " },
    };
    const char *const *row = names[dns_header_opcode(header) == DNS_OPCODE_UPDATE];
    bool ok = true;

    for (size_t i = 0; i < DNS_SECTIONS; i++)
        ok = ok && text_append(text, row[i]) && text_append_decimal(text, header->counts[i], 0);
    return ok;
}

bool dns_header_format(const struct dns_message *message, struct text *text)
{
    const struct dns_header *header = &message->header;
    size_t before = text->size;
    bool ok = text_append(text, ";; ->>HEADER<<- opcode: ") &&
              dns_opcode_format(dns_header_opcode(header), text) &&
              text_append(text, ", status: ") &&
              dns_rcode_format(dns_message_rcode(message), text) && text_append(text, ", id: ") &&
              text_append_decimal(text, header->id, 0) && text_append(text, "\n;; flags:") &&
              append_flags(header, text) && append_counts(header, text);

    return finish(text, before, ok);
}

bool dns_question_format(const struct dns_question *question, struct text *text)
{
    size_t before = text->size;
    bool ok = dns_name_format(&question->name, text) && text_append_char(text, '\t') &&
              dns_class_format(question->class, text) && text_append_char(text, '\t') &&
              dns_type_format(question->type, text);

    return finish(text, before, ok);
}

bool dns_rr_format(const struct dns_rr *rr, struct text *text)
{
    size_t before = text->size;
    bool ok = dns_name_format_at(rr->owner, text) && text_append_char(text, '\t') &&
              text_append_decimal(text, rr->ttl_s, 0) && text_append_char(text, '\t') &&
              dns_class_format(rr->class, text) && text_append_char(text, '\t') &&
              dns_type_format(rr->type, text) && text_append_char(text, '\t') &&
              dns_rdata_format(rr, text);

    return finish(text, before, ok);
}
