/* The words of zone text. */
#include "dns/scan.h"

struct dns_scan dns_scan_init(struct bytes text)
{
    return (struct dns_scan){ .in = byte_reader_init(text), .word = byte_reader_init(text) };
}

static bool is_line_end(uint8_t octet)
{
    return octet == '\n' || octet == '\r';
}

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

/* Whether an octet ends a word that has no quotes around it. */
static bool ends_word(uint8_t octet)
{
    return is_blank(octet) || is_line_end(octet) || octet == '(' || octet == ')' || octet == ';' ||
           octet == '"';
}

static void skip_comment(struct byte_reader *in)
{
    while (!byte_reader_is_done(in) && !is_line_end(in->base[in->position]))
        in->position++;
}

/* Moves over what is between words; stops at a word, or at the end of the line. */
static enum dns_status skip_between(struct dns_scan *scan)
{
    struct byte_reader *in = &scan->in;

    for (; !byte_reader_is_done(in); in->position++) {
        uint8_t octet = in->base[in->position];

        if (octet == ';') {
            skip_comment(in);
            if (byte_reader_is_done(in))
                break;
            octet = in->base[in->position];
        }
        if (octet == '(')
            scan->depth++;
        else if (octet == ')' && scan->depth-- == 0)
            return DNS_TEXT_PARENTHESIS;
        else if (octet != ')' && !is_blank(octet) && !(is_line_end(octet) && scan->depth > 0))
            return DNS_OK;
    }
    return scan->depth > 0 ? DNS_TEXT_PARENTHESIS : DNS_OK;
}

/* Whether the line ends here; the cursor is behind what is between words. */
static bool is_at_end(const struct dns_scan *scan)
{
    return byte_reader_is_done(&scan->in) || is_line_end(scan->in.base[scan->in.position]);
}

/* The offset of the quote that ends what begins at `at`; the end of the line where there is none.
 */
static size_t find_quote(const struct byte_reader *in, size_t at)
{
    while (at < in->end && in->base[at] != '"' && in->base[at] != '\n')
        at += in->base[at] == '\\' && in->end - at > 1 ? 2 : 1;
    return at;
}

static enum dns_status next_quoted(struct dns_scan *scan)
{
    struct byte_reader word = scan->in;

    word.position++;
    word.end = find_quote(&scan->in, word.position);
    if (word.end >= scan->in.end || word.base[word.end] != '"')
        return DNS_TEXT_QUOTE;
    scan->word = word;
    scan->is_quoted = true;
    scan->in.position = word.end + 1;
    return DNS_OK;
}

/* A word without quotes around it; there may be some behind `=`, as in alpn="h2,h3". */
static enum dns_status next_plain(struct dns_scan *scan)
{
    const uint8_t *base = scan->in.base;
    size_t end = scan->in.end;
    size_t at = scan->in.position;

    while (at < end && !ends_word(base[at])) {
        bool opens = base[at] == '=' && end - at > 1 && base[at + 1] == '"';

        if (opens) {
            at = find_quote(&scan->in, at + 2);
            if (at >= end || base[at] != '"')
                return DNS_TEXT_QUOTE;
        }
        at += base[at] == '\\' && end - at > 1 ? 2 : 1;
    }
    scan->word = scan->in;
    scan->word.end = at;
    scan->is_quoted = false;
    scan->in.position = at;
    return DNS_OK;
}

enum dns_status dns_scan_next(struct dns_scan *scan)
{
    enum dns_status status = skip_between(scan);

    if (status != DNS_OK)
        return status;
    if (is_at_end(scan))
        return DNS_TEXT_MISSING;
    return scan->in.base[scan->in.position] == '"' ? next_quoted(scan) : next_plain(scan);
}

bool dns_scan_is_done(const struct dns_scan *scan)
{
    struct dns_scan ahead = *scan;

    return skip_between(&ahead) == DNS_OK && is_at_end(&ahead);
}

enum dns_status dns_scan_end(struct dns_scan *scan)
{
    struct byte_reader *in = &scan->in;
    enum dns_status status = skip_between(scan);

    if (status != DNS_OK)
        return status;
    if (!is_at_end(scan))
        return DNS_TEXT_TRAILING;
    if (byte_reader_left(in) > 1 && in->base[in->position] == '\r' &&
        in->base[in->position + 1] == '\n')
        in->position++;
    if (!byte_reader_is_done(in))
        in->position++;
    return DNS_OK;
}
