/* `cupel-wire zone`: zone files, a record on a line, everything said. */
#include "base/require.h"
#include "cli/document.h"
#include "cli/wire/wire.h"
#include "dns/text.h"
#include "dns/zone_text.h"

#include <errno.h>

#define ZONE_BYTES_MAX ((size_t)1 << 28)

/* Blocks for one record. */
struct scratch {
    char text[DNS_PART_TEXT_MAX];
    uint8_t rdata[DNS_MESSAGE_SIZE_MAX];
};

static int print_zone(struct dns_zone_text *zone, struct scratch *scratch)
{
    for (;;) {
        struct byte_writer out = byte_writer_init(scratch->rdata, sizeof(scratch->rdata));
        struct text text = text_init(scratch->text, sizeof(scratch->text));
        struct dns_rr_text record;
        struct dns_rr rr;
        bool complete;

        if (!dns_zone_text_next(zone, &out, &record))
            return 0;
        rr = dns_rr_of_text(&record);
        complete = dns_rr_format(&rr, &text);
        REQUIRE(complete);
        if (puts(text.at) == EOF)
            return -EIO;
    }
}

static int read_origin(const struct zone_options *chosen, struct dns_name *ret_origin,
                       struct err *err)
{
    struct dns_verdict verdict;

    if (chosen->origin == NULL)
        return 0;
    verdict = dns_name_parse(bytes_of_text(chosen->origin), ret_origin);
    if (verdict.status != DNS_OK)
        return err_set(err, -EINVAL, "option '--origin': '%s' is no name: %s", chosen->origin,
                       dns_status_text(verdict.status));
    return 0;
}

static int zone_file(const char *path, const struct zone_options *chosen, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * ZONE_BYTES_MAX);
    CLEANUP(free_pointer) struct scratch *scratch = malloc(sizeof(*scratch));
    struct dns_name origin = dns_name_root();
    struct dns_zone_text zone;
    struct bytes text;
    int number = read_origin(chosen, &origin, err);

    if (number < 0)
        return number;
    if (scratch == NULL)
        return err_set(err, -ENOMEM, "no memory");
    number = wire_input_read(path, ZONE_BYTES_MAX, &arena, &text, err);
    if (number < 0)
        return number;
    dns_zone_text_init(&zone, text, &origin);
    if (print_zone(&zone, scratch) < 0)
        return err_set(err, -EIO, "the output cannot be written");
    if (zone.verdict.status != DNS_OK)
        return wire_refuse_text(path, text, zone.verdict, err);
    return 0;
}

int wire_zone_run(const void *globals, const void *options, struct cli_operands operands)
{
    struct err err = { 0 };
    int number = zone_file(operands.at[0], options, &err);
    int flushed = cli_printed(stdout);

    (void)globals;
    return number < 0 ? cli_fail(WIRE_PROGRAM, &err, 1) : flushed;
}
