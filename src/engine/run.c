/* A container's life: its place, its root, its config, its run, its end. */
#include "engine/run.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "base/text_format.h"
#include "engine/config.h"
#include "engine/network.h"
#include "engine/root.h"
#include "image/beneath.h"
#include "image/reference.h"
#include "oci/execute.h"
#include "oci/signals.h"
#include "oci/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { STATUS_FAILED = 125, STATUS_NOT_EXECUTABLE = 126, STATUS_NOT_FOUND = 127 };

#define ACCOUNTS_BYTES_MAX ((size_t)1 << 20)
#define ARENA_BYTES (OCI_ARENA_BYTES + IMAGE_STORE_ARENA_BYTES + 4 * ACCOUNTS_BYTES_MAX)

struct running {
    const struct engine_run *request;
    struct arena arena;
    struct image_stored image; /* where the origin is one */
    struct engine_container container;
    struct engine_root root;
    struct engine_slirp slirp;
    struct engine_setting setting;
    struct oci_config config;
    const char *bundle; /* what relative paths of the config start from */
    const char *id;
    int64_t created_s;
    int status;
};

static void running_done(struct running *running)
{
    engine_slirp_stop(&running->slirp);
    engine_root_close(&running->root);
    engine_container_close(&running->container);
    arena_done(&running->arena);
}

static bool is_directory(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* A directory with a config.json is a bundle. */
static int find_directory(const char *word, struct engine_run *ret_run, struct err *err)
{
    CLEANUP(fd_close) int fd = open(word, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return err_system(err, errno, "'%s'", word);
    ret_run->origin = ENGINE_BUNDLE;
    if (faccessat(fd, "config.json", F_OK, 0) < 0) {
        if (errno != ENOENT)
            return err_system(err, errno, "'%s/config.json'", word);
        ret_run->origin = ENGINE_ROOTFS;
    }
    ret_run->what = word;
    return 0;
}

int engine_find(const struct image_store *store, const char *word, struct arena *arena,
                struct engine_run *ret_run, struct err *err)
{
    char block[IMAGE_REFERENCE_TEXT_MAX];
    struct text name = text_init(block, sizeof(block));
    struct image_reference reference;
    struct image_records records;
    enum image_reference_status status;

    if (word[0] == '/' || word[0] == '.')
        return find_directory(word, ret_run, err);
    status = image_reference_parse(bytes_of_text(word), &reference);
    if (status == IMAGE_REFERENCE_OK) {
        REQUIRE(image_reference_format(&reference, &name));
        if (image_store_list(store, arena, &records, err) < 0)
            return err->number;
        if (image_records_find(&records, name.at) != NULL) {
            ret_run->origin = ENGINE_IMAGE;
            ret_run->what = arena_copy_text(arena, name.at);
            return ret_run->what == NULL ? err_system(err, ENOMEM, "'%s'", word) : 0;
        }
    }
    if (is_directory(word))
        return find_directory(word, ret_run, err);
    if (status == IMAGE_REFERENCE_OK)
        return err_set(err, -ENOENT, "'%s' is neither an image that was pulled nor a directory",
                       word);
    return err_set(err, -EINVAL, "'%s' is no directory, and as the name of an image it %s", word,
                   image_reference_explain(status));
}

/* A file of the image that may be missing, as text. */
static int read_account_file(struct running *running, int root_fd, const char *path,
                             struct bytes *ret_text, struct err *err)
{
    CLEANUP(fd_close) int fd = beneath_open(root_fd, path, O_RDONLY | O_NONBLOCK);

    *ret_text = bytes_of(NULL, 0);
    if (fd == -ENOENT || fd == -ENOTDIR)
        return 0;
    if (fd < 0)
        return err_system(err, -fd, "the image's /%s", path);
    if (fd_read_all(fd, ACCOUNTS_BYTES_MAX, &running->arena, ret_text, err) < 0)
        return err_prefix(err, "the image's /%s", path);
    return 0;
}

static int read_accounts(struct running *running, int root_fd, struct err *err)
{
    struct engine_accounts *accounts = &running->setting.accounts;
    int number = read_account_file(running, root_fd, "etc/passwd", &accounts->passwd, err);

    return number < 0 ? number
                      : read_account_file(running, root_fd, "etc/group", &accounts->group, err);
}

/* Writes a file of the container's place; *ret_path is where, in the arena. */
static int write_file(struct running *running, const char *name, const char *content,
                      const char **ret_path, struct err *err)
{
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));
    int number = file_write_atomic((struct file_place){ running->container.fd, name },
                                   bytes_of_text(content), 0644, err);

    if (number < 0)
        return err_prefix(err, "container '%s'", running->container.name);
    if (!text_format(&path, "%s/containers/%s/%s", running->request->store->path,
                     running->container.name, name))
        return err_system(err, ENAMETOOLONG, "container '%s'", running->container.name);
    *ret_path = arena_copy_text(&running->arena, path.at);
    return *ret_path == NULL ? err_system(err, ENOMEM, "make a container") : 0;
}

