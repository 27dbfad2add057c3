/* Headers below the transport. */
#include "capture/packet.h"

#define TYPE_IPV4 0x0800
#define TYPE_IPV6 0x86DD
#define TAGS_MAX 4       /* VLAN tags in a row */
#define EXTENSIONS_MAX 8 /* extension headers in a row */
#define NO_TYPE SIZE_MAX

#define IPV4_SIZE_MIN 20
#define IPV4_OFFSET_MASK 0x1FFF
#define IPV4_MORE 0x2000
#define IPV6_SIZE 40

#define EXTENSION_HOPS 0
#define EXTENSION_ROUTING 43
#define EXTENSION_FRAGMENT 44
#define EXTENSION_AUTHENTICATION 51
#define EXTENSION_DESTINATION 60

/* A kind of link layer: how large its header is, and where that says what follows. */
struct link {
    unsigned int number;
    size_t size;
    size_t type_at;
};

static const struct link links[] = {
    { 0, 4, NO_TYPE },   /* loopback of BSD: a number that differs between systems */
    { 1, 14, 12 },       /* Ethernet */
    { 12, 0, NO_TYPE },  /* raw IP, as pcap_datalink() has it on Linux */
    { 14, 0, NO_TYPE },  /* the same on OpenBSD */
    { 101, 0, NO_TYPE }, /* the same in files */
    { 108, 4, NO_TYPE }, /* loopback of OpenBSD */
    { 113, 16, 14 },     /* Linux cooked */
    { 228, 0, NO_TYPE }, /* raw IPv4 */
    { 229, 0, NO_TYPE }, /* raw IPv6 */
    { 276, 20, 0 },      /* Linux cooked, version 2 */
};

static bool is_tag(uint16_t type)
{
    return type == 0x8100 || type == 0x88A8 || type == 0x9100;
}

/* Reads what follows the header, over VLAN tags. */
static bool read_type(struct byte_reader *in, uint16_t type)
{
    for (unsigned int i = 0; i < TAGS_MAX && is_tag(type); i++) {
        if (!(read_skip(in, 2) && read_u16_be(in, &type)))
            return false;
    }
    return type == TYPE_IPV4 || type == TYPE_IPV6;
}

static bool read_link(struct byte_reader *in, const struct link *row)
{
    struct byte_reader header;
    uint16_t type;

    if (!byte_reader_split(in, row->size, &header))
        return false;
    if (row->type_at == NO_TYPE)
        return true;
    return read_skip(&header, row->type_at) && read_u16_be(&header, &type) && read_type(in, type);
}

bool capture_link_read(struct byte_reader *in, unsigned int link)
{
    for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        struct byte_reader at = *in;

        if (links[i].number != link)
            continue;
        if (!read_link(&at, &links[i]))
            return false;
        *in = at;
        return true;
    }
    return false;
}

static bool read_address(struct byte_reader *in, size_t size, struct capture_end *end)
{
    struct bytes address;

    if (!read_bytes(in, size, &address))
        return false;
    memcpy(end->address, address.at, size);
    return true;
}

/* The fixed part of a header; *ret_size: of the packet. */
static bool read_ipv4_header(struct byte_reader *in, struct capture_ip *ip, uint16_t *ret_size)
{
    uint16_t id;
    uint16_t place;

    if (!(read_skip(in, 2) && read_u16_be(in, ret_size) && read_u16_be(in, &id) &&
          read_u16_be(in, &place) && read_skip(in, 1) && read_u8(in, &ip->protocol) &&
          read_skip(in, 2) && read_address(in, 4, &ip->source) &&
          read_address(in, 4, &ip->destination)))
        return false;
    ip->fragment_id = id;
    ip->fragment_at = 8U * (place & IPV4_OFFSET_MASK);
    ip->is_last = (place & IPV4_MORE) == 0;
    ip->is_fragment = ip->fragment_at > 0 || !ip->is_last;
    return true;
}

static enum capture_outcome read_ipv4(struct byte_reader in, struct capture_ip *ip)
{
    struct bytes whole = byte_reader_rest(&in);
    size_t header_size = 4U * (whole.at[0] & 15U);
    uint16_t size;

