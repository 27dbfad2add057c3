/*
 * A dnstap message: the octets of a protobuf message `Dnstap` around a DNS message. They are made
 * here, since they are ten flat fields and always the same ones; fields are rows of a table. Pure;
 * any thread. https://dnstap.info, protobuf's encoding specification.
 */
#pragma once

#include "forwarder/io/mirror.h"

#define DNSTAP_CONTENT_TYPE "protobuf:dnstap.Dnstap"

/* Identity and version have at most so many octets. */
#define DNSTAP_TEXT_MAX 255

/* Room for all of a message but the DNS message in it. */
#define DNSTAP_HEAD_MAX 1024

/* Who tells. */
struct dnstap_teller {
    const char *identity; /* "": not said, as the next */
    const char *version;
};

/* A moment, of the wall clock. */
struct dnstap_time {
    uint64_t s;
    uint32_t ns;
};

/* Writes what stands before the DNS message, which is all that follows it. `now` is when it came or
 * was sent. An answer to a client also says when its query came, if that is known. To be called
 * with DNSTAP_HEAD_MAX octets of room (REQUIRE). */
void dnstap_message_write(const struct forwarder_passing *passing,
                          const struct dnstap_teller *teller, struct dnstap_time now,
                          struct byte_writer *out);
