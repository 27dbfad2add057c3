/*
 * All or nothing: what prints or writes needs the room that it takes, and with less room says so
 * and leaves nothing behind. Where inputs are replayed (each once), every smaller room is tried, as
 * every failure of an allocation would be elsewhere; an engine, which wants thousands of inputs a
 * second, tries the one that is smaller by an octet.
 */
#pragma once

#include "base/byte_writer.h"
#include "base/text.h"
#include "fuzz/target.h"

#define FUZZ_ROOM_MAX 1024 /* longer results than this are tried with one octet less alone */

/* Whether what is slow but worth doing is done for an input of this size. */
static inline bool fuzz_is_thorough(size_t size)
{
    return fuzz_is_replay != NULL && fuzz_is_replay() && size <= FUZZ_ROOM_MAX;
}

/* The least of the rooms that are tried below one of `size`. */
static inline size_t fuzz_room_least(size_t size)
{
    return fuzz_is_thorough(size) || size == 0 ? 0 : size - 1;
}

/* `print` appends `what` to a text: false, and nothing appended, in any room that is too small. */
static inline void fuzz_require_room_for_text(bool (*print)(const void *what, struct text *text),
                                              const void *what, size_t size)
{
    for (size_t room = fuzz_room_least(size); room < size; room++) {
        char *block = fuzz_block(room + 1);
        struct text text = text_init(block, room + 1);

        fuzz_require(!print(what, &text) && text.size == 0);
        free(block);
    }
}

/* Likewise for octets: `put` writes `what` to `out`. */
static inline void fuzz_require_room_for_octets(bool (*put)(const void *what,
                                                            struct byte_writer *out),
                                                const void *what, size_t size)
{
    for (size_t room = fuzz_room_least(size); room < size; room++) {
        uint8_t *block = fuzz_block(room);
        struct byte_writer out = byte_writer_init(block, room);

        fuzz_require(!put(what, &out) && out.position == 0);
        free(block);
    }
}
