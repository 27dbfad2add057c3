/*
 * Another configuration: what it needs is opened first, and where that fails nothing has changed;
 * then the core goes on with it, and what nobody waits for any more is closed.
 */
#include "forwarder/io/loop_inside.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/require.h"
#include "forwarder/io/tcp.h"

#include <errno.h>
#include <sys/epoll.h>

/* How often it is looked at what may be closed. */
#define RETIRE_NS UINT64_C(100000000)
/* A socket that leaves is read so often before. */
#define LAST_READS 64

/* What is opened for a configuration. */
struct reload {
    struct forwarder_loop *loop;
    const struct forwarder_loop_config *config;
    struct forwarder_members members;
    bool has_other_size;
    struct forwarder_slab slab; /* then the core goes on in it */
    uint64_t until_ns;          /* so long queries may wait that came before */
    uint8_t place_of[FORWARDER_LISTEN_MAX];
    bool is_kept[FORWARDER_LISTEN_MAX];   /* by place: it was there */
    bool is_opened[FORWARDER_LISTEN_MAX]; /* it is new */
    bool has_fds[FORWARDER_UPSTREAMS_MAX];
    int fds[FORWARDER_UPSTREAMS_MAX][FORWARDER_LANES_MAX];
};

/* The place where an address is listened on, or FORWARDER_LISTEN_MAX. */
static size_t find_place(const struct reload *reload, const struct forwarder_listen *listen)
{
    const struct forwarder_loop *loop = reload->loop;

    for (size_t i = 0; i < loop->listen_count; i++)
        if (loop->places[i].is_taken && !reload->is_kept[i] && !reload->is_opened[i] &&
            loop->places[i].listen.has_tls == listen->has_tls &&
            forwarder_address_equal(&loop->places[i].listen.address, &listen->address))
            return i;
    return FORWARDER_LISTEN_MAX;
}

static size_t find_free(const struct forwarder_loop *loop)
{
    size_t place = 0;

    while (place < FORWARDER_LISTEN_MAX && loop->places[place].is_taken)
        place++;
    return place;
}

/* Finds or opens what an address of the configuration is listened on. */
static int open_place(struct reload *reload, size_t number, struct err *err)
{
    const struct forwarder_listen *listen = &reload->config->listen[number];
    size_t place = find_place(reload, listen);
    int result;

    reload->place_of[number] = (uint8_t)place;
    if (place < FORWARDER_LISTEN_MAX) {
        reload->is_kept[place] = true;
        return 0;
    }
    place = find_free(reload->loop);
    if (place == FORWARDER_LISTEN_MAX)
        return err_set(err, -EMFILE, "no place for one more address to listen on");
    result = forwarder_loop_open_place(reload->loop, place, listen, err);
    reload->is_opened[place] = reload->loop->places[place].is_taken;
    if (reload->is_opened[place])
        reload->place_of[number] = (uint8_t)place;
    return result;
}

/* Opens the sockets to an upstream of the configuration that is new under its number. */
static int open_slot(struct reload *reload, size_t upstream, struct err *err)
{
    const struct forwarder_address *address = &reload->config->core.upstreams[upstream];
    size_t slot = reload->members.at[upstream];
    const struct forwarder_loop_slot *old = &reload->loop->slots[slot];
    struct forwarder_loop_lanes lanes = { upstream, slot, reload->fds[upstream] };
    int number;

    if (old->is_open && forwarder_server_equal(&old->server, &reload->config->servers[upstream]))
        return forwarder_loop_check_upstream(reload->config, address, err);
    number = forwarder_loop_open_lanes(reload->loop, reload->config, &lanes, err);
    reload->has_fds[upstream] = number == 0;
    return number;
}

/* Takes back what was opened. */
static void undo(struct reload *reload)
{
    forwarder_loop_undo_resize(reload->loop, &reload->slab);
    for (size_t i = 0; i < FORWARDER_LISTEN_MAX; i++)
        if (reload->is_opened[i])
            forwarder_loop_close_place(reload->loop, i);
    for (size_t i = 0; i < FORWARDER_UPSTREAMS_MAX; i++)
        for (size_t lane = 0; reload->has_fds[i] && lane < FORWARDER_LANES_MAX; lane++)
            fd_close(&reload->fds[i][lane]);
}

