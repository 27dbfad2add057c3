/*
 * Property: an annotation "org.systemd.property.…" of any name and value is refused with a
 * sentence, and no property is there; or is one property "NAME=SIGNATURE:VALUE", whose value is of
 * its signature's form. A list of texts in quotation marks is a property that gives back just these
 * texts, and one text likewise, unless they have a newline or are too long together.
 *
 * Covers: src/oci/scope_annotations.c 90%
 */
#include "base/text.h"
#include "fuzz/target.h"
#include "oci/scope_properties.h"

#include <string.h>

#define ARENA_BYTES_MAX ((size_t)1 << 20)
#define PREFIX "org.systemd.property."
#define TEXTS_MAX 64
#define VALUE_BYTES_MAX 2047
#define ROOM 65536

/* What one annotation became. */
struct made {
    struct oci_properties properties;
    struct err err;
};

/* Lets the annotation become a property; NULL where it is refused, and no more than that. */
static const char *make(struct made *made, struct arena *arena, const char *name, const char *value)
{
    const struct oci_pair pair = { .name = name, .value = value };
    const struct oci_pairs annotations = { .count = 1, .at = &pair };

    *made = (struct made){ .properties.arena = arena };
    if (oci_properties_add_annotations(&made->properties, &annotations, &made->err) < 0) {
        fuzz_require(made->err.number < 0 && made->err.sentence[0] != '\0');
        fuzz_require(made->properties.count == 0);
        return NULL;
    }
    if (strncmp(name, PREFIX, strlen(PREFIX)) != 0) {
        fuzz_require(made->properties.count == 0);
        return NULL;
    }
    fuzz_require(made->properties.count == 1);
    return made->properties.at[0];
}

/* A number of a type, with a sign where the type has one. */
static bool is_number(char type, const char *value)
{
    if (strchr("xin", type) != NULL && *value == '-')
        value++;
    return *value != '\0' && value[strspn(value, "0123456789")] == '\0';
}

/* Whether a property has a name, a signature, and a value of it. */
static void check_form(const char *property)
{
    const char *equals = strchr(property, '=');
    const char *colon = equals == NULL ? NULL : strchr(equals, ':');
    const char *value;

    fuzz_require(equals != NULL && equals - property >= 3 && colon != NULL);
    for (const char *at = property; at < equals; at++)
        fuzz_require((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z'));
    value = colon + 1;
    if (colon - equals == 3) {
        fuzz_require(strncmp(equals, "=as:", 4) == 0);
        return;
    }
    fuzz_require(colon - equals == 2);
    if (equals[1] == 'b')
        fuzz_require(strcmp(value, "true") == 0 || strcmp(value, "false") == 0);
    else if (equals[1] == 's')
        fuzz_require(strchr(value, '\n') == NULL);
    else
        fuzz_require(strchr("txuiqny", equals[1]) != NULL && is_number(equals[1], value));
}

/* The input in texts, between which there are zeroes. */
struct texts {
    size_t count;
    const char *at[TEXTS_MAX];
    size_t size; /* of what they are in a property */
    bool has_newline;
};

static struct texts split(struct bytes input, struct arena *arena)
{
    struct texts texts = { 0 };

    for (size_t start = 0; start <= input.size && texts.count < TEXTS_MAX;) {
        const uint8_t *end =
            start == input.size ? NULL : memchr(input.at + start, 0, input.size - start);
        size_t size = (end == NULL ? input.size : (size_t)(end - input.at)) - start;
        const char *text = arena_copy_bytes(arena, bytes_of(input.at + start, size));

        fuzz_require(text != NULL);
        texts.at[texts.count++] = text;
        texts.size += size + 1;
        texts.has_newline = texts.has_newline || strchr(text, '\n') != NULL;
        start += size + 1;
    }
    return texts;
}

static void quote(struct text *out, const char *text)
{
    bool fits = text_append_char(out, '\'');

    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            fits = fits && text_append_char(out, '\\');
        fits = fits && text_append_char(out, *text);
    }
    fuzz_require(fits && text_append_char(out, '\''));
}

/* Whether a list's lines are these texts. */
static void check_texts(const char *property, const struct texts *texts)
{
    const char *at = property + strlen("After=as:");

    fuzz_require(strncmp(property, "After=as:", strlen("After=as:")) == 0);
    for (size_t i = 0; i < texts->count; i++) {
        size_t size = strcspn(at, "\n");

        fuzz_require(*at != '\0');
        fuzz_require(size == strlen(texts->at[i]) && memcmp(at, texts->at[i], size) == 0);
        at += size;
        at += *at == '\n';
    }
    fuzz_require(*at == '\0');
}

static void check_list(const struct texts *texts, struct arena *arena, char block[ROOM])
{
    struct text list = text_init(block, ROOM);
    struct made made;
    const char *property;

    (void)text_append_char(&list, '[');
    for (size_t i = 0; i < texts->count; i++) {
        if (i > 0)
            (void)text_append(&list, i % 2 == 0 ? "," : " , ");
        quote(&list, texts->at[i]);
    }
    fuzz_require(text_append_char(&list, ']'));
    property = make(&made, arena, PREFIX "After", block);
    fuzz_require((property != NULL) || texts->has_newline || texts->size > VALUE_BYTES_MAX);
    fuzz_require((property == NULL) || !texts->has_newline);
    if (property != NULL)
        check_texts(property, texts);
}

static void check_text(const char *text, struct arena *arena, char block[ROOM])
{
    struct text quoted = text_init(block, ROOM);
    struct made made;
    const char *property;

    quote(&quoted, text);
    property = make(&made, arena, PREFIX "Slice", block);
    fuzz_require((property != NULL) ==
                 (strchr(text, '\n') == NULL && strlen(text) <= VALUE_BYTES_MAX));
    if (property != NULL)
        fuzz_require(strncmp(property, "Slice=s:", 8) == 0 && strcmp(property + 8, text) == 0);
}

/* The first text is a name behind the prefix, and the second its value. */
static void check_any(const struct texts *texts, struct arena *arena, char block[ROOM])
{
    struct text name = text_init(block, ROOM);
    struct made made;
    const char *property;

    fuzz_require(text_append(&name, PREFIX) && text_append(&name, texts->at[0]));
    property = make(&made, arena, block, texts->count < 2 ? "" : texts->at[1]);
    if (property != NULL)
        check_form(property);
    fuzz_require(make(&made, arena, texts->at[0], "true") == NULL ||
                 strncmp(texts->at[0], PREFIX, strlen(PREFIX)) == 0);
}

FUZZ_TARGET(input)
{
    struct arena arena = arena_init(ARENA_BYTES_MAX);
    char *block = fuzz_block(ROOM);
    struct texts texts;

    if (input.size <= ROOM / 4) {
        texts = split(input, &arena);
        check_any(&texts, &arena, block);
        check_list(&texts, &arena, block);
        check_text(texts.at[0], &arena, block);
    }
    free(block);
    arena_done(&arena);
}
