/* Names on the wire: bounded in every direction, and equal whatever their case. */
#include "wire.h"

#include "dns/name.h"

#define HEADER "000000000000000000000000 "

static void assert_name(const char *label, const struct dns_name *name, const char *expected)
{
    char block[DNS_NAME_TEXT_MAX];
    struct text text = text_init(block, sizeof(block));

    assert_row(label, dns_name_format(name, &text));
    if (strcmp(block, expected) != 0)
        fail_msg("row '%s': %s, expected %s", label, block, expected);
}

/* A reader at the offset `at` of the message. */
static struct byte_reader reader_at(struct bytes wire, size_t at)
{
    struct byte_reader in = byte_reader_init(wire);

    assert_true(byte_reader_at(&in, at, &in));
    return in;
}

static void name_read_follows_pointers_backwards(void **state)
{
    static const struct {
        const char *label, *wire;
        size_t at, next;
        const char *expected;
        bool compressed;
    } rows[] = {
        { "the root", HEADER "00", 12, 13, ".", false },
        { "labels", HEADER "03'www'07'example'00", 12, 25, "www.example.", false },
        { "RFC 1035 4.1.4: F.ISI.ARPA", HEADER "01'F'03'ISI'04'ARPA'00", 12, 24, "F.ISI.ARPA.",
          false },
        { "RFC 1035 4.1.4: FOO.F.ISI.ARPA", HEADER "01'F'03'ISI'04'ARPA'00 03'FOO'c00c", 24, 30,
          "FOO.F.ISI.ARPA.", true },
        { "RFC 1035 4.1.4: ARPA", HEADER "01'F'03'ISI'04'ARPA'00 c012", 24, 26, "ARPA.", true },
        { "a pointer to a pointer", HEADER "01'a'00 c00c c00f", 17, 19, "a.", true },
        { "a pointer to the root", HEADER "01'a'00 01'b'c00e", 15, 19, "b.", true },
        { "any octets", HEADER "04 00ff2e20 00", 12, 18, "\\000\\255\\.\\032.", false },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(wire, rows[i].wire);
        struct byte_reader in = reader_at(wire, rows[i].at);
        struct byte_reader skipping = in;
        struct dns_name name;
        size_t size = 0;

        assert_row(rows[i].label, dns_name_is_compressed(in) == rows[i].compressed);
        assert_row(rows[i].label, dns_name_read(&in, &name).status == DNS_OK);
        assert_row(rows[i].label, in.position == rows[i].next);
        assert_name(rows[i].label, &name, rows[i].expected);
        assert_row(rows[i].label, dns_name_skip(&skipping, &size).status == DNS_OK);
        assert_row(rows[i].label, skipping.position == rows[i].next && size == name.size);
    }
}

