/*
 * Property: a reader over the input gives as many octets as the input has. (It holds: this target
 * shows that a campaign is content where nothing is wrong.)
 *
 * Covers: src/base/byte_reader.h 10%
 */
#include "base/byte_reader.h"
#include "fuzz/target.h"

FUZZ_TARGET(input)
{
    struct byte_reader in = byte_reader_init(input);
    size_t count = 0;
    uint8_t octet;

    while (read_u8(&in, &octet))
        count++;
    fuzz_require(count == input.size);
}
