/* What of a slab is resident, by what was touched. */
#include "unit.h"

#include "base/cleanup.h"
#include "forwarder/io/slab.h"

#include <sys/mman.h>
#include <unistd.h>

#define MIB ((size_t)1 << 20)
#define SIZE (32 * MIB)
#define FIRST 12345 /* where the part begins */
#define SMALL (8 * MIB)

/* How many octets of the slab are resident. */
static size_t resident(const struct forwarder_slab *slab)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    CLEANUP(free_pointer) unsigned char *pages = calloc(slab->size / page, 1);
    size_t count = 0;

    assert_non_null(pages);
    assert_int_equal(mincore(slab->at, slab->size, pages), 0);
    for (size_t i = 0; i < slab->size / page; i++)
        count += pages[i] & 1U;
    return count * page;
}

/* Touches octets of the part, one in each page. */
static void touch(const struct forwarder_slab *slab, size_t from, size_t to)
{
    for (size_t at = from; at < to; at += 4096)
        ((volatile uint8_t *)slab->at)[FIRST + at] = 1;
}

static void a_part_is_resident_as_it_is_touched_from_its_start_on(void **state)
{
    CLEANUP(forwarder_slab_free) struct forwarder_slab slab = forwarder_slab_new(SIZE);
    struct bytes part;

    (void)state;
    assert_non_null(slab.at);
    part = bytes_of((uint8_t *)slab.at + FIRST, SIZE - FIRST - 54321);
    forwarder_slab_enlarge_pages(&slab, part, SMALL);
    assert_int_equal(resident(&slab), 0);
    touch(&slab, 0, 1);
    assert_in_range(resident(&slab), 1, 65536);
    touch(&slab, 0, SMALL);
    assert_in_range(resident(&slab), SMALL, SMALL + 65536);
    for (size_t used = SMALL + MIB; used < part.size; used += MIB) {
        touch(&slab, used - MIB, used);
        assert_in_range(resident(&slab), used, used + 2 * MIB + 65536);
    }
}

static void what_has_no_room_for_a_large_page_stays_as_it_is(void **state)
{
    CLEANUP(forwarder_slab_free) struct forwarder_slab slab = forwarder_slab_new(SIZE);

    (void)state;
    assert_non_null(slab.at);
    forwarder_slab_enlarge_pages(&slab, (struct bytes){ 0 }, SMALL);
    forwarder_slab_enlarge_pages(&slab, bytes_of(slab.at, SMALL), SMALL);
    forwarder_slab_enlarge_pages(&slab, bytes_of((uint8_t *)slab.at + 1, 3 * MIB), MIB);
    touch(&slab, 3 * MIB, 3 * MIB + 1);
    assert_in_range(resident(&slab), 1, 65536);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_part_is_resident_as_it_is_touched_from_its_start_on),
    cmocka_unit_test(what_has_no_room_for_a_large_page_stays_as_it_is),
};
RUN_TESTS(tests)
