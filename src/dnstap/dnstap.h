/*
 * struct dnstap: tells somebody of each message that a forwarder receives and sends (dnstap), over
 * Frame Streams (libfstrm), to a file or to a socket on which the other one listens.
 *
 * The loop puts messages into memory and a thread of its own writes them, so the loop never waits;
 * libfstrm's own thread is not used, since it drops what comes while nobody reads without saying
 * so. What does not fit into DNSTAP_BYTES_MAX, and what the thread has while nobody is there to
 * read, is dropped and counted. A file that several processes have is written by another one, to
 * which frames are handed over as they stand in the file. Who is not there is looked for again each
 * second; who does not read for five seconds is left. A module: dnstap_module is all that it shows.
 * The thread of the loop.
 */
#pragma once

#include "base/err.h"
#include "dnstap/message.h"

#include <sys/socket.h>

#define DNSTAP_BYTES_MAX ((size_t)2 << 20)

struct dnstap;

struct dnstap_config {
    const char *file; /* which is made anew; copied, as the rest; or NULL: */
    int handover; /* a socket where frames of such a file are handed to who writes it, in messages
                     of whole ones, each behind its length; the caller's; -1: none */
    struct sockaddr_storage socket; /* of one that listens, or will */
    socklen_t size;
    const char *identity; /* at most DNSTAP_TEXT_MAX octets (REQUIRE), as the next; "": none */
    const char *version;
};

/* What the module has. */
struct dnstap_functions {
    /* Opens the file, or gets ready to connect. -errno with a sentence. */
    int (*open)(const struct dnstap_config *config, struct dnstap **ret_dnstap, struct err *err);
    /* Starts the thread, with the rights that the caller has: what gives them up comes before.
     * Until then messages wait. -errno with a sentence. */
    int (*start)(struct dnstap *dnstap, struct err *err);
    /* Has a file that was renamed made anew, when what there is has been written. */
    void (*reopen)(struct dnstap *dnstap);
    /* Who is to be told of messages. */
    struct forwarder_mirror (*mirror)(struct dnstap *dnstap);
    /* Writes what there is, if that takes less than a second, and ends. */
    void (*close)(struct dnstap *dnstap);
};

extern const struct dnstap_functions dnstap_functions;
