/* `cupel-wire encode`: messages from the text that decode and dig print, or from JSON. */
#include "base/cleanup.h"
#include "cli/document.h"
#include "cli/wire/json/reader.h"
#include "cli/wire/wire.h"
#include "dns/message_text.h"

#include <ctype.h>
#include <errno.h>

#define TEXT_BYTES_MAX ((size_t)1 << 26)

/* Blocks for one message. */
struct scratch {
    uint8_t message[DNS_MESSAGE_SIZE_MAX];
    uint8_t parts[DNS_MESSAGE_TEXT_SCRATCH];
    struct dns_name_table_label labels[DNS_NAME_TABLE_LABELS_MAX];
};

static int encode_text(const char *path, struct bytes text, struct wire_output *output,
                       struct err *err)
{
    CLEANUP(free_pointer) struct scratch *scratch = malloc(sizeof(*scratch));
    struct dns_message_text reader;

    if (scratch == NULL)
        return err_set(err, -ENOMEM, "no memory");
    dns_message_text_init(&reader, text, byte_writer_init(scratch->parts, sizeof(scratch->parts)));
    dns_message_text_extend(&reader, scratch->labels, DNS_NAME_TABLE_LABELS_MAX);
    for (;;) {
        struct byte_writer out = byte_writer_init(scratch->message, sizeof(scratch->message));
        struct bytes message;
        int number;

        if (!dns_message_text_next(&reader, &out, &message))
            break;
        number = wire_output_put(output, message, err);
        if (number < 0)
            return err_prefix(err, "%s", wire_input_name(path));
    }
    if (reader.verdict.status != DNS_OK)
        return wire_refuse_text(path, text, reader.verdict, err);
    return 0;
}

static int encode_json(const char *path, struct bytes text, struct wire_output *output,
                       struct err *err)
{
    CLEANUP(wire_json_close) struct wire_json *reader = NULL;
    struct bytes message;
    unsigned long count = 0;
    int number = wire_json_open(text, &reader, err);

    while (number >= 0 && (number = wire_json_next(reader, &message, err)) > 0) {
        number = wire_output_put(output, message, err);
        count++;
    }
    if (number == 0 && count == 0)
        number = err_set(err, -EINVAL, "there is no object in it");
    return number < 0 ? err_prefix(err, "%s", wire_input_name(path)) : 0;
}

/* Whether a text begins as JSON does, which is never so of the other. */
static bool is_object(struct bytes text)
{
    size_t at = 0;

    while (at < text.size && isspace(text.at[at]))
        at++;
    return at < text.size && text.at[at] == '{';
}

static int encode_file(const char *path, bool is_json, struct wire_output *output, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * TEXT_BYTES_MAX);
    struct bytes text;
    int number = wire_input_read(path, TEXT_BYTES_MAX, &arena, &text, err);

    if (number < 0)
        return number;
    if (!is_json && is_object(text))
        return err_set(err, -EINVAL, "%s: this is JSON: take --json", wire_input_name(path));
    return is_json ? encode_json(path, text, output, err) : encode_text(path, text, output, err);
}

int wire_encode_run(const void *globals, const void *options, struct cli_operands operands)
{
    const struct encode_options *chosen = options;
    CLEANUP(wire_output_close) struct wire_output *output = NULL;
    struct err err = { 0 };

    (void)globals;
    if (wire_output_open(&chosen->output, &output, &err) < 0)
        return cli_fail(WIRE_PROGRAM, &err, 2);
    for (int i = 0; i < operands.count; i++) {
        if (encode_file(operands.at[i], chosen->json, output, &err) < 0)
            return cli_fail(WIRE_PROGRAM, &err, 1);
    }
    if (wire_output_finish(output, &err) < 0)
        return cli_fail(WIRE_PROGRAM, &err, 1);
    return 0;
}
