/*
 * Messages from text, line after line. What a line is, its first characters say: `;;` begins a
 * heading or a comment, `;` among the questions a question, and what has neither is a record.
 */
#include "dns/message_text.h"

#include "dns/code.h"
#include "dns/edns_text.h"
#include "dns/field_text.h"
#include "dns/message.h"
#include "dns/rrtype.h"

/* Of functions that are not put into their caller, so that what they keep is not on the stack while
 * a record is read, which takes most. */
#define APART __attribute__((noinline))

/* A message that is being read. */
struct draft {
    struct dns_builder *builder; /* the reader's */
    size_t header_at;            /* in the text */
    uint16_t flags;              /* of the header, on the wire */
    unsigned int rcode;
    bool has_flags;
    bool has_section; /* a heading was there, and `section` is the last one's */
    enum dns_section section;
    bool has_edns;
    bool edns_is_written;
    struct dns_edns edns;
    bool is_signed; /* a TSIG stands in it, behind which nothing may come */
};

void dns_message_text_init(struct dns_message_text *reader, struct bytes text,
                           struct byte_writer scratch)
{
    reader->scan = dns_scan_init(text);
    reader->scratch = scratch;
    reader->labels = NULL;
    reader->labels_max = 0;
    reader->verdict = dns_accept();
}

void dns_message_text_extend(struct dns_message_text *reader, struct dns_name_table_label *labels,
                             size_t max)
{
    reader->labels = labels;
    reader->labels_max = max;
}

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t' || octet == '\r';
}

/* The line at the cursor, without its end. */
static struct byte_reader line_of(const struct byte_reader *text)
{
    struct byte_reader line = *text;
    size_t left = byte_reader_left(text);
    const uint8_t *end = left == 0 ? NULL : memchr(text->base + text->position, '\n', left);

    if (end != NULL)
        line.end = (size_t)(end - text->base);
    return line;
}

/* Moves behind a line. */
static void skip_line(struct byte_reader *text, const struct byte_reader *line)
{
    text->position = line->end < text->end ? line->end + 1 : text->end;
}

/* Takes `prefix` off a line, and the blanks around what is left; false, and nothing changed, for a
 * line that does not begin so. */
static bool take_prefix(struct byte_reader *line, const char *prefix)
{
    struct bytes start = bytes_of_text(prefix);

    if (!bytes_has_prefix(byte_reader_rest(line), start))
        return false;
    line->position += start.size;
    while (!byte_reader_is_done(line) && is_blank(line->base[line->position]))
        line->position++;
    while (!byte_reader_is_done(line) && is_blank(line->base[line->end - 1]))
        line->end--;
    return true;
}

/* The next word of a line of the header; blanks, commas and semicolons stand between words. An
 * empty one at its end. */
static struct bytes next_word(struct byte_reader *line)
{
    struct byte_reader word;

    while (!byte_reader_is_done(line) &&
           (is_blank(line->base[line->position]) || line->base[line->position] == ',' ||
            line->base[line->position] == ';'))
        line->position++;
    word = *line;
    while (!byte_reader_is_done(line) && !is_blank(line->base[line->position]) &&
           line->base[line->position] != ',' && line->base[line->position] != ';')
        line->position++;
    word.end = line->position;
    return byte_reader_rest(&word);
}

static size_t offset_of(struct bytes word, const struct byte_reader *line)
{
    return word.size == 0 ? line->position : (size_t)(word.at - line->base);
}

/* Whether a line is the first one of a message; then `line` is what stands behind that word. */
static bool is_header(struct byte_reader *line)
{
    return take_prefix(line, ";;") && take_prefix(line, "->>HEADER<<-");
}

/* "opcode: QUERY, status: NOERROR, id: 43981" */
static struct dns_verdict read_header(struct byte_reader *line, struct draft *draft,
                                      struct dns_header *header)
{
    uint16_t opcode = 0;
    uint16_t rcode = 0;
    uint64_t id = 0;

