/*
 * struct image_reference: what a user calls an image, [HOST[:PORT]/]NAME[:TAG][@DIGEST].
 *
 *     127.0.0.1:5000/busybox:1
 *     registry.example/team/app@sha256:…
 *     alpine                        (docker.io/library/alpine:latest)
 *
 * The grammar and the defaults are docker's: the first part of a name is a host where it has a dot,
 * a colon or an upper-case letter, or is "localhost"; else the host is docker.io, where names
 * of one part live below library/. Without a tag and a digest the tag is "latest". Pure; any
 * thread. Source: github.com/distribution/reference, and the OCI distribution-spec
 * ("Pulling manifests").
 */
#pragma once

#include "image/digest.h"

/* Longest text of each part, without a NUL. */
#define IMAGE_HOST_MAX 255
#define IMAGE_REPOSITORY_MAX 255
#define IMAGE_TAG_MAX 128
/* Room for any reference as text, with a NUL. */
#define IMAGE_REFERENCE_TEXT_MAX                                                                   \
    (IMAGE_HOST_MAX + 1 + IMAGE_REPOSITORY_MAX + 1 + IMAGE_TAG_MAX + 1 + IMAGE_DIGEST_TEXT_MAX)

struct image_reference {
    char host[IMAGE_HOST_MAX + 1];             /* with ":PORT" where there is one */
    char repository[IMAGE_REPOSITORY_MAX + 1]; /* e.g. "library/alpine" */
    char tag[IMAGE_TAG_MAX + 1];               /* "" where only a digest is given */
    bool has_digest;
    struct image_digest digest; /* where has_digest */
};

enum image_reference_status {
    IMAGE_REFERENCE_OK,
    IMAGE_REFERENCE_EMPTY,
    IMAGE_REFERENCE_TOO_LONG,
    IMAGE_REFERENCE_BAD_HOST,
    IMAGE_REFERENCE_BAD_PORT,
    IMAGE_REFERENCE_BAD_NAME,
    IMAGE_REFERENCE_BAD_TAG,
    IMAGE_REFERENCE_BAD_DIGEST,
};

/* Reads the whole of `text` with the defaults filled in; *ret_reference is untouched where the
 * status is not OK. */
enum image_reference_status image_reference_parse(struct bytes text,
                                                  struct image_reference *ret_reference);

/* What a status means, as the end of a sentence: "the tag …". Never NULL. */
const char *image_reference_explain(enum image_reference_status status);

/* The reference with its defaults written out; parsing that gives the same reference again. False
 * only where it does not fit: IMAGE_REFERENCE_TEXT_MAX octets always do. */
bool image_reference_format(const struct image_reference *reference, struct text *ret_text);
