/*
 * Examples that stand in RFCs, each as a row that says which and where: names and how they compare,
 * the message in which names are compressed, and records as lines of zone files. More of them, by
 * type, are in test_rdata_vectors.c.
 */
#include "wire.h"

#include "dns/rdata.h"
#include "dns/rr_text.h"
#include "dns/text.h"

/* Longer lines and RDATA than these are in no example. */
#define RDATA_ROOM 512
#define LINE_ROOM 2048

static struct dns_name name_of(const char *label, const char *text)
{
    struct dns_name name = { .size = 0 };

    if (dns_name_parse(bytes_of_text(text), &name).status != DNS_OK)
        fail_msg("row '%s': %s is no name", label, text);
    return name;
}

/* RFC 1035 section 4.1.4: offsets 20 to 92 hold F.ISI.ARPA, FOO.F.ISI.ARPA, ARPA and the root. */
static void names_of_rfc_1035_section_4_1_4_are_read_where_they_stand(void **state)
{
    static const struct {
        const char *label, *name;
        size_t at, behind;
    } rows[] = {
        { "RFC 1035 section 4.1.4: labels alone", "F.ISI.ARPA.", 20, 32 },
        { "RFC 1035 section 4.1.4: a label and a pointer", "FOO.F.ISI.ARPA.", 40, 46 },
        { "RFC 1035 section 4.1.4: a pointer into a name", "ARPA.", 64, 66 },
        { "RFC 1035 section 4.1.4: the root", ".", 92, 93 },
    };
    WIRE(wire, "00000000000000000000000000000000 00000000 01'F'03'ISI'04'ARPA'00 0000000000000000 "
               "03'FOO'c014 000000000000000000000000000000000000 c01a "
               "0000000000000000000000000000000000000000000000000000 00");

    (void)state;
    assert_int_equal(wire.size, 93);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct byte_reader in = byte_reader_init(wire);
        struct dns_name expected = name_of(rows[i].label, rows[i].name);
        struct dns_name name;

        in.position = rows[i].at;
        assert_row(rows[i].label, dns_name_read(&in, &name).status == DNS_OK);
        assert_row(rows[i].label, in.position == rows[i].behind);
        assert_row(rows[i].label, bytes_equal(dns_name_bytes(&name), dns_name_bytes(&expected)));
    }
}

static void names_of_rfc_4034_section_6_1_are_in_canonical_order(void **state)
{
    static const char *const sorted[] = {
        "example.",         "a.example.",      "yljkjljk.a.example.",
        "Z.a.example.",     "zABC.a.EXAMPLE.", "z.example.",
        "\\001.z.example.", "*.z.example.",    "\\200.z.example.",
    };

    (void)state;
    for (size_t i = 0; i < ROWS(sorted); i++) {
        for (size_t j = 0; j < ROWS(sorted); j++) {
            struct dns_name a = name_of("RFC 4034 section 6.1", sorted[i]);
            struct dns_name b = name_of("RFC 4034 section 6.1", sorted[j]);
            int order = dns_name_compare(&a, &b);

            if ((i < j) != (order < 0) || (i > j) != (order > 0))
                fail_msg("RFC 4034 section 6.1: %s and %s: %d", sorted[i], sorted[j], order);
        }
    }
}

