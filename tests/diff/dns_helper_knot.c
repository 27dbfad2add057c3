/* libknot as a peer: knot_pkt_parse(), knot_rrset_txt_dump_data(), and knot_pkt_put() of what was
 * read. Names are read without being made small. */
#include "diff/dns_helper.h"

#include "base/cleanup.h"
#include "diff/dns_view.h"

#include <libknot/libknot.h>

#define PRINT_MAX ((size_t)1 << 20)

/* Where lines go, and room for what is printed of a record. */
struct answer {
    struct text *text;
    char *printed; /* PRINT_MAX octets */
};

/* Whether the library may be asked to print a record: 3.2.6 reads past the RDATA of an NSEC3 whose
 * salt or hash is longer than what is there. */
static bool is_printable(const knot_rrset_t *rr)
{
    const knot_rdata_t *rdata = rr->rrs.rdata;
    size_t end = 5;

    if (rr->type != KNOT_RRTYPE_NSEC3)
        return true;
    for (unsigned int i = 0; i < 2 && end <= rdata->len; i++)
        end += i == 0 ? rdata->data[4] + 1U : rdata->data[end - 1];
    return end <= rdata->len;
}

static void append_record(struct answer answer, unsigned int section, const knot_rrset_t *rr)
{
    struct text *text = answer.text;
    const knot_rdata_t *rdata = rr->rrs.rdata;
    knot_dump_style_t style = KNOT_DUMP_STYLE_DEFAULT;
    int length;

    style.wrap = false;
    style.human_ttl = false;
    length =
        is_printable(rr) ? knot_rrset_txt_dump_data(rr, 0, answer.printed, PRINT_MAX, &style) : -1;
    (void)text_format(text, "entry\t%u\t", section);
    helper_append_octets(text, bytes_of(rr->owner, knot_dname_size(rr->owner)));
    (void)text_format(text, "\t%u\t%u\t%u\t", rr->type, rr->rclass, rr->ttl);
    helper_append_octets(text, bytes_of(rdata->data, rdata->len));
    (void)text_append_char(text, '\t');
    helper_append_print(text, length < 0 ? "(unprintable)" : length == 0 ? "" : answer.printed);
    (void)text_append_char(text, '\n');
}

/* The record of a section by its number; NULL: it is none of this place. OPT stands behind the
 * others; TSIG is kept apart. */
static const knot_rrset_t *record_at(const knot_pktsection_t *section, uint16_t i, bool is_opt)
{
    const knot_rrset_t *rr = knot_pkt_rr(section, i);

    return rr->type == KNOT_RRTYPE_TSIG || (rr->type == KNOT_RRTYPE_OPT) != is_opt ? NULL : rr;
}

static void append_question(struct text *text, const knot_pkt_t *packet)
{
    const knot_dname_t *name = knot_pkt_wire_qname(packet);

    if (name == NULL)
        return;
    (void)text_append(text, "entry\t0\t");
    helper_append_octets(text, bytes_of(name, packet->qname_size));
    (void)text_format(text, "\t%u\t%u\t-\t-\t-\n", knot_pkt_qtype(packet), knot_pkt_qclass(packet));
}

static void append_records(struct answer answer, const knot_pkt_t *packet, bool is_opt)
{
    for (unsigned int i = KNOT_ANSWER; i <= KNOT_ADDITIONAL; i++) {
        const knot_pktsection_t *section = knot_pkt_section(packet, (knot_section_t)i);

        for (uint16_t j = 0; j < section->count; j++) {
            const knot_rrset_t *rr = record_at(section, j, is_opt);

            if (rr != NULL)
                append_record(answer, i + 1, rr);
        }
    }
}

static bool put_records(knot_pkt_t *out, const knot_pkt_t *packet)
{
    bool ok = true;

    for (unsigned int i = KNOT_ANSWER; i <= KNOT_ADDITIONAL; i++) {
        const knot_pktsection_t *section = knot_pkt_section(packet, (knot_section_t)i);

        ok = ok && knot_pkt_begin(out, (knot_section_t)i) == KNOT_EOK;
        for (uint16_t j = 0; ok && j < section->count; j++) {
            const knot_rrset_t *rr = knot_pkt_rr(section, j);

            if (rr->type != KNOT_RRTYPE_TSIG)
                ok = knot_pkt_put(out, KNOT_COMPR_HINT_NONE, rr, 0) == KNOT_EOK;
        }
    }
    if (ok && packet->tsig_rr != NULL)
        ok = knot_pkt_put(out, KNOT_COMPR_HINT_NONE, packet->tsig_rr, 0) == KNOT_EOK;
    return ok;
}

static void append_wire(struct text *text, const knot_pkt_t *packet)
{
    knot_pkt_t *out = knot_pkt_new(NULL, DIFF_MESSAGE_MAX, NULL);
    const knot_dname_t *name = knot_pkt_wire_qname(packet);
    bool ok = out != NULL;

    if (ok) {
        memcpy(out->wire, packet->wire, 4);
        ok = name == NULL || knot_pkt_put_question(out, name, knot_pkt_qclass(packet),
                                                   knot_pkt_qtype(packet)) == KNOT_EOK;
    }
    if (ok && put_records(out, packet)) {
        (void)text_append(text, "wire\t");
        helper_append_octets(text, bytes_of(out->wire, out->size));
        (void)text_append_char(text, '\n');
    }
    knot_pkt_free(out);
}

void helper_view(struct bytes wire, struct text *text)
{
    /* The library writes into what it parses only without KNOT_PF_KEEPWIRE. */
    CLEANUP(free_pointer) uint8_t *octets = malloc(wire.size + 1);
    CLEANUP(free_pointer) char *printed = malloc(PRINT_MAX);
    struct answer answer = { text, printed };
    knot_pkt_t *packet;
    int number;

    if (octets == NULL || printed == NULL)
        return;
    memcpy(octets, wire.at, wire.size);
    packet = knot_pkt_new(octets, (uint16_t)wire.size, NULL);
    number = knot_pkt_parse(packet, KNOT_PF_NOCANON | KNOT_PF_KEEPWIRE);
    if (number != KNOT_EOK) {
        (void)text_format(text, "refuse\t%s\n", knot_strerror(number));
    } else {
        (void)text_format(text, "accept\nheader\t%u %04x\n", knot_wire_get_id(octets),
                          (unsigned int)(octets[2] << 8 | octets[3]) & ~(unsigned int)0x40);
        append_question(text, packet);
        append_records(answer, packet, false);
        append_records(answer, packet, true);
        if (packet->tsig_rr != NULL)
            append_record(answer, 3, packet->tsig_rr);
        append_wire(text, packet);
    }
    knot_pkt_free(packet);
}
