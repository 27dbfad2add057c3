/* A smaller message that shows the same. */
#pragma once

#include "base/bytes.h"

/* Whether a message shows what is looked for. */
typedef bool (*diff_shows)(void *arg, struct bytes wire);

/* Makes a message smaller as long as it shows what `wire` shows; a view of `block`, which has
 * DIFF_MESSAGE_MAX octets. */
struct bytes diff_shrink(struct bytes wire, diff_shows shows, void *arg, uint8_t *block);
