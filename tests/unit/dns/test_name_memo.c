/* The memo gives the verdicts of dns_name_skip(), and a limit to what a message may cost. */
#include "unit.h"

#include "base/cleanup.h"
#include "dns/message.h"
#include "dns/name_memo.h"

/* A header, and then names with pointers among each other. */
#define HEADER 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0

static struct byte_reader reader_at(const uint8_t *wire, size_t position, size_t size)
{
    return (struct byte_reader){ .base = wire, .position = position, .end = size };
}

static size_t pass_over(struct dns_name_memo *memo, struct byte_reader in)
{
    return dns_name_memo_skip(memo, in.base, (struct dns_name_run){ in.position, in.end });
}

static void second_name_that_points_to_a_target_is_not_followed(void **state)
{
    static const uint8_t wire[] = { HEADER, 1, 'a', 0, 0xC0, 12, 1, 'b', 0xC0, 12 };
    struct dns_name_memo memo;
    size_t steps;

    (void)state;
    dns_name_memo_init(&memo, sizeof(wire));
    assert_int_equal(pass_over(&memo, reader_at(wire, 15, sizeof(wire))), 17);
    steps = memo.steps_left;
    assert_int_equal(pass_over(&memo, reader_at(wire, 17, sizeof(wire))), 21);
    assert_int_equal(memo.steps_left, steps);
}

static void target_that_is_kept_still_counts_for_the_size(void **state)
{
    uint8_t wire[12 + 255 + 2 + 4] = { HEADER };
    struct dns_name_memo memo;

    (void)state;
    for (size_t i = 0; i < 127; i++)
        wire[12 + 2 * i] = 1; /* 127 labels of one octet: 255 octets with the root's */
    memcpy(wire + 12 + 255, "\xC0\x0C\x01z\xC0\x0C", 6);
    dns_name_memo_init(&memo, sizeof(wire));
    assert_int_equal(pass_over(&memo, reader_at(wire, 267, sizeof(wire))), 269);
    assert_int_equal(pass_over(&memo, reader_at(wire, 269, sizeof(wire))), 0);
}

static void target_whose_labels_reach_into_the_name_is_not_taken_from_the_memo(void **state)
{
    /* The labels at 12 end at 19; from 19 they are before the name, from 14 they are not. */
    static const uint8_t wire[] = { HEADER, 5, 1, 0xC0, 12, 'x', 'x', 0, 0xC0, 12 };
    struct dns_name_memo memo;
    struct byte_reader early = reader_at(wire, 14, sizeof(wire));
    size_t size;

    (void)state;
    dns_name_memo_init(&memo, sizeof(wire));
    assert_int_equal(pass_over(&memo, reader_at(wire, 19, sizeof(wire))), 21);
    assert_int_equal(pass_over(&memo, early), 0);
    assert_int_equal(dns_name_skip(&early, &size).status, DNS_NAME_OVERLAP);
}

static void names_that_are_wrong_are_left_to_dns_name_skip(void **state)
{
    static const struct {
        const char *label;
        uint8_t octets[4];
        size_t size;
    } rows[] = {
        { "nothing", { 0 }, 0 },
        { "no root", { 1, 'a' }, 2 },
        { "label past the end", { 9, 'a' }, 2 },
        { "half a pointer", { 0xC0 }, 1 },
        { "pointer to itself", { 0xC0, 12 }, 2 },
        { "pointer forwards", { 0xC0, 14, 0 }, 3 },
        { "pointer to the header", { 0xC0, 4 }, 2 },
        { "pointer to nothing", { 0xC0, 0 }, 2 },
        { "label type 01", { 0x41, 0 }, 2 },
        { "label type 10", { 0x80, 0 }, 2 },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint8_t wire[16] = { HEADER };
        struct dns_name_memo memo;
        struct byte_reader in = reader_at(wire, 12, 12 + rows[i].size);
        size_t size;

        memcpy(wire + 12, rows[i].octets, rows[i].size);
        dns_name_memo_init(&memo, in.end);
        assert_row(rows[i].label, pass_over(&memo, in) == 0);
        assert_row(rows[i].label, dns_name_skip(&in, &size).status != DNS_OK);
    }
}

/* 64 names of 127 labels, and records that are owned by the ends of them in turn, so that all need
 * the same place of the memo. */
static void message_that_asks_for_too_many_steps_is_refused(void **state)
{
    CLEANUP(free_pointer) uint8_t *wire = calloc(1, DNS_MESSAGE_SIZE_MAX);
    static const uint8_t fixed[] = { 0, 99, 0, 1, 0, 0, 0, 0, 0, 0 };
    struct byte_writer out = byte_writer_init(wire, DNS_MESSAGE_SIZE_MAX);
    struct dns_header header = { .counts = { [DNS_ANSWER] = 5000 } };
    struct dns_message message;
    struct dns_verdict verdict;
    bool fits = wire != NULL && dns_header_write(&out, &header);

    (void)state;
    /* The first record's RDATA holds the names; each begins at a multiple of 256. */
    fits = fits && write_u8(&out, 0) && write_bytes(&out, bytes_of(fixed, 8)) &&
           write_u16_be(&out, 62 * 256 + 233);
    while (fits && out.position < 63 * 256)
        fits = write_u8(&out, out.position % 256 == 254 ? 0 : out.position % 2 == 0);
    for (unsigned int i = 1; fits && i < header.counts[DNS_ANSWER]; i++) {
        uint16_t target = (uint16_t)(256 * (1 + i % 62));

        fits = byte_writer_left(&out) < 12 || (write_u16_be(&out, (uint16_t)(0xC000U | target)) &&
                                               write_bytes(&out, bytes_of(fixed, sizeof(fixed))));
    }
    assert_true(fits);
    verdict = dns_message_read(byte_writer_written(&out), &message);
    assert_int_equal(verdict.status, DNS_POINTER_STEPS);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(second_name_that_points_to_a_target_is_not_followed),
    cmocka_unit_test(target_that_is_kept_still_counts_for_the_size),
    cmocka_unit_test(target_whose_labels_reach_into_the_name_is_not_taken_from_the_memo),
    cmocka_unit_test(names_that_are_wrong_are_left_to_dns_name_skip),
    cmocka_unit_test(message_that_asks_for_too_many_steps_is_refused),
};

RUN_TESTS(tests)
