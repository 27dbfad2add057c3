/*
 * Messages from text: what dig prints is read, what is wrong is named with its place, and what a
 * message prints gives its octets again: those of the corpus, and those of the generator.
 */
#include "wire.h"

#include "dns/builder.h"
#include "dns/dso.h"
#include "dns/message_text.h"
#include "fuzz/dns/generator.h"
#include "fuzz/dns/printed.h"

#include <dirent.h>
#include <stdio.h>

#define MESSAGES 5000

#define HEAD ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 43981\n"
#define FLAGS ";; flags: qr rd; QUERY: 9, ANSWER: 9, AUTHORITY: 9, ADDITIONAL: 9\n"
#define EDNS ";; OPT PSEUDOSECTION:\n; EDNS: version: 0, flags: do; udp: 1232\n"

/* Blocks for one message. */
struct fixture {
    uint8_t block[DNS_MESSAGE_SIZE_MAX];
    uint8_t scratch[DNS_MESSAGE_TEXT_SCRATCH];
    struct dns_name_table_label labels[DNS_NAME_TABLE_LABELS_MAX];
    struct dns_message_text reader;
};

static struct fixture *fixture_of(struct bytes text)
{
    struct fixture *fixture = malloc(sizeof(*fixture));

    assert_non_null(fixture);
    dns_message_text_init(&fixture->reader, text,
                          byte_writer_init(fixture->scratch, sizeof(fixture->scratch)));
    dns_message_text_extend(&fixture->reader, fixture->labels, DNS_NAME_TABLE_LABELS_MAX);
    return fixture;
}

static bool next(struct fixture *fixture, struct bytes *ret_wire)
{
    struct byte_writer out = byte_writer_init(fixture->block, sizeof(fixture->block));

    return dns_message_text_next(&fixture->reader, &out, ret_wire);
}

