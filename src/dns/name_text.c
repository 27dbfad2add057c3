/* Domain names as text, both ways. RFC 1035 section 5.1; RFC 4343 section 2.1. */
#include "dns/name_text.h"

/* A name that grows as text is read. */
struct growing {
    struct dns_name name;
    unsigned int label_at; /* where the length octet of the open label stands */
};

/* Ends the open label and begins the next. */
static enum dns_status close_label(struct growing *growing)
{
    unsigned int length = growing->name.size - growing->label_at - 1;

    if (length == 0)
        return DNS_TEXT_LABEL_EMPTY;
    growing->name.octets[growing->label_at] = (uint8_t)length;
    if (growing->name.size == DNS_NAME_SIZE_MAX)
        return DNS_NAME_SIZE;
    growing->label_at = growing->name.size;
    growing->name.octets[growing->name.size++] = 0;
    return DNS_OK;
}

static enum dns_status add_octet(struct growing *growing, uint8_t octet)
{
    if (growing->name.size - growing->label_at - 1 == DNS_LABEL_SIZE_MAX)
        return DNS_TEXT_LABEL_SIZE;
    if (growing->name.size == DNS_NAME_SIZE_MAX)
        return DNS_NAME_SIZE;
    growing->name.octets[growing->name.size++] = octet;
    return DNS_OK;
}

/* Reads a whole text, with a final dot or without. */
static struct dns_verdict grow(struct bytes text, struct growing *growing)
{
    struct byte_reader in = byte_reader_init(text);

    growing->name.size = 1;
    growing->name.octets[0] = 0;
    growing->label_at = 0;
    if (text.size == 0)
        return dns_refuse(DNS_TEXT_EMPTY, 0);
    if (text.size == 1 && text.at[0] == '.')
        return dns_accept();
    while (!byte_reader_is_done(&in)) {
        size_t at = in.position;
        bool is_dot = in.base[at] == '.';
        uint8_t octet = 0;
        enum dns_status status = DNS_OK;

        if (!dns_quote_read(&in, &octet))
            return dns_refuse(DNS_TEXT_ESCAPE, at);
        status = is_dot ? close_label(growing) : add_octet(growing, octet);
        if (status != DNS_OK)
            return dns_refuse(status, at);
    }
    /* The label that is open now is the root, unless the final dot was left out. */
    if (growing->name.size > growing->label_at + 1) {
        enum dns_status status = close_label(growing);

        if (status != DNS_OK)
            return dns_refuse(status, text.size);
    }
    return dns_accept();
}

struct dns_verdict dns_name_parse(struct bytes text, struct dns_name *ret_name)
{
    struct growing growing;
    struct dns_verdict verdict = grow(text, &growing);

    if (verdict.status == DNS_OK)
        *ret_name = growing.name;
    return verdict;
}

/* Whether a text ends with a dot that no backslash leads. */
static bool is_absolute(struct bytes text)
{
    size_t backslashes = 0;

    if (text.size == 0 || text.at[text.size - 1] != '.')
        return false;
    while (backslashes + 1 < text.size && text.at[text.size - 2 - backslashes] == '\\')
        backslashes++;
    return backslashes % 2 == 0;
}

/* Puts the origin in the place of the root; false where there is no room. */
static bool append_origin(struct dns_name *name, const struct dns_name *origin)
{
    size_t size = name->size - 1U;

    if (size + origin->size > DNS_NAME_SIZE_MAX)
        return false;
    memcpy(&name->octets[size], origin->octets, origin->size);
    name->size = (uint8_t)(size + origin->size);
    return true;
}

/* Reads a text behind which the origin comes where it has no final dot. */
static struct dns_verdict grow_relative(struct bytes text, const struct dns_name *origin,
                                        struct growing *growing)
{
    struct dns_verdict verdict;

    if (text.size == 1 && text.at[0] == '@') {
        growing->name = origin == NULL ? dns_name_root() : *origin;
        return dns_accept();
    }
    verdict = grow(text, growing);
    if (verdict.status == DNS_OK && origin != NULL && !is_absolute(text) &&
        !append_origin(&growing->name, origin))
        verdict = dns_refuse(DNS_NAME_SIZE, text.size);
    return verdict;
}

struct dns_verdict dns_name_parse_relative(struct bytes text, const struct dns_name *origin,
                                           struct dns_name *ret_name)
{
    struct growing growing;
    struct dns_verdict verdict = grow_relative(text, origin, &growing);

    if (verdict.status == DNS_OK)
        *ret_name = growing.name;
    return verdict;
}

enum dns_status dns_name_write_text(struct bytes text, const struct dns_name *origin,
                                    struct byte_writer *out)
{
    struct growing growing;
    struct dns_verdict verdict = grow_relative(text, origin, &growing);

    if (verdict.status != DNS_OK)
        return verdict.status;
    return write_bytes(out, dns_name_bytes(&growing.name)) ? DNS_OK : DNS_NO_ROOM;
}

/* Puts labels from `at` on, as far as the root, each with a dot behind it; pointers (checked
 * before) are followed. There is room for any name. */
static char *put_labels(char *to, const uint8_t *base, size_t at)
{
    for (;;) {
        unsigned int length = base[at];

        if (length == 0)
            return to;
        if (length > DNS_LABEL_SIZE_MAX) {
            at = (length & 0x3FU) << 8 | base[at + 1];
            continue;
        }
        to = dns_quote_put(to, bytes_of(base + at + 1, length), DNS_QUOTE_LABEL);
        *to++ = '.';
        at += 1U + length;
    }
}

bool dns_name_format_at(struct byte_reader in, struct text *text)
{
    char all[DNS_NAME_TEXT_MAX];
    bool has_room = text->capacity - text->size >= DNS_NAME_TEXT_MAX;
    char *start = has_room ? text->at + text->size : all;
    char *end = put_labels(start, in.base, in.position);

    if (end == start)
        *end++ = '.';
    if (!has_room)
        return text_append_bytes(text, bytes_of(start, (size_t)(end - start)));
    *end = '\0';
    text->size += (size_t)(end - start);
    return true;
}

bool dns_name_format(const struct dns_name *name, struct text *text)
{
    return dns_name_format_at(dns_name_reader(name), text);
}
