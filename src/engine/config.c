/* Each part of the config has a function; later words win over earlier ones. */
#include "engine/config.h"

#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define BIT(capability) (UINT64_C(1) << (capability))

static const char path_standard[] =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* What programs of images expect root to be able to do inside: everything that changes owners,
 * modes and users, and nothing that reaches beyond the container. */
#define IMAGE_CAPABILITIES                                                                         \
    (BIT(CAP_CHOWN) | BIT(CAP_DAC_OVERRIDE) | BIT(CAP_FOWNER) | BIT(CAP_FSETID) | BIT(CAP_KILL) |  \
     BIT(CAP_NET_BIND_SERVICE) | BIT(CAP_SETFCAP) | BIT(CAP_SETGID) | BIT(CAP_SETPCAP) |           \
     BIT(CAP_SETUID) | BIT(CAP_SYS_CHROOT))

static int no_memory(struct err *err)
{
    return err_system(err, ENOMEM, "make the container's config");
}

/* Both lists, one after the other, with room for `more`; *ret_list has `count` texts then. */
static const char **join(struct arena *arena, const struct oci_texts *a, const struct oci_texts *b,
                         size_t more)
{
    const char **list = arena_alloc_array(arena, a->count + b->count + more + 1, sizeof(*list));

    if (list == NULL)
        return NULL;
    if (a->count > 0)
        memcpy(list, a->at, a->count * sizeof(*list));
    if (b->count > 0)
        memcpy(list + a->count, b->at, b->count * sizeof(*list));
    return list;
}

static struct oci_texts texts_of(const struct image_texts *texts)
{
    return (struct oci_texts){ .count = texts->count, .at = texts->at };
}

/* The program and its arguments: the entry point, then the command; an image's command goes with
 * the image's entry point only. */
static int set_args(const struct engine_setting *setting, struct arena *arena,
                    struct oci_config *config, struct err *err)
{
    const struct engine_run *request = setting->request;
    struct oci_texts entrypoint = { 0 };
    struct oci_texts command = request->command;
    const char **list;

    if (setting->image != NULL && request->entrypoint == NULL) {
        entrypoint = texts_of(&setting->image->entrypoint);
        if (command.count == 0)
            command = texts_of(&setting->image->command);
    }
    if (request->entrypoint != NULL && request->entrypoint[0] != '\0')
        entrypoint = (struct oci_texts){ .count = 1, .at = &request->entrypoint };
    if (entrypoint.count + command.count == 0)
        return err_set(err, -EINVAL, "'%s' says no command: which one shall run?", request->what);
    list = join(arena, &entrypoint, &command, 0);
    if (list == NULL)
        return no_memory(err);
    config->process.args =
        (struct oci_texts){ .count = entrypoint.count + command.count, .at = list };
    return 0;
}

/* Puts NAME=value in the place of what has that name, or at the end. */
static void put_variable(const char **list, size_t *count, const char *variable)
{
    size_t size = strcspn(variable, "=") + 1;

    for (size_t i = 0; i < *count; i++) {
        if (strncmp(list[i], variable, size) == 0) {
            list[i] = variable;
            return;
        }
    }
    list[(*count)++] = variable;
}

static bool has_variable(const char *const *list, size_t count, const char *name)
{
    size_t size = strlen(name);

    for (size_t i = 0; i < count; i++) {
        if (strncmp(list[i], name, size) == 0 && list[i][size] == '=')
            return true;
    }
    return false;
}

/* "NAME=value" of "NAME": what it is for us, or NULL where it is nothing. */
static const char *own_variable(struct arena *arena, const char *name)
{
    const char *value = getenv(name);
    size_t size = value == NULL ? 0 : strlen(name) + strlen(value) + 2;
    char *copy = value == NULL ? NULL : arena_alloc(arena, size);

    if (copy != NULL) {
        struct text text = text_init(copy, size);

        (void)(text_append(&text, name) && text_append_char(&text, '=') &&
               text_append(&text, value));
    }
    return copy;
}

/* Adds what was asked for to the environment, of which `room` more are free in the list. */
static int put_asked(const struct engine_run *request, struct arena *arena, const char **list,
                     size_t *count, struct err *err)
{
    for (size_t i = 0; i < request->environment.count; i++) {
        const char *variable = request->environment.at[i];

        if (variable[0] == '=' || variable[0] == '\0')
            return err_set(err, -EINVAL, "--env '%s': has no name", variable);
        if (strchr(variable, '=') == NULL)
            variable = own_variable(arena, variable);
        if (variable != NULL)
            put_variable(list, count, variable);
    }
    return 0;
}

