/*
 * What a supervisor and its shards say to each other, over a socket that keeps messages apart
 * (SOCK_SEQPACKET): orders down, with descriptors beside them, and words up.
 *
 * A shard believes its supervisor. The supervisor does not believe a shard, which answers queries
 * from the network and may be somebody else's by now: a word is of one size, and is looked at here
 * before anything is done about it; who says something else, or at the wrong time, is ended.
 * Nothing blocks. One thread.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "forwarder/io/loop.h"

/* What a shard has to say. */
enum dns_word_kind {
    DNS_WORD_READY = 1, /* it answers */
    DNS_WORD_FAILED,    /* it cannot begin, or go on; a sentence says why, and it ends */
    DNS_WORD_AGREES,    /* it could go on with the configuration that it read, */
    DNS_WORD_REFUSES,   /* or could not; a sentence says why */
    DNS_WORD_CHANGED,   /* it goes on with it */
    DNS_WORD_HERE,      /* it was asked whether it is there */
    DNS_WORDS
};

struct dns_word {
    uint64_t kind;   /* enum dns_word_kind */
    uint64_t digest; /* of AGREES: what it has read (dns_settings_digest()); else 0 */
    struct err err;  /* of FAILED and REFUSES; its sentence is printable ASCII or has no octet below
                        0x20, nor 0x7f */
};

/* Reads a word; false, and *ret_word untouched, where that is none. What a terminal would obey in
 * its sentence is replaced. Pure. */
bool dns_word_read(struct bytes octets, struct dns_word *ret_word);

/* Says one, with the sentence of `err`, or none where that is NULL. -errno. */
int dns_word_send(int fd, enum dns_word_kind kind, const struct err *err);

/* Says that it could go on with what it has read, of which that is the digest. -errno. */
int dns_word_agree(int fd, uint64_t digest);

/* The next word: 1; 0 at the end, or where what came is none; -EAGAIN: nothing came so far. */
int dns_word_receive(int fd, struct dns_word *ret_word);

/* What a supervisor wants. */
enum dns_order_kind {
    DNS_ORDER_PREPARE = 1, /* read the configuration anew; these are sockets that are new in it */
    DNS_ORDER_COMMIT,      /* go on with it, */
    DNS_ORDER_ABORT,       /* or forget it */
    DNS_ORDER_REOPEN,      /* of who writes a file: go on in this one, the tcp_fd of `listen` */
    DNS_ORDER_SERVE,       /* take this connection of the control, the only one of `listen` */
    DNS_ORDER_ASK,         /* say whether you are there */
    DNS_ORDER_STOP,        /* end */
};

struct dns_order {
    uint32_t kind;
    uint32_t listen_count;
    struct forwarder_listen listen[FORWARDER_LISTEN_MAX]; /* of PREPARE */
};

/* Gives an order, and copies of the descriptors in it. -EAGAIN: too much is there that was not
 * read. */
int dns_order_send(int fd, const struct dns_order *order);

/* The next order, whose descriptors are the caller's: 1; 0 at the end; -EAGAIN: none came so far.
 */
int dns_order_receive(int fd, struct dns_order *ret_order);
