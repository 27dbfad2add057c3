/*
 * The floor of parsing: one pass by hand that makes the checks that the codec makes (bounds, every
 * name followed, every known RDATA looked into) and keeps nothing. It knows only the types of the
 * benchmark's messages; others are opaque to it. Not for use: for comparison.
 */
#include "loop.h"

#define HOPS_MAX 127

/* The message and where the pass is. */
struct pass {
    const uint8_t *at;
    size_t size;
    size_t position;
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

static bool pass_strings(const struct pass *pass, size_t position, size_t end)
{
    if (position == end)
        return false;
    while (position < end)
        position += 1U + pass->at[position];
    return position == end;
}

/* Code, length, octets: EDNS options, and SVCB parameters with rising keys. */
static bool pass_pairs(const struct pass *pass, size_t position, size_t end, bool rising)
{
    unsigned int least = 0;

    while (position < end) {
        unsigned int code;

        if (end - position < 4)
            return false;
        code = u16_at(pass->at + position);
        if (rising && code < least)
            return false;
        least = code + 1;
        position += 4U + u16_at(pass->at + position + 2);
    }
    return position == end;
}

static bool pass_bitmap(const struct pass *pass, size_t position, size_t end)
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

static bool pass_nsec3(const struct pass *pass, size_t position, size_t end)
{
    size_t size = end - position;
    size_t salt;

    if (size < 6)
        return false;
    salt = pass->at[position + 4];
    if (size < 6 + salt || size < 6 + salt + pass->at[position + 5 + salt])
        return false;
    return pass_bitmap(pass, position + 6 + salt + pass->at[position + 5 + salt], end);
}

/* A number of octets, and then a name that ends RDATA. */
static bool pass_last_name(struct pass *pass, size_t before, size_t end)
{
    if (end - pass->position < before)
        return false;
    pass->position += before;
    return pass_name(pass, end) && pass->position == end;
}

/* The types of DNSSEC and of services. */
static bool pass_newer_rdata(struct pass *pass, unsigned int type, size_t end)
{
    size_t start = pass->position;

    switch (type) {
    case 43: /* DS */
    case 48: /* DNSKEY */
        return end - start > 4;
    case 46: /* RRSIG */
        pass->position += 18;
        return end - start > 18 && pass_name(pass, end) && pass->position < end;
    case 47: /* NSEC */
        return pass_name(pass, end) && pass_bitmap(pass, pass->position, end);
    case 50: /* NSEC3 */
        return pass_nsec3(pass, start, end);
    case 65: /* HTTPS */
        pass->position += 2;
        return end - start > 2 && pass_name(pass, end) &&
               pass_pairs(pass, pass->position, end, true);
    default:
        return true;
    }
}

static bool pass_rdata(struct pass *pass, unsigned int type, size_t end)
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
        return pass_pairs(pass, start, end, false);
    default:
        return pass_newer_rdata(pass, type, end);
    }
}

static bool pass_record(struct pass *pass)
{
    unsigned int type;
    size_t end;

    if (!pass_name(pass, pass->size) || pass->size - pass->position < 10)
        return false;
    type = u16_at(pass->at + pass->position);
    end = pass->position + 10 + u16_at(pass->at + pass->position + 8);
    pass->position += 10;
    if (end > pass->size || !pass_rdata(pass, type, end))
        return false;
    pass->position = end;
    return true;
}

bool subject_run(struct bytes wire, void *state)
{
    struct pass pass = { .at = wire.at, .size = wire.size, .position = 12 };
    unsigned int records;

    (void)state;
    if (wire.size < 12)
        return false;
    for (unsigned int i = u16_at(wire.at + 4); i > 0; i--) {
        if (!pass_name(&pass, pass.size) || pass.size - pass.position < 4)
            return false;
        pass.position += 4;
    }
    records = u16_at(wire.at + 6) + u16_at(wire.at + 8) + u16_at(wire.at + 10);
    for (; records > 0; records--) {
        if (!pass_record(&pass))
            return false;
    }
    return pass.position == pass.size;
}
