/*
 * EDNS as text: what the OPT record says, as dig prints it.
 *
 *     ; EDNS: version: 0, flags: do; udp: 1232
 *     ; COOKIE: 24a5ac1de3e1a7d8
 *
 * The upper bits of the response code stand in OPT, but are shown with the rest of the code in the
 * header's line. Pure; any thread; nothing is allocated.
 */
#pragma once

#include "base/byte_writer.h"
#include "base/text.h"
#include "dns/edns.h"

/* Room for any OPT record, with the final NUL: an option of 12 octets, UPDATE-LEASE, takes most. */
#define DNS_EDNS_TEXT_MAX (12 * 65536 + 64)

/* Appends a line with version, flags and UDP size, and a line for each option (dns/option_text.h),
 * without the final newline. Options that are not whole (dns_rdata_check() refuses them) are left
 * out. False, and nothing appended, where there is no room (DNS_EDNS_TEXT_MAX is enough). */
bool dns_edns_format(const struct dns_edns *edns, struct text *text);

/* Reads such lines, with semicolons in front or without; empty lines between, and a title in front,
 * say nothing. The octets of the options go to `out`, whose block ret_edns->options then looks at;
 * the upper bits of the response code are 0. What dns_edns_format() makes of options that
 * dns_rdata_check() accepts is read as the same octets. On refusal, the offset in the text; nothing
 * is written, and *ret_edns is untouched. */
struct dns_verdict dns_edns_parse(struct bytes text, struct byte_writer *out,
                                  struct dns_edns *ret_edns);
