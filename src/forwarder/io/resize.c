/*
 * Another size: the core goes on in another slab at once; then a guest that is always ready moves
 * answers between any two turns, until the slab before can be freed.
 */
#include "forwarder/io/loop_inside.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/require.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/* Answers that are moved between two looks at the sockets. */
#define ANSWERS 256

void forwarder_loop_enlarge_pages(struct forwarder_loop *loop)
{
    struct forwarder_cache_parts parts = forwarder_cache_parts(&loop->core.cache);

    forwarder_slab_enlarge_pages(&loop->slab, parts.blocks, FORWARDER_SLAB_BLOCKS_SMALL);
    forwarder_slab_enlarge_pages(&loop->slab, parts.index, FORWARDER_SLAB_INDEX_SMALL);
}

/* No answers are moved any more, and the slab before is not used. */
static void end_moving(struct forwarder_loop *loop)
{
    if (loop->moving_fd >= 0)
        forwarder_guests_leave(&loop->guests, loop->moving_fd);
    fd_close(&loop->moving_fd);
    forwarder_slab_free(&loop->slab_before);
}

/* Moves some answers; `owner` is the loop. */
static void move_some(void *owner, uint32_t events)
{
    struct forwarder_loop *loop = owner;

    (void)events;
    if (loop->slab_before.at != NULL &&
        !forwarder_move_answers(&loop->core, ANSWERS, clock_monotonic_ns()))
        end_moving(loop);
}

int forwarder_loop_prepare_resize(struct forwarder_loop *loop,
                                  const struct forwarder_config *config,
                                  struct forwarder_slab *ret_slab, struct err *err)
{
    struct forwarder_guest guest = { .events = EPOLLIN, .run = move_some, .owner = loop };
    struct forwarder_slab slab;
    int number;

    if (!forwarder_can_resize(&loop->core, config))
        return err_set(err, -EBUSY, "memory still changes as the configuration before wanted it");
    slab = forwarder_slab_new(forwarder_resize_bytes(&loop->core, config));
    if (slab.at == NULL)
        return err_set(err, -ENOMEM, "no memory for %lu queries and %lu octets of cache",
                       (unsigned long)config->queries_max, (unsigned long)config->cache.bytes);
    loop->moving_fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    guest.fd = loop->moving_fd;
    number = loop->moving_fd < 0 ? err_system(err, errno, "cannot move answers")
                                 : forwarder_guests_join(&loop->guests, &guest, err);
    if (number < 0) {
        fd_close(&loop->moving_fd);
        forwarder_slab_free(&slab);
        return number;
    }
    *ret_slab = slab;
    return 0;
}

void forwarder_loop_undo_resize(struct forwarder_loop *loop, struct forwarder_slab *slab)
{
    if (slab->at == NULL)
        return;
    end_moving(loop);
    forwarder_slab_free(slab);
}

void forwarder_loop_resize(struct forwarder_loop *loop, const struct forwarder_config *config,
                           const struct forwarder_slab *slab)
{
    REQUIRE(loop->slab_before.at == NULL);
    forwarder_resize(&loop->core, config, slab->at);
    loop->slab_before = loop->slab;
    loop->slab = *slab;
    forwarder_loop_enlarge_pages(loop);
    if (!forwarder_is_moving(&loop->core))
        end_moving(loop);
}
