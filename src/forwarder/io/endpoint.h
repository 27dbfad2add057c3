/*
 * An address and a port in its three forms: text, struct forwarder_address, struct sockaddr.
 * Any thread.
 */
#pragma once

#include "base/err.h"
#include "base/text.h"
#include "forwarder/core/network.h"

#include <sys/socket.h>

/* Reads "ADDR:PORT", "[ADDR]:PORT" for IPv6, or the address alone, which gets `default_port`. An
 * IPv6 address may end in %INTERFACE. -EINVAL with a sentence that begins with the text. */
int forwarder_endpoint_parse(const char *text, uint16_t default_port,
                             struct forwarder_address *ret_address, struct err *err);

/* Reads "ADDR/BITS", or the address alone, which is a network of one. -EINVAL with a sentence that
 * begins with the text; also where bits are set behind the prefix. */
int forwarder_network_parse(const char *text, struct forwarder_network *ret_network,
                            struct err *err);

/* Room for any endpoint as text, with the final NUL. */
#define FORWARDER_ENDPOINT_TEXT_MAX 80

/* An endpoint as forwarder_endpoint_parse() reads it, in the block of the caller's, which is also
 * what is returned. */
const char *forwarder_endpoint_format(const struct forwarder_address *address,
                                      char block[FORWARDER_ENDPOINT_TEXT_MAX]);

/* Whether it is 0.0.0.0 or [::], which stands for all addresses of this machine. */
bool forwarder_endpoint_is_any(const struct forwarder_address *address);

/* The socket address of an endpoint that has one (size 4 or 16: REQUIRE), and its size. */
socklen_t forwarder_endpoint_to_socket(const struct forwarder_address *address,
                                       struct sockaddr_storage *ret_socket);

/* The endpoint of an IPv4 or IPv6 socket address; no address for any other. */
struct forwarder_address forwarder_endpoint_from_socket(const struct sockaddr_storage *socket);
