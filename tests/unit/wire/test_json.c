/*
 * Messages as JSON: what is written is read as the same message, to the octet where its octets are
 * written too; and what is refused is named.
 */
#include "unit/dns/wire.h"

#include "cli/wire/json/document.h"
#include "cli/wire/json/reader.h"
#include "cli/wire/json/writer.h"
#include "fuzz/dns/generator.h"

#include <errno.h>
#include <stdio.h>

#define MESSAGES 1000

static void objects_give_the_octets_that_they_say(void **state)
{
    static const struct {
        const char *label;
        const char *text;
        const char *wire;
    } rows[] = {
        { "an id alone", "{\"ID\":1}", "0001 0000 0000 0000 0000 0000" },
        { "flags as numbers and as truth", "{\"QR\":1,\"AA\":true,\"TC\":false,\"Z\":1}",
          "0000 8440 0000 0000 0000 0000" },
        { "names of type and class, and a member that is not known",
          "\x1e{\"QNAME\":\"a\",\"QTYPEname\":\"mx\",\"QCLASSname\":\"CH\",\"comment\":[{}]}\n",
          "0000 0000 0001 0000 0000 0000 01'a'00 000f 0003" },
        { "counts and lengths that say something else",
          "{\"ANCOUNT\":9,\"answerRRs\":[{\"NAME\":\"a\",\"TYPE\":1,\"TTL\":1,\"RDLENGTH\":9,"
          "\"RDATAHEX\":\"c0000201\",\"rdataA\":\"192.0.2.1\"}]}",
          "0000 0000 0000 0001 0000 0000 01'a'00 0001 0001 00000001 0004 c0000201" },
        { "a set of records",
          "{\"authorityRRs\":[{\"NAME\":\"a\",\"TYPE\":1,\"TTL\":1,\"rrSet\":[{\"rdataA\":"
          "\"192.0.2.1\"},{\"RDATAHEX\":\"C0000202\"}]}]}",
          "0000 0000 0000 0000 0002 0000 01'a'00 0001 0001 00000001 0004 c0000201"
          "c00c 0001 0001 00000001 0004 c0000202" },
        { "EDNS alone",
          "{\"additionalRRs\":[{\"NAME\":\".\",\"TYPE\":41,\"EDNS\":{\"UDPsize\":1232,\"DO\":1,"
          "\"options\":[{\"OPTIONtext\":\"NSID: 61\"},{\"OPTIONCODE\":5,\"OPTIONHEX\":\"08\"}]}}]}",
          "0000 0000 0000 0000 0000 0001 00 0029 04d0 00008000 000a 0003 0001 61 0005 0001 08" },
        { "octets that promise a record",
          "{\"messageOctetsHEX\":\"00010000000000000000000A\",\"ID\":null}", NULL },
        { "octets beside members that agree",
          "{\"ID\":1,\"messageOctetsHEX\":\"000100000000000000000000\"}",
          "0001 0000 0000 0000 0000 0000" },
        { "questions in both places",
          "{\"Opcode\":2,\"QNAME\":\"a.\",\"QTYPE\":1,\"questionRRs\":[{\"NAME\":\"a\",\"TYPE\":1},"
          "{\"NAME\":\"a\",\"TYPE\":2}]}",
          "0000 1000 0002 0000 0000 0000 01'a'00 0001 0001 c00c 0002 0001" },
        { "stateful operations",
          "{\"ID\":1,\"Opcode\":6,\"dsoTLVs\":[{\"TYPE\":1,\"DATAHEX\":\"00003A980000EA60\"},"
          "{\"TYPE\":3}]}",
          "0001 3000 0000 0000 0000 0000 0001 0008 00003a98 0000ea60 0003 0000" },
        { "an empty list of questions", "{\"questionRRs\":[],\"answerRRs\":[]}",
          "0000 0000 0000 0000 0000 0000" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct wire_json *reader = NULL;
        struct err err = { 0 };
        struct bytes message;
        int number;

        assert_int_equal(wire_json_open(bytes_of_text(rows[i].text), &reader, &err), 0);
        number = wire_json_next(reader, &message, &err);
        if (rows[i].wire == NULL) { /* a count that promises a record */
            assert_row(rows[i].label, number == -EINVAL);
        } else {
            WIRE(expected, rows[i].wire);

            assert_row(rows[i].label, number == 1);
            assert_row(rows[i].label, bytes_equal(message, expected));
            assert_row(rows[i].label, wire_json_next(reader, &message, &err) == 0);
        }
        wire_json_close(&reader);
    }
}

#define RECORD(rest) "{\"answerRRs\":[{\"NAME\":\"a\",\"TYPE\":1,\"TTL\":1" rest "}]}"
#define OPT(rest) "{\"additionalRRs\":[{\"NAME\":\".\",\"TYPE\":41,\"EDNS\":{" rest "}}]}"

/* Objects that are refused, and what is said. */
static const struct {
    const char *text;
    const char *sentence;
} refusals[] = {
    { "x", "line 1, column 1: an object is expected" },
    { "{\"ID\":1}\n []", "line 2, column 2: an object is expected" },
    { "{}", "there is no member that says something of a message" },
    { "{\"ID\":65536}", "ID: is not between 0 and 65535" },
    { "{\"ID\":-1}", "ID: is not between 0 and 65535" },
    { "{\"ID\":true}", "ID: is no whole number" },
    { "{\"QR\":2}", "QR: is not between 0 and 1" },
    { "{\"QR\":\"1\"}", "QR: is no whole number" },
    { "{\"QTYPE\":1}", "QNAME: is missing" },
    { "{\"QNAME\":\"a\"}", "QTYPE: is missing" },
    { "{\"QNAME\":1}", "QNAME: is no text" },
    { "{\"QNAME\":\"a..b\",\"QTYPE\":1}", "QNAME: a label is empty, at character 3" },
    { "{\"QNAME\":\"a\",\"QTYPEname\":\"FOO\"}", "QTYPEname: is not known" },
    { "{\"QNAME\":\"a\",\"QTYPE\":\"A\"}", "QTYPE: is no whole number" },
    { "{\"QNAME\":\"a\",\"QTYPE\":1,\"QTYPEname\":\"MX\"}",
      "QTYPE and QTYPEname say different things: leave one out" },
    { "{\"QNAME\":\"a\",\"QTYPE\":1,\"QCLASS\":[]}", "QCLASS: is no whole number" },
    { "{\"QNAME\":\"a\",\"QTYPE\":1,\"QCLASSname\":1}", "QCLASSname: is no text" },
    { "{\"QNAME\":\"a\",\"QTYPE\":1,\"questionRRs\":[{\"NAME\":\"b\",\"TYPE\":1}]}",
      "questionRRs[0]: is not what QNAME, QTYPE and QCLASS say: leave one out" },
    { "{\"questionRRs\":[{}]}", "questionRRs[0]: NAME: is missing" },
    { "{\"questionRRs\":{}}", "questionRRs: is no list" },
    { "{\"questionRRs\":[{\"NAME\":\"a\",\"TYPE\":1},{\"NAME\":\"b\",\"TYPE\":1}]}",
      "a query may ask one question only" },
    { "{\"answerRRs\":[{}]}", "answerRRs[0]: NAME: is missing" },
    { "{\"answerRRs\":[{\"NAME\":\"a\",\"TYPE\":1}]}", "answerRRs[0]: TTL: is missing" },
    { "{\"answerRRs\":[{\"NAME\":\"a\",\"TYPE\":1,\"TTL\":4294967296}]}",
      "answerRRs[0]: TTL: is not between 0 and 4294967295" },
    { RECORD(""), "answerRRs[0]: RDATAHEX: is missing" },
    { RECORD(",\"rdataA\":\"1.2.3\""),
      "answerRRs[0]: rdataA: an address is not well formed, at character 1" },
    { RECORD(",\"rdataA\":\"192.0.2.1\\n192.0.2.2\""),
      "answerRRs[0]: rdataA: the line goes on after all is said, at character 11" },
    { RECORD(",\"rdataA\":1"), "answerRRs[0]: rdataA: is no text" },
    { RECORD(",\"RDATAHEX\":\"0x\""),
      "answerRRs[0]: RDATAHEX: character 1 does not begin two hexadecimal digits" },
    { RECORD(",\"RDATAHEX\":\"010\""),
      "answerRRs[0]: RDATAHEX: character 3 does not begin two hexadecimal digits" },
    { RECORD(",\"RDATAHEX\":\"01\""),
      "answerRRs[0]: RDATAHEX: RDATA ends inside one of its fields" },
    { RECORD(",\"RDATAHEX\":\"01020304\",\"rdataA\":\"192.0.2.1\""),
      "answerRRs[0]: two members say different things of RDATA: leave one out" },
    { RECORD(",\"rrSet\":[{}]"), "answerRRs[0]: rrSet[0]: RDATAHEX: is missing" },
    { RECORD(",\"rrSet\":1"), "answerRRs[0]: rrSet: is no list" },
    { "{\"ID\":1,\"Opcode\":6}", "a TLV runs past the end of the message, or there is none" },
    { "{\"ID\":1,\"Opcode\":6,\"dsoTLVs\":{}}", "dsoTLVs: is no list" },
    { "{\"ID\":1,\"Opcode\":6,\"dsoTLVs\":[{}]}", "dsoTLVs[0]: TYPE: is missing" },
    { "{\"ID\":1,\"Opcode\":6,\"dsoTLVs\":[{\"TYPE\":1}]}",
      "a TLV has not the size that its type asks for" },
    { OPT("\"UDPsize\":65536"), "additionalRRs[0]: EDNS: UDPsize: is not between 0 and 65535" },
    { OPT("\"options\":1"), "additionalRRs[0]: EDNS: options: is no list" },
    { OPT("\"options\":[{}]"), "additionalRRs[0]: EDNS: options[0]: OPTIONHEX: is missing" },
    { OPT("\"options\":[{\"OPTIONHEX\":\"01\"}]"),
      "additionalRRs[0]: EDNS: options[0]: OPTIONCODE: is missing" },
    { OPT("\"options\":[{\"OPTIONCODE\":10,\"OPTIONHEX\":\"01\"}]"),
      "additionalRRs[0]: EDNS: options[0]: OPTIONHEX: an EDNS option has not the size that its code"
      " asks for" },
    { OPT("\"options\":[{\"OPTIONtext\":\"FOO: 1\"}]"),
      "additionalRRs[0]: EDNS: options[0]: OPTIONtext: an EDNS option is not known, or its value is"
      " not well formed, at character 4" },
    { OPT("\"options\":[{\"OPTIONCODE\":3,\"OPTIONHEX\":\"61\",\"OPTIONtext\":\"NSID: 62\"}]"),
      "additionalRRs[0]: EDNS: options[0]: OPTIONHEX and OPTIONtext say different things: leave one"
      " out" },
    { "{\"additionalRRs\":[{\"NAME\":\".\",\"TYPE\":41,\"CLASS\":1,\"EDNS\":{\"UDPsize\":2}}]}",
      "additionalRRs[0]: EDNS and CLASS or TTL say different things: leave one out" },
    { "{\"answerRRs\":[{\"NAME\":\".\",\"TYPE\":41,\"EDNS\":{}}]}",
      "an OPT record stands outside the additional section" },
    { "{\"messageOctetsHEX\":\"00\"}",
      "messageOctetsHEX: the message is shorter than a header, at octet 1" },
    { "{\"ID\":2,\"messageOctetsHEX\":\"000100000000000000000000\"}",
      "messageOctetsHEX and the other members say different things: leave one out" },
    { "{\"ID\":1}{\"ID\":x}", "line 1, column 15: invalid token near 'x'" },
    { "{\"ID\":1,\"ID\":1}", "line 1, column 12: duplicate object key near '\"ID\"'" },
    { "{\"queryMessage\":{\"ID\":1},\"responseMessage\":{\"ID\":\"\"}}",
      "responseMessage: ID: is no whole number" },
    { "{\"a\":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}", "line 1, column 22: there are too many levels" },
};

static void what_is_refused_is_named_in_a_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(refusals); i++) {
        struct wire_json *reader = NULL;
        struct err err = { 0 };
        struct bytes message;
        int number;

        assert_int_equal(wire_json_open(bytes_of_text(refusals[i].text), &reader, &err), 0);
        do
            number = wire_json_next(reader, &message, &err);
        while (number > 0);
        wire_json_close(&reader);
        if (number != -EINVAL || strcmp(err.sentence, refusals[i].sentence) != 0)
            fail_msg("%s: '%s' is said", refusals[i].text, err.sentence);
    }
}

