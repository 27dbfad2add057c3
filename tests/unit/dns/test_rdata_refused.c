/* RDATA that its type does not have: each thing that a field can get wrong, and where it says so.
 */
#include "wire.h"

#include "dns/rdata.h"

#include <stdio.h>

/* Twelve octets, and a name at 12 (example.) to point to. */
#define BEFORE "000000000000000000000000 07'example'00 "
#define RDATA_AT 21

static const struct {
    const char *label;
    uint16_t type;
    const char *rdata;
    enum dns_status status;
    size_t offset; /* from the start of RDATA */
} rows[] = {
    { "CNAME, compressed", DNS_TYPE_CNAME, "c00c", DNS_OK, 0 },
    { "AFSDB, compressed (RFC 3597 section 4)", DNS_TYPE_AFSDB, "0001c00c", DNS_OK, 0 },
    { "SRV, compressed (RFC 3597 section 4)", DNS_TYPE_SRV, "000000010035c00c", DNS_OK, 0 },
    { "DNAME, compressed", DNS_TYPE_DNAME, "c00c", DNS_POINTER_FORBIDDEN, 0 },
    { "KX, compressed", DNS_TYPE_KX, "000a 01'a'c00c", DNS_POINTER_FORBIDDEN, 2 },
    { "NSEC, compressed", DNS_TYPE_NSEC, "c00c000140", DNS_POINTER_FORBIDDEN, 0 },
    { "SVCB, compressed", DNS_TYPE_SVCB, "0001c00c", DNS_POINTER_FORBIDDEN, 2 },
    { "HIP, a compressed server", DNS_TYPE_HIP, "01020001 0a 0b c00c", DNS_POINTER_FORBIDDEN, 6 },
    { "HINFO of one string", DNS_TYPE_HINFO, "0161", DNS_STRINGS_EMPTY, 2 },
    { "HINFO past RDATA", DNS_TYPE_HINFO, "016102'b'", DNS_STRING_TRUNCATED, 2 },
    { "ISDN of three strings", DNS_TYPE_ISDN, "016101620163", DNS_RDATA_TRAILING, 4 },
    { "X25 of three digits", DNS_TYPE_X25, "03'311'", DNS_DIGITS, 0 },
    { "X25 of letters", DNS_TYPE_X25, "04'31a1'", DNS_DIGITS, 0 },
    { "ATMA of letters", DNS_TYPE_ATMA, "01'12a'", DNS_DIGITS, 3 },
    { "ATMA without an address", DNS_TYPE_ATMA, "00", DNS_RDATA_TRUNCATED, 0 },
    { "NSAP of nothing", DNS_TYPE_NSAP, "", DNS_OCTETS_EMPTY, 0 },
    { "CAA without a tag", DNS_TYPE_CAA, "0000'x'", DNS_TAG, 1 },
    { "CAA with a hyphen in its tag", DNS_TYPE_CAA, "0003'a-b'", DNS_TAG, 1 },
    { "NAPTR with two delimiters", DNS_TYPE_NAPTR, "00640032 01'u'00 03'!a!'00", DNS_REGEXP, 7 },
    { "NAPTR with a flag that is none", DNS_TYPE_NAPTR, "00640032 01'u'00 06'!a!b!x'00", DNS_REGEXP,
      7 },
    { "NAPTR with an escaped delimiter", DNS_TYPE_NAPTR, "00640032 01'u'00 07'!\\!!b!i'00", DNS_OK,
      0 },
    { "DS, SHA-1 of 19 octets", DNS_TYPE_DS, "00010801 00112233445566778899aabbccddeeff001122",
      DNS_DIGEST_SIZE, 4 },
    { "DS, an unknown digest", DNS_TYPE_DS, "000108ff 00", DNS_OK, 0 },
    { "DS without a digest", DNS_TYPE_DS, "000108ff", DNS_DIGEST_SIZE, 4 },
    { "SSHFP, SHA-256 of one octet", DNS_TYPE_SSHFP, "0102 00", DNS_DIGEST_SIZE, 2 },
    { "ZONEMD, SHA-384 of 12 octets", DNS_TYPE_ZONEMD, "000000010101 000102030405060708090a0b",
      DNS_DIGEST_SIZE, 6 },
    { "ZONEMD, unknown, of 11 octets", DNS_TYPE_ZONEMD, "0000000101f0 000102030405060708090a",
      DNS_DIGEST_SIZE, 6 },
    { "DNSKEY without a key", DNS_TYPE_DNSKEY, "01000308", DNS_OCTETS_EMPTY, 4 },
    { "KEY without a key, as its flags say", DNS_TYPE_KEY, "c0000308", DNS_OK, 0 },
    { "DNSKEY, private, without a name", DNS_TYPE_DNSKEY, "010003fd 05'ab'", DNS_PRIVATE_ALGORITHM,
      4 },
    { "DNSKEY, private, with an identifier", DNS_TYPE_DNSKEY, "010003fe 01ab", DNS_OK, 0 },
    { "RRSIG without a signature", DNS_TYPE_RRSIG, "0001 05 03 00015180 3e7b7e17 3e53f117 0a52 00",
      DNS_OCTETS_EMPTY, 19 },
    { "CERT without a certificate", DNS_TYPE_CERT, "0001000008", DNS_OCTETS_EMPTY, 5 },
    { "NSEC without types", DNS_TYPE_NSEC, "00", DNS_BITMAP_SIZE, 1 },
    { "NSEC with half a window", DNS_TYPE_NSEC, "00 0001", DNS_BITMAP_TRUNCATED, 1 },
    { "NSEC with an empty window", DNS_TYPE_NSEC, "00 0000", DNS_BITMAP_SIZE, 1 },
    { "NSEC with a window of 33 octets", DNS_TYPE_NSEC,
      "00 0021 404040404040404040404040404040404040404040404040404040404040404040", DNS_BITMAP_SIZE,
      1 },
    { "NSEC with a zero at the end", DNS_TYPE_NSEC, "00 00024000", DNS_BITMAP_ZERO, 1 },
    { "NSEC with windows that fall", DNS_TYPE_NSEC, "00 010140 000140", DNS_BITMAP_ORDER, 4 },
    { "NSEC with a window twice", DNS_TYPE_NSEC, "00 000140 000140", DNS_BITMAP_ORDER, 4 },
    { "CSYNC without types", DNS_TYPE_CSYNC, "000000010003", DNS_OK, 0 },
    { "NSEC3, SHA-1 of 19 octets", DNS_TYPE_NSEC3,
      "01000000 00 13 00112233445566778899aabbccddeeff001122", DNS_DIGEST_SIZE, 5 },
    { "NSEC3 without a hash", DNS_TYPE_NSEC3, "02000000 00 00", DNS_DIGEST_SIZE, 5 },
    { "NSEC3 with a salt past RDATA", DNS_TYPE_NSEC3, "01000000 05aabb", DNS_OCTETS_TRUNCATED, 4 },
    { "NXT of types above 127", DNS_TYPE_NXT, "00 4000000000000000000000000000000001",
      DNS_BITMAP_SIZE, 1 },
    { "NXT of another format", DNS_TYPE_NXT, "00 c0", DNS_BITMAP_TYPE_0, 1 },
    { "WKS with a zero at the end", DNS_TYPE_WKS, "c0000201 06 8000", DNS_BITMAP_ZERO, 5 },
    { "LOC of version 1", DNS_TYPE_LOC, "01", DNS_OK, 0 },
    { "LOC with a size of two digits", DNS_TYPE_LOC, "00a21613 80000000 80000000 00989680",
      DNS_LOC_RANGE, 0 },
    { "LOC past the pole", DNS_TYPE_LOC, "00121613 934fdc01 80000000 00989680", DNS_LOC_RANGE, 0 },
    { "LOC at the pole", DNS_TYPE_LOC, "00121613 934fd900 80000000 00989680", DNS_OK, 0 },
    { "APL, longer than its family", DNS_TYPE_APL, "0001 21 01 04", DNS_PREFIX_SIZE, 0 },
    { "APL with a zero at the end", DNS_TYPE_APL, "0001 18 01 04 0001 18 02 0a00", DNS_PREFIX_ZERO,
      5 },
    { "APL past RDATA", DNS_TYPE_APL, "0001 18 02 0a", DNS_RDATA_TRUNCATED, 0 },
    { "A6 with a prefix of 129 bits", DNS_TYPE_A6, "81", DNS_PREFIX_SIZE, 1 },
    { "A6 with bits of its prefix", DNS_TYPE_A6, "44 8010203040506070 0161 00", DNS_PREFIX_BITS,
      1 },
    { "IPSECKEY with a gateway of type 4", DNS_TYPE_IPSECKEY, "0a0402 c0000226", DNS_GATEWAY_TYPE,
      3 },
    { "IPSECKEY without a key", DNS_TYPE_IPSECKEY, "0a0000", DNS_OK, 0 },
    { "AMTRELAY of an unknown type", DNS_TYPE_AMTRELAY, "0a04 c0000226", DNS_OK, 0 },
    { "AMTRELAY of a name without the root, as RFC 8777 section 4.3.2 has it", DNS_TYPE_AMTRELAY,
      "8083 09'amtrelays'07'example'03'com'", DNS_NAME_TRUNCATED, 24 },
    { "HIP without a key", DNS_TYPE_HIP, "01020000 0a", DNS_HOST_IDENTITY, 0 },
    { "HIP past RDATA", DNS_TYPE_HIP, "01020002 0a0b", DNS_RDATA_TRUNCATED, 0 },
    { "TSIG with other octets past RDATA", DNS_TYPE_TSIG,
      "00 00006553f100 012c 0000 1234 0000 0006 0000", DNS_OCTETS_TRUNCATED, 15 },
    { "SVCB with half a parameter", DNS_TYPE_SVCB, "0001 00 000300", DNS_PARAM_TRUNCATED, 3 },
    { "SVCB with a parameter past RDATA", DNS_TYPE_SVCB, "0001 00 0003000235", DNS_PARAM_TRUNCATED,
      3 },
    { "SVCB with keys that fall", DNS_TYPE_SVCB, "0001 00 000300020035 00010003026832",
      DNS_PARAM_ORDER, 9 },
    { "SVCB with a key twice", DNS_TYPE_SVCB, "0001 00 000300020035 000300020035", DNS_PARAM_ORDER,
      9 },
    { "SVCB with an empty alpn", DNS_TYPE_SVCB, "0001 00 00010000", DNS_PARAM_VALUE, 3 },
    { "SVCB with an empty identifier", DNS_TYPE_SVCB, "0001 00 0001000100", DNS_PARAM_VALUE, 3 },
    { "SVCB with a port of three octets", DNS_TYPE_SVCB, "0001 00 00030003003500", DNS_PARAM_VALUE,
      3 },
    { "SVCB with an ipv4hint of none", DNS_TYPE_SVCB, "0001 00 00040000", DNS_PARAM_VALUE, 3 },
    { "SVCB with an ipv6hint of four", DNS_TYPE_SVCB, "0001 00 00060004 c0000201", DNS_PARAM_VALUE,
      3 },
    { "SVCB with no-default-alpn alone", DNS_TYPE_SVCB, "0001 00 00020000", DNS_PARAM_ALPN_MISSING,
      3 },
    { "SVCB without what is mandatory", DNS_TYPE_SVCB, "0001 00 000000020003",
      DNS_PARAM_MANDATORY_MISSING, 9 },
    { "SVCB that passes what is mandatory", DNS_TYPE_SVCB, "0001 00 000000020001 000300020035",
      DNS_PARAM_MANDATORY_MISSING, 9 },
    { "SVCB with mandatory mandatory", DNS_TYPE_SVCB, "0001 00 000000020000", DNS_PARAM_VALUE, 3 },
    { "SVCB with what is mandatory", DNS_TYPE_SVCB, "0001 00 000000020003 000300020035", DNS_OK,
      0 },
};

