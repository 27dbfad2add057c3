/* A name on the wire ends itself, so what begins as another whole name is that name. */
#include "forwarder/core/names.h"

uint32_t forwarder_names_find(const struct forwarder_names *names, struct bytes lower)
{
    uint32_t mark;
    uint32_t slot;

    if (names->slots_count == 0)
        return 0;
    mark = forwarder_names_mark(names, lower);
    slot = forwarder_names_first_slot(mark, names->slots_count);
    while (names->slots[slot].entry != 0) {
        const struct forwarder_name_slot *at = &names->slots[slot];

        if (at->mark == mark && memcmp(names->entries + at->entry + 1, lower.at, lower.size) == 0)
            return at->entry;
        slot += 1;
        if (slot == names->slots_count)
            slot = 0;
    }
    return 0;
}

struct bytes forwarder_names_name(const struct forwarder_names *names, uint32_t entry)
{
    const uint8_t *name = names->entries + entry + 1;
    size_t size = 1;

    while (name[size - 1] != 0)
        size += name[size - 1] + (size_t)1;
    return bytes_of(name, size);
}
