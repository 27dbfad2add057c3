/*
 * struct image_registry: one repository of one registry, to fetch from.
 *
 * Order of calls: image_registry_open() for a reference, image_registry_get_manifest() and
 * image_registry_get_blob() as often as needed, image_registry_close().
 *
 * The rules, in one place:
 *   - HTTPS. Plain HTTP is spoken only where the host is a loopback address or "localhost", or
 *     where the caller says that it is all right, and only after TLS could not even begin.
 *   - A 401 that asks for a bearer token is met once with an anonymous token of the realm that it
 *     names. The token goes to the registry itself (same scheme, host and port) and nowhere else,
 *     whatever redirects say (CVE-2020-15157).
 *   - At most 5 redirects, never from HTTPS to plain HTTP.
 *   - A manifest has at most IMAGE_JSON_BYTES_MAX octets, a blob exactly what its descriptor says,
 *     and both hash to the digest that was asked for.
 *
 * One thread at a time. Errors name the registry. Source: OCI distribution-spec "Pull".
 */
#pragma once

#include "image/http.h"
#include "image/manifest.h"
#include "image/reference.h"

/* The longest token that is sent. */
#define IMAGE_TOKEN_MAX 16384

struct image_registry {
    struct image_http http;
    char host[IMAGE_HOST_MAX + 1]; /* to connect to, with ":PORT" where there is one */
    char repository[IMAGE_REPOSITORY_MAX + 1];
    bool may_be_plain;               /* plain HTTP is all right */
    bool is_plain;                   /* it is what this registry speaks */
    bool has_answered;               /* over the one or the other */
    char token[IMAGE_TOKEN_MAX + 1]; /* "" until one was asked for */
    struct image_watch watch;        /* told of the octets of each answer */
};

/* A registry for a reference. `trusts_anyone`: certificates are not checked, and plain HTTP is all
 * right. Nothing is sent yet. */
int image_registry_open(struct image_registry *registry, const struct image_reference *reference,
                        bool trusts_anyone, const struct image_watch *watch, struct err *err);

/* Closes its connections. Safe twice. Fits CLEANUP. */
void image_registry_close(struct image_registry *registry);

/* A manifest or index with its media type and its digest. */
struct image_document {
    enum image_media media;
    struct image_digest digest;
    struct bytes json;
};

/* Fetches a manifest or index by `name`, which is a tag or a digest as text, into the arena (of
 * IMAGE_JSON_BYTES_MAX and some more). Where `name` is a digest, the content has it. -ENOENT where
 * the registry has no such thing. */
int image_registry_get_manifest(struct image_registry *registry, const char *name,
                                struct arena *arena, struct image_document *ret_document,
                                struct err *err);

/* Fetches a blob and writes it to `fd`; it has the descriptor's size and digest, or it is -EINVAL
 * and what has been written is worth nothing. */
int image_registry_get_blob(struct image_registry *registry,
                            const struct image_descriptor *descriptor, int fd, struct err *err);
