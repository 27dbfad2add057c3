/* Lines of the query log: what is told of an answer, whatever octets its name has. */
#include "operate/query_line.h"

#include "dns/builder.h"
#include "dns/code.h"
#include "dns/rrtype.h"
#include "unit.h"

#include <string.h>

/* A line for an answer to this name, with this response code. */
static void write_line(const struct dns_name *name, unsigned int rcode, bool is_json,
                       struct text *line)
{
    uint8_t wire[600];
    struct dns_header header = { .id = 1, .flags = dns_flags_of(DNS_FLAG_QR, 0, rcode) };
    struct dns_question question = { .name = *name, .type = DNS_TYPE_A, .class = DNS_CLASS_IN };
    struct forwarder_datagram answer = {
        .path = { .peer = { .octets = { 192, 0, 2, 7 }, .size = 4, .port = 4242 } },
        .source = FORWARDER_FROM_CACHE,
    };
    struct operate_query_line event = {
        .time = "2026-01-02T03:04:05.678Z",
        .answer = &answer,
        .waited_ns = 45678,
        .is_json = is_json,
    };
    struct dns_builder builder;

    dns_builder_init(&builder, wire, sizeof(wire), &header);
    assert_int_equal(dns_builder_add_question(&builder, &question).status, DNS_OK);
    answer.payload = dns_builder_finish(&builder);
    operate_query_line_write(&event, line);
}

static struct dns_name name_of(const char *text)
{
    struct dns_name name;

    assert_int_equal(dns_name_parse(bytes_of_text(text), &name).status, DNS_OK);
    return name;
}

static void an_answer_is_one_line(void **state)
{
    char block[OPERATE_QUERY_LINE_MAX];
    struct text line = text_init(block, sizeof(block));
    struct dns_name name = name_of("a.example");

    (void)state;
    write_line(&name, DNS_RCODE_NXDOMAIN, false, &line);
    assert_string_equal(line.at, "2026-01-02T03:04:05.678Z 192.0.2.7:4242 udp a.example. IN A "
                                 "NXDOMAIN cache 27 45us\n");
    text_clear(&line);
    write_line(&name, DNS_RCODE_SERVFAIL, true, &line);
    assert_string_equal(line.at, "{\"time\":\"2026-01-02T03:04:05.678Z\","
                                 "\"client\":\"192.0.2.7:4242\",\"transport\":\"udp\","
                                 "\"name\":\"a.example.\",\"class\":\"IN\",\"type\":\"A\","
                                 "\"rcode\":\"SERVFAIL\",\"source\":\"cache\",\"size\":27,"
                                 "\"waited_us\":45}\n");
}

/* The name of four labels that are all of one octet. */
static struct dns_name name_of_octet(unsigned int octet)
{
    struct dns_name name = { 0 };

    for (size_t label = 0; label < 4; label++) {
        size_t size = label < 3 ? 63 : 61;

        name.octets[name.size] = (uint8_t)size;
        memset(name.octets + name.size + 1, (int)octet, size);
        name.size = (uint8_t)(name.size + size + 1);
    }
    name.size += 1;
    return name;
}

static void whatever_octets_a_name_has_a_line_is_printable_and_fits(void **state)
{
    char block[OPERATE_QUERY_LINE_MAX];

    (void)state;
    for (unsigned int octet = 0; octet < 256; octet++) {
        struct dns_name name = name_of_octet(octet);

        for (unsigned int form = 0; form < 2; form++) {
            struct text line = text_init(block, sizeof(block));

            write_line(&name, 0, form == 1, &line);
            for (size_t i = 0; i + 1 < line.size; i++)
                assert_true(line.at[i] >= ' ' && line.at[i] <= '~');
            assert_int_equal(line.at[line.size - 1], '\n');
        }
    }
}

static void what_has_no_question_has_a_line_too(void **state)
{
    uint8_t wire[12] = { 0, 1, 0x80, 1 };
    char block[OPERATE_QUERY_LINE_MAX];
    struct text line = text_init(block, sizeof(block));
    struct forwarder_datagram answer = {
        .path = { .peer = { .octets = { 192, 0, 2, 7 }, .size = 4, .port = 1 }, .stream = 3 },
        .payload = bytes_of(wire, sizeof(wire)),
    };
    struct operate_query_line event = { .time = "now", .answer = &answer };

    (void)state;
    operate_query_line_write(&event, &line);
    assert_string_equal(line.at, "now 192.0.2.7:1 tcp - - - FORMERR here 12 0us\n");
    assert_true(operate_query_line_is_failure(&answer));
    text_clear(&line);
    event.is_json = true;
    operate_query_line_write(&event, &line);
    assert_non_null(strstr(line.at, "\"name\":null,\"class\":null,\"type\":null,"));
    wire[3] = DNS_RCODE_NXDOMAIN;
    assert_false(operate_query_line_is_failure(&answer));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_answer_is_one_line),
    cmocka_unit_test(whatever_octets_a_name_has_a_line_is_printable_and_fits),
    cmocka_unit_test(what_has_no_question_has_a_line_too),
};

RUN_TESTS(tests)
