/*
 * Messages that stand in RFCs, as octets or as dig prints them: the text gives the octets, and the
 * octets are accepted and give the text's header. Records alone are in test_rfc_vectors.c.
 */
#include "wire.h"

#include "dns/message_text.h"
#include "dns/option.h"
#include "dns/text.h"

/* Of the messages below, the longest has 94 octets; nothing has more text than this. */
#define MESSAGE_ROOM 512
#define TEXT_ROOM 1024

#define HEAD(id, flags)                                                                            \
    ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: " id "\n;; flags:" flags "; QUERY: 1, "

/* RFC 9018 appendix A: a query, and its answer 192.0.2.34. */
#define ASKS(id, name, cookie)                                                                     \
    HEAD(id, "")                                                                                   \
    "ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 1\n\n;; OPT PSEUDOSECTION:\n"                            \
    "; EDNS: version: 0, flags:; udp: 4096\n; COOKIE: " cookie "\n"                                \
    ";; QUESTION SECTION:\n;" name ".                IN      A\n\n"
#define ANSWERS(id, name, cookie)                                                                  \
    ";; Got answer:\n" HEAD(                                                                       \
        id, " qr aa") "ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 1\n\n;; OPT PSEUDOSECTION:\n"          \
                      "; EDNS: version: 0, flags:; udp: 4096\n; COOKIE: " cookie " (good)\n"       \
                      ";; QUESTION SECTION:\n;" name ".                IN      A\n\n"              \
                      ";; ANSWER SECTION:\n" name                                                  \
                      ".         86400   IN      A       192.0.2.34\n\n"                           \
                      ";; Query time: 6 msec\n"

#define COM "07'example'03'com'00 0001 0001 "
#define ORG "07'example'03'org'00 0001 0001 "
#define NET "07'example'03'net'00 0001 0001 "
#define A "c00c 0001 0001 00015180 0004 c0000222 "
#define COOKIE_8 "00 0029 1000 00000000 000c 000a 0008 "
#define COOKIE_24 "00 0029 1000 00000000 001c 000a 0018 "

