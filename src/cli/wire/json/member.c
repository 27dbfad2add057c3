/* Members of a JSON object by name and type. */
#include "cli/wire/json/member.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

static const json_t *member_of(const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);

    return json_is_null(member) ? NULL : member;
}

int wire_json_number(const json_t *object, const char *name, uint32_t max, uint32_t *ret_number,
                     struct err *err)
{
    const json_t *member = member_of(object, name);
    json_int_t number = json_is_true(member) ? 1 : json_integer_value(member);

    if (member == NULL)
        return 0;
    if (!json_is_integer(member) && !(json_is_boolean(member) && max == 1))
        return err_set(err, -EINVAL, "%s: is no whole number", name);
    if (number < 0 || number > max)
        return err_set(err, -EINVAL, "%s: is not between 0 and %lu", name, (unsigned long)max);
    *ret_number = (uint32_t)number;
    return 1;
}

int wire_json_text(const json_t *object, const char *name, struct bytes *ret_text, struct err *err)
{
    const json_t *member = member_of(object, name);

    if (member == NULL)
        return 0;
    if (!json_is_string(member))
        return err_set(err, -EINVAL, "%s: is no text", name);
    *ret_text = bytes_of(json_string_value(member), json_string_length(member));
    return 1;
}

int wire_json_name(const json_t *object, const char *name, struct dns_name *ret_name,
                   struct err *err)
{
    struct bytes text = { NULL, 0 };
    struct dns_verdict verdict;
    int number = wire_json_text(object, name, &text, err);

    if (number <= 0)
        return number;
    verdict = dns_name_parse(text, ret_name);
    if (verdict.status != DNS_OK)
        return err_set(err, -EINVAL, "%s: %s, at character %zu", name,
                       dns_status_text(verdict.status), verdict.offset + 1);
    return 1;
}

static int digit_of(uint8_t character)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = character == '\0' ? NULL : strchr(digits, character);

    return at == NULL ? -1 : (int)(at - digits) % 16;
}

int wire_json_hex(const json_t *object, const char *name, struct byte_writer *out,
                  struct bytes *ret_octets, struct err *err)
{
    size_t start = out->position;
    struct bytes text = { NULL, 0 };
    int number = wire_json_text(object, name, &text, err);

    if (number <= 0)
        return number;
    for (size_t i = 0; i < text.size; i += 2) {
        int high = digit_of(text.at[i]);
        int low = i + 1 < text.size ? digit_of(text.at[i + 1]) : -1;

        if (high < 0 || low < 0)
            return err_set(err, -EINVAL, "%s: character %zu does not begin two hexadecimal digits",
                           name, i + 1);
        if (!write_u8(out, (uint8_t)(high << 4 | low)))
            return err_set(err, -EINVAL, "%s: there are too many octets", name);
    }
    *ret_octets = bytes_of(out->base + start, out->position - start);
    return 1;
}

int wire_json_part(const json_t *object, const char *name, json_type type, const json_t **ret_part,
                   struct err *err)
{
    const json_t *member = member_of(object, name);

    if (member == NULL)
        return 0;
    if (json_typeof(member) != type)
        return err_set(err, -EINVAL, "%s: is no %s", name, type == JSON_ARRAY ? "list" : "object");
    *ret_part = member;
    return 1;
}

int wire_json_code(const json_t *object, const char *name,
                   bool (*parse)(struct bytes text, uint16_t *ret_code), uint16_t *ret_code,
                   struct err *err)
{
    char block[32];
    struct text member = text_init(block, sizeof(block));
    uint32_t value = 0;
    uint16_t code = 0;
    struct bytes text = { NULL, 0 };
    int has_number = wire_json_number(object, name, UINT16_MAX, &value, err);
    int has_text;

    (void)(text_append(&member, name) && text_append(&member, "name"));
    if (has_number < 0)
        return has_number;
    has_text = wire_json_text(object, member.at, &text, err);
    if (has_text < 0)
        return has_text;
    if (has_text > 0 && !parse(text, &code))
        return err_set(err, -EINVAL, "%s: is not known", member.at);
    if (has_number > 0 && has_text > 0 && code != value)
        return err_set(err, -EINVAL, "%s and %s say different things: leave one out", name,
                       member.at);
    if (has_number + has_text > 0)
        *ret_code = has_number > 0 ? (uint16_t)value : code;
    return has_number + has_text > 0;
}
