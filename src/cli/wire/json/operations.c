/* The TLVs of stateful operations as JSON. */
#include "cli/wire/json/operations.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "cli/wire/json/document.h"
#include "cli/wire/json/member.h"
#include "dns/dso.h"
#include "dns/text.h"

#include <errno.h>

static bool add_number(json_t *object, const char *name, size_t number)
{
    return json_object_set_new(object, name, json_integer((json_int_t)number)) == 0;
}

static bool add_text(json_t *object, const char *name, const char *text)
{
    return json_object_set_new(object, name, json_string(text)) == 0;
}

/* The changes of a PUSH as texts; `block`: DNS_PART_TEXT_MAX octets. */
static bool add_changes(json_t *entry, const struct dns_dso_tlv *tlv, char *block)
{
    struct byte_reader in = tlv->octets;
    CLEANUP(wire_json_release) json_t *list = json_array();
    struct dns_rr change;

    if (tlv->type != DNS_DSO_PUSH || dns_dso_check(tlv, DNS_DSO_UNIDIRECTIONAL).status != DNS_OK)
        return true;
    while (dns_rr_read(&in, &change).status == DNS_OK) {
        struct text text = text_init(block, DNS_PART_TEXT_MAX);
        bool complete = dns_dso_change_format(&change, &text);

        REQUIRE(complete);
        if (json_array_append_new(list, json_string(text.at)) < 0)
            return false;
    }
    return json_object_set(entry, "changes", list) == 0;
}

static bool add_octets(json_t *entry, struct bytes octets, char *block)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < octets.size; i++) {
        block[2 * i] = digits[octets.at[i] >> 4];
        block[2 * i + 1] = digits[octets.at[i] & 15];
    }
    block[2 * octets.size] = '\0';
    return add_number(entry, "LENGTH", octets.size) && add_text(entry, "DATAHEX", block);
}

static bool add_tlv(json_t *list, const struct dns_dso_tlv *tlv, char *block)
{
    json_t *entry = json_object();
    const char *name = dns_dso_name(tlv->type);
    struct text text;
    bool complete;

    if (json_array_append_new(list, entry) < 0 || !add_number(entry, "TYPE", tlv->type) ||
        (name != NULL && !add_text(entry, "TYPEname", name)) ||
        !add_octets(entry, byte_reader_rest(&tlv->octets), block))
        return false;
    text = text_init(block, DNS_PART_TEXT_MAX);
    complete = dns_dso_format(tlv, &text);
    REQUIRE(complete);
    return add_text(entry, "text", text.at) && add_changes(entry, tlv, block);
}

bool wire_json_write_tlvs(json_t *object, const struct dns_message *message)
{
    struct byte_reader tlvs = dns_dso_tlvs(message);
    CLEANUP(free_pointer) char *block = NULL;
    CLEANUP(wire_json_release) json_t *list = NULL;
    struct dns_dso_tlv tlv;

    if (byte_reader_is_done(&tlvs))
        return true;
    block = malloc(DNS_PART_TEXT_MAX);
    list = json_array();
    while (block != NULL && dns_dso_next(&tlvs, &tlv)) {
        if (!add_tlv(list, &tlv, block))
            return false;
    }
    return block != NULL && json_object_set(object, "dsoTLVs", list) == 0;
}

static int read_tlv(const json_t *entry, struct byte_writer *out, struct err *err)
{
    uint32_t type = 0;
    struct bytes octets = { NULL, 0 };
    int found = wire_json_number(entry, "TYPE", UINT16_MAX, &type, err);
    size_t start;

    if (found == 0)
        return err_set(err, -EINVAL, "TYPE: is missing");
    if (found < 0)
        return found;
    if (!write_u16_be(out, (uint16_t)type) || !write_u16_be(out, 0))
        return err_set(err, -EINVAL, "the message has more than 65535 octets");
    start = out->position;
    found = wire_json_hex(entry, "DATAHEX", out, &octets, err);
    if (found >= 0)
        byte_writer_patch_u16_be(out, start - 2, (uint16_t)octets.size);
    return found;
}

int wire_json_read_tlvs(const json_t *object, struct byte_writer *out, struct err *err)
{
    const json_t *list = NULL;
    int found = wire_json_part(object, "dsoTLVs", JSON_ARRAY, &list, err);

    for (size_t i = 0; found > 0 && i < json_array_size(list); i++) {
        if (read_tlv(json_array_get(list, i), out, err) < 0)
            return err_prefix(err, "dsoTLVs[%zu]", i);
    }
    return found;
}
