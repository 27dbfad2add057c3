/* The ids that a user's container has: its own, or with the help of programs those given to it. */
#include "oci/planning.h"

#include <errno.h>
#include <stdio.h>

#define NUMBER_ROOM 16

static bool is_users(const struct oci_planning *planning)
{
    return planning->host->caller.uid != 0;
}

bool oci_planning_is_own_alone(const struct oci_id_maps *maps, uint32_t own_id)
{
    return maps->count == 1 && maps->at[0].size == 1 && maps->at[0].host_id == own_id;
}

bool oci_planning_sets_groups(const struct oci_planning *planning)
{
    const struct oci_config *config = planning->config;

    if (planning->host->caller.keeps_groups)
        return false;
    if (!is_users(planning))
        return true;
    /* Where newgidmap maps groups that were given to the user, it leaves setgroups(2) allowed. */
    return config->namespaces[OCI_NAMESPACE_USER].path == NULL && config->gid_maps.count > 0 &&
           !oci_planning_is_own_alone(&config->gid_maps, planning->host->caller.gid);
}

int oci_plan_check_users_ids(struct oci_planning *planning, const struct oci_users_ids *ids)
{
    bool has_own_or_root = false;

    for (size_t i = 0; i < ids->maps->count; i++) {
        const struct oci_id_map *map = &ids->maps->at[i];
        bool is_own = map->size == 1 && map->host_id == ids->own_id;

        has_own_or_root = has_own_or_root || is_own || map->container_id == 0;
        if (is_own || oci_subordinate_has(ids->given, map->host_id, map->size))
            continue;
        return oci_planning_refuse(planning,
                                   "%s[%zu]: %u to %u are neither the user's own id (%u) nor among "
                                   "those that %s gives to it",
                                   ids->field, i, map->host_id, map->host_id + (map->size - 1),
                                   ids->own_id, ids->file);
    }
    if (!has_own_or_root)
        return oci_planning_refuse(planning,
                                   "%s: maps neither an id to 0 nor the user's own id (%u)",
                                   ids->field, ids->own_id);
    return 0;
}

/* A number as a word of a command. */
static char *number_word(struct oci_planning *planning, uint32_t number)
{
    char *word = oci_planning_alloc(planning, 1, NUMBER_ROOM);

    if (word != NULL)
        (void)snprintf(word, NUMBER_ROOM, "%u", number);
    return word;
}

int oci_plan_id_helper(struct oci_planning *planning, const struct oci_users_ids *ids)
{
    const size_t words = 2 + 3 * ids->maps->count;
    char **argv = oci_planning_alloc(planning, words + 1, sizeof(*argv));
    char *pid = oci_planning_alloc(planning, 1, OCI_PID_ROOM);
    size_t count = 0;

    if (argv == NULL || pid == NULL)
        return planning->err->number;
    (void)snprintf(pid, OCI_PID_ROOM, "PID");
    argv[count] = arena_copy_text(planning->arena, ids->helper);
    if (argv[count++] == NULL)
        return err_set(planning->err, -ENOMEM, "the plan needs more memory than it may have");
    argv[count++] = pid;
    for (size_t i = 0; i < ids->maps->count; i++) {
        const struct oci_id_map *map = &ids->maps->at[i];
        const uint32_t numbers[] = { map->container_id, map->host_id, map->size };

        for (size_t j = 0; j < 3; j++) {
            argv[count] = number_word(planning, numbers[j]);
            if (argv[count++] == NULL)
                return planning->err->number;
        }
    }
    return PLAN(planning, ID_MAP, ids->field,
                .id_map = { .path = ids->helper, .argv = argv, .pid = pid });
}
