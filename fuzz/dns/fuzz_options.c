/*
 * Property: the input is taken twice. As an OPT record from its class on (UDP size, version and
 * flags, options): its options are refused with an offset that is the place of the first wrong one,
 * alike by each way of looking at them, or they are accepted; and then what they print reads back
 * as the same octets, one by one and together. What is wrong prints too, and is refused from its
 * text for the same reason. What an option means writes the same option again. And as text, with
 * and without the line of the record's own fields, and as a word: it is refused with an offset
 * inside the text and nothing written, or gives what prints and reads back as the same. All of that
 * needs the room that it takes, and holds for each beginning of the input too (when it is
 * replayed).
 *
 * Covers: src/dns/option.c 98% src/dns/option_form.c 98% src/dns/option_text.c 98%
 * src/dns/edns_text.c 98% src/dns/edns.c src/dns/code.c 98% src/dns/status.c
 */
#include "dns/code.h"
#include "dns/edns_text.h"
#include "dns/option_text.h"
#include "dns/rdata.h"
#include "dns/rrtype.h"
#include "fuzz/dns/room.h"
#include "fuzz/target.h"

#define INPUT_SIZE_MAX 8192
#define OCTETS_MAX 70000 /* more than an OPT record may have, to see it refused */

static bool same_option(const struct dns_edns_option *a, const struct dns_edns_option *b)
{
    return a->code == b->code && bytes_equal(a->octets, b->octets);
}

static bool print_option(const void *what, struct text *text)
{
    return dns_option_format(what, text);
}

static bool print_edns(const void *what, struct text *text)
{
    return dns_edns_format(what, text);
}

static bool put_option(const void *what, struct byte_writer *out)
{
    return dns_option_write(what, out);
}

static bool put_cookie(const void *what, struct byte_writer *out)
{
    return dns_cookie_write(what, out);
}

static bool put_subnet(const void *what, struct byte_writer *out)
{
    return dns_client_subnet_write(what, out);
}

static bool put_error(const void *what, struct byte_writer *out)
{
    return dns_extended_error_write(what, out);
}

static bool put_keepalive(const void *what, struct byte_writer *out)
{
    return dns_tcp_keepalive_write(what, out);
}

/* The text of one option; refused, it moves and writes nothing. */
static bool put_option_text(const void *what, struct byte_writer *out)
{
    struct byte_reader in = byte_reader_init(*(const struct bytes *)what);
    size_t before = out->position;
    struct dns_verdict verdict = dns_option_parse(&in, out);

    fuzz_require(verdict.offset <= in.end);
    if (verdict.status == DNS_OK)
        fuzz_require(byte_reader_is_done(&in));
    else
        fuzz_require(in.position == 0 && out->position == before);
    return verdict.status == DNS_OK;
}

/* The text of a record; refused, it changes nothing. */
static bool put_edns_text(const void *what, struct byte_writer *out)
{
    struct bytes text = *(const struct bytes *)what;
    struct dns_edns edns = { .udp_size = 7 };
    size_t before = out->position;
    struct dns_verdict verdict = dns_edns_parse(text, out, &edns);

    fuzz_require(verdict.offset <= text.size);
    fuzz_require(verdict.status == DNS_OK || (out->position == before && edns.udp_size == 7));
    return verdict.status == DNS_OK;
}

/* What `put` writes is this option, and needs its room. */
static void check_written(bool (*put)(const void *what, struct byte_writer *out), const void *what,
                          const struct dns_edns_option *option)
{
    size_t size = 4 + option->octets.size;
    uint8_t *block = fuzz_block(size);
    struct byte_writer out = byte_writer_init(block, size);
    struct dns_edns_option again;
    struct bytes written;

    fuzz_require(put(what, &out));
    written = byte_writer_written(&out);
    fuzz_require(dns_edns_next_option(&written, &again) && written.size == 0);
    fuzz_require(same_option(&again, option));
    fuzz_require_room_for_octets(put, what, size);
    free(block);
}

/* What is read of an option writes it again; where it is refused, nothing is read. */
static void check_meaning(const struct dns_edns_option *option, enum dns_status status)
{
    struct dns_cookie cookie = { { NULL, 7 }, { NULL, 7 } };
    struct dns_client_subnet subnet = { .family = 7 };
    struct dns_extended_error error = { 7, { NULL, 7 } };
    struct dns_tcp_keepalive keepalive = { .timeout_100ms = 7 };

    if (option->code == DNS_OPTION_COOKIE) {
        fuzz_require(dns_cookie_read(option, &cookie) == status);
        fuzz_require((cookie.client.size == 7) == (status != DNS_OK));
        if (status == DNS_OK)
            check_written(put_cookie, &cookie, option);
    } else if (option->code == DNS_OPTION_CLIENT_SUBNET) {
        fuzz_require(dns_client_subnet_read(option, &subnet) == status);
        fuzz_require((subnet.family == 7) == (status != DNS_OK));
        if (status == DNS_OK)
            check_written(put_subnet, &subnet, option);
    } else if (option->code == DNS_OPTION_EDE) {
        fuzz_require(dns_extended_error_read(option, &error) == status);
        fuzz_require(status == DNS_OK || error.text.size == 7);
        if (status == DNS_OK)
            check_written(put_error, &error, option);
    } else if (option->code == DNS_OPTION_TCP_KEEPALIVE) {
        fuzz_require(dns_tcp_keepalive_read(option, &keepalive) == status);
        fuzz_require(status == DNS_OK || keepalive.timeout_100ms == 7);
        if (status == DNS_OK)
            check_written(put_keepalive, &keepalive, option);
    }
}