static void texts_give_the_octets_that_they_say(void **state)
{
    static const struct {
        const char *label;
        const char *text;
        const char *wire;
    } rows[] = {
        { "a header alone", HEAD, "abcd 0000 0000 0000 0000 0000" },
        { "nothing but a word", ";; ->>HEADER<<-", "0000 0000 0000 0000 0000 0000" },
        { "all flags",
          ";; ->>HEADER<<- opcode: STATUS, status: REFUSED, id: 1\n"
          ";; flags: qr aa tc rd ra z ad cd; QUERY: 0\n",
          "0001 97f5 0000 0000 0000 0000" },
        { "a flag without a name, as dig has it", HEAD ";; flags: rd; MBZ: 0x4; QUERY: 0\n",
          "abcd 0140 0000 0000 0000 0000" },
        { "counts that say something else", HEAD FLAGS ";; QUESTION SECTION:\n;a.\tIN\tA\n",
          "abcd 8100 0001 0000 0000 0000 01'a'00 0001 0001" },
        { "a question without a class", HEAD ";; QUESTION SECTION:\n;a. MX\n",
          "abcd 0000 0001 0000 0000 0000 01'a'00 000f 0001" },
        { "a question without a semicolon", HEAD ";; QUESTION SECTION:\na. CH ANY\n",
          "abcd 0000 0001 0000 0000 0000 01'a'00 00ff 0003" },
        { "carriage returns",
          ";; ->>HEADER<<- id: 2\r\n;; QUESTION SECTION:\r\n;a. IN A\r\n\r\n"
          ";; ANSWER SECTION:\r\na. 1 A 192.0.2.1\r\n",
          "0002 0000 0001 0001 0000 0000 01'a'00 0001 0001 c00c 0001 0001 00000001 0004 c0000201" },
        { "the sections of an update",
          ";; ->>HEADER<<- opcode: UPDATE, id: 2\n;; ZONE SECTION:\n;a. IN SOA\n"
          ";; PREREQUISITE SECTION:\nb.a. 0 ANY A\n;; UPDATE SECTION:\nb.a. 0 NONE A 192.0.2.1\n",
          "0002 2800 0001 0001 0001 0000 01'a'00 0006 0001"
          "01'b'c00c 0001 00ff 00000000 0000  c013 0001 00fe 00000000 0004 c0000201" },
        { "EDNS, whose upper bits of the status are in the header",
          ";; ->>HEADER<<- status: BADVERS, id: 2\n" EDNS "; COOKIE: 0102030405060708 (good)\n",
          "0002 0000 0000 0000 0000 0001 00 0029 04d0 01008000 000c 000a 0008 0102030405060708" },
        { "EDNS with an empty line, in front of TSIG",
          HEAD EDNS "\n; NSID: 61\n;; QUESTION SECTION:\n;a. IN A\n\n;; TSIG PSEUDOSECTION:\n"
                    "k. 0 ANY TSIG hmac-md5. 1 300 0 2 NOERROR 0\n\n;; Query time: 0 msec\n",
          "abcd 0000 0001 0000 0000 0002 01'a'00 0001 0001"
          "00 0029 04d0 00008000 0005 0003 0001 61"
          "01'k'00 00fa 00ff 00000000 001a 08'hmac-md5'00 000000000001 012c 0000 0002 0000 0000" },
        { "OPT in another place", HEAD EDNS ";; ADDITIONAL SECTION:\n;; OPT\na. 1 IN A 192.0.2.1\n",
          "abcd 0000 0000 0000 0000 0002 00 0029 04d0 00008000 0000"
          "01'a'00 0001 0001 00000001 0004 c0000201" },
        { "parentheses and comments",
          "; <<>> DiG <<>> a\n;; Got answer:\n" HEAD FLAGS ";; WARNING: none\n\n"
          ";; ANSWER SECTION:\n; a comment\na. 1h IN TXT ( \"a;b\" ; two\n\n c ) ; end\n  ; \n",
          "abcd 8100 0000 0001 0000 0000 01'a'00 0010 0001 00000e10 0006 03'a;b' 01'c'" },
    };

    (void)state;
    for (size_t i = 0; i < ROWS(rows); i++) {
        CLEANUP(free_pointer) struct fixture *fixture = fixture_of(bytes_of_text(rows[i].text));
        WIRE(expected, rows[i].wire);
        struct bytes wire = bytes_of(NULL, 0);

        assert_row(rows[i].label, next(fixture, &wire));
        assert_row(rows[i].label, bytes_equal(wire, expected));
        assert_row(rows[i].label, !next(fixture, &wire));
        assert_row(rows[i].label, fixture->reader.verdict.status == DNS_OK);
    }
}

