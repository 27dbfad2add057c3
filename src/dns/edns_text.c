/* EDNS as text: the line of the OPT record's own fields, and then a line for each option. */
#include "dns/edns_text.h"

#include "dns/field_text.h"
#include "dns/option_text.h"

/* The flags that have a meaning. */
static const struct {
    uint16_t flag;
    const char *name;
} flags[] = {
    { DNS_EDNS_DO, "do" },
    { DNS_EDNS_CO, "co" },
};

#define FLAGS (sizeof(flags) / sizeof(flags[0]))

/* Flags without a meaning, as "MBZ: 0x0001": they must be zero. */
static bool append_unknown_flags(unsigned int unknown, struct text *text)
{
    uint8_t octets[2] = { (uint8_t)(unknown >> 8), (uint8_t)unknown };

    return text_append(text, "; MBZ: 0x") && text_append_hex(text, bytes_of(octets, 2));
}

static bool append_head(const struct dns_edns *edns, struct text *text)
{
    unsigned int unknown = edns->flags;
    bool ok = text_append(text, "; EDNS: version: ") &&
              text_append_decimal(text, edns->version, 0) && text_append(text, ", flags:");

    for (size_t i = 0; i < FLAGS; i++) {
        if ((edns->flags & flags[i].flag) == 0)
            continue;
        ok = ok && text_append_char(text, ' ') && text_append(text, flags[i].name);
        unknown &= ~(unsigned int)flags[i].flag;
    }
    ok = ok && (unknown == 0 || append_unknown_flags(unknown, text));
    return ok && text_append(text, unknown == 0 ? "; udp: " : ", udp: ") &&
           text_append_decimal(text, edns->udp_size, 0);
}

bool dns_edns_format(const struct dns_edns *edns, struct text *text)
{
    size_t before = text->size;
    struct bytes options = edns->options;
    struct dns_edns_option option;
    bool ok = append_head(edns, text);

    while (ok && dns_edns_next_option(&options, &option))
        ok = text_append(text, "\n; ") && dns_option_format(&option, text);
    if (!ok)
        text_rollback(text, before);
    return ok;
}

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t' || octet == '\r';
}

/* The next line that says something, without what is around it; false at the end of the text. */
static bool next_line(struct byte_reader *text, struct byte_reader *ret_line)
{
    while (!byte_reader_is_done(text)) {
        struct byte_reader line = *text;

        while (!byte_reader_is_done(text) && text->base[text->position] != '\n')
            text->position++;
        line.end = text->position;
        if (!byte_reader_is_done(text))
            text->position++;
        while (!byte_reader_is_done(&line) &&
               (is_blank(line.base[line.position]) || line.base[line.position] == ';'))
            line.position++;
        while (!byte_reader_is_done(&line) && is_blank(line.base[line.end - 1]))
            line.end--;
        if (byte_reader_is_done(&line) ||
            bytes_equal(byte_reader_rest(&line), bytes_of_text("OPT PSEUDOSECTION:")))
            continue;
        *ret_line = line;
        return true;
    }
    return false;
}

/* The next word of the first line; an empty one at its end. Blanks, commas and semicolons stand
 * between words. */
static struct bytes next_word(struct byte_reader *line)
{
    struct byte_reader word;

    while (!byte_reader_is_done(line) && strchr(" \t,;", line->base[line->position]) != NULL)
        line->position++;
    word = *line;
    while (!byte_reader_is_done(line) && (line->base[line->position] == '\0' ||
                                          strchr(" \t,;", line->base[line->position]) == NULL))
        line->position++;
    word.end = line->position;
    return byte_reader_rest(&word);
}

/* A number in decimal, or in hexadecimal behind "0x". */
static bool parse_number(struct bytes word, uint64_t max, uint64_t *ret_number)
{
    uint8_t octets[2];
    struct byte_writer out = byte_writer_init(octets, sizeof(octets));

    if (!bytes_has_prefix(word, bytes_of_text("0x")))
        return dns_decimal_parse(word, max, ret_number);
    if (word.size != 6 || dns_hex_parse(bytes_of(word.at + 2, 4), &out) != DNS_OK)
        return false;
    *ret_number = (uint64_t)octets[0] << 8 | octets[1];
    return *ret_number <= max;
}

/* Whether a word is the name of a flag, which is set then. */
static bool read_flag(struct bytes word, struct dns_edns *edns)
{
    for (size_t i = 0; i < FLAGS; i++) {
        if (bytes_equal(word, bytes_of_text(flags[i].name))) {
            edns->flags |= flags[i].flag;
            return true;
        }
    }
    return false;
}

/* What stands behind a word with a colon. */
static bool read_value(struct bytes word, struct byte_reader *line, struct dns_edns *edns)
{
    uint64_t number;

    if (bytes_equal(word, bytes_of_text("flags:")))
        return true;
    if (bytes_equal(word, bytes_of_text("version:"))) {
        if (!parse_number(next_word(line), UINT8_MAX, &number))
            return false;
        edns->version = (uint8_t)number;
        return true;
    }
    if (bytes_equal(word, bytes_of_text("udp:"))) {
        if (!parse_number(next_word(line), UINT16_MAX, &number))
            return false;
        edns->udp_size = (uint16_t)number;
        return true;
    }
    if (!bytes_equal(word, bytes_of_text("MBZ:")) ||
        !parse_number(next_word(line), UINT16_MAX, &number))
        return false;
    edns->flags = (uint16_t)(edns->flags | number);
    return true;
}

/* The first line: pairs of a word and a value, and flags, in any order. What is left out is 0. */
static struct dns_verdict read_head(struct byte_reader *line, struct dns_edns *edns)
{
    size_t start = line->position;
    struct bytes word = next_word(line);

    if (!bytes_equal(word, bytes_of_text("EDNS:")))
        return dns_refuse(DNS_TEXT_EDNS, start);
    for (word = next_word(line); word.size > 0; word = next_word(line)) {
        size_t at = (size_t)(word.at - line->base);

        if (!read_flag(word, edns) && !read_value(word, line, edns))
            return dns_refuse(DNS_TEXT_EDNS, at);
    }
    return dns_accept();
}

static struct dns_verdict read_lines(struct byte_reader *text, struct byte_writer *out,
                                     struct dns_edns *edns)
{
    struct byte_reader line;
    struct dns_verdict verdict;
    size_t start = out->position;

    if (!next_line(text, &line))
        return dns_refuse(DNS_TEXT_EMPTY, text->end);
    verdict = read_head(&line, edns);
    while (verdict.status == DNS_OK && next_line(text, &line)) {
        size_t at = line.position;

        verdict = dns_option_parse(&line, out);
        if (verdict.status == DNS_OK && out->position - start > UINT16_MAX)
            verdict = dns_refuse(DNS_NO_ROOM, at);
    }
    edns->options = bytes_of(out->base + start, out->position - start);
    return verdict;
}

struct dns_verdict dns_edns_parse(struct bytes text, struct byte_writer *out,
                                  struct dns_edns *ret_edns)
{
    struct byte_reader in = byte_reader_init(text);
    struct dns_edns edns = { 0 };
    size_t before = out->position;
    struct dns_verdict verdict = read_lines(&in, out, &edns);

    if (verdict.status == DNS_OK)
        *ret_edns = edns;
    else
        byte_writer_rollback(out, before);
    return verdict;
}