/* No more queries are taken in a place, but those that are there. */
static void leave_place(struct forwarder_loop *loop, size_t place, uint64_t until_ns)
{
    struct forwarder_loop_place *leaving = &loop->places[place];

    if (leaving->is_leaving)
        return;
    for (int i = 0; i < LAST_READS && loop->client_fds[place] >= 0; i++)
        if (forwarder_loop_receive(loop, FORWARDER_CLIENTS, (uint16_t)place, FORWARDER_BATCH_MAX) ==
            0)
            break;
    forwarder_tcp_unlisten(loop->tcp, place, loop->now_ns);
    leaving->is_leaving = true;
    leaving->until_ns = until_ns;
}

/* Goes on reading in a place that was left a short while ago. */
static int return_to_place(struct reload *reload, size_t number, struct err *err)
{
    struct forwarder_loop *loop = reload->loop;
    size_t place = reload->place_of[number];

    if (place >= FORWARDER_LISTEN_MAX || !loop->places[place].is_leaving)
        return 0;
    forwarder_loop_close_place(loop, place);
    return forwarder_loop_open_place(loop, place, &reload->config->listen[number], err);
}

/* The places are now those of the configuration. */
static void settle_places(struct reload *reload)
{
    struct forwarder_loop *loop = reload->loop;

    for (size_t i = 0; i < loop->listen_count; i++)
        if (loop->places[i].is_taken && !reload->is_kept[i] && !reload->is_opened[i])
            leave_place(loop, i, reload->until_ns);
    memcpy(loop->place_of, reload->place_of, sizeof(loop->place_of));
}

/* The sockets to upstreams are now those of the configuration. */
static void settle_slots(struct reload *reload)
{
    struct forwarder_loop *loop = reload->loop;
    uint16_t lanes = loop->core.config.lanes;

    for (size_t i = 0; i < reload->members.count; i++) {
        size_t slot = reload->members.at[i];

        if (!reload->has_fds[i])
            continue;
        forwarder_loop_close_slot(loop, slot);
        memcpy(&loop->upstream_fds[slot * lanes], reload->fds[i], lanes * sizeof(int));
        forwarder_loop_take_slot(loop, slot, &reload->config->servers[i]);
    }
}

static int open_all(struct reload *reload, struct err *err)
{
    int number = 0;

    if (reload->has_other_size)
        number =
            forwarder_loop_prepare_resize(reload->loop, &reload->config->core, &reload->slab, err);
    for (size_t i = 0; number == 0 && i < reload->config->core.upstreams_count; i++)
        number = open_slot(reload, i, err);
    for (size_t i = 0; number == 0 && i < reload->config->listen_count; i++)
        number = open_place(reload, i, err);
    /* Last, since it cannot be undone. */
    for (size_t i = 0; number == 0 && i < reload->config->listen_count; i++)
        number = return_to_place(reload, i, err);
    return number;
}

/* How long a query may wait, asked anew over a stream at the end. */
static uint64_t longest_wait(const struct forwarder_loop *loop,
                             const struct forwarder_loop_config *config)
{
    const struct forwarder_config *old = &loop->core.config;
    uint64_t timeout_ns =
        config->core.timeout_ns > old->timeout_ns ? config->core.timeout_ns : old->timeout_ns;

    return 2 * timeout_ns;
}

/* Whether there is memory for another size. */
static int check_size(struct forwarder_loop *loop, const struct forwarder_config *config,
                      struct err *err)
{
    struct forwarder_slab slab = { 0 };

    if (!forwarder_has_other_size(&loop->core, config))
        return 0;
    if (forwarder_loop_prepare_resize(loop, config, &slab, err) < 0)
        return err->number;
    forwarder_loop_undo_resize(loop, &slab);
    return 0;
}

