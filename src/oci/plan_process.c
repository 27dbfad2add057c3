/*
 * The container's process: the namespaces that it joins and those made with it, the ids that are
 * mapped from outside, and what it does first inside.
 */
#include "oci/planning.h"

#include "base/text_format.h"

#include <sched.h>
#include <stdio.h>
#include <sys/mount.h>

#define ID_MAPS_MAX 340        /* what user_namespaces(7) allows */
#define ID_MAP_FILE_BYTES 4096 /* the kernel takes less than a page */
#define ID_MAP_BYTES 40 /* three numbers of 32 bits, two spaces, a newline, a NUL: at most 35 */

static const int clone_flags[OCI_NAMESPACE_KINDS] = {
    [OCI_NAMESPACE_PID] = CLONE_NEWPID,       [OCI_NAMESPACE_NETWORK] = CLONE_NEWNET,
    [OCI_NAMESPACE_MOUNT] = CLONE_NEWNS,      [OCI_NAMESPACE_IPC] = CLONE_NEWIPC,
    [OCI_NAMESPACE_UTS] = CLONE_NEWUTS,       [OCI_NAMESPACE_USER] = CLONE_NEWUSER,
    [OCI_NAMESPACE_CGROUP] = CLONE_NEWCGROUP, [OCI_NAMESPACE_TIME] = CLONE_NEWTIME,
};

int oci_namespace_flag(enum oci_namespace_kind kind)
{
    return clone_flags[kind];
}

static const struct oci_namespace *namespace_of(const struct oci_planning *planning,
                                                enum oci_namespace_kind kind)
{
    return &planning->config->namespaces[kind];
}

static bool is_new(const struct oci_planning *planning, enum oci_namespace_kind kind)
{
    const struct oci_namespace *one = namespace_of(planning, kind);

    return one->is_wanted && one->path == NULL;
}

bool oci_plan_has_others_mounts(const struct oci_planning *planning)
{
    return !is_new(planning, OCI_NAMESPACE_MOUNT);
}

/* The map that has a container's id; NULL where that stands for none. */
static const struct oci_id_map *find_map(const struct oci_id_maps *maps, uint32_t id)
{
    for (size_t i = 0; i < maps->count; i++) {
        const struct oci_id_map *map = &maps->at[i];

        if (id >= map->container_id && id - map->container_id < map->size)
            return map;
    }
    return NULL;
}

/* Whether a container's id stands for one of outside. */
static bool map_id(const struct oci_id_maps *maps, uint32_t id)
{
    return find_map(maps, id) != NULL;
}

static int check_namespaces(struct oci_planning *planning)
{
    const struct oci_namespace *mount = namespace_of(planning, OCI_NAMESPACE_MOUNT);
    const struct oci_namespace *user = namespace_of(planning, OCI_NAMESPACE_USER);
    const struct oci_config *config = planning->config;
    bool has_maps = config->uid_maps.count > 0 || config->gid_maps.count > 0;

    /* The rights over the one that the process goes back to are those over its owner. */
    if (planning->has_user_namespace && oci_plan_has_others_mounts(planning) &&
        (mount->path == NULL || user->path == NULL))
        return oci_planning_refuse(
            planning, "linux.namespaces: with one of type 'user', that of type 'mount' must be "
                      "new, or both have a path");
    if (planning->host->caller.uid != 0 && !planning->has_user_namespace)
        return oci_planning_refuse(
            planning, "linux.namespaces: without one of type 'user', only root can make a "
                      "container");
    if (has_maps && !is_new(planning, OCI_NAMESPACE_USER))
        return oci_planning_refuse(
            planning, "linux.uidMappings: there is no new user namespace that they could be for");
    for (size_t i = 0; i < OCI_NAMESPACE_KINDS; i++) {
        const char *path = config->namespaces[i].path;

        if (path != NULL && path[0] != '/')
            return oci_planning_refuse(planning, "linux.namespaces: '%s' is no absolute path",
                                       path);
    }
    return 0;
}

static struct oci_users_ids uids_of(const struct oci_planning *planning)
{
    return (struct oci_users_ids){ .field = "linux.uidMappings",
                                   .maps = &planning->config->uid_maps,
                                   .own_id = planning->host->caller.uid,
                                   .given = &planning->host->subordinate_uids,
                                   .file = "/etc/subuid",
                                   .helper = "/usr/bin/newuidmap" };
}

static struct oci_users_ids gids_of(const struct oci_planning *planning)
{
    return (struct oci_users_ids){ .field = "linux.gidMappings",
                                   .maps = &planning->config->gid_maps,
                                   .own_id = planning->host->caller.gid,
                                   .given = &planning->host->subordinate_gids,
                                   .file = "/etc/subgid",
                                   .helper = "/usr/bin/newgidmap" };
}

