/* A name, '=', and an upstream: for each name a route, for each upstream its bit in that. */
#include "cli/dns/zones.h"

#include "dns/name.h"

#include <string.h>

#define OPTION "--zone-upstream"

int dns_zone_name(const char *text, struct dns_name *ret_name, struct err *err)
{
    struct dns_verdict verdict;

    if (strchr(text, '=') == NULL)
        return err_set(err, -1, OPTION ": '%s' is not ZONE=ADDR[:PORT]", text);
    verdict = dns_name_parse(bytes_of(text, strcspn(text, "=")), ret_name);
    if (verdict.status != DNS_OK)
        return err_set(err, -1, OPTION ": '%s': %s", text, dns_status_text(verdict.status));
    dns_name_lower(ret_name);
    return 0;
}

/* The place of an upstream, which is added where it is not there; FORWARDER_UPSTREAMS_MAX where
 * there is no more room. */
static size_t place_upstream(struct forwarder_loop_config *config,
                             const struct forwarder_server *server)
{
    struct forwarder_config *core = &config->core;
    size_t place = 0;

    while (place < core->upstreams_count &&
           !forwarder_server_equal(&config->servers[place], server))
        place++;
    if (place == core->upstreams_count && place < FORWARDER_UPSTREAMS_MAX) {
        dns_upstream_set(config, place, server);
        core->upstreams_count += 1;
    }
    return place;
}

void dns_upstream_set(struct forwarder_loop_config *config, size_t place,
                      const struct forwarder_server *server)
{
    config->servers[place] = *server;
    config->core.upstreams[place] = server->peer.address;
    config->core.transports[place] = server->transport;
    config->core.identities[place] = forwarder_server_identity(server);
}

/* The route of a zone, which is added where it is not there; NULL where there is no more room. */
static struct forwarder_route *place_route(struct forwarder_config *config,
                                           const struct dns_name *name)
{
    struct bytes wanted = dns_name_bytes(name);
    struct forwarder_route *route = config->routes;

    for (; route < config->routes + config->routes_count; route++)
        if (bytes_equal(bytes_of(route->name, route->size), wanted))
            return route;
    if (config->routes_count == FORWARDER_ROUTES_MAX)
        return NULL;
    config->routes_count += 1;
    route->size = (uint8_t)wanted.size;
    memcpy(route->name, wanted.at, wanted.size);
    return route;
}

static int add(const char *text, struct forwarder_loop_config *config, struct err *err)
{
    struct forwarder_server server;
    struct forwarder_route *route;
    struct dns_name name;
    size_t place;

    if (dns_zone_name(text, &name, err) < 0)
        return -1;
    if (forwarder_server_parse(strchr(text, '=') + 1, &server, err) < 0)
        return err_prefix(err, OPTION ": '%s'", text);
    place = place_upstream(config, &server);
    if (place == FORWARDER_UPSTREAMS_MAX)
        return err_set(err, -1, OPTION ": '%s' is one too many: there may be %d upstreams in all",
                       text, FORWARDER_UPSTREAMS_MAX);
    route = place_route(&config->core, &name);
    if (route == NULL)
        return err_set(err, -1, OPTION ": '%s' is one too many: there may be %d zones", text,
                       FORWARDER_ROUTES_MAX);
    route->upstreams |= 1U << place;
    return 0;
}

int dns_zones_read(const struct cli_texts *texts, struct forwarder_loop_config *config,
                   struct err *err)
{
    config->core.general_count = config->core.upstreams_count;
    for (size_t i = 0; i < texts->count; i++)
        if (add(texts->at[i], config, err) < 0)
            return -1;
    return 0;
}
