/*
 * Property: a text is read message after message; each is accepted as framing and as RDATA, and
 * what it prints is read as the same octets. A refusal has an offset inside the text, changes
 * nothing of what the caller holds, and is given again when asked again.
 *
 * Covers: src/dns/message_text.c 90% src/dns/edns_text.c 70%
 */
#include "dns/message_text.h"

#include "fuzz/dns/printed.h"

#define MESSAGE_ROOM 8192
#define SCRATCH_ROOM 16384

/* What a message prints is read as the same octets. */
static void check_printed(struct bytes wire, uint8_t *scratch)
{
    size_t room = fuzz_printed_room(wire.size);
    uint8_t *again = fuzz_block(MESSAGE_ROOM);
    char *block = fuzz_block(room);
    struct text text = text_init(block, room);
    struct byte_writer out = byte_writer_init(again, MESSAGE_ROOM);
    struct dns_message_text reader;
    struct dns_message message;
    struct bytes back;

    fuzz_require(dns_message_read(wire, &message).status == DNS_OK);
    fuzz_require(dns_message_check_rdata(&message).status == DNS_OK);
    fuzz_print_message(&message, &text);
    dns_message_text_init(&reader, text_bytes(&text), byte_writer_init(scratch, SCRATCH_ROOM));
    fuzz_require(dns_message_text_next(&reader, &out, &back));
    fuzz_require(bytes_equal(wire, back));
    fuzz_require(!dns_message_text_next(&reader, &out, &back));
    fuzz_require(reader.verdict.status == DNS_OK);
    free(block);
    free(again);
}

/* Asked again after the end, it changes nothing and says the same. */
static void check_end(struct dns_message_text *reader, struct bytes input)
{
    struct dns_verdict verdict = reader->verdict;
    struct bytes wire = bytes_of(NULL, 7);
    uint8_t octets[DNS_HEADER_SIZE];
    struct byte_writer out = byte_writer_init(octets, sizeof(octets));

    fuzz_require(verdict.offset <= input.size);
    fuzz_require(!dns_message_text_next(reader, &out, &wire));
    fuzz_require(reader->verdict.status == verdict.status);
    fuzz_require(reader->verdict.offset == verdict.offset);
    fuzz_require(wire.size == 7 && out.position == 0);
}

FUZZ_TARGET(input)
{
    uint8_t *block = fuzz_block(MESSAGE_ROOM);
    uint8_t *scratch = fuzz_block(SCRATCH_ROOM);
    uint8_t *again = fuzz_block(SCRATCH_ROOM);
    struct dns_message_text reader;

    dns_message_text_init(&reader, input, byte_writer_init(scratch, SCRATCH_ROOM));
    for (;;) {
        struct byte_writer out = byte_writer_init(block, MESSAGE_ROOM);
        struct bytes wire = bytes_of(NULL, 7);
        size_t before = reader.scan.in.position;

        if (!dns_message_text_next(&reader, &out, &wire)) {
            fuzz_require(out.position == 0 && wire.size == 7);
            break;
        }
        fuzz_require(out.position == wire.size && wire.at == block);
        fuzz_require(reader.scan.in.position > before && reader.scratch.position == 0);
        check_printed(wire, again);
    }
    check_end(&reader, input);
    free(block);
    free(scratch);
    free(again);
}
