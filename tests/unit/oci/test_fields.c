/* docs/oci.md says of every field of config.json what becomes of it. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/text_format.h"
#include "oci/fields.h"
#include "unit/table.h"

#define DOCUMENT "docs/oci.md"
#define TABLES_MAX 64
#define NAME_ROOM 128

/* A table that is to be walked, and what its rows' names stand behind. */
struct place {
    const struct oci_table *table;
    char prefix[NAME_ROOM];
};

/* What the document says of a field: the cell behind the one that has its name. */
static bool says(const char *document, const char *field, const char *word)
{
    char block[NAME_ROOM];
    struct text name = text_init(block, sizeof(block));
    const char *at;

    assert_true(text_format(&name, "`%s`", field));
    at = strstr(document, name.at);
    at = at == NULL ? NULL : strchr(at, '|');
    return at != NULL && strncmp(at + 2, word, strlen(word)) == 0;
}

static const char *word_of(const struct oci_field *field)
{
    if (field->kind == OCI_FIELD_REFUSED)
        return "refused |";
    return field->kind == OCI_FIELD_IGNORED ? "ignored |" : "done |";
}

static void every_field_has_its_row(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(FILE_BYTES_MAX + 64);
    const char *document = content_of(DOCUMENT, &arena);
    struct place places[TABLES_MAX] = { { &oci_config_table, "" } };
    size_t count = 1;
    size_t fields = 0;

    (void)state;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < places[i].table->count; j++) {
            const struct oci_field *field = &places[i].table->fields[j];
            char name[NAME_ROOM];
            struct text text = text_init(name, sizeof(name));

            assert_true(text_format(&text, "%s%s", places[i].prefix, field->name));
            if (field->table == NULL) {
                fields++;
                assert_row(name, says(document, name, word_of(field)));
                continue;
            }
            assert_true(count < TABLES_MAX);
            places[count].table = field->table;
            text = text_init(places[count++].prefix, NAME_ROOM);
            assert_true(text_format(&text, "%s%s.", name,
                                    field->kind == OCI_FIELD_LIST  ? "[]"
                                    : field->kind == OCI_FIELD_MAP ? ".*"
                                                                   : ""));
        }
    }
    assert_true(fields > 80);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_field_has_its_row),
};

RUN_TESTS(tests)