    for (struct bytes word = next_word(line); word.size > 0; word = next_word(line)) {
        struct bytes value = next_word(line);
        bool ok = false;

        if (bytes_equal(word, bytes_of_text("opcode:")))
            ok = dns_opcode_parse(value, &opcode) && opcode != DNS_OPCODE_DSO;
        else if (bytes_equal(word, bytes_of_text("status:")))
            ok = dns_rcode_parse(value, &rcode);
        else if (bytes_equal(word, bytes_of_text("id:")))
            ok = dns_decimal_parse(value, UINT16_MAX, &id);
        if (!ok)
            return dns_refuse(DNS_TEXT_HEADER, offset_of(value, line));
    }
    draft->rcode = rcode;
    header->id = (uint16_t)id;
    header->flags = dns_flags_of(0, opcode, rcode);
    return dns_accept();
}

/* Whether a word is the name of a flag, which is set then. */
static bool read_flag(struct bytes word, uint16_t *flags)
{
    static const struct {
        const char *name;
        enum dns_flag flag;
    } rows[] = {
        { "qr", DNS_FLAG_QR }, { "aa", DNS_FLAG_AA }, { "tc", DNS_FLAG_TC }, { "rd", DNS_FLAG_RD },
        { "ra", DNS_FLAG_RA }, { "z", DNS_FLAG_Z },   { "ad", DNS_FLAG_AD }, { "cd", DNS_FLAG_CD },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (bytes_equal(word, bytes_of_text(rows[i].name))) {
            *flags = (uint16_t)(*flags | (unsigned int)rows[i].flag);
            return true;
        }
    }
    return false;
}

/* "qr rd; MBZ: 0x4; QUERY: 1, ANSWER: 0": the counts say nothing, and "MBZ: 0x4" is how dig has the
 * flag that it has no name for. */
static struct dns_verdict read_flags(struct byte_reader *line, struct draft *draft)
{
    if (draft->has_flags || draft->has_section)
        return dns_refuse(DNS_TEXT_HEADER, line->position);
    draft->has_flags = true;
    for (struct bytes word = next_word(line); word.size > 0; word = next_word(line)) {
        bool has_value = word.at[word.size - 1] == ':';
        struct bytes value = has_value ? next_word(line) : bytes_of_text("");

        if (bytes_equal(word, bytes_of_text("MBZ:")) && bytes_equal(value, bytes_of_text("0x4")))
            draft->flags |= (unsigned int)DNS_FLAG_Z;
        else if (!has_value && !read_flag(word, &draft->flags))
            return dns_refuse(DNS_TEXT_HEADER, offset_of(word, line));
    }
    dns_builder_set_flags(draft->builder, draft->flags);
    return dns_accept();
}

/* The lines of EDNS that follow: all up to one that begins with two semicolons or with none. */
static struct dns_verdict read_edns(struct dns_message_text *reader, struct draft *draft)
{
    struct byte_reader *in = &reader->scan.in;
    struct byte_reader lines = *in;
    struct dns_verdict verdict;

    if (draft->has_edns)
        return dns_refuse(DNS_OPT_TWICE, in->position);
    while (!byte_reader_is_done(in)) {
        struct byte_reader line = line_of(in);
        struct byte_reader rest = line;

        if (take_prefix(&rest, ";;") ||
            !(take_prefix(&rest, ";") || (take_prefix(&rest, "") && byte_reader_is_done(&rest))))
            break;
        skip_line(in, &line);
    }
    lines.end = in->position;
    verdict = dns_edns_parse(byte_reader_rest(&lines), &reader->scratch, &draft->edns);
    if (verdict.status != DNS_OK)
        return dns_refuse(verdict.status, lines.position + verdict.offset);
    draft->edns.rcode_high = (uint8_t)(draft->rcode >> 4);
    draft->has_edns = true;
    return dns_accept();
}

/* Writes OPT where the message has got to, unless it was written before. */
static struct dns_verdict write_edns(struct draft *draft, size_t line_at)
{
    struct dns_verdict verdict = dns_accept();

    if (draft->has_edns && !draft->edns_is_written)
        verdict = dns_builder_add_edns(draft->builder, &draft->edns);
    draft->edns_is_written = draft->has_edns;
    return dns_refuse(verdict.status, verdict.status == DNS_OK ? 0 : line_at);
}

