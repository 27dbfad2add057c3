/*
 * What a program does with libcupel-dns: it reads a message, asks for both verdicts, walks the
 * answers and prints them; then it builds a response of its own, and cuts it to a size.
 */
#include <dns/builder.h>
#include <dns/code.h>
#include <dns/message.h>
#include <dns/response.h>
#include <dns/rr_text.h>
#include <dns/text.h>

#include <stdio.h>

/* A response as it came from a socket: www.example.test is an alias of web.example.test. */
static const uint8_t received[] =
    "\x12\x34\x81\x80\x00\x01\x00\x02\x00\x00\x00\x01" /* header */
    "\x03www\x07"
    "example\x04test\x00\x00\x01\x00\x01"                              /* question */
    "\xc0\x0c\x00\x05\x00\x01\x00\x00\x01\x2c\x00\x06\x03web\xc0\x10"  /* CNAME */
    "\xc0\x2e\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01" /* A */
    "\x00\x00\x29\x04\xd0\x00\x00\x00\x00\x00\x00";                    /* OPT */

/* Says why a message or a text is refused, and at which octet. */
static int refuse(const char *what, struct dns_verdict verdict)
{
    printf("%s: %s, at octet %zu\n", what, dns_status_text(verdict.status), verdict.offset);
    return 1;
}

/* Prints what a message answers. The message is an index into `wire`, which must stay. */
static int show(struct bytes wire)
{
    char block[1024]; /* a record that needs more is not shown */
    struct text line = text_init(block, sizeof(block));
    struct dns_message message;
    struct dns_walk answers;
    struct dns_rr rr;
    struct dns_verdict verdict = dns_message_read(wire, &message);

    if (verdict.status != DNS_OK)
        return refuse("framing", verdict);
    verdict = dns_message_check_rdata(&message);
    if (verdict.status != DNS_OK)
        return refuse("rdata", verdict);

    dns_rcode_format(dns_message_rcode(&message), &line);
    printf("%s%s\n", line.at, dns_header_has(&message.header, DNS_FLAG_TC) ? ", truncated" : "");
    answers = dns_message_section(&message, DNS_ANSWER);
    while (dns_walk_next(&answers, &rr)) {
        text_clear(&line);
        if (dns_rr_format(&rr, &line))
            puts(line.at);
    }
    return 0;
}

/* Adds the records of a zone's text to the answers. */
static struct dns_verdict add_records(struct dns_builder *builder, const char *zone)
{
    struct dns_rr_defaults defaults = { .ttl_s = 300, .class = DNS_CLASS_IN };
    struct dns_scan scan = dns_scan_init(bytes_of_text(zone));
    struct dns_verdict verdict = dns_accept();

    while (verdict.status == DNS_OK && byte_reader_left(&scan.in) > 0) {
        uint8_t block[512];
        struct byte_writer rdata = byte_writer_init(block, sizeof(block));
        struct dns_rr_text record;
        struct dns_rr rr;

        verdict = dns_rr_parse(&scan, &defaults, &rdata, &record);
        if (verdict.status != DNS_OK)
            break;
        rr = dns_rr_of_text(&record);
        verdict = dns_builder_add_rr(builder, DNS_ANSWER, &rr);
    }
    return verdict;
}

/* Builds a response with two RRsets of a question that it invents. */
static struct dns_verdict build(struct dns_builder *builder)
{
    struct dns_question question = { .type = DNS_TYPE_ANY, .class = DNS_CLASS_IN };
    struct dns_edns edns = { .udp_size = 1232 };
    struct dns_verdict verdict = dns_name_parse(bytes_of_text("example.test"), &question.name);

    if (verdict.status == DNS_OK)
        verdict = dns_builder_add_question(builder, &question);
    if (verdict.status == DNS_OK)
        verdict =
            add_records(builder, "example.test. MX 10 mail.example.test.\n"
                                 "example.test. TXT \"a text\" \"and another\"\n"
                                 "example.test. TXT \"one that is longer than the others\"\n");
    if (verdict.status == DNS_OK)
        verdict = dns_builder_add_edns(builder, &edns);
    return verdict;
}

int main(void)
{
    uint8_t whole[DNS_MESSAGE_SIZE_MAX];
    uint8_t cut[100];
    struct dns_header header = { .id = 7, .flags = DNS_FLAG_QR | DNS_FLAG_AA };
    struct byte_writer out = byte_writer_init(cut, sizeof(cut));
    struct dns_builder builder;
    struct dns_message response;
    struct dns_verdict verdict;

    if (show(bytes_of(received, sizeof(received) - 1)) != 0)
        return 1;
    printf("and without its last octet:\n");
    show(bytes_of(received, sizeof(received) - 2));

    dns_builder_init(&builder, whole, sizeof(whole), &header);
    verdict = build(&builder);
    if (verdict.status == DNS_OK)
        verdict = dns_message_read(dns_builder_finish(&builder), &response);
    if (verdict.status != DNS_OK)
        return refuse("build", verdict);
    printf("built, %zu octets:\n", response.wire.size);
    show(response.wire);

    verdict = dns_response_truncate(&response, DNS_CUT_RRSET, &builder, &out);
    if (verdict.status != DNS_OK)
        return refuse("truncate", verdict);
    printf("cut to %zu octets of %zu:\n", out.position, sizeof(cut));
    return show(byte_writer_written(&out));
}