/* Texts that are refused. */
static const struct {
    const char *label;
    const char *text;
    const char *at; /* where the refused part begins; "" is the end; NULL: not looked at */
    enum dns_status status;
} refusals[] = {
    { "no text", "", "", DNS_TEXT_HEADER },
    { "comments alone", ";; Got answer:\n", "", DNS_TEXT_HEADER },
    { "a line in front", "a. 1 A 192.0.2.1\n", "a. ", DNS_TEXT_HEADER },
    { "stateful operations", ";; ->>HEADER<<- opcode: DSO, id: 1", "DSO", DNS_TEXT_HEADER },
    { "an opcode", ";; ->>HEADER<<- opcode: ASK, id: 1", "ASK", DNS_TEXT_HEADER },
    { "a status", ";; ->>HEADER<<- status: FINE, id: 1", "FINE", DNS_TEXT_HEADER },
    { "an id", ";; ->>HEADER<<- id: 65536", "65536", DNS_TEXT_HEADER },
    { "a word", ";; ->>HEADER<<- name: b", "b", DNS_TEXT_HEADER },
    { "no value", ";; ->>HEADER<<- id:", "", DNS_TEXT_HEADER },
    { "a flag", HEAD ";; flags: qr xy;", "xy;", DNS_TEXT_HEADER },
    { "flags twice", HEAD ";; flags: qr\n;; flags: aa", "aa", DNS_TEXT_HEADER },
    { "a status that needs EDNS", ";; ->>HEADER<<- status: BADVERS\n", ";; ->>", DNS_TEXT_RCODE },
    { "an unknown section", HEAD ";; GLUE SECTION:\n", "GLUE", DNS_TEXT_SECTION },
    { "a section out of order", HEAD ";; ANSWER SECTION:\n;; ZONE SECTION:\n", "ZONE",
      DNS_TEXT_SECTION },
    { "a record in no section", HEAD "a. 1 A 192.0.2.1\n", "a. ", DNS_TEXT_SECTION },
    { "a record without a TTL", HEAD ";; ANSWER SECTION:\na. A 192.0.2.1\n", "a. ", DNS_TEXT_TTL },
    { "a record without an owner", HEAD ";; ANSWER SECTION:\n 1 A 192.0.2.1\n", " 1 A",
      DNS_TEXT_OWNER },
    { "RDATA", HEAD ";; ANSWER SECTION:\na. 1 A 192.0.2\n", "192.0.2\n", DNS_TEXT_ADDRESS },
    { "a question without a type", HEAD ";; QUESTION SECTION:\n;a.", "", DNS_TEXT_MISSING },
    { "a question of a class alone", HEAD ";; QUESTION SECTION:\n;a. IN\n", "IN", DNS_TEXT_TYPE },
    { "a question's class", HEAD ";; QUESTION SECTION:\n;a. XX A\n", "XX", DNS_TEXT_CLASS },
    { "a question's end", HEAD ";; QUESTION SECTION:\n;a. IN A B\n", "B", DNS_TEXT_TRAILING },
    { "a question's name", HEAD ";; QUESTION SECTION:\n;a..b IN A\n", ".b", DNS_TEXT_LABEL_EMPTY },
    { "a question's parenthesis", HEAD ";; QUESTION SECTION:\n;) a IN A\n", ") a",
      DNS_TEXT_PARENTHESIS },
    { "two questions", HEAD ";; QUESTION SECTION:\n;a. IN A\n;b. IN A\n", "b. ",
      DNS_QUESTION_COUNT },
    { "EDNS twice", HEAD EDNS "; NSID: 61\n\n" EDNS, NULL, DNS_OPT_TWICE },
    { "no EDNS", HEAD ";; OPT PSEUDOSECTION:\n;; QUESTION SECTION:\n", ";; Q", DNS_TEXT_EMPTY },
    { "an option", HEAD EDNS "; NSID: xy\n", NULL, DNS_TEXT_HEX },
    { "OPT as a record", HEAD ";; ADDITIONAL SECTION:\n. 1 CLASS512 OPT \\# 0\n", ". 1",
      DNS_TEXT_EDNS },
    { "a place of no EDNS", HEAD ";; ADDITIONAL SECTION:\n;; OPT\n", "OPT", DNS_TEXT_EDNS },
    { "a place twice", HEAD EDNS ";; ADDITIONAL SECTION:\n;; OPT\n;; OPT \n", "OPT \n",
      DNS_TEXT_EDNS },
    { "a place in another section", HEAD EDNS ";; ANSWER SECTION:\n;; OPT\n", "OPT\n",
      DNS_OPT_SECTION },
    { "a TSIG in another section",
      HEAD ";; ANSWER SECTION:\nk. 0 ANY TSIG hmac-md5. 1 300 0 2 NOERROR 0\n", "k. ",
      DNS_TSIG_PLACE },
    { "a record behind TSIG",
      HEAD ";; ADDITIONAL SECTION:\nk. 0 ANY TSIG hmac-md5. 1 300 0 2 NOERROR 0\n"
           "a. 1 A 192.0.2.1\n",
      "a. ", DNS_TSIG_PLACE },
};

