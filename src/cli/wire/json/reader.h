/*
 * Messages from JSON: objects with the members of RFC 8427, one after another, or pairs of them as
 * queryMessage and responseMessage (its section 3).
 *
 *     wire_json_open(text, &reader, err);
 *     while ((number = wire_json_next(reader, &message, err)) > 0)
 *         …
 *     wire_json_close(&reader);
 *
 * What is left out of the header is 0, a class IN; a name, a type and a TTL must be said. Of a type
 * or a class, the number or the name suffices; of RDATA, RDATAHEX or rdata<TYPE>, or of OPT the
 * member EDNS. Where two members say the same thing, they must agree. Counts and lengths are not
 * looked at: they follow from what is there. Other members are ignored (RFC 8427 section 2).
 * Records stand in the order of their lists, and names are compressed; but messageOctetsHEX, where
 * it is there alone or says what the other members say, is the message as it was.
 *
 * What is given is accepted by dns_message_read() and dns_message_check_rdata(). Errors are -errno
 * with a sentence that names the place. One thread.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

struct wire_json;

/* A reader at the start of a text, which outlives it. The caller closes it. */
int wire_json_open(struct bytes text, struct wire_json **ret_reader, struct err *err);

/* The next message: 1, 0 at the end, or -errno. It is valid until the next one is asked for. */
int wire_json_next(struct wire_json *reader, struct bytes *ret_message, struct err *err);

/* Frees it, and sets *reader to NULL. Fits CLEANUP. */
void wire_json_close(struct wire_json **reader);