/* The line ";; OPT". */
static struct dns_verdict place_edns(struct draft *draft, size_t line_at)
{
    if (!draft->has_edns || draft->edns_is_written)
        return dns_refuse(DNS_TEXT_EDNS, line_at);
    if (!draft->has_section || draft->section != DNS_ADDITIONAL)
        return dns_refuse(DNS_OPT_SECTION, line_at);
    if (draft->is_signed)
        return dns_refuse(DNS_TSIG_PLACE, line_at);
    return write_edns(draft, line_at);
}

/* Goes on to a section; sections come in their order. */
static struct dns_verdict begin_section(struct draft *draft, enum dns_section section,
                                        size_t line_at)
{
    if (draft->has_section && section < draft->section)
        return dns_refuse(DNS_TEXT_SECTION, line_at);
    draft->section = section;
    draft->has_section = true;
    return dns_accept();
}

/* Whether the last word of a heading or comment is SECTION: or PSEUDOSECTION:. */
static bool is_heading(struct bytes words)
{
    struct bytes end = bytes_of_text("SECTION:");

    return words.size >= end.size &&
           memcmp(words.at + words.size - end.size, end.at, end.size) == 0;
}

/* A line behind whose two semicolons `line` stands; the text is at the line after it. */
static APART struct dns_verdict read_heading(struct dns_message_text *reader, struct draft *draft,
                                             struct byte_reader *line)
{
    static const struct {
        const char *words;
        enum dns_section section;
    } headings[] = {
        { "QUESTION SECTION:", DNS_QUESTION },     { "ZONE SECTION:", DNS_QUESTION },
        { "ANSWER SECTION:", DNS_ANSWER },         { "PREREQUISITE SECTION:", DNS_ANSWER },
        { "AUTHORITY SECTION:", DNS_AUTHORITY },   { "UPDATE SECTION:", DNS_AUTHORITY },
        { "ADDITIONAL SECTION:", DNS_ADDITIONAL }, { "TSIG PSEUDOSECTION:", DNS_ADDITIONAL },
        { "SIG0 PSEUDOSECTION:", DNS_ADDITIONAL },
    };
    struct bytes words = byte_reader_rest(line);
    size_t at = line->position;

    if (take_prefix(line, "flags:"))
        return read_flags(line, draft);
    if (bytes_equal(words, bytes_of_text("OPT")))
        return place_edns(draft, at);
    if (bytes_equal(words, bytes_of_text("OPT PSEUDOSECTION:")))
        return read_edns(reader, draft);
    for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
        if (bytes_equal(words, bytes_of_text(headings[i].words)))
            return begin_section(draft, headings[i].section, at);
    }
    return is_heading(words) ? dns_refuse(DNS_TEXT_SECTION, at) : dns_accept();
}

/* NAME [CLASS] TYPE. */
static struct dns_verdict parse_question(struct dns_scan *scan, struct dns_question *ret_question)
{
    enum dns_status status = dns_scan_next(scan);
    struct dns_verdict verdict;

    if (status != DNS_OK)
        return dns_refuse(status, scan->in.position);
    verdict = dns_name_parse(byte_reader_rest(&scan->word), &ret_question->name);
    if (verdict.status != DNS_OK)
        return dns_refuse(verdict.status, scan->word.position + verdict.offset);
    status = dns_scan_next(scan);
    ret_question->class = DNS_CLASS_IN;
    if (status == DNS_OK && !dns_scan_is_done(scan)) {
        if (!dns_class_parse(byte_reader_rest(&scan->word), &ret_question->class))
            return dns_refuse(DNS_TEXT_CLASS, scan->word.position);
        status = dns_scan_next(scan);
    }
    if (status != DNS_OK)
        return dns_refuse(status, scan->in.position);
    if (!dns_type_parse(byte_reader_rest(&scan->word), &ret_question->type))
        return dns_refuse(DNS_TEXT_TYPE, scan->word.position);
    status = dns_scan_end(scan);
    return dns_refuse(status, scan->in.position);
}

