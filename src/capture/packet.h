/*
 * One captured frame: its link layer, and the IP packet inside.
 *
 *     struct byte_reader in = byte_reader_init(frame);
 *     struct capture_ip ip;
 *     if (capture_link_read(&in, link))
 *         outcome = capture_ip_read(byte_reader_rest(&in), &ip);
 *
 * Checksums are not looked at: a machine that captures its own packets often sees them before they
 * are computed. Pure; any thread; views live as long as the frame. IEEE 802.3 and 802.1Q; RFC 791,
 * 8200.
 */
#pragma once

#include "base/byte_reader.h"

/* Why a frame gives nothing. */
enum capture_outcome {
    CAPTURE_OK,
    CAPTURE_OTHER,     /* it is of another protocol */
    CAPTURE_CUT,       /* its end was not captured */
    CAPTURE_MALFORMED, /* its headers cannot be */
};

#define CAPTURE_ADDRESS_SIZE 16
#define CAPTURE_PROTOCOL_TCP 6
#define CAPTURE_PROTOCOL_UDP 17

/* Where a packet comes from or goes to. */
struct capture_end {
    uint8_t address[CAPTURE_ADDRESS_SIZE]; /* of IPv4: the first four, and then zeroes */
    uint16_t port;                         /* 0 until the transport's header is read */
};

/* An IP packet without its headers, or a fragment of one. */
struct capture_ip {
    unsigned int version; /* 4 or 6 */
    struct capture_end source;
    struct capture_end destination;
    uint8_t protocol; /* of the payload; of a fragment of IPv6, of what begins the whole */
    bool is_fragment;
    bool is_last;         /* of the fragments */
    uint32_t fragment_id; /* the same in all fragments of a packet */
    uint32_t fragment_at; /* where its octets stand in the whole, in octets */
    struct bytes payload;
};

/* Moves over the header of the link layer, with VLAN tags. `link` is the number of its kind, as
 * pcap_datalink() has it: Ethernet, Linux cooked (1 and 2), loopback, raw IP. False, and nothing
 * moved, where it is of another kind, cut, or does not carry IP. */
bool capture_link_read(struct byte_reader *in, unsigned int link);

/* Reads the IP packet at the start of the octets (behind its end there may be padding). Anything
 * but CAPTURE_OK leaves *ret_ip untouched. */
enum capture_outcome capture_ip_read(struct bytes octets, struct capture_ip *ret_ip);

/* Moves over extension headers of IPv6 up to one that is none, or to a fragment's, and sets
 * *protocol to what follows. Anything but CAPTURE_OK changes nothing. */
enum capture_outcome capture_extensions_read(struct byte_reader *in, uint8_t *protocol);
