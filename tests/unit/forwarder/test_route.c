/* Zones with upstreams of their own: which zone a name is of, and who is asked for it. */
#include "fixture.h"

#include <string.h>

/* A route for a zone, given as text, to upstreams by their bits. */
static struct forwarder_route route_of(const char *zone, uint32_t upstreams)
{
    struct forwarder_route route = { .upstreams = upstreams };
    struct dns_name name;

    assert_int_equal(dns_name_parse(bytes_of_text(zone), &name).status, DNS_OK);
    route.size = (uint8_t)name.size;
    memcpy(route.name, name.octets, name.size);
    return route;
}

static void the_innermost_zone_of_a_name_counts(void **state)
{
    static const struct {
        const char *name;
        size_t route;
    } rows[] = {
        { "corp.example", 0 },
        { "www.corp.example", 0 },
        { "a.b.corp.example", 0 },
        { "lab.corp.example", 1 },
        { "x.lab.corp.example", 1 },
        { "xlab.corp.example", 0 },
        { "xcorp.example", FORWARDER_ROUTES_MAX },
        { "example", FORWARDER_ROUTES_MAX },
        { ".", FORWARDER_ROUTES_MAX },
        { "corp.example.org", FORWARDER_ROUTES_MAX },
        { "a\\004corp.example", FORWARDER_ROUTES_MAX }, /* no label begins there */
    };
    const struct forwarder_route routes[] = {
        route_of("corp.example", 1),
        route_of("lab.corp.example", 2),
        route_of("\\004corp.example", 4),
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct dns_name name;

        assert_int_equal(dns_name_parse(bytes_of_text(rows[i].name), &name).status, DNS_OK);
        assert_row(rows[i].name, forwarder_route_find(routes, ROWS(routes),
                                                      dns_name_bytes(&name)) == rows[i].route);
        assert_row(rows[i].name,
                   forwarder_route_find(routes, 0, dns_name_bytes(&name)) == FORWARDER_ROUTES_MAX);
    }
}

static void a_route_for_the_root_is_for_all_other_names(void **state)
{
    const struct forwarder_route routes[] = { route_of(".", 1), route_of("org", 2) };
    struct dns_name name;

    (void)state;
    assert_int_equal(dns_name_parse(bytes_of_text("a.net"), &name).status, DNS_OK);
    assert_int_equal(forwarder_route_find(routes, 2, dns_name_bytes(&name)), 0);
    assert_int_equal(dns_name_parse(bytes_of_text("a.org"), &name).status, DNS_OK);
    assert_int_equal(forwarder_route_find(routes, 2, dns_name_bytes(&name)), 1);
}

/* A forwarder with four upstreams: .53 and .54 for all names, .54 and .61 for a zone. */
static void begin(struct fixture *fixture)
{
    struct forwarder_config config = fixture_config(fixture, 4);

    config.upstreams_count = 4;
    config.upstreams[2] = fixture_address(60, 53);
    config.upstreams[3] = fixture_address(61, 53);
    config.general_count = 2;
    config.routes_count = 1;
    config.routes[0] = route_of("corp.example", 1U << 1 | 1U << 3);
    fixture_begin(fixture, &config);
}

/* The ends of the addresses of whom a name is asked, one after another, as no reply comes. */
static void assert_asked(struct fixture *fixture, const char *name, const uint8_t *ends)
{
    struct fixture_message query = fixture_query(1);

    query.name = name;
    (void)fixture_ask(fixture, &query);
    for (size_t i = 0; i < FIXTURE_ATTEMPTS; i++) {
        assert_int_equal(fixture->batch->count, 1);
        assert_int_equal(fixture->batch->at[0].path.peer.octets[3], ends[i]);
        fixture_wait(fixture, FIXTURE_ATTEMPT_NS);
    }
}

static void a_zones_upstreams_are_asked_and_no_others(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;

    (void)state;
    begin(&fixture);
    assert_asked(&fixture, "WWW.Corp.Example", (const uint8_t[]){ 54, 61, 54 });
    assert_asked(&fixture, "www.example", (const uint8_t[]){ 53, 54, 53 });
}

static void a_query_that_waits_goes_on_to_the_upstreams_of_a_zone_that_is_new(void **state)
{
    CLEANUP(fixture_done) struct fixture fixture;
    struct fixture_message query = fixture_query(1);
    struct forwarder_config config;

    (void)state;
    begin(&fixture);
    config = fixture.forwarder.config;
    config.routes[0] = route_of("example.test", 1U << 2);
    assert_int_equal(fixture_ask(&fixture, &query).path.peer.octets[3], 53);
    assert_true(forwarder_reconfigure(&fixture.forwarder, &config));
    fixture_wait(&fixture, FIXTURE_ATTEMPT_NS);
    assert_int_equal(fixture.batch->at[0].path.peer.octets[3], 60);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_innermost_zone_of_a_name_counts),
    cmocka_unit_test(a_route_for_the_root_is_for_all_other_names),
    cmocka_unit_test(a_zones_upstreams_are_asked_and_no_others),
    cmocka_unit_test(a_query_that_waits_goes_on_to_the_upstreams_of_a_zone_that_is_new),
};

RUN_TESTS(tests)