/* A question, from the cursor of `line` on. */
static APART struct dns_verdict read_question(struct dns_message_text *reader, struct draft *draft,
                                              const struct byte_reader *line)
{
    struct dns_scan scan = { .in = *line, .word = *line };
    bool is_query = (draft->flags & (unsigned int)DNS_FLAG_QR) == 0 &&
                    (draft->flags >> 11 & 15U) == DNS_OPCODE_QUERY;
    struct dns_verdict verdict = parse_question(&scan, &reader->question);

    if (verdict.status != DNS_OK)
        return verdict;
    if (is_query && draft->builder->counts[DNS_QUESTION] > 0)
        return dns_refuse(DNS_QUESTION_COUNT, line->position);
    verdict = dns_builder_add_question(draft->builder, &reader->question);
    return dns_refuse(verdict.status, verdict.status == DNS_OK ? 0 : line->position);
}

/* Whether a record may stand where it does. */
static enum dns_status check_place(const struct draft *draft, const struct dns_rr_text *record)
{
    if (record->type == DNS_TYPE_OPT)
        return DNS_TEXT_EDNS;
    if (draft->is_signed || (record->type == DNS_TYPE_TSIG && draft->section != DNS_ADDITIONAL))
        return DNS_TSIG_PLACE;
    return record->has_ttl ? DNS_OK : DNS_TEXT_TTL;
}

/* Adds a record that was read, behind the options of EDNS where it is the TSIG. */
static APART struct dns_verdict add_record(struct draft *draft, const struct dns_rr_text *record,
                                           size_t line_at)
{
    struct dns_rr rr = dns_rr_of_text(record);
    struct dns_verdict verdict = dns_refuse(check_place(draft, record), line_at);

    if (verdict.status == DNS_OK && record->type == DNS_TYPE_TSIG) {
        verdict = write_edns(draft, line_at);
        draft->is_signed = true;
    }
    if (verdict.status == DNS_OK)
        verdict = dns_builder_add_rr(draft->builder, draft->section, &rr);
    return dns_refuse(verdict.status, verdict.status == DNS_OK ? 0 : line_at);
}

static struct dns_verdict read_record(struct dns_message_text *reader, struct draft *draft)
{
    struct dns_rr_defaults defaults = { .class = DNS_CLASS_IN };
    size_t line_at = reader->scan.in.position;
    size_t scratch_at = reader->scratch.position;
    struct dns_verdict verdict;

    if (!draft->has_section)
        return dns_refuse(DNS_TEXT_SECTION, line_at);
    verdict = dns_rr_parse(&reader->scan, &defaults, &reader->scratch, &reader->record);
    if (verdict.status == DNS_OK)
        verdict = add_record(draft, &reader->record, line_at);
    byte_writer_rollback(&reader->scratch, scratch_at);
    return verdict;
}

/* What stands at the cursor, which is the start of a line: moves behind it. */
static struct dns_verdict read_line(struct dns_message_text *reader, struct draft *draft)
{
    struct byte_reader *in = &reader->scan.in;
    struct byte_reader line = line_of(in);
    struct byte_reader rest = line;
    bool is_question = draft->has_section && draft->section == DNS_QUESTION;

    if (take_prefix(&rest, ";;")) {
        skip_line(in, &line);
        return read_heading(reader, draft, &rest);
    }
    if (take_prefix(&rest, ";") && !is_question) {
        skip_line(in, &line);
        return dns_accept();
    }
    if (is_question && (take_prefix(&rest, ""), !byte_reader_is_done(&rest))) {
        skip_line(in, &line);
        return read_question(reader, draft, &rest);
    }
    if (is_question || dns_scan_is_done(&reader->scan)) {
        skip_line(in, &line);
        return dns_accept();
    }
    return read_record(reader, draft);
}

