/* Files are read before any socket is opened, and only where something needs them. */
#include "cli/dns/tls.h"

#include "cli/module.h"
#include "forwarder/io/endpoint.h"

#include <errno.h>

#define TLS_PORT 853

static bool has_tls_upstream(const struct forwarder_loop_config *config)
{
    for (size_t i = 0; i < config->core.upstreams_count; i++)
        if (config->core.transports[i] == FORWARDER_OVER_TLS)
            return true;
    return false;
}

/* Adds the addresses to those that are listened on without TLS. */
static int add_listeners(const struct cli_texts *texts, struct forwarder_loop_config *config,
                         struct err *err)
{
    for (size_t i = 0; i < texts->count; i++) {
        struct forwarder_listen listen = { .has_tls = true };

        if (config->listen_count == FORWARDER_LISTEN_MAX)
            return err_set(err, -1, "--listen-tls: more than %d addresses in all",
                           FORWARDER_LISTEN_MAX);
        if (forwarder_endpoint_parse(texts->at[i], TLS_PORT, &listen.address, err) < 0)
            return err_prefix(err, "--listen-tls");
        config->listen[config->listen_count] = listen;
        config->listen_count += 1;
    }
    return 0;
}

int dns_tls_read(const struct dns_options *options, struct forwarder_loop_config *config,
                 struct err *err)
{
    if (options->listen_tls.count > 0 && options->tls_certificate == NULL)
        return err_set(err, -1, "--listen-tls: there is no --tls-cert");
    if (options->listen_tls.count > 0 && options->tls_key == NULL)
        return err_set(err, -1, "--listen-tls: there is no --tls-key");
    if (options->listen_tls.count > 0 && options->tcp_clients_max == 0)
        return err_set(err, -1, "--listen-tls: --tcp-clients-max is 0");
    return add_listeners(&options->listen_tls, config, err);
}

int dns_tls_open(const struct dns_options *options, struct forwarder_loop_config *config,
                 struct err *err)
{
    const struct forwarder_tls_functions *functions = NULL;
    const void *loaded = NULL;
    int number = 0;

    if (options->listen_tls.count == 0 && !has_tls_upstream(config))
        return 0;
    if (cli_module_load("cupel-dns-tls.so", &loaded, err) < 0)
        return err_prefix(err, "TLS");
    functions = loaded;
    if (options->listen_tls.count > 0)
        number = functions->open_clients(options->tls_certificate, options->tls_key,
                                         &config->tls_clients, err);
    if (number < 0)
        return err_prefix(err, number == -EKEYREJECTED ? "--tls-key" : "--tls-cert");
    if (has_tls_upstream(config))
        number = functions->open_upstreams(options->tls_ca, &config->tls_upstreams, err);
    if (number < 0)
        return err_prefix(err, options->tls_ca == NULL ? "--upstream" : "--tls-ca");
    return 0;
}

void dns_tls_done(struct forwarder_loop_config *config)
{
    forwarder_tls_context_free(config->tls_clients);
    forwarder_tls_context_free(config->tls_upstreams);
    config->tls_clients = NULL;
    config->tls_upstreams = NULL;
}
