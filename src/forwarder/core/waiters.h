/*
 * struct forwarder_waiters: clients that wait for the answer to a query, at most a number that is
 * given at init; each in the list of one query, which are answered in the order in which they came.
 *
 * Storage is the caller's. Pure; one thread at a time.
 */
#pragma once

#include "forwarder/core/datagram.h"
#include "forwarder/core/letters.h"
#include "forwarder/core/request.h"

struct forwarder_waiter {
    struct forwarder_path client;     /* where the answer goes */
    struct forwarder_request request; /* how to answer */
    struct forwarder_letters letters; /* of the name as the client wrote it */
    uint32_t share;                   /* of its network: forwarder_shares_take(); 0: none */
    uint64_t since_ns;                /* when its query came */
    uint32_t next; /* in its list or in that of free ones: number, 0 at the end */
};

/* Those who wait for one query; all zero: nobody. */
struct forwarder_waiting_list {
    uint32_t first; /* numbers from 1 on */
    uint32_t last;
};

struct forwarder_waiters {
    struct forwarder_waiter *at; /* count_max of them */
    uint32_t count_max;
    uint32_t count;      /* that wait */
    uint32_t touched;    /* from here on never used */
    uint32_t first_free; /* 0 where none was given back */
};

/* Nobody, in room for `count_max`. */
struct forwarder_waiters forwarder_waiters_init(struct forwarder_waiter *at, uint32_t count_max);

/* Adds one to the end of a list; false where there is no more room. */
bool forwarder_waiters_add(struct forwarder_waiters *waiters, struct forwarder_waiting_list *list,
                           const struct forwarder_waiter *waiter);

/* Takes the first off a list; false where there is none. */
bool forwarder_waiters_take(struct forwarder_waiters *waiters, struct forwarder_waiting_list *list,
                            struct forwarder_waiter *ret_waiter);
