/* Options, one after another, into one struct forwarder_build: zones and records first. */
#include "cli/dns/local.h"

#include "cli/dns/zones.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"
#include "dns/code.h"
#include "dns/zone_text.h"
#include "forwarder/io/entropy.h"
#include "forwarder/io/list_file.h"
#include "forwarder/local/special.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

/* Of files of records, which are written by hand. */
#define RECORDS_BYTES_MAX (64U << 20)

/* Zones that are special, but for those that are not to be. */
static int add_special(struct forwarder_build *build, const struct dns_local_options *options,
                       const struct cli_texts *zones, struct err *err)
{
    struct dns_name forwarded[2 * CLI_TEXTS_MAX];
    struct forwarder_special special = {
        .forwards_private = options->forwards_private,
        .forwarded = forwarded,
        .forwarded_count = options->forwarded.count + zones->count,
    };
    enum forwarder_build_status status;

    for (size_t i = 0; i < options->forwarded.count; i++) {
        const char *text = options->forwarded.at[i];
        struct dns_verdict verdict = dns_name_parse(bytes_of_text(text), &forwarded[i]);

        if (verdict.status != DNS_OK)
            return err_set(err, -1, "--not-local: '%s': %s", text, dns_status_text(verdict.status));
    }
    for (size_t i = 0; i < zones->count; i++)
        if (dns_zone_name(zones->at[i], &forwarded[options->forwarded.count + i], err) < 0)
            return -1;
    status = forwarder_build_special(build, &special);
    if (status != FORWARDER_BUILD_OK)
        return err_set(err, -1, "--not-local: %s", forwarder_build_text(status));
    return 0;
}

/* One line of a zone file. */
static int add_record(struct forwarder_build *build, const char *text, struct err *err)
{
    struct dns_scan scan = dns_scan_init(bytes_of_text(text));
    struct dns_rr_defaults defaults = { .ttl_s = FORWARDER_LOCAL_TTL_S, .class = DNS_CLASS_IN };
    CLEANUP(free_pointer) uint8_t *block = malloc(UINT16_MAX);
    struct byte_writer out = byte_writer_init(block, UINT16_MAX);
    struct dns_rr_text record;
    struct dns_verdict verdict;
    enum forwarder_build_status status;

    if (block == NULL)
        return err_set(err, -1, "no memory");
    verdict = dns_rr_parse(&scan, &defaults, &out, &record);
    if (verdict.status == DNS_OK && !byte_reader_is_done(&scan.in))
        verdict = dns_refuse(DNS_TEXT_TRAILING, scan.in.position);
    if (verdict.status != DNS_OK)
        return err_set(err, -1, "--local-record: '%s': character %lu: %s", text,
                       (unsigned long)verdict.offset + 1, dns_status_text(verdict.status));
    status = forwarder_build_record(build, &record);
    if (status != FORWARDER_BUILD_OK)
        return err_set(err, -1, "--local-record: '%s': %s", text, forwarder_build_text(status));
    return 0;
}

/* The number of the line that an octet of a text stands in. */
static unsigned long line_of(struct bytes text, size_t offset)
{
    unsigned long line = 1;

    for (size_t i = 0; i < offset && i < text.size; i++)
        line += text.at[i] == '\n';
    return line;
}

/* The records of a zone file's text, which is `path`. */
static int add_zone_text(struct forwarder_build *build, const char *path, struct bytes text,
                         struct err *err)
{
    CLEANUP(free_pointer) uint8_t *block = malloc(UINT16_MAX);
    enum forwarder_build_status status = FORWARDER_BUILD_OK;
    struct dns_zone_text zone;
    struct dns_rr_text record;

    if (block == NULL)
        return err_set(err, -1, "--local-records: no memory");
    dns_zone_text_init(&zone, text, NULL);
    zone.has_ttl = true;
    zone.ttl_s = FORWARDER_LOCAL_TTL_S;
    while (status == FORWARDER_BUILD_OK) {
        struct byte_writer out = byte_writer_init(block, UINT16_MAX);

        if (!dns_zone_text_next(&zone, &out, &record))
            break;
        status = forwarder_build_record(build, &record);
    }
    if (status != FORWARDER_BUILD_OK)
        return err_set(err, -1, "--local-records: %s:%lu: %s", path,
                       line_of(text, zone.scan.in.position - 1), forwarder_build_text(status));
    if (zone.verdict.status != DNS_OK)
        return err_set(err, -1, "--local-records: %s:%lu: %s", path,
                       line_of(text, zone.verdict.offset), dns_status_text(zone.verdict.status));
    return 0;
}

/* Files of records. */
static int add_record_files(struct forwarder_build *build, const struct cli_texts *paths,
                            struct err *err)
{
    for (size_t i = 0; i < paths->count; i++) {
        CLEANUP(arena_done) struct arena arena = arena_init(2 * (size_t)RECORDS_BYTES_MAX);
        struct file_place place = { AT_FDCWD, paths->at[i] };
        struct bytes text;

        if (file_read(place, RECORDS_BYTES_MAX, &arena, &text, err) < 0)
            return err_prefix(err, "--local-records");
        if (add_zone_text(build, paths->at[i], text, err) < 0)
            return -1;
    }
    return 0;
}

