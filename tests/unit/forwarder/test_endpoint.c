/* Addresses, and keys, as people write them. */
#include "unit.h"

#include "forwarder/io/endpoint.h"
#include "forwarder/io/tls.h"

#include <errno.h>

static void endpoints_are_read_and_written_the_same(void **state)
{
    static const struct {
        const char *text;
        const char *written;
    } rows[] = {
        { "127.0.0.1:8053", "127.0.0.1:8053" },
        { "127.0.0.1", "127.0.0.1:99" },
        { "[::1]:53", "[::1]:53" },
        { "[::1]", "[::1]:99" },
        { "::1", "[::1]:99" },
        { "2001:DB8::5", "[2001:db8::5]:99" },
        { "0.0.0.0:65535", "0.0.0.0:65535" },
        { "fe80::1%lo", "[fe80::1%lo]:99" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct forwarder_address address = { 0 };
        struct sockaddr_storage socket = { 0 };
        struct forwarder_address back;
        struct err err = { 0 };
        char written[FORWARDER_ENDPOINT_TEXT_MAX];

        assert_row(rows[i].text, forwarder_endpoint_parse(rows[i].text, 99, &address, &err) == 0);
        assert_string_equal(forwarder_endpoint_format(&address, written), rows[i].written);
        assert_row(rows[i].text, forwarder_endpoint_to_socket(&address, &socket) > 0);
        back = forwarder_endpoint_from_socket(&socket);
        assert_row(rows[i].text, forwarder_address_equal(&back, &address));
    }
}

static void what_is_no_endpoint_is_refused_by_name(void **state)
{
    static const char *const rows[] = {
        "",           "localhost",    "127.0.0.1:",      "127.0.0.1:0",   "127.0.0.1:65536",
        "127.0.0:53", "127.0.0.1:5x", "[::1]x",          "[::1]53",       "[::1",
        "[::1]:",     "::1]:53",      "127.0.0.1:53:53", "fe80::1%nope9", "127.0.0.1: 53",
        ":53",        "[]:53",        "127.0.0.1:-1",    "[127.0.0.1]:1",
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct forwarder_address address = { .port = 7 };
        struct err err = { 0 };

        assert_row(rows[i], forwarder_endpoint_parse(rows[i], 99, &address, &err) == -EINVAL);
        assert_row(rows[i], address.port == 7 && address.size == 0);
        assert_row(rows[i], strstr(err.sentence, rows[i]) != NULL);
    }
}

static void only_the_address_of_zeroes_stands_for_all(void **state)
{
    struct forwarder_address address = { 0 };
    struct err err = { 0 };

    (void)state;
    assert_int_equal(forwarder_endpoint_parse("[::]:1", 1, &address, &err), 0);
    assert_true(forwarder_endpoint_is_any(&address));
    assert_int_equal(forwarder_endpoint_parse("0.0.0.0:1", 1, &address, &err), 0);
    assert_true(forwarder_endpoint_is_any(&address));
    assert_int_equal(forwarder_endpoint_parse("0.0.0.1:1", 1, &address, &err), 0);
    assert_false(forwarder_endpoint_is_any(&address));
}

static void networks_are_read_with_their_prefix(void **state)
{
    static const struct {
        const char *text;
        uint8_t size;
        uint8_t bits;
        uint8_t first;
    } rows[] = {
        { "127.0.0.0/8", 4, 8, 127 },   { "192.0.2.1", 4, 32, 192 },
        { "0.0.0.0/0", 4, 0, 0 },       { "192.0.2.4/30", 4, 30, 192 },
        { "::1", 16, 128, 0 },          { "::/0", 16, 0, 0 },
        { "fc00::/7", 16, 7, 0xFC },    { "2001:db8::/29", 16, 29, 32 },
        { "fe80::/010", 16, 10, 0xFE },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct forwarder_network network = { 0 };
        struct err err = { 0 };

        assert_row(rows[i].text, forwarder_network_parse(rows[i].text, &network, &err) == 0);
        assert_row(rows[i].text, network.size == rows[i].size && network.bits == rows[i].bits);
        assert_row(rows[i].text, network.octets[0] == rows[i].first);
    }
}

static void what_is_no_network_is_refused_by_name(void **state)
{
    static const char *const rows[] = {
        "",           "/8",          "lan",       "127.0.0.0/",   "127.0.0.0/33", "127.0.0.0/-1",
        "127.0.0/8",  "127.0.0.1/8", "::1/129",   "::1/127",      "[::1]",        "127.0.0.0/8 ",
        "10.0.0.0/x", "::/1000",     "::%lo/128", "10.0.0.0/8/8",
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct forwarder_network network = { .bits = 7 };
        struct err err = { 0 };

        assert_row(rows[i], forwarder_network_parse(rows[i], &network, &err) == -EINVAL);
        assert_row(rows[i], network.bits == 7 && network.size == 0);
        assert_row(rows[i], strstr(err.sentence, rows[i]) != NULL);
    }
}

static void a_pin_is_a_digest_in_base64_and_nothing_else(void **state)
{
    static const struct {
        const char *text;
        bool is_pin;
    } rows[] = {
        { "/+8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=", true },
        { "/+8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE", false },  /* the sign = is missing */
        { "/+8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAF=", false }, /* bits that are lost */
        { "/+8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", false },
        { "/+8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAEB", false },
        { "/+8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=AAAA", false },
        { "_-8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=", false },
        { " /+8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false },
        { "AAAA", false },
        { "", false },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint8_t pin[FORWARDER_TLS_PIN_OCTETS] = { 7 };

        assert_row(rows[i].text, forwarder_tls_pin_parse(rows[i].text, pin) == rows[i].is_pin);
        assert_row(rows[i].text, pin[0] == (rows[i].is_pin ? 0xff : 7));
        assert_row(rows[i].text, !rows[i].is_pin || (pin[1] == 0xef && pin[31] == 1));
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_pin_is_a_digest_in_base64_and_nothing_else),
    cmocka_unit_test(networks_are_read_with_their_prefix),
    cmocka_unit_test(what_is_no_network_is_refused_by_name),
    cmocka_unit_test(endpoints_are_read_and_written_the_same),
    cmocka_unit_test(what_is_no_endpoint_is_refused_by_name),
    cmocka_unit_test(only_the_address_of_zeroes_stands_for_all),
};
RUN_TESTS(tests)
