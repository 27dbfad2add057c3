/*
 * Property: JSON is read message after message; each is accepted as framing and as RDATA, and the
 * object that it is written as, with its octets or without, is read as the same message. A refusal
 * says why in one line.
 *
 * Covers: src/cli/wire/json/reader.c src/cli/wire/json/record.c src/cli/wire/json/member.c
 * src/cli/wire/json/document.c src/cli/wire/json/operations.c src/cli/wire/json/writer.c 70%
 */
#include "cli/wire/json/document.h"
#include "cli/wire/json/reader.h"
#include "cli/wire/json/writer.h"
#include "fuzz/target.h"

/* The text of a message as an object; the caller frees it. */
static char *written(struct bytes wire, bool with_octets)
{
    struct dns_message_partial partial;
    struct wire_json_view view = { &partial, with_octets };
    json_t *object = json_object();
    char *text;

    dns_message_read_partial(wire, &partial);
    fuzz_require(partial.framing.status == DNS_OK);
    fuzz_require(dns_message_check_rdata(&partial.message).status == DNS_OK);
    fuzz_require(wire_json_write(object, &view));
    text = json_dumps(object, JSON_COMPACT);
    fuzz_require(text != NULL);
    json_decref(object);
    return text;
}

static void check_written(struct bytes wire, bool with_octets)
{
    char *text = written(wire, with_octets);
    struct wire_json *reader = NULL;
    struct err err = { 0 };
    struct bytes back;

    fuzz_require(wire_json_open(bytes_of_text(text), &reader, &err) == 0);
    fuzz_require(wire_json_next(reader, &back, &err) == 1);
    if (with_octets)
        fuzz_require(bytes_equal(wire, back));
    fuzz_require(wire_json_next(reader, &back, &err) == 0);
    wire_json_close(&reader);
    free(text);
}

FUZZ_TARGET(input)
{
    struct wire_json *reader = NULL;
    struct err err = { 0 };
    struct bytes wire;
    int number;

    fuzz_require(wire_json_open(input, &reader, &err) == 0);
    while ((number = wire_json_next(reader, &wire, &err)) > 0) {
        check_written(wire, false);
        check_written(wire, true);
    }
    fuzz_require(number == 0 || err.number == number);
    fuzz_require(number == 0 || strlen(err.sentence) > 0);
    wire_json_close(&reader);
    fuzz_require(reader == NULL);
}
