/* Lines of hexadecimal digits. */
#include "forwarder/io/cookie_secrets.h"

#include "dns/field_text.h"

#include <errno.h>
#include <string.h>

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t' || octet == '\r';
}

/* The line at the start of a text, without blanks around it; the text becomes what follows. */
static struct bytes take_line(struct bytes *text)
{
    const uint8_t *end = text->size > 0 ? memchr(text->at, '\n', text->size) : NULL;
    size_t size = end == NULL ? text->size : (size_t)(end - text->at);
    struct bytes line = bytes_of(text->at, size);

    *text = bytes_of(text->at + size + (end != NULL), text->size - size - (end != NULL));
    while (line.size > 0 && is_blank(line.at[line.size - 1]))
        line.size -= 1;
    while (line.size > 0 && is_blank(line.at[0]))
        line = bytes_of(line.at + 1, line.size - 1);
    return line;
}

static bool parse_secret(struct bytes line, uint8_t ret_secret[FORWARDER_COOKIE_SECRET])
{
    uint8_t secret[FORWARDER_COOKIE_SECRET];

    if (line.size != 2 * sizeof(secret))
        return false;
    for (size_t i = 0; i < sizeof(secret); i++) {
        int high = dns_hex_digit(line.at[2 * i]);
        int low = dns_hex_digit(line.at[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        secret[i] = (uint8_t)(high << 4 | low);
    }
    memcpy(ret_secret, secret, sizeof(secret));
    return true;
}

int forwarder_cookie_secrets_parse(struct bytes text, struct forwarder_cookie_config *config,
                                   struct err *err)
{
    struct forwarder_cookie_config read = *config;

    read.secrets_count = 0;
    for (unsigned int number = 1; text.size > 0; number++) {
        struct bytes line = take_line(&text);

        if (line.size == 0 || line.at[0] == '#')
            continue;
        if (read.secrets_count == FORWARDER_COOKIE_SECRETS_MAX)
            return err_set(err, -EINVAL, "line %u: more than %d secrets", number,
                           FORWARDER_COOKIE_SECRETS_MAX);
        if (!parse_secret(line, read.secrets[read.secrets_count]))
            return err_set(err, -EINVAL, "line %u is not 32 hexadecimal digits", number);
        read.secrets_count += 1;
    }
    if (read.secrets_count == 0)
        return err_set(err, -EINVAL, "there is no secret");
    *config = read;
    return 0;
}
