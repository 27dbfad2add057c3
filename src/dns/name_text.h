/*
 * Names and other octets as text without a step between, for the codec's own printing. Pure; any
 * thread.
 */
#pragma once

#include "dns/name.h"
#include "dns/quote.h"

#define DNS_QUOTE_OCTET_MAX 4 /* characters that one octet may take */

/* Puts the characters of the octets at `to`, where there is room for them, and gives the place
 * behind them; no NUL. */
char *dns_quote_put(char *to, struct bytes octets, enum dns_quote where);

/* Writes the name that dns_name_parse_relative() reads, without keeping it: DNS_NO_ROOM, or what is
 * wrong with the text; nothing is written then. */
enum dns_status dns_name_write_text(struct bytes text, const struct dns_name *origin,
                                    struct byte_writer *out);

/* Appends the name at the cursor, which has been checked, as dns_name_format() does. */
bool dns_name_format_at(struct byte_reader in, struct text *text);
