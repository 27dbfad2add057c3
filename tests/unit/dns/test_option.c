/* Options of EDNS: what is right for each code, what it is shown as, and that this reads back. */
#include "wire.h"

#include "dns/code.h"
#include "dns/edns_text.h"
#include "dns/option.h"
#include "dns/option_text.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"

/* A row for each thing that a code's document says of it, and for what is said otherwise. */
struct vector {
    const char *label;
    const char *wire; /* the octets behind code and length */
    uint16_t code;
    enum dns_status status;
    const char *text; /* as it is shown; behind the name */
};

static const struct vector vectors[] = {
    { "RFC 8764: a setup request", "0001 0001 0000 0000000000000000 00000e10", DNS_OPTION_LLQ,
      DNS_OK, "LLQ: Version: 1, Opcode: 1, Error: 0, Identifier: 0, Lifetime: 3600" },
    { "RFC 8764: the greatest numbers", "ffff ffff ffff ffffffffffffffff ffffffff", DNS_OPTION_LLQ,
      DNS_OK,
      "LLQ: Version: 65535, Opcode: 65535, Error: 65535, Identifier: 18446744073709551615, "
      "Lifetime: 4294967295" },
    { "RFC 8764: an octet less", "0001 0001 0000 0000000000000000 00000e", DNS_OPTION_LLQ,
      DNS_OPTION_SIZE,
      "LLQ: 00 01 00 01 00 00 00 00 00 00 00 00 00 00 00 00 0e (\".................\")" },
    { "RFC 9664: one lease", "00001c20", DNS_OPTION_UL, DNS_OK, "UPDATE-LEASE: 7200 (2 hours)" },
    { "RFC 9664: a lease for keys too", "0000003c 00093a80", DNS_OPTION_UL, DNS_OK,
      "UPDATE-LEASE: 60/604800 (1 minute/1 week)" },
    { "RFC 9664: another size", "0000003c 00", DNS_OPTION_UL, DNS_OPTION_SIZE,
      "UPDATE-LEASE: 00 00 00 3c 00 (\"...<.\")" },
    { "RFC 5001 2.1: a resolver asks", "", DNS_OPTION_NSID, DNS_OK, "NSID:" },
    { "RFC 5001 2.3: a name server answers", "'gpdns-ams'", DNS_OPTION_NSID, DNS_OK,
      "NSID: 67 70 64 6e 73 2d 61 6d 73 (\"gpdns-ams\")" },
    { "RFC 5001 2.3: it may be any octets", "00 22 29 ff", DNS_OPTION_NSID, DNS_OK,
      "NSID: 00 22 29 ff (\".\").\")" },
    { "RFC 6975 3: algorithms", "05 07 08 0a 0d", DNS_OPTION_DAU, DNS_OK, "DAU: 5, 7, 8, 10, 13" },
    { "RFC 6975 3: hashes", "01 02", DNS_OPTION_DHU, DNS_OK, "DHU: 1, 2" },
    { "RFC 6975 3: one hash", "01", DNS_OPTION_N3U, DNS_OK, "N3U: 1" },
    { "RFC 6975 3: a list of none", "", DNS_OPTION_N3U, DNS_OK, "N3U:" },
    { "RFC 7871 13: step 5, a query", "0002 38 00 20010db8fd1342", DNS_OPTION_CLIENT_SUBNET, DNS_OK,
      "CLIENT-SUBNET: 2001:db8:fd13:4200::/56/0" },
    { "RFC 7871 13: step 8, an answer, of 11 octets for 7", "0002 38 30 20010db8fd1342",
      DNS_OPTION_CLIENT_SUBNET, DNS_OK, "CLIENT-SUBNET: 2001:db8:fd13:4200::/56/48" },
    { "RFC 7871 13: step 8, of 7 octets, as the text says", "0002 38 30 20010d",
      DNS_OPTION_CLIENT_SUBNET, DNS_OPTION_SIZE,
      "CLIENT-SUBNET: 00 02 38 30 20 01 0d (\"..80 ..\")" },
    { "RFC 7871 7.1.2: a network of IPv4", "0001 18 00 c00002", DNS_OPTION_CLIENT_SUBNET, DNS_OK,
      "CLIENT-SUBNET: 192.0.2.0/24/0" },
    { "RFC 7871 7.1.2: of no source", "0001 00 00", DNS_OPTION_CLIENT_SUBNET, DNS_OK,
      "CLIENT-SUBNET: 0.0.0.0/0/0" },
    { "RFC 7871 7.2.1: with a scope", "0001 10 18 c000", DNS_OPTION_CLIENT_SUBNET, DNS_OK,
      "CLIENT-SUBNET: 192.0.0.0/16/24" },
    { "RFC 7871 6: family 0, nothing else", "0000 00 00", DNS_OPTION_CLIENT_SUBNET, DNS_OK,
      "CLIENT-SUBNET: 0/0/0" },
    { "RFC 7871 6: family 0 with a prefix", "0000 08 00 c0", DNS_OPTION_CLIENT_SUBNET,
      DNS_OPTION_VALUE, "CLIENT-SUBNET: 00 00 08 00 c0 (\".....\")" },
    { "RFC 7871 6: another family", "0003 00 00", DNS_OPTION_CLIENT_SUBNET, DNS_OPTION_VALUE,
      "CLIENT-SUBNET: 00 03 00 00 (\"....\")" },
    { "RFC 7871 6: a prefix longer than an address", "0001 21 00 c000020100",
      DNS_OPTION_CLIENT_SUBNET, DNS_OPTION_VALUE,
      "CLIENT-SUBNET: 00 01 21 00 c0 00 02 01 00 (\"..!......\")" },
    { "RFC 7871 6: a scope longer than an address", "0002 00 81", DNS_OPTION_CLIENT_SUBNET,
      DNS_OPTION_VALUE, "CLIENT-SUBNET: 00 02 00 81 (\"....\")" },
    { "RFC 7871 6: an octet more than the prefix needs", "0001 18 00 c0000200",
      DNS_OPTION_CLIENT_SUBNET, DNS_OPTION_SIZE,
      "CLIENT-SUBNET: 00 01 18 00 c0 00 02 00 (\"........\")" },
    { "RFC 7871 6: an octet less", "0001 18 00 c000", DNS_OPTION_CLIENT_SUBNET, DNS_OPTION_SIZE,
      "CLIENT-SUBNET: 00 01 18 00 c0 00 (\"......\")" },
    { "RFC 7871 6: a bit behind the prefix", "0001 17 00 c00003", DNS_OPTION_CLIENT_SUBNET,
      DNS_OPTION_VALUE, "CLIENT-SUBNET: 00 01 17 00 c0 00 03 (\".......\")" },
    { "RFC 7871 6: no prefix lengths", "0001 18", DNS_OPTION_CLIENT_SUBNET, DNS_OPTION_SIZE,
      "CLIENT-SUBNET: 00 01 18 (\"...\")" },
    { "RFC 7314 2: a secondary asks", "", DNS_OPTION_EXPIRE, DNS_OK, "EXPIRE:" },
    { "RFC 7314 3.1: the primary answers", "00127500", DNS_OPTION_EXPIRE, DNS_OK,
      "EXPIRE: 1209600 (2 weeks)" },
    { "RFC 7314 3: at once", "00000000", DNS_OPTION_EXPIRE, DNS_OK, "EXPIRE: 0 (0 seconds)" },
    { "RFC 7314 3: one of each unit", "000a8c4d", DNS_OPTION_EXPIRE, DNS_OK,
      "EXPIRE: 691277 (1 week 1 day 1 minute 17 seconds)" },
    { "RFC 7314 3: of two octets", "0e10", DNS_OPTION_EXPIRE, DNS_OPTION_SIZE,
      "EXPIRE: 0e 10 (\"..\")" },
    { "RFC 7873 4: a client's cookie", "24a5ac1de3e1a7d8", DNS_OPTION_COOKIE, DNS_OK,
      "COOKIE: 24a5ac1de3e1a7d8" },
    { "RFC 9018 A.1: client and server", "2464c4abcf10c957 010000005cf79f111f8130c3eee29480",
      DNS_OPTION_COOKIE, DNS_OK, "COOKIE: 2464c4abcf10c957010000005cf79f111f8130c3eee29480" },
    { "RFC 9018 A.2: renewed", "2464c4abcf10c957 010000005cf7a871d4a564a1442aca77",
      DNS_OPTION_COOKIE, DNS_OK, "COOKIE: 2464c4abcf10c957010000005cf7a871d4a564a1442aca77" },
    { "RFC 9018 A.3: reserved octets", "fc93fc62807ddb86 01abcdef5cf78f71a314227b6679ebf5",
      DNS_OPTION_COOKIE, DNS_OK, "COOKIE: fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5" },
    { "RFC 9018 A.3: renewed, with reserved octets of zero",
      "fc93fc62807ddb86 010000005cf7a9acf73a7810aca2381e", DNS_OPTION_COOKIE, DNS_OK,
      "COOKIE: fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e" },
    { "RFC 9018 A.4: of IPv6", "22681ab97d52c298 010000005cf7c57926556bd0934c72f8",
      DNS_OPTION_COOKIE, DNS_OK, "COOKIE: 22681ab97d52c298010000005cf7c57926556bd0934c72f8" },
    { "RFC 9018 A.4: of another secret", "22681ab97d52c298 010000005cf7c609a6bb79d16625507a",
      DNS_OPTION_COOKIE, DNS_OK, "COOKIE: 22681ab97d52c298010000005cf7c609a6bb79d16625507a" },
    { "RFC 7873 4: the longest server's cookie",
      "2464c4abcf10c957 0001020304050607 08090a0b0c0d0e0f 1011121314151617 18191a1b1c1d1e1f",
      DNS_OPTION_COOKIE, DNS_OK,
      "COOKIE: 2464c4abcf10c957000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f" },
    { "RFC 7873 5.2.2: seven octets", "24a5ac1de3e1a7", DNS_OPTION_COOKIE, DNS_OPTION_SIZE,
      "COOKIE: 24 a5 ac 1d e3 e1 a7 (\"$......\")" },
    { "RFC 7873 5.2.2: fifteen octets", "24a5ac1de3e1a7d8 00000000000000", DNS_OPTION_COOKIE,
      DNS_OPTION_SIZE,
      "COOKIE: 24 a5 ac 1d e3 e1 a7 d8 00 00 00 00 00 00 00 (\"$..............\")" },
    { "RFC 7873 4: no octets", "", DNS_OPTION_COOKIE, DNS_OPTION_SIZE, "COOKIE:" },
    { "RFC 7828 3.1: a client asks", "", DNS_OPTION_TCP_KEEPALIVE, DNS_OK, "TCP KEEPALIVE:" },
    { "RFC 7828 3.1: a server says 120 seconds", "04b0", DNS_OPTION_TCP_KEEPALIVE, DNS_OK,
      "TCP KEEPALIVE: 120.0 secs" },
    { "RFC 7828 3.1: the longest timeout", "ffff", DNS_OPTION_TCP_KEEPALIVE, DNS_OK,
      "TCP KEEPALIVE: 6553.5 secs" },
    { "RFC 7828 3.1: one octet", "04", DNS_OPTION_TCP_KEEPALIVE, DNS_OPTION_SIZE,
      "TCP KEEPALIVE: 04 (\".\")" },
    { "RFC 7830 3: none", "", DNS_OPTION_PADDING, DNS_OK, "PAD:" },
    { "RFC 7830 3: zeroes", "0000000000", DNS_OPTION_PADDING, DNS_OK, "PAD: (5 bytes)" },
    { "RFC 7830 3: other octets", "0001", DNS_OPTION_PADDING, DNS_OK, "PAD: 00 01 (\"..\")" },
    { "RFC 7901: the closest trust point", "07'example'03'com'00", DNS_OPTION_CHAIN, DNS_OK,
      "CHAIN: \"example.com\"" },
    { "RFC 7901: the root", "00", DNS_OPTION_CHAIN, DNS_OK, "CHAIN: \".\"" },
    { "RFC 7901: a name with an end of its own", "03'a.'22 00", DNS_OPTION_CHAIN, DNS_OK,
      "CHAIN: \"a\\.\\\"\"" },
    { "RFC 7901: a compressed name", "01'a'c000", DNS_OPTION_CHAIN, DNS_OPTION_VALUE,
      "CHAIN: 01 61 c0 00 (\".a..\")" },
    { "RFC 7901: half a name", "07'example'", DNS_OPTION_CHAIN, DNS_OPTION_VALUE,
      "CHAIN: 07 65 78 61 6d 70 6c 65 (\".example\")" },
    { "RFC 7901: no name", "", DNS_OPTION_CHAIN, DNS_OPTION_VALUE, "CHAIN:" },
    { "RFC 8145: two tags", "4a5c 4f66", DNS_OPTION_KEY_TAG, DNS_OK, "KEY-TAG: 19036, 20326" },
    { "RFC 8145: none", "", DNS_OPTION_KEY_TAG, DNS_OPTION_SIZE, "KEY-TAG:" },
    { "RFC 8145: an odd size", "4a5c 4f", DNS_OPTION_KEY_TAG, DNS_OPTION_SIZE,
      "KEY-TAG: 4a 5c 4f (\"J\\O\")" },
    { "RFC 8914 2: a code alone", "0012", DNS_OPTION_EDE, DNS_OK, "EDE: 18 (Prohibited)" },
    { "RFC 8914 2: with a text", "0016 'no NS (of 3) answered'", DNS_OPTION_EDE, DNS_OK,
      "EDE: 22 (No Reachable Authority): (no NS (of 3) answered)" },
    { "RFC 8914 5.2: a private code", "c000 'x'", DNS_OPTION_EDE, DNS_OK, "EDE: 49152: (x)" },
    { "RFC 8914 2: text in UTF-8", "0000 'gr'c3bc c39f e282ac f09f9880", DNS_OPTION_EDE, DNS_OK,
      "EDE: 0 (Other Error): (gr\xC3\xBC\xC3\x9F\xE2\x82\xAC\xF0\x9F\x98\x80)" },
    { "RFC 8914 2: what steers a terminal is not printed", "0000 1b5b327e0a 5c c29b 00 c2a0",
      DNS_OPTION_EDE, DNS_OK, "EDE: 0 (Other Error): (\\027[2~\\010\\\\\\194\\155\\000\xC2\xA0)" },
    { "RFC 8914 2: text that ends with a null", "0000 'x'00", DNS_OPTION_EDE, DNS_OK,
      "EDE: 0 (Other Error): (x\\000)" },
    { "RFC 8914 4.8: an expired signature", "0007", DNS_OPTION_EDE, DNS_OK,
      "EDE: 7 (Signature Expired)" },
    { "RFC 8914 2: no code", "00", DNS_OPTION_EDE, DNS_OPTION_SIZE, "EDE: 00 (\".\")" },
    { "RFC 8914 2: text that is not UTF-8", "0000 ff", DNS_OPTION_EDE, DNS_OPTION_VALUE,
      "EDE: 00 00 ff (\"...\")" },
    { "RFC 3629: a character longer than needed", "0000 c080", DNS_OPTION_EDE, DNS_OPTION_VALUE,
      "EDE: 00 00 c0 80 (\"....\")" },
    { "RFC 3629: half of a pair", "0000 eda080", DNS_OPTION_EDE, DNS_OPTION_VALUE,
      "EDE: 00 00 ed a0 80 (\".....\")" },
    { "RFC 3629: past the last character", "0000 f4908080", DNS_OPTION_EDE, DNS_OPTION_VALUE,
      "EDE: 00 00 f4 90 80 80 (\"......\")" },
    { "RFC 3629: a character cut short", "0000 e282", DNS_OPTION_EDE, DNS_OPTION_VALUE,
      "EDE: 00 00 e2 82 (\"....\")" },
    { "RFC 3629: a third octet that is none", "0000 e28241", DNS_OPTION_EDE, DNS_OPTION_VALUE,
      "EDE: 00 00 e2 82 41 (\"....A\")" },
    { "RFC 5198: a mark of an order of octets", "0000 efbbbf 'x'", DNS_OPTION_EDE, DNS_OPTION_VALUE,
      "EDE: 00 00 ef bb bf 78 (\".....x\")" },
    { "edns-tags 4: a client's", "0102", DNS_OPTION_CLIENT_TAG, DNS_OK, "CLIENT-TAG: 258" },
    { "edns-tags 4: a server's", "ffff", DNS_OPTION_SERVER_TAG, DNS_OK, "SERVER-TAG: 65535" },
    { "edns-tags 4: of three octets", "010203", DNS_OPTION_SERVER_TAG, DNS_OPTION_SIZE,
      "SERVER-TAG: 01 02 03 (\"...\")" },
    { "RFC 9567 4.1: the agent's domain", "03'a01'0c'agent-domain'07'example'00",
      DNS_OPTION_REPORT_CHANNEL, DNS_OK, "Report-Channel: \"a01.agent-domain.example\"" },
    { "RFC 9567 5: two names", "00 00", DNS_OPTION_REPORT_CHANNEL, DNS_OPTION_SIZE,
      "Report-Channel: 00 00 (\"..\")" },
    { "RFC 9660 2.1: a client asks", "", DNS_OPTION_ZONEVERSION, DNS_OK, "ZONEVERSION:" },
    { "RFC 9660 5: a serial of example.com", "02 00 7895 a4e9", DNS_OPTION_ZONEVERSION, DNS_OK,
      "ZONEVERSION: LABELS: 2, SOA-SERIAL: 2023073001" },
    { "RFC 9660 6.2: a type of private use", "02 f6 aabb", DNS_OPTION_ZONEVERSION, DNS_OK,
      "ZONEVERSION: LABELS: 2, TYPE: 246, VALUE: aabb" },
    { "RFC 9660 2.1: a version of nothing", "00 01", DNS_OPTION_ZONEVERSION, DNS_OK,
      "ZONEVERSION: LABELS: 0, TYPE: 1, VALUE: " },
    { "RFC 9660 2.1: labels alone", "02", DNS_OPTION_ZONEVERSION, DNS_OPTION_SIZE,
      "ZONEVERSION: 02 (\".\")" },
    { "RFC 9660 4: a serial of five octets", "02 00 0000000001", DNS_OPTION_ZONEVERSION,
      DNS_OPTION_SIZE, "ZONEVERSION: 02 00 00 00 00 00 01 (\".......\")" },
    { "RFC 10029 3.1: types to ask for too", "001c 0041 ff00", DNS_OPTION_MQTYPE_QUERY, DNS_OK,
      "MQTYPE-Query: AAAA HTTPS TYPE65280" },
    { "RFC 10029 3.4: none was answered", "", DNS_OPTION_MQTYPE_RESPONSE, DNS_OK,
      "MQTYPE-Response:" },
    { "RFC 10029 3.1: half a type", "001c 00", DNS_OPTION_MQTYPE_RESPONSE, DNS_OPTION_SIZE,
      "MQTYPE-Response: 00 1c 00 (\"...\")" },
    { "registry: of a name alone", "'ODNS'", DNS_OPTION_UMBRELLA_IDENT, DNS_OK,
      "Umbrella-Ident: 4f 44 4e 53 (\"ODNS\")" },
    { "registry: of another name alone", "00", DNS_OPTION_DEVICE_ID, DNS_OK,
      "DeviceID: 00 (\".\")" },
    { "RFC 6891 9: of local use", "'ab'", 65001, DNS_OK, "OPT=65001: 61 62 (\"ab\")" },
    { "RFC 6891 6.1.2: of no octets", "", 0, DNS_OK, "OPT=0:" },
};