static const struct {
    const char *label;
    size_t size;
    const char *text, *wire;
} messages[] = {
    { "RFC 8427 section 5.1: a query", 29,
      HEAD("19678", "") "ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 0\n"
                        ";; QUESTION SECTION:\n;example.com. IN A\n",
      "4cde 0000 0001 0000 0000 0000 07 6578616d706c65 03 636f6d 00 0001 0001" },
    { "RFC 8484 section 4.1.1: a query", 33,
      HEAD("0", " rd") "ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 0\n"
                       ";; QUESTION SECTION:\n;www.example.com. IN A\n",
      "000001000001000000000000 03777777 076578616d706c65 03636f6d 00 00010001" },
    { "RFC 8484 section 4.1.1: a query of a long label", 94,
      HEAD("0", " rd") "ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 0\n;; QUESTION SECTION:\n"
                       ";a.62characterlabel-makes-base64url-distinct-from-standard-base64"
                       ".example.com. IN A\n",
      "00000100000100000000000001613e363263686172616374"
      "65726c6162656c2d6d616b65732d62617365363475726c2d"
      "64697374696e63742d66726f6d2d7374616e646172642d62"
      "617365363407 6578616d706c6503636f6d0000010001" },
    { "RFC 8484 section 4.2.2: an answer", 61,
      HEAD("0", " qr rd ra") "ANSWER: 1, AUTHORITY: 0, ADDITIONAL: 0\n"
                             ";; QUESTION SECTION:\n;www.example.com. IN AAAA\n"
                             ";; ANSWER SECTION:\n"
                             "www.example.com. 3709 IN AAAA 2001:db8:abcd:12:1:2:3:4\n",
      "00008180000100010000000003777777076578616d706c65 03636f6d00001c00"
      "01c00c001c000100000e7d001020010db8abcd00120001000200030004" },
    { "RFC 9953 section 4.2.3: a query", 29,
      HEAD("0", " rd") "ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 0\n\n"
                       ";; QUESTION SECTION:\n;example.org.             IN      AAAA\n",
      "000001000001000000000000076578616d706c65036f726700001c0001" },
    { "RFC 9953 section 4.3.3: no such name", 32,
      ";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 0\n"
      ";; flags: qr rd ra; QUERY: 1, ANSWER: 0, AUTHORITY: 0, ADDITIONAL: 0\n\n"
      ";; QUESTION SECTION:\n;does.not.exist.              IN      AAAA\n",
      "0000 8183 0001 0000 0000 0000 04'does'03'not'05'exist'00 001c 0001" },
    { "RFC 9018 appendix A.1: a client's cookie", 52,
      ASKS("57406", "example.com", "2464c4abcf10c957"),
      "e03e 0000 0001 0000 0000 0001 " COM COOKIE_8 "2464c4abcf10c957" },
    { "RFC 9018 appendix A.1: a server's cookie", 84,
      ANSWERS("57406", "example.com", "2464c4abcf10c957010000005cf79f111f8130c3eee29480"),
      "e03e 8400 0001 0001 0000 0001 " COM A COOKIE_24
      "2464c4abcf10c957010000005cf79f111f8130c3eee29480" },
    { "RFC 9018 appendix A.2: the cookie once more, of which the text says 52", 68,
      ASKS("50939", "example.org", "2464c4abcf10c957010000005cf79f111f8130c3eee29480"),
      "c6fb 0000 0001 0000 0000 0001 " ORG COOKIE_24
      "2464c4abcf10c957010000005cf79f111f8130c3eee29480" },
    { "RFC 9018 appendix A.2: a renewed cookie", 84,
      ANSWERS("50939", "example.org", "2464c4abcf10c957010000005cf7a871d4a564a1442aca77"),
      "c6fb 8400 0001 0001 0000 0001 " ORG A COOKIE_24
      "2464c4abcf10c957010000005cf7a871d4a564a1442aca77" },
    { "RFC 9018 appendix A.3: a cookie with reserved octets", 68,
      ASKS("34736", "example.com", "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5"),
      "87b0 0000 0001 0000 0000 0001 " COM COOKIE_24
      "fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5" },
    { "RFC 9018 appendix A.3: a renewed cookie", 84,
      ANSWERS("34736", "example.com", "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e"),
      "87b0 8400 0001 0001 0000 0001 " COM A COOKIE_24
      "fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e" },
    { "RFC 9018 appendix A.4: a cookie of IPv6", 68,
      ASKS("6774", "example.net", "22681ab97d52c298010000005cf7c57926556bd0934c72f8"),
      "1a76 0000 0001 0000 0000 0001 " NET COOKIE_24
      "22681ab97d52c298010000005cf7c57926556bd0934c72f8" },
    { "RFC 9018 appendix A.4: a cookie of another secret", 84,
      ANSWERS("6774", "example.net", "22681ab97d52c298010000005cf7c609a6bb79d16625507a"),
      "1a76 8400 0001 0001 0000 0001 " NET A COOKIE_24
      "22681ab97d52c298010000005cf7c609a6bb79d16625507a" },
};

static void texts_of_rfcs_are_the_octets_of_rfcs(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(messages); i++) {
        CLEANUP(free_pointer) uint8_t *scratch = malloc(DNS_MESSAGE_TEXT_SCRATCH);
        WIRE(expected, messages[i].wire);
        uint8_t block[MESSAGE_ROOM];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        struct dns_message_text reader;
        struct bytes wire = bytes_of(NULL, 0);

        dns_message_text_init(&reader, bytes_of_text(messages[i].text),
                              byte_writer_init(scratch, DNS_MESSAGE_TEXT_SCRATCH));
        assert_row(messages[i].label, dns_message_text_next(&reader, &out, &wire));
        assert_row(messages[i].label, wire.size == messages[i].size);
        assert_row(messages[i].label, bytes_equal(wire, expected));
    }
}

static void octets_of_rfcs_are_accepted_and_print_the_header(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(messages); i++) {
        WIRE(wire, messages[i].wire);
        char shown[TEXT_ROOM];
        struct text text = text_init(shown, sizeof(shown));
        struct dns_message message;

        assert_row(messages[i].label, dns_message_read(wire, &message).status == DNS_OK);
        assert_row(messages[i].label, dns_message_check_rdata(&message).status == DNS_OK);
        assert_row(messages[i].label, dns_header_format(&message, &text));
        assert_row(messages[i].label, strstr(messages[i].text, shown) != NULL);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_of_rfcs_are_the_octets_of_rfcs),
    cmocka_unit_test(octets_of_rfcs_are_accepted_and_print_the_header),
};

RUN_TESTS(tests)
