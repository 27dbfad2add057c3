/* `cupel-wire decode`: a message in the form that dig prints. */
#include "base/require.h"
#include "cli/document.h"
#include "cli/wire/wire.h"
#include "dns/code.h"
#include "dns/rrtype.h"
#include "dns/text.h"

#include <errno.h>
#include <unistd.h>

/* What one file may take of memory: a message in hexadecimal, and itself. */
#define ARENA_BYTES_MAX (8 * (size_t)DNS_MESSAGE_SIZE_MAX)

/* Where a message is printed to. */
struct printer {
    FILE *out;
    bool colour;
    char *block; /* DNS_PART_TEXT_MAX octets */
};

static void print_comment(const struct printer *printer, const char *comment)
{
    fprintf(printer->out, "%s%s%s\n", printer->colour ? "\033[2m" : "", comment,
            printer->colour ? "\033[0m" : "");
}

static void print_title(const struct printer *printer, const char *title)
{
    fprintf(printer->out, "\n%s;; %s SECTION:%s\n", printer->colour ? "\033[1m" : "", title,
            printer->colour ? "\033[0m" : "");
}

/* What a section is called, in an update and elsewhere. */
static const char *title_of(const struct dns_message *message, enum dns_section section)
{
    static const char *const titles[DNS_SECTIONS][2] = {
        [DNS_QUESTION] = { "QUESTION", "ZONE" },
        [DNS_ANSWER] = { "ANSWER", "PREREQUISITE" },
        [DNS_AUTHORITY] = { "AUTHORITY", "UPDATE" },
        [DNS_ADDITIONAL] = { "ADDITIONAL", "ADDITIONAL" },
    };

    return titles[section][dns_header_opcode(&message->header) == DNS_OPCODE_UPDATE];
}

static void print_head(const struct printer *printer, const struct dns_message *message)
{
    struct text text = text_init(printer->block, DNS_PART_TEXT_MAX);
    struct dns_edns edns;
    bool complete = dns_header_format(message, &text);

    REQUIRE(complete);
    print_comment(printer, text.at);
    if (!dns_message_edns(message, &edns))
        return;
    text_clear(&text);
    complete = dns_edns_format(&edns, &text);
    REQUIRE(complete);
    fprintf(printer->out, "\n%s;; OPT PSEUDOSECTION:%s\n", printer->colour ? "\033[1m" : "",
            printer->colour ? "\033[0m" : "");
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

/* The records of a section but for OPT, which was shown in front. */
static void print_records(const struct printer *printer, const struct dns_message *message,
                          enum dns_section section)
{
    struct dns_walk walk = dns_message_section(message, section);
    bool is_first = true;
    struct dns_rr rr;

    while (dns_walk_next(&walk, &rr)) {
        struct text text = text_init(printer->block, DNS_PART_TEXT_MAX);
        bool complete;

        if (rr.type == DNS_TYPE_OPT)
            continue;
        if (is_first)
            print_title(printer, title_of(message, section));
        is_first = false;
        complete = dns_rr_format(&rr, &text);
        REQUIRE(complete);
        fprintf(printer->out, "%s\n", text.at);
    }
}

static int print_text(const struct dns_message *message, struct err *err)
{
    CLEANUP(free_pointer) char *block = malloc(DNS_PART_TEXT_MAX);
    struct printer printer = { stdout, cli_can_colour(STDOUT_FILENO), block };

    if (block == NULL)
        return err_set(err, -ENOMEM, "no memory");
    print_head(&printer, message);
    print_questions(&printer, message);
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++)
        print_records(&printer, message, (enum dns_section)i);
    fprintf(printer.out, "\n%s;; MSG SIZE: %zu%s\n", printer.colour ? "\033[2m" : "",
            message->wire.size, printer.colour ? "\033[0m" : "");
    return 0;
}

static int refuse(const char *path, const char *what, struct dns_verdict verdict, struct err *err)
{
    return err_set(err, -EBADMSG, "%s: %s: %s, at octet %zu", path, what,
                   dns_status_text(verdict.status), verdict.offset);
}

static int decode_file(const char *path, const struct decode_options *chosen, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(ARENA_BYTES_MAX);
    struct bytes wire;
    struct dns_message message;
    struct dns_verdict verdict;
    int number = chosen->hex ? wire_input_read_hex(path, &arena, &wire, err)
                             : wire_input_read(path, &arena, &wire, err);

    if (number < 0)
        return number;
    verdict = dns_message_read(wire, &message);
    if (verdict.status != DNS_OK)
        return refuse(path, "framing", verdict, err);
    number = chosen->json ? wire_print_json(stdout, &message, err) : print_text(&message, err);
    if (number < 0)
        return err_prefix(err, "%s", path);
    verdict = dns_message_check_rdata(&message);
    return verdict.status == DNS_OK ? 0 : refuse(path, "rdata", verdict, err);
}

int wire_decode_run(const void *globals, const void *options, struct cli_operands operands)
{
    struct err err = { 0 };
    int number = decode_file(operands.at[0], options, &err);
    int flushed = cli_flush(stdout);

    (void)globals;
    return number < 0 ? cli_fail(WIRE_PROGRAM, &err, 1) : flushed;
}
