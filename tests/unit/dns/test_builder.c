/* Building: small, whole entries or none, and what was built reads back as what was given. */
#include "wire.h"

#include "dns/builder.h"
#include "dns/message.h"
#include "dns/name_table_write.h"
#include "dns/rrtype.h"

static const struct dns_header response_header = { .id = 0xABCD, .flags = DNS_FLAG_QR };

static struct dns_name name_of(const char *text)
{
    struct dns_name name = { 0 };

    assert_int_equal(dns_name_parse(bytes_of_text(text), &name).status, DNS_OK);
    return name;
}

/* Adds a record that is put together: its owner as text, its RDATA in the notation of wire.h. */
static struct dns_verdict add(struct dns_builder *builder, enum dns_section section,
                              const char *owner_text, uint16_t type, const char *rdata)
{
    WIRE(octets, rdata);
    struct dns_name owner = name_of(owner_text);
    struct dns_rr rr = {
        .owner = dns_name_reader(&owner),
        .type = type,
        .class = 1,
        .ttl_s = 60,
        .rdata = byte_reader_init(octets),
    };

    return dns_builder_add_rr(builder, section, &rr);
}

static void assert_built(struct dns_builder *builder, const char *notation)
{
    WIRE(expected, notation);
    struct bytes wire = dns_builder_finish(builder);
    struct dns_message message;

    for (size_t i = 0; i < wire.size && i < expected.size; i++) {
        if (wire.at[i] != expected.at[i])
            fail_msg("octet %zu is %02x, expected %02x", i, wire.at[i], expected.at[i]);
    }
    assert_int_equal(wire.size, expected.size);
    assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
}

static void builder_compresses_owners_and_the_rdata_of_rfc_1035(void **state)
{
    uint8_t block[512];
    struct dns_builder builder;
    struct dns_question question = { .name = name_of("www.example."), .type = 255, .class = 1 };
    struct dns_edns edns = { .udp_size = 1232, .flags = DNS_EDNS_DO };

    (void)state;
    dns_builder_init(&builder, block, sizeof(block), &response_header);
    assert_int_equal(dns_builder_add_question(&builder, &question).status, DNS_OK);
    assert_int_equal(
        add(&builder, DNS_ANSWER, "www.example.", DNS_TYPE_CNAME, "01'a'03'www'07'example'00")
            .status,
        DNS_OK);
    assert_int_equal(add(&builder, DNS_ANSWER, "a.www.example.", DNS_TYPE_A, "c0000201").status,
                     DNS_OK);
    assert_int_equal(
        add(&builder, DNS_AUTHORITY, "example.", DNS_TYPE_MX, "000a01'a'07'example'00").status,
        DNS_OK);
    assert_int_equal(add(&builder, DNS_ADDITIONAL, ".", 65280, "07'example'00").status, DNS_OK);
    assert_int_equal(dns_builder_add_edns(&builder, &edns).status, DNS_OK);
    assert_built(&builder, "abcd 8000 0001 0002 0001 0002 "
                           "03'www'07'example'00 00ff 0001 "              /* 12 */
                           "c00c 0005 0001 0000003c 0004 01'a'c00c "      /* 29 */
                           "c029 0001 0001 0000003c 0004 c0000201 "       /* 45 */
                           "c010 000f 0001 0000003c 0006 000a 01'a'c010 " /* 61 */
                           "00 ff00 0001 0000003c 0009 07'example'00 "
                           "00 0029 04d0 00008000 0000");
}

static void builder_keeps_the_case_of_each_name(void **state)
{
    uint8_t block[512];
    struct dns_builder builder;

    (void)state;
    dns_builder_init(&builder, block, sizeof(block), &response_header);
    assert_int_equal(add(&builder, DNS_ANSWER, "a.Example.", 65280, "").status, DNS_OK);
    assert_int_equal(add(&builder, DNS_ANSWER, "a.example.", 65280, "").status, DNS_OK);
    assert_int_equal(add(&builder, DNS_ANSWER, "b.Example.", 65280, "").status, DNS_OK);
    assert_built(&builder, "abcd 8000 0000 0003 0000 0000 "
                           "01'a'07'Example'00 ff00 0001 0000003c 0000 "
                           "01'a'07'example'00 ff00 0001 0000003c 0000 "
                           "01'b'c00e ff00 0001 0000003c 0000");
}

