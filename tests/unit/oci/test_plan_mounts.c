/* What a plan makes of mounts: ids that are mapped, what is shared with outside, what of outside a
 * container sees whose namespaces are not its own. */
#include "unit.h"

#include "base/cleanup.h"
#include "unit/oci/invariants.h"

#include <errno.h>

static const struct oci_host root = { .cap_last = 40 };
static const struct oci_host user = { .caller = { .uid = 1000, .gid = 100, .lacks = UINT64_MAX },
                                      .cap_last = 40 };

static const struct oci_id_map uid[] = { { 0, 1000, 1 } };
static const struct oci_id_map gid[] = { { 0, 100, 1 } };
static const struct oci_id_map many[] = { { 0, 100000, 10 }, { 10, 5, 1 } };

enum namespaces {
    NONE = 0,
    USER = 1, /* with a mapping of 1000 and 100 */
    NET = 2,
    JOINED_USER = 4,
    JOINED_NET = 8,
    CALLERS_MOUNTS = 16,
    JOINED_MOUNTS = 32,
};

static struct oci_config config_of(unsigned int namespaces, const struct oci_mount *mount)
{
    static const char *const args[] = { "a" };
    struct oci_config config = {
        .oci_version = "1.2.0",
        .root = { .path = "/rootfs" },
        .process = { .args = { 1, args }, .cwd = "/" },
        .namespaces = { [OCI_NAMESPACE_MOUNT] = { .is_wanted = true } },
        .mounts = { mount->destination != NULL, mount },
    };

    if ((namespaces & USER) != 0) {
        config.namespaces[OCI_NAMESPACE_USER].is_wanted = true;
        config.uid_maps = (struct oci_id_maps){ 1, uid };
        config.gid_maps = (struct oci_id_maps){ 1, gid };
    }
    if ((namespaces & JOINED_USER) != 0)
        config.namespaces[OCI_NAMESPACE_USER] = (struct oci_namespace){ true, "/user" };
    if ((namespaces & (NET | JOINED_NET)) != 0)
        config.namespaces[OCI_NAMESPACE_NETWORK] =
            (struct oci_namespace){ true, (namespaces & NET) != 0 ? NULL : "/net" };
    if ((namespaces & CALLERS_MOUNTS) != 0)
        config.namespaces[OCI_NAMESPACE_MOUNT].is_wanted = false;
    if ((namespaces & JOINED_MOUNTS) != 0)
        config.namespaces[OCI_NAMESPACE_MOUNT].path = "/mounts";
    return config;
}

#define OPTIONS_MAX 4

struct row {
    const char *name;
    const struct oci_host *host;
    unsigned int namespaces;
    const char *propagation;
    struct oci_mount mount;
    const char *options[OPTIONS_MAX + 1];
    const char *lines[3]; /* of the plan; one with "!" in front is not there */
    const char *sentence; /* or why there is none */
};

#define BOUND { .destination = "/x", .type = "bind", .source = "/s" }
#define MAPPED(uids, gids)                                                                         \
    {                                                                                              \
        .destination = "/x", .type = "bind", .source = "/s", .uid_maps = { ROWS(uids), uids },     \
        .gid_maps = {                                                                              \
            ROWS(gids),                                                                            \
            gids                                                                                   \
        }                                                                                          \
    }
#define SYSFS { .destination = "/sys", .type = "sysfs", .source = "sysfs" }
#define ROOT_LINE "root path=/rootfs  # root.path\n"

