/* An array, with lists through it. */
#include "forwarder/core/waiters.h"

struct forwarder_waiters forwarder_waiters_init(struct forwarder_waiter *at, uint32_t count_max)
{
    return (struct forwarder_waiters){ .at = at, .count_max = count_max };
}

bool forwarder_waiters_add(struct forwarder_waiters *waiters, struct forwarder_waiting_list *list,
                           const struct forwarder_waiter *waiter)
{
    uint32_t number = waiters->first_free;

    if (number != 0) {
        waiters->first_free = waiters->at[number - 1].next;
    } else {
        if (waiters->touched == waiters->count_max)
            return false;
        waiters->touched += 1;
        number = waiters->touched;
    }
    waiters->at[number - 1] = *waiter;
    waiters->at[number - 1].next = 0;
    if (list->last != 0)
        waiters->at[list->last - 1].next = number;
    else
        list->first = number;
    list->last = number;
    waiters->count += 1;
    return true;
}

bool forwarder_waiters_take(struct forwarder_waiters *waiters, struct forwarder_waiting_list *list,
                            struct forwarder_waiter *ret_waiter)
{
    uint32_t number = list->first;

    if (number == 0)
        return false;
    *ret_waiter = waiters->at[number - 1];
    list->first = ret_waiter->next;
    if (list->first == 0)
        list->last = 0;
    waiters->at[number - 1].next = waiters->first_free;
    waiters->first_free = number;
    waiters->count -= 1;
    return true;
}
