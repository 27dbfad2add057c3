/*
 * RDATA for the floors: the checks that the codec makes of the types of the benchmark's messages,
 * each by hand, with sizes of digests and the values of parameters and options. Other types are
 * opaque. Not for use: for comparison.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HOPS_MAX 127

/* The message and where the pass is. */
struct pass {
    const uint8_t *at;
    size_t size;
    size_t position;
    bool has_opt;
};

static inline unsigned int u16_at(const uint8_t *at)
{
    return (unsigned int)at[0] << 8 | at[1];
}

/* Follows the name at the position, which must stand before `end`, and moves over it. */
static inline bool pass_name(struct pass *pass, size_t end)
{
    const uint8_t *at = pass->at;
    size_t position = pass->position;
    size_t run = position;
    size_t next = 0;
    size_t size = 1;
    unsigned int hops = 0;

    for (;;) {
        unsigned int length;

        if (position >= end)
            return false;
        length = at[position];
        if (length == 0)
            break;
        if (length < 64) {
            position += 1 + length;
            size += 1 + length;
            if (size > 255)
                return false;
            continue;
        }
        if (length < 192 || end - position < 2 || hops++ == HOPS_MAX)
            return false;
        if (next == 0)
            next = position + 2;
        end = run;
        position = u16_at(at + position) & 0x3FFF;
        if (position >= run || position < 12)
            return false;
        run = position;
    }
    pass->position = next != 0 ? next : position + 1;
    return true;
}

/* A name that may not be compressed. */
static inline bool pass_plain_name(struct pass *pass, size_t end)
{
    const uint8_t *at = pass->at;
    size_t position = pass->position;

    while (position < end && at[position] != 0 && at[position] < 64)
        position += 1U + at[position];
    if (position >= end || at[position] != 0 || position - pass->position >= 255)
        return false;
    pass->position = position + 1;
    return true;
}

static inline bool pass_strings(const struct pass *pass, size_t position, size_t end)
{
    if (position == end)
        return false;
    while (position < end)
        position += 1U + pass->at[position];
    return position == end;
}

/* A cookie, or an extended error whose text is ASCII. */
static inline bool pass_option(const uint8_t *octets, unsigned int code, size_t size)
{
    if (code == 10)
        return size == 8 || (size >= 16 && size <= 40);
    if (code != 15)
        return true;
    for (size_t i = 2; i < size; i++) {
        if (octets[i] >= 128)
            return false;
    }
    return size >= 2;
}

/* EDNS options: code, length, octets. */
static inline bool pass_options(const struct pass *pass, size_t position, size_t end)
{
    while (position < end) {
        const uint8_t *option = pass->at + position;
        size_t size;

        if (end - position < 4)
            return false;
        size = u16_at(option + 2);
        if (size > end - position - 4 || !pass_option(option + 4, u16_at(option), size))
            return false;
        position += 4 + size;
    }
    return true;
}

/* The value of a parameter of a service, of the keys that are known. */
static inline bool pass_param(const uint8_t *value, unsigned int key, size_t size)
{
    size_t at = 0;

    switch (key) {
    case 1: /* alpn */
        while (at < size && value[at] != 0)
            at += 1U + value[at];
        return size > 0 && at == size;
    case 2: /* no-default-alpn */
        return size == 0;
    case 3: /* port */
        return size == 2;
    case 4: /* ipv4hint */
        return size > 0 && size % 4 == 0;
    case 6: /* ipv6hint */
        return size > 0 && size % 16 == 0;
    default:
        return true;
    }
}

/* Parameters with rising keys; of the mandatory ones there are none here. */
static inline bool pass_params(const struct pass *pass, size_t position, size_t end)
{
    unsigned int least = 1;

    while (position < end) {
        unsigned int key;
        size_t size;

        if (end - position < 4)
            return false;
        key = u16_at(pass->at + position);
        size = u16_at(pass->at + position + 2);
        position += 4;
        if (key < least || size > end - position || !pass_param(pass->at + position, key, size))
            return false;
        least = key + 1;
        position += size;
    }
    return true;
}

static inline bool pass_bitmap(const struct pass *pass, size_t position, size_t end)
{
    int before = -1;

    while (position < end) {
        unsigned int octets;

        if (end - position < 2 || pass->at[position] <= before)
            return false;
        before = pass->at[position];
        octets = pass->at[position + 1];
        if (octets - 1 >= 32 || end - position - 2 < octets)
            return false;
        position += 2U + octets;
        if (pass->at[position - 1] == 0)
            return false;
    }
    return true;
}

static inline bool pass_nsec3(const struct pass *pass, size_t position, size_t end)
{
    size_t size = end - position;
    size_t salt;

    if (size < 6)
        return false;
    salt = pass->at[position + 4];
    if (size < 6 + salt || size < 6 + salt + pass->at[position + 5 + salt])
        return false;
    if (pass->at[position] == 1 && pass->at[position + 5 + salt] != 20)
        return false;
    return pass_bitmap(pass, position + 6 + salt + pass->at[position + 5 + salt], end);
}

/* A number of octets, and then a name that ends RDATA. */
static inline bool pass_last_name(struct pass *pass, size_t before, size_t end)
{
    if (end - pass->position < before)
        return false;
    pass->position += before;
    return pass_name(pass, end) && pass->position == end;
}

/* RFC 4034, 4509, 6605. */
static inline bool pass_digest(unsigned int type, size_t size)
{
    static const uint8_t sizes[] = { 0, 20, 32, 0, 48 };

    return type >= sizeof(sizes) || sizes[type] == 0 || size == sizes[type];
}

/* The types of DNSSEC and of services. */
static inline bool pass_newer_rdata(struct pass *pass, unsigned int type, size_t end)
{
    size_t start = pass->position;

    switch (type) {
    case 43: /* DS */
        return end - start > 4 && pass_digest(pass->at[start + 3], end - start - 4);
    case 46: /* RRSIG */
        pass->position += 18;
        return end - start > 18 && pass_plain_name(pass, end) && pass->position < end;
    case 50: /* NSEC3 */
        return pass_nsec3(pass, start, end);
    case 65: /* HTTPS */
        pass->position += 2;
        return end - start > 2 && pass_plain_name(pass, end) &&
               pass_params(pass, pass->position, end);
    default:
        return true;
    }
}

static inline bool pass_rdata(struct pass *pass, unsigned int type, size_t end)
{
    size_t start = pass->position;

    switch (type) {
    case 1: /* A */
        return end - start == 4;
    case 28: /* AAAA */
        return end - start == 16;
    case 2: /* NS */
    case 5: /* CNAME */
        return pass_last_name(pass, 0, end);
    case 15: /* MX */
        return pass_last_name(pass, 2, end);
    case 6: /* SOA */
        return pass_name(pass, end) && pass_name(pass, end) && end - pass->position == 20;
    case 16: /* TXT */
        return pass_strings(pass, start, end);
    case 41: /* OPT */
        return pass_options(pass, start, end);
    default:
        return pass_newer_rdata(pass, type, end);
    }
}