/* An option prints as one line, which reads back as the same or is refused as it was. */
static void check_option_text(const struct dns_edns_option *option, enum dns_status status)
{
    size_t room = 12 * (4 + option->octets.size) + 64;
    size_t size = 4 + option->octets.size;
    char *block = fuzz_block(room);
    uint8_t *octets = fuzz_block(size);
    struct text text = text_init(block, room);
    struct byte_writer out = byte_writer_init(octets, size);
    struct byte_reader in;
    struct bytes shown;

    fuzz_require(dns_option_format(option, &text));
    fuzz_require(memchr(text.at, '\n', text.size) == NULL &&
                 memchr(text.at, 0x1B, text.size) == NULL);
    fuzz_require_room_for_text(print_option, option, text.size);
    shown = text_bytes(&text);
    in = byte_reader_init(shown);
    fuzz_require(dns_option_parse(&in, &out).status == status);
    if (status == DNS_OK) {
        struct bytes written = byte_writer_written(&out);
        struct dns_edns_option again;

        fuzz_require(dns_edns_next_option(&written, &again) && written.size == 0);
        fuzz_require(same_option(&again, option));
        fuzz_require_room_for_octets(put_option_text, &shown, size);
    } else {
        fuzz_require(!put_option_text(&shown, &out) && out.position == 0);
    }
    free(octets);
    free(block);
}

/* All options together, in the lines of their record. */
static void check_record_text(const struct dns_edns *edns, bool is_right)
{
    size_t room = 12 * edns->options.size + 128;
    char *block = fuzz_block(room);
    uint8_t *octets = fuzz_block(edns->options.size);
    struct text text = text_init(block, room);
    struct byte_writer out = byte_writer_init(octets, edns->options.size);
    struct dns_edns again;
    struct bytes shown;

    fuzz_require(dns_edns_format(edns, &text));
    fuzz_require_room_for_text(print_edns, edns, text.size);
    shown = text_bytes(&text);
    if (is_right) {
        fuzz_require(dns_edns_parse(shown, &out, &again).status == DNS_OK);
        fuzz_require(again.udp_size == edns->udp_size && again.version == edns->version);
        fuzz_require(again.flags == edns->flags && again.rcode_high == 0);
        fuzz_require(bytes_equal(again.options, edns->options));
        fuzz_require_room_for_octets(put_edns_text, &shown, edns->options.size);
    }
    free(octets);
    free(block);
}

/* The option that stands at `at` is found by its code, or one before it is. */
static void check_found(const struct dns_edns *edns, const struct dns_edns_option *option,
                        size_t at)
{
    struct dns_edns before = { .options = bytes_of(edns->options.at, at) };
    struct dns_edns_option wanted = *option;
    struct dns_edns_option found;

    (void)dns_edns_find_option(&before, option->code, &wanted);
    fuzz_require(dns_edns_find_option(edns, option->code, &found));
    fuzz_require(same_option(&found, &wanted));
}

/* Walks the options; what is wrong with the first wrong one, and where it stands in them. */
static struct dns_verdict walk(const struct dns_edns *edns)
{
    struct dns_verdict verdict = dns_accept();
    struct bytes left = edns->options;
    struct dns_edns_option option = { .code = 7 };
    size_t at = 0;

    while (dns_edns_next_option(&left, &option)) {
        enum dns_status status = dns_option_check(&option);

        fuzz_require((dns_option_name(option.code) == NULL) ==
                     (dns_option_source(option.code) == NULL));
        check_found(edns, &option, at);
        fuzz_require(left.size + at + 4 + option.octets.size == edns->options.size);
        check_option_text(&option, status);
        check_meaning(&option, status);
        check_written(put_option, &option, &option);
        if (verdict.status == DNS_OK && status != DNS_OK)
            verdict = dns_refuse(status, at);
        at = edns->options.size - left.size;
    }
    fuzz_require(left.size == edns->options.size - at);
    if (verdict.status == DNS_OK && left.size > 0)
        verdict = dns_refuse(DNS_OPTION_TRUNCATED, at);
    return verdict;
}