/* /etc/hosts and /etc/resolv.conf, as the network asks for them. */
static int write_files(struct running *running, struct err *err)
{
    const struct engine_run *request = running->request;
    const char *hostname =
        request->hostname == NULL ? running->setting.hostname : request->hostname;
    char block[512];
    struct text hosts = text_init(block, sizeof(block));
    int number;

    if (!text_format(&hosts, "127.0.0.1\tlocalhost %s\n::1\tlocalhost\n", hostname))
        return err_set(err, -EINVAL, "--hostname: is too long");
    number = write_file(running, "hosts", hosts.at, &running->setting.hosts, err);
    if (number == 0 && request->network == ENGINE_NETWORK_SLIRP4NETNS)
        number = write_file(running, "resolv.conf", "nameserver 10.0.2.3\n",
                            &running->setting.resolv_conf, err);
    if (request->network == ENGINE_NETWORK_HOST && access("/etc/resolv.conf", R_OK) == 0)
        running->setting.resolv_conf = "/etc/resolv.conf";
    return number;
}

/* The command as one text for people; cut where it is long. */
static const char *command_text(struct running *running)
{
    char block[256];
    struct text text = text_init(block, sizeof(block));
    const struct oci_texts *args = &running->config.process.args;

    for (size_t i = 0; i < args->count; i++) {
        if ((i > 0 && !text_append_char(&text, ' ')) || !text_append(&text, args->at[i]))
            break;
    }
    return arena_copy_text(&running->arena, text.at);
}

static int write_record(struct running *running, bool has_ended, struct err *err)
{
    const struct engine_record record = {
        .image = running->request->what,
        .manifest = running->image.record.manifest.digest,
        .command = command_text(running),
        .created_s = running->created_s,
        .has_ended = has_ended,
        .status = running->status,
    };

    if (record.command == NULL)
        return err_system(err, ENOMEM, "make a container");
    return engine_container_write_record(&running->container, &record, err);
}

/* The container's place and name, and the files in it. */
static int make_place(struct running *running, struct err *err)
{
    int number = image_store_create(running->request->store, err);

    if (number == 0)
        number = engine_container_create(running->request->store, running->request->name,
                                         &running->container, err);
    if (number < 0)
        return number;
    running->id = running->container.name;
    running->setting.hostname = running->container.name;
    return write_files(running, err);
}

static int prepare_image(struct running *running, struct err *err)
{
    const struct engine_run *request = running->request;
    int number =
        image_store_find(request->store, request->what, &running->arena, &running->image, err);

    if (number == 0)
        number = make_place(running, err);
    if (number == 0)
        number = engine_root_open(request->store, &running->image, &running->container,
                                  &running->root, err);
    if (number == 0)
        number = read_accounts(running, running->root.image_fd, err);
    if (number < 0)
        return number;
    running->setting.image = &running->image.config;
    running->setting.root = running->root.path;
    number = engine_config_make(&running->setting, &running->arena, &running->config, err);
    return number < 0 ? number : write_record(running, false, err);
}

static int prepare_rootfs(struct running *running, struct err *err)
{
    CLEANUP(free_pointer) char *path = realpath(running->request->what, NULL);
    CLEANUP(fd_close) int fd = -1;
    int number;

    if (path == NULL)
        return err_system(err, errno, "'%s'", running->request->what);
    fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_system(err, errno, "'%s'", running->request->what);
    running->setting.root = arena_copy_text(&running->arena, path);
    if (running->setting.root == NULL)
        return err_system(err, ENOMEM, "make a container");
    number = make_place(running, err);
    if (number == 0)
        number = read_accounts(running, fd, err);
    if (number == 0)
        number = engine_config_make(&running->setting, &running->arena, &running->config, err);
    return number;
}

static int prepare_bundle(struct running *running, struct err *err)
{
    const struct engine_run *request = running->request;
    CLEANUP(free_pointer) char *path = realpath(request->what, NULL);
    char block[32];
    struct text id = text_init(block, sizeof(block));
    int number;

    if (path == NULL)
        return err_system(err, errno, "bundle '%s'", request->what);
    running->bundle = arena_copy_text(&running->arena, path);
    /* Nothing is kept of it, so a name that is unique while it runs will do. */
    (void)text_format(&id, "run-%ld", (long)getpid());
    running->id = request->name != NULL ? request->name : arena_copy_text(&running->arena, id.at);
    if (running->bundle == NULL || running->id == NULL)
        return err_system(err, ENOMEM, "make a container");
    number = oci_config_read(request->what, &running->arena, &running->config, err);
    if (number == 0)
        number = engine_config_change(request, &running->arena, &running->config, err);
    return number;
}