static int check_id_map(struct oci_planning *planning, const char *field,
                        const struct oci_id_maps *maps)
{
    if (maps->count > ID_MAPS_MAX)
        return oci_planning_refuse(planning, "%s: has more than %d entries", field, ID_MAPS_MAX);
    for (size_t i = 0; i < maps->count; i++) {
        const struct oci_id_map *map = &maps->at[i];

        if (map->size == 0)
            return oci_planning_refuse(planning, "%s[%zu].size: is 0", field, i);
        if (map->container_id > UINT32_MAX - map->size || map->host_id > UINT32_MAX - map->size)
            return oci_planning_refuse(planning, "%s[%zu].size: leads past the largest id", field,
                                       i);
    }
    return 0;
}

const char *oci_planning_id_map(struct oci_planning *planning, const char *field,
                                const struct oci_id_maps *maps)
{
    size_t room = maps->count * ID_MAP_BYTES + 1;
    char *block;
    struct text value;

    if (check_id_map(planning, field, maps) < 0)
        return NULL;
    block = oci_planning_alloc(planning, 1, room);
    if (block == NULL)
        return NULL;
    value = text_init(block, room);
    for (size_t i = 0; i < maps->count; i++) {
        const struct oci_id_map *map = &maps->at[i];

        (void)text_format(&value, "%u %u %u\n", map->container_id, map->host_id, map->size);
    }
    if (value.size < ID_MAP_FILE_BYTES)
        return block;
    (void)oci_planning_refuse(planning,
                              "%s: take more than the %d characters that the kernel reads", field,
                              ID_MAP_FILE_BYTES - 1);
    return NULL;
}

/* A user may map its own id and those that were given to it, whatever the container calls them. */
static int check_id_maps(struct oci_planning *planning, const struct oci_users_ids *ids)
{
    const char *field = ids->field;
    const struct oci_id_maps *maps = ids->maps;

    if (maps->count == 0)
        return oci_planning_refuse(planning, "%s: a new user namespace needs them", field);
    if (check_id_map(planning, field, maps) < 0)
        return planning->err->number;
    if (planning->host->caller.uid == 0) {
        if (map_id(maps, 0))
            return 0;
        return oci_planning_refuse(planning, "%s: maps no id to 0, who makes the container", field);
    }
    return oci_plan_check_users_ids(planning, ids);
}

static int check_id(struct oci_planning *planning, const char *field, const char *maps_field,
                    const struct oci_id_maps *maps, uint32_t id)
{
    if (id == UINT32_MAX)
        return oci_planning_refuse(planning, "%s: %u is no id", field, id);
    if (!is_new(planning, OCI_NAMESPACE_USER) || map_id(maps, id))
        return 0;
    return oci_planning_refuse(planning, "%s: %u is not among %s", field, id, maps_field);
}

int oci_plan_check_user(struct oci_planning *planning)
{
    const struct oci_config *config = planning->config;
    const struct oci_user *user = &config->process.user;
    const char *gids = "linux.gidMappings";
    int number =
        check_id(planning, "process.user.uid", "linux.uidMappings", &config->uid_maps, user->uid);

    if (number == 0)
        number = check_id(planning, "process.user.gid", gids, &config->gid_maps, user->gid);
    if (number == 0 && user->additional_gids.count > 0 && !oci_planning_sets_groups(planning))
        return oci_planning_refuse(planning, "process.user.additionalGids: only root, and a user "
                                             "with subordinate groups, may set groups");
    for (size_t i = 0; i < user->additional_gids.count && number == 0; i++)
        number = check_id(planning, "process.user.additionalGids", gids, &config->gid_maps,
                          user->additional_gids.at[i]);
    return number;
}

static int check_ids(struct oci_planning *planning)
{
    const struct oci_users_ids uids = uids_of(planning);
    const struct oci_users_ids gids = gids_of(planning);
    int number = 0;

    if (is_new(planning, OCI_NAMESPACE_USER)) {
        number = check_id_maps(planning, &uids);
        if (number == 0)
            number = check_id_maps(planning, &gids);
    }
    return number < 0 ? number : oci_plan_check_user(planning);
}

/* That of mounts is entered last (see oci_plan_mounts()), since no path of outside leads anywhere
 * from there. The rights to enter a namespace are those over the user namespace that owns it: root
 * has them before it enters another user namespace, a user only afterwards. */
