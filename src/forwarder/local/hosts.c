/* hosts(5): an address, and the names that have it; the first one is the address's. */
#include "forwarder/local/list.h"

#include "base/require.h"
#include "dns/code.h"
#include "dns/rrtype.h"
#include "forwarder/local/word.h"

/* Appends a label of one or more characters to the text of a name. */
static void add_label(struct text *text, uint64_t number, bool is_hexadecimal)
{
    static const char digits[] = "0123456789abcdef";

    if (is_hexadecimal)
        REQUIRE(text_append_char(text, digits[number % 16]));
    else
        REQUIRE(text_append_decimal(text, number, 0));
    REQUIRE(text_append_char(text, '.'));
}

/* The name of an address in the tree of addresses (RFC 1035 section 3.5, RFC 3596 section 2.5). */
static struct dns_name reverse_of(const struct forwarder_word_address *address)
{
    char block[80];
    struct text text = text_init(block, sizeof(block));
    struct dns_name name;

    for (size_t i = address->size; i > 0; i--) {
        uint8_t octet = address->octets[i - 1];

        add_label(&text, octet, address->size == 16);
        if (address->size == 16)
            add_label(&text, octet >> 4, true);
    }
    REQUIRE(text_append(&text, address->size == 16 ? "ip6.arpa" : "in-addr.arpa"));
    REQUIRE(dns_name_parse(text_bytes(&text), &name).status == DNS_OK);
    return name;
}

/* Adds a record; one that cannot be added is the line's fault, unless there is no room at all. */
static bool add(struct forwarder_list *list, const struct dns_rr_text *record)
{
    enum forwarder_build_status status = forwarder_build_record(list->build, record);

    if (status == FORWARDER_BUILD_NO_MEMORY || status == FORWARDER_BUILD_FULL)
        list->status = status;
    /* Names of localhost have their addresses without it. */
    return status == FORWARDER_BUILD_OK || status == FORWARDER_BUILD_LOCALHOST;
}

/* Adds a name with its address. */
static bool add_host(struct forwarder_list *list, const struct dns_name *name,
                     const struct forwarder_word_address *address)
{
    struct dns_rr_text record = {
        .owner = *name,
        .ttl_s = FORWARDER_LOCAL_TTL_S,
        .type = address->size == 4 ? DNS_TYPE_A : DNS_TYPE_AAAA,
        .class = DNS_CLASS_IN,
        .rdata = bytes_of(address->octets, address->size),
    };

    return add(list, &record);
}

/* Gives an address its name, if it has none. */
static bool add_reverse(struct forwarder_list *list, const struct dns_name *name,
                        const struct forwarder_word_address *address)
{
    struct dns_rr_text record = {
        .owner = reverse_of(address),
        .ttl_s = FORWARDER_LOCAL_TTL_S,
        .type = DNS_TYPE_PTR,
        .class = DNS_CLASS_IN,
        .rdata = dns_name_bytes(name),
    };

    return forwarder_build_has(list->build, &record.owner, DNS_TYPE_PTR) || add(list, &record);
}

enum forwarder_list_line forwarder_list_read_hosts(struct forwarder_list *list, struct bytes line)
{
    struct forwarder_word_address address;
    struct bytes word;
    struct dns_name name;
    bool is_right = true;
    unsigned int names = 0;

    if (!forwarder_word_next(&line, &word))
        return FORWARDER_LINE_EMPTY;
    if (!forwarder_word_address(word, &address))
        return FORWARDER_LINE_WRONG;
    while (list->status == FORWARDER_BUILD_OK && forwarder_word_next(&line, &word)) {
        if (!forwarder_word_name(word, &name)) {
            is_right = false;
            continue;
        }
        is_right = add_host(list, &name, &address) && is_right;
        if (names == 0)
            is_right = add_reverse(list, &name, &address) && is_right;
        names += 1;
    }
    return is_right && names > 0 ? FORWARDER_LINE_USED : FORWARDER_LINE_WRONG;
}
