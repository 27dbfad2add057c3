/*
 * Parts of a message as text, in the form that dig prints: header, questions, records, and EDNS
 * (dns/edns_text.h). Each function appends to a text of the caller's, and gives false, with nothing
 * appended, where there is no room. Nothing here refuses an accepted message. Pure; any thread.
 */
#pragma once

#include "dns/edns_text.h"
#include "dns/message.h"
#include "dns/rdata.h"

/* Room for any record (owner, TTL, class, type, RDATA), or any other part, with the final NUL. */
#define DNS_PART_TEXT_MAX (DNS_NAME_TEXT_MAX + DNS_EDNS_TEXT_MAX + 2048)

/* Two lines, without the final newline: opcode, status and id; flags and counts. */
bool dns_header_format(const struct dns_message *message, struct text *text);

/* "NAME CLASS TYPE", with tabs between. */
bool dns_question_format(const struct dns_question *question, struct text *text);

/* "NAME TTL CLASS TYPE RDATA", with tabs between: a line of a zone file. */
bool dns_rr_format(const struct dns_rr *rr, struct text *text);
