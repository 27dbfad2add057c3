/*
 * The check of service parameters. Keys rise, so the mandatory keys, which rise too, are found in
 * the same pass: each key that is passed is the next mandatory one, or smaller than it.
 */
#include "dns/field_param.h"

#define HEAD_SIZE 4 /* key, and octets of the value */

static inline unsigned int u16_at(const uint8_t *octets)
{
    return (unsigned int)octets[0] << 8 | octets[1];
}

/* The parameter at the cursor, which stays; false where there is no whole one. */
static inline bool peek(const struct byte_reader *in, struct dns_param *ret_param)
{
    const uint8_t *head = in->base + in->position;
    size_t left = byte_reader_left(in);

    if (left < HEAD_SIZE || left - HEAD_SIZE < u16_at(head + 2))
        return false;
    *ret_param = (struct dns_param){ .key = (uint16_t)u16_at(head),
                                     .value = bytes_of(head + HEAD_SIZE, u16_at(head + 2)) };
    return true;
}

bool dns_param_read(struct byte_reader *in, struct dns_param *ret_param)
{
    if (!peek(in, ret_param))
        return false;
    in->position += HEAD_SIZE + ret_param->value.size;
    return true;
}

static bool is_multiple(struct bytes value, size_t size)
{
    return value.size > 0 && value.size % size == 0;
}

/* Keys that rise, of which the first is not `mandatory` itself. */
static bool is_mandatory(struct bytes value)
{
    unsigned int previous = DNS_PARAM_MANDATORY;

    for (size_t i = 0; i + 1 < value.size; i += 2) {
        unsigned int key = u16_at(value.at + i);

        if (key <= previous)
            return false;
        previous = key;
    }
    return is_multiple(value, 2);
}

/* Protocol identifiers with a length octet in front, none of them empty. */
static bool is_alpn(struct bytes value)
{
    size_t at = 0;

    while (at < value.size && value.at[at] != 0 && value.size - at > value.at[at])
        at += 1U + value.at[at];
    return value.size > 0 && at == value.size;
}

static bool is_empty(struct bytes value)
{
    return value.size == 0;
}

static bool is_port(struct bytes value)
{
    return value.size == 2;
}

static bool is_ipv4hint(struct bytes value)
{
    return is_multiple(value, 4);
}

static bool is_ipv6hint(struct bytes value)
{
    return is_multiple(value, 16);
}

static bool (*const checks[DNS_PARAMS_KNOWN])(struct bytes value) = {
    [DNS_PARAM_MANDATORY] = is_mandatory,   [DNS_PARAM_ALPN] = is_alpn,
    [DNS_PARAM_NO_DEFAULT_ALPN] = is_empty, [DNS_PARAM_PORT] = is_port,
    [DNS_PARAM_IPV4HINT] = is_ipv4hint,     [DNS_PARAM_IPV6HINT] = is_ipv6hint,
    [DNS_PARAM_OHTTP] = is_empty,
};

static bool is_value_of(const struct dns_param *param)
{
    return param->key >= DNS_PARAMS_KNOWN || checks[param->key] == NULL ||
           checks[param->key](param->value);
}

/* What the parameters that were passed ask of those to come. */
struct expectation {
    uint32_t key_min;             /* the least key that the next may have */
    bool has_alpn;                /* whether alpn was passed */
    struct byte_reader mandatory; /* keys that must still come */
};

/* Whether a key may come now; what it was expected for is fulfilled. */
static enum dns_status meet(struct expectation *expected, uint16_t key)
{
    struct byte_reader mandatory = expected->mandatory;
    uint16_t wanted;

    if (key < expected->key_min)
        return DNS_PARAM_ORDER;
    expected->key_min = key + 1U;
    if (read_u16_be(&mandatory, &wanted) && wanted <= key) {
        if (wanted < key)
            return DNS_PARAM_MANDATORY_MISSING;
        expected->mandatory = mandatory;
    }
    if (key == DNS_PARAM_ALPN)
        expected->has_alpn = true;
    if (key == DNS_PARAM_NO_DEFAULT_ALPN && !expected->has_alpn)
        return DNS_PARAM_ALPN_MISSING;
    return DNS_OK;
}

enum dns_status dns_params_check(struct byte_reader *in)
{
    struct expectation expected = { 0 };

    while (!byte_reader_is_done(in)) {
        struct dns_param param;
        enum dns_status status;

        if (!peek(in, &param))
            return DNS_PARAM_TRUNCATED;
        status = meet(&expected, param.key);
        if (status != DNS_OK)
            return status;
        if (!is_value_of(&param))
            return DNS_PARAM_VALUE;
        if (param.key == DNS_PARAM_MANDATORY)
            expected.mandatory = byte_reader_init(param.value);
        in->position += HEAD_SIZE + param.value.size;
    }
    return byte_reader_is_done(&expected.mandatory) ? DNS_OK : DNS_PARAM_MANDATORY_MISSING;
}