static int set_environment(const struct engine_setting *setting, const char *home,
                           struct arena *arena, struct oci_config *config, struct err *err)
{
    const struct oci_texts none = { 0 };
    const struct oci_texts own =
        setting->image == NULL ? none : texts_of(&setting->image->environment);
    const char **list = join(arena, &own, &setting->request->environment, 2);
    size_t count = own.count;
    size_t size = strlen(home) + sizeof("HOME=");
    char *variable = arena_alloc(arena, size);
    int number;

    if (list == NULL || variable == NULL)
        return no_memory(err);
    number = put_asked(setting->request, arena, list, &count, err);
    if (number < 0)
        return number;
    if (!has_variable(list, count, "PATH"))
        list[count++] = path_standard;
    if (!has_variable(list, count, "HOME")) {
        struct text text = text_init(variable, size);

        (void)(text_append(&text, "HOME=") && text_append(&text, home));
        list[count++] = variable;
    }
    config->process.env = (struct oci_texts){ .count = count, .at = list };
    return 0;
}

static int set_user(const struct engine_setting *setting, struct arena *arena,
                    struct oci_config *config, const char **ret_home, struct err *err)
{
    const char *text = setting->request->user;
    struct engine_user user;
    int number;

    if (text == NULL && setting->image != NULL)
        text = setting->image->user;
    number = engine_user_find(text == NULL ? "0" : text, &setting->accounts, arena, &user, err);
    if (number < 0)
        return number;
    if (config->namespaces[OCI_NAMESPACE_USER].is_wanted && user.user.uid + user.user.gid != 0)
        return err_set(err, -EINVAL,
                       "user '%s': where no root makes the container, it has the user 0 alone",
                       text);
    /* In a user namespace with one user there are no further groups to be in. */
    if (config->namespaces[OCI_NAMESPACE_USER].is_wanted)
        user.user.additional_gids = (struct oci_ids){ 0 };
    config->process.user = user.user;
    *ret_home = user.home;
    return 0;
}

/* Only root has capabilities at once; another user can get them by what the image offers. */
static void set_capabilities(struct oci_config *config)
{
    uint64_t held = config->process.user.uid == 0 ? IMAGE_CAPABILITIES : 0;

    config->process.capabilities = (struct oci_capabilities){
        .bounding = IMAGE_CAPABILITIES,
        .effective = held,
        .permitted = held,
    };
    config->process.no_new_privileges = false;
}

/* HOST:CONTAINER[:ro|rw] */
static int read_volume(const char *text, struct arena *arena, struct oci_mount *ret_mount,
                       struct err *err)
{
    static const char *const writable[] = { "rbind", "rprivate" };
    static const char *const read_only[] = { "rbind", "rprivate", "rro" };
    const char *colon = strchr(text, ':');
    const char *target = colon == NULL ? "" : colon + 1;
    size_t size = strcspn(target, ":");
    const char *mode = target[size] == ':' ? target + size + 1 : "rw";
    bool is_read_only = strcmp(mode, "ro") == 0;
    char source[PATH_MAX];
    char *host;

    if (colon == NULL || colon == text || size == 0)
        return err_set(err, -EINVAL, "--volume '%s': is not HOST:CONTAINER[:ro|rw]", text);
    if (!is_read_only && strcmp(mode, "rw") != 0)
        return err_set(err, -EINVAL, "--volume '%s': '%s' is neither ro nor rw", text, mode);
    if (target[0] != '/')
        return err_set(err, -EINVAL, "--volume '%s': the container's side is no absolute path",
                       text);
    host = arena_copy_bytes(arena, bytes_of(text, (size_t)(colon - text)));
    if (host == NULL)
        return no_memory(err);
    if (realpath(host, source) == NULL)
        return err_system(err, errno, "--volume '%s': '%s'", text, host);
    *ret_mount = (struct oci_mount){
        .destination = arena_copy_bytes(arena, bytes_of(target, size)),
        .type = "bind",
        .source = arena_copy_text(arena, source),
        .options = is_read_only ? (struct oci_texts){ COUNT(read_only), read_only }
                                : (struct oci_texts){ COUNT(writable), writable },
    };
    return ret_mount->destination == NULL || ret_mount->source == NULL ? no_memory(err) : 0;
}

