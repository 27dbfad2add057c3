/* The octets of dnstap messages, by protobuf's specification. */
#include "dnstap/message.h"

#include "unit.h"

static struct forwarder_address address_of(uint8_t last, uint16_t port)
{
    return (struct forwarder_address){ .octets = { 192, 0, 2, last }, .size = 4, .port = port };
}

static struct bytes write_message(const struct forwarder_passing *passing,
                                  const struct dnstap_teller *teller,
                                  uint8_t block[DNSTAP_HEAD_MAX])
{
    struct byte_writer out = byte_writer_init(block, DNSTAP_HEAD_MAX);

    dnstap_message_write(passing, teller, (struct dnstap_time){ 300, 0x01020304 }, &out);
    return byte_writer_written(&out);
}

static void a_query_of_a_client_is_these_octets(void **state)
{
    static const uint8_t wanted[] = {
        0x0a, 2,       'i',  'd',       /* identity */
        0x12, 1,       'v',             /* version */
        0x78, 1,                        /* type MESSAGE */
        0x72, 33 + 12,                  /* message */
        0x08, 5,                        /* CLIENT_QUERY */
        0x10, 1,                        /* INET */
        0x18, 1,                        /* UDP */
        0x22, 4,       192,  0,   2, 1, /* query_address */
        0x2a, 4,       192,  0,   2, 2, /* response_address */
        0x30, 0xb9,    0x60,            /* query_port 12345 */
        0x38, 53,                       /* response_port */
        0x40, 0xac,    0x02,            /* query_time_sec 300 */
        0x4d, 4,       3,    2,   1,    /* query_time_nsec */
        0x52, 12,                       /* query_message, which follows */
    };
    static const struct dnstap_teller teller = { "id", "v" };
    static const uint8_t query[12] = { 0 };
    struct forwarder_datagram datagram = {
        .path = { .side = FORWARDER_CLIENTS, .peer = address_of(1, 12345) },
        .payload = bytes_of(query, sizeof(query)),
    };
    struct forwarder_passing passing = {
        .datagram = &datagram,
        .local = address_of(2, 53),
    };
    uint8_t block[DNSTAP_HEAD_MAX];
    struct bytes written = write_message(&passing, &teller, block);

    (void)state;
    assert_int_equal(written.size, sizeof(wanted));
    assert_memory_equal(written.at, wanted, sizeof(wanted));
}

static void an_answer_says_when_its_query_came(void **state)
{
    static const uint8_t wanted[] = {
        0x08, 6,    0x10, 2,    0x18, 3, /* CLIENT_RESPONSE over IPv6 and TLS */
        0x40, 0xab, 0x02,                /* query_time_sec 299 */
        0x4d, 0xff, 0xc9, 0x9a, 0x3b,    /* query_time_nsec 999999999 */
        0x60, 0xac, 0x02,                /* response_time_sec 300 */
        0x6d, 4,    0,    0,    0,       /* response_time_nsec */
        0x72, 0,                         /* response_message */
    };
    static const struct dnstap_teller nobody = { "", "" };
    struct forwarder_datagram datagram = {
        .path = { .side = FORWARDER_CLIENTS, .stream = 7, .is_private = true },
        .since_ns = 1000,
    };
    struct forwarder_passing passing = {
        .datagram = &datagram,
        .is_out = true,
        .transport = FORWARDER_OVER_TLS,
        .now_ns = 1000 + 5,
    };
    uint8_t block[DNSTAP_HEAD_MAX];
    struct byte_writer out = byte_writer_init(block, sizeof(block));

    (void)state;
    dnstap_message_write(&passing, &nobody, (struct dnstap_time){ 300, 4 }, &out);
    assert_int_equal(out.position, 4 + sizeof(wanted));
    assert_memory_equal(block + 4, wanted, sizeof(wanted));
}

/* What is told of a message by side and direction. */
static void the_type_says_side_and_direction(void **state)
{
    static const struct {
        const char *label;
        enum forwarder_side side;
        bool is_out;
        uint8_t type;
        uint8_t field; /* of the DNS message */
    } rows[] = {
        { "a client's query", FORWARDER_CLIENTS, false, 5, 10 },
        { "the answer to it", FORWARDER_CLIENTS, true, 6, 14 },
        { "a query to an upstream", FORWARDER_UPSTREAMS, true, 7, 10 },
        { "an upstream's reply", FORWARDER_UPSTREAMS, false, 8, 14 },
    };
    static const struct dnstap_teller nobody = { "", "" };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct forwarder_datagram datagram = { .path.side = rows[i].side };
        struct forwarder_passing passing = { .datagram = &datagram, .is_out = rows[i].is_out };
        uint8_t block[DNSTAP_HEAD_MAX];
        struct bytes written = write_message(&passing, &nobody, block);

        print_message("%s\n", rows[i].label);
        assert_int_equal(written.at[5], rows[i].type);
        assert_int_equal(written.at[written.size - 2], rows[i].field << 3 | 2);
    }
}

static void the_longest_texts_fit(void **state)
{
    char text[DNSTAP_TEXT_MAX + 1];
    struct dnstap_teller teller = { text, text };
    struct forwarder_datagram datagram = {
        .path = { .peer = { .size = 16, .port = 65535 } },
        .payload = { .size = FORWARDER_MESSAGE_BYTES_MAX },
        .since_ns = 1,
    };
    struct forwarder_passing passing = {
        .datagram = &datagram,
        .is_out = true,
        .local = { .size = 16, .port = 65535 },
        .now_ns = 2,
    };
    uint8_t block[DNSTAP_HEAD_MAX];
    struct byte_writer out = byte_writer_init(block, sizeof(block));

    (void)state;
    memset(text, 'x', DNSTAP_TEXT_MAX);
    text[DNSTAP_TEXT_MAX] = '\0';
    dnstap_message_write(&passing, &teller, (struct dnstap_time){ UINT64_MAX, UINT32_MAX }, &out);
    assert_true(out.position > 2 * DNSTAP_TEXT_MAX);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_query_of_a_client_is_these_octets),
        cmocka_unit_test(an_answer_says_when_its_query_came),
        cmocka_unit_test(the_type_says_side_and_direction),
        cmocka_unit_test(the_longest_texts_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
