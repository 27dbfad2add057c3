/* Our view of a message as lines, and any view taken apart. */
#include "diff/dns_view.h"

#include "dns/builder.h"
#include "dns/dso.h"
#include "dns/rrtype.h"
#include "dns/text.h"

struct diff_verdict diff_judge(struct bytes wire)
{
    struct diff_verdict found = { 0 };

    found.verdict = dns_message_read(wire, &found.message);
    /* What TLVs hold no peer reads. */
    if (found.verdict.status == DNS_OK &&
        dns_header_opcode(&found.message.header) == DNS_OPCODE_DSO &&
        !dns_message_is_dso(&found.message))
        found.verdict = dns_message_check_rdata(&found.message);
    if (found.verdict.status != DNS_OK)
        return found;
    for (unsigned int section = DNS_ANSWER; section <= DNS_ADDITIONAL; section++) {
        struct dns_walk walk = dns_message_section(&found.message, (enum dns_section)section);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr)) {
            found.verdict = dns_rdata_check(&rr);
            found.of_rdata = found.verdict.status != DNS_OK;
            found.type = rr.type;
            found.is_empty = byte_reader_is_done(&rr.rdata);
            if (found.of_rdata)
                return found;
        }
    }
    return found;
}

static bool append_octets(struct text *text, struct bytes octets)
{
    return octets.size == 0 ? text_append_char(text, '-') : text_append_hex(text, octets);
}

static bool append_questions(struct text *text, const struct dns_message *message)
{
    struct byte_reader in = dns_message_questions(message);
    struct dns_question question;

    while (dns_question_read(&in, &question).status == DNS_OK) {
        bool ok = text_append(text, "entry\t0\t") &&
                  text_append_hex(text, dns_name_bytes(&question.name)) &&
                  text_format(text, "\t%u\t%u\t-\t-\t-\n", question.type, question.class);

        if (!ok)
            return false;
    }
    return true;
}

static bool append_record(struct text *text, unsigned int section, const struct dns_rr *rr)
{
    uint8_t block[DIFF_MESSAGE_MAX];
    struct byte_writer out = byte_writer_init(block, sizeof(block));
    struct dns_name owner = dns_rr_owner(rr);
    bool ok = dns_rdata_write(rr, false, &out).status == DNS_OK;

    return text_format(text, "entry\t%u\t", section) &&
           text_append_hex(text, dns_name_bytes(&owner)) &&
           text_format(text, "\t%u\t%u\t%u\t", rr->type, rr->class, rr->ttl_s) &&
           append_octets(text, ok ? byte_writer_written(&out) : byte_reader_rest(&rr->rdata)) &&
           text_append_char(text, '\t') && dns_rdata_format(rr, text) &&
           text_append_char(text, '\n');
}

/* The place of a type: OPT and TSIG stand behind the others. */
static unsigned int place_of(uint16_t type)
{
    return type == DNS_TYPE_OPT ? 1 : type == DNS_TYPE_TSIG ? 2 : 0;
}

static bool append_records(struct text *text, const struct dns_message *message, unsigned int place)
{
    bool ok = true;

    for (unsigned int section = DNS_ANSWER; section <= DNS_ADDITIONAL; section++) {
        struct dns_walk walk = dns_message_section(message, (enum dns_section)section);
        struct dns_rr rr;

        while (ok && dns_walk_next(&walk, &rr)) {
            if (place_of(rr.type) == place)
                ok = append_record(text, section, &rr);
        }
    }
    return ok;
}

bool diff_view_write(struct bytes wire, struct text *text)
{
    struct diff_verdict found = diff_judge(wire);
    const struct dns_header *header = &found.message.header;

    if (found.verdict.status != DNS_OK)
        return text_format(text, "refuse\t%s\n", dns_status_text(found.verdict.status));
    return text_format(text, "accept\nheader\t%u %04x\n", header->id,
                       header->flags & ~(unsigned int)DNS_FLAG_Z) &&
           append_questions(text, &found.message) && append_records(text, &found.message, 0) &&
           append_records(text, &found.message, 1) && append_records(text, &found.message, 2);
}

static bool parse_entry(char *rest, struct diff_entry *ret_entry)
{
    struct diff_entry entry;
    char **columns[] = { &entry.section, &entry.owner, &entry.type, &entry.class,
                         &entry.ttl,     &entry.rdata, &entry.text };

    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        *columns[i] = strsep(&rest, "\t");
        if (*columns[i] == NULL)
            return false;
    }
    *ret_entry = entry;
    return true;
}

static bool parse_line(char *line, struct diff_view *view)
{
    char *rest = line;
    const char *word = strsep(&rest, "\t");

    if (strcmp(word, "accept") == 0)
        view->accepted = true;
    else if (strcmp(word, "refuse") == 0)
        view->reason = rest;
    else if (strcmp(word, "header") == 0)
        view->header = rest;
    else if (strcmp(word, "wire") == 0 || strcmp(word, "set") == 0)
        view->wire = rest;
    else
        return rest != NULL && strcmp(word, "entry") == 0 && view->count < DIFF_ENTRIES_MAX &&
               parse_entry(rest, &view->entries[view->count++]);
    view->is_set = view->is_set || strcmp(word, "set") == 0;
    return true;
}

bool diff_view_parse(char *block, struct diff_view *ret_view)
{
    char *rest = block;

    ret_view->accepted = ret_view->is_set = false;
    ret_view->reason = ret_view->header = ret_view->wire = NULL;
    ret_view->count = 0;
    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        if (line[0] != '\0' && !parse_line(line, ret_view))
            return false;
    }
    return ret_view->accepted == (ret_view->reason == NULL);
}

struct bytes diff_rebuild(struct bytes wire, void *block)
{
    struct diff_verdict found = diff_judge(wire);
    struct byte_reader in = dns_message_questions(&found.message);
    struct dns_question question;
    struct dns_builder builder;
    /* TLVs are not built. */
    bool ok = found.verdict.status == DNS_OK && !dns_message_is_dso(&found.message);

    dns_builder_init(&builder, block, DIFF_MESSAGE_MAX, &found.message.header);
    while (ok && dns_question_read(&in, &question).status == DNS_OK)
        ok = dns_builder_add_question(&builder, &question).status == DNS_OK;
    for (unsigned int section = DNS_ANSWER; section <= DNS_ADDITIONAL; section++) {
        struct dns_walk walk = dns_message_section(&found.message, (enum dns_section)section);
        struct dns_rr rr;

        while (ok && dns_walk_next(&walk, &rr))
            ok = dns_builder_add_rr(&builder, (enum dns_section)section, &rr).status == DNS_OK;
    }
    return ok ? dns_builder_finish(&builder) : bytes_of(NULL, 0);
}

static int value_of(char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit);

    return at == NULL ? -1 : (int)(at - digits);
}

bool diff_octets_parse(const char *digits, struct byte_writer *out)
{
    for (; digits[0] != '\0'; digits += 2) {
        int high = value_of(digits[0]);
        int low = high < 0 ? -1 : value_of(digits[1]);

        if (low < 0 || !write_u8(out, (uint8_t)(high << 4 | low)))
            return false;
    }
    return true;
}
