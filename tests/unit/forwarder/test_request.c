/* The short way of plain queries says what the codec says. */
#include "unit.h"

#include "forwarder/core/request.h"

#include <string.h>

#define WIRE_BYTES_MAX 400

/* A datagram's octets. */
struct wire {
    size_t size;
    uint8_t octets[WIRE_BYTES_MAX];
};

/* Whether two questions are the same, octet by octet. */
static bool is_same_question(const struct dns_question *a, const struct dns_question *b)
{
    return a->type == b->type && a->class == b->class &&
           bytes_equal(dns_name_bytes(&a->name), dns_name_bytes(&b->name));
}

static bool is_same_request(const struct forwarder_request *a, const struct forwarder_request *b)
{
    return a->id == b->id && a->flags == b->flags && a->answer_bytes_max == b->answer_bytes_max &&
           a->has_padding == b->has_padding && a->has_edns == b->has_edns &&
           a->dnssec_ok == b->dnssec_ok && a->cookie.size == b->cookie.size &&
           memcmp(a->cookie.octets, b->cookie.octets, a->cookie.size) == 0;
}

/* Both ways say the same of a datagram; gives what. */
static enum forwarder_verdict both_ways(const struct wire *wire)
{
    struct bytes payload = bytes_of(wire->octets, wire->size);
    struct forwarder_request requests[2] = { { 0 }, { 0 } };
    struct dns_question questions[2] = { { .type = 0 }, { .type = 0 } };
    enum forwarder_verdict verdict = forwarder_request_read(payload, &requests[0], &questions[0]);

    if (forwarder_request_read_any(payload, &requests[1], &questions[1]) != verdict ||
        !is_same_request(&requests[0], &requests[1]) ||
        !is_same_question(&questions[0], &questions[1]))
        fail_msg("%zu octets that begin with %02x%02x: not the same", wire->size, wire->octets[2],
                 wire->octets[3]);
    return verdict;
}

/* A query for a name, given with its length octets but for the root's, with `behind` behind it. */
static struct wire query_of(const char *labels, const char *behind, size_t behind_size)
{
    struct wire wire = { .size = DNS_HEADER_SIZE };
    size_t size = strlen(labels) + 1;

    memcpy(wire.octets, "\x12\x34\x01\x20\0\1\0\0\0\0\0\0", DNS_HEADER_SIZE);
    wire.octets[11] = behind_size > 4; /* additional records */
    memcpy(wire.octets + wire.size, labels, size);
    wire.size += size;
    memcpy(wire.octets + wire.size, behind, behind_size);
    wire.size += behind_size;
    return wire;
}

#define A_IN "\0\1\0\1"
#define OPT(flags, length) "\0\0\x29\4\xd0\0\0" flags "\0" length
#define QUERY(labels, behind) query_of(labels, behind, sizeof(behind) - 1)

static void each_octet_may_have_any_value(void **state)
{
    const struct wire rows[] = {
        QUERY("\3www\7eXample\4test", A_IN),
        QUERY("", A_IN),
        QUERY("\3www\4test", A_IN OPT("\0\0", "\0")),
        QUERY("\3www\4test", A_IN OPT("\x80\0", "\x0c") "\0\x0a\0\x08"
                                                        "12345678"),
        QUERY("\1a", "\0\xff\0\1" OPT("\x80\0", "\5") "\0\x0c\0\1"
                                                      "1"),
    };

    (void)state;
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        struct wire wire = rows[row];

        assert_int_equal(both_ways(&wire), FORWARDER_FORWARD);
        for (size_t at = 0; at < wire.size; at++) {
            for (unsigned int value = 0; value < 256; value++) {
                wire.octets[at] = (uint8_t)value;
                (void)both_ways(&wire);
            }
            wire.octets[at] = rows[row].octets[at];
        }
    }
}

static void a_query_may_end_anywhere(void **state)
{
    const struct wire whole = QUERY("\3www\4test", A_IN OPT("\x80\0", "\0") "\0");

    (void)state;
    for (size_t size = 0; size <= whole.size; size++) {
        struct wire wire = whole;

        wire.size = size;
        (void)both_ways(&wire);
        wire.octets[11] = 0;
        (void)both_ways(&wire);
    }
}

static void names_may_be_as_long_as_names_are(void **state)
{
    /* Labels of 63, 63, 63 and `last` octets: 255 with the root's where that is 61. */
    (void)state;
    for (unsigned int last = 1; last <= 64; last++) {
        char labels[WIRE_BYTES_MAX] = "";
        struct wire wire;

        for (size_t i = 0; i < 3; i++) {
            labels[i * 64] = 63;
            memset(labels + i * 64 + 1, 'a', 63);
        }
        labels[192] = (char)last;
        memset(labels + 193, 'b', last);
        wire = query_of(labels, A_IN, 4);
        assert_int_equal(both_ways(&wire), last <= 61 ? FORWARDER_FORWARD : FORWARDER_FORMERR);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_octet_may_have_any_value),
    cmocka_unit_test(a_query_may_end_anywhere),
    cmocka_unit_test(names_may_be_as_long_as_names_are),
};

RUN_TESTS(tests)
