/* `cupel-wire check`: one verdict a line. */
#include "cli/document.h"
#include "cli/wire/wire.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

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

static void print_finding(const char *path, unsigned long number, const struct finding *finding)
{
    bool colour = cli_can_colour(STDOUT_FILENO);
    bool accepted = finding->verdict.status == DNS_OK;
    const char *on = accepted ? "\033[32m" : "\033[31m";

    printf("%s%s%s %s", colour ? on : "", accepted ? "accept" : "reject", colour ? "\033[0m" : "",
           path);
    if (number > 0)
        printf("#%lu", number);
    if (!accepted)
        printf(" %s: %s, at octet %zu", finding->what, dns_status_text(finding->verdict.status),
               finding->verdict.offset);
    printf("\n");
}

static void release(json_t **json)
{
    json_decref(*json);
}

/* A path as JSON. What is not UTF-8 has a question mark for each octet that is not ASCII. */
static json_t *path_json(const char *path)
{
    json_t *json = json_string(path);
    CLEANUP(free_pointer) char *copy = json == NULL ? strdup(path) : NULL;

    for (char *at = copy; at != NULL && *at != '\0'; at++)
        *at = (unsigned char)*at < 0x80 ? *at : '?';
    return json != NULL ? json : json_string(copy != NULL ? copy : "");
}

static bool add_reason(json_t *object, const struct finding *finding)
{
    struct dns_verdict verdict = finding->verdict;

    return json_object_set_new(object, "which", json_string(finding->what)) == 0 &&
           json_object_set_new(object, "status", json_string(dns_status_name(verdict.status))) ==
               0 &&
           json_object_set_new(object, "reason", json_string(dns_status_text(verdict.status))) ==
               0 &&
           json_object_set_new(object, "offset", json_integer((json_int_t)verdict.offset)) == 0;
}

/* One object a line. */
static int print_finding_json(const char *path, unsigned long number, const struct finding *finding,
                              struct err *err)
{
    CLEANUP(release) json_t *object = json_object();
    bool accepted = finding->verdict.status == DNS_OK;
    bool ok = json_object_set_new(object, "file", path_json(path)) == 0;

    if (number > 0)
        ok = ok && json_object_set_new(object, "number", json_integer((json_int_t)number)) == 0;
    ok = ok &&
         json_object_set_new(object, "verdict", json_string(accepted ? "accept" : "reject")) == 0;
    ok = ok && (accepted || add_reason(object, finding));
    if (!ok)
        return err_set(err, -ENOMEM, "no memory");
    if (json_dumpf(object, stdout, JSON_COMPACT) < 0 || putchar('\n') == EOF)
        return err_set(err, -EIO, "the output cannot be written");
    return 0;
}

static int show(const char *path, unsigned long number, const struct finding *finding, bool json,
                struct err *err)
{
    if (json)
        return print_finding_json(path, number, finding, err);
    print_finding(path, number, finding);
    return 0;
}

/* 0, or -errno where the file could not be read. */
static int check_file(const char *path, const struct check_options *chosen, struct err *err)
{
    static const struct finding too_large = { "framing",
                                              { DNS_MESSAGE_SIZE, DNS_MESSAGE_SIZE_MAX } };
    CLEANUP(wire_source_close) struct wire_source *source = NULL;
    bool is_raw = !chosen->input.hex && !chosen->input.tcp && !chosen->input.pcap;
    int number = wire_source_open(path, &chosen->input, &source, err);
    struct wire_item item;

    if (number == -EFBIG && is_raw)
        return show(path, 0, &too_large, chosen->json, err);
    if (number < 0)
        return number;
    while ((number = wire_source_next(source, &item, err)) > 0) {
        struct finding finding = examine(item.octets, chosen->framing_only);

        number = show(path, item.number, &finding, chosen->json, err);
        if (number < 0)
            return number;
    }
    return number;
}

int wire_check_run(const void *globals, const void *options, struct cli_operands operands)
{
    int status = 0;

    (void)globals;
    for (int i = 0; i < operands.count; i++) {
        struct err err = { 0 };

        if (check_file(operands.at[i], options, &err) < 0)
            status = cli_fail(WIRE_PROGRAM, &err, 1);
    }
    return cli_printed(stdout) == 0 ? status : 1;
}
