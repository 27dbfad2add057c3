/* Containers of the library's for tests, whose root is the machine's own. */
#pragma once

#include "unit.h"

#include "oci/container.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATIENCE_MS 20000

/* The namespaces are as few as a container can have; PROGRAM is for sh. */
#define CONFIG_WITH(more, program)                                                                 \
    "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"/\"}, \"process\": {\"cwd\": \"/\", "      \
    "\"user\": {\"uid\": 0, \"gid\": 0}, "                                                         \
    "\"env\": [\"PATH=/bin:/usr/bin\"], \"args\": [\"/bin/sh\", \"-c\", \"" program "\"]}, "       \
    "\"linux\": {\"namespaces\": [{\"type\": \"mount\"}, {\"type\": \"pid\"}]}" more "}"
#define CONFIG(program) CONFIG_WITH("", program)

/* A place for the containers of one test, and names for them, of which the machine's cgroups are
 * made: another run of this test may be at it, too. */
struct place {
    char path[64];
    char web[32];
    char twice[32];
    struct oci_runtime runtime;
};

static inline int make_place(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    assert_non_null(place);
    (void)snprintf(place->path, sizeof(place->path), "/tmp/cupel-container-XXXXXX");
    assert_non_null(mkdtemp(place->path));
    (void)snprintf(place->web, sizeof(place->web), "web-%d", (int)getpid());
    (void)snprintf(place->twice, sizeof(place->twice), "twice-%d", (int)getpid());
    place->runtime = (struct oci_runtime){ .root = place->path };
    *state = place;
    return 0;
}

static inline int remove_place(void **state)
{
    struct place *place = *state;
    char filters[128];

    (void)snprintf(filters, sizeof(filters), "%s/.filters", place->path);
    (void)rmdir(filters);
    assert_int_equal(rmdir(place->path), 0); /* of no container is anything left */
    free(place);
    return 0;
}

/* In any thread, which cmocka's own functions are not for. */
static inline void must(int number, const struct err *err)
{
    if (number >= 0)
        return;
    (void)fprintf(stderr, "%s\n", err->sentence);
    abort();
}

static inline void must_be(bool is_so, const char *what)
{
    const struct err err = { .sentence = "" };

    if (!is_so)
        (void)fprintf(stderr, "not so: %s\n", what);
    must(is_so ? 0 : -1, &err);
}

static inline void create(const struct place *place, const char *id, const char *config,
                          struct oci_started *ret_first)
{
    const struct oci_container_request request = { .bundle = "/tmp", .config = config };
    struct err err = { 0 };

    must(oci_container_create(&place->runtime, id, &request, ret_first, &err), &err);
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)