static void builder_does_not_take_the_same_label_under_another_name(void **state)
{
    uint8_t block[512];
    struct dns_builder builder;

    (void)state;
    dns_builder_init(&builder, block, sizeof(block), &response_header);
    assert_int_equal(add(&builder, DNS_ANSWER, "a.b.", 65280, "").status, DNS_OK);
    assert_int_equal(add(&builder, DNS_ANSWER, "a.c.", 65280, "").status, DNS_OK);
    assert_int_equal(add(&builder, DNS_ANSWER, "a.", 65280, "").status, DNS_OK);
    assert_built(&builder, "abcd 8000 0000 0003 0000 0000 "
                           "01'a'01'b'00 ff00 0001 0000003c 0000 "
                           "01'a'01'c'00 ff00 0001 0000003c 0000 "
                           "01'a'00 ff00 0001 0000003c 0000");
}

static void builder_adds_a_whole_record_or_none(void **state)
{
    uint8_t block[512];
    struct dns_builder builder;
    size_t whole;

    (void)state;
    dns_builder_init(&builder, block, sizeof(block), &response_header);
    assert_int_equal(add(&builder, DNS_ANSWER, "a.", DNS_TYPE_MX, "000a01'b'00").status, DNS_OK);
    whole = dns_builder_finish(&builder).size;
    for (size_t room = DNS_HEADER_SIZE; room < whole; room++) {
        struct dns_verdict verdict;

        dns_builder_init(&builder, block, room, &response_header);
        verdict = add(&builder, DNS_ANSWER, "a.", DNS_TYPE_MX, "000a01'b'00");
        assert_int_equal(verdict.status, DNS_NO_ROOM);
        assert_int_equal(verdict.offset, DNS_HEADER_SIZE);
        assert_int_equal(builder.names.count, 0);
        assert_built(&builder, "abcd 8000 0000 0000 0000 0000");
    }
}

static void builder_refuses_a_record_whose_rdata_is_wrong(void **state)
{
    uint8_t block[512];
    struct dns_builder builder;
    struct dns_verdict verdict;

    (void)state;
    dns_builder_init(&builder, block, sizeof(block), &response_header);
    verdict = add(&builder, DNS_ANSWER, "a.", DNS_TYPE_MX, "000a01'b'0000");
    assert_int_equal(verdict.status, DNS_RDATA_TRAILING);
    assert_int_equal(verdict.offset, 5);
    assert_built(&builder, "abcd 8000 0000 0000 0000 0000");
}

static void builder_rollback_forgets_labels_that_are_gone(void **state)
{
    uint8_t block[512];
    struct dns_builder builder;
    struct dns_builder_mark mark;

    (void)state;
    dns_builder_init(&builder, block, sizeof(block), &response_header);
    assert_int_equal(add(&builder, DNS_ANSWER, "a.", 65280, "").status, DNS_OK);
    mark = dns_builder_mark(&builder);
    assert_int_equal(add(&builder, DNS_ADDITIONAL, "c.b.", 65280, "").status, DNS_OK);
    dns_builder_rollback(&builder, &mark);
    assert_int_equal(add(&builder, DNS_AUTHORITY, "d.b.", 65280, "").status, DNS_OK);
    assert_int_equal(add(&builder, DNS_AUTHORITY, "b.", 65280, "").status, DNS_OK);
    assert_built(&builder, "abcd 8000 0000 0001 0002 0000 "
                           "01'a'00 ff00 0001 0000003c 0000 "
                           "01'd'01'b'00 ff00 0001 0000003c 0000 "
                           "c01b ff00 0001 0000003c 0000");
}

static void builder_reserve_keeps_room_free(void **state)
{
    uint8_t block[DNS_HEADER_SIZE + 11];
    struct dns_builder builder;
    struct dns_edns edns = { .udp_size = 512 };

    (void)state;
    dns_builder_init(&builder, block, sizeof(block), &response_header);
    assert_false(dns_builder_reserve(&builder, 12));
    assert_true(dns_builder_reserve(&builder, 11));
    assert_int_equal(add(&builder, DNS_ANSWER, ".", 65280, "").status, DNS_NO_ROOM);
    dns_builder_release(&builder, 11);
    assert_int_equal(dns_builder_add_edns(&builder, &edns).status, DNS_OK);
    assert_built(&builder, "abcd 8000 0000 0000 0000 0001 00 0029 0200 00000000 0000");
}

