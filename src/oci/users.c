/* The user namespace and the mappings that a config lacks, in the struct and in its text. */
#include "oci/users.h"

#include "base/cleanup.h"
#include "oci/fields.h"
#include "oci/json_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MAPS_MAX 3 /* the ids below the program's, that one, and those above */

static int no_memory(struct err *err)
{
    return err_system(err, ENOMEM, "find the ids of the container");
}

/* One kind of ids. */
struct kind {
    uint32_t id;     /* the program's, in the container */
    uint32_t own_id; /* the caller's */
    const struct oci_id_ranges *given;
    struct oci_id_maps *maps;
};

/* The caller's own id as the program's, between those of the first range that it was given. */
static size_t list_maps(const struct kind *kind, bool is_given, struct oci_id_map *ret_maps)
{
    struct oci_id_range range = is_given ? kind->given->at[0] : (struct oci_id_range){ 0 };
    uint32_t below = kind->id < range.size ? kind->id : range.size;
    uint32_t above = range.size - below;
    size_t count = 0;

    if (below > 0)
        ret_maps[count++] = (struct oci_id_map){ 0, range.first, below };
    ret_maps[count++] = (struct oci_id_map){ kind->id, kind->own_id, 1 };
    if (above > UINT32_MAX - 1 - kind->id)
        above = UINT32_MAX - 1 - kind->id;
    if (above > 0)
        ret_maps[count++] = (struct oci_id_map){ kind->id + 1, range.first + below, above };
    return count;
}

static int settle_maps(const struct kind *kind, bool is_given, struct arena *arena, struct err *err)
{
    struct oci_id_map *maps = arena_alloc_array(arena, MAPS_MAX, sizeof(*maps));

    if (maps == NULL)
        return no_memory(err);
    *kind->maps = (struct oci_id_maps){ .count = list_maps(kind, is_given, maps), .at = maps };
    return 0;
}

static int warn(struct arena *arena, struct oci_config *config, const char *warning,
                struct err *err)
{
    return oci_warnings_add(&config->warnings, arena, warning) ? 0 : no_memory(err);
}

/* Warns that there is a namespace of which the config knows nothing. */
static int add_namespace(struct arena *arena, struct oci_config *config, struct err *err)
{
    config->namespaces[OCI_NAMESPACE_USER].is_wanted = true;
    return warn(arena, config,
                "linux.namespaces: one of type 'user' is added, without which only root can make a "
                "container",
                err);
}

/* That may not be what is meant. */
static int warn_of_root(struct arena *arena, struct oci_config *config, struct err *err)
{
    return warn(arena, config,
                "linux.uidMappings: are missing, and root of the new user namespace is root of "
                "outside, alone",
                err);
}

/* Whether an option gives what is mounted to a group that has no id in the container. */
static bool is_of_unmapped_group(const char *option, const struct oci_id_maps *maps)
{
    static const char start[] = "gid=";
    char *end;
    unsigned long gid;

    if (strncmp(option, start, sizeof(start) - 1) != 0)
        return false;
    gid = strtoul(option + sizeof(start) - 1, &end, 10);
    for (size_t i = 0; i < maps->count && *end == '\0'; i++) {
        const struct oci_id_map *map = &maps->at[i];

        if (gid >= map->container_id && gid - map->container_id < map->size)
            return false;
    }
    return *end == '\0';
}

/* Configs are usually written for who has all ids, and give terminals to group 5, tty. */
static int drop_groups(struct arena *arena, struct oci_config *config, struct err *err)
{
    struct oci_mount *mounts = arena_alloc_array(arena, config->mounts.count + 1, sizeof(*mounts));

    if (mounts == NULL)
        return no_memory(err);
    for (size_t i = 0; i < config->mounts.count; i++) {
        const struct oci_texts *options = &config->mounts.at[i].options;
        const char *type = config->mounts.at[i].type;
        const char **kept = arena_alloc_array(arena, options->count + 1, sizeof(*kept));
        size_t count = 0;

        if (kept == NULL)
            return no_memory(err);
        mounts[i] = config->mounts.at[i];
        if (type == NULL || strcmp(type, "devpts") != 0)
            continue;
        for (size_t j = 0; j < options->count; j++) {
            if (!is_of_unmapped_group(options->at[j], &config->gid_maps))
                kept[count++] = options->at[j];
        }
        mounts[i].options = (struct oci_texts){ count, kept };
    }
    config->mounts.at = mounts;
    return 0;
}

