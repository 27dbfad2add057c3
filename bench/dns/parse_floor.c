/*
 * The floor of parsing: one pass by hand that makes the checks that the codec makes (bounds, every
 * name followed, compressed only where it may be, the places of OPT and TSIG, every known RDATA
 * looked into, sizes of digests and the values of parameters included) and keeps nothing: no
 * reason of a refusal, no places of sections, no memory of names. It knows only the types of the
 * benchmark's messages; others are opaque to it. Not for use: for comparison.
 */
#include "loop.h"

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

static bool pass_strings(const struct pass *pass, size_t position, size_t end)
{
    if (position == end)
        return false;
    while (position < end)
        position += 1U + pass->at[position];
    return position == end;
}

/* A cookie, or an extended error whose text is ASCII. */
static bool pass_option(const uint8_t *octets, unsigned int code, size_t size)
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
static bool pass_options(const struct pass *pass, size_t position, size_t end)
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
static bool pass_param(const uint8_t *value, unsigned int key, size_t size)
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
static bool pass_params(const struct pass *pass, size_t position, size_t end)
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
    if (pass->at[position] == 1 && pass->at[position + 5 + salt] != 20)
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

/* RFC 4034, 4509, 6605. */
static bool pass_digest(unsigned int type, size_t size)
{
    static const uint8_t sizes[] = { 0, 20, 32, 0, 48 };

    return type >= sizeof(sizes) || sizes[type] == 0 || size == sizes[type];
}

/* The types of DNSSEC and of services. */
static bool pass_newer_rdata(struct pass *pass, unsigned int type, size_t end)
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
        return pass_options(pass, start, end);
    default:
        return pass_newer_rdata(pass, type, end);
    }
}

/* OPT and TSIG: where they may stand. `left`: records from this one on. */
static bool pass_place(struct pass *pass, size_t owner, unsigned int type, unsigned int left)
{
    unsigned int additional = u16_at(pass->at + 10);

    if (type == 250) /* TSIG */
        return left == 1 && additional > 0;
    if (left > additional || pass->has_opt)
        return false;
    pass->has_opt = true;
    /* The owner may be a pointer to a root. */
    return pass->at[owner] == 0 ||
           (pass->at[owner] >= 192 && pass->at[u16_at(pass->at + owner) & 0x3FFF] == 0);
}

static bool pass_record(struct pass *pass, unsigned int left)
{
    size_t owner = pass->position;
    unsigned int type;
    size_t end;

    if (!pass_name(pass, pass->size) || pass->size - pass->position < 10)
        return false;
    type = u16_at(pass->at + pass->position);
    end = pass->position + 10 + u16_at(pass->at + pass->position + 8);
    pass->position += 10;
    if (end > pass->size)
        return false;
    if ((type == 41 || type == 250) && !pass_place(pass, owner, type, left))
        return false;
    if (!pass_rdata(pass, type, end))
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
    /* A query has one question at most. */
    if ((wire.at[2] & 0x78) == 0 && u16_at(wire.at + 4) > 1)
        return false;
    for (unsigned int i = u16_at(wire.at + 4); i > 0; i--) {
        if (!pass_name(&pass, pass.size) || pass.size - pass.position < 4)
            return false;
        pass.position += 4;
    }
    records = u16_at(wire.at + 6) + u16_at(wire.at + 8) + u16_at(wire.at + 10);
    for (; records > 0; records--) {
        if (!pass_record(&pass, records))
            return false;
    }
    return pass.position == pass.size;
}