static void name_read_refuses_and_says_where(void **state)
{
    static const struct {
        const char *label, *wire;
        size_t at;
        enum dns_status status;
        size_t offset;
    } rows[] = {
        { "nothing there", HEADER, 12, DNS_NAME_TRUNCATED, 12 },
        { "no root", HEADER "01'a'", 12, DNS_NAME_TRUNCATED, 14 },
        { "label past the end", HEADER "03'ab'", 12, DNS_NAME_TRUNCATED, 12 },
        { "half a pointer", HEADER "01'a'c0", 12, DNS_NAME_TRUNCATED, 14 },
        { "label type 01", HEADER "01'a'4100", 12, DNS_LABEL_TYPE, 14 },
        { "label type 10", HEADER "8000", 12, DNS_LABEL_TYPE, 12 },
        { "label of 64", HEADER "40", 12, DNS_LABEL_TYPE, 12 },
        { "pointer to itself", HEADER "c00c", 12, DNS_POINTER_NOT_BACKWARD, 12 },
        { "pointer into its own labels", HEADER "01'a'c00c", 12, DNS_POINTER_NOT_BACKWARD, 14 },
        { "pointer forwards", HEADER "c00e 00", 12, DNS_POINTER_NOT_BACKWARD, 12 },
        { "pointer past the end", HEADER "ffff", 12, DNS_POINTER_NOT_BACKWARD, 12 },
        { "two that point to each other", HEADER "01'a'c010 01'b'c00c", 16,
          DNS_POINTER_NOT_BACKWARD, 14 },
        { "pointer to the header's end", HEADER "00 c00b", 13, DNS_POINTER_TO_HEADER, 13 },
        { "pointer to the id", HEADER "00 c000", 13, DNS_POINTER_TO_HEADER, 13 },
        { "labels that overlap the name that points", HEADER "03'ab' c00c 00", 15, DNS_NAME_OVERLAP,
          12 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(wire, rows[i].wire);
        struct byte_reader in = reader_at(wire, rows[i].at);
        struct dns_name name = { .size = 7 };
        struct dns_verdict verdict = dns_name_read(&in, &name);
        size_t size = 7;

        assert_row(rows[i].label, verdict.status == rows[i].status);
        assert_row(rows[i].label, verdict.offset == rows[i].offset);
        assert_row(rows[i].label, in.position == rows[i].at && name.size == 7);
        assert_row(rows[i].label, dns_name_skip(&in, &size).status == rows[i].status);
        assert_row(rows[i].label, in.position == rows[i].at && size == 7);
    }
}

/* Labels of 63, 63, 63 and `last` octets, and the root; gives the size. */
static size_t long_name(uint8_t *octets, uint8_t last)
{
    size_t at = 0;

    for (int i = 0; i < 4; i++) {
        uint8_t length = i < 3 ? 63 : last;

        octets[at++] = length;
        memset(&octets[at], 'a' + i, length);
        at += length;
    }
    octets[at++] = 0;
    return at;
}

static void name_of_255_octets_is_the_longest(void **state)
{
    uint8_t octets[300];
    struct dns_name name = { .size = 7 };
    struct dns_verdict verdict;
    struct byte_reader in;

    (void)state;
    in = byte_reader_init(bytes_of(octets, long_name(octets, 61)));
    assert_int_equal(dns_name_read(&in, &name).status, DNS_OK);
    assert_int_equal(name.size, DNS_NAME_SIZE_MAX);
    assert_int_equal(dns_name_labels(&name), 4);

    in = byte_reader_init(bytes_of(octets, long_name(octets, 62)));
    name.size = 7;
    verdict = dns_name_read(&in, &name);
    assert_int_equal(verdict.status, DNS_NAME_SIZE);
    assert_int_equal(verdict.offset, 192);
    assert_int_equal(name.size, 7);
}

static void pointers_count_towards_the_size_of_a_name(void **state)
{
    uint8_t octets[12 + 300] = { 0 };
    size_t size = long_name(octets + 12, 61);
    struct dns_name name;
    struct byte_reader in;

    (void)state;
    memcpy(octets + 12 + size, (const uint8_t[]){ 1, 'x', 0xC0, 12 }, 4);
    in = reader_at(bytes_of(octets, 12 + size + 4), 12 + size);
    assert_int_equal(dns_name_read(&in, &name).status, DNS_NAME_SIZE);
}

/* A message of `hops` pointers, each to the one before, the first to the root; gives the size. */
static size_t chain(uint8_t *octets, unsigned int hops)
{
    size_t at = 13;

    memset(octets, 0, 13);
    for (unsigned int i = 0; i < hops; i++) {
        size_t target = i == 0 ? 12 : at - 2;

        octets[at++] = (uint8_t)(0xC0 | target >> 8);
        octets[at++] = (uint8_t)target;
    }
    return at;
}

static void name_read_follows_127_pointers_and_no_more(void **state)
{
    uint8_t octets[13 + 2 * 128];
    struct dns_name name = { .size = 7 };
    size_t size;
    struct byte_reader in;

    (void)state;
    size = chain(octets, 127);
    in = reader_at(bytes_of(octets, size), size - 2);
    assert_int_equal(dns_name_read(&in, &name).status, DNS_OK);
    assert_int_equal(name.size, 1);

    size = chain(octets, 128);
    in = reader_at(bytes_of(octets, size), size - 2);
    name.size = 7;
    assert_int_equal(dns_name_read(&in, &name).status, DNS_POINTER_HOPS);
    assert_int_equal(name.size, 7);
}

static struct dns_name name_of(const char *text)
{
    struct dns_name name = { 0 };

    assert_int_equal(dns_name_parse(bytes_of_text(text), &name).status, DNS_OK);
    return name;
}

static void names_are_equal_whatever_their_case(void **state)
{
    static const struct {
        const char *label, *a, *b;
        bool equal;
    } rows[] = {
        { "same", "example.", "example.", true },
        { "letters of another case", "ExAmPlE.", "eXaMpLe.", true },
        { "not letters", "[a].", "{a}.", false },
        { "octets above ASCII", "\\192.", "\\224.", false },
        { "labels cut elsewhere", "a.bc.", "ab.c.", false },
        { "a dot within a label", "a\\.b.", "a.b.", false },
        { "prefix", "a.", "a.b.", false },
        { "root", ".", ".", true },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct dns_name a = name_of(rows[i].a);
        struct dns_name b = name_of(rows[i].b);

        assert_row(rows[i].label, dns_name_equal(&a, &b) == rows[i].equal);
        assert_row(rows[i].label, (dns_name_compare(&a, &b) == 0) == rows[i].equal);
    }
}

static void names_sort_as_in_rfc_4034_section_6_1(void **state)
{
    static const char *const sorted[] = {
        ".",
        "example.",
        "a.example.",
        "yljkjljk.a.example.",
        "Z.a.example.",
        "zABC.a.EXAMPLE.",
        "z.example.",
        "\\001.z.example.",
        "*.z.example.",
        "\\200.z.example.",
    };

    (void)state;
    for (size_t i = 0; i < ROWS(sorted); i++) {
        for (size_t j = 0; j < ROWS(sorted); j++) {
            struct dns_name a = name_of(sorted[i]);
            struct dns_name b = name_of(sorted[j]);
            int order = dns_name_compare(&a, &b);

            assert_row(sorted[i], (order < 0) == (i < j) && (order > 0) == (i > j));
        }
    }
}

static void name_lower_changes_letters_and_no_lengths(void **state)
{
    struct dns_name name = name_of("WwW.\\065\\091z\\200.");

    (void)state;
    dns_name_lower(&name);
    assert_name("lower", &name, "www.a[z\\200.");
    assert_int_equal(dns_name_labels(&name), 2);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(name_read_follows_pointers_backwards),
    cmocka_unit_test(name_read_refuses_and_says_where),
    cmocka_unit_test(name_of_255_octets_is_the_longest),
    cmocka_unit_test(pointers_count_towards_the_size_of_a_name),
    cmocka_unit_test(name_read_follows_127_pointers_and_no_more),
    cmocka_unit_test(names_are_equal_whatever_their_case),
    cmocka_unit_test(names_sort_as_in_rfc_4034_section_6_1),
    cmocka_unit_test(name_lower_changes_letters_and_no_lengths),
};

RUN_TESTS(tests)
