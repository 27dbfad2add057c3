/*
 * TLS by OpenSSL, as forwarder/io/tls.h wants it: a module, so that who forwards without TLS has
 * none of the library's costs.
 */
#pragma once

#include "forwarder/io/tls.h"

extern const struct forwarder_tls_functions tls_functions;
