/* One thread for one configuration; what it writes is read when it has ended. */
#include "cli/dns/settings/reading.h"

#include "base/cleanup.h"
#include "base/fd.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct dns_reading {
    const struct dns_options *given;
    const struct dns_settings *running;
    pthread_t thread;
    int fd;
    /* The thread's, until it has ended: */
    int number;
    struct err err;
    struct dns_settings *settings;
    struct text stays;
    char stays_block[DNS_STAYS_BYTES];
};

static void *work(void *owner)
{
    struct dns_reading *reading = owner;
    uint64_t one = 1;

    reading->number = dns_settings_read_anew(reading->given, reading->running, &reading->settings,
                                             &reading->stays, &reading->err);
    (void)!write(reading->fd, &one, sizeof(one));
    return NULL;
}

int dns_reading_begin(const struct dns_options *given, const struct dns_settings *running,
                      struct dns_reading **ret_reading, struct err *err)
{
    CLEANUP(free_pointer) struct dns_reading *reading = calloc(1, sizeof(*reading));
    int number;

    if (reading == NULL)
        return err_set(err, -ENOMEM, "no memory");
    reading->given = given;
    reading->running = running;
    reading->stays = text_init(reading->stays_block, sizeof(reading->stays_block));
    reading->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (reading->fd < 0)
        return err_system(err, errno, "cannot wait for a thread");
    number = pthread_create(&reading->thread, NULL, work, reading);
    if (number != 0) {
        fd_close(&reading->fd);
        return err_system(err, number, "no thread that reads the configuration");
    }
    *ret_reading = reading;
    reading = NULL;
    return 0;
}

int dns_reading_fd(const struct dns_reading *reading)
{
    return reading->fd;
}

bool dns_reading_is_done(const struct dns_reading *reading)
{
    struct pollfd done = { .fd = reading->fd, .events = POLLIN };

    return poll(&done, 1, 0) == 1;
}

int dns_reading_end(struct dns_reading **reading, struct dns_settings **ret_settings,
                    struct text *ret_stays, struct err *err)
{
    struct dns_reading *ended = *reading;
    int number;

    (void)pthread_join(ended->thread, NULL);
    fd_close(&ended->fd);
    number = ended->number;
    if (number < 0) {
        *err = ended->err;
    } else {
        *ret_settings = ended->settings;
        (void)text_append(ret_stays, ended->stays.at);
    }
    free(ended);
    *reading = NULL;
    return number;
}

void dns_reading_end_pointer(struct dns_reading **reading)
{
    CLEANUP(dns_settings_free_pointer) struct dns_settings *settings = NULL;
    char block[DNS_STAYS_BYTES];
    struct text stays = text_init(block, sizeof(block));
    struct err err = { 0 };

    if (*reading != NULL)
        (void)dns_reading_end(reading, &settings, &stays, &err);
}