/* A file of which no line says anything is another file than was meant; else what is wrong in it,
 * which others wrote, is left out, and said once. */
static int judge_list(const char *option, const char *path, const struct forwarder_list *list,
                      struct err *err)
{
    if (list->lines_wrong == 0)
        return 0;
    if (list->lines_used == 0)
        return err_set(err, -1,
                       "--%s: '%s': no line says anything about a name; the first, %" PRIu64
                       ", is '%s'",
                       option, path, list->first_wrong, list->shown);
    (void)fprintf(stderr,
                  DNS_PROGRAM ": --%s: %s:%" PRIu64 ": '%s' says nothing about a name; %" PRIu64
                              " of %" PRIu64 " lines are left out\n",
                  option, path, list->first_wrong, list->shown, list->lines_wrong,
                  list->lines.number);
    return 0;
}

/* The files of an option. */
static int add_lists(struct forwarder_build *build, const char *option,
                     enum forwarder_list_kind kind, const struct cli_texts *paths, struct err *err)
{
    for (size_t i = 0; i < paths->count; i++) {
        struct forwarder_list list;

        forwarder_list_init(&list, kind, build);
        if (forwarder_list_file_read(paths->at[i], &list, err) < 0)
            return err_prefix(err, "--%s", option);
        if (judge_list(option, paths->at[i], &list, err) < 0)
            return -1;
    }
    return 0;
}

/* Names that are not blocked. */
static int add_allowed(struct forwarder_build *build, const struct cli_texts *names,
                       struct err *err)
{
    struct forwarder_list list;

    forwarder_list_init(&list, FORWARDER_LIST_BLOCK, build);
    for (size_t i = 0; i < names->count; i++) {
        struct bytes name = bytes_of_text(names->at[i]);

        if (forwarder_list_add_name(&list, name, FORWARDER_NAME_ALLOWED) == FORWARDER_LINE_WRONG)
            return err_set(err, -1, "--allow-name: '%s' is not the name of a host", names->at[i]);
        if (list.status != FORWARDER_BUILD_OK)
            return err_set(err, -1, "--allow-name: %s", forwarder_build_text(list.status));
    }
    return 0;
}

/* The command line has checked that it is one of these. */
static enum forwarder_block_answer block_answer_of(const char *text)
{
    if (strcmp(text, "null") == 0)
        return FORWARDER_BLOCK_NULL;
    return strcmp(text, "refused") == 0 ? FORWARDER_BLOCK_REFUSED : FORWARDER_BLOCK_NXDOMAIN;
}

static int read_text(const char *option, const char *text, char ret_block[FORWARDER_LOCAL_TEXT_MAX],
                     uint8_t *ret_size, struct err *err)
{
    size_t size = strlen(text);

    if (size > FORWARDER_LOCAL_TEXT_MAX)
        return err_set(err, -1, "--%s: more than %d octets", option, FORWARDER_LOCAL_TEXT_MAX);
    memcpy(ret_block, text, size);
    *ret_size = (uint8_t)size;
    return 0;
}

/* What is answered how. */
static int read_answers(const struct dns_local_options *options,
                        struct forwarder_local_options *answers, struct err *err)
{
    answers->forwards_any = options->forwards_any;
    answers->block_answer = block_answer_of(options->block_answer);
    if (read_text("version-text", options->version, answers->version, &answers->version_size, err) <
        0)
        return -1;
    return read_text("identity-text", options->identity, answers->identity, &answers->identity_size,
                     err);
}

static int finish(struct forwarder_build *build, const struct forwarder_local_options *answers,
                  struct forwarder_built **ret_built, struct err *err)
{
    char block[DNS_NAME_TEXT_MAX];
    struct text text = text_init(block, sizeof(block));
    struct dns_name adrift = dns_name_root();
    enum forwarder_build_status status = forwarder_build_finish(build, answers, &adrift, ret_built);

    if (status == FORWARDER_BUILD_OK)
        return 0;
    REQUIRE(dns_name_format(&adrift, &text));
    return err_set(err, -1, "--local-record: '%s': %s", text.at, forwarder_build_text(status));
}

int dns_local_read(const struct dns_options *options, struct forwarder_built **ret_built,
                   struct err *err)
{
    const struct dns_local_options *local = &options->local;
    struct forwarder_local_options answers = { 0 };
    struct forwarder_entropy entropy = { 0 };
    struct forwarder_hash_key key;
    CLEANUP(forwarder_build_done) struct forwarder_build build = { 0 };

    for (size_t i = 0; i < 2; i++)
        key.halves[i] = forwarder_entropy_next(&entropy);
    forwarder_build_init(&build, &key);
    if (read_answers(local, &answers, err) < 0 ||
        add_special(&build, local, &options->zone_upstream, err) < 0)
        return -1;
    for (size_t i = 0; i < local->records.count; i++)
        if (add_record(&build, local->records.at[i], err) < 0)
            return -1;
    if (add_record_files(&build, &local->record_files, err) < 0 ||
        add_lists(&build, "hosts", FORWARDER_LIST_HOSTS, &local->hosts, err) < 0 ||
        add_lists(&build, "block", FORWARDER_LIST_BLOCK, &local->blocks, err) < 0 ||
        add_allowed(&build, &local->allowed, err) < 0)
        return -1;
    return finish(&build, &answers, ret_built, err);
}
