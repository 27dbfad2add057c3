/*
 * Who hears of what goes wrong and changes nothing, such as a hook that fails when the container
 * runs already.
 */
#pragma once

#include "base/err.h"

/* Called in the thread of the call that it is about; the sentence is gone when it returns. */
typedef void (*oci_warn_function)(void *owner, const struct err *warning);

/* Where `warn` is NULL nobody hears of it. */
struct oci_listener {
    oci_warn_function warn;
    void *owner; /* what `warn` is called with */
};
