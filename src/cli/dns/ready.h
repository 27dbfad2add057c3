/* The line that says that queries are answered. */
#pragma once

#include "forwarder/io/loop.h"

/* Says where this configuration is answered, of whose addresses those that `is_listening` (of
 * FORWARDER_LISTEN_MAX) says so of, and whom it asks. */
void dns_ready_print(const struct forwarder_loop_config *config, const bool *is_listening);

/* What nobody reads is lost, and no failure of a server. */
void dns_print_finish(void);
