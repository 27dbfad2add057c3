/* The bundle's real path, its config, this machine, the plan. */
#include "oci/prepared.h"

#include "base/text_format.h"
#include "oci/users.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The text of the config, and what it is called. */
static int read_text(const struct oci_bundle *bundle, struct arena *arena,
                     struct oci_prepared *prepared, struct err *err)
{
    const char *file = bundle->file == NULL ? "config.json" : bundle->file;
    char block[2 * PATH_MAX];
    struct text name = text_init(block, sizeof(block));

    if (bundle->config != NULL) {
        prepared->name = "the config";
        prepared->json = bytes_of_text(bundle->config);
        return prepared->json.size <= OCI_JSON_BYTES_MAX
                   ? 0
                   : err_system(err, EFBIG, "%s", prepared->name);
    }
    if (!text_format(&name, "bundle '%s': %s", bundle->path, file))
        return err_system(err, ENAMETOOLONG, "bundle '%s'", bundle->path);
    prepared->name = arena_copy_text(arena, name.at);
    if (prepared->name == NULL)
        return err_system(err, ENOMEM, "bundle '%s'", bundle->path);
    return oci_config_load(bundle->path, file, arena, &prepared->json, err);
}

/* Whether an object of the text seems to end with this word. */
static bool has_last_word(struct bytes json, const char *word)
{
    size_t size = strlen(word);
    const uint8_t *end = json.at + json.size;
    const uint8_t *at = json.at;

    while ((at = memmem(at, (size_t)(end - at), word, size)) != NULL) {
        at += size;
        while (at < end && isspace(*at))
            at++;
        if (at < end && *at == '}')
            return true;
    }
    return false;
}

/* A guess, before the text is read, at whether linux.namespaces has {"type": "network"}; a wrong
 * one costs the time of another processor. It belongs to the user namespace in which it is made, so
 * it is not begun where the container has one of its own. */
static void begin_net(struct bytes json, struct kernel_net_early *early)
{
    if (has_last_word(json, "\"network\"") && !has_last_word(json, "\"user\""))
        kernel_net_early_begin(early);
}

int oci_prepared_read(const struct oci_bundle *bundle, struct arena *arena,
                      struct oci_prepared *prepared, struct err *err)
{
    char path[PATH_MAX];
    char *copy;

    if (oci_id_check(bundle->id, err) < 0)
        return err->number;
    if (realpath(bundle->path, path) == NULL)
        return err_system(err, errno, "bundle '%s'", bundle->path);
    copy = arena_copy_text(arena, path);
    if (copy == NULL)
        return err_system(err, ENOMEM, "bundle '%s'", bundle->path);
    prepared->is_by_systemd = bundle->is_by_systemd;
    prepared->request = (struct oci_plan_request){
        .config = &prepared->config,
        .host = &prepared->host,
        .id = bundle->id,
        .bundle = copy,
        .has_console = true,
        .has_gate = bundle->has_gate,
        /* Which process it is, is written down when its program runs already. */
        .ends_without_cgroup = !bundle->has_gate,
        .without_cgroup = bundle->is_without_cgroup,
    };
    if (read_text(bundle, arena, prepared, err) < 0)
        return err->number;
    if (bundle->net_early != NULL)
        begin_net(prepared->json, bundle->net_early);
    if (oci_config_parse(prepared->json, arena, &prepared->config, err) < 0)
        return err_prefix(err, "%s", prepared->name);
    if (bundle->is_without_cgroup) {
        prepared->config.cgroups_path = NULL;
        prepared->config.resources = (struct oci_resources){ 0 };
    }
    return 0;
}

/* Who makes the cgroup, and which controllers a user's systemd has for it. */
static int find_systemd(struct oci_prepared *prepared, struct arena *arena, struct err *err)
{
    if (!prepared->is_by_systemd)
        return 0;
    if (oci_systemd_read(arena, &prepared->systemd, err) < 0)
        return err->number;
    prepared->request.systemd = &prepared->systemd;
    if (prepared->systemd.is_user && prepared->systemd.controllers != NULL)
        prepared->host.controllers = prepared->systemd.controllers;
    return 0;
}

/* What is kept of the config is what the container has: another program is to be joined to that. */
static int settle_users(struct oci_prepared *prepared, struct arena *arena, struct err *err)
{
    bool is_changed = false;

    if (oci_users_settle(&prepared->host, arena, &prepared->config, &is_changed, err) < 0)
        return err->number;
    return is_changed
               ? oci_users_amend(prepared->json, &prepared->config, arena, &prepared->json, err)
               : 0;
}

int oci_prepared_plan(struct oci_prepared *prepared, struct arena *arena, struct err *err)
{
    if (oci_host_read(arena, &prepared->host, err) < 0 || find_systemd(prepared, arena, err) < 0 ||
        settle_users(prepared, arena, err) < 0)
        return err->number;
    if (oci_plan_make(&prepared->request, arena, &prepared->plan, err) < 0)
        return err_prefix(err, "%s", prepared->name);
    return 0;
}
