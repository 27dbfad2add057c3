/*
 * What is called of unbound 1.17: functions inside of libunbound.a, whose headers are not
 * installed. They are declared here by hand; what has no more than to be passed on is a block of
 * octets.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* Its cursor over a message. unbound_buffer_is_ours() of the helper sees that it still has this
 * form. */
struct sldns_buffer {
    size_t position;
    size_t limit;
    size_t capacity;
    uint8_t *octets;
    uint64_t flags;
};

/* Room for a struct msg_parse (some 350 octets), edns_data or query_info. */
struct unbound_block {
    uint64_t words[64];
};

/* A text of sldns: it moves `at` on, and counts `left` down; where there is no room left, `at` is
 * NULL. */
struct unbound_text {
    char *at;
    size_t left;
};

extern time_t MAX_NEG_TTL;
extern int SERVE_ORIGINAL_TTL;
extern int RRSET_ROUNDROBIN;

void *regional_create(void);
void regional_destroy(void *regional);
void sldns_buffer_init_frm_data(struct sldns_buffer *buffer, void *start, size_t size);

/* 0, or the RCODE that the sender is told. */
int parse_packet(struct sldns_buffer *buffer, void *message, void *regional);

/* Takes OPT out of a message that was parsed; 0, or an RCODE. */
int parse_extract_edns_from_response_msg(void *message, void *edns, void *regional);

/* The size of the name at the buffer's position, decompressed, and 0 where there is none. Moves
 * behind it. */
size_t pkt_dname_len(struct sldns_buffer *buffer);
void dname_pkt_copy(struct sldns_buffer *buffer, uint8_t *to, uint8_t *name);

/* Makes a reply of a message that was parsed, as it is held in the cache, and says who asked;
 * without a cache, all is in the region. 0: refused. */
int parse_create_msg(struct sldns_buffer *buffer, void *message, void *cache, void *query_info,
                     void **ret_reply, void *regional);

/* 0: it does not fit. */
int reply_info_encode(void *query_info, void *reply, uint16_t id, uint16_t flags,
                      struct sldns_buffer *buffer, time_t now, void *regional, uint16_t size,
                      int dnssec, int minimise);

/* NULL: the type is not known. */
const void *sldns_rr_descript(uint16_t type);
int sldns_rr_descriptor_field_type(const void *descriptor, size_t number);
int sldns_wire2str_rdata_scan(uint8_t **at, size_t *left, char **text, size_t *text_left,
                              uint16_t type, uint8_t *message, size_t message_size, int *loops);
