/*
 * Makes a message smaller as long as it shows the same difference: by edits of the octets, each of
 * which is kept where the difference stays. Pointers into what is cut may then lead elsewhere; that
 * is no harm, since the outcome decides.
 */
#include "diff/dns_shrink.h"

#include "diff/dns_view.h"

#include <string.h>

#define TRIES_MAX 3000

/* Where an entry stands. */
struct place {
    unsigned int section;
    size_t start;
    size_t owner_end;
    size_t length_at; /* of RDLENGTH; 0: a question */
    size_t end;
};

struct shrinking {
    diff_shows shows;
    void *arg;
    uint8_t *block; /* the smallest message so far */
    size_t size;
    unsigned int tries_left;
    uint8_t trial[DIFF_MESSAGE_MAX];
    size_t trial_size;
};

/* The place of an entry by its number; false where there is none that can be read. */
static bool find_place(const struct shrinking *shrinking, unsigned int wanted,
                       struct place *ret_place)
{
    struct byte_reader in = byte_reader_init(bytes_of(shrinking->block, shrinking->size));
    struct dns_header header;
    struct dns_question question;
    struct dns_rr rr;

    if (dns_header_read(&in, &header).status != DNS_OK)
        return false;
    for (unsigned int section = 0; section < DNS_SECTIONS; section++) {
        for (unsigned int i = 0; i < header.counts[section]; i++) {
            size_t start = in.position;
            bool ok = section == 0 ? dns_question_read(&in, &question).status == DNS_OK
                                   : dns_rr_read(&in, &rr).status == DNS_OK;

            if (!ok)
                return false;
            if (wanted-- > 0)
                continue;
            *ret_place = (struct place){ section, start, in.position - 4, 0, in.position };
            if (section != 0) {
                ret_place->length_at = rr.rdata.position - 2;
                ret_place->owner_end = rr.rdata.position - 10;
            }
            return true;
        }
    }
    return false;
}

static void begin(struct shrinking *shrinking)
{
    memcpy(shrinking->trial, shrinking->block, shrinking->size);
    shrinking->trial_size = shrinking->size;
}

static void cut(struct shrinking *shrinking, size_t from, size_t to)
{
    memmove(shrinking->trial + from, shrinking->trial + to, shrinking->trial_size - to);
    shrinking->trial_size -= to - from;
}

static void add_to_u16(struct shrinking *shrinking, size_t at, size_t change)
{
    uint8_t *octets = shrinking->trial + at;
    size_t value = ((size_t)octets[0] << 8 | octets[1]) + change;

    octets[0] = (uint8_t)(value >> 8);
    octets[1] = (uint8_t)value;
}

/* Keeps the trial where it shows the difference. */
static bool keep(struct shrinking *shrinking)
{
    if (shrinking->tries_left == 0)
        return false;
    shrinking->tries_left--;
    if (!shrinking->shows(shrinking->arg, bytes_of(shrinking->trial, shrinking->trial_size)))
        return false;
    memcpy(shrinking->block, shrinking->trial, shrinking->trial_size);
    shrinking->size = shrinking->trial_size;
    return true;
}

static bool drop_entries(struct shrinking *shrinking)
{
    bool changed = false;
    struct place place;

    for (unsigned int i = 0; find_place(shrinking, i, &place);) {
        begin(shrinking);
        cut(shrinking, place.start, place.end);
        add_to_u16(shrinking, 4 + 2 * (size_t)place.section, (size_t)-1);
        if (keep(shrinking))
            changed = true;
        else
            i++;
    }
    return changed;
}

static bool shorten_owners(struct shrinking *shrinking)
{
    bool changed = false;
    struct place place;

    for (unsigned int i = 0; find_place(shrinking, i, &place); i++) {
        if (place.owner_end - place.start <= 1)
            continue;
        begin(shrinking);
        cut(shrinking, place.start, place.owner_end - 1);
        shrinking->trial[place.start] = 0;
        changed = keep(shrinking) || changed;
    }
    return changed;
}

/* Cuts pieces out of RDATA, halves first and single octets last. */
static bool shorten_rdata(struct shrinking *shrinking)
{
    bool changed = false;
    struct place place;

    for (unsigned int i = 0; find_place(shrinking, i, &place); i++) {
        size_t piece = place.length_at == 0 ? 0 : (place.end - place.length_at - 2 + 1) / 2;

        for (; piece > 0; piece /= 2) {
            size_t at = place.length_at + 2;

            while (at + piece <= place.end) {
                begin(shrinking);
                cut(shrinking, at, at + piece);
                add_to_u16(shrinking, place.length_at, (size_t)-piece);
                if (!keep(shrinking)) {
                    at += piece;
                    continue;
                }
                changed = true;
                place.end -= piece;
            }
        }
    }
    return changed;
}

/* Cuts the message's end off. */
static bool shorten_end(struct shrinking *shrinking)
{
    bool changed = false;

    for (size_t piece = shrinking->size / 2; piece > 0; piece /= 2) {
        while (shrinking->size > piece) {
            begin(shrinking);
            shrinking->trial_size -= piece;
            if (!keep(shrinking))
                break;
            changed = true;
        }
    }
    return changed;
}

struct bytes diff_shrink(struct bytes wire, diff_shows shows, void *arg, uint8_t *block)
{
    struct shrinking shrinking = {
        .shows = shows,
        .arg = arg,
        .block = block,
        .size = wire.size,
        .tries_left = TRIES_MAX,
    };
    bool changed = true;

    memcpy(block, wire.at, wire.size);
    while (changed) {
        changed = shorten_end(&shrinking);
        changed = drop_entries(&shrinking) || changed;
        changed = shorten_owners(&shrinking) || changed;
        changed = shorten_rdata(&shrinking) || changed;
    }
    return bytes_of(block, shrinking.size);
}
