/* Options, one after another, into one struct forwarder_build: zones and records first. */
#include "cli/dns/local.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "dns/code.h"
#include "forwarder/io/entropy.h"
#include "forwarder/local/special.h"

/* Zones that are special, but for those that are not to be. */
static int add_special(struct forwarder_build *build, const struct dns_local_options *options,
                       struct err *err)
{
    struct dns_name forwarded[CLI_TEXTS_MAX];
    struct forwarder_special special = {
        .forwards_private = options->forwards_private,
        .forwarded = forwarded,
        .forwarded_count = options->forwarded.count,
    };
    enum forwarder_build_status status;

    for (size_t i = 0; i < options->forwarded.count; i++) {
        const char *text = options->forwarded.at[i];
        struct dns_verdict verdict = dns_name_parse(bytes_of_text(text), &forwarded[i]);

        if (verdict.status != DNS_OK)
            return err_set(err, -1, "--not-local: '%s': %s", text, dns_status_text(verdict.status));
    }
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
    if (read_answers(local, &answers, err) < 0 || add_special(&build, local, err) < 0)
        return -1;
    for (size_t i = 0; i < local->records.count; i++)
        if (add_record(&build, local->records.at[i], err) < 0)
            return -1;
    return finish(&build, &answers, ret_built, err);
}
