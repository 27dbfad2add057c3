/* What a message is made of, as far as it can be read: for the parts of the mutator. */
#pragma once

#include "dns/message.h"
#include "fuzz/dns/maker.h"

#define DNS_ENTRIES_MAX 128

/* A question or a record. */
struct dns_entry {
    size_t start;
    size_t fixed; /* where the owner is over */
    size_t end;
    uint8_t section;
};

struct dns_entries {
    struct bytes wire;
    struct dns_header header;
    unsigned int read[DNS_SECTIONS]; /* how many of each section are entries */
    size_t tail;                     /* where what could not be read begins */
    unsigned int count;
    struct dns_entry entries[DNS_ENTRIES_MAX];
};

/* Reads as much as can be; false: not even a header. */
bool dns_entries_read(struct bytes wire, struct dns_entries *ret_entries);

/* Changes octets of the message that stands in `maker->out`: each change breaks one thing, or
 * changes one number. */
void dns_mutate_octets(struct dns_maker *maker);
