/*
 * The table of RR types against the registry: corpus/dns/registry.tsv says of each number which
 * mnemonic it has, where it is specified and how it is read, and dns/rrtype.def must say the same,
 * of these types and of no others.
 */
#include "unit/table.h"

#include "dns/code.h"
#include "dns/rrtype.h"

#include <ctype.h>

#define REGISTRY "corpus/dns/registry.tsv"
#define TYPES 65536

enum { NUMBER, MNEMONIC, CLASS, HOW, SOURCE, COLUMNS };

static const char *const kind_names[] = {
#define FIXED(kind, octets, text) #kind,
#define NAME(kind, text) #kind,
#define SHAPED(kind, check, text) #kind,
#include "dns/field.def"
#undef FIXED
#undef NAME
#undef SHAPED
};

static unsigned int number_in(const struct table *table)
{
    char *end;
    unsigned long number = strtoul(table->columns[NUMBER], &end, 10);

    if (table->count != COLUMNS || *end != '\0' || number >= TYPES)
        fail_msg(REGISTRY ": row '%s' has %zu columns", table->columns[0], table->count);
    return (unsigned int)number;
}

static void require_text(unsigned int number, const char *expected)
{
    char shown[16];
    struct text text = text_init(shown, sizeof(shown));
    uint16_t type = 0;

    assert_row(expected, dns_type_format((uint16_t)number, &text));
    if (strcmp(shown, expected) != 0)
        fail_msg("%u is shown as %s, expected %s", number, shown, expected);
    assert_row(expected, dns_type_parse(bytes_of_text(expected), &type) && type == number);
    for (char *at = shown; *at != '\0'; at++)
        *at = (char)tolower((unsigned char)*at);
    type = (uint16_t)~number;
    assert_row(expected, dns_type_parse(text_bytes(&text), &type) && type == number);
}

/* TYPE and the number, which every type can be called. */
static void require_number(unsigned int number, bool is_shown)
{
    char name[16];
    uint16_t type = (uint16_t)~number;

    (void)snprintf(name, sizeof(name), "TYPE%u", number);
    assert_row(name, dns_type_parse(bytes_of_text(name), &type) && type == number);
    if (is_shown)
        require_text(number, name);
}

static void require_fields(const char *label, const struct dns_rrtype *row, const char *how)
{
    char kinds[256] = "";
    struct text text = text_init(kinds, sizeof(kinds));

    for (unsigned int i = 0; i < row->fields_count; i++) {
        assert_true(i == 0 || text_append_char(&text, ' '));
        assert_true(text_append(&text, kind_names[row->fields[i].kind]));
    }
    if (strcmp(kinds, how) != 0)
        fail_msg("row '%s': %s, expected %s", label, kinds, how);
}

static void require_row(const struct table *table, unsigned int number)
{
    const char *mnemonic = table->columns[MNEMONIC];
    const struct dns_rrtype *row = dns_rrtype_of((uint16_t)number, DNS_CLASS_IN);

    require_number(number, row->mnemonic == NULL);
    if (strcmp(table->columns[HOW], "opaque") == 0) {
        assert_row(table->columns[SOURCE], row->mnemonic == NULL && strcmp(mnemonic, "-") == 0);
        return;
    }
    require_text(number, mnemonic);
    assert_row(mnemonic, row->mnemonic != NULL && strcmp(row->mnemonic, mnemonic) == 0);
    assert_row(mnemonic, row->number == number);
    assert_row(mnemonic, strcmp(row->source, table->columns[SOURCE]) == 0);
    assert_row(mnemonic, row->is_meta == (strcmp(table->columns[HOW], "meta") == 0));
    if (row->is_meta) {
        assert_row(mnemonic, strcmp(table->columns[CLASS], "-") == 0);
        return;
    }
    assert_row(mnemonic, strcmp(table->columns[CLASS], row->only_in_class_in ? "IN" : "ANY") == 0);
    require_fields(mnemonic, row, table->columns[HOW]);
}

static void types_are_those_of_the_registry(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(FILE_BYTES_MAX + 64);
    struct table table = { .at = content_of(REGISTRY, &arena), .separator = "\t" };
    unsigned int previous = TYPES;

    (void)state;
    while (next_row(&table)) {
        unsigned int number = number_in(&table);

        if (previous != TYPES && number <= previous)
            fail_msg(REGISTRY ": %u stands behind %u", number, previous);
        require_row(&table, number);
        previous = number;
    }
}

static void types_that_are_not_in_the_registry_are_opaque(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(FILE_BYTES_MAX + 64);
    CLEANUP(free_pointer) bool *is_in = calloc(TYPES, sizeof(*is_in));
    struct table table = { .at = content_of(REGISTRY, &arena), .separator = "\t" };

    (void)state;
    if (is_in == NULL) {
        fail_msg("no memory");
        return;
    }
    while (next_row(&table))
        is_in[number_in(&table)] = true;
    for (unsigned int number = 0; number < TYPES; number++) {
        const struct dns_rrtype *row = dns_rrtype_of((uint16_t)number, DNS_CLASS_IN);

        if (is_in[number])
            continue;
        if (row->mnemonic != NULL)
            fail_msg("%s (%u) is not in " REGISTRY, row->mnemonic, number);
        assert_int_equal(row->fields_count, 1);
        assert_int_equal(row->fields[0].kind, DNS_FIELD_OPAQUE);
        require_number(number, true);
    }
}

static void types_are_not_read_from_other_words(void **state)
{
    static const char *const words[] = { "",       "TYPE",       "TYPE-1",   "TYPE65536",
                                         "TYPE1 ", "TYPE100000", "TYPE0x1",  "TYPE1a",
                                         "UINFO",  "AA",         "NSAP_PTR", "RESERVED" };

    (void)state;
    for (size_t i = 0; i < ROWS(words); i++) {
        uint16_t type = 4711;

        assert_row(words[i], !dns_type_parse(bytes_of_text(words[i]), &type) && type == 4711);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(types_are_those_of_the_registry),
    cmocka_unit_test(types_that_are_not_in_the_registry_are_opaque),
    cmocka_unit_test(types_are_not_read_from_other_words),
};

RUN_TESTS(tests)