static int plan_joins(struct oci_planning *planning)
{
    bool is_root = planning->host->caller.uid == 0;

    for (size_t i = 0; i <= OCI_NAMESPACE_KINDS; i++) {
        bool is_users_turn = i == (is_root ? OCI_NAMESPACE_KINDS : 0);
        size_t kind = is_users_turn ? OCI_NAMESPACE_USER : is_root ? i : i - 1;
        const struct oci_namespace *one = &planning->config->namespaces[kind];

        if (one->path == NULL || kind == OCI_NAMESPACE_MOUNT ||
            (kind == OCI_NAMESPACE_USER && !is_users_turn))
            continue;
        if (PLAN(planning, NAMESPACE_JOIN, "linux.namespaces",
                 .namespace = { .path = one->path, .flag = clone_flags[kind] }) < 0)
            return planning->err->number;
    }
    return 0;
}

static int plan_clone(struct oci_planning *planning)
{
    uint64_t flags = 0;

    for (size_t i = 0; i < OCI_NAMESPACE_KINDS; i++) {
        /* Made later: from inside of the cgroup that shall be its top, and before anything is in
         * it that would keep its clocks from being set. */
        if (i != OCI_NAMESPACE_CGROUP && i != OCI_NAMESPACE_TIME &&
            is_new(planning, (enum oci_namespace_kind)i))
            flags |= (uint64_t)clone_flags[i];
    }
    return PLAN(planning, CLONE, "linux.namespaces",
                .clone = { .flags = flags, .slot = planning->cgroup.v2_slot });
}

/* Whether the process may map its ids itself: a user's own, whatever the container calls them. */
static bool maps_itself(const struct oci_planning *planning)
{
    const struct oci_caller *caller = &planning->host->caller;
    const struct oci_config *config = planning->config;

    return caller->uid != 0 && oci_planning_is_own_alone(&config->uid_maps, caller->uid) &&
           oci_planning_is_own_alone(&config->gid_maps, caller->gid);
}

/* A write, for the ids, to a file in /proc of the container's process. */
static int plan_write(struct oci_planning *planning, const char *field,
                      const struct oci_step_process_file *file)
{
    if (maps_itself(planning))
        return PLAN(planning, OWN_WRITE, field, .process_file = *file);
    return PLAN(planning, PROCESS_WRITE, field, .process_file = *file);
}

static int add_id_map(struct oci_planning *planning, const char *field, const char *file,
                      const struct oci_id_maps *maps)
{
    const char *value = oci_planning_id_map(planning, field, maps);

    if (value == NULL)
        return planning->err->number;
    return plan_write(planning, field, &(const struct oci_step_process_file){ file, value });
}

/* By root or for the own id alone with a write, else by the helper. */
static int plan_id_map(struct oci_planning *planning, const struct oci_users_ids *ids,
                       const char *file)
{
    if (planning->host->caller.uid != 0 && !oci_planning_is_own_alone(ids->maps, ids->own_id))
        return oci_plan_id_helper(planning, ids);
    return add_id_map(planning, ids->field, file, ids->maps);
}

static int plan_id_maps(struct oci_planning *planning)
{
    const struct oci_users_ids uids = uids_of(planning);
    const struct oci_users_ids gids = gids_of(planning);
    int number = 0;

    /* The kernel lets a user map its group only when the container cannot leave groups that take
     * rights away (user_namespaces(7), "setgroups"). */
    if (!oci_planning_sets_groups(planning))
        number = plan_write(planning, "linux.gidMappings",
                            &(const struct oci_step_process_file){ "setgroups", "deny" });
    if (number == 0)
        number = plan_id_map(planning, &uids, "uid_map");
    return number < 0 ? number : plan_id_map(planning, &gids, "gid_map");
}

/* Whether the runtime has something to do with the process before that may go on. */
static bool is_prepared_from_outside(const struct oci_planning *planning)
{
    const struct oci_process *process = &planning->config->process;

    return (is_new(planning, OCI_NAMESPACE_USER) && !maps_itself(planning)) ||
           process->oom_score_adj.is_set || process->scheduler.policy != NULL ||
           process->io_priority.class_name != NULL || planning->config->net_devices.count > 0 ||
           oci_plan_has_resctrl(planning) || planning->request->systemd != NULL;
}

/* What it may not do itself. */
static int plan_from_outside(struct oci_planning *planning)
{
    int number = oci_plan_net_devices(planning);

    if (number == 0)
        number = oci_plan_resctrl_entry(planning);
    return number < 0 ? number : oci_plan_scheduling(planning);
}