static int start_network(void *owner, pid_t pid, int pidfd, struct err *err)
{
    struct running *running = owner;

    (void)pidfd;
    return engine_slirp_start(pid, &running->slirp, err);
}

/* Which of the statuses a failed start has: the sentence begins with the place in the config, and
 * the program's is process.args. */
static int failed_status(const struct err *err)
{
    static const char program[] = "process.args: ";

    if (strncmp(err->sentence, program, strlen(program)) != 0)
        return STATUS_FAILED;
    return err->number == -ENOENT || err->number == -ENOTDIR ? STATUS_NOT_FOUND
                                                             : STATUS_NOT_EXECUTABLE;
}

/* Runs it, and remembers its cgroups in its place, where it has one, as long as there are some. */
static int perform(struct running *running, const struct oci_plan *plan,
                   struct oci_run_options *options, struct err *err)
{
    const struct engine_container *container = &running->container;
    const struct oci_texts none = { 0 };
    struct err second = { 0 };
    struct oci_texts cgroups;
    bool is_left = false;
    int number;

    options->ret_is_left = &is_left;
    if (container->fd < 0)
        return oci_run(plan, options, &running->status, err);
    if (oci_state_cgroups(plan, &running->arena, &cgroups, err) < 0 ||
        engine_container_write_cgroups(container, &cgroups, err) < 0)
        return err->number;
    number = oci_run(plan, options, &running->status, err);
    if (!is_left && engine_container_write_cgroups(container, &none, &second) < 0)
        return err_add(err, number, &second);
    return number;
}

static int execute(struct running *running, struct err *err)
{
    bool has_slirp = running->request->network == ENGINE_NETWORK_SLIRP4NETNS;
    struct oci_run_options options = {
        .on_created = has_slirp ? start_network : NULL,
        .owner = running,
    };
    struct oci_host host;
    const struct oci_plan_request request = {
        .config = &running->config,
        .host = &host,
        .id = running->id,
        .bundle = running->bundle == NULL ? "/" : running->bundle,
        .has_hook = has_slirp,
        /* Nothing else watches over it, and its root may be in a mount namespace of ours. */
        .ends_with_caller = true,
    };
    struct oci_plan plan;
    int number = oci_host_read(&running->arena, &host, err);

    if (number < 0)
        return number;
    if (oci_plan_make(&request, &running->arena, &plan, err) < 0)
        return err_prefix(
            err, running->request->origin == ENGINE_BUNDLE ? "bundle '%s': config.json" : "'%s'",
            running->request->what);
    number = perform(running, &plan, &options, err);
    if (number < 0)
        running->status = failed_status(err);
    return number;
}

/* The place goes with what was started in vain, with a root directory that is somebody else's, and
 * where that was asked for. */
static int finish(struct running *running, int number, struct err *err)
{
    const struct engine_run *request = running->request;
    struct err second = { 0 };

    engine_slirp_stop(&running->slirp);
    engine_root_close(&running->root);
    if (running->container.fd < 0)
        return number;
    if (number == 0 && request->origin == ENGINE_IMAGE && !request->removes)
        return write_record(running, true, err);
    if (engine_container_remove(request->store, &running->container, &second) < 0)
        return err_add(err, number, &second);
    return number;
}

int engine_run(const struct engine_run *request, int *ret_status, struct err *err)
{
    static int (*const prepare[])(struct running *, struct err *) = {
        [ENGINE_IMAGE] = prepare_image,
        [ENGINE_ROOTFS] = prepare_rootfs,
        [ENGINE_BUNDLE] = prepare_bundle,
    };
    CLEANUP(oci_signals_release) struct oci_signals signals = OCI_SIGNALS_FREE;
    CLEANUP(free_pointer) struct running *running = calloc(1, sizeof(*running));
    int number;

    if (running == NULL)
        return err_system(err, ENOMEM, "make a container");
    running->request = request;
    running->arena = arena_init(ARENA_BYTES);
    running->container = (struct engine_container){ .fd = -1, .lock_fd = -1 };
    running->root = (struct engine_root){ .fd = -1, .image_fd = -1 };
    running->slirp.exit_fd = -1;
    running->setting.request = request;
    running->created_s = (int64_t)time(NULL);
    running->status = STATUS_FAILED;
    number = oci_signals_hold(&signals, err);
    if (number == 0)
        number = prepare[request->origin](running, err);
    if (number == 0)
        number = execute(running, err);
    number = finish(running, number, err);
    *ret_status = running->status;
    running_done(running);
    return number;
}
