/*
 * Records of JSON: the members of RFC 8427 section 2.2 and 2.3, and an object EDNS for what OPT
 * means. Errors are -EINVAL with a sentence that begins with the member. One thread.
 */
#pragma once

#include "base/byte_writer.h"
#include "base/err.h"
#include "dns/question.h"
#include "dns/rr_text.h"

#include <jansson.h>

/* What the reading of RDATA takes: its octets, and those of another member that says it too. */
struct wire_json_scratch {
    uint8_t octets[2 * 65536];
    char text[2 * 65536 + 32]; /* RDATAHEX in the form of RFC 3597 */
    uint8_t again[2 * 65536];
};

/* Reads NAME, TYPE and CLASS (which is IN where it is left out) with `prefix` ("Q" or "") in front.
 * 1, 0 where neither name nor type is there, or -EINVAL. */
int wire_json_read_question(const json_t *object, const char *prefix,
                            struct dns_question *ret_question, struct err *err);

/* Reads all of a record but RDATA, or of OPT all that EDNS says too. */
int wire_json_read_record(const json_t *object, struct dns_rr_text *ret_record, struct err *err);

/* Reads the RDATA of a record: from RDATAHEX, from rdata<TYPE>, or of OPT from EDNS. Where several
 * are there, they must say the same. record->rdata looks at the scratch then. */
int wire_json_read_rdata(const json_t *object, struct wire_json_scratch *scratch,
                         struct dns_rr_text *record, struct err *err);
