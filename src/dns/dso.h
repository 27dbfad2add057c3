/*
 * DNS stateful operations: messages of the opcode DSO. Behind a header whose counts are all 0 they
 * have TLVs (type, length, value) instead of sections; dns_message_read() checks their framing, and
 * the second verdict is on what the TLVs hold and on whether they stand where they may. A message
 * of this opcode that counts questions or records has sections as any other, and no TLVs; the
 * second verdict refuses it. RFC 8490; the TLVs of push notifications: RFC 8765.
 *
 *     struct byte_reader tlvs = dns_dso_tlvs(&message);
 *     struct dns_dso_tlv tlv;
 *     while (dns_dso_next(&tlvs, &tlv))
 *         …
 *
 * The octets of a TLV are a reader over the whole message, since names of a PUSH may be compressed:
 * dns_question_read() reads those of a SUBSCRIBE, and dns_rr_read() one after another those of a
 * PUSH. All lives as long as the message. Pure; any thread.
 */
#pragma once

#include "dns/code.h"
#include "dns/message.h"

/* Types, for the TLVs in the table; any other uint16_t is a type too. */
enum dns_dso_type {
#define DSO(id, name, type, source, places, shape) DNS_DSO_##id = (type),
#include "dns/dso.def"
#undef DSO
};

/* RFC 8490 section 8.1. */
enum dns_dso_kind {
    DNS_DSO_REQUEST,        /* QR is 0, and the id is not: a response is waited for */
    DNS_DSO_UNIDIRECTIONAL, /* QR and the id are 0: nobody waits for a response, nor may get one */
    DNS_DSO_RESPONSE,       /* QR is 1, and the id that of the request */
};

struct dns_dso_tlv {
    uint16_t type;
    struct byte_reader octets;
};

/* Of a change in a PUSH, in the place of a TTL (RFC 8765 section 6.3.1). Other TTLs above
 * 0x7FFFFFFF are to be ignored, and the change with them. */
#define DNS_DSO_TTL_REMOVE 0xFFFFFFFFU     /* this record is gone */
#define DNS_DSO_TTL_REMOVE_ALL 0xFFFFFFFEU /* all of this name, of this type and class or any */

struct dns_dso_keepalive {
    uint32_t inactivity_ms; /* how long a session may be open without use; 0xFFFFFFFF: for ever */
    uint32_t interval_ms;   /* how long it may be silent; likewise */
};

/* Whether a message has TLVs instead of sections: by its opcode, and since it counts nothing. */
static inline bool dns_message_is_dso(const struct dns_message *message)
{
    const uint16_t *counts = message->header.counts;

    return dns_header_opcode(&message->header) == DNS_OPCODE_DSO &&
           (counts[DNS_QUESTION] | counts[DNS_ANSWER] | counts[DNS_AUTHORITY] |
            counts[DNS_ADDITIONAL]) == 0;
}

/* What a message of this opcode is, by QR and id. */
enum dns_dso_kind dns_dso_kind_of(const struct dns_header *header);

/* The name in the table; NULL where the type has none. Static text. */
const char *dns_dso_name(uint16_t type);

/* The TLVs of a message; none where it has sections. */
struct byte_reader dns_dso_tlvs(const struct dns_message *message);

/* The next TLV; false at the end, or where what is left is no whole one; then nothing is changed.
 */
bool dns_dso_next(struct byte_reader *tlvs, struct dns_dso_tlv *ret_tlv);

/* Whether the octets are some that the type can have in such a message: DNS_OK, or DNS_DSO_SIZE,
 * DNS_DSO_VALUE or what is wrong with a name or record. What is refused: docs/dns-strictness.md. */
struct dns_verdict dns_dso_check(const struct dns_dso_tlv *tlv, enum dns_dso_kind kind);

/* The times of a KEEPALIVE (REQUIRE); false, and *ret_keepalive untouched, where it has not the
 * size of one. */
bool dns_dso_keepalive_read(const struct dns_dso_tlv *tlv, struct dns_dso_keepalive *ret_keepalive);

/* The record of a RECONFIRM (REQUIRE), which has neither TTL nor RDLENGTH; false, and *ret_rr
 * untouched, where its name, type or class is not there. */
bool dns_dso_reconfirm_read(const struct dns_dso_tlv *tlv, struct dns_rr *ret_rr);

/* Appends a TLV as "NAME: value", or of one that dns_dso_check() refuses or does not know "NAME: "
 * or "DSO=<type>: " and its octets in hexadecimal. Of a PUSH, only how many changes it has. False,
 * and nothing appended, where there is no room (DNS_PART_TEXT_MAX is enough). */
bool dns_dso_format(const struct dns_dso_tlv *tlv, struct text *text);

/* Appends a change of a PUSH: "add", "remove", "remove all" or "ignore", and the record, or name,
 * class and type alone. As dns_dso_format() otherwise. */
bool dns_dso_change_format(const struct dns_rr *change, struct text *text);
