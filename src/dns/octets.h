/*
 * Few octets at a time: labels and addresses are mostly shorter than what a call of memcmp() or
 * memcpy() costs. Octets are taken in words of eight, the last of which overlaps the one before it.
 * A word's value depends on the machine, so it serves comparison and hashing alone. Pure; any
 * thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DNS_OCTETS_FEW_MAX 64 /* more are left to memcpy() */

/* Eight octets. */
static inline uint64_t dns_octets_word(const uint8_t *octets)
{
    uint64_t word;

    memcpy(&word, octets, sizeof(word));
    return word;
}

/* Four octets. */
static inline uint32_t dns_octets_half(const uint8_t *octets)
{
    uint32_t half;

    memcpy(&half, octets, sizeof(half));
    return half;
}

/* One to seven octets as a number, which with their count tells them from all others. */
static inline uint64_t dns_octets_few(const uint8_t *octets, size_t size)
{
    if (size >= sizeof(uint32_t))
        return dns_octets_half(octets) | (uint64_t)dns_octets_half(&octets[size - sizeof(uint32_t)])
                                             << 32;
    return octets[0] | (uint64_t)octets[size / 2] << 8 | (uint64_t)octets[size - 1] << 16;
}

#define DNS_OCTETS_EACH(octet) ((uint64_t)(octet) * UINT64_C(0x0101010101010101))

/* The top bit of each octet from `first` to `last`, which are below 128. */
static inline uint64_t dns_octets_between(uint64_t word, unsigned int first, unsigned int last)
{
    uint64_t low = word & DNS_OCTETS_EACH(0x7F);

    return (low + DNS_OCTETS_EACH(0x80 - first)) & ~(low + DNS_OCTETS_EACH(0x7F - last)) & ~word &
           DNS_OCTETS_EACH(0x80);
}

/* Makes capital letters small. */
static inline uint64_t dns_octets_lower(uint64_t word)
{
    return word | dns_octets_between(word, 'A', 'Z') >> 2;
}

/* Whether octets are the same but for the case of letters. */
static inline bool dns_octets_alike(const uint8_t *a, const uint8_t *b, size_t size)
{
    if (size < sizeof(uint64_t))
        return size == 0 || dns_octets_lower(dns_octets_few(a, size)) ==
                                dns_octets_lower(dns_octets_few(b, size));
    for (size_t at = 0; at + sizeof(uint64_t) < size; at += sizeof(uint64_t)) {
        if (dns_octets_lower(dns_octets_word(&a[at])) != dns_octets_lower(dns_octets_word(&b[at])))
            return false;
    }
    return dns_octets_lower(dns_octets_word(&a[size - sizeof(uint64_t)])) ==
           dns_octets_lower(dns_octets_word(&b[size - sizeof(uint64_t)]));
}

/* Whether one or more octets are the same. */
static inline bool dns_octets_same(const uint8_t *a, const uint8_t *b, size_t size)
{
    if (size < sizeof(uint64_t))
        return dns_octets_few(a, size) == dns_octets_few(b, size);
    for (size_t at = 0; at + sizeof(uint64_t) < size; at += sizeof(uint64_t)) {
        if (dns_octets_word(&a[at]) != dns_octets_word(&b[at]))
            return false;
    }
    return dns_octets_word(&a[size - sizeof(uint64_t)]) ==
           dns_octets_word(&b[size - sizeof(uint64_t)]);
}

/* Copies octets that do not overlap. */
static inline void dns_octets_copy(uint8_t *to, const uint8_t *from, size_t size)
{
    if (size > DNS_OCTETS_FEW_MAX) {
        memcpy(to, from, size);
    } else if (size > 16) {
        for (size_t at = 0; at + 16 < size; at += 16)
            memcpy(&to[at], &from[at], 16);
        memcpy(&to[size - 16], &from[size - 16], 16);
    } else if (size >= 8) {
        memcpy(to, from, 8);
        memcpy(&to[size - 8], &from[size - 8], 8);
    } else if (size >= 4) {
        memcpy(to, from, 4);
        memcpy(&to[size - 4], &from[size - 4], 4);
    } else if (size > 0) {
        to[0] = from[0];
        to[size / 2] = from[size / 2];
        to[size - 1] = from[size - 1];
    }
}