static void too_many_values_are_refused(void **state)
{
    size_t size = (size_t)2 * WIRE_JSON_VALUES_MAX + 8;
    CLEANUP(free_pointer) char *text = malloc(size + 1);
    struct wire_json *reader = NULL;
    struct err err = { 0 };
    struct bytes message;

    (void)state;
    assert_non_null(text);
    memcpy(text, "{\"a\":[", 6);
    for (size_t i = 6; i < size; i++)
        text[i] = i % 2 == 0 ? '1' : ',';
    assert_int_equal(wire_json_open(bytes_of(text, size), &reader, &err), 0);
    assert_int_equal(wire_json_next(reader, &message, &err), -EINVAL);
    assert_non_null(strstr(err.sentence, "there are too many values"));
    wire_json_close(&reader);
}

/* What a message is written as; the caller frees it. */
static char *written(struct bytes wire, bool with_octets)
{
    struct dns_message_partial partial;
    struct wire_json_view view = { &partial, with_octets };
    CLEANUP(wire_json_release) json_t *object = json_object();
    char *text;

    dns_message_read_partial(wire, &partial);
    assert_true(wire_json_write(object, &view));
    text = json_dumps(object, JSON_COMPACT);
    assert_non_null(text);
    return text;
}

/* Reads the one message of a text into `block`; 0 where it does not fit without compression. */
static size_t read_back(const char *text, uint8_t *block)
{
    struct wire_json *reader = NULL;
    struct err err = { 0 };
    struct bytes message;

    assert_int_equal(wire_json_open(bytes_of_text(text), &reader, &err), 0);
    if (wire_json_next(reader, &message, &err) != 1) {
        if (strstr(err.sentence, "does not fit") == NULL)
            fail_msg("%s: %s", err.sentence, text);
        message.size = 0;
    } else {
        memcpy(block, message.at, message.size);
        assert_int_equal(wire_json_next(reader, &message, &err), 0);
        message.size = 1;
    }
    wire_json_close(&reader);
    return message.size;
}