/* With padding behind it, a message of any size fills its last block. */
static void check_padding(size_t size, size_t block)
{
    uint8_t *octets = fuzz_block(4 + block);
    struct byte_writer out = byte_writer_init(octets, 4 + block);
    struct dns_edns_option padding;
    struct bytes written;

    fuzz_require(dns_padding_write(size, block, &out));
    written = byte_writer_written(&out);
    fuzz_require((size + written.size) % block == 0);
    fuzz_require(dns_edns_next_option(&written, &padding) && written.size == 0);
    fuzz_require(padding.code == DNS_OPTION_PADDING);
    out = byte_writer_init(octets, 3 + padding.octets.size);
    fuzz_require(!dns_padding_write(size, block, &out) && out.position == 0);
    free(octets);
}

/* The input as an OPT record behind its owner and type, RDLENGTH left out. */
static void check_record(struct bytes input)
{
    struct byte_reader in = byte_reader_init(input);
    struct dns_rr rr = { .type = DNS_TYPE_OPT };
    struct dns_verdict verdict;
    struct dns_verdict walked;
    struct dns_edns edns;
    struct dns_rr again;

    if (!read_u16_be(&in, &rr.class) || !read_u32_be(&in, &rr.ttl_s))
        return;
    rr.rdata = byte_reader_init(byte_reader_rest(&in));
    verdict = dns_rdata_check(&rr);
    edns = dns_edns_of(&rr);
    again = dns_edns_rr(&edns);
    fuzz_require(again.class == rr.class && again.ttl_s == rr.ttl_s);
    fuzz_require(bytes_equal(byte_reader_rest(&again.rdata), byte_reader_rest(&rr.rdata)));
    walked = walk(&edns);
    fuzz_require(walked.status == verdict.status && walked.offset == verdict.offset);
    fuzz_require(strlen(dns_status_name(verdict.status)) > 0);
    fuzz_require(strlen(dns_status_text(verdict.status)) > 0);
    in = rr.rdata;
    fuzz_require(dns_options_check(&in) == verdict.status);
    fuzz_require(in.position == (verdict.status == DNS_OK ? in.end : verdict.offset));
    check_record_text(&edns, verdict.status == DNS_OK);
    check_padding(input.size, 1 + rr.class % 468U);
}

/* Options that came out of a text are right, and the text that they print gives them again. */
static void check_given(const struct dns_edns *edns, struct bytes text,
                        bool (*put)(const void *what, struct byte_writer *out))
{
    fuzz_require(walk(edns).status == DNS_OK);
    check_record_text(edns, true);
    fuzz_require_room_for_octets(put, &text, edns->options.size);
}

/* The input as text: of a record, and of one option. */
static void check_text(struct bytes input, uint8_t *octets)
{
    struct byte_writer out = byte_writer_init(octets, OCTETS_MAX);
    struct dns_edns edns = { 0 };

    if (put_edns_text(&input, &out)) {
        byte_writer_rollback(&out, 0);
        fuzz_require(dns_edns_parse(input, &out, &edns).status == DNS_OK);
        check_given(&edns, input, put_edns_text);
    }
    out.position = 0;
    if (put_option_text(&input, &out) && out.position <= UINT16_MAX) {
        edns = (struct dns_edns){ .options = byte_writer_written(&out) };
        check_given(&edns, input, put_option_text);
    }
}

static bool format_class(unsigned int class, struct text *text)
{
    return dns_class_format((uint16_t)class, text);
}

/* A number that a word gives has a name, which gives the number. */
static void check_word(struct bytes word)
{
    static const struct {
        bool (*parse)(struct bytes text, uint16_t *ret_number);
        bool (*format)(unsigned int number, struct text *text);
        uint16_t max;
    } kinds[] = {
        { dns_opcode_parse, dns_opcode_format, 15 },
        { dns_rcode_parse, dns_rcode_format, 4095 },
        { dns_class_parse, format_class, UINT16_MAX },
    };

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        uint16_t number = UINT16_MAX;
        uint16_t again;
        char block[32];

        if (!kinds[i].parse(word, &number)) {
            fuzz_require(number == UINT16_MAX);
            continue;
        }
        fuzz_require(number <= kinds[i].max);
        for (size_t room = 1; room <= sizeof(block); room++) {
            struct text text = text_init(block, room);

            if (!kinds[i].format(number, &text))
                fuzz_require(text.size == 0 && room < sizeof(block));
            else
                fuzz_require(kinds[i].parse(text_bytes(&text), &again) && again == number);
        }
    }
}

FUZZ_TARGET(input)
{
    uint8_t *octets = fuzz_block(OCTETS_MAX);

    if (input.size > INPUT_SIZE_MAX)
        input.size = INPUT_SIZE_MAX;
    for (size_t size = fuzz_is_thorough(input.size) ? 0 : input.size; size <= input.size; size++) {
        struct bytes part = bytes_of(input.at, size);

        check_record(part);
        check_text(part, octets);
        check_word(part);
    }
    free(octets);
}
