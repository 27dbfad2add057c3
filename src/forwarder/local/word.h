/*
 * Words of a line, and the names and addresses that they are: what hosts files and block lists have
 * in common. Pure; any thread.
 */
#pragma once

#include "dns/name.h"

/* The line without the blanks around it, and without a carriage return at its end. */
struct bytes forwarder_word_trim(struct bytes line);

/* The next word, up to a blank; `line` is moved behind it. False at the end of the line, which a
 * word that begins with # or ; is too. */
bool forwarder_word_next(struct bytes *line, struct bytes *ret_word);

/* Reads the name of a host: labels of letters, digits, hyphens and underscores, a dot at the end or
 * none; the last label is not all digits, since then it is an address. In small letters. */
bool forwarder_word_name(struct bytes word, struct dns_name *ret_name);

/* An IP address. */
struct forwarder_word_address {
    uint8_t size; /* 4 or 16 */
    uint8_t octets[16];
};

/* Reads an IPv4 or IPv6 address, without a scope. */
bool forwarder_word_address(struct bytes word, struct forwarder_word_address *ret_address);

/* Whether a word is a name that hosts files have for this machine or its network, and nobody
 * blocks: localhost, broadcasthost, ip6-allnodes and the like. */
bool forwarder_word_is_usual(struct bytes word);