static void what_the_generator_makes_goes_round(void **state)
{
    CLEANUP(free_pointer) uint8_t *block = malloc(DNS_GENERATE_SIZE_MAX);
    CLEANUP(free_pointer) uint8_t *back = malloc(DNS_GENERATE_SIZE_MAX);
    unsigned int count = 0;

    (void)state;
    assert_non_null(block);
    assert_non_null(back);
    for (uint64_t seed = 0; seed < MESSAGES; seed++) {
        size_t size = dns_generate(seed, DNS_GENERATE_VALID, block, DNS_GENERATE_SIZE_MAX);
        struct bytes wire = bytes_of(block, size);
        CLEANUP(free_pointer) char *with_octets = written(wire, true);
        CLEANUP(free_pointer) char *members = written(wire, false);

        count += read_back(members, back) != 0;
        if (read_back(with_octets, back) != 0)
            assert_memory_equal(back, block, size);
    }
    printf("%u of %u went round\n", count, MESSAGES);
    assert_true(count >= MESSAGES / 100 * 99);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(objects_give_the_octets_that_they_say),
    cmocka_unit_test(what_is_refused_is_named_in_a_sentence),
    cmocka_unit_test(too_many_values_are_refused),
    cmocka_unit_test(what_the_generator_makes_goes_round),
};

RUN_TESTS(tests)
