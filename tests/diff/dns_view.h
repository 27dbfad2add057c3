/*
 * A message as one codec sees it, as lines of columns with tabs between: what the driver of
 * diff.dns.<peer> and its peers' programs say to each other.
 *
 *     refuse REASON
 * or
 *     accept
 *     header ID FLAGS                                     (flags in hexadecimal, without Z)
 *     entry SECTION OWNER TYPE CLASS TTL RDATA TEXT       (for each question and record)
 *     wire OCTETS                                         (what the codec writes of what it read)
 *     set OCTETS                                          (so too: records in any order, no OPT)
 *
 * SECTION is 0 (questions; with "-" for the last three columns) to 3. OWNER and RDATA are
 * hexadecimal, names in them written whole; an empty RDATA is "-". Records of OPT and then those of
 * TSIG follow all others, since some peers keep them apart. A line or column that a peer has not is
 * left out, or "-", and not compared; likewise RDATA of "?".
 */
#pragma once

#include "base/bytes.h"
#include "base/text_format.h"
#include "dns/message.h"

#define DIFF_MESSAGE_MAX 65535
#define DIFF_BLOCK_MAX ((size_t)16 << 20)
#define DIFF_ENTRIES_MAX 13200 /* questions of 5 octets */

/* One question or record; each column is a C string in the block. */
struct diff_entry {
    char *section;
    char *owner;
    char *type;
    char *class;
    char *ttl;
    char *rdata;
    char *text;
};

/* A block of lines that was taken apart. It lives as long as the block. */
struct diff_view {
    bool accepted;
    char *reason; /* where it is refused */
    char *header; /* NULL: not said */
    char *wire;   /* likewise */
    bool is_set;  /* what `wire` holds is a set, without OPT */
    unsigned int count;
    struct diff_entry entries[DIFF_ENTRIES_MAX];
};

/* What we say of a message, and why. */
struct diff_verdict {
    struct dns_verdict verdict;
    bool of_rdata; /* the second verdict refuses, not the first */
    uint16_t type; /* of the record whose RDATA is refused */
    bool is_empty; /* it has none */
    struct dns_message message;
};

/* Both verdicts on a message, the first that refuses. */
struct diff_verdict diff_judge(struct bytes wire);

/* Our lines. False where they do not fit. */
bool diff_view_write(struct bytes wire, struct text *text);

/* Takes a block apart, in place. False where it has not the form above. */
bool diff_view_parse(char *block, struct diff_view *ret_view);

/* What we write of a message that we accept, with names compressed; an empty view where it has not
 * the room. `block` has DIFF_MESSAGE_MAX octets. */
struct bytes diff_rebuild(struct bytes wire, void *block);

/* Reads hexadecimal digits; false where they are none, or too many. */
bool diff_octets_parse(const char *digits, struct byte_writer *out);
