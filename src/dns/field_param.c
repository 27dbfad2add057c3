/*
 * The check of service parameters. Keys rise, so the mandatory keys, which rise too, are found in
 * the same pass: each key that is passed is the next mandatory one, or smaller than it.
 */
#include "dns/field_param.h"

#include "dns/utf8.h"

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

/* What is in a list of configurations, and whether it is one, is for TLS to say (RFC 9848 section
 * 3). */
static bool is_any(struct bytes value)
{
    (void)value;
    return true;
}

static bool is_dns(struct bytes variable)
{
    struct bytes name = bytes_of_text("dns");

    return bytes_has_prefix(variable, name) &&
           (variable.size == name.size || variable.at[name.size] == ':' ||
            variable.at[name.size] == '*');
}

/* Whether an expression of a template, without its braces, has the variable `dns`: a list, with a
 * character in front that says how it is put in. RFC 6570 section 2.2. */
static bool has_dns(struct bytes expression)
{
    static const char operators[] = "+#./;?&";
    size_t at = 0;

    if (expression.size > 0 && memchr(operators, expression.at[0], sizeof(operators) - 1) != NULL)
        at = 1;
    while (at < expression.size) {
        const uint8_t *start = expression.at + at;
        const uint8_t *comma = memchr(start, ',', expression.size - at);
        size_t size = comma == NULL ? expression.size - at : (size_t)(comma - start);

        if (is_dns(bytes_of(start, size)))
            return true;
        at += size + 1;
    }
    return false;
}

/* A template of a path with the variable `dns`. RFC 9461 section 5, RFC 8484 section 4.1.1. */
static bool is_dohpath(struct bytes value)
{
    size_t open = value.size; /* where the expression begins; behind the end: outside of one */

    if (value.size == 0 || value.at[0] != '/' || !dns_utf8_is_valid(value))
        return false;
    for (size_t i = 0; i < value.size; i++) {
        if (value.at[i] == '{') {
            open = i + 1;
        } else if (value.at[i] == '}') {
            if (open <= i && has_dns(bytes_of(value.at + open, i - open)))
                return true;
            open = value.size;
        }
    }
    return false;
}

static unsigned int group_at(struct bytes value, size_t at)
{
    return (unsigned int)value.at[at] << 8 | value.at[at + 1];
}

/* Whether a group of those that have these upper five bits is there twice. */
static bool has_twice(struct bytes value, unsigned int upper)
{
    uint64_t seen[32] = { 0 };

    for (size_t i = 0; i < value.size; i += 2) {
        unsigned int group = group_at(value, i);
        uint64_t bit = (uint64_t)1 << (group & 63U);

        if (group >> 11 != upper)
            continue;
        if ((seen[group >> 6 & 31U] & bit) != 0)
            return true;
        seen[group >> 6 & 31U] |= bit;
    }
    return false;
}

/* Groups of TLS, none of them twice. What is looked at again are only those groups that share their
 * upper five bits with another, so little room is needed, and time stays linear. */
static bool is_groups(struct bytes value)
{
    uint32_t once = 0;
    uint32_t often = 0;

    if (!is_multiple(value, 2))
        return false;
    for (size_t i = 0; i < value.size; i += 2) {
        uint32_t bit = (uint32_t)1 << (group_at(value, i) >> 11);

        often |= once & bit;
        once |= bit;
    }
    for (unsigned int upper = 0; upper < 32; upper++) {
        if ((often >> upper & 1U) != 0 && has_twice(value, upper))
            return false;
    }
    return true;
}

/* Segments of a path, of which the root has none. */
static bool is_docpath(struct bytes value)
{
    return value.size == 0 || is_alpn(value);
}

static bool (*const checks[DNS_PARAMS_KNOWN])(struct bytes value) = {
    [DNS_PARAM_MANDATORY] = is_mandatory,
    [DNS_PARAM_ALPN] = is_alpn,
    [DNS_PARAM_NO_DEFAULT_ALPN] = is_empty,
    [DNS_PARAM_PORT] = is_port,
    [DNS_PARAM_IPV4HINT] = is_ipv4hint,
    [DNS_PARAM_IPV6HINT] = is_ipv6hint,
    [DNS_PARAM_ECH] = is_any,
    [DNS_PARAM_DOHPATH] = is_dohpath,
    [DNS_PARAM_OHTTP] = is_empty,
    [DNS_PARAM_TLS_SUPPORTED_GROUPS] = is_groups,
    [DNS_PARAM_DOCPATH] = is_docpath,
    [DNS_PARAM_PVD] = is_empty,
};

static bool is_value_of(const struct dns_param *param)
{
    return param->key >= DNS_PARAMS_KNOWN || checks[param->key](param->value);
}

/* What the parameters that were passed ask of those to come. */
struct expectation {
    uint32_t key_min;             /* the least key that the next may have */
    bool is_alias;                /* they ask for nothing else */
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
    if (key == DNS_PARAM_NO_DEFAULT_ALPN && !expected->has_alpn && !expected->is_alias)
        return DNS_PARAM_ALPN_MISSING;
    return DNS_OK;
}

enum dns_status dns_params_check(uint16_t priority, struct byte_reader *in)
{
    struct expectation expected = { .is_alias = priority == 0 };

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
        if (param.key == DNS_PARAM_MANDATORY && !expected.is_alias)
            expected.mandatory = byte_reader_init(param.value);
        in->position += HEAD_SIZE + param.value.size;
    }
    return byte_reader_is_done(&expected.mandatory) ? DNS_OK : DNS_PARAM_MANDATORY_MISSING;
}