static int plan_outside(struct oci_planning *planning)
{
    const struct oci_number *score = &planning->config->process.oom_score_adj;
    int number = oci_plan_scope(planning);

    if (number == 0 && is_new(planning, OCI_NAMESPACE_USER))
        number = plan_id_maps(planning);
    if (number == 0 && score->is_set) {
        const char *value = oci_planning_text(planning, "%d", (int)score->value);

        if (value == NULL)
            return planning->err->number;
        number = PLAN(planning, PROCESS_WRITE, "process.oomScoreAdj",
                      .process_file = { .file = "oom_score_adj", .value = value });
    }
    if (number == 0)
        number = plan_from_outside(planning);
    if (number == 0 && is_prepared_from_outside(planning))
        number = PLAN(planning, RELEASE, "", .text = "prepared");
    if (number == 0)
        number = oci_plan_runtime_hooks(planning);
    if (number == 0)
        number = oci_plan_listener(planning);
    if (number == 0 && planning->request->has_hook)
        number = PLAN(planning, HOOK, "", .text = NULL);
    if (number == 0 && planning->request->has_hook)
        number = PLAN(planning, RELEASE, "", .text = "hook");
    return number;
}

int oci_plan_streams(struct oci_planning *planning)
{
    const struct oci_config *config = planning->config;
    const struct oci_id_map *map = find_map(&config->uid_maps, config->process.user.uid);
    uint32_t uid = config->process.user.uid;

    if (planning->has_user_namespace && map == NULL)
        return 0; /* one that is joined by path, of which nothing is known */
    if (planning->has_user_namespace)
        uid = map->host_id + (uid - map->container_id);
    if (planning->host->caller.uid != 0 || uid == 0 || config->process.terminal)
        return 0;
    return PLAN(planning, STREAMS, "process.user", .user = { .uid = uid });
}

int oci_plan_process(struct oci_planning *planning)
{
    int number = check_namespaces(planning);

    if (number == 0)
        number = check_ids(planning);
    if (number == 0)
        number = oci_plan_streams(planning);
    if (number == 0)
        number = plan_joins(planning);
    if (number == 0)
        number = plan_clone(planning);
    return number < 0 ? number : plan_outside(planning);
}

/* A name may be set where the container has a UTS namespace of its own. */
static int check_name(struct oci_planning *planning, const char *field, const char *name)
{
    if (name == NULL || namespace_of(planning, OCI_NAMESPACE_UTS)->is_wanted)
        return 0;
    return oci_planning_refuse(planning, "%s: needs a namespace of type 'uts'", field);
}

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* The settings that belong to a namespace; every other one would change the whole machine. */
static int check_sysctl(struct oci_planning *planning, const char *name)
{
    static const struct {
        const char *start;
        enum oci_namespace_kind kind;
    } rows[] = {
        { "net.", OCI_NAMESPACE_NETWORK },   { "fs.mqueue.", OCI_NAMESPACE_IPC },
        { "kernel.msg", OCI_NAMESPACE_IPC }, { "kernel.sem", OCI_NAMESPACE_IPC },
        { "kernel.shm", OCI_NAMESPACE_IPC }, { "kernel.domainname", OCI_NAMESPACE_UTS },
    };

    if (strstr(name, "..") != NULL || strchr(name, '/') != NULL)
        return oci_planning_refuse(planning, "linux.sysctl: '%s' is no name of a setting", name);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!begins_with(name, rows[i].start))
            continue;
        if (namespace_of(planning, rows[i].kind)->is_wanted)
            return 0;
        return oci_planning_refuse(planning, "linux.sysctl: '%s' needs a namespace of its own",
                                   name);
    }
    return oci_planning_refuse(planning,
                               "linux.sysctl: '%s' is not a setting that a container can have of "
                               "its own",
                               name);
}

/* The domain name may be said twice, but not in two ways. */
static int check_domainname(struct oci_planning *planning, const struct oci_pair *setting)
{
    const char *domainname = planning->config->domainname;

    if (domainname == NULL || strcmp(setting->name, "kernel.domainname") != 0 ||
        strcmp(setting->value, domainname) == 0)
        return 0;
    return oci_planning_refuse(planning,
                               "linux.sysctl: 'kernel.domainname' is '%s', and domainname '%s'",
                               setting->value, domainname);
}