static const struct row rows[] = {
    { "ids of its own",
      &root,
      NONE,
      NULL,
      MAPPED(many, gid),
      { "rbind", "ridmap" },
      { "source opened=1 source=/s recursive=yes uids=\"0 100000 10,10 5 1\" gids=\"0 100 1\" "
        "ids-of-all=yes  # mounts[0]",
        "bind destination=/x source=/s opened=1 recursive=yes propagation=private,recursive" },
      NULL },
    { "mappings without a word",
      &root,
      NONE,
      NULL,
      MAPPED(uid, gid),
      { "bind" },
      { "source opened=1 source=/s uids=\"0 1000 1\" gids=\"0 100 1\"  #" },
      NULL },
    { "ids of the container",
      &root,
      USER,
      NULL,
      BOUND,
      { "idmap" },
      { "source opened=1 source=/s uids=\"0 1000 1\" gids=\"0 100 1\"  #" },
      NULL },
    { "ids of a namespace that is joined",
      &root,
      JOINED_USER,
      NULL,
      BOUND,
      { "idmap" },
      { "source opened=1 source=/s ids-of=/user  #" },
      NULL },
    { "half of the ids",
      &root,
      NONE,
      NULL,
      { .destination = "/x", .type = "bind", .source = "/s", .uid_maps = { 1, uid } },
      { "idmap" },
      { NULL },
      "mounts[0].gidMappings: must be there as uidMappings is" },
    { "ids of nobody",
      &root,
      NONE,
      NULL,
      BOUND,
      { "ridmap" },
      { NULL },
      "mounts[0].options: 'idmap' needs uidMappings and gidMappings, or a namespace of type "
      "'user'" },
    { "ids by a user",
      &user,
      USER,
      NULL,
      BOUND,
      { "idmap" },
      { NULL },
      "mounts[0]: only root may map the ids of a mount (idmap)" },
    { "private",
      &root,
      NONE,
      NULL,
      BOUND,
      { "bind" },
      { "detach propagation=private", "!root-propagation",
        "bind destination=/x source=/s  # mounts[0]" },
      NULL },
    { "a slave",
      &root,
      NONE,
      NULL,
      BOUND,
      { "rslave" },
      { "detach propagation=slave", "root-propagation propagation=private,recursive",
        "bind destination=/x source=/s propagation=slave,recursive" },
      NULL },
    { "shared",
      &root,
      NONE,
      NULL,
      BOUND,
      { "shared" },
      { "!source opened", "detach propagation=slave",
        "bind destination=/x source=/s propagation=shared" },
      NULL },
    { "shared as the root is",
      &root,
      NONE,
      "rshared",
      BOUND,
      { "rshared" },
      { "source opened=1 source=/s", "detach propagation=private",
        "bind destination=/x source=/s opened=1 propagation=shared,recursive" },
      NULL },
    { "shared in a user namespace",
      &user,
      USER,
      NULL,
      BOUND,
      { "shared" },
      { "!source opened", "detach propagation=slave",
        "bind destination=/x source=/s propagation=shared" },
      NULL },
    { "what root of a user namespace may not reach",
      &root,
      USER,
      NULL,
      BOUND,
      { "rbind" },
      { "source opened=1 spare=yes source=/s recursive=yes  # mounts[0]",
        "bind destination=/x source=/s opened=1 spare=yes recursive=yes  # mounts[0]" },
      NULL },
    { "what a user may not reach either",
      &user,
      USER,
      NULL,
      BOUND,
      { "rbind" },
      { "!source opened", "bind destination=/x source=/s recursive=yes  # mounts[0]" },
      NULL },
    { "a slave root",
      &root,
      NONE,
      "slave",
      BOUND,
      { NULL },
      { "detach propagation=slave", "!root-propagation",
        "bind destination=/x source=/s propagation=private" },
      NULL },
    { "a shared root",
      &root,
      NONE,
      "shared",
      { .destination = NULL },
      { NULL },
      { "pivot  # root.path", "root-propagation propagation=shared  # linux.rootfsPropagation" },
      NULL },
    { "an unbindable root",
      &root,
      NONE,
      "runbindable",
      { .destination = NULL },
      { NULL },
      { "root-propagation propagation=recursive,unbindable" },
      NULL },
    { "another root",
      &root,
      NONE,
      "own",
      { .destination = NULL },
      { NULL },
      { NULL },
      "linux.rootfsPropagation: 'own' is none of shared, slave, private and unbindable" },
    { "sysfs of root",
      &root,
      NONE,
      NULL,
      SYSFS,
      { NULL },
      { "mount destination=/sys type=sysfs" },
      NULL },
    { "sysfs of its own",
      &user,
      USER | NET,
      NULL,
      SYSFS,
      { NULL },
      { "mount destination=/sys type=sysfs" },
      NULL },
    { "sysfs of outside",
      &user,
      USER,
      NULL,
      SYSFS,
      { "ro", "nosuid" },
      { "bind destination=/sys source=/sys recursive=yes all-attributes=ro,nosuid no-symlinks=yes",
        "!type=sysfs" },
      NULL },
    { "sysfs of another's",
      &root,
      USER | JOINED_NET,
      NULL,
      SYSFS,
      { NULL },
      { "bind destination=/sys source=/sys" },
      NULL },
    { "sysfs of a pod",
      &root,
      JOINED_USER | JOINED_NET,
      NULL,
      SYSFS,
      { NULL },
      { "mount destination=/sys type=sysfs" },
      NULL },
    { "proc of outside",
      &user,
      USER,
      NULL,
      { .destination = "/proc", .type = "proc" },
      { NULL },
      { "bind destination=/proc source=/proc recursive=yes no-symlinks=yes" },
      NULL },
    { "a tmpfs",
      &root,
      NONE,
      NULL,
      { .destination = "/x", .type = "tmpfs" },
      { "tmpcopyup", "ro" },
      { "mount destination=/x type=tmpfs attributes=ro keeps-permissions=yes copies-contents=yes" },
      NULL },
    { "a tmpfs with permissions",
      &root,
      NONE,
      NULL,
      { .destination = "/x", .type = "tmpfs" },
      { "mode=700" },
      { "!keeps-permissions" },
      NULL },
    { "iversion",
      &root,
      NONE,
      NULL,
      { .destination = "/x", .type = "tmpfs" },
      { "iversion", "size=1k" },
      { "type=tmpfs options=iversion,size=1k" },
      NULL },
    { "no iversion",
      &root,
      NONE,
      NULL,
      { .destination = "/x", .type = "tmpfs" },
      { "iversion", "noiversion" },
      { "!iversion" },
      NULL },
    { "a /dev that is read-only is so when all is in it",
      &root,
      NONE,
      NULL,
      { .destination = "/dev", .type = "tmpfs" },
      { "ro", "nosuid" },
      { "!attributes=ro,nosuid", "remount destination=/dev attributes=ro  # mounts[0]" },
      NULL },
    { "a mount that changes",
      &root,
      NONE,
      NULL,
      { .destination = "/dev" },
      { "remount", "bind", "ro" },
      { "remount destination=/dev attributes=ro  # mounts[0]" },
      NULL },
    { "a file system that changes",
      &root,
      NONE,
      NULL,
      { .destination = "/dev", .type = "tmpfs" },
      { "remount", "rw", "size=1k", "suid" },
      { "remount destination=/dev without=ro,nosuid superblock=yes options=size=1k,rw" },
      NULL },
    { "a copy of what is there",
      &root,
      NONE,
      NULL,
      { .destination = "/dev", .type = "tmpfs" },
      { "remount", "tmpcopyup" },
      { NULL },
      "mounts[0].options: 'remount' cannot be with 'tmpcopyup' or 'iversion'" },
    { "what is mounted in the caller's namespace is mounted in a copy of it",
      &root,
      CALLERS_MOUNTS,
      NULL,
      BOUND,
      { "bind" },
      { "child   mount-namespace  # linux.namespaces\n", "bind destination=/x source=/s  #",
        "child   pivot how=home  # root.path" },
      NULL },
    { "of one with a path likewise, from within it",
      &root,
      JOINED_MOUNTS,
      NULL,
      BOUND,
      { "bind" },
      { "child   mount-namespace path=/mounts  # linux.namespaces\n", "!namespace-join",
        "child   pivot how=home  # root.path" },
      NULL },
    { "a user namespace may join that which goes with it",
      &root,
      JOINED_USER | JOINED_MOUNTS,
      NULL,
      { 0 },
      { NULL },
      { "namespace-join type=user path=/user", "mount-namespace path=/mounts", "pivot how=home" },
      NULL },
    { "and not one of others",
      &root,
      USER | JOINED_MOUNTS,
      NULL,
      { 0 },
      { NULL },
      { NULL },
      "linux.namespaces: with one of type 'user', that of type 'mount' must be new, or both have a "
      "path" },
    { "as is the caller's",
      &user,
      USER | CALLERS_MOUNTS,
      NULL,
      { 0 },
      { NULL },
      { NULL },
      "linux.namespaces: with one of type 'user', that of type 'mount' must be new, or both have a "
      "path" },
    { "nothing is shared by mounts of no namespace",
      &root,
      CALLERS_MOUNTS,
      NULL,
      BOUND,
      { "rbind", "rslave" },
      { NULL },
      "mounts[0]: what is not private needs a new namespace of type 'mount'" },
    { "not by their root either",
      &root,
      JOINED_MOUNTS,
      "shared",
      { 0 },
      { NULL },
      { NULL },
      "linux.rootfsPropagation: what is not private needs a new namespace of type 'mount'" },
};

