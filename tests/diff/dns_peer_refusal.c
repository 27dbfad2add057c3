/* For what a peer refuses a message that we accept. */
#include "diff/dns_comparison.h"

#include "dns/code.h"
#include "dns/rrtype.h"

#include <stdio.h>
#include <stdlib.h>

#define TYPE_UNASSIGNED 0xff00 /* for private use: RDATA is opaque for all */
#define TYPE_IN_FRONT 10       /* so many octets stand between a record's type and its RDATA */

/* Writes a message of one record, without compression. */
static bool write_alone(const struct diff_entry *entry, struct byte_writer *out)
{
    struct byte_writer rdata;
    size_t length_at;
    bool ok = write_u16_be(out, 0) && write_u16_be(out, DNS_FLAG_QR) && write_u16_be(out, 0);

    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++)
        ok = ok && write_u16_be(out, diff_number_of(entry->section) == i);
    ok = ok && diff_octets_parse(entry->owner, out) &&
         write_u16_be(out, diff_number_of(entry->type)) &&
         write_u16_be(out, diff_number_of(entry->class)) &&
         write_u32_be(out, (uint32_t)strtoul(entry->ttl, NULL, 10));
    length_at = out->position;
    ok = ok && write_u16_be(out, 0) &&
         (strcmp(entry->rdata, "-") == 0 || diff_octets_parse(entry->rdata, out));
    if (!ok)
        return false;
    rdata = byte_writer_init(out->base + length_at, 2);
    return write_u16_be(&rdata, (uint16_t)(out->position - length_at - 2));
}

/* Whether two octets anywhere in a message look like a pointer to a zero, which is the root. */
static bool has_pointer_to_root(struct bytes wire)
{
    for (size_t i = DNS_HEADER_SIZE; i + 1 < wire.size; i++) {
        size_t target = (size_t)(wire.at[i] & 0x3f) << 8 | wire.at[i + 1];

        if (wire.at[i] >= 0xc0 && target >= DNS_HEADER_SIZE && target < i && wire.at[target] == 0)
            return true;
    }
    return false;
}

const char *diff_find_cause(struct diff_comparison *comparison, struct bytes wire)
{
    struct diff_bench *bench = comparison->bench;
    struct bytes rebuilt = diff_rebuild(wire, bench->wire);
    struct dns_header header = diff_judge(wire).message.header;
    unsigned int opcode = dns_header_opcode(&header);

    if (opcode == DNS_OPCODE_DSO)
        return "DSO";
    if (rebuilt.size > 0 && diff_view_theirs(comparison, rebuilt, DIFF_OTHER) &&
        bench->views[DIFF_OTHER]->accepted)
        return has_pointer_to_root(wire) ? "POINTER_TO_ROOT" : "COMPRESSION";
    if (opcode == DNS_OPCODE_UPDATE)
        return "UPDATE";
    if (opcode == 3 || opcode > DNS_OPCODE_UPDATE)
        return "OPCODE";
    if (header.counts[DNS_QUESTION] > 1)
        return "QUESTIONS";
    return rebuilt.size == 0 && has_pointer_to_root(wire) ? "POINTER_TO_ROOT" : "OK";
}

/* What is said of a record that is to blame. */
static void blame(struct diff_comparison *comparison, const struct diff_refusal *refusal,
                  const struct diff_entry *entry)
{
    struct diff_finding *finding = diff_add(comparison, refusal->kind, diff_reading_of(entry).at,
                                            diff_type_word(diff_number_of(entry->type)).at);

    if (finding != NULL) {
        diff_print_entry(finding->ours_line, entry);
        (void)snprintf(finding->theirs_line, DIFF_SHOWN_MAX, "%s", refusal->reason);
    }
}

/* Whether a record is of a type that has fields, but not in its class. */
static bool is_opaque_by_class(const struct dns_rr *rr)
{
    return dns_rrtype_of(rr->type, rr->class)->mnemonic == NULL &&
           dns_rrtype_of(rr->type, DNS_CLASS_IN)->mnemonic != NULL;
}

/* Gives one record after another a type that nobody knows, in the message that they refused, until
 * they accept it: the last one is to blame, for what they read into its octets. */
static bool find_misread(struct diff_comparison *comparison, const struct diff_refusal *refusal)
{
    struct diff_bench *bench = comparison->bench;
    struct dns_message message = diff_judge(refusal->wire).message;

    (void)memcpy(bench->changed, refusal->wire.at, refusal->wire.size);
    for (unsigned int section = DNS_ANSWER; section <= DNS_ADDITIONAL; section++) {
        struct dns_walk walk = dns_message_section(&message, (enum dns_section)section);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr)) {
            struct byte_writer type;
            struct diff_finding *finding;

            if (!is_opaque_by_class(&rr))
                continue;
            type = byte_writer_init(bench->changed + rr.rdata.position - TYPE_IN_FRONT, 2);
            (void)write_u16_be(&type, TYPE_UNASSIGNED);
            if (!diff_view_theirs(comparison, bytes_of(bench->changed, refusal->wire.size),
                                  DIFF_OTHER))
                return true;
            if (!bench->views[DIFF_OTHER]->accepted)
                continue;
            finding = diff_add(comparison, refusal->kind, "OPAQUE", diff_type_word(rr.type).at);
            if (finding != NULL)
                (void)snprintf(finding->theirs_line, DIFF_SHOWN_MAX, "%s", refusal->reason);
            return true;
        }
    }
    return false;
}

bool diff_find_refused(struct diff_comparison *comparison, const struct diff_view *ours,
                       struct diff_refusal refusal)
{
    struct diff_bench *bench = comparison->bench;

    for (unsigned int i = 0; i < ours->count; i++) {
        const struct diff_entry *entry = &ours->entries[i];
        struct byte_writer out = byte_writer_init(bench->changed, sizeof(bench->changed));

        if (entry->section[0] == '0' || !write_alone(entry, &out))
            continue;
        if (!diff_view_theirs(comparison, byte_writer_written(&out), DIFF_OTHER))
            return true;
        if (bench->views[DIFF_OTHER]->accepted)
            continue;
        blame(comparison, &refusal, entry);
        return true;
    }
    return find_misread(comparison, &refusal);
}
