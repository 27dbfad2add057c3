/*
 * struct image_digest: the SHA-256 name of some content, "sha256:" and 64 lower-case hexadecimal
 * digits. The only ways to get one are to parse a whole valid digest and to hash content, so its
 * digits may be used as a file name.
 *
 * struct image_hash: content on its way to a digest. Order of calls: image_hash_init(),
 * image_hash_update() with each part in turn, image_hash_finish(); image_hash_done() at any time.
 * One thread at a time.
 */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "base/text.h"

#define IMAGE_DIGEST_HEX 64
/* "sha256:", the digits and a NUL: room for the text of any digest. */
#define IMAGE_DIGEST_TEXT_MAX (7 + IMAGE_DIGEST_HEX + 1)

struct image_digest {
    char hex[IMAGE_DIGEST_HEX + 1]; /* ends with a NUL; all zero octets: no digest */
};

/* A digest as text of its own, for messages: image_digest_text(&digest).at. */
struct image_digest_text {
    char at[IMAGE_DIGEST_TEXT_MAX];
};

/* Reads a digest that is the whole of `text`. Other algorithms than sha256, upper-case digits and
 * any further character are refused. Pure; any thread. Source: OCI image-spec
 * descriptor.md#digests. */
bool image_digest_parse(struct bytes text, struct image_digest *ret_digest);

/* The digest as it is written in manifests and references. Pure; any thread. */
struct image_digest_text image_digest_text(const struct image_digest *digest);

/* Whether both name the same content. Pure; any thread. */
bool image_digest_equal(const struct image_digest *a, const struct image_digest *b);

struct evp_md_ctx_st;

struct image_hash {
    struct evp_md_ctx_st *state; /* NULL: not begun, or done */
};

/* Begins to hash. -ENOMEM or -ENOSYS where OpenSSL cannot. The caller owns `hash`, and gives it to
 * image_hash_done(). */
int image_hash_init(struct image_hash *hash, struct err *err);

/* Takes the next part of the content. The hash must be begun (REQUIRE). */
void image_hash_update(struct image_hash *hash, struct bytes part);

/* The digest of all that was taken; the hash is done afterwards. It must be begun (REQUIRE). */
struct image_digest image_hash_finish(struct image_hash *hash);

/* Frees what the hash holds. Safe twice, and on a zeroed one. Fits CLEANUP. */
void image_hash_done(struct image_hash *hash);

/* The digest of content that is in memory as a whole. Errors as image_hash_init(). */
int image_digest_of(struct bytes content, struct image_digest *ret_digest, struct err *err);