static bool lines_are(const char *text, const struct row *row)
{
    for (size_t i = 0; i < ROWS(row->lines) && row->lines[i] != NULL; i++) {
        const char *line = row->lines[i];
        bool is_absent = line[0] == '!';

        if ((strstr(text, line + (is_absent ? 1 : 0)) == NULL) == is_absent)
            continue;
        print_message("%s: '%s' in\n%s", row->name, line, text);
        return false;
    }
    return true;
}

static bool row_holds(const struct row *row)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_mount mount = row->mount;
    struct oci_config config = config_of(row->namespaces, &mount);
    const struct oci_plan_request request = {
        .config = &config, .host = row->host, .id = "web", .bundle = "/bundle"
    };
    struct oci_plan plan;
    struct bytes text;
    struct err err = { 0 };

    config.rootfs_propagation = row->propagation;
    mount.options.at = row->options;
    while (row->options[mount.options.count] != NULL)
        mount.options.count++;
    if (oci_plan_make(&request, &arena, &plan, &err) < 0) {
        print_message("%s: %s\n", row->name, err.sentence);
        return row->sentence != NULL && strcmp(err.sentence, row->sentence) == 0;
    }
    return row->sentence == NULL && plan_flaw(&plan) == NULL &&
           oci_plan_format(&plan, false, &arena, &text, &err) == 0 &&
           lines_are((const char *)text.at, row);
}

