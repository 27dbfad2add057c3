/*
 * What can be read of a message that dns_message_read() refuses: for people who look into one, and
 * never for a program that acts on it.
 *
 *     struct dns_message_partial partial;
 *     dns_message_read_partial(wire, &partial);
 *     if (partial.framing.status != DNS_OK)
 *         … why, and where …
 *     struct dns_walk answers = dns_message_section(&partial.message, DNS_ANSWER);
 *
 * Questions and records are given up to the first that cannot be read. One that can be read, but
 * may not stand where it does (a second question, OPT among the answers), does not end that; and so
 * the refusal may be before the end of what is given. Of a message that is accepted all is given.
 *
 * Everything lives as long as the caller keeps the message's octets. Pure; any thread.
 */
#pragma once

#include "dns/message.h"

struct dns_message_partial {
    /* What was read, for all functions of dns/message.h: its counts are those of the entries that
     * are there, and its second verdict is on the records that are there. The OPT record is the
     * first one of the additional section whose owner is the root. */
    struct dns_message message;
    struct dns_header header;   /* as the message has it, with what its counts say */
    bool has_header;            /* false: `header` is all zeroes, and there are no entries */
    struct dns_verdict framing; /* that of dns_message_read() */
    struct bytes left;          /* the octets behind the last entry that was read */
};

/* Reads what can be read of an input of any size; it cannot fail. */
void dns_message_read_partial(struct bytes wire, struct dns_message_partial *ret_partial);
