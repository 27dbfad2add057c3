/*
 * DNS messages made from the tables that the codec itself walks (dns/rrtype.def, dns/field.def):
 * every type with every field at the edges of its length, every EDNS option and service parameter,
 * names of every shape, compressed in every way. A message is named by its number: the same seed
 * and kind give the same octets on every machine.
 *
 *     uint8_t block[DNS_GENERATE_SIZE_MAX];
 *     struct bytes wire = bytes_of(block, dns_generate(7, DNS_GENERATE_VALID, block,
 *                                                      sizeof(block)));
 *
 * Pure; any thread; nothing is allocated.
 */
#pragma once

#include "fuzz/dns/random.h"

/* Room for any message that is made: one octet more than a message may have. */
#define DNS_GENERATE_SIZE_MAX 65536

enum dns_generate_kind {
    DNS_GENERATE_VALID, /* well formed: both verdicts of dns/message.h accept it */
    DNS_GENERATE_FAULT, /* well formed but for one fault in its framing, a name or a field: one of
                         * the verdicts refuses it, but for few that mean something else by it */
    DNS_GENERATE_WILD,  /* each part of it may be wrong, and octets are written over */
    DNS_GENERATE_KINDS, /* how many there are */
};

/* Writes the message of this number and kind into the `capacity` octets at `block`, and gives its
 * size, which is `capacity` at most. Most messages have less than 512 octets, some fill `capacity`;
 * with less than DNS_GENERATE_SIZE_MAX, not every refusal can be met. */
size_t dns_generate(uint64_t seed, enum dns_generate_kind kind, uint8_t *block, size_t capacity);
