/* A place in a table is what epoll gives back; it is a small table, which is searched. */
#include "forwarder/io/guests.h"

#include "base/require.h"

#include <errno.h>
#include <sys/epoll.h>

static int control(const struct forwarder_guests *guests, int operation, size_t place)
{
    struct epoll_event event = {
        .events = guests->at[place].events,
        .data.u64 = forwarder_event_of(FORWARDER_EVENT_GUEST, place),
    };

    return epoll_ctl(guests->epoll_fd, operation, guests->at[place].fd, &event);
}

int forwarder_guests_join(struct forwarder_guests *guests, const struct forwarder_guest *guest,
                          struct err *err)
{
    size_t place = 0;

    REQUIRE(guest->run != NULL);
    while (place < FORWARDER_GUESTS_MAX && guests->at[place].run != NULL)
        place += 1;
    if (place == FORWARDER_GUESTS_MAX)
        return err_set(err, -EMFILE, "more than %d descriptors in the loop", FORWARDER_GUESTS_MAX);
    guests->at[place] = *guest;
    if (control(guests, EPOLL_CTL_ADD, place) < 0) {
        guests->at[place] = (struct forwarder_guest){ 0 };
        return err_system(err, errno, "cannot wait on a descriptor");
    }
    return 0;
}

/* The place of a descriptor; FORWARDER_GUESTS_MAX where it has none. */
static size_t find(const struct forwarder_guests *guests, int fd)
{
    size_t place = 0;

    while (place < FORWARDER_GUESTS_MAX &&
           (guests->at[place].run == NULL || guests->at[place].fd != fd))
        place += 1;
    return place;
}

void forwarder_guests_change(struct forwarder_guests *guests, int fd, uint32_t events)
{
    size_t place = find(guests, fd);

    REQUIRE(place < FORWARDER_GUESTS_MAX);
    if (guests->at[place].events == events)
        return;
    guests->at[place].events = events;
    (void)control(guests, EPOLL_CTL_MOD, place);
}

void forwarder_guests_leave(struct forwarder_guests *guests, int fd)
{
    size_t place = find(guests, fd);

    if (place == FORWARDER_GUESTS_MAX)
        return;
    (void)control(guests, EPOLL_CTL_DEL, place);
    guests->at[place] = (struct forwarder_guest){ 0 };
}

void forwarder_guests_run(struct forwarder_guests *guests, size_t place, uint32_t events)
{
    const struct forwarder_guest *guest;

    REQUIRE(place < FORWARDER_GUESTS_MAX);
    guest = &guests->at[place];
    if (guest->run != NULL)
        guest->run(guest->owner, events);
}
