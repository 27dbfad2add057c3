/*
 * A question: what is asked for. RFC 1035 section 4.1.2. Pure; any thread.
 */
#pragma once

#include "dns/name.h"

struct dns_question {
    struct dns_name name;
    uint16_t type;
    uint16_t class;
};

/* Reads the question at the cursor. On refusal neither `in` nor *ret_question is changed. */
struct dns_verdict dns_question_read(struct byte_reader *in, struct dns_question *ret_question);

/* Whether two questions ask the same; the case of the name does not count. */
bool dns_question_equal(const struct dns_question *a, const struct dns_question *b);
