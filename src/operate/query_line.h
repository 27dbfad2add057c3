/*
 * A line of the query log: an answer that was sent, as text or as JSON. Names are in presentation
 * form, so whatever octets they have, a line is printable ASCII. Pure; any thread.
 */
#pragma once

#include "base/text.h"
#include "forwarder/core/datagram.h"

/* Room for any line, with its newline and the final NUL. */
#define OPERATE_QUERY_LINE_MAX 4096

struct operate_query_line {
    const char *time; /* of now: printable */
    const struct forwarder_datagram *answer;
    uint64_t waited_ns;
    bool is_json;
};

/* Whether an answer is a failure: SERVFAIL, or anything but NOERROR and NXDOMAIN that we say. */
bool operate_query_line_is_failure(const struct forwarder_datagram *answer);

/* Writes the line, which fits (REQUIRE), to an empty text of OPERATE_QUERY_LINE_MAX. */
void operate_query_line_write(const struct operate_query_line *event, struct text *line);
