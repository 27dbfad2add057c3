/*
 * What each subject of the build benchmark is. build_list.c takes a message apart into
 * a list of records with uncompressed names; the subject makes of the list what its own library
 * keeps records in, which is not timed, and then writes the message again and again.
 */
#pragma once

#include "base/arena.h"
#include "dns/message.h"

struct build_record {
    enum dns_section section;
    struct dns_name owner;
    uint16_t type;
    uint16_t class;
    uint32_t ttl_s;
    struct bytes rdata; /* names uncompressed */
};

struct build_list {
    struct bytes wire; /* the message that was read */
    struct dns_header header;
    struct dns_question question; /* there is one */
    size_t count;
    const struct build_record *records; /* in the order of the message */
};

/* What the subject keeps for a list; it is never freed. `block` is DNS_MESSAGE_SIZE_MAX octets for
 * the message, and list and block stay. NULL: it cannot. */
void *subject_prepare(const struct build_list *list, uint8_t *block);

/* Writes the message; its size, or 0: it cannot. */
size_t subject_build(void *prepared);

/* The message that was written last, when it is not in the block. */
struct bytes subject_wire(void *prepared, size_t size);
