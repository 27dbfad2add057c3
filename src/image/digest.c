/* Digests: strict text on one side, OpenSSL on the other. */
#include "image/digest.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <errno.h>
#include <openssl/evp.h>

static const char algorithm[] = "sha256:";

static bool is_hex_lower(uint8_t octet)
{
    return (octet >= '0' && octet <= '9') || (octet >= 'a' && octet <= 'f');
}

bool image_digest_parse(struct bytes text, struct image_digest *ret_digest)
{
    struct image_digest digest = { 0 };
    struct bytes hex;

    if (!bytes_has_prefix(text, bytes_of_text(algorithm)))
        return false;
    if (!bytes_from(text, strlen(algorithm), &hex) || hex.size != IMAGE_DIGEST_HEX)
        return false;
    for (size_t i = 0; i < hex.size; i++) {
        if (!is_hex_lower(hex.at[i]))
            return false;
        digest.hex[i] = (char)hex.at[i];
    }
    *ret_digest = digest;
    return true;
}

struct image_digest_text image_digest_text(const struct image_digest *digest)
{
    struct image_digest_text result;
    struct text text = text_init(result.at, sizeof(result.at));

    REQUIRE(text_append(&text, algorithm));
    REQUIRE(text_append(&text, digest->hex));
    return result;
}

bool image_digest_equal(const struct image_digest *a, const struct image_digest *b)
{
    return memcmp(a->hex, b->hex, sizeof(a->hex)) == 0;
}

int image_hash_init(struct image_hash *hash, struct err *err)
{
    *hash = (struct image_hash){ .state = EVP_MD_CTX_new() };
    if (hash->state == NULL)
        return err_system(err, ENOMEM, "begin a digest");
    if (EVP_DigestInit_ex(hash->state, EVP_sha256(), NULL) != 1) {
        image_hash_done(hash);
        return err_set(err, -ENOSYS, "OpenSSL offers no SHA-256");
    }
    return 0;
}

/* Once SHA-256 has begun, OpenSSL has nothing left that could fail. */
void image_hash_update(struct image_hash *hash, struct bytes part)
{
    REQUIRE(hash->state != NULL);
    REQUIRE(EVP_DigestUpdate(hash->state, part.at, part.size) == 1);
}

struct image_digest image_hash_finish(struct image_hash *hash)
{
    uint8_t octets[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    struct image_digest digest = { 0 };
    struct text hex = text_init(digest.hex, sizeof(digest.hex));

    REQUIRE(hash->state != NULL);
    REQUIRE(EVP_DigestFinal_ex(hash->state, octets, &size) == 1);
    REQUIRE(size == IMAGE_DIGEST_HEX / 2);
    REQUIRE(text_append_hex(&hex, bytes_of(octets, size)));
    image_hash_done(hash);
    return digest;
}

void image_hash_done(struct image_hash *hash)
{
    EVP_MD_CTX_free(hash->state);
    hash->state = NULL;
}

int image_digest_of(struct bytes content, struct image_digest *ret_digest, struct err *err)
{
    CLEANUP(image_hash_done) struct image_hash hash = { 0 };
    int number = image_hash_init(&hash, err);

    if (number < 0)
        return number;
    image_hash_update(&hash, content);
    *ret_digest = image_hash_finish(&hash);
    return 0;
}
