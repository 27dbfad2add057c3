/* Networks by two lists, and secrets by a file. */
#include "cli/dns/access.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"
#include "forwarder/io/cookie_secrets.h"
#include "forwarder/io/endpoint.h"

#include <fcntl.h>

#define SECRETS_BYTES_MAX 4096

int dns_cookies_read(const struct dns_options *options, struct forwarder_cookie_config *cookies,
                     struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(SECRETS_BYTES_MAX);
    struct file_place place = { AT_FDCWD, options->cookie_secret };
    struct bytes content = { 0 };

    cookies->is_on = !options->has_no_cookies;
    cookies->is_required = options->requires_cookies;
    if (options->has_no_cookies && options->requires_cookies)
        return err_set(err, -1, "--require-cookies: not together with --no-cookies");
    if (options->cookie_secret == NULL)
        return 0;
    if (file_read(place, SECRETS_BYTES_MAX, &arena, &content, err) < 0 ||
        forwarder_cookie_secrets_parse(content, cookies, err) < 0)
        return err_prefix(err, "--cookie-secret: '%s'", options->cookie_secret);
    return 0;
}

static int add_rules(const struct cli_texts *texts, bool may_ask, struct forwarder_access *access,
                     struct err *err)
{
    for (size_t i = 0; i < texts->count; i++) {
        struct forwarder_access_rule rule = { .may_ask = may_ask };
        const struct forwarder_access_rule *other;

        if (forwarder_network_parse(texts->at[i], &rule.network, err) < 0)
            return -1;
        other = forwarder_access_find(access, &rule.network);
        if (other != NULL && other->may_ask != may_ask)
            return err_set(err, -1, "'%s' is allowed, too", texts->at[i]);
        REQUIRE(other != NULL || forwarder_access_add(access, &rule));
    }
    return 0;
}

int dns_access_read(const struct dns_options *options, struct forwarder_access *access,
                    struct err *err)
{
    static const struct cli_texts defaults = { .count = 2, .at = { "127.0.0.0/8", "::1" } };
    const struct cli_texts *chosen = options->allow.count > 0 ? &options->allow : &defaults;

    _Static_assert(2 * CLI_TEXTS_MAX <= FORWARDER_ACCESS_RULES_MAX, "all have their place");
    if (add_rules(chosen, true, access, err) < 0)
        return err_prefix(err, "--allow");
    if (add_rules(&options->deny, false, access, err) < 0)
        return err_prefix(err, "--deny");
    access->is_silent = options->refuses_silently;
    return 0;
}