static int plan_sysctl(struct oci_planning *planning)
{
    const struct oci_pairs *pairs = &planning->config->sysctl;

    for (size_t i = 0; i < pairs->count; i++) {
        const char *name = pairs->at[i].name;
        size_t room = strlen("/proc/sys/") + strlen(name) + 1;
        char *path = oci_planning_alloc(planning, 1, room);

        if (path == NULL || check_sysctl(planning, name) < 0 ||
            check_domainname(planning, &pairs->at[i]) < 0)
            return planning->err->number;
        (void)snprintf(path, room, "/proc/sys/%s", name);
        for (char *dot = strchr(path, '.'); dot != NULL; dot = strchr(dot, '.'))
            *dot = '/';
        if (PLAN(planning, SYSCTL, "linux.sysctl",
                 .sysctl = { .path = path, .value = pairs->at[i].value }) < 0)
            return planning->err->number;
    }
    return 0;
}

static int plan_names(struct oci_planning *planning)
{
    const struct oci_config *config = planning->config;
    int number = check_name(planning, "hostname", config->hostname);

    if (number == 0)
        number = check_name(planning, "domainname", config->domainname);
    if (number == 0 && config->hostname != NULL)
        number = PLAN(planning, HOSTNAME, "hostname", .text = config->hostname);
    if (number == 0 && config->domainname != NULL)
        number = PLAN(planning, DOMAINNAME, "domainname", .text = config->domainname);
    return number;
}

/* "monotonic 86400 0\n" for a clock that has an offset. */
static void append_offset(struct text *offsets, const char *clock,
                          const struct oci_time_offset *offset)
{
    if (offset->secs.is_set || offset->nanosecs.is_set)
        (void)text_format(offsets, "%s %lld %lld\n", clock, (long long)offset->secs.value,
                          (long long)offset->nanosecs.value);
}

static int plan_clocks(struct oci_planning *planning)
{
    char block[128];
    struct text offsets = text_init(block, sizeof(block));
    const char *value = NULL;

    append_offset(&offsets, "monotonic", &planning->config->monotonic_offset);
    append_offset(&offsets, "boottime", &planning->config->boottime_offset);
    if (!is_new(planning, OCI_NAMESPACE_TIME) && offsets.size > 0)
        return oci_planning_refuse(planning,
                                   "linux.timeOffsets: needs a new namespace of type 'time'");
    if (!is_new(planning, OCI_NAMESPACE_TIME))
        return 0;
    if (offsets.size > 0) {
        value = oci_planning_text(planning, "%s", offsets.at);
        if (value == NULL)
            return planning->err->number;
    }
    return PLAN(planning, TIME_NAMESPACE, value == NULL ? "linux.namespaces" : "linux.timeOffsets",
                .text = value);
}

static int plan_cgroup_entry(struct oci_planning *planning)
{
    int number = 0;

    /* A scope's process has been put into it. */
    for (unsigned int i = 0; i < planning->cgroup.slots && number == 0; i++) {
        if (planning->request->systemd == NULL && i != planning->cgroup.v2_slot)
            number = PLAN(planning, CGROUP_ENTER, "linux.cgroupsPath", .cgroup = { .slot = i });
    }
    if (number == 0 && is_new(planning, OCI_NAMESPACE_CGROUP))
        number = PLAN(planning, CGROUP_NAMESPACE, "linux.namespaces", .flags = CLONE_NEWCGROUP);
    return number;
}

int oci_plan_become_root(struct oci_planning *planning)
{
    const struct oci_config *config = planning->config;
    /* Where 0 is not mapped, the user keeps its own id, which is. */
    bool becomes_root = planning->has_user_namespace &&
                        (!is_new(planning, OCI_NAMESPACE_USER) ||
                         (map_id(&config->uid_maps, 0) && map_id(&config->gid_maps, 0)));

    if (!becomes_root)
        return 0;
    return PLAN(planning, BECOME_ROOT, "linux.uidMappings", .user = { .uid = 0, .gid = 0 });
}

int oci_plan_identity(struct oci_planning *planning)
{
    int number = 0;

    if (is_prepared_from_outside(planning))
        number = PLAN(planning, AWAIT, "", .text = "prepared");
    if (number == 0)
        number = PLAN(planning, SESSION, "", .text = NULL);
    if (number == 0 && !planning->request->keeps_keyring)
        number = PLAN(planning, KEYRING, "", .text = planning->request->id);
    if (number == 0)
        number = plan_cgroup_entry(planning);
    if (number == 0)
        number = oci_plan_all_processors(planning);
    /* The file of the offsets is of whoever the process began as. */
    if (number == 0)
        number = plan_clocks(planning);
    if (number == 0)
        number = oci_plan_become_root(planning);
    if (number == 0 && is_new(planning, OCI_NAMESPACE_NETWORK))
        number = PLAN(planning, LOOPBACK, "linux.namespaces", .text = NULL);
    if (number == 0)
        number = plan_names(planning);
    return number < 0 ? number : plan_sysctl(planning);
}
