/*
 * Property: of any bytes as /etc/passwd, /etc/subuid and /etc/subgid, a user's name is a part of
 * them without a colon or a newline, as is its directory, and every range that the user has is not
 * empty, does not lead past the largest id, has its first and its last id, and not the one after
 * that, unless another range has it.
 *
 * Covers: src/oci/subordinate.c
 */
#include "fuzz/target.h"
#include "oci/subordinate.h"

#define UID 1000

FUZZ_TARGET(input)
{
    struct oci_id_owner owner = { .name = oci_subordinate_name(input, UID), .uid = UID };
    const struct bytes home = oci_subordinate_home(input, UID);
    struct oci_id_range ranges[OCI_ID_RANGES_MAX];
    struct oci_id_ranges all = { .at = ranges };

    fuzz_require(owner.name.size <= input.size);
    fuzz_require(owner.name.size == 0 || (memchr(owner.name.at, ':', owner.name.size) == NULL &&
                                          memchr(owner.name.at, '\n', owner.name.size) == NULL));
    fuzz_require(home.size == 0 || (memchr(home.at, ':', home.size) == NULL &&
                                    memchr(home.at, '\n', home.size) == NULL));
    all.count = oci_subordinate_parse(input, &owner, ranges);
    fuzz_require(all.count <= OCI_ID_RANGES_MAX);
    for (size_t i = 0; i < all.count; i++) {
        const struct oci_id_ranges one = { 1, &ranges[i] };
        uint32_t last = ranges[i].first + ranges[i].size - 1;

        fuzz_require(ranges[i].size > 0 && last >= ranges[i].first);
        fuzz_require(oci_subordinate_has(&all, ranges[i].first, ranges[i].size));
        fuzz_require(oci_subordinate_has(&one, last, 1));
        fuzz_require(!oci_subordinate_has(&one, last + 1, 1));
        if (ranges[i].size < UINT32_MAX)
            fuzz_require(!oci_subordinate_has(&one, ranges[i].first, ranges[i].size + 1));
    }
}
