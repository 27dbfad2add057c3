/* Who a container's ids are outside, where its config does not say it. */
#include "unit.h"

#include "base/cleanup.h"
#include "oci/users.h"

static const struct oci_id_range given[] = { { 100000, 65536 }, { 300000, 10 } };
static const struct oci_host root = { .cap_last = 40 };
static const struct oci_host user = { .caller = { .uid = 1000, .gid = 100 } };
static const struct oci_host rich = { .caller = { .uid = 1000, .gid = 100 },
                                      .subordinate_uids = { 2, given },
                                      .subordinate_gids = { 2, given } };

#define MAPS_MAX 3

struct row {
    const char *name;
    const struct oci_host *host;
    bool has_namespace;
    uint32_t uid;
    bool is_changed;
    size_t warnings;
    size_t count;
    struct oci_id_map maps[MAPS_MAX];
};

static const struct row rows[] = {
    { "of root none is added", &root, false, 0, false, 0, 0, { { 0 } } },
    { "of root its own id", &root, true, 5, true, 1, 1, { { 0, 0, 1 } } },
    { "a user has one", &user, false, 0, true, 1, 1, { { 0, 1000, 1 } } },
    { "a user's own id is the program's", &user, true, 7, true, 0, 1, { { 7, 1000, 1 } } },
    { "and ids that were given to it",
      &rich,
      true,
      0,
      true,
      0,
      2,
      { { 0, 1000, 1 }, { 1, 100000, 65536 } } },
    { "below it as well",
      &rich,
      false,
      5,
      true,
      1,
      3,
      { { 0, 100000, 5 }, { 5, 1000, 1 }, { 6, 100005, 65531 } } },
    { "or all below it",
      &rich,
      true,
      70000,
      true,
      0,
      2,
      { { 0, 100000, 65536 }, { 70000, 1000, 1 } } },
    { "up to the last that there is",
      &rich,
      true,
      UINT32_MAX - 1,
      true,
      0,
      2,
      { { 0, 100000, 65536 }, { UINT32_MAX - 1, 1000, 1 } } },
};

static struct oci_config config_of(const struct row *row)
{
    struct oci_config config = { .process = { .user = { .uid = row->uid } } };

    config.namespaces[OCI_NAMESPACE_USER].is_wanted = row->has_namespace;
    return config;
}

static void ids_are_found_for_a_new_namespace(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
        const struct row *row = &rows[i];
        struct oci_config config = config_of(row);
        struct err err = { 0 };
        bool is_changed = false;

        print_message("%s\n", row->name);
        assert_int_equal(oci_users_settle(row->host, &arena, &config, &is_changed, &err), 0);
        assert_int_equal(is_changed, row->is_changed);
        assert_int_equal(config.warnings.count, row->warnings);
        assert_int_equal(config.uid_maps.count, row->count);
        for (size_t j = 0; j < row->count; j++)
            assert_memory_equal(&config.uid_maps.at[j], &row->maps[j], sizeof(row->maps[j]));
        assert_int_equal(config.namespaces[OCI_NAMESPACE_USER].is_wanted, row->count > 0);
    }
}

/* What the config says stays, and what is joined has its ids. */
static void what_a_config_says_is_not_changed(void **state)
{
    static const struct oci_id_map own[] = { { 0, 1000, 1 } };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config = { .uid_maps = { 1, own } };
    struct err err = { 0 };
    bool is_changed = true;

    (void)state;
    config.namespaces[OCI_NAMESPACE_USER].is_wanted = true;
    assert_int_equal(oci_users_settle(&rich, &arena, &config, &is_changed, &err), 0);
    assert_false(is_changed);
    assert_ptr_equal(config.uid_maps.at, own);
    assert_int_equal(config.gid_maps.count, 0);
    config = (struct oci_config){ 0 };
    config.namespaces[OCI_NAMESPACE_USER] = (struct oci_namespace){ true, "/ns" };
    assert_int_equal(oci_users_settle(&rich, &arena, &config, &is_changed, &err), 0);
    assert_false(is_changed);
    assert_int_equal(config.uid_maps.count, 0);
}

static void terminals_are_of_groups_that_there_are(void **state)
{
    static const char *const options[] = { "newinstance", "gid=5", "gid=0", "gid=x" };
    static const struct oci_mount mounts[] = {
        { .destination = "/dev/pts", .type = "devpts", .options = { 4, options } },
        { .destination = "/tmp", .type = "tmpfs", .options = { 4, options } },
        { .destination = "/x" },
    };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_config config = { .mounts = { 3, mounts } };
    struct err err = { 0 };
    bool is_changed = false;

    (void)state;
    assert_int_equal(oci_users_settle(&user, &arena, &config, &is_changed, &err), 0);
    assert_int_equal(config.mounts.count, 3);
    assert_int_equal(config.mounts.at[0].options.count, 3);
    assert_string_equal(config.mounts.at[0].options.at[1], "gid=0");
    assert_int_equal(config.mounts.at[1].options.count, 4);
    assert_int_equal(config.mounts.at[2].options.count, 0);
    config = (struct oci_config){ .mounts = { 3, mounts } };
    assert_int_equal(oci_users_settle(&rich, &arena, &config, &is_changed, &err), 0);
    assert_int_equal(config.mounts.at[0].options.count, 4);
}

static void assert_amended(const char *json, const char *wanted)
{
    static const struct oci_id_map map[] = { { 0, 1000, 1 } };
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    const struct oci_config config = { .uid_maps = { 1, map }, .gid_maps = { 1, map } };
    struct err err = { 0 };
    struct bytes text;

    assert_int_equal(oci_users_amend(bytes_of_text(json), &config, &arena, &text, &err), 0);
    assert_string_equal((const char *)text.at, wanted);
}

#define MAP "[{\"containerID\":0,\"hostID\":1000,\"size\":1}]"
#define MAPS "\"uidMappings\":" MAP ",\"gidMappings\":" MAP

static void the_text_of_a_config_says_it_too(void **state)
{
    (void)state;
    assert_amended("{}", "{\"linux\":{\"namespaces\":[{\"type\":\"user\"}]," MAPS "}}");
    assert_amended("{\"linux\": null}",
                   "{\"linux\":{\"namespaces\":[{\"type\":\"user\"}]," MAPS "}}");
    assert_amended("{\"linux\": {\"namespaces\": [{\"type\": \"pid\"}]}, \"a\": 1}",
                   "{\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"user\"}]," MAPS
                   "},\"a\":1}");
    assert_amended("{\"linux\": {\"namespaces\": [{\"type\": \"user\"}], \"uidMappings\": []}}",
                   "{\"linux\":{\"namespaces\":[{\"type\":\"user\"}]," MAPS "}}");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(ids_are_found_for_a_new_namespace),
    cmocka_unit_test(what_a_config_says_is_not_changed),
    cmocka_unit_test(terminals_are_of_groups_that_there_are),
    cmocka_unit_test(the_text_of_a_config_says_it_too),
};

RUN_TESTS(tests)
