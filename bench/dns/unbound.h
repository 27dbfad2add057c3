/*
 * What the benchmarks call of unbound: functions inside of libunbound.a, whose headers are not
 * installed. They are declared here by hand, with blocks that are large enough for their types.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Room for a struct sldns_buffer or a struct msg_parse (of which it uses some 350 octets). */
struct block {
    uint64_t words[48];
};

void *regional_create(void);
void regional_free_all(void *regional);
void sldns_buffer_init_frm_data(void *buffer, void *start, size_t size);

/* 0: accepted. */
int parse_packet(void *buffer, void *message, void *regional);
