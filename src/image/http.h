/*
 * One HTTP GET at a time, with libcurl, under the rules that pulling an image needs:
 *   - HTTPS with the certificate checked, unless the caller allows otherwise for this URL;
 *   - redirects are not followed here: the caller decides about each (image/registry.c);
 *   - a body has a limit, and only that of a 200 is given away;
 *   - waiting has a limit: for the connection, and for a server that sends next to nothing.
 *
 * Order of calls: image_http_open(), image_http_get() as often as needed (connections are kept
 * and used again), image_http_close(). One thread at a time.
 */
#pragma once

#include "base/err.h"
#include "image/digest.h"
#include "image/layer.h"

#define IMAGE_URL_MAX 8192
#define IMAGE_HEADER_MAX 4096

struct image_http {
    void *curl;         /* libcurl's handle; NULL: closed */
    bool trusts_anyone; /* certificates are not checked */
};

/* Makes a handle. The caller closes it. */
int image_http_open(struct image_http *http, bool trusts_anyone, struct err *err);

/* Frees the handle and its connections. Safe twice. Fits CLEANUP. */
void image_http_close(struct image_http *http);

/* Takes the next part of a body; 0, or -errno with a sentence to stop the transfer. */
typedef int image_http_take(void *owner, struct bytes part, struct err *err);

struct image_http_request {
    const char *url;    /* http:// or https:// */
    const char *accept; /* media types, or NULL */
    const char *token;  /* sent as "Authorization: Bearer …", or NULL */
    uint64_t bytes_max; /* of the body of a 200 */
    image_http_take *take;
    void *owner;
    struct image_watch watch;
};

struct image_http_response {
    long status;
    char content_type[IMAGE_HEADER_MAX]; /* "" where the header is absent or longer; so for all */
    char location[IMAGE_URL_MAX];
    char challenge[IMAGE_HEADER_MAX]; /* WWW-Authenticate: the first for Bearer, else the first */
    char digest[IMAGE_HEADER_MAX];    /* Docker-Content-Digest */
};

/* Gets the URL. 0 with the response, whatever its status; where there is none -errno with a
 * sentence that names no URL: -EPROTO where TLS could not even begin, -ECONNREFUSED, -ETIMEDOUT,
 * -EFBIG for a body past its limit, -ECANCELED where the watch says stop, what `take` gave, or
 * -EIO. */
int image_http_get(struct image_http *http, const struct image_http_request *request,
                   struct image_http_response *ret_response, struct err *err);
