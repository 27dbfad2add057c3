/* `cupel-wire check`: one verdict a line. */
#include "cli/document.h"
#include "cli/wire/wire.h"

#include <errno.h>
#include <unistd.h>

/* What one file may take of memory: the message, and the NUL behind it. */
#define ARENA_BYTES_MAX (2 * (size_t)DNS_MESSAGE_SIZE_MAX)

/* A verdict, and which of the two it is. */
struct finding {
    const char *what;
    struct dns_verdict verdict;
};

static struct finding examine(struct bytes wire, bool framing_only)
{
    struct dns_message message;
    struct finding finding = { "framing", dns_message_read(wire, &message) };

    if (finding.verdict.status == DNS_OK && !framing_only)
        finding = (struct finding){ "rdata", dns_message_check_rdata(&message) };
    return finding;
}

static void print_finding(const char *path, const struct finding *finding)
{
    bool colour = cli_can_colour(STDOUT_FILENO);
    bool accepted = finding->verdict.status == DNS_OK;
    const char *on = accepted ? "\033[32m" : "\033[31m";

    printf("%s%s%s %s", colour ? on : "", accepted ? "accept" : "reject", colour ? "\033[0m" : "",
           path);
    if (!accepted)
        printf(" %s: %s, at octet %zu", finding->what, dns_status_text(finding->verdict.status),
               finding->verdict.offset);
    printf("\n");
}

/* 0, or -errno where the file could not be read. */
static int check_file(const char *path, bool framing_only, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(ARENA_BYTES_MAX);
    struct finding finding = { "framing", dns_refuse(DNS_MESSAGE_SIZE, DNS_MESSAGE_SIZE_MAX) };
    struct bytes wire;
    int number = wire_input_read(path, &arena, &wire, err);

    if (number < 0 && number != -EFBIG)
        return number;
    if (number == 0)
        finding = examine(wire, framing_only);
    print_finding(path, &finding);
    return 0;
}

int wire_check_run(const void *globals, const void *options, struct cli_operands operands)
{
    const struct check_options *chosen = options;
    int status = 0;

    (void)globals;
    for (int i = 0; i < operands.count; i++) {
        struct err err = { 0 };

        if (check_file(operands.at[i], chosen->framing_only, &err) < 0)
            status = cli_fail(WIRE_PROGRAM, &err, 1);
    }
    return cli_flush(stdout) == 0 ? status : 1;
}
