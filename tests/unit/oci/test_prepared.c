/* A bundle on its way to a plan: what is guessed of its text before that is read. */
#include "unit.h"

#include "base/cleanup.h"
#include "oci/prepared.h"

#include <stdbool.h>

#define ARENA_BYTES ((size_t)1048576)
#define CONFIG(namespaces)                                                                         \
    "{ \"ociVersion\": \"1.2.0\", \"root\": { \"path\": \"rootfs\" },"                             \
    " \"process\": { \"user\": { \"uid\": 0, \"gid\": 0 }, \"cwd\": \"/\", \"args\": [\"a\"] },"   \
    " \"linux\": { \"namespaces\": [" namespaces "] } }"

/* Whether a network namespace is begun for a config. */
static bool is_begun(const char *config)
{
    CLEANUP(arena_done) struct arena arena = arena_init(ARENA_BYTES);
    struct kernel_net_early early = KERNEL_NET_EARLY_NONE;
    const struct oci_bundle bundle = {
        .path = "/", .id = "a", .config = config, .net_early = &early
    };
    struct oci_prepared prepared;
    struct err err = { 0 };
    bool ret;

    if (oci_prepared_read(&bundle, &arena, &prepared, &err) < 0)
        fail_msg("%s", err.sentence);
    ret = early.thread != 0 || early.state != KERNEL_NET_EARLY_AWAITED;
    kernel_net_early_done(&early);
    return ret;
}

#if defined(__x86_64__)
static void a_new_network_namespace_is_begun_before_the_config_is_read(void **state)
{
    (void)state;
    assert_true(is_begun(CONFIG("{ \"type\": \"network\" }")));
    assert_true(is_begun(CONFIG("{\"type\":\"pid\"},{\"type\":\"network\"},{\"type\":\"mount\"}")));
    assert_true(is_begun(CONFIG("{\"type\":\"network\"\n\t}")));
}
#endif

static void one_that_is_joined_or_not_wanted_is_not_begun(void **state)
{
    (void)state;
    assert_false(is_begun(CONFIG("")));
    assert_false(is_begun(CONFIG("{ \"type\": \"pid\" }")));
    assert_false(is_begun(CONFIG("{ \"type\": \"network\", \"path\": \"/proc/self/ns/net\" }")));
}

static void one_that_belongs_to_a_new_user_namespace_is_not_begun(void **state)
{
    (void)state;
    assert_false(is_begun(CONFIG("{ \"type\": \"network\" }, { \"type\": \"user\" }")));
}

static const struct CMUnitTest tests[] = {
#if defined(__x86_64__)
    cmocka_unit_test(a_new_network_namespace_is_begun_before_the_config_is_read),
#endif
    cmocka_unit_test(one_that_is_joined_or_not_wanted_is_not_begun),
    cmocka_unit_test(one_that_belongs_to_a_new_user_namespace_is_not_begun),
};

RUN_TESTS(tests)