/* Adds owners 00000.example., 00001.example., … until the block is full. */
static unsigned int fill(struct dns_builder *builder)
{
    char owner[] = "00000.example.";

    for (unsigned int i = 0;; i++) {
        unsigned int rest = i;

        for (int digit = 4; digit >= 0; digit--) {
            owner[digit] = (char)('0' + rest % 10);
            rest /= 10;
        }
        if (add(builder, DNS_ANSWER, owner, 65280, "").status != DNS_OK)
            return i;
    }
}

static void builder_fills_64_kib_with_owners_that_it_cannot_all_remember(void **state)
{
    uint8_t *block = malloc(DNS_MESSAGE_SIZE_MAX + 1);
    struct dns_builder builder;
    struct dns_message message;
    unsigned int count;

    (void)state;
    assert_non_null(block);
    dns_builder_init(&builder, block, DNS_MESSAGE_SIZE_MAX + 1, &response_header);
    count = fill(&builder);
    assert_int_equal(dns_message_read(dns_builder_finish(&builder), &message).status, DNS_OK);
    assert_int_equal(message.header.counts[DNS_ANSWER], count);
    /* Each but the first takes 6 octets of label, a pointer and 10 fixed octets. */
    assert_int_equal(count, (DNS_MESSAGE_SIZE_MAX - DNS_HEADER_SIZE - 7) / 18);
    assert_true(builder.names.count <= DNS_NAME_TABLE_LABELS);
    free(block);
}

/* Adds records with the owner until the block is full; their number. `change` makes the owner of
 * the next one, from its number. */
static unsigned int fill_with(struct dns_builder *builder, struct dns_name owner,
                              void (*change)(struct dns_name *, unsigned int))
{
    for (unsigned int i = 0;; i++) {
        struct dns_rr rr = { .type = 65280, .class = 1 };

        if (change != NULL)
            change(&owner, i);
        rr.owner = dns_name_reader(&owner);
        if (dns_builder_add_rr(builder, DNS_ANSWER, &rr).status != DNS_OK)
            return i;
    }
}

/* 127 labels of one octet. */
static struct dns_name longest_name(void)
{
    struct dns_name name = { .size = DNS_NAME_SIZE_MAX };

    for (unsigned int i = 0; i < DNS_NAME_LABELS_MAX; i++) {
        name.octets[2 * i] = 1;
        name.octets[2 * i + 1] = 'a';
    }
    return name;
}

static void change_all_labels(struct dns_name *name, unsigned int number)
{
    for (unsigned int i = 0; i < DNS_NAME_LABELS_MAX; i++)
        name->octets[2 * i + 1] = (uint8_t)(number * 31 + i * 7 + (number >> 8) * 13);
}

static void change_first_label(struct dns_name *name, unsigned int number)
{
    name->octets[1] = (uint8_t)number;
}

/* Labels whose hashes have the last eight bits in common, as who knows the id of the message can
 * choose them: the search stops at the first that does. */
static void agree_in_hash(struct dns_name *name, unsigned int number)
{
    static const uint8_t wanted = 0x5A;
    struct dns_name_table table;
    uint8_t block[64];

    for (unsigned int i = number << 12;; i++) {
        struct byte_writer out = byte_writer_init(block, sizeof(block));
        struct byte_reader in;
        size_t at;

        name->size = 6;
        memcpy(name->octets, "\x04____", 6);
        for (unsigned int k = 0; k < 4; k++)
            name->octets[1 + k] = (uint8_t)(i >> (8 * k));
        out.position = DNS_HEADER_SIZE;
        in = dns_name_reader(name);
        dns_name_table_init(&table, response_header.id);
        assert_int_equal(dns_name_table_write(&table, &in, &out, &at).status, DNS_OK);
        if (table.own[0].hash % 256 == wanted)
            return;
    }
}

