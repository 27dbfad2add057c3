/* Secrets of cookies that several cores make of one root. */
#include "unit.h"

#include "forwarder/core/cookies.h"

#define NOW_S UINT64_C(1800000000)

static void those_who_share_a_root_know_each_others_cookies(void **state)
{
    struct forwarder_cookie_config config = { .is_on = true,
                                              .has_root = true,
                                              .root = { { 77, 78 } } };
    const struct forwarder_address client = { .octets = { 192, 0, 2, 1 }, .size = 4 };
    const struct forwarder_cookie asked = { .size = 8, .octets = { 1, 2, 3, 4, 5, 6, 7, 8 } };
    const uint64_t late_ns = 40 * FORWARDER_COOKIE_SECRET_NS - 1;
    const uint64_t drawn[2][2] = { { 1, 2 }, { 3, 4 } };
    struct forwarder_cookies both[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        forwarder_cookies_init(&both[i], &config, drawn[i]);
        assert_true(forwarder_cookies_is_due(&both[i], late_ns));
        forwarder_cookies_draw(&both[i], drawn[i], late_ns);
        assert_false(forwarder_cookies_is_due(&both[i], late_ns));
        assert_true(forwarder_cookies_is_due(&both[i], late_ns + 1));
    }
    /* One is a day ahead of the other, for a moment. */
    forwarder_cookies_draw(&both[1], drawn[1], late_ns + 1);
    for (size_t i = 0; i < 2; i++) {
        struct forwarder_cookie cookie = asked;

        forwarder_cookies_write(&both[i], &client, &cookie, NOW_S);
        assert_int_equal(forwarder_cookies_read(&both[1 - i], &client, &cookie, NOW_S),
                         FORWARDER_COOKIE_GOOD);
    }
    /* Two days later a secret is not known any more; nor is that of another root at any time. */
    for (uint64_t later = 2; later <= 3; later++) {
        struct forwarder_cookie cookie = asked;

        forwarder_cookies_write(&both[0], &client, &cookie, NOW_S);
        config.root.halves[0] += later == 3;
        forwarder_cookies_init(&both[1], &config, drawn[1]);
        forwarder_cookies_draw(&both[1], drawn[1],
                               late_ns + (later == 2 ? 2 * FORWARDER_COOKIE_SECRET_NS : 0));
        assert_int_equal(forwarder_cookies_read(&both[1], &client, &cookie, NOW_S),
                         FORWARDER_COOKIE_BAD);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(those_who_share_a_root_know_each_others_cookies),
};

RUN_TESTS(tests)