static void add_file(struct oci_mount *mounts, size_t *count, const char *source,
                     const char *destination)
{
    static const char *const options[] = { "bind", "rprivate" };

    if (source != NULL)
        mounts[(*count)++] = (struct oci_mount){ .destination = destination,
                                                 .type = "bind",
                                                 .source = source,
                                                 .options = { COUNT(options), options } };
}

/* A plain user may mount a new /sys only in a network namespace of its own; else it is shown the
 * one that is there. */
static void show_sys(struct oci_mount *mounts, size_t count)
{
    static const char *const options[] = { "rbind", "rro", "nosuid", "noexec", "nodev" };

    for (size_t i = 0; i < count; i++) {
        if (strcmp(mounts[i].destination, "/sys") == 0)
            mounts[i] = (struct oci_mount){ .destination = "/sys",
                                            .type = "bind",
                                            .source = "/sys",
                                            .options = { COUNT(options), options } };
    }
}

/* The mounts that the config has, the files, and the volumes. */
static int set_mounts(const struct engine_run *request, const char *const files[2],
                      struct arena *arena, struct oci_config *config, struct err *err)
{
    size_t count = config->mounts.count;
    struct oci_mount *mounts =
        arena_alloc_array(arena, count + request->volumes.count + 2, sizeof(*mounts));

    if (mounts == NULL)
        return no_memory(err);
    if (count > 0)
        memcpy(mounts, config->mounts.at, count * sizeof(*mounts));
    if (config->namespaces[OCI_NAMESPACE_USER].is_wanted &&
        !config->namespaces[OCI_NAMESPACE_NETWORK].is_wanted)
        show_sys(mounts, count);
    add_file(mounts, &count, files[0], "/etc/hosts");
    add_file(mounts, &count, files[1], "/etc/resolv.conf");
    for (size_t i = 0; i < request->volumes.count; i++) {
        if (read_volume(request->volumes.at[i], arena, &mounts[count++], err) < 0)
            return err->number;
    }
    config->mounts = (struct oci_mounts){ .count = count, .at = mounts };
    return 0;
}

static void set_limits_and_network(const struct engine_run *request, struct oci_config *config)
{
    if (request->pids_limit.is_set)
        config->resources.pids_limit = request->pids_limit;
    if (request->memory_limit.is_set)
        config->resources.memory_limit = request->memory_limit;
    if (request->has_network)
        config->namespaces[OCI_NAMESPACE_NETWORK] =
            (struct oci_namespace){ .is_wanted = request->network != ENGINE_NETWORK_HOST };
}

int engine_config_make(const struct engine_setting *setting, struct arena *arena,
                       struct oci_config *ret_config, struct err *err)
{
    const struct engine_run *request = setting->request;
    const char *const files[2] = { setting->hosts, setting->resolv_conf };
    struct oci_config config;
    const char *home = "/";
    int number = oci_config_default(arena, oci_caller_now(), &config, err);

    if (number < 0)
        return number;
    config.root = (struct oci_root){ .path = setting->root, .readonly = false };
    config.hostname = request->hostname != NULL ? request->hostname : setting->hostname;
    if (setting->image != NULL && setting->image->working_directory != NULL)
        config.process.cwd = setting->image->working_directory;
    if (request->working_directory != NULL)
        config.process.cwd = request->working_directory;
    set_limits_and_network(request, &config);
    number = set_user(setting, arena, &config, &home, err);
    if (number == 0)
        number = set_args(setting, arena, &config, err);
    if (number == 0)
        number = set_environment(setting, home, arena, &config, err);
    if (number == 0)
        number = set_mounts(request, files, arena, &config, err);
    if (number < 0)
        return number;
    set_capabilities(&config);
    *ret_config = config;
    return 0;
}

int engine_config_change(const struct engine_run *request, struct arena *arena,
                         struct oci_config *config, struct err *err)
{
    static const char *const no_files[2] = { NULL, NULL };
    const char **list = join(arena, &config->process.env, &request->environment, 0);
    size_t count = config->process.env.count;
    int number;

    if (list == NULL)
        return no_memory(err);
    number = put_asked(request, arena, list, &count, err);
    if (number < 0)
        return number;
    config->process.env = (struct oci_texts){ .count = count, .at = list };
    if (request->command.count > 0)
        config->process.args = request->command;
    if (request->hostname != NULL)
        config->hostname = request->hostname;
    if (request->working_directory != NULL)
        config->process.cwd = request->working_directory;
    set_limits_and_network(request, config);
    return set_mounts(request, no_files, arena, config, err);
}
