/*
 * What the codec says of its input: DNS_OK, or what is wrong and at which octet.
 *
 *     struct dns_verdict verdict = dns_message_read(wire, &message);
 *     if (verdict.status != DNS_OK)
 *         … dns_status_text(verdict.status), verdict.offset …
 *
 * Pure; any thread.
 */
#pragma once

#include "base/bytes.h"

enum dns_status {
    DNS_OK,
#define STATUS(name, sentence) DNS_##name,
#include "dns/status.def"
#undef STATUS
};

/* A refusal, or DNS_OK with offset 0. */
struct dns_verdict {
    enum dns_status status;
    size_t offset; /* where, in octets from the start of the whole input; at most its size */
};

/* All is well. */
static inline struct dns_verdict dns_accept(void)
{
    return (struct dns_verdict){ .status = DNS_OK, .offset = 0 };
}

/* Something is wrong with the octet (or with what begins) at `offset`. */
static inline struct dns_verdict dns_refuse(enum dns_status status, size_t offset)
{
    return (struct dns_verdict){ .status = status, .offset = offset };
}

/* The reason as part of a sentence: no capital, no full stop. Static text. */
const char *dns_status_text(enum dns_status status);

/* The name of the enumerator without DNS_, such as "TRAILING_OCTETS": for programs that read it.
 * Static text. */
const char *dns_status_name(enum dns_status status);