/* Whether there is a way to an upstream. */
static int check_way(const struct forwarder_loop_config *config, size_t upstream, struct err *err)
{
    const struct forwarder_address *address = &config->core.upstreams[upstream];
    CLEANUP(fd_close) int fd = -1;

    if (forwarder_loop_check_upstream(config, address, err) < 0)
        return err->number;
    return forwarder_udp_connect(address, &fd, err);
}

static int refuse_upstreams(struct err *err)
{
    return err_set(err, -EBUSY, "queries still wait for the upstreams of configurations before");
}

int forwarder_loop_may_reload(struct forwarder_loop *loop,
                              const struct forwarder_loop_config *config, struct err *err)
{
    struct forwarder_members members;
    int number = 0;

    if (!forwarder_plan(&loop->core, &config->core, &members))
        return refuse_upstreams(err);
    for (size_t i = 0; number == 0 && i < config->core.upstreams_count; i++)
        number = check_way(config, i, err);
    return number == 0 ? check_size(loop, &config->core, err) : number;
}

int forwarder_loop_reload(struct forwarder_loop *loop, const struct forwarder_loop_config *config,
                          struct err *err)
{
    CLEANUP(free_pointer) struct reload *reload = calloc(1, sizeof(*reload));
    int number;

    REQUIRE(config->listen_count <= FORWARDER_LISTEN_MAX);
    REQUIRE((config->tcp_clients_max > 0) == loop->has_tcp);
    if (reload == NULL)
        return err_set(err, -ENOMEM, "no memory");
    loop->now_ns = clock_monotonic_ns();
    *reload = (struct reload){ .loop = loop, .config = config };
    reload->until_ns = loop->now_ns + longest_wait(loop, config);
    reload->has_other_size = forwarder_has_other_size(&loop->core, &config->core);
    memset(reload->place_of, UINT8_MAX, sizeof(reload->place_of));
    memset(reload->fds, -1, sizeof(reload->fds));
    if (!forwarder_plan(&loop->core, &config->core, &reload->members))
        return refuse_upstreams(err);
    number = open_all(reload, err);
    if (number < 0) {
        undo(reload);
        return number;
    }
    if (reload->has_other_size)
        forwarder_loop_resize(loop, &config->core, &reload->slab);
    REQUIRE(forwarder_reconfigure(&loop->core, &config->core));
    REQUIRE(memcmp(&loop->core.members, &reload->members, sizeof(reload->members)) == 0);
    settle_slots(reload);
    settle_places(reload);
    forwarder_loop_set_receive_buffer(loop, config->receive_buffer);
    forwarder_loop_say_receive_buffer(loop);
    forwarder_loop_flush(loop);
    forwarder_tcp_set_idle(loop->tcp, config->tcp_idle_ns);
    forwarder_tcp_set_clients_max(loop->tcp, config->tcp_clients_max);
    forwarder_tcp_set_tls(loop->tcp, config->tls_upstreams, config->tls_clients);
    forwarder_loop_retire(loop, loop->now_ns);
    return 0;
}

void forwarder_loop_retire(struct forwarder_loop *loop, uint64_t now_ns)
{
    uint32_t used = forwarder_slots_in_use(&loop->core);
    bool is_more = false;

    for (size_t i = 0; i < loop->listen_count; i++) {
        if (loop->places[i].is_leaving && now_ns >= loop->places[i].until_ns)
            forwarder_loop_close_place(loop, i);
        is_more = is_more || loop->places[i].is_leaving;
    }
    for (size_t slot = 0; slot < FORWARDER_SLOTS_MAX; slot++) {
        const struct forwarder_members *members = &loop->core.members;
        bool is_member = false;

        for (size_t i = 0; i < members->count; i++)
            is_member = is_member || members->at[i] == slot;
        if (loop->slots[slot].is_open && (used >> slot & 1U) == 0)
            forwarder_loop_close_slot(loop, slot);
        is_more = is_more || (loop->slots[slot].is_open && !is_member);
    }
    loop->retire_ns = is_more ? now_ns + RETIRE_NS : FORWARDER_NEVER;
}