    if (!read_ipv4_header(&in, ip, &size) || whole.size < header_size)
        return CAPTURE_CUT;
    if (size == 0) /* the network card would have filled it in */
        size = (uint16_t)(whole.size < UINT16_MAX ? whole.size : UINT16_MAX);
    if (header_size < IPV4_SIZE_MIN || size < header_size)
        return CAPTURE_MALFORMED;
    return bytes_part(whole, header_size, size - header_size, &ip->payload) ? CAPTURE_OK
                                                                            : CAPTURE_CUT;
}

/* How many octets the rest of an extension header takes, behind the two in front. */
static bool extension_size(uint8_t protocol, uint8_t length, size_t *ret_size)
{
    if (protocol == EXTENSION_AUTHENTICATION) { /* RFC 4302 section 2.2 */
        *ret_size = 4U * ((size_t)length + 2) - 2;
        return true;
    }
    *ret_size = 8U * ((size_t)length + 1) - 2;
    return protocol == EXTENSION_HOPS || protocol == EXTENSION_ROUTING ||
           protocol == EXTENSION_DESTINATION;
}

enum capture_outcome capture_extensions_read(struct byte_reader *in, uint8_t *protocol)
{
    struct byte_reader at = *in;
    uint8_t next = *protocol;

    for (unsigned int i = 0; i < EXTENSIONS_MAX; i++) {
        uint8_t follows;
        uint8_t length;
        size_t size;

        if (!extension_size(next, 0, &size)) {
            *in = at;
            *protocol = next;
            return CAPTURE_OK;
        }
        if (!(read_u8(&at, &follows) && read_u8(&at, &length)))
            return CAPTURE_CUT;
        (void)extension_size(next, length, &size);
        if (!read_skip(&at, size))
            return CAPTURE_CUT;
        next = follows;
    }
    return CAPTURE_MALFORMED;
}

/* The fragment header, if there is one: RFC 8200 section 4.5. */
static enum capture_outcome read_fragment(struct byte_reader *in, struct capture_ip *ip)
{
    uint16_t place;

    if (ip->protocol != EXTENSION_FRAGMENT)
        return CAPTURE_OK;
    if (!(read_u8(in, &ip->protocol) && read_skip(in, 1) && read_u16_be(in, &place) &&
          read_u32_be(in, &ip->fragment_id)))
        return CAPTURE_CUT;
    ip->fragment_at = place & 0xFFF8U;
    ip->is_last = (place & 1) == 0;
    ip->is_fragment = ip->fragment_at > 0 || !ip->is_last;
    /* A fragment that is the whole (RFC 6946) goes on like any packet. */
    return ip->is_fragment ? CAPTURE_OK : capture_extensions_read(in, &ip->protocol);
}

static enum capture_outcome read_ipv6(struct byte_reader in, struct capture_ip *ip)
{
    enum capture_outcome outcome;
    struct byte_reader payload;
    uint16_t size;

    if (!(read_skip(&in, 4) && read_u16_be(&in, &size) && read_u8(&in, &ip->protocol) &&
          read_skip(&in, 1) && read_address(&in, CAPTURE_ADDRESS_SIZE, &ip->source) &&
          read_address(&in, CAPTURE_ADDRESS_SIZE, &ip->destination)))
        return CAPTURE_CUT;
    /* A size of zero: as in IPv4, or a jumbo payload. */
    if (!byte_reader_split(&in, size == 0 ? byte_reader_left(&in) : size, &payload))
        return CAPTURE_CUT;
    outcome = capture_extensions_read(&payload, &ip->protocol);
    if (outcome == CAPTURE_OK)
        outcome = read_fragment(&payload, ip);
    ip->payload = byte_reader_rest(&payload);
    return outcome;
}

enum capture_outcome capture_ip_read(struct bytes octets, struct capture_ip *ret_ip)
{
    struct byte_reader in = byte_reader_init(octets);
    struct capture_ip ip = { .is_last = true };
    enum capture_outcome outcome;

    if (octets.size == 0)
        return CAPTURE_CUT;
    ip.version = octets.at[0] >> 4;
    if (ip.version != 4 && ip.version != 6)
        return CAPTURE_OTHER;
    outcome = ip.version == 4 ? read_ipv4(in, &ip) : read_ipv6(in, &ip);
    if (outcome == CAPTURE_OK)
        *ret_ip = ip;
    return outcome;
}
