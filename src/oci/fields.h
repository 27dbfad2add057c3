/*
 * Field tables: what a JSON object of config.json may hold, where each value goes, and what becomes
 * of the rest. The same rows read the document and write it.
 *
 * A row is one key of an object. A table is the rows of one kind of object. The tables of
 * config.json are in fields.c, in the order of the specification; the walks over them are in
 * config.c.
 */
#pragma once

#include "oci/config.h"

#include <jansson.h>

/* Of a device: the kernel keeps 12 bits and 20 (include/linux/kdev_t.h), and takes a number of more
 * for that of another device. */
#define OCI_MAJOR_MAX ((1 << 12) - 1)
#define OCI_MINOR_MAX ((1 << 20) - 1)

enum oci_field_kind {
    OCI_FIELD_BOOL,       /* bool */
    OCI_FIELD_TEXT,       /* const char *; an empty text counts as absent */
    OCI_FIELD_U32,        /* uint32_t */
    OCI_FIELD_U64,        /* uint64_t */
    OCI_FIELD_NUMBER,     /* struct oci_number, between number_min and number_max */
    OCI_FIELD_TEXTS,      /* struct oci_texts: a list of texts */
    OCI_FIELD_IDS,        /* struct oci_ids: a list of numbers of 32 bits */
    OCI_FIELD_PAIRS,      /* struct oci_pairs: an object whose values are texts */
    OCI_FIELD_OBJECT,     /* an object with rows of its own, in the same struct; bool, with an
                           * offset: that it is there, even empty */
    OCI_FIELD_LIST,       /* struct oci_list: a list of objects with rows of their own */
    OCI_FIELD_MAP,        /* struct oci_list: an object whose values are objects with rows of their
                           * own; each key goes to the first member, a const char * */
    OCI_FIELD_NAMESPACES, /* struct oci_namespace[OCI_NAMESPACE_KINDS] */
    OCI_FIELD_CAPABILITIES, /* uint64_t: a list of capability names */
    OCI_FIELD_IGNORED,      /* has no meaning here, or none that the specification obliges to */
    OCI_FIELD_REFUSED,      /* must ask for nothing: null, false, "", [] or {} */
};

/* What every struct of a count and a pointer looks like (oci_mounts, oci_rlimits, …). */
struct oci_list {
    size_t count;
    const void *at;
};

struct oci_field {
    const char *name;
    enum oci_field_kind kind;
    bool is_required;
    size_t offset;                 /* of the value in the struct of the table */
    const struct oci_table *table; /* OBJECT, LIST, MAP: the rows inside */
    int64_t number_min;
    int64_t number_max;
};

struct oci_table {
    const struct oci_field *fields;
    size_t count;
    size_t size;    /* of the struct that an entry of a list becomes */
    bool is_closed; /* the keys are names of things: one that is in no row is refused */
};

/* A whole number of any size that config.json may have. */
struct oci_whole {
    bool is_negative;
    uint64_t magnitude;
};

/* A copy of a document in which no number overflows the library's integers: one above INT64_MAX is
 * a double of the same value, or is one above 2^64 where there is none. The caller frees it; NULL
 * without memory. */
char *oci_numbers_widen(struct bytes json, size_t *ret_size);

/* NULL, or what is wrong with a value that is no such number. UINT64_MAX is a double of 2^64. Pure.
 */
const char *oci_whole_read(const json_t *value, struct oci_whole *ret_whole);

/* The table of the whole document, for struct oci_config. */
extern const struct oci_table oci_config_table;

/* The table of linux.resources, whose offsets are those in struct oci_config; in
 * fields_resources.c. */
extern const struct oci_table oci_resources_table;

/* The names of the namespaces in config.json, by kind. */
extern const char *const oci_namespace_names[OCI_NAMESPACE_KINDS];

/* Reads the text of a document, within the limits of a config; the caller releases it. -EINVAL with
 * a sentence. */
int oci_fields_decode(struct bytes json, json_t **ret_document, struct err *err);

/* Reads a document by the tables into a config. On failure -EINVAL with a sentence that begins with
 * the place, and *ret_config is untouched. The document stays the caller's. */
int oci_fields_read(json_t *document, struct arena *arena, struct oci_config *ret_config,
                    struct err *err);

/* The same for a document that is the value of linux.resources. */
int oci_fields_read_resources(json_t *document, struct arena *arena,
                              struct oci_resources *ret_resources, struct err *err);