static void what_is_wrong_is_named_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS(refusals); i++) {
        CLEANUP(free_pointer) struct fixture *fixture = fixture_of(bytes_of_text(refusals[i].text));
        struct bytes wire = bytes_of(NULL, 7);
        const char *at = refusals[i].at == NULL ? NULL : strstr(refusals[i].text, refusals[i].at);
        size_t offset;

        if (at != NULL && refusals[i].at[0] == '\0')
            at = refusals[i].text + strlen(refusals[i].text);
        assert_row(refusals[i].label, !next(fixture, &wire) && wire.size == 7);
        assert_row(refusals[i].label, fixture->reader.verdict.status == refusals[i].status);
        offset = fixture->reader.verdict.offset;
        if (at != NULL && offset != (size_t)(at - refusals[i].text))
            fail_msg("%s: %zu, not %zu", refusals[i].label, offset,
                     (size_t)(at - refusals[i].text));
        assert_row(refusals[i].label, !next(fixture, &wire));
        assert_row(refusals[i].label, fixture->reader.verdict.offset == offset);
    }
}

static void several_messages_are_read_one_after_another(void **state)
{
    static const char text[] =
        ";; MESSAGE 1\n" HEAD FLAGS ";; QUESTION SECTION:\n;a. IN A\n\n"
        ";; MSG SIZE: 19\n\n; <<>> DiG\n" HEAD ";; MSG SIZE: 12\na. 1 A 192.0.2.1\n";
    CLEANUP(free_pointer) struct fixture *fixture = fixture_of(bytes_of_text(text));
    struct bytes wire;

    (void)state;
    assert_true(next(fixture, &wire));
    assert_int_equal(wire.size, 19);
    assert_true(next(fixture, &wire));
    assert_int_equal(wire.size, 12);
    assert_false(next(fixture, &wire));
    assert_int_equal(wire.size, 12);
    assert_int_equal(fixture->reader.verdict.status, DNS_TEXT_HEADER);
    assert_int_equal(fixture->reader.verdict.offset, strlen(text) - strlen("a. 1 A 192.0.2.1\n"));
}

static void rooms_that_are_too_small_are_said(void **state)
{
    static const char text[] = HEAD EDNS "; NSID: 6162\n;; ANSWER SECTION:\na. 1 A 192.0.2.1\n";
    CLEANUP(free_pointer) struct fixture *fixture = fixture_of(bytes_of_text(text));
    struct bytes wire = bytes_of(NULL, 0);
    size_t size;

    (void)state;
    assert_true(next(fixture, &wire));
    size = wire.size;
    for (size_t room = 0; room < size; room++) {
        struct byte_writer out = byte_writer_init(fixture->block, room);

        dns_message_text_init(&fixture->reader, bytes_of_text(text),
                              byte_writer_init(fixture->scratch, sizeof(fixture->scratch)));
        assert_false(dns_message_text_next(&fixture->reader, &out, &wire));
        assert_int_equal(fixture->reader.verdict.status, DNS_NO_ROOM);
        assert_int_equal(out.position, 0);
    }
    for (size_t room = 0; room < 10; room++) { /* the options, and then four octets of RDATA */
        dns_message_text_init(&fixture->reader, bytes_of_text(text),
                              byte_writer_init(fixture->scratch, room));
        assert_false(next(fixture, &wire));
        assert_int_equal(fixture->reader.verdict.status, DNS_NO_ROOM);
    }
}

/* Builds a message again, as minimal as can be; false where it does not fit, or a limit of the name
 * table was met. */
static bool rebuild(const struct dns_message *message, struct fixture *fixture,
                    struct bytes *ret_wire)
{
    struct byte_reader questions = dns_message_questions(message);
    struct dns_builder builder;
    struct dns_question question;
    bool fits = true;

    dns_builder_init(&builder, fixture->block, sizeof(fixture->block), &message->header);
    dns_builder_extend(&builder, fixture->labels, DNS_NAME_TABLE_LABELS_MAX);
    while (dns_question_read(&questions, &question).status == DNS_OK)
        fits = fits && dns_builder_add_question(&builder, &question).status == DNS_OK;
    for (unsigned int i = DNS_ANSWER; i <= DNS_ADDITIONAL; i++) {
        struct dns_walk walk = dns_message_section(message, (enum dns_section)i);
        struct dns_rr rr;

        while (dns_walk_next(&walk, &rr))
            fits = fits && dns_builder_add_rr(&builder, (enum dns_section)i, &rr).status == DNS_OK;
    }
    *ret_wire = dns_builder_finish(&builder);
    return fits && builder.names.gaps == 0;
}

