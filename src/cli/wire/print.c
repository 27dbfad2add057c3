/* A message in the form that dig prints. */
#include "base/require.h"
#include "cli/wire/wire.h"
#include "dns/code.h"
#include "dns/dso.h"
#include "dns/rrtype.h"
#include "dns/text.h"

#include <errno.h>

/* Where a message is printed to. */
struct printer {
    FILE *out;
    bool colour;
    char *block; /* DNS_PART_TEXT_MAX octets */
};

static void print_in(const struct printer *printer, const char *colour, const char *words)
{
    fprintf(printer->out, "%s%s%s\n", printer->colour ? colour : "", words,
            printer->colour ? "\033[0m" : "");
}

static void print_comment(const struct printer *printer, const char *comment)
{
    print_in(printer, "\033[2m", comment);
}

static void print_title(const struct printer *printer, const char *title)
{
    char block[48];
    struct text text = text_init(block, sizeof(block));
    bool complete =
        text_append(&text, ";; ") && text_append(&text, title) && text_append(&text, "SECTION:");

    REQUIRE(complete);
    fputc('\n', printer->out);
    print_in(printer, "\033[1m", block);
}

/* What a section is called, in an update and elsewhere. */
static const char *title_of(const struct dns_message *message, enum dns_section section)
{
    static const char *const titles[DNS_SECTIONS][2] = {
        [DNS_QUESTION] = { "QUESTION ", "ZONE " },
        [DNS_ANSWER] = { "ANSWER ", "PREREQUISITE " },
        [DNS_AUTHORITY] = { "AUTHORITY ", "UPDATE " },
        [DNS_ADDITIONAL] = { "ADDITIONAL ", "ADDITIONAL " },
    };

    return titles[section][dns_header_opcode(&message->header) == DNS_OPCODE_UPDATE];
}

/* Which message of the input it is, and where it was captured. */
static void print_origin(const struct printer *printer, const struct wire_item *item)
{
    struct text text = text_init(printer->block, DNS_PART_TEXT_MAX);
    const struct capture_message *packet = item->packet;

    if (item->number == 0)
        return;
    (void)text_append(&text, item->number > 1 ? "\n;; MESSAGE " : ";; MESSAGE ");
    (void)text_append_decimal(&text, item->number, 0);
    if (packet != NULL) {
        const struct capture_flow *flow = &packet->flow;

        (void)text_append(&text, ": ");
        wire_format_time(packet->time_ns, &text);
        (void)text_append(&text, flow->protocol == CAPTURE_PROTOCOL_TCP ? " TCP " : " UDP ");
        wire_format_address(flow->version, &flow->source, &text);
        (void)text_append_char(&text, '#');
        (void)text_append_decimal(&text, flow->source.port, 0);
        (void)text_append(&text, " > ");
        wire_format_address(flow->version, &flow->destination, &text);
        (void)text_append_char(&text, '#');
        (void)text_append_decimal(&text, flow->destination.port, 0);
    }
    print_comment(printer, text.at);
}

static void print_head(const struct printer *printer, const struct dns_message_partial *partial)
{
    struct text text = text_init(printer->block, DNS_PART_TEXT_MAX);
    struct dns_message shown = partial->message;
    struct dns_edns edns;
    bool complete;

    shown.header = partial->header;
    complete = dns_header_format(&shown, &text);
    REQUIRE(complete);
    print_comment(printer, text.at);
    if (!dns_message_edns(&shown, &edns))
        return;
    text_clear(&text);
    complete = dns_edns_format(&edns, &text);
    REQUIRE(complete);
    print_title(printer, "OPT PSEUDO");
    print_comment(printer, text.at);
}

static void print_questions(const struct printer *printer, const struct dns_message *message)
{
    struct byte_reader in = dns_message_questions(message);
    struct dns_question question;

    if (message->header.counts[DNS_QUESTION] == 0)
        return;
    print_title(printer, title_of(message, DNS_QUESTION));
    while (dns_question_read(&in, &question).status == DNS_OK) {
        struct text text = text_init(printer->block, DNS_PART_TEXT_MAX);
        bool complete = dns_question_format(&question, &text);

        REQUIRE(complete);
        fprintf(printer->out, ";%s\n", text.at);
    }
}

/* Whether what is left of the additional section is what usually stands behind OPT: nothing, or the
 * signature of the whole. */
