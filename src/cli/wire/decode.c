/* `cupel-wire decode`: messages as text or JSON. */
#include "cli/document.h"
#include "cli/wire/wire.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Says on stderr what is wrong with a message. */
static int refuse(const char *path, const struct wire_item *item, const char *what,
                  struct dns_verdict verdict)
{
    struct err err = { 0 };

    (void)err_set(&err, -EBADMSG, "%s: %s, at octet %zu", what, dns_status_text(verdict.status),
                  verdict.offset);
    if (item->number > 0)
        (void)err_prefix(&err, "message %lu", item->number);
    (void)err_prefix(&err, "%s", wire_input_name(path));
    return cli_fail(WIRE_PROGRAM, &err, 1);
}

/* Whether what --color says is to be had. */
static bool is_coloured(const char *choice)
{
    if (strcmp(choice, "auto") == 0)
        return cli_can_colour(STDOUT_FILENO);
    return strcmp(choice, "always") == 0;
}

/* Prints a message. The exit status: 1 where anything of it is refused; or -errno. */
static int decode_item(const char *path, const struct wire_item *item,
                       const struct decode_options *chosen, struct err *err)
{
    struct dns_message_partial partial;
    struct wire_view view = { item, &partial, chosen->permissive, is_coloured(chosen->colour),
                              chosen->octets };
    struct dns_verdict rdata;
    int number;

    dns_message_read_partial(item->octets, &partial);
    rdata = dns_message_check_rdata(&partial.message);
    if (partial.framing.status != DNS_OK && !chosen->permissive)
        return refuse(path, item, "framing", partial.framing);
    number =
        chosen->json ? wire_print_json(stdout, &view, err) : wire_print_text(stdout, &view, err);
    if (number < 0)
        return err_prefix(err, "%s", wire_input_name(path));
    if (rdata.status != DNS_OK && !chosen->permissive)
        return refuse(path, item, "rdata", rdata);
    return partial.framing.status != DNS_OK || rdata.status != DNS_OK;
}

static int decode_file(const char *path, const struct decode_options *chosen, struct err *err)
{
    CLEANUP(wire_source_close) struct wire_source *source = NULL;
    int number = wire_source_open(path, &chosen->input, &source, err);
    struct wire_item item;
    int status = 0;

    if (number < 0)
        return number;
    while ((number = wire_source_next(source, &item, err)) > 0) {
        int refused = decode_item(path, &item, chosen, err);

        if (refused < 0)
            return refused;
        status |= refused;
    }
    return number < 0 ? number : status;
}

int wire_decode_run(const void *globals, const void *options, struct cli_operands operands)
{
    const struct decode_options *chosen = options;
    struct err err = { 0 };
    int status;
    int flushed;

    (void)globals;
    if (chosen->octets && !chosen->json) {
        (void)err_set(&err, -EINVAL, "--octets needs --json");
        return cli_fail(WIRE_PROGRAM, &err, 2);
    }
    status = decode_file(operands.at[0], chosen, &err);
    flushed = cli_printed(stdout);
    if (status < 0)
        return cli_fail(WIRE_PROGRAM, &err, 1);
    return status != 0 ? status : flushed;
}
