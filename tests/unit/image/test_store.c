/* What cannot be looked at is never taken for what is not there: images would be lost. */
#include "unit.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "image/beneath.h"
#include "image/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
    char path[PATH_MAX];
    struct image_store store;
};

static struct place place_init(void)
{
    struct place place = { .path = "/tmp/store-XXXXXX", .store = IMAGE_STORE_CLOSED };
    struct err err = { 0 };

    assert_non_null(mkdtemp(place.path));
    assert_int_equal(image_store_open(&place.store, place.path, &err), 0);
    assert_int_equal(image_store_create(&place.store, &err), 0);
    return place;
}

static void place_done(struct place *place)
{
    struct err err;

    image_store_close(&place->store);
    (void)beneath_remove(AT_FDCWD, place->path, &err);
}

static void list_of_a_new_store_is_empty(void **state)
{
    CLEANUP(place_done) struct place place = place_init();
    CLEANUP(arena_done) struct arena arena = arena_init(IMAGE_STORE_ARENA_BYTES);
    struct image_records records;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(image_store_list(&place.store, &arena, &records, &err), 0);
    assert_int_equal(records.count, 0);
}

static void list_that_cannot_be_read_is_not_empty(void **state)
{
    CLEANUP(place_done) struct place place = place_init();
    CLEANUP(arena_done) struct arena arena = arena_init(IMAGE_STORE_ARENA_BYTES);
    struct image_records records = { .count = 42 };
    struct err err = { 0 };

    (void)state;
    assert_int_equal(symlinkat("index.json", place.store.root_fd, "index.json"), 0);
    assert_int_equal(image_store_list(&place.store, &arena, &records, &err), -ELOOP);
    assert_int_equal(records.count, 42);
}

static void store_whose_layout_cannot_be_looked_at_is_not_missing(void **state)
{
    CLEANUP(place_done) struct place place = place_init();
    struct image_store again = IMAGE_STORE_CLOSED;
    struct err err = { 0 };

    (void)state;
    assert_int_equal(unlinkat(place.store.root_fd, "oci-layout", 0), 0);
    assert_int_equal(symlinkat("oci-layout", place.store.root_fd, "oci-layout"), 0);
    assert_int_equal(image_store_open(&again, place.path, &err), -ELOOP);
    assert_int_equal(again.root_fd, -1);
}

static void image_that_cannot_be_looked_at_is_in_use(void **state)
{
    CLEANUP(place_done) struct place place = place_init();
    struct image_digest digest = { .hex = "aa" };

    (void)state;
    assert_false(image_store_is_in_use(&place.store, &digest));
    assert_int_equal(symlinkat("aa", place.store.unpacked_fd, "aa"), 0);
    assert_true(image_store_is_in_use(&place.store, &digest));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(list_of_a_new_store_is_empty),
    cmocka_unit_test(list_that_cannot_be_read_is_not_empty),
    cmocka_unit_test(store_whose_layout_cannot_be_looked_at_is_not_missing),
    cmocka_unit_test(image_that_cannot_be_looked_at_is_in_use),
};

RUN_TESTS(tests)