/* Whether there is a new namespace of which nothing is said. */
static bool lacks_maps(const struct oci_config *config)
{
    const struct oci_namespace *user = &config->namespaces[OCI_NAMESPACE_USER];

    return user->is_wanted && user->path == NULL && config->uid_maps.count == 0 &&
           config->gid_maps.count == 0;
}

/* Whether ids were given to the caller beside its own; root needs none. */
static bool is_given_ids(const struct oci_host *host)
{
    return host->caller.uid != 0 && host->subordinate_uids.count > 0 &&
           host->subordinate_gids.count > 0;
}

int oci_users_settle(const struct oci_host *host, struct arena *arena, struct oci_config *config,
                     bool *ret_is_changed, struct err *err)
{
    const struct oci_caller *caller = &host->caller;
    bool is_root = caller->uid == 0;
    const struct kind kinds[] = {
        { is_root ? 0 : config->process.user.uid, caller->uid, &host->subordinate_uids,
          &config->uid_maps },
        { is_root ? 0 : config->process.user.gid, caller->gid, &host->subordinate_gids,
          &config->gid_maps },
    };
    bool adds = !is_root && !config->namespaces[OCI_NAMESPACE_USER].is_wanted;

    if (adds && add_namespace(arena, config, err) < 0)
        return err->number;
    *ret_is_changed = adds;
    if (!lacks_maps(config))
        return 0;
    *ret_is_changed = true;
    if (is_root && warn_of_root(arena, config, err) < 0)
        return err->number;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (settle_maps(&kinds[i], is_given_ids(host), arena, err) < 0)
            return err->number;
    }
    return drop_groups(arena, config, err);
}

static void release(json_t **json)
{
    json_decref(*json);
}

static bool set_maps(json_t *linux_object, const char *name, const struct oci_id_maps *maps)
{
    json_t *list = json_array();
    bool is_whole = list != NULL;

    for (size_t i = 0; i < maps->count && is_whole; i++)
        is_whole =
            json_array_append_new(list, json_pack("{sI sI sI}", "containerID",
                                                  (json_int_t)maps->at[i].container_id, "hostID",
                                                  (json_int_t)maps->at[i].host_id, "size",
                                                  (json_int_t)maps->at[i].size)) == 0;
    return json_object_set_new(linux_object, name, list) == 0 && is_whole;
}

/* The object or list of that name, which is made where there is none, or null. */
static json_t *find_or_make(json_t *object, const char *name, json_t *(*make)(void))
{
    json_t *found = json_object_get(object, name);

    if (found != NULL && !json_is_null(found))
        return found;
    found = make();
    return json_object_set_new(object, name, found) == 0 ? found : NULL;
}

static bool has_user_namespace(const json_t *namespaces)
{
    for (size_t i = 0; i < json_array_size(namespaces); i++) {
        const char *type =
            json_string_value(json_object_get(json_array_get(namespaces, i), "type"));

        if (type != NULL && strcmp(type, "user") == 0)
            return true;
    }
    return false;
}

static bool amend(json_t *document, const struct oci_config *config)
{
    json_t *linux_object = find_or_make(document, "linux", json_object);
    json_t *namespaces = find_or_make(linux_object, "namespaces", json_array);

    if (namespaces == NULL ||
        (!has_user_namespace(namespaces) &&
         json_array_append_new(namespaces, json_pack("{ss}", "type", "user")) < 0))
        return false;
    return set_maps(linux_object, "uidMappings", &config->uid_maps) &&
           set_maps(linux_object, "gidMappings", &config->gid_maps);
}

int oci_users_amend(struct bytes json, const struct oci_config *config, struct arena *arena,
                    struct bytes *ret_json, struct err *err)
{
    CLEANUP(release) json_t *document = NULL;
    CLEANUP(oci_json_text_free) char *text = NULL;
    char *copy;

    if (oci_fields_decode(json, &document, err) < 0)
        return err->number;
    text = amend(document, config) ? json_dumps(document, JSON_COMPACT) : NULL;
    copy = text == NULL ? NULL : arena_copy_text(arena, text);
    if (copy == NULL)
        return no_memory(err);
    *ret_json = bytes_of_text(copy);
    return 0;
}
