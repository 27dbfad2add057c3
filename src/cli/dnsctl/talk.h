/*
 * One request to a cupel-dns, and its answer. Every failure is one sentence, which was said on
 * stderr when the functions return.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"

#include <jansson.h>
#include <stdio.h>

#define CTL_PROGRAM "cupel-dns-ctl"
#define CTL_SOCKET "/run/cupel-dns.socket"

struct ctl_globals {
    const char *control;
};

/* An answer: its first line, and what comes behind that. */
struct ctl_answer {
    json_t *json;
    FILE *rest;
};

/* Closes it; safe on one that is all zero. For CLEANUP. */
void ctl_answer_done(struct ctl_answer *answer);

/* Sends a request, which it takes, and reads the first line of the answer. Where that says what
 * went wrong, it is the sentence of `err`. */
int ctl_ask(const struct ctl_globals *globals, json_t *request, struct ctl_answer *ret_answer,
            struct err *err);

/* Likewise, with octets behind the request. */
int ctl_ask_with(const struct ctl_globals *globals, json_t *request, struct bytes octets,
                 struct ctl_answer *ret_answer, struct err *err);

/* A request for a command. */
json_t *ctl_request(const char *command);