/* Whether a message is accepted; then what it prints gives the message that is built from it. */
static bool goes_round(const char *label, struct bytes wire)
{
    CLEANUP(free_pointer) struct fixture *expected = fixture_of(wire);
    CLEANUP(free_pointer) struct fixture *fixture = NULL;
    CLEANUP(free_pointer) char *block = NULL;
    struct text text;
    struct dns_message message;
    struct bytes minimal;
    struct bytes back;

    if (dns_message_read(wire, &message).status != DNS_OK ||
        dns_message_check_rdata(&message).status != DNS_OK)
        return false;
    /* TLVs are shown, and not read. */
    if (dns_message_is_dso(&message))
        return true;
    if (!rebuild(&message, expected, &minimal))
        return false;
    block = malloc(fuzz_printed_room(wire.size));
    assert_non_null(block);
    text = text_init(block, fuzz_printed_room(wire.size));
    fuzz_print_message(&message, &text);
    fixture = fixture_of(text_bytes(&text));
    if (!next(fixture, &back))
        fail_msg("%s: %s, at %zu of\n%s", label, dns_status_text(fixture->reader.verdict.status),
                 fixture->reader.verdict.offset, text.at);
    if (!bytes_equal(minimal, back))
        fail_msg("%s: other octets are read from\n%s", label, text.at);
    assert_row(label, !next(fixture, &back) && fixture->reader.verdict.status == DNS_OK);
    return true;
}

static void what_the_generator_makes_goes_round(void **state)
{
    CLEANUP(free_pointer) uint8_t *block = malloc(DNS_GENERATE_SIZE_MAX);
    unsigned int count = 0;

    (void)state;
    assert_non_null(block);
    for (uint64_t seed = 0; seed < MESSAGES; seed++) {
        char label[32];

        (void)snprintf(label, sizeof(label), "message %llu", (unsigned long long)seed);
        count += goes_round(label, bytes_of(block, dns_generate(seed, DNS_GENERATE_VALID, block,
                                                                DNS_GENERATE_SIZE_MAX)));
    }
    printf("%u of %u went round\n", count, MESSAGES);
    assert_true(count >= MESSAGES / 100 * 99);
}

static void accepted_messages_of_the_corpus_go_round(void **state)
{
    const char *top = getenv("CUPEL_SOURCE");
    uint8_t octets[DNS_MESSAGE_SIZE_MAX];
    const struct dirent *entry;
    unsigned int count = 0;
    char path[1024];
    DIR *listing;

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/corpus/dns/message", top == NULL ? "." : top);
    listing = opendir(path);
    assert_non_null(listing);
    while ((entry = readdir(listing)) != NULL) {
        FILE *file;
        size_t size;

        (void)snprintf(path, sizeof(path), "%s/corpus/dns/message/%s", top == NULL ? "." : top,
                       entry->d_name);
        file = fopen(path, "rb");
        if (file == NULL)
            continue;
        size = fread(octets, 1, sizeof(octets), file);
        (void)fclose(file);
        count += goes_round(entry->d_name, bytes_of(octets, size));
    }
    (void)closedir(listing);
    printf("%u went round\n", count);
    assert_true(count > 100);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(texts_give_the_octets_that_they_say),
    cmocka_unit_test(what_is_wrong_is_named_with_its_place),
    cmocka_unit_test(several_messages_are_read_one_after_another),
    cmocka_unit_test(rooms_that_are_too_small_are_said),
    cmocka_unit_test(what_the_generator_makes_goes_round),
    cmocka_unit_test(accepted_messages_of_the_corpus_go_round),
};

RUN_TESTS(tests)