static void option_is_accepted_or_refused_as_its_document_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(vectors); i++) {
        WIRE(octets, vectors[i].wire);
        struct dns_edns_option option = { vectors[i].code, octets };

        assert_row(vectors[i].label, dns_option_check(&option) == vectors[i].status);
    }
}

static void option_is_shown_as_dig_shows_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(vectors); i++) {
        WIRE(octets, vectors[i].wire);
        struct dns_edns_option option = { vectors[i].code, octets };
        char block[512];
        struct text text = text_init(block, sizeof(block));

        assert_true(dns_option_format(&option, &text));
        if (strcmp(block, vectors[i].text) != 0)
            fail_msg("%s: %s", vectors[i].label, block);
        text = text_init(block, text.size);
        assert_row(vectors[i].label, !dns_option_format(&option, &text) && text.size == 0);
    }
}

/* What is right reads back; what is not is refused for what it is, and nothing is written. */
static void option_reads_back_from_what_is_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(vectors); i++) {
        WIRE(octets, vectors[i].wire);
        uint8_t block[256];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        struct byte_reader text = byte_reader_init(bytes_of_text(vectors[i].text));
        struct dns_verdict verdict = dns_option_parse(&text, &out);
        struct bytes options = byte_writer_written(&out);
        struct dns_edns_option option;

        assert_row(vectors[i].label, verdict.status == vectors[i].status);
        if (verdict.status != DNS_OK) {
            assert_row(vectors[i].label, out.position == 0 && text.position == 0);
            continue;
        }
        assert_row(vectors[i].label, byte_reader_is_done(&text));
        assert_row(vectors[i].label, dns_edns_next_option(&options, &option));
        assert_row(vectors[i].label, option.code == vectors[i].code && options.size == 0);
        assert_row(vectors[i].label, bytes_equal(option.octets, octets));
        for (size_t room = 0; room < out.position; room++) {
            struct byte_writer narrow = byte_writer_init(block, room);

            text.position = 0;
            assert_row(vectors[i].label, dns_option_parse(&text, &narrow).status == DNS_NO_ROOM);
            assert_row(vectors[i].label, narrow.position == 0);
        }
    }
}

