/*
 * The file with the secrets that cookies are made with, for servers that answer at one address: a
 * secret a line, in 32 hexadecimal digits. The first is what new cookies are made with, all are
 * known: so a new one is first put last at all servers, then first, and the old one taken away an
 * hour later (RFC 9018 section 5). Empty lines count for nothing, nor what begins with '#'.
 *
 * Pure; any thread.
 */
#pragma once

#include "base/err.h"
#include "forwarder/core/cookies.h"

/* Reads the secrets, one to FORWARDER_COOKIE_SECRETS_MAX, into the configuration. -EINVAL with a
 * sentence that names the line and none of its octets; then nothing is changed. */
int forwarder_cookie_secrets_parse(struct bytes text, struct forwarder_cookie_config *config,
                                   struct err *err);
