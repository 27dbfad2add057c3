/*
 * What a registry asks for before it answers: the WWW-Authenticate header of a 401. Pure; any
 * thread. Source: RFC 9110 section 11.3, RFC 6750 section 3, distribution's token authentication.
 */
#pragma once

#include "base/text.h"

#define IMAGE_CHALLENGE_TEXT_MAX 1024

struct image_challenge {
    char realm[IMAGE_CHALLENGE_TEXT_MAX];   /* where tokens are given: a URL */
    char service[IMAGE_CHALLENGE_TEXT_MAX]; /* "" where it names none */
};

enum image_challenge_status {
    IMAGE_CHALLENGE_OK,
    IMAGE_CHALLENGE_OTHER_SCHEME, /* Basic, Digest, …: wants a user */
    IMAGE_CHALLENGE_MALFORMED,    /* or a part longer than IMAGE_CHALLENGE_TEXT_MAX */
};

/* Reads one header's value. *ret_challenge is untouched where the status is not OK. Parameters that
 * we do not know are passed over; control characters are malformed. */
enum image_challenge_status image_challenge_parse(struct bytes value,
                                                  struct image_challenge *ret_challenge);
