/* Two blocks under one lock, which is held for no longer than a copy takes. */
#include "base/handoff.h"

#include <stdlib.h>

bool handoff_init(struct handoff *handoff, size_t bytes_max)
{
    *handoff = (struct handoff){ .bytes_max = bytes_max };
    handoff->filling.at = malloc(bytes_max);
    handoff->taken.at = malloc(bytes_max);
    (void)pthread_mutex_init(&handoff->lock, NULL);
    (void)pthread_cond_init(&handoff->is_work, NULL);
    return handoff->filling.at != NULL && handoff->taken.at != NULL;
}

void handoff_done(struct handoff *handoff)
{
    free(handoff->filling.at);
    free(handoff->taken.at);
    if (handoff->bytes_max > 0) {
        (void)pthread_cond_destroy(&handoff->is_work);
        (void)pthread_mutex_destroy(&handoff->lock);
    }
    *handoff = (struct handoff){ 0 };
}

static void append(struct handoff_block *block, struct bytes part)
{
    if (part.size > 0)
        memcpy(block->at + block->size, part.at, part.size);
    block->size += part.size;
}

uint64_t handoff_put(struct handoff *handoff, struct bytes head, struct bytes body)
{
    struct handoff_block *filling = &handoff->filling;
    bool was_empty;
    uint64_t lost;

    (void)pthread_mutex_lock(&handoff->lock);
    was_empty = filling->size == 0;
    if (head.size <= handoff->bytes_max - filling->size &&
        body.size <= handoff->bytes_max - filling->size - head.size) {
        append(filling, head);
        append(filling, body);
    } else {
        handoff->lost += 1;
    }
    lost = handoff->lost;
    (void)pthread_mutex_unlock(&handoff->lock);
    if (was_empty)
        (void)pthread_cond_signal(&handoff->is_work);
    return lost;
}

static void set(struct handoff *handoff, bool *flag)
{
    (void)pthread_mutex_lock(&handoff->lock);
    *flag = true;
    (void)pthread_mutex_unlock(&handoff->lock);
    (void)pthread_cond_signal(&handoff->is_work);
}

void handoff_call(struct handoff *handoff)
{
    set(handoff, &handoff->is_called);
}

void handoff_end(struct handoff *handoff)
{
    set(handoff, &handoff->is_ending);
}

bool handoff_take(struct handoff *handoff, struct bytes *ret_octets)
{
    struct handoff_block empty = { .at = handoff->taken.at };
    bool is_more;

    (void)pthread_mutex_lock(&handoff->lock);
    while (handoff->filling.size == 0 && !handoff->is_called && !handoff->is_ending)
        (void)pthread_cond_wait(&handoff->is_work, &handoff->lock);
    is_more = handoff->filling.size > 0 || handoff->is_called;
    handoff->is_called = false;
    handoff->taken = handoff->filling;
    handoff->filling = empty;
    (void)pthread_mutex_unlock(&handoff->lock);
    if (is_more)
        *ret_octets = bytes_of(handoff->taken.at, handoff->taken.size);
    return is_more;
}

void handoff_lose(struct handoff *handoff, uint64_t count)
{
    (void)pthread_mutex_lock(&handoff->lock);
    handoff->lost += count;
    (void)pthread_mutex_unlock(&handoff->lock);
}

uint64_t handoff_lost(struct handoff *handoff)
{
    uint64_t lost;

    (void)pthread_mutex_lock(&handoff->lock);
    lost = handoff->lost;
    (void)pthread_mutex_unlock(&handoff->lock);
    return lost;
}

bool handoff_is_ending(struct handoff *handoff)
{
    bool is_ending;

    (void)pthread_mutex_lock(&handoff->lock);
    is_ending = handoff->is_ending;
    (void)pthread_mutex_unlock(&handoff->lock);
    return is_ending;
}