static void option_is_read_in_the_forms_that_people_write(void **state)
{
    static const struct {
        const char *text, *wire; /* wire: code, length, octets; NULL: refused */
        size_t offset;           /* of the refusal */
    } rows[] = {
        { "cookie: 24A5AC1DE3E1A7D8", "000a 0008 24a5ac1de3e1a7d8", 0 },
        { "COOKIE: 24a5ac1de3e1a7d8 (echoed)", "000a 0008 24a5ac1de3e1a7d8", 0 },
        { "COOKIE: 24a5ac1de3e1a7d8 echoed", NULL, 24 },
        { "PADDING: (2 bytes)", "000c 0002 0000", 0 },
        { "PAD: (2 octets)", NULL, 7 },
        { "TCP-KEEPALIVE: 3.0 secs", "000b 0002 001e", 0 },
        { "TCP KEEPALIVE: 6553.6 secs", NULL, 26 },
        { "TCP KEEPALIVE: 3 secs", NULL, 16 },
        { "NSID: 6162", "0003 0002 6162", 0 },
        { "NSID: 61 6", NULL, 10 },
        { "NSID: 61 (\"a\"", NULL, 9 },
        { "OPT=10: 24 a5 ac 1d e3 e1 a7 d8 (\"$.......\")", "000a 0008 24a5ac1de3e1a7d8", 0 },
        { "OPT=65535:", "ffff 0000", 0 },
        { "OPT=65536:", NULL, 9 },
        { "OPT=1", NULL, 5 },
        { "NONE: 1", NULL, 4 },
        { "", NULL, 0 },
        { "CLIENT-SUBNET: 192.0.2.255/23", "0008 0007 0001 17 00 c00002", 0 },
        { "CLIENT-SUBNET: 2001:db8::1/33/1", "0008 0009 0002 21 01 20010db800", 0 },
        { "CLIENT-SUBNET: 192.0.2/24", NULL, 22 },
        { "CLIENT-SUBNET: 192.0.2.0", NULL, 24 },
        { "CLIENT-SUBNET: 192.0.2.0/33", NULL, 27 },
        { "CLIENT-SUBNET: 192.0.2.0/24/33", NULL, 30 },
        { "CLIENT-SUBNET: 0/1/0", NULL, 18 },
        { "EXPIRE: 5 (for ever)", "0009 0004 00000005", 0 },
        { "EXPIRE: 4294967296", NULL, 18 },
        { "EXPIRE: 5 seconds", NULL, 9 },
        { "CHAIN: example.com.", "000d 000d 07'example'03'com'00", 0 },
        { "CHAIN: \"example", NULL, 8 - 1 },
        { "CHAIN: a..b", NULL, 11 },
        { "KEY-TAG: 1,2", "000e 0004 0001 0002", 0 },
        { "KEY-TAG: 1, x", NULL, 12 },
        { "EDE: 18: (x)", "000f 0003 0012 'x'", 0 },
        { "EDE: 18 (a word: (x)): (y)", NULL, 20 },
        { "EDE: 18 (Prohibited): x", NULL, 20 },
        { "EDE: 18 (Prohibited", NULL, 19 },
        { "EDE: 18: (\\300)", NULL, 15 },
        { "EDE: 65536", NULL, 10 },
        { "LLQ: Version: 1", NULL, 15 },
        { "ZONEVERSION: ZONE: example.com, SOA-SERIAL: 1", "0013 0006 02 00 00000001", 0 },
        { "ZONEVERSION: ZONE: a..b, SOA-SERIAL: 1", NULL, 23 },
        { "ZONEVERSION: LABELS: 1, TYPE: 1, VALUE: 61 (\"a\")", "0013 0003 01 01 61", 0 },
        { "ZONEVERSION: LABELS: 1, TYPE: 256, VALUE: 61", NULL, 33 },
        { "ZONEVERSION: LABELS: 1, TYPE: 1", NULL, 31 },
        { "ZONEVERSION: LABELS: 1, SERIAL: 1", NULL, 22 },
        { "MQTYPE-Query: A AAA", NULL, 19 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(expected, rows[i].wire == NULL ? "" : rows[i].wire);
        uint8_t block[64];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        struct byte_reader text = byte_reader_init(bytes_of_text(rows[i].text));
        struct dns_verdict verdict = dns_option_parse(&text, &out);

        assert_row(rows[i].text, (verdict.status == DNS_OK) == (rows[i].wire != NULL));
        if (verdict.offset != rows[i].offset)
            fail_msg("%s: offset %zu", rows[i].text, verdict.offset);
        assert_row(rows[i].text, bytes_equal(byte_writer_written(&out), expected));
    }
}

static void edns_reads_back_from_its_lines(void **state)
{
    static const struct {
        const char *text;
        struct dns_edns edns; /* without options */
        const char *options;
    } rows[] = {
        { "; EDNS: version: 0, flags:; udp: 1232", { .udp_size = 1232 }, "" },
        { ";; OPT PSEUDOSECTION:\n; EDNS: version: 1, flags: do co; MBZ: 0x0001, udp: 65535\n"
          "; NSID:\n\n; TCP KEEPALIVE: 1.0 secs\n",
          { .version = 1, .flags = 0xC001, .udp_size = 65535 },
          "0003 0000 000b 0002 000a" },
        { "EDNS: udp: 512\r\n  COOKIE: 24a5ac1de3e1a7d8 \r\n",
          { .udp_size = 512 },
          "000a 0008 24a5ac1de3e1a7d8" },
        { "EDNS: MBZ: 3", { .flags = 3 }, "" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(expected, rows[i].options);
        uint8_t block[64] = { 0xEE };
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        struct dns_edns edns;

        out.position = 1;
        assert_row(rows[i].text,
                   dns_edns_parse(bytes_of_text(rows[i].text), &out, &edns).status == DNS_OK);
        assert_row(rows[i].text, edns.version == rows[i].edns.version);
        assert_row(rows[i].text, edns.flags == rows[i].edns.flags && edns.rcode_high == 0);
        assert_row(rows[i].text, edns.udp_size == rows[i].edns.udp_size);
        assert_row(rows[i].text, bytes_equal(edns.options, expected));
    }
}

static void edns_lines_are_refused_with_nothing_changed(void **state)
{
    static const struct {
        const char *text;
        enum dns_status status;
        size_t offset;
    } rows[] = {
        { "", DNS_TEXT_EMPTY, 0 },
        { ";\n \n", DNS_TEXT_EMPTY, 4 },
        { "; NSID:", DNS_TEXT_EDNS, 2 },
        { "; EDNS: version: 256", DNS_TEXT_EDNS, 8 },
        { "; EDNS: version: 0, flags: dont", DNS_TEXT_EDNS, 27 },
        { "; EDNS: udp: x", DNS_TEXT_EDNS, 8 },
        { "; EDNS: MBZ: 0x123", DNS_TEXT_EDNS, 8 },
        { "; EDNS: MBZ: 0x12345", DNS_TEXT_EDNS, 8 },
        { "; EDNS: MBZ: 0x12g4", DNS_TEXT_EDNS, 8 },
        { "; EDNS: version: 0x1234", DNS_TEXT_EDNS, 8 },
        { "; EDNS: udp: 512\n; NSID:\n; COOKIE: 00", DNS_OPTION_SIZE, 37 },
        { "; EDNS: udp: 512\n; NSID: 0102030405060708090a\n", DNS_NO_ROOM, 45 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint8_t block[12];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        struct dns_edns edns = { .udp_size = 7 };
        struct dns_verdict verdict = dns_edns_parse(bytes_of_text(rows[i].text), &out, &edns);

        assert_row(rows[i].text, verdict.status == rows[i].status);
        if (verdict.offset != rows[i].offset)
            fail_msg("%s: offset %zu", rows[i].text, verdict.offset);
        assert_row(rows[i].text, out.position == 0 && edns.udp_size == 7);
    }
}

static void edns_with_the_longest_options_has_room_as_text(void **state)
{
    enum { OPTION = 12, COUNT = UINT16_MAX / OPTION };
    CLEANUP(free_pointer) uint8_t *wire = malloc((size_t)OPTION * COUNT);
    CLEANUP(free_pointer) char *block = malloc(DNS_EDNS_TEXT_MAX);
    struct text text = text_init(block, DNS_EDNS_TEXT_MAX);
    struct dns_edns edns = { .version = 255, .flags = 1, .udp_size = UINT16_MAX };
    /* 7100 weeks 6 days 23 hours 59 minutes 59 seconds, twice */
    static const uint8_t longest[OPTION] = { 0,    DNS_OPTION_UL, 0,    8,    0xFF, 0xFB,
                                             0xB0, 0x7F,          0xFF, 0xFB, 0xB0, 0x7F };

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        memcpy(wire + i * OPTION, longest, OPTION);
    edns.options = bytes_of(wire, (size_t)OPTION * COUNT);
    assert_true(dns_edns_format(&edns, &text));
    assert_true(strstr(block, "59 seconds/7100 weeks 6 days 23 hours 59 minutes 59 s") != NULL);
}

static void options_are_refused_at_the_one_that_is_wrong(void **state)
{
    static const struct {
        const char *label, *rdata;
        enum dns_status status;
        size_t offset;
    } rows[] = {
        { "all are right", "0003 0000 000c 0001 00", DNS_OK, 0 },
        { "the second is wrong", "0003 0000 000a 0001 00 000f 0000", DNS_OPTION_SIZE, 4 },
        { "the second is cut", "0003 0000 000a 0008 00", DNS_OPTION_TRUNCATED, 4 },
        { "a code is cut", "0003 0000 00", DNS_OPTION_TRUNCATED, 4 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(rdata, rows[i].rdata);
        struct dns_rr rr = { .type = DNS_TYPE_OPT, .class = 512, .rdata = byte_reader_init(rdata) };
        struct dns_verdict verdict = dns_rdata_check(&rr);

        assert_row(rows[i].label, verdict.status == rows[i].status);
        assert_row(rows[i].label, verdict.offset == rows[i].offset);
    }
}

static void every_code_of_the_table_has_a_name_and_a_source(void **state)
{
#define OPTION(id, name, code, source, shape) DNS_OPTION_##id,
#define OPAQUE(id, name, code, source) DNS_OPTION_##id,
    static const uint16_t codes[] = {
#include "dns/option.def"
    };
#undef OPTION
#undef OPAQUE

    (void)state;
    for (size_t i = 0; i < ROWS(codes); i++) {
        bool has_vector = false;

        assert_non_null(dns_option_name(codes[i]));
        assert_non_null(dns_option_source(codes[i]));
        assert_true(i == 0 || codes[i] > codes[i - 1]);
        for (size_t j = 0; j < ROWS(vectors); j++)
            has_vector = has_vector || vectors[j].code == codes[i];
        /* Those of the filtering draft differ in nothing but the name. */
        if (!has_vector && (codes[i] < DNS_OPTION_EDE_LANGUAGE || codes[i] > 26))
            fail_msg("%s has no vector", dns_option_name(codes[i]));
    }
    assert_null(dns_option_name(4));
    assert_null(dns_option_source(UINT16_MAX));
}

static void values_of_options_are_read_and_written(void **state)
{
    WIRE(options, "000a 0010 2464c4abcf10c957 0102030405060708 "
                  "0008 0007 0001 17 10 c00002 "
                  "000f 0005 0003 'old' 000b 0000 000b 0002 04b0");
    struct dns_edns edns = { .options = options };
    struct dns_edns_option option;
    struct dns_cookie cookie;
    struct dns_client_subnet subnet;
    struct dns_extended_error error;
    struct dns_tcp_keepalive keepalive;
    uint8_t block[64];
    struct byte_writer out = byte_writer_init(block, sizeof(block));

    (void)state;
    assert_true(dns_edns_find_option(&edns, DNS_OPTION_COOKIE, &option));
    assert_int_equal(dns_cookie_read(&option, &cookie), DNS_OK);
    assert_int_equal(cookie.client.at[0], 0x24);
    assert_int_equal(cookie.server.size, 8);
    assert_true(dns_cookie_write(&cookie, &out));
    assert_true(dns_edns_find_option(&edns, DNS_OPTION_CLIENT_SUBNET, &option));
    assert_int_equal(dns_client_subnet_read(&option, &subnet), DNS_OK);
    assert_int_equal(subnet.source_bits, 23);
    assert_int_equal(subnet.scope_bits, 16);
    subnet.address[2] |= 1; /* behind the prefix, so it is left out */
    assert_true(dns_client_subnet_write(&subnet, &out));
    assert_true(dns_edns_find_option(&edns, DNS_OPTION_EDE, &option));
    assert_int_equal(dns_extended_error_read(&option, &error), DNS_OK);
    assert_int_equal(error.code, 3);
    assert_true(dns_extended_error_write(&error, &out));
    assert_true(dns_edns_find_option(&edns, DNS_OPTION_TCP_KEEPALIVE, &option));
    assert_int_equal(dns_tcp_keepalive_read(&option, &keepalive), DNS_OK);
    assert_false(keepalive.has_timeout);
    assert_true(dns_tcp_keepalive_write(&keepalive, &out));
    keepalive = (struct dns_tcp_keepalive){ true, 1200 };
    assert_true(dns_tcp_keepalive_write(&keepalive, &out));
    assert_true(bytes_equal(byte_writer_written(&out), options));
    assert_false(dns_edns_find_option(&edns, DNS_OPTION_NSID, &option));
}

static void values_of_wrong_options_are_refused_and_left_alone(void **state)
{
    struct dns_edns_option option = { DNS_OPTION_COOKIE, bytes_of("abcdefg", 7) };
    struct dns_cookie cookie = { .client = { NULL, 7 } };
    struct dns_client_subnet subnet = { .family = 7 };
    struct dns_extended_error error = { .code = 7 };
    struct dns_tcp_keepalive keepalive = { .timeout_100ms = 7 };

    (void)state;
    assert_int_equal(dns_cookie_read(&option, &cookie), DNS_OPTION_SIZE);
    assert_int_equal(cookie.client.size, 7);
    option.code = DNS_OPTION_CLIENT_SUBNET;
    assert_int_equal(dns_client_subnet_read(&option, &subnet), DNS_OPTION_VALUE);
    assert_int_equal(subnet.family, 7);
    option = (struct dns_edns_option){ DNS_OPTION_EDE, bytes_of("a", 1) };
    assert_int_equal(dns_extended_error_read(&option, &error), DNS_OPTION_SIZE);
    assert_int_equal(error.code, 7);
    option.code = DNS_OPTION_TCP_KEEPALIVE;
    assert_int_equal(dns_tcp_keepalive_read(&option, &keepalive), DNS_OPTION_SIZE);
    assert_int_equal(keepalive.timeout_100ms, 7);
}

static void writers_write_a_whole_option_or_nothing(void **state)
{
    struct dns_cookie cookie = { bytes_of("abcdefgh", 8), { NULL, 0 } };
    struct dns_client_subnet subnet = { .family = DNS_SUBNET_IPV6, .source_bits = 128 };
    struct dns_extended_error error = { DNS_EDE_BLOCKED, bytes_of("no", 2) };
    struct dns_tcp_keepalive keepalive = { true, 1 };

    (void)state;
    for (size_t room = 0; room < 24; room++) {
        uint8_t block[24];
        struct byte_writer out = byte_writer_init(block, room);

        assert_true(dns_cookie_write(&cookie, &out) == (room >= 12));
        assert_true(out.position == (room >= 12 ? 12 : 0));
        byte_writer_rollback(&out, 0);
        assert_false(dns_client_subnet_write(&subnet, &out));
        assert_true(dns_extended_error_write(&error, &out) == (room >= 8));
        assert_true(out.position == (room >= 8 ? 8 : 0));
        byte_writer_rollback(&out, 0);
        assert_true(dns_tcp_keepalive_write(&keepalive, &out) == (room >= 6));
        assert_true(out.position == (room >= 6 ? 6 : 0));
    }
}

static void padding_fills_the_last_block(void **state)
{
    static const struct {
        const char *label;
        size_t size, block, padding;
    } rows[] = {
        { "a query of 40 octets", 40, 128, 84 },
        { "one that has a block without it", 124, 128, 0 },
        { "one that needs nearly a block more", 125, 128, 127 },
        { "an answer", 500, 468, 432 },
        { "blocks of one octet", 77, 1, 0 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint8_t block[512];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        struct dns_edns_option option;
        struct bytes options;

        memset(block, 0xEE, sizeof(block));
        assert_row(rows[i].label, dns_padding_write(rows[i].size, rows[i].block, &out));
        options = byte_writer_written(&out);
        assert_row(rows[i].label, (rows[i].size + options.size) % rows[i].block == 0);
        assert_row(rows[i].label, dns_edns_next_option(&options, &option));
        assert_row(rows[i].label, option.code == DNS_OPTION_PADDING);
        assert_row(rows[i].label, option.octets.size == rows[i].padding);
        for (size_t at = 0; at < option.octets.size; at++)
            assert_row(rows[i].label, option.octets.at[at] == 0);
        out = byte_writer_init(block, 3);
        assert_row(rows[i].label, !dns_padding_write(rows[i].size, rows[i].block, &out));
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(option_is_accepted_or_refused_as_its_document_says),
    cmocka_unit_test(option_is_shown_as_dig_shows_it),
    cmocka_unit_test(option_reads_back_from_what_is_shown),
    cmocka_unit_test(option_is_read_in_the_forms_that_people_write),
    cmocka_unit_test(edns_reads_back_from_its_lines),
    cmocka_unit_test(edns_lines_are_refused_with_nothing_changed),
    cmocka_unit_test(edns_with_the_longest_options_has_room_as_text),
    cmocka_unit_test(options_are_refused_at_the_one_that_is_wrong),
    cmocka_unit_test(every_code_of_the_table_has_a_name_and_a_source),
    cmocka_unit_test(values_of_options_are_read_and_written),
    cmocka_unit_test(values_of_wrong_options_are_refused_and_left_alone),
    cmocka_unit_test(writers_write_a_whole_option_or_nothing),
    cmocka_unit_test(padding_fills_the_last_block),
};

RUN_TESTS(tests)
