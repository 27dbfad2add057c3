/* A table of options; each file adds a block of numbers to a hash. */
#include "cli/dns/settings/files.h"

#include "forwarder/core/hash.h"

#include <string.h>
#include <sys/stat.h>

/* Options whose files are read whenever the configuration is. */
static const struct {
    size_t offset;
    bool is_list;
} rows[] = {
    { offsetof(struct dns_options, cookie_secret), false },
    { offsetof(struct dns_options, tls_ca), false },
    { offsetof(struct dns_options, tls_certificate), false },
    { offsetof(struct dns_options, tls_key), false },
    { offsetof(struct dns_options, local.record_files), true },
    { offsetof(struct dns_options, local.hosts), true },
    { offsetof(struct dns_options, local.blocks), true },
};

/* What has to be the same of a file; no padding. */
struct identity {
    uint64_t device;
    uint64_t number;
    uint64_t size;
    int64_t written[2];
    int64_t changed[2];
};

static void add(uint64_t *digest, struct bytes octets)
{
    struct forwarder_hash_key key = { { *digest, octets.size } };

    *digest = forwarder_hash(&key, octets);
}

/* NULL: the option names none. */
static void add_file(uint64_t *digest, const char *path)
{
    struct identity identity = { 0 };
    struct stat status;

    if (path == NULL) {
        add(digest, bytes_of_text(""));
        return;
    }
    if (stat(path, &status) == 0)
        identity = (struct identity){
            .device = (uint64_t)status.st_dev,
            .number = (uint64_t)status.st_ino,
            .size = (uint64_t)status.st_size,
            .written = { status.st_mtim.tv_sec, status.st_mtim.tv_nsec },
            .changed = { status.st_ctim.tv_sec, status.st_ctim.tv_nsec },
        };
    add(digest, bytes_of_text(path));
    add(digest, bytes_of(&identity, sizeof(identity)));
}

uint64_t dns_files_digest(const struct dns_options *options, const char *config)
{
    uint64_t digest = 0;

    add_file(&digest, config);
    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        const char *value = (const char *)options + rows[row].offset;
        const struct cli_texts *texts = (const void *)value;

        if (!rows[row].is_list) {
            add_file(&digest, *(const char *const *)(const void *)value);
            continue;
        }
        for (size_t i = 0; i < texts->count; i++)
            add_file(&digest, texts->at[i]);
        add(&digest, bytes_of_text(""));
    }
    return digest != 0 ? digest : 1;
}
