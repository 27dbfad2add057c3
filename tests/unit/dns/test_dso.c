/* Messages of stateful operations: their framing, where TLVs may stand, what they hold, and how
 * they are shown. */
#include "wire.h"

#include "dns/dso.h"
#include "dns/message.h"
#include "dns/response.h"
#include "dns/text.h"

#define REQUEST "1234 3000 0000 0000 0000 0000 "
#define ONE_WAY "0000 3000 0000 0000 0000 0000 "
#define RESPONSE "1234 b000 0000 0000 0000 0000 "
#define KEEPALIVE "0001 0008 00003a98 0000ea60 "
#define SUBSCRIBE "0040 0007 01'a'00 000c 0001 "

struct row {
    const char *label, *wire;
    enum dns_status framing, rdata;
    size_t offset; /* of the refusal */
};

static const struct row rows[] = {
    { "8490 7.1: a client asks", REQUEST KEEPALIVE, DNS_OK, DNS_OK, 0 },
    { "8490 7.1: the server answers", RESPONSE KEEPALIVE, DNS_OK, DNS_OK, 0 },
    { "8490 7.1: the server says", ONE_WAY KEEPALIVE, DNS_OK, DNS_OK, 0 },
    { "8490 5.4: a question is counted", "1234 3000 0001 0000 0000 0000 00 0001 0001", DNS_OK,
      DNS_DSO_COUNT, 4 },
    { "8490 5.4: a record is counted", "1234 3000 0000 0000 0000 0001 00 0029 1000 00000000 0000",
      DNS_OK, DNS_DSO_COUNT, 10 },
    { "8490 5.4: a record is counted, and RDATA is wrong too",
      "0000 b000 0000 0001 0000 0000 00 0001 0001 00000000 0000", DNS_OK, DNS_DSO_COUNT, 6 },
    { "8490 5.4: a record is counted that is not there", "1234 3000 0000 0000 0000 0001",
      DNS_RR_TRUNCATED, DNS_OK, 12 },
    { "8490 5.4: a question is counted, and a TLV follows",
      "1234 3000 0001 0000 0000 0000 00 0001 0001" KEEPALIVE, DNS_TRAILING_OCTETS, DNS_OK, 17 },
    { "8490 5.4.1: a response to nobody", "0000 b000 0000 0000 0000 0000", DNS_DSO_ID, DNS_OK, 0 },
    { "8490 5.4.1: bits without a meaning", "1234 37ff 0000 0000 0000 0000 " KEEPALIVE, DNS_OK,
      DNS_OK, 0 },
    { "8490 5.4.2: a request for nothing", REQUEST, DNS_DSO_TRUNCATED, DNS_OK, 12 },
    { "8490 5.4.2: one way, and nothing", ONE_WAY, DNS_DSO_TRUNCATED, DNS_OK, 12 },
    { "8490 5.4.2: a response without a TLV", RESPONSE, DNS_OK, DNS_OK, 0 },
    { "8490 5.4.4: a TLV past the end", REQUEST "0001 0008 00", DNS_DSO_TRUNCATED, DNS_OK, 12 },
    { "8490 5.4.4: half a head", REQUEST KEEPALIVE "0003 00", DNS_DSO_TRUNCATED, DNS_OK, 24 },
    { "8490 5.4.5: an unknown type first", REQUEST "f800 0001 ff", DNS_OK, DNS_OK, 0 },
    { "8490 5.4.5: an unknown type later", REQUEST KEEPALIVE "f800 0001 ff", DNS_OK, DNS_OK, 0 },
    { "8490 6.5.2: a server says nine seconds", ONE_WAY "0001 0008 00000000 0000270f", DNS_OK,
      DNS_DSO_VALUE, 20 },
    { "8490 6.5.2: it says ten", RESPONSE "0001 0008 00000000 00002710", DNS_OK, DNS_OK, 0 },
    { "8490 6.5.2: a client may ask for less", REQUEST "0001 0008 00000000 00000000", DNS_OK,
      DNS_OK, 0 },
    { "8490 7.1: of seven octets", REQUEST "0001 0007 00000000 000000", DNS_OK, DNS_DSO_SIZE, 16 },
    { "8490 8.2: KEEPALIVE behind another", REQUEST SUBSCRIBE KEEPALIVE, DNS_OK, DNS_DSO_PLACE,
      23 },
    { "8490 7.2.1: a delay for the session", ONE_WAY "0002 0004 00002710", DNS_OK, DNS_OK, 0 },
    { "8490 7.2.2: a delay in a response", RESPONSE "0002 0004 00002710", DNS_OK, DNS_OK, 0 },
    { "8490 7.2.1: a delay as a request", REQUEST "0002 0004 00002710", DNS_OK, DNS_DSO_PLACE, 12 },
    { "8490 7.2: of three octets", ONE_WAY "0002 0003 000027", DNS_OK, DNS_DSO_SIZE, 16 },
    { "8490 7.3: padding", REQUEST KEEPALIVE "0003 0003 00ff00", DNS_OK, DNS_OK, 0 },
    { "8490 7.3: padding alone", REQUEST "0003 0000", DNS_OK, DNS_DSO_PLACE, 12 },
    { "8490 7.3: padding in a response", RESPONSE "0003 0000", DNS_OK, DNS_OK, 0 },
    { "8765 6.2: subscribe", REQUEST SUBSCRIBE, DNS_OK, DNS_OK, 0 },
    { "8765 6.2: subscribe without an id", ONE_WAY SUBSCRIBE, DNS_OK, DNS_DSO_PLACE, 12 },
    { "8765 6.2.2: in a response it is ignored", RESPONSE "0040 0001 ff", DNS_OK, DNS_OK, 0 },
    { "8765 6.2.1: without a class", REQUEST "0040 0003 00 0001", DNS_OK, DNS_DSO_SIZE, 17 },
    { "8765 6.2.1: half a name", REQUEST "0040 0002 02'a'", DNS_OK, DNS_NAME_TRUNCATED, 16 },
    { "8765 6.3: push", ONE_WAY "0041 000f 00 0001 0001 0000003c 0004 c0000201", DNS_OK, DNS_OK,
      0 },
    { "8765 6.3: push as a request", REQUEST "0041 000f 00 0001 0001 0000003c 0004 c0000201",
      DNS_OK, DNS_DSO_PLACE, 12 },
    { "8765 6.3.1: of no change", ONE_WAY "0041 0000", DNS_OK, DNS_DSO_SIZE, 16 },
    { "8765 6.3.1: one of any", ONE_WAY "0041 000b 00 00ff 0001 0000003c 0000", DNS_OK,
      DNS_DSO_VALUE, 16 },
    { "8765 6.3.1: one is removed", ONE_WAY "0041 000f 00 0001 0001 ffffffff 0004 c0000201", DNS_OK,
      DNS_OK, 0 },
    { "8765 6.3.1: all are removed", ONE_WAY "0041 000b 00 00ff 00ff fffffffe 0000", DNS_OK, DNS_OK,
      0 },
    { "8765 6.3.1: all are removed, with RDATA",
      ONE_WAY "0041 000f 00 0001 0001 fffffffe 0004 c0000201", DNS_OK, DNS_DSO_VALUE, 16 },
    { "8765 6.3.1: a TTL to be ignored", ONE_WAY "0041 000b 00 0001 0001 80000000 0000", DNS_OK,
      DNS_OK, 0 },
    { "8765 6.3.1: wrong RDATA", ONE_WAY "0041 000c 00 0001 0001 0000003c 0001 c0", DNS_OK,
      DNS_RDATA_TRUNCATED, 27 },
    { "8765 6.3.1: half a change", ONE_WAY "0041 0006 00 0001 0001 00", DNS_OK, DNS_RR_TRUNCATED,
      17 },
    { "8765 6.4: unsubscribe", ONE_WAY "0042 0002 1234", DNS_OK, DNS_OK, 0 },
    { "8765 6.4: of three octets", ONE_WAY "0042 0003 123400", DNS_OK, DNS_DSO_SIZE, 16 },
    { "8765 6.4: as a request", REQUEST "0042 0002 1234", DNS_OK, DNS_DSO_PLACE, 12 },
    { "8765 6.5: reconfirm", ONE_WAY "0043 0009 00 0001 0001 c0000201", DNS_OK, DNS_OK, 0 },
    { "8765 6.5.1: any type", ONE_WAY "0043 0005 00 00ff 0001", DNS_OK, DNS_DSO_VALUE, 16 },
    { "8765 6.5.1: any class", ONE_WAY "0043 0005 00 0001 00ff", DNS_OK, DNS_DSO_VALUE, 16 },
    { "8765 6.5.1: wrong RDATA", ONE_WAY "0043 0006 00 0001 0001 c0", DNS_OK, DNS_RDATA_TRUNCATED,
      21 },
    { "8765 6.5.1: no class", ONE_WAY "0043 0003 00 0001", DNS_OK, DNS_DSO_SIZE, 16 },
};