/* Moves to the first line of the next message; *ret_found: there is one. */
static APART struct dns_verdict find_header(struct byte_reader *text,
                                            struct byte_reader *ret_header, bool *ret_found)
{
    while (!byte_reader_is_done(text)) {
        struct byte_reader line = line_of(text);
        struct byte_reader rest = line;

        if (is_header(&rest)) {
            *ret_header = rest;
            *ret_found = true;
            return dns_accept();
        }
        rest = line;
        if (!take_prefix(&rest, ";") && (take_prefix(&rest, ""), !byte_reader_is_done(&rest)))
            return dns_refuse(DNS_TEXT_HEADER, line.position);
        skip_line(text, &line);
    }
    *ret_found = false;
    return dns_accept();
}

/* Whether what dig says when a message is over begins with a line: what follows is of no message,
 * or of the next. */
static bool is_end(struct byte_reader line)
{
    static const char *const words[] = { "->>HEADER<<-", "MSG SIZE", "QUERY SIZE:", "Query time:" };

    if (!take_prefix(&line, ";;"))
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (take_prefix(&line, words[i]))
            return true;
    }
    return false;
}

/* Reads the lines of a message up to its end. */
static struct dns_verdict read_lines(struct dns_message_text *reader, struct draft *draft)
{
    struct byte_reader *in = &reader->scan.in;
    struct dns_verdict verdict = dns_accept();

    while (verdict.status == DNS_OK && !byte_reader_is_done(in) && !is_end(line_of(in)))
        verdict = read_line(reader, draft);
    if (verdict.status == DNS_OK)
        verdict = write_edns(draft, draft->header_at);
    if (verdict.status == DNS_OK && draft->rcode > 15 && !draft->has_edns)
        verdict = dns_refuse(DNS_TEXT_RCODE, draft->header_at);
    return verdict;
}

/* Ends a message, which must be one that can be read. */
static APART struct dns_verdict finish(struct draft *draft, struct bytes *ret_wire)
{
    struct bytes wire = dns_builder_finish(draft->builder);
    struct dns_message message;
    struct dns_verdict verdict = dns_message_read(wire, &message);

    if (verdict.status != DNS_OK)
        return dns_refuse(verdict.status, draft->header_at);
    *ret_wire = wire;
    return verdict;
}

/* Reads the message whose first line is `header`, into `out`. */
static struct dns_verdict read_message(struct dns_message_text *reader, struct byte_reader *header,
                                       struct byte_writer *out, struct bytes *ret_wire)
{
    struct draft draft = { .builder = &reader->builder, .header_at = reader->scan.in.position };
    struct byte_reader line = line_of(&reader->scan.in);
    struct dns_header fields = { 0 };
    struct dns_verdict verdict = read_header(header, &draft, &fields);

    if (verdict.status != DNS_OK)
        return verdict;
    if (byte_writer_left(out) < DNS_HEADER_SIZE)
        return dns_refuse(DNS_NO_ROOM, draft.header_at);
    dns_builder_init(draft.builder, out->base + out->position, byte_writer_left(out), &fields);
    if (reader->labels != NULL)
        dns_builder_extend(draft.builder, reader->labels, reader->labels_max);
    draft.flags = fields.flags;
    skip_line(&reader->scan.in, &line);
    verdict = read_lines(reader, &draft);
    if (verdict.status == DNS_OK)
        verdict = finish(&draft, ret_wire);
    if (verdict.status == DNS_OK)
        out->position += ret_wire->size;
    return verdict;
}

bool dns_message_text_next(struct dns_message_text *reader, struct byte_writer *out,
                           struct bytes *ret_wire)
{
    struct byte_reader *in = &reader->scan.in;
    size_t scratch_at = reader->scratch.position;
    bool is_first = in->position == 0;
    bool found = false;
    struct byte_reader header;

    if (reader->verdict.status == DNS_OK)
        reader->verdict = find_header(in, &header, &found);
    if (reader->verdict.status == DNS_OK && !found && is_first)
        reader->verdict = dns_refuse(DNS_TEXT_HEADER, in->end);
    if (reader->verdict.status != DNS_OK || !found)
        return false;
    reader->verdict = read_message(reader, &header, out, ret_wire);
    byte_writer_rollback(&reader->scratch, scratch_at);
    return reader->verdict.status == DNS_OK;
}
