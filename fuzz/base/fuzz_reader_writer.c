/*
 * Property: a random walk of reads over the input, each either changes nothing and gives false, or
 * gives exactly the octets that stand at the cursor; and what was read, written again by the
 * matching write, is the same octets. The first half of the input chooses the operations, the
 * second half is what is read.
 *
 * Covers: src/base/byte_reader.c 90%, src/base/byte_writer.c 90%
 */
#include "base/byte_reader.h"
#include "base/byte_writer.h"
#include "fuzz/target.h"

struct walk {
    struct byte_reader in;
    struct byte_writer out;
    size_t start; /* absolute offset of the first octet that is read */
};

static void check_unmoved(struct walk *walk, struct byte_reader before, size_t size)
{
    fuzz_require(walk->in.position == before.position);
    fuzz_require(walk->in.end == before.end);
    fuzz_require(byte_reader_left(&before) < size);
}

static void step_u8(struct walk *walk)
{
    struct byte_reader before = walk->in;
    uint8_t value = 0xA5;

    if (!read_u8(&walk->in, &value)) {
        fuzz_require(value == 0xA5);
        check_unmoved(walk, before, 1);
        return;
    }
    fuzz_require(write_u8(&walk->out, value));
}

static void step_u16(struct walk *walk)
{
    struct byte_reader before = walk->in;
    uint16_t value = 0xA5A5;

    if (!read_u16_be(&walk->in, &value)) {
        fuzz_require(value == 0xA5A5);
        check_unmoved(walk, before, 2);
        return;
    }
    fuzz_require(write_u16_be(&walk->out, value));
}

static void step_u32(struct walk *walk)
{
    struct byte_reader before = walk->in;
    uint32_t value = 0xA5A5A5A5;

    if (!read_u32_be(&walk->in, &value)) {
        fuzz_require(value == 0xA5A5A5A5);
        check_unmoved(walk, before, 4);
        return;
    }
    fuzz_require(write_u32_be(&walk->out, value));
}

static void step_split(struct walk *walk, size_t size)
{
    struct byte_reader before = walk->in;
    struct byte_reader part = { 0 };
    struct bytes octets;

    if (!byte_reader_split(&walk->in, size, &part)) {
        fuzz_require(part.base == NULL);
        check_unmoved(walk, before, size);
        return;
    }
    fuzz_require(part.position == before.position);
    fuzz_require(part.end == walk->in.position);
    fuzz_require(!read_skip(&part, size + 1));
    fuzz_require(read_bytes(&part, size, &octets));
    fuzz_require(byte_reader_is_done(&part));
    fuzz_require(write_bytes(&walk->out, octets));
}

/* A write that is taken back leaves no trace. */
static void step_rollback(struct walk *walk, uint8_t value)
{
    size_t position = walk->out.position;

    if (write_u16_be(&walk->out, value)) {
        byte_writer_patch_u16_be(&walk->out, position, 0xFFFF);
        byte_writer_rollback(&walk->out, position);
    }
    fuzz_require(walk->out.position == position);
}

static void step(struct walk *walk, uint8_t operation)
{
    switch (operation % 8) {
    case 0:
    case 1:
        step_u8(walk);
        break;
    case 2:
    case 3:
        step_u16(walk);
        break;
    case 4:
        step_u32(walk);
        break;
    case 5:
    case 6:
        step_split(walk, operation >> 3);
        break;
    default:
        step_rollback(walk, operation);
        break;
    }
}

FUZZ_TARGET(input)
{
    size_t half = input.size / 2;
    size_t size = input.size - half;
    uint8_t *copy = fuzz_block(size + 1);
    struct walk walk = { .in = byte_reader_init(input), .start = half };

    walk.out = byte_writer_init(copy, size);
    fuzz_require(byte_reader_at(&walk.in, half, &walk.in));
    for (size_t i = 0; i < half; i++)
        step(&walk, input.at[i]);
    fuzz_require(walk.out.position == walk.in.position - walk.start);
    fuzz_require(
        bytes_equal(byte_writer_written(&walk.out),
                    bytes_of(input.at == NULL ? NULL : input.at + half, walk.out.position)));
    free(copy);
}