static void mounts_are_planned_as_their_options_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++)
        assert_row(rows[i].name, row_holds(&rows[i]));
}

static void no_more_mounts_are_opened_than_there_is_room_for(void **state)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_mount mount = MAPPED(uid, gid);
    struct oci_mount *mounts = arena_alloc_array(&arena, OCI_SOURCES + 1, sizeof(*mounts));
    struct oci_config config = config_of(NONE, &mount);
    const struct oci_plan_request request = {
        .config = &config, .host = &root, .id = "web", .bundle = "/bundle"
    };
    struct oci_plan plan;
    struct err err = { 0 };

    (void)state;
    assert_non_null(mounts);
    for (size_t i = 0; i <= OCI_SOURCES; i++)
        mounts[i] = mount;
    config.mounts = (struct oci_mounts){ OCI_SOURCES, mounts };
    assert_int_equal(oci_plan_make(&request, &arena, &plan, &err), 0);
    assert_null(plan_flaw(&plan));
    config.mounts.count++;
    assert_int_equal(oci_plan_make(&request, &arena, &plan, &err), -EINVAL);
    assert_string_equal(err.sentence,
                        "mounts[256]: more than 256 mounts with mapped ids or shared with outside");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(mounts_are_planned_as_their_options_say),
    cmocka_unit_test(no_more_mounts_are_opened_than_there_is_room_for),
};

RUN_TESTS(tests)