static void builder_takes_steps_that_octets_pay_for_and_no_more(void **state)
{
    static const struct {
        const char *label;
        void (*change)(struct dns_name *, unsigned int);
        bool is_minimal; /* in spite of it */
    } rows[] = {
        { "the same name of 127 labels", NULL, true },
        { "127 labels of which the first differs", change_first_label, true },
        { "127 labels, all different", change_all_labels, true },
        { "labels whose hashes agree", agree_in_hash, false },
    };
    static const size_t places = DNS_NAME_TABLE_LABELS_MAX;
    struct dns_name_table_label *labels = calloc(places, sizeof(*labels));
    uint8_t *block = malloc(DNS_MESSAGE_SIZE_MAX);
    struct dns_builder builder;

    (void)state;
    assert_non_null(labels);
    assert_non_null(block);
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct dns_name name = longest_name();
        struct dns_message message;

        dns_builder_init(&builder, block, DNS_MESSAGE_SIZE_MAX, &response_header);
        dns_builder_extend(&builder, labels, places);
        assert_row(rows[i].label, fill_with(&builder, name, rows[i].change) > 200);
        assert_row(rows[i].label,
                   dns_message_read(dns_builder_finish(&builder), &message).status == DNS_OK);
        assert_row(rows[i].label, (builder.names.gaps == 0) == rows[i].is_minimal);
    }
    free(labels);
    free(block);
}

static void builder_with_room_for_all_labels_misses_no_pointer(void **state)
{
    struct dns_name_table_label *labels = calloc(DNS_NAME_TABLE_LABELS_MAX, sizeof(*labels));
    uint8_t *block = malloc(DNS_MESSAGE_SIZE_MAX);
    struct dns_builder builder;

    (void)state;
    assert_non_null(labels);
    assert_non_null(block);
    dns_builder_init(&builder, block, DNS_MESSAGE_SIZE_MAX, &response_header);
    dns_builder_extend(&builder, labels, DNS_NAME_TABLE_LABELS_MAX);
    assert_int_equal(add(&builder, DNS_ANSWER, "first.example.", 65280, "").status, DNS_OK);
    assert_true(fill(&builder) > 3000);
    /* Where the first label stood is still known, thousands of labels later. */
    assert_true(dns_builder_finish(&builder).size > 60000);
    assert_int_equal(builder.names.gaps, 0);
    free(labels);
    free(block);
}

/* Records of one message, read from it, and owners of which many point to one long name. */
static void builder_knows_the_names_of_its_source_by_their_offset(void **state)
{
    WIRE(wire, "abcd 8180 0001 0003 0000 0000 07'example'00 0001 0001 "
               "c00c 0002 0001 0000003c 0005 02'ns'c00c "
               "c025 0001 0001 0000003c 0004 c0000201 "
               "c025 0001 0001 0000003c 0004 c0000202 ");
    struct dns_message message;
    struct dns_question question;
    struct dns_builder builder;
    struct dns_builder_mark mark;
    struct dns_walk walk;
    struct dns_rr rr;
    uint8_t block[512];

    (void)state;
    assert_int_equal(dns_message_read(wire, &message).status, DNS_OK);
    assert_true(dns_message_question(&message, &question));
    dns_builder_init(&builder, block, sizeof(block), &message.header);
    dns_builder_set_source(&builder, wire);
    assert_int_equal(dns_builder_add_question(&builder, &question).status, DNS_OK);
    walk = dns_message_section(&message, DNS_ANSWER);
    while (dns_walk_next(&walk, &rr)) {
        mark = dns_builder_mark(&builder);
        assert_int_equal(dns_builder_add_rr(&builder, DNS_ANSWER, &rr).status, DNS_OK);
        dns_builder_rollback(&builder, &mark);
        assert_int_equal(dns_builder_add_rr(&builder, DNS_ANSWER, &rr).status, DNS_OK);
    }
    assert_true(bytes_equal(dns_builder_finish(&builder), wire));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(builder_compresses_owners_and_the_rdata_of_rfc_1035),
    cmocka_unit_test(builder_keeps_the_case_of_each_name),
    cmocka_unit_test(builder_does_not_take_the_same_label_under_another_name),
    cmocka_unit_test(builder_adds_a_whole_record_or_none),
    cmocka_unit_test(builder_refuses_a_record_whose_rdata_is_wrong),
    cmocka_unit_test(builder_rollback_forgets_labels_that_are_gone),
    cmocka_unit_test(builder_reserve_keeps_room_free),
    cmocka_unit_test(builder_fills_64_kib_with_owners_that_it_cannot_all_remember),
    cmocka_unit_test(builder_takes_steps_that_octets_pay_for_and_no_more),
    cmocka_unit_test(builder_with_room_for_all_labels_misses_no_pointer),
    cmocka_unit_test(builder_knows_the_names_of_its_source_by_their_offset),
};

RUN_TESTS(tests)
