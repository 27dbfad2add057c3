/*
 * struct handoff: octets from one thread, which never waits, to another that takes its time.
 *
 *     handoff_put(&handoff, head, body)          the one that never waits
 *     while (handoff_take(&handoff, &octets))    the other
 *         … write them …
 *
 * There are two blocks: one is filled while the other is worked on, and they change places. What
 * does not fit is dropped and counted, together with what the second thread says it has lost.
 * Blocks are touched as they are filled. Each function says which thread may call it.
 */
#pragma once

#include "base/bytes.h"

#include <pthread.h>

struct handoff_block {
    uint8_t *at;
    size_t size;
};

struct handoff {
    pthread_mutex_t lock; /* over all of it but `taken`, which is the second thread's */
    pthread_cond_t is_work;
    size_t bytes_max; /* of a block */
    struct handoff_block filling;
    struct handoff_block taken;
    uint64_t lost;
    bool is_called;
    bool is_ending;
};

/* Gets ready; false where there is no memory. The struct stays where it is. */
bool handoff_init(struct handoff *handoff, size_t bytes_max);

/* Frees all, when the second thread is no more. Zeroes are fine. */
void handoff_done(struct handoff *handoff);

/* The first thread adds both, or neither where they do not fit, which counts as one lost. Gives how
 * many were lost since the beginning. */
uint64_t handoff_put(struct handoff *handoff, struct bytes head, struct bytes body);

/* The first thread has the second take what there is, and be it nothing. */
void handoff_call(struct handoff *handoff);

/* The first thread has no more; the second takes what there is, and then nothing. */
void handoff_end(struct handoff *handoff);

/* The second thread waits for octets, which are its until it calls again; there may be none where
 * it was called. False: it was the end, and all is taken. */
bool handoff_take(struct handoff *handoff, struct bytes *ret_octets);

/* The second thread has lost so many. */
void handoff_lose(struct handoff *handoff, uint64_t count);

/* How many were lost since the beginning. Any thread. */
uint64_t handoff_lost(struct handoff *handoff);

/* Whether handoff_end() was called. Any thread. */
bool handoff_is_ending(struct handoff *handoff);
