/*
 * Property: a file of secrets is refused with a sentence, and nothing is changed; or it gives one
 * to four secrets, which written as the file says are read again as the same.
 *
 * Covers: src/forwarder/io/cookie_secrets.c 90%
 */
#include "forwarder/io/cookie_secrets.h"
#include "fuzz/target.h"

/* A secret a line, in capitals, with a line in between that counts for nothing. */
static size_t write_secrets(const struct forwarder_cookie_config *config, uint8_t *out)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t size = 0;

    for (size_t i = 0; i < config->secrets_count; i++) {
        for (size_t place = 0; place < FORWARDER_COOKIE_SECRET; place++) {
            out[size] = (uint8_t)digits[config->secrets[i][place] >> 4];
            out[size + 1] = (uint8_t)digits[config->secrets[i][place] & 15];
            size += 2;
        }
        memcpy(out + size, "\n# more\n\n", 9);
        size += 9;
    }
    return size;
}

FUZZ_TARGET(input)
{
    struct forwarder_cookie_config config = { .secrets_count = 7 };
    struct forwarder_cookie_config again = { 0 };
    struct err err = { 0 };
    uint8_t written[FORWARDER_COOKIE_SECRETS_MAX * (2 * FORWARDER_COOKIE_SECRET + 9)];
    size_t size;

    if (forwarder_cookie_secrets_parse(input, &config, &err) < 0) {
        fuzz_require(config.secrets_count == 7);
        fuzz_require(err.sentence[0] != '\0');
        return;
    }
    fuzz_require(config.secrets_count >= 1);
    fuzz_require(config.secrets_count <= FORWARDER_COOKIE_SECRETS_MAX);
    size = write_secrets(&config, written);
    fuzz_require(forwarder_cookie_secrets_parse(bytes_of(written, size), &again, &err) == 0);
    fuzz_require(again.secrets_count == config.secrets_count);
    fuzz_require(
        memcmp(again.secrets, config.secrets, config.secrets_count * FORWARDER_COOKIE_SECRET) == 0);
}
