/*
 * The cache as text: for each answer a comment that says of what it is one, and how old, and the
 * records that answer the question as lines of a zone file, with the TTLs that are left. Records
 * that only say that there is nothing are comments, too. Or as a file of the cache
 * (forwarder/core/store.h). The thread of the loop.
 */
#pragma once

#include "forwarder/core/forwarder.h"
#include "operate/buffer.h"

/* Working storage; some hundred KiB: let it live on the heap. */
struct operate_dump;

enum operate_dump_form {
    OPERATE_DUMP_TEXT,
    OPERATE_DUMP_STORE, /* a file of the cache */
};

/* Begins a dump of what the cache holds; NULL where there is no memory. */
struct operate_dump *operate_dump_new(struct forwarder *forwarder, enum operate_dump_form form);

/* NULL is fine. */
void operate_dump_free(struct operate_dump *dump);

/* Appends the next answers of those that there were at the first call until the buffer has `size`
 * octets or more, and the last line, which says how many there were, at the end (or the end of the
 * file). It waits, and appends nothing, while answers are moved to a cache of another size. False
 * at the end, or where the buffer cannot take more; and, without the last line, where the cache has
 * got another size since the first call. */
bool operate_dump_next(struct operate_dump *dump, uint64_t now_ns, size_t size,
                       struct operate_buffer *out);