static void rdata_says_what_is_wrong_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        char notation[512];
        struct dns_verdict verdict;

        (void)snprintf(notation, sizeof(notation), "%s%s", BEFORE, rows[i].rdata);
        WIRE(wire, notation);
        struct dns_rr rr = { .type = rows[i].type, .class = 1, .rdata = byte_reader_init(wire) };

        rr.rdata.position = RDATA_AT;
        verdict = dns_rdata_check(&rr);
        if (verdict.status != rows[i].status)
            fail_msg("row '%s': %s", rows[i].label, dns_status_text(verdict.status));
        if (verdict.status != DNS_OK && verdict.offset != RDATA_AT + rows[i].offset)
            fail_msg("row '%s': at %zu", rows[i].label, verdict.offset - RDATA_AT);
    }
}

static void rdata_names_are_canonical_by_their_type(void **state)
{
    static const struct {
        const char *label;
        uint16_t type;
        const char *rdata, *canonical;
    } names[] = {
        { "NS is in small letters", DNS_TYPE_NS, "01'A'00", "01'a'00" },
        { "RP is in small letters", DNS_TYPE_RP, "01'A'00 01'B'00", "01'a'00 01'b'00" },
        { "SRV is in small letters", DNS_TYPE_SRV, "000000000000 01'A'00", "000000000000 01'a'00" },
        { "DNAME is in small letters", DNS_TYPE_DNAME, "01'A'00", "01'a'00" },
        { "A6 is in small letters", DNS_TYPE_A6, "80 01'A'00", "80 01'a'00" },
        { "the signer of RRSIG is in small letters (RFC 6840 section 5.1)", DNS_TYPE_RRSIG,
          "0001 05 03 00015180 3e7b7e17 3e53f117 0a52 01'A'00 ff",
          "0001 05 03 00015180 3e7b7e17 3e53f117 0a52 01'a'00 ff" },
        { "NSEC stays as it is (RFC 6840 section 5.1)", DNS_TYPE_NSEC, "01'A'00 000140",
          "01'A'00 000140" },
        { "HINFO has no names", DNS_TYPE_HINFO, "01'A'01'B'", "01'A'01'B'" },
        { "SVCB stays as it is", DNS_TYPE_SVCB, "0001 01'A'00", "0001 01'A'00" },
        { "a later type stays as it is (RFC 3597 section 7)", DNS_TYPE_LP, "0001 01'A'00",
          "0001 01'A'00" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(names); i++) {
        uint8_t block[64];
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        WIRE(wire, names[i].rdata);
        WIRE(canonical, names[i].canonical);
        struct dns_rr rr = { .type = names[i].type, .class = 1, .rdata = byte_reader_init(wire) };

        assert_row(names[i].label, dns_rdata_write(&rr, true, &out).status == DNS_OK);
        assert_row(names[i].label, bytes_equal(byte_writer_written(&out), canonical));
        out = byte_writer_init(block, sizeof(block));
        assert_row(names[i].label, dns_rdata_write(&rr, false, &out).status == DNS_OK);
        assert_row(names[i].label, bytes_equal(byte_writer_written(&out), wire));
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(rdata_says_what_is_wrong_and_where),
    cmocka_unit_test(rdata_names_are_canonical_by_their_type),
};

RUN_TESTS(tests)
