/* Three layers of values, and whose fault a wrong one is. */
#include "cli/dns/settings/settings.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/dns/local.h"
#include "cli/dns/settings/file.h"
#include "cli/dns/settings/files.h"
#include "cli/dns/tls.h"
#include "forwarder/core/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

/* For the file's text, and its words once more. */
#define ARENA_BYTES_MAX (3 * SETTINGS_FILE_BYTES_MAX)

struct dns_settings {
    struct arena arena;
    struct dns_options options;
    struct settings_lines lines;
    struct forwarder_built *local;
    uint64_t digest;
    struct forwarder_loop_config config;
};

static int read_file(struct dns_settings *settings, const char *name, struct err *err)
{
    struct settings_table table = { dns_rows, DNS_ROWS_COUNT };
    struct settings_target target = { &settings->options, &settings->arena };
    struct settings_file file = { .name = name };
    int number = file_read((struct file_place){ AT_FDCWD, name }, SETTINGS_FILE_BYTES_MAX,
                           &settings->arena, &file.text, err);

    if (number < 0)
        return err_prefix(err, "--config");
    settings->digest = forwarder_hash(&(struct forwarder_hash_key){ { 0 } }, file.text);
    return settings_file_read(&file, &table, &target, &settings->lines, err);
}

/* The list of a row. */
static const struct cli_texts *texts_of(const struct dns_options *options, size_t row)
{
    const unsigned char *block = (const unsigned char *)options;

    return (const struct cli_texts *)(const void *)(block + dns_rows[row].offset);
}

/* The line of the value that a reason begins with, in quotation marks. */
static size_t find_line(const struct dns_settings *settings, size_t row, const char *reason)
{
    const struct cli_texts *texts = texts_of(&settings->options, row);

    if (dns_rows[row].kind != CLI_TEXTS || reason[0] != '\'')
        return settings->lines.key[row];
    for (size_t i = 0; i < texts->count; i++) {
        size_t size = strlen(texts->at[i]);

        if (strncmp(reason + 1, texts->at[i], size) == 0 && reason[1 + size] == '\'')
            return settings->lines.item[row][i];
    }
    return settings->lines.key[row];
}

void dns_settings_tell_place(const struct dns_settings *settings, const struct dns_options *given,
                             struct err *err)
{
    for (size_t row = 0; row < DNS_ROWS_COUNT; row++) {
        size_t size = strlen(dns_rows[row].name);
        const char *reason = err->sentence + 2 + size;
        struct err whole = { 0 };

        if (strncmp(err->sentence, "--", 2) != 0 ||
            strncmp(err->sentence + 2, dns_rows[row].name, size) != 0 ||
            strncmp(reason, ": ", 2) != 0)
            continue;
        if (settings->lines.key[row] == 0 || given->given.at[row])
            return;
        (void)err_set(&whole, err->number, "%s:%zu: %s%s", given->config,
                      find_line(settings, row, reason + 2), dns_rows[row].name, reason);
        *err = whole;
        return;
    }
}

/* The values that were read, with those of a program that runs in place of what cannot change. */
static void keep_fixed(struct dns_settings *settings, const struct dns_settings *running,
                       struct text *stays)
{
    for (size_t row = 0; row < DNS_ROWS_COUNT; row++) {
        const struct cli_option *option = &dns_rows[row];

        if (cli_option_can_change(option, &running->options, &settings->options) ||
            option->is_no_key || cli_option_equal(option, &settings->options, &running->options))
            continue;
        cli_option_copy(option, &running->options, &settings->options);
        if (stays->size > 0)
            (void)text_append(stays, ", ");
        (void)text_append(stays, option->name);
    }
}

/* What was said, by the file and the command line. */
static int read_said(const struct dns_options *given, struct dns_settings *settings,
                     struct err *err)
{
    int number = 0;

    settings->arena = arena_init(ARENA_BYTES_MAX);
    settings->options = dns_defaults;
    if (given->config != NULL)
        number = read_file(settings, given->config, err);
    for (size_t row = 0; number == 0 && row < DNS_ROWS_COUNT; row++)
        if (given->given.at[row])
            cli_option_copy(&dns_rows[row], given, &settings->options);
    return number;
}

/* What all of it means. */
static int read_meaning(const struct dns_options *given, struct dns_settings *settings,
                        struct err *err)
{
    int number = dns_options_read(&settings->options, &settings->config, err);

    if (number == 0)
        number = dns_local_read(&settings->options, &settings->local, err);
    if (number == 0)
        number = dns_tls_open(&settings->options, &settings->config, err);
    if (number < 0)
        dns_settings_tell_place(settings, given, err);
    else
        settings->config.core.local = &settings->local->local;
    return number;
}

/* The files that are named are looked at before and after they are read: the digest is of all, with
 * the text of the configuration, or 0 where something has changed. */
static int understand(const struct dns_options *given, struct dns_settings *settings,
                      struct err *err)
{
    uint64_t before = dns_files_digest(&settings->options, given->config);
    struct forwarder_hash_key key = { { before, settings->digest } };
    int number = read_meaning(given, settings, err);

    settings->digest = 0;
    if (number == 0 && dns_files_digest(&settings->options, given->config) == before)
        settings->digest = forwarder_hash(&key, bytes_of_text("files")) | 1;
    return number;
}

int dns_settings_read_anew(const struct dns_options *given, const struct dns_settings *running,
                           struct dns_settings **ret_settings, struct text *ret_stays,
                           struct err *err)
{
    CLEANUP(dns_settings_free_pointer) struct dns_settings *settings = calloc(1, sizeof(*settings));
    int number;

    if (settings == NULL)
        return err_set(err, -ENOMEM, "no memory");
    number = read_said(given, settings, err);
    if (number == 0 && running != NULL)
        keep_fixed(settings, running, ret_stays);
    if (number == 0)
        number = understand(given, settings, err);
    if (number < 0)
        return number;
    *ret_settings = settings;
    settings = NULL;
    return 0;
}

int dns_settings_read(const struct dns_options *given, struct dns_settings **ret_settings,
                      struct err *err)
{
    return dns_settings_read_anew(given, NULL, ret_settings, NULL, err);
}

void dns_settings_forget_local(struct dns_settings *settings)
{
    settings->config.core.local = NULL;
    forwarder_built_free_pointer(&settings->local);
}

void dns_settings_free(struct dns_settings *settings)
{
    if (settings == NULL)
        return;
    forwarder_built_free(settings->local);
    dns_tls_done(&settings->config);
    arena_done(&settings->arena);
    free(settings);
}

void dns_settings_free_pointer(struct dns_settings **settings)
{
    dns_settings_free(*settings);
    *settings = NULL;
}

uint64_t dns_settings_digest(const struct dns_settings *settings)
{
    return settings->digest;
}

const struct dns_options *dns_settings_options(const struct dns_settings *settings)
{
    return &settings->options;
}

const struct forwarder_loop_config *dns_settings_config(const struct dns_settings *settings)
{
    return &settings->config;
}