static bool is_usual_place(struct dns_walk walk)
{
    struct dns_rr rr;

    return !dns_walk_next(&walk, &rr) || (walk.left == 0 && rr.type == DNS_TYPE_TSIG);
}

/* The records of a section but for OPT, which was shown in front. */
static void print_records(const struct printer *printer, const struct dns_message *message,
                          enum dns_section section)
{
    struct dns_walk walk = dns_message_section(message, section);
    bool is_first = true;
    struct dns_rr rr;

    while (dns_walk_next(&walk, &rr)) {
        bool is_opt = message->opt_at != 0 && rr.owner.position == message->opt_at;
        struct text text = text_init(printer->block, DNS_PART_TEXT_MAX);
        bool complete;

        if (is_opt && is_usual_place(walk))
            continue;
        if (is_first)
            print_title(printer, title_of(message, section));
        is_first = false;
        if (is_opt) {
            print_comment(printer, ";; OPT");
            continue;
        }
        complete = dns_rr_format(&rr, &text);
        REQUIRE(complete);
        fprintf(printer->out, "%s\n", text.at);
    }
}

/* The changes of a PUSH, each on a line of its own. */
static void print_changes(const struct printer *printer, const struct dns_dso_tlv *tlv)
{
    struct byte_reader in = tlv->octets;
    struct dns_rr change;

    if (dns_dso_check(tlv, DNS_DSO_UNIDIRECTIONAL).status != DNS_OK)
        return;
    while (dns_rr_read(&in, &change).status == DNS_OK) {
        struct text text = text_init(printer->block, DNS_PART_TEXT_MAX);
        bool complete = dns_dso_change_format(&change, &text);

        REQUIRE(complete);
        fprintf(printer->out, "%s\n", text.at);
    }
}

/* The TLVs of a message that has some instead of sections. */
static void print_tlvs(const struct printer *printer, const struct dns_message *message)
{
    struct byte_reader tlvs = dns_dso_tlvs(message);
    struct dns_dso_tlv tlv;

    if (!byte_reader_is_done(&tlvs))
        print_title(printer, "STATEFUL OPERATIONS ");
    while (dns_dso_next(&tlvs, &tlv)) {
        struct text text = text_init(printer->block, DNS_PART_TEXT_MAX);
        bool complete = dns_dso_format(&tlv, &text);

        REQUIRE(complete);
        fprintf(printer->out, "; %s\n", text.at);
        if (tlv.type == DNS_DSO_PUSH)
            print_changes(printer, &tlv);
    }
}

static void print_verdict(const struct printer *printer, const char *what,
                          struct dns_verdict verdict)
{
    if (verdict.status != DNS_OK)
        fprintf(printer->out, "%s;; refused: %s: %s, at octet %zu%s\n",
                printer->colour ? "\033[31m" : "", what, dns_status_text(verdict.status),
                verdict.offset, printer->colour ? "\033[0m" : "");
}

static void print_refusal(const struct printer *printer, const struct dns_message_partial *partial)
{
    print_verdict(printer, "framing", partial->framing);
    print_verdict(printer, "rdata", dns_message_check_rdata(&partial->message));
    if (partial->left.size == 0)
        return;
    fprintf(printer->out, ";; left over: %zu octets:", partial->left.size);
    for (size_t i = 0; i < partial->left.size; i++)
        fprintf(printer->out, "%s%02x", i % 32 == 0 ? "\n; " : "", partial->left.at[i]);
    fputc('\n', printer->out);
}

int wire_print_text(FILE *out, const struct wire_view *view, struct err *err)
{
    CLEANUP(free_pointer) char *block = malloc(DNS_PART_TEXT_MAX);
    struct printer printer = { out, view->colour, block };
    const struct dns_message_partial *partial = view->partial;
    const struct dns_message *message = &partial->message;

    if (block == NULL)
        return err_set(err, -ENOMEM, "no memory");
    print_origin(&printer, view->item);
    if (partial->has_header) {
        print_head(&printer, partial);
        print_questions(&printer, message);
        for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++)
            print_records(&printer, message, (enum dns_section)i);
        if (partial->framing.status == DNS_OK)
            print_tlvs(&printer, message);
        fputc('\n', out);
    }
    if (view->shows_refusal)
        print_refusal(&printer, partial);
    fprintf(out, "%s;; MSG SIZE: %zu%s\n", printer.colour ? "\033[2m" : "", view->item->octets.size,
            printer.colour ? "\033[0m" : "");
    return 0;
}
