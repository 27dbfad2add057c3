/* What is said on standard output. What nobody reads is lost, and no failure of a server. */
#pragma once

#include "operate/server.h"

/* Says where this configuration is answered, of whose addresses those that `is_listening` (of
 * FORWARDER_LISTEN_MAX) says so of, and whom it asks. */
void dns_ready_print(const struct forwarder_loop_config *config, const bool *is_listening);

/* Says all that is counted. */
void dns_statistics_print(const struct operate_server *server);
