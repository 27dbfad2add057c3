/*
 * The TLVs of stateful operations as a member `dsoTLVs` of a message: a list of TYPE, TYPEname,
 * LENGTH and DATAHEX, which are read again, and `text` and of a PUSH `changes`, for people. RFC
 * 8427 does not know them. One thread.
 */
#pragma once

#include "base/byte_writer.h"
#include "base/err.h"
#include "dns/message.h"

#include <jansson.h>

/* Adds the TLVs of an accepted message, where it has some; false where there is no memory. */
bool wire_json_write_tlvs(json_t *object, const struct dns_message *message);

/* Appends the TLVs that the object has to `out`, behind the header: 1, 0 where it has no such
 * member, or -errno with a sentence. */
int wire_json_read_tlvs(const json_t *object, struct byte_writer *out, struct err *err);