static void dso_is_accepted_or_refused_as_its_document_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(wire, rows[i].wire);
        struct dns_message message = { .opt_at = 7 };
        struct dns_verdict verdict = dns_message_read(wire, &message);

        assert_row(rows[i].label, verdict.status == rows[i].framing);
        if (verdict.status != DNS_OK) {
            assert_row(rows[i].label, verdict.offset == rows[i].offset && message.opt_at == 7);
            continue;
        }
        verdict = dns_message_check_rdata(&message);
        if (verdict.status != rows[i].rdata || verdict.offset != rows[i].offset)
            fail_msg("%s: %s at %zu", rows[i].label, dns_status_name(verdict.status),
                     verdict.offset);
    }
}

static void push_of_more_than_16382_octets_is_refused(void **state)
{
    uint8_t wire[16383] = { 0, 0, 0x30, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, DNS_DSO_PUSH };

    (void)state;
    for (size_t size = 16382; size <= sizeof(wire); size++) {
        struct byte_writer out = byte_writer_init(wire, size);
        struct dns_message message;

        out.position = size;
        byte_writer_patch_u16_be(&out, 14, (uint16_t)(size - 16));
        byte_writer_patch_u16_be(&out, 17, 65280);
        byte_writer_patch_u16_be(&out, 25, (uint16_t)(size - 27));
        assert_int_equal(dns_message_read(bytes_of(wire, size), &message).status, DNS_OK);
        assert_int_equal(dns_message_check_rdata(&message).status,
                         size > 16382 ? DNS_DSO_SIZE : DNS_OK);
    }
}

