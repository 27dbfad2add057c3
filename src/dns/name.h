/*
 * Domain names: on the wire, where they may be compressed, and as text.
 *
 * A name that is held, struct dns_name, is a value: uncompressed wire form with its size, no
 * pointers, free to copy. A name in a message stays where it is until it is read.
 *
 * A compressed name is a row of runs of labels, each ended by a pointer to the next run. It is read
 * with three bounds, so that no input makes it slow: a run, with what ends it, lies wholly before
 * the run that points to it (so there are no loops, and no octet is looked at twice); there are at
 * most 127 pointers (a name has at most 127 labels, and a run without one says nothing); and the
 * whole has at most 255 octets. Case is kept; comparison ignores the case of ASCII letters (RFC
 * 4343). Pure; any thread; nothing is allocated. RFC 1035 sections 2.3.4, 3.1 and 4.1.4.
 */
#pragma once

#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "base/text.h"
#include "dns/status.h"

#define DNS_LABEL_SIZE_MAX 63
#define DNS_NAME_SIZE_MAX 255
#define DNS_NAME_LABELS_MAX 127
#define DNS_NAME_HOPS_MAX 127

/* Room for any name as text, with the final NUL: 250 octets as \DDD, and four dots. */
#define DNS_NAME_TEXT_MAX 1005

/* A name in uncompressed wire form: labels with their length octets, then the root's 0. */
struct dns_name {
    uint8_t size; /* octets in use: 1 (the root) to 255 */
    uint8_t octets[DNS_NAME_SIZE_MAX];
};

/* The root. */
static inline struct dns_name dns_name_root(void)
{
    return (struct dns_name){ .size = 1, .octets = { 0 } };
}

/* The wire form as a view of the name. */
static inline struct bytes dns_name_bytes(const struct dns_name *name)
{
    return bytes_of(name->octets, name->size);
}

/* A reader that stands at the name, for struct dns_rr: a name that is held, as if in a message. The
 * caller keeps the name for as long as the reader is used. */
static inline struct byte_reader dns_name_reader(const struct dns_name *name)
{
    return byte_reader_init(dns_name_bytes(name));
}

/* Reads the name at the cursor, following pointers, and moves the cursor past the octets that stand
 * here. The reader's input must begin where the message does. On refusal, the offset of the length
 * octet or pointer that is wrong; neither `in` nor *ret_name is changed. */
struct dns_verdict dns_name_read(struct byte_reader *in, struct dns_name *ret_name);

/* As dns_name_read(), without keeping the name: for checking. *ret_size: octets uncompressed. */
struct dns_verdict dns_name_skip(struct byte_reader *in, size_t *ret_size);

/* Whether the octets of a name at the cursor (checked before) end with a pointer. */
bool dns_name_is_compressed(struct byte_reader in);

/* Whether two labels, each with its length octet, are the same but for the case of ASCII letters.
 */
bool dns_label_equal(const uint8_t *a, const uint8_t *b);

/* Whether two names are the same but for the case of ASCII letters (RFC 4343). */
bool dns_name_equal(const struct dns_name *a, const struct dns_name *b);

/* The canonical order of names, by labels from the root on, case ignored (RFC 4034 section 6.1):
 * less than, equal to or greater than 0. */
int dns_name_compare(const struct dns_name *a, const struct dns_name *b);

/* Makes ASCII letters small (RFC 4034 section 6.2). */
void dns_name_lower(struct dns_name *name);

/* How many labels it has, the root not counted: 0 to 127. */
unsigned int dns_name_labels(const struct dns_name *name);

/* Text to a name: labels with dots between, `\.` and `\DDD` (three decimal digits) for octets that
 * would mean something else; a dot at the end, or none, means the same (RFC 1035 section 5.1). On
 * refusal, the offset in the text; *ret_name is untouched. */
struct dns_verdict dns_name_parse(struct bytes text, struct dns_name *ret_name);

/* As dns_name_parse(), but behind a text without a dot at its end comes the origin, and "@" is the
 * origin itself (RFC 1035 section 5.1). `origin`: NULL is the root. */
struct dns_verdict dns_name_parse_relative(struct bytes text, const struct dns_name *origin,
                                           struct dns_name *ret_name);

/* Appends the name as text, with a dot at the end: the root is ".". Octets that are not printable
 * ASCII become \DDD, and those that mean something in a zone file are led by a backslash. Any name
 * fits into DNS_NAME_TEXT_MAX; false, and nothing appended, where there is less room. */
bool dns_name_format(const struct dns_name *name, struct text *text);
