/*
 * The floor of parsing: one pass by hand that makes the checks that the codec makes (bounds, every
 * name followed, compressed only where it may be, the places of OPT and TSIG, every known RDATA
 * looked into, sizes of digests and the values of parameters included) and keeps nothing: no
 * reason of a refusal, no places of sections, no memory of names. It knows only the types of the
 * benchmark's messages; others are opaque to it. Not for use: for comparison.
 */
#include "floor_rdata.h"
#include "loop.h"

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