/* All TLVs of a message, each on a line, and all changes of a PUSH. */
static void show(const struct dns_message *message, struct text *text)
{
    struct byte_reader tlvs = dns_dso_tlvs(message);
    struct dns_dso_tlv tlv;
    struct dns_rr change;

    while (dns_dso_next(&tlvs, &tlv)) {
        assert_true(dns_dso_format(&tlv, text) && text_append_char(text, '\n'));
        while (tlv.type == DNS_DSO_PUSH && dns_rr_read(&tlv.octets, &change).status == DNS_OK)
            assert_true(dns_dso_change_format(&change, text) && text_append_char(text, '\n'));
    }
}

static void dso_is_shown_by_what_its_tlvs_mean(void **state)
{
    static const struct {
        const char *wire, *text;
    } shown[] = {
        { REQUEST KEEPALIVE "0003 0003 00ff00",
          "KEEPALIVE: inactivity 15000 ms, interval 60000 ms\nENCRYPTION-PADDING: (3 bytes)\n" },
        { ONE_WAY "0002 0004 00002710", "RETRY-DELAY: 10000 ms\n" },
        { ONE_WAY "0002 0001 61", "RETRY-DELAY: 61 (\"a\")\n" },
        { REQUEST SUBSCRIBE, "SUBSCRIBE: a.\tIN\tPTR\n" },
        { ONE_WAY "0042 0002 1234", "UNSUBSCRIBE: id 4660\n" },
        { ONE_WAY "0043 000a 01'a'00 0010 0001 02'hi'", "RECONFIRM: a.\tIN\tTXT\t\"hi\"\n" },
        { REQUEST "f800 0002 'ab'", "DSO=63488: 61 62 (\"ab\")\n" },
        { ONE_WAY "0041 0038 01'a'00 0001 0001 0000003c 0004 c0000201"
                  "c010 0001 0001 ffffffff 0004 c0000202 c010 00ff 00ff fffffffe 0000"
                  "00 0001 0001 80000000 0000",
          "PUSH: 4 changes\nadd a.\t60\tIN\tA\t192.0.2.1\nremove a.\tIN\tA\t192.0.2.2\n"
          "remove all a.\tANY\tANY\nignore .\t2147483648\tIN\tA\t\\# 0\n" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(shown); i++) {
        WIRE(wire, shown[i].wire);
        struct dns_message message;
        char block[512];
        struct text text = text_init(block, sizeof(block));

        assert_row(shown[i].text, dns_message_read(wire, &message).status == DNS_OK);
        show(&message, &text);
        if (strcmp(block, shown[i].text) != 0)
            fail_msg("%s", block);
    }
}

static void other_messages_have_no_tlvs(void **state)
{
    WIRE(wire, "1234 0100 0000 0000 0000 0000");
    struct dns_message message;
    struct byte_reader tlvs;
    struct dns_dso_tlv tlv = { .type = 7 };

    (void)state;
    assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
    tlvs = dns_dso_tlvs(&message);
    assert_false(dns_message_is_dso(&message));
    assert_false(dns_dso_next(&tlvs, &tlv));
    assert_int_equal(tlv.type, 7);
    assert_null(dns_dso_name(0));
    assert_string_equal(dns_dso_name(DNS_DSO_PUSH), "PUSH");
}

static void values_of_another_size_are_not_read(void **state)
{
    struct dns_dso_tlv tlv = { DNS_DSO_KEEPALIVE, byte_reader_init(bytes_of("abcdefg", 7)) };
    struct dns_dso_keepalive keepalive = { 7, 7 };
    struct dns_rr rr = { .type = 7 };

    (void)state;
    assert_false(dns_dso_keepalive_read(&tlv, &keepalive));
    assert_int_equal(keepalive.inactivity_ms, 7);
    tlv.type = DNS_DSO_RECONFIRM;
    assert_false(dns_dso_reconfirm_read(&tlv, &rr));
    assert_int_equal(rr.type, 7);
}

static void response_to_dso_is_a_header_alone_and_none_where_none_is_waited_for(void **state)
{
    static const struct {
        const char *label, *query, *answer;
        enum dns_rcode rcode;
    } asked[] = {
        { "a request", REQUEST KEEPALIVE, "1234 b004 0000 0000 0000 0000", DNS_RCODE_NOTIMP },
        { "one way", ONE_WAY KEEPALIVE, "", DNS_RCODE_NOTIMP },
        { "a code above 15", REQUEST KEEPALIVE, "", DNS_RCODE_BADVERS },
        { "a question", "1234 3000 0001 0000 0000 0000 00 0001 0001",
          "1234 b001 0000 0000 0000 0000", DNS_RCODE_FORMERR },
    };
    struct dns_edns edns = { .udp_size = 1232 };

    (void)state;
    for (size_t i = 0; i < ROWS(asked); i++) {
        WIRE(query, asked[i].query);
        WIRE(answer, asked[i].answer);
        struct dns_response response = { asked[i].rcode, 0, &edns };
        uint8_t block[64];
        struct byte_writer out = byte_writer_init(block, sizeof(block));

        assert_row(asked[i].label, dns_response_write(query, &response, &out) == (answer.size > 0));
        assert_row(asked[i].label, bytes_equal(byte_writer_written(&out), answer));
    }
}

static void response_of_dso_is_cut_nowhere(void **state)
{
    WIRE(wire, RESPONSE KEEPALIVE);
    uint8_t block[24];
    struct dns_message message;
    struct dns_builder builder;

    (void)state;
    assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
    for (size_t room = 0; room <= sizeof(block); room++) {
        struct byte_writer out = byte_writer_init(block, room);
        struct dns_verdict verdict = dns_response_truncate(&message, DNS_CUT_RR, &builder, &out);

        assert_int_equal(verdict.status, room < wire.size ? DNS_NO_ROOM : DNS_OK);
        assert_int_equal(out.position, room < wire.size ? 0 : wire.size);
    }
}

static void response_of_dso_with_records_is_not_cut_but_refused(void **state)
{
    WIRE(wire, "1234 b000 0000 0001 0000 0000 00 0001 0001 00000000 0004 c0000201");
    uint8_t block[64];
    struct byte_writer out = byte_writer_init(block, sizeof(block));
    struct dns_message message;
    struct dns_builder builder;

    (void)state;
    assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
    assert_false(dns_message_is_dso(&message));
    assert_int_equal(dns_response_truncate(&message, DNS_CUT_RR, &builder, &out).status,
                     DNS_DSO_COUNT);
    assert_int_equal(out.position, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(dso_is_accepted_or_refused_as_its_document_says),
    cmocka_unit_test(push_of_more_than_16382_octets_is_refused),
    cmocka_unit_test(dso_is_shown_by_what_its_tlvs_mean),
    cmocka_unit_test(other_messages_have_no_tlvs),
    cmocka_unit_test(values_of_another_size_are_not_read),
    cmocka_unit_test(response_to_dso_is_a_header_alone_and_none_where_none_is_waited_for),
    cmocka_unit_test(response_of_dso_is_cut_nowhere),
    cmocka_unit_test(response_of_dso_with_records_is_not_cut_but_refused),
};

RUN_TESTS(tests)
