/* Names as text: both ways, and back to the same. */
#include "wire.h"

#include "dns/name.h"

static void name_text_reads_and_prints_the_same(void **state)
{
    static const struct {
        const char *label, *text, *printed, *wire;
    } rows[] = {
        { "root", ".", ".", "00" },
        { "with the final dot", "www.example.", "www.example.", "03'www'07'example'00" },
        { "without it", "www.example", "www.example.", "03'www'07'example'00" },
        { "case stays", "WwW.", "WwW.", "03'WwW'00" },
        { "escaped dot", "a\\.b.c.", "a\\.b.c.", "03'a.b'01'c'00" },
        { "escaped dot at the end", "a\\.", "a\\..", "02'a.'00" },
        { "decimal", "\\000\\255\\046.", "\\000\\255\\..", "0300ff'.'00" },
        { "decimal that needs none", "\\097.", "a.", "01'a'00" },
        { "escaped letter", "\\a.", "a.", "01'a'00" },
        { "backslash", "\\\\.", "\\\\.", "01'\\'00" },
        { "all that mean something", "\\\"\\$\\(\\)\\.\\;\\@\\\\.", "\\\"\\$\\(\\)\\.\\;\\@\\\\.",
          "08'\"$().;@\\'00" },
        { "underscore and star", "*._tcp.", "*._tcp.", "01'*'04'_tcp'00" },
        { "space", "a\\032b.", "a\\032b.", "03'a b'00" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        WIRE(wire, rows[i].wire);
        char block[DNS_NAME_TEXT_MAX];
        struct text text = text_init(block, sizeof(block));
        struct dns_name name;

        assert_row(rows[i].label,
                   dns_name_parse(bytes_of_text(rows[i].text), &name).status == DNS_OK);
        assert_row(rows[i].label, bytes_equal(dns_name_bytes(&name), wire));
        assert_row(rows[i].label, dns_name_format(&name, &text));
        assert_row(rows[i].label, strcmp(block, rows[i].printed) == 0);
    }
}

#define TEN "aaaaaaaaaa"
#define SIXTY TEN TEN TEN TEN TEN TEN
#define SIXTY_FOUR_LONG SIXTY "aaa." SIXTY "aaa." SIXTY "aaa."

static void name_text_is_refused_with_the_place(void **state)
{
    static const struct {
        const char *label, *text;
        enum dns_status status;
        size_t offset;
    } rows[] = {
        { "nothing", "", DNS_TEXT_EMPTY, 0 },
        { "empty label in front", ".a.", DNS_TEXT_LABEL_EMPTY, 0 },
        { "empty label within", "a..b.", DNS_TEXT_LABEL_EMPTY, 2 },
        { "two dots", "..", DNS_TEXT_LABEL_EMPTY, 0 },
        { "backslash at the end", "a\\", DNS_TEXT_ESCAPE, 1 },
        { "one digit", "\\1.", DNS_TEXT_ESCAPE, 0 },
        { "two digits at the end", "a.\\12", DNS_TEXT_ESCAPE, 2 },
        { "256", "\\256.", DNS_TEXT_ESCAPE, 0 },
        { "label of 64", SIXTY "aaab.", DNS_TEXT_LABEL_SIZE, 63 },
        { "256 octets, at a dot", SIXTY_FOUR_LONG SIXTY "aa.", DNS_NAME_SIZE, 254 },
        { "256 octets, without a dot", SIXTY_FOUR_LONG SIXTY "aa", DNS_NAME_SIZE, 254 },
        { "257 octets", SIXTY_FOUR_LONG SIXTY "aaa.", DNS_NAME_SIZE, 254 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct dns_name name = { .size = 7 };
        struct dns_verdict verdict = dns_name_parse(bytes_of_text(rows[i].text), &name);

        assert_row(rows[i].label, verdict.status == rows[i].status);
        assert_row(rows[i].label, verdict.offset == rows[i].offset);
        assert_row(rows[i].label, name.size == 7);
    }
}

static void longest_name_as_text_fits_exactly(void **state)
{
    char block[DNS_NAME_TEXT_MAX];
    struct text text = text_init(block, sizeof(block));
    struct dns_name name = { .size = DNS_NAME_SIZE_MAX };
    struct dns_name again;
    size_t at = 0;

    (void)state;
    memset(name.octets, 0xFF, sizeof(name.octets));
    for (uint8_t length = 63; at < 254; at += 1U + length) {
        length = at == 192 ? 61 : 63;
        name.octets[at] = length;
    }
    name.octets[254] = 0;
    assert_true(dns_name_format(&name, &text));
    assert_int_equal(text.size, DNS_NAME_TEXT_MAX - 1);
    assert_int_equal(dns_name_parse(text_bytes(&text), &again).status, DNS_OK);
    assert_true(dns_name_equal(&name, &again));

    text = text_init(block, sizeof(block) - 1);
    assert_false(dns_name_format(&name, &text));
    assert_int_equal(text.size, 0);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(name_text_reads_and_prints_the_same),
    cmocka_unit_test(name_text_is_refused_with_the_place),
    cmocka_unit_test(longest_name_as_text_fits_exactly),
};

RUN_TESTS(tests)
