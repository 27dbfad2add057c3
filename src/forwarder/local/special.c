/* A table of zones; those that differ in one number only are one row. */
#include "forwarder/local/special.h"

#include "base/require.h"
#include "dns/code.h"
#include "dns/rrtype.h"

#define ZEROES "0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"
#define LOOPBACK4 "1.0.0.127.in-addr.arpa"
#define LOOPBACK6 "1." ZEROES ".ip6.arpa"

static const struct row {
    const char *name;
    unsigned int from; /* with `to` above 0: numbers that stand before the name, as labels */
    unsigned int to;
    enum forwarder_zone zone;
    bool is_private;
} rows[] = {
    { "localhost", 0, 0, FORWARDER_ZONE_LOCALHOST, false },
    { "test", 0, 0, FORWARDER_ZONE_EMPTY, false },
    { "invalid", 0, 0, FORWARDER_ZONE_MISSING, false },
    { "onion", 0, 0, FORWARDER_ZONE_MISSING, false },
    { "home.arpa", 0, 0, FORWARDER_ZONE_EMPTY, false },
    { "resolver.arpa", 0, 0, FORWARDER_ZONE_NODATA, false },
    { "10.in-addr.arpa", 0, 0, FORWARDER_ZONE_EMPTY, true },
    { "172.in-addr.arpa", 16, 31, FORWARDER_ZONE_EMPTY, true },
    { "168.192.in-addr.arpa", 0, 0, FORWARDER_ZONE_EMPTY, true },
    { "100.in-addr.arpa", 64, 127, FORWARDER_ZONE_EMPTY, true },
    { "254.169.in-addr.arpa", 0, 0, FORWARDER_ZONE_EMPTY, true },
    { "d.f.ip6.arpa", 0, 0, FORWARDER_ZONE_EMPTY, true },
    { "8.e.f.ip6.arpa", 0, 0, FORWARDER_ZONE_EMPTY, true },
    { "9.e.f.ip6.arpa", 0, 0, FORWARDER_ZONE_EMPTY, true },
    { "a.e.f.ip6.arpa", 0, 0, FORWARDER_ZONE_EMPTY, true },
    { "b.e.f.ip6.arpa", 0, 0, FORWARDER_ZONE_EMPTY, true },
    { "0.in-addr.arpa", 0, 0, FORWARDER_ZONE_EMPTY, false },
    { "127.in-addr.arpa", 0, 0, FORWARDER_ZONE_EMPTY, false },
    { "2.0.192.in-addr.arpa", 0, 0, FORWARDER_ZONE_EMPTY, false },
    { "100.51.198.in-addr.arpa", 0, 0, FORWARDER_ZONE_EMPTY, false },
    { "113.0.203.in-addr.arpa", 0, 0, FORWARDER_ZONE_EMPTY, false },
    { "255.255.255.255.in-addr.arpa", 0, 0, FORWARDER_ZONE_EMPTY, false },
    { "0." ZEROES ".ip6.arpa", 0, 0, FORWARDER_ZONE_EMPTY, false },
    { LOOPBACK6, 0, 0, FORWARDER_ZONE_EMPTY, false },
    { "8.b.d.0.1.0.0.2.ip6.arpa", 0, 0, FORWARDER_ZONE_EMPTY, false },
};

/* Whether a name is another one or below it. */
static bool is_below(const struct dns_name *name, const struct dns_name *above)
{
    struct dns_name rest = *name;

    while (rest.size > above->size) {
        size_t label = rest.octets[0] + (size_t)1;

        rest.size -= (uint8_t)label;
        memmove(rest.octets, rest.octets + label, rest.size);
    }
    return dns_name_equal(&rest, above);
}

static bool is_forwarded(const struct forwarder_special *special, const struct dns_name *name)
{
    for (size_t i = 0; i < special->forwarded_count; i++)
        if (is_below(name, &special->forwarded[i]))
            return true;
    return false;
}

static struct dns_name name_of(const char *text)
{
    struct dns_name name;

    REQUIRE(dns_name_parse(bytes_of_text(text), &name).status == DNS_OK);
    return name;
}

static enum forwarder_build_status add_zone(struct forwarder_build *build,
                                            const struct forwarder_special *special,
                                            const char *text, enum forwarder_zone zone)
{
    struct dns_name name = name_of(text);

    return is_forwarded(special, &name) ? FORWARDER_BUILD_OK
                                        : forwarder_build_zone(build, &name, zone);
}

/* Adds the zones of a row. */
static enum forwarder_build_status add_row(struct forwarder_build *build,
                                           const struct forwarder_special *special,
                                           const struct row *row)
{
    enum forwarder_build_status status = FORWARDER_BUILD_OK;
    char block[DNS_NAME_TEXT_MAX];

    if (row->is_private && special->forwards_private)
        return FORWARDER_BUILD_OK;
    if (row->to == 0)
        return add_zone(build, special, row->name, row->zone);
    for (unsigned int i = row->from; i <= row->to && status == FORWARDER_BUILD_OK; i++) {
        struct text text = text_init(block, sizeof(block));

        REQUIRE(text_append_decimal(&text, i, 0));
        REQUIRE(text_append_char(&text, '.'));
        REQUIRE(text_append(&text, row->name));
        status = add_zone(build, special, text.at, row->zone);
    }
    return status;
}

/* The name of an address of loopback. */
static enum forwarder_build_status add_loopback(struct forwarder_build *build,
                                                const struct forwarder_special *special,
                                                const char *reverse)
{
    struct dns_name localhost = name_of("localhost");
    struct dns_rr_text record = {
        .owner = name_of(reverse),
        .ttl_s = FORWARDER_LOCAL_ZONE_TTL_S,
        .type = DNS_TYPE_PTR,
        .class = DNS_CLASS_IN,
        .rdata = dns_name_bytes(&localhost),
    };

    return is_forwarded(special, &record.owner) ? FORWARDER_BUILD_OK
                                                : forwarder_build_record(build, &record);
}

enum forwarder_build_status forwarder_build_special(struct forwarder_build *build,
                                                    const struct forwarder_special *special)
{
    enum forwarder_build_status status = FORWARDER_BUILD_OK;
    struct dns_name localhost = name_of("localhost");

    for (size_t i = 0; i < special->forwarded_count && status == FORWARDER_BUILD_OK; i++) {
        if (is_below(&special->forwarded[i], &localhost))
            return FORWARDER_BUILD_LOCALHOST;
        status = forwarder_build_zone(build, &special->forwarded[i], FORWARDER_ZONE_FORWARD);
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && status == FORWARDER_BUILD_OK; i++)
        status = add_row(build, special, &rows[i]);
    if (status == FORWARDER_BUILD_OK)
        status = add_loopback(build, special, LOOPBACK4);
    if (status == FORWARDER_BUILD_OK)
        status = add_loopback(build, special, LOOPBACK6);
    return status;
}
