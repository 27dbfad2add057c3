/* Who hears of what goes wrong and changes nothing. */
#pragma once

#include "base/err.h"

/* `warn` may be NULL: then nobody hears of it. It is called in the thread of the call that it is
 * about. */
struct oci_listener {
    void (*warn)(void *owner, const struct err *warning);
    void *owner;
};