static void names_of_other_rfcs_have_the_labels_that_they_say(void **state)
{
    static const struct {
        const char *label, *text, *same;
        unsigned int labels, first_size;
    } rows[] = {
        { "RFC 3596 section 2.5: an address turned around",
          "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.IP6.ARPA.",
          "B.A.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa.", 34, 1 },
        { "RFC 4343 section 2.1: blanks and a dot", "Donald\\032E\\.\\032Eastlake\\0323rd.example.",
          "donald\\ e\\.\\ eastlake\\ 3RD.EXAMPLE.", 2, 22 },
        { "RFC 4343 section 2.1: octets of every look", "a\\000\\\\\\255z.example.",
          "A\\000\\092\\255Z.Example.", 2, 5 },
        { "RFC 8162 section 3: the hash of a local part",
          "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.example.com.",
          "C93F1E400F26708F98CB19D936620DA35EEC8F72E57F9EEC01C1AFD6._SMIMECERT.example.com.", 4,
          56 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct dns_name name = name_of(rows[i].label, rows[i].text);
        struct dns_name same = name_of(rows[i].label, rows[i].same);

        assert_row(rows[i].label, dns_name_labels(&name) == rows[i].labels);
        assert_row(rows[i].label, name.octets[0] == rows[i].first_size);
        assert_row(rows[i].label, dns_name_equal(&name, &same));
        assert_row(rows[i].label, dns_name_compare(&name, &same) == 0);
    }
}

/* RFC 4034 section 6.2 and RFC 6840 section 5.1: which names in RDATA become small. */
static void rdata_of_rfc_4034_section_6_2_gets_small_letters(void **state)
{
    static const struct {
        const char *label;
        uint16_t type;
        const char *wire, *canonical;
    } rows[] = {
        { "RFC 4034 section 6.2: NS", 2, "02'NS'07'Example'00", "02'ns'07'example'00" },
        { "RFC 4034 section 6.2: MX", 15, "000a02'MX'00", "000a02'mx'00" },
        { "RFC 4034 section 6.2: SRV", 33, "00000000003502'Ns'00", "00000000003502'ns'00" },
        { "RFC 4034 section 6.2: RRSIG", 46,
          "0001 0d02 00000e10 00000002 00000001 0001 01'A'00 'S'",
          "0001 0d02 00000e10 00000002 00000001 0001 01'a'00 'S'" },
        { "RFC 6840 section 5.1: not in NSEC", 47, "01'A'00 0001 40", "01'A'00 0001 40" },
        { "RFC 4034 section 6.2: not in types that came later", 64, "0001 01'A'00",
          "0001 01'A'00" },
        { "RFC 4034 section 6.2: not in text", 16, "02'AB'", "02'AB'" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(wire, rows[i].wire);
        WIRE(canonical, rows[i].canonical);
        uint8_t block[RDATA_ROOM];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        struct dns_rr rr = { .type = rows[i].type, .class = 1, .rdata = byte_reader_init(wire) };

        assert_row(rows[i].label, dns_rdata_write(&rr, true, &out).status == DNS_OK);
        assert_row(rows[i].label, bytes_equal(byte_writer_written(&out), canonical));
    }
}

/* A line of a zone file, and what it is on the wire. */
static const struct line {
    const char *label, *text;
    uint16_t type, class;
    const char *wire;
} lines[] = {
    { "RFC 1035 section 5.3: SOA over several lines",
      "ISI.EDU. IN SOA VENERA Action\\.domains ( 20 ; SERIAL\n 7200 ; REFRESH\n 600 ;"
      " RETRY\n 3600000 ; EXPIRE\n 60) ; MINIMUM\n",
      6, 1,
      "0656454e4552410349534903454455000e416374696f6e2e646f6d61696e730349534903454455"
      "000000001400001c20000002580036ee800000003c" },
    { "RFC 1035 section 5.3: MX", "ISI.EDU. 60 MX 10 VENERA\n", 15, 1,
      "000a0656454e455241034953490345445500" },
    { "RFC 1035 section 5.3: A", "A A 26.3.0.103\n", 1, 1, "1a030067" },
    { "RFC 3596 section 2.5: the address", "a AAAA 4321:0:1:2:3:4:567:89ab\n", 28, 1,
      "432100000001000200030004056789ab" },
    { "RFC 3597 section 5: an unknown class and type",
      "a.example. CLASS32 TYPE731 \\# 6 abcd (\n ef 01 23 45 )\n", 731, 32, "abcdef012345" },
    { "RFC 3597 section 5: no RDATA", "b.example. HS TYPE62347 \\# 0\n", 62347, 4, "" },
    { "RFC 3597 section 5: a known type as if unknown", "e.example. IN A \\# 4 0A000001\n", 1, 1,
      "0a000001" },
    { "RFC 3597 section 5: numbers of known ones", "e.example. CLASS1 TYPE1 10.0.0.2\n", 1, 1,
      "0a000002" },
    { "RFC 5155 appendix A: NSEC3 of example",
      "0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. NSEC3 1 1 12 aabbccdd ( 2t7b4g4vsa5s"
      "mi47k61mv5bv1a22bojr MX DNSKEY NS SOA NSEC3PARAM RRSIG )\n",
      50, 1, "0101000c04aabbccdd14174eb2409fe28bcb4887a1836f957f0a8425e27b000722010000000290" },
    { "RFC 5155 appendix A: NSEC3 of ns1.example",
      "2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. NSEC3 1 1 12 aabbccdd ( 2vptu5timamq"
      "ttgl4luu9kg21e0aor3s A RRSIG )\n",
      50, 1, "0101000c04aabbccdd1417f3df17b2b2adaef615257de4d2020b80ac6c7c0006400000000002" },
    { "RFC 5155 appendix A: NSEC3 of x.y.w.example",
      "2vptu5timamqttgl4luu9kg21e0aor3s.example. NSEC3 1 1 12 aabbccdd ( 35mthgpgcu1q"
      "g68fab165klnsnk3dpvl MX RRSIG )\n",
      50, 1, "0101000c04aabbccdd14196dd8c3306783a8190f52c262d2b7e5e836e7f50006000100000002" },
    { "RFC 5155 appendix A: NSEC3 of a.example",
      "35mthgpgcu1qg68fab165klnsnk3dpvl.example. NSEC3 1 1 12 aabbccdd ( b4um86eghhds"
      "6nea196smvmlo4ors995 NS DS RRSIG )\n",
      50, 1, "0101000c04aabbccdd14593d6419d08c5bc35dca0a4dcb7ed5c131be25250006200000000012" },
    { "RFC 5155 appendix A: NSEC3 of x.w.example",
      "b4um86eghhds6nea196smvmlo4ors995.example. NSEC3 1 1 12 aabbccdd ( gjeqe526plbf"
      "1g8mklp59enfd789njgi MX RRSIG )\n",
      50, 1, "0101000c04aabbccdd1484dda71446cd56f0c116a57254baef69d09bce120006000100000002" },
    { "RFC 5155 appendix A: NSEC3 of ai.example",
      "gjeqe526plbf1g8mklp59enfd789njgi.example. NSEC3 1 1 12 aabbccdd ( ji6neoaepv8b"
      "5o6k4ev33abha8ht9fgc A HINFO AAAA RRSIG )\n",
      50, 1, "0101000c04aabbccdd149c8d77614ecfd0b2e0d423be31a9715223d4be0c0006400400080002" },
    { "RFC 5155 appendix A: NSEC3 of y.w.example",
      "ji6neoaepv8b5o6k4ev33abha8ht9fgc.example. NSEC3 1 1 12 aabbccdd ( k8udemvp1j2f"
      "7eg6jebps17vp3n8i58h )\n",
      50, 1, "0101000c04aabbccdd14a23cd75bf90cc4f3ba069b979e04ffc8ee891511" },
    { "RFC 5155 appendix A: NSEC3 of w.example",
      "k8udemvp1j2f7eg6jebps17vp3n8i58h.example. NSEC3 1 1 12 aabbccdd ( q04jkcevqvmu"
      "85r014c7dkba38o0ji5r )\n",
      50, 1, "0101000c04aabbccdd14d0093a31dfd7ede41760091876d16a1a3009c8bb" },
    { "RFC 5155 appendix A: NSEC3 of ns2.example",
      "q04jkcevqvmu85r014c7dkba38o0ji5r.example. NSEC3 1 1 12 aabbccdd ( r53bq7cc2uvm"
      "ubfu5ocmm6pers9tk9en A RRSIG )\n",
      50, 1, "0101000c04aabbccdd14d946bd1d8c17bf6f2dfe2e196b1b2edf13da25d70006400000000002" },
    { "RFC 5155 appendix A: NSEC3 of *.w.example",
      "r53bq7cc2uvmubfu5ocmm6pers9tk9en.example. NSEC3 1 1 12 aabbccdd ( t644ebqk9bib"
      "cna874givr6joj62mlhv MX RRSIG )\n",
      50, 1, "0101000c04aabbccdd14e988472f544ae4b65d4839212fecd3c4cc2b563f0006000100000002" },
    { "RFC 5155 appendix A: NSEC3 of xx.example",
      "t644ebqk9bibcna874givr6joj62mlhv.example. NSEC3 1 1 12 aabbccdd ( 0p9mhaveqvm6"
      "t7vbl5lop2u3t2rp3tom A HINFO AAAA RRSIG )\n",
      50, 1, "0101000c04aabbccdd14065368abeed7ec6e9feba96b8c8bc3e8b791f7160006400400080002" },
    { "RFC 6605 section 6.1: DNSKEY",
      "example.net. 3600 IN DNSKEY 257 3 13 (\n GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv"
      "7bR6edb\n krSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA== )\n",
      48, 1,
      "0101030d1a88c88615d437fbb8bf9e1942a1929f28562706ae6c2bd399e7b1bfb6d1e9e75b92b4"
      "aa42917ae1c61b701ef035c3fe7be3009cbafe5a2f71316c902dcf0d00" },
    { "RFC 6605 section 6.1: DS",
      "example.net. 3600 IN DS 55648 13 2 (\n b4c8c1fe2e7477127b27115656ad6256f424625"
      "bf5c1\n e2770ce6d6e37df61d17 )\n",
      43, 1, "d9600d02b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17" },
    { "RFC 6698 section 2.3: TLSA 0 0 1",
      "_443._tcp.www.example.com. IN TLSA (\n 0 0 1 d2abde240d7cd3ee6b4b28c54df034b9"
      "\n 7983a1d16e8a410e4561cb106618e971 )\n",
      52, 1, "000001d2abde240d7cd3ee6b4b28c54df034b97983a1d16e8a410e4561cb106618e971" },
    { "RFC 6698 section 2.3: TLSA 1 1 2",
      "_443._tcp.www.example.com. IN TLSA (\n 1 1 2 92003ba34942dc74152e2f2c408d29ec"
      "\n a5a520e7f2e06bb944f4dca346baf63c\n 1b177615d466f6c4b71c216a50292bd5\n 8c9eb"
      "dd2f74e38fe51ffd48c43326cbc )\n",
      52, 1,
      "01010292003ba34942dc74152e2f2c408d29eca5a520e7f2e06bb944f4dca346baf63c1b177615"
      "d466f6c4b71c216a50292bd58c9ebdd2f74e38fe51ffd48c43326cbc" },
    { "RFC 8080 section 6.1: DNSKEY",
      "example.com. 3600 IN DNSKEY 257 3 15 (\n l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1"
      "SxZJA4= )\n",
      48, 1, "0101030f974d96a22d224bc01adb915091477d44ccd91c9a41a11430010117d52c59240e" },
    { "RFC 8080 section 6.1: DS",
      "example.com. 3600 IN DS 3613 15 2 (\n 3aa5ab37efce57f737fc1627013fee07bdf241bd"
      "10f3\n b1964ab55c78e79a304b )\n",
      43, 1, "0e1d0f023aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b" },
    { "RFC 8162 section 3: SMIMEA of hugh",
      "c93f1e400f26708f98cb19d936620da35eec8f72e57f9eec01c1afd6._smimecert.example.co"
      "m. SMIMEA 3 0 1 00\n",
      53, 1, "03000100" },
    { "RFC 8659 section 4.2: one issuer", "certs.example.com. CAA 0 issue \"ca1.example.net\"\n",
      257, 1, "000569737375656361312e6578616d706c652e6e6574" },
    { "RFC 8659 section 4.2: with an account",
      "certs.example.com. CAA 0 issue \"ca1.example.net; account=230123\"\n", 257, 1,
      "000569737375656361312e6578616d706c652e6e65743b206163636f756e743d323330313233" },
    { "RFC 8659 section 4.2: no issuer", "certs.example.com. CAA 0 issue \";\"\n", 257, 1,
      "000569737375653b" },
    { "RFC 8659 section 4.2: a malformed value, which is for the issuer to see",
      "certs.example.com. CAA 0 issue \"%%%%%\"\n", 257, 1, "000569737375652525252525" },
    { "RFC 8659 section 4.3: wildcards", "certs.example.com. CAA 0 issuewild \"ca2.example.org\"\n",
      257, 1, "0009697373756577696c646361322e6578616d706c652e6f7267" },
    { "RFC 8659 section 4.4: where to report by mail",
      "certs.example.com. CAA 0 iodef \"mailto:security@example.com\"\n", 257, 1,
      "0005696f6465666d61696c746f3a7365637572697479406578616d706c652e636f6d" },
    { "RFC 8659 section 4.4: where to report by HTTP",
      "certs.example.com. CAA 0 iodef \"https://iodef.example.com/\"\n", 257, 1,
      "0005696f64656668747470733a2f2f696f6465662e6578616d706c652e636f6d2f" },
    { "RFC 8659 section 4.5: critical", "certs.example.com. CAA 128 tbs \"Unknown\"\n", 257, 1,
      "8003746273556e6b6e6f776e" },
    { "RFC 8976 appendix A.1",
      "example. 86400 IN ZONEMD 2018031900 1 1 (\n c68090d90a7aed716bc459f9340e3d7c13"
      "70d4d24b7e2fc3\n a1ddc0b9a87153b9a9713b3c9ae5cc27777f98b8e730044c )\n",
      63, 1,
      "7848b91c0101c68090d90a7aed716bc459f9340e3d7c1370d4d24b7e2fc3a1ddc0b9a87153b9a9"
      "713b3c9ae5cc27777f98b8e730044c" },
    { "RFC 8976 appendix A.2",
      "example. 86400 IN ZONEMD 2018031900 1 1 (\n a3b69bad980a3504e1cffcb0fd6397f938"
      "48071c93151f55\n 2ae2f6b1711d4bd2d8b39808226d7b9db71e34b72077f8fe )\n",
      63, 1,
      "7848b91c0101a3b69bad980a3504e1cffcb0fd6397f93848071c93151f552ae2f6b1711d4bd2d8"
      "b39808226d7b9db71e34b72077f8fe" },
    { "RFC 8976 appendix A.3: SHA-384",
      "example. 86400 IN ZONEMD 2018031900 1 1 (\n 62e6cf51b02e54b9b5f967d547ce431367"
      "92901f9f88e637\n 493daaf401c92c279dd10f0edb1c56f8080211f8480ee306 )\n",
      63, 1,
      "7848b91c010162e6cf51b02e54b9b5f967d547ce43136792901f9f88e637493daaf401c92c279d"
      "d10f0edb1c56f8080211f8480ee306" },
    { "RFC 8976 appendix A.3: SHA-512",
      "example. 86400 IN ZONEMD 2018031900 1 2 (\n 08cfa1115c7b948c4163a901270395ea22"
      "6a930cd2cbcf2f\n a9a5e6eb85f37c8a4e114d884e66f176eab121cb02db7d65\n 2e0cc4827e"
      "7a3204f166b47e5613fd27 )\n",
      63, 1,
      "7848b91c010208cfa1115c7b948c4163a901270395ea226a930cd2cbcf2fa9a5e6eb85f37c8a4e"
      "114d884e66f176eab121cb02db7d652e0cc4827e7a3204f166b47e5613fd27" },
    { "RFC 8976 appendix A.3: a private algorithm",
      "example. 86400 IN ZONEMD 2018031900 1 240 (\n e2d523f654b9422a96c5a8f44607bbee"
      " )\n",
      63, 1, "7848b91c01f0e2d523f654b9422a96c5a8f44607bbee" },
    { "RFC 8976 appendix A.3: a private scheme",
      "example. 86400 IN ZONEMD 2018031900 241 1 (\n e1846540e33a9e4189792d18d5d131f6"
      "05fc283e )\n",
      63, 1, "7848b91cf101e1846540e33a9e4189792d18d5d131f605fc283e" },
};

static struct dns_rr_text record_of(const struct line *row, const char *text, uint8_t *block)
{
    struct dns_scan scan = dns_scan_init(bytes_of_text(text));
    struct dns_name origin = name_of(row->label, "ISI.EDU."); /* of RFC 1035 section 5.3 */
    struct dns_rr_defaults defaults = { .origin = &origin, .ttl_s = 60, .class = 1 };
    struct byte_writer out = byte_writer_init(block, RDATA_ROOM);
    struct dns_rr_text record = { .type = 0 };
    struct dns_verdict verdict = dns_rr_parse(&scan, &defaults, &out, &record);

    if (verdict.status != DNS_OK)
        fail_msg("row '%s': %s at %zu", row->label, dns_status_text(verdict.status),
                 verdict.offset);
    assert_row(row->label, byte_reader_is_done(&scan.in));
    return record;
}

static void lines_of_rfcs_are_the_records_that_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(lines); i++) {
        WIRE(wire, lines[i].wire);
        uint8_t block[RDATA_ROOM];
        uint8_t again_block[RDATA_ROOM];
        char shown[LINE_ROOM];
        struct text text = text_init(shown, sizeof(shown));
        struct dns_rr_text record = record_of(&lines[i], lines[i].text, block);
        struct dns_rr_text again;
        struct dns_rr rr = dns_rr_of_text(&record);

        assert_row(lines[i].label, record.type == lines[i].type);
        assert_row(lines[i].label, record.class == lines[i].class);
        assert_row(lines[i].label, bytes_equal(record.rdata, wire));
        assert_row(lines[i].label, dns_rdata_check(&rr).status == DNS_OK);
        assert_row(lines[i].label, dns_rr_format(&rr, &text));
        again = record_of(&lines[i], shown, again_block);
        assert_row(lines[i].label, bytes_equal(again.rdata, wire));
        assert_row(lines[i].label, dns_name_equal(&again.owner, &record.owner));
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(names_of_rfc_1035_section_4_1_4_are_read_where_they_stand),
    cmocka_unit_test(names_of_rfc_4034_section_6_1_are_in_canonical_order),
    cmocka_unit_test(names_of_other_rfcs_have_the_labels_that_they_say),
    cmocka_unit_test(rdata_of_rfc_4034_section_6_2_gets_small_letters),
    cmocka_unit_test(lines_of_rfcs_are_the_records_that_they_say),
};

RUN_TESTS(tests)
