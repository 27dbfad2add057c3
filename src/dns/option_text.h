/*
 * Options of EDNS as text: NAME: value, as dig prints them. Octets that an option cannot have are
 * shown in hexadecimal, as those of an unknown option are, and any option may be read in that form.
 *
 *     CLIENT-SUBNET: 192.0.2.0/24/0
 *     EDE: 18 (Prohibited): (not for you)
 *     OPT=65001: 61 62 ("ab")
 *
 * Pure; any thread; nothing is allocated.
 */
#pragma once

#include "base/byte_reader.h"
#include "base/text.h"
#include "dns/option.h"

/* Appends an option, without blank or semicolon in front: of one that dns_option_check() accepts,
 * what dns_option_parse() reads as the same octets. False, and nothing appended, where there is no
 * room: 12 characters an octet (code and length counted too) are enough. */
bool dns_option_format(const struct dns_edns_option *option, struct text *text);

/* Reads the text that is left, which has no end of line, as one option, and appends that (code,
 * length, octets) to `out`. What is written is what its code can have: dns_option_check(). On
 * refusal, the offset in the text; nothing is written then, and the reader is not moved. Names are
 * read in any case; words in parentheses that explain a value are not looked at. */
struct dns_verdict dns_option_parse(struct byte_reader *text, struct byte_writer *out);
