/* Directories, one lock file each, and a small JSON document. */
#include "engine/container.h"

#include "base/cleanup.h"
#include "base/require.h"
#include "image/beneath.h"
#include "image/json.h"
#include "oci/state.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define RECORD_BYTES_MAX ((size_t)65536)
#define CGROUPS_BYTES_MAX ((size_t)8192)

static const char record_name[] = "container.json";
static const char lock_name[] = "lock";
static const char cgroups_name[] = "cgroups";

static const struct image_json_field record_fields[] = {
    { "image", JSON_STRING, true },    { "manifest", JSON_STRING, true },
    { "command", JSON_STRING, true },  { "created_s", JSON_INTEGER, true },
    { "status", JSON_INTEGER, false },
};

/* The directory of all containers; -ENOENT where there has never been one. */
static int open_all(const struct image_store *store, int *ret_fd, struct err *err)
{
    int fd = beneath_open(store->root_fd, "containers", O_RDONLY | O_DIRECTORY);

    if (fd < 0)
        return err_system(err, -fd, "store '%s': open 'containers'", store->path);
    *ret_fd = fd;
    return 0;
}

/* The same, made where it is missing. */
static int make_all(const struct image_store *store, int *ret_fd, struct err *err)
{
    if (mkdirat(store->root_fd, "containers", 0700) < 0 && errno != EEXIST)
        return err_system(err, errno, "store '%s': create 'containers'", store->path);
    return open_all(store, ret_fd, err);
}

/* A name that nobody has thought of. */
static int make_name(struct text *name, struct err *err)
{
    uint8_t octets[6];

    if (getrandom(octets, sizeof(octets), 0) != (ssize_t)sizeof(octets))
        return err_system(err, errno, "make a name for a container");
    (void)text_append_hex(name, bytes_of(octets, sizeof(octets)));
    return 0;
}

static int lock_place(struct engine_container *container, struct err *err)
{
    container->lock_fd =
        openat(container->fd, lock_name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (container->lock_fd < 0 || flock(container->lock_fd, LOCK_EX | LOCK_NB) < 0)
        return err_system(err, errno, "lock it");
    return 0;
}

static int make_place(int all_fd, struct engine_container *container, struct err *err)
{
    int number = 0;

    if (mkdirat(all_fd, container->name, 0700) < 0) {
        if (errno == EEXIST)
            return err_set(err, -EEXIST, "there is one of that name");
        return err_system(err, errno, "create its directory");
    }
    container->fd = beneath_open(all_fd, container->name, O_RDONLY | O_DIRECTORY);
    if (container->fd < 0)
        number = err_system(err, -container->fd, "open its directory");
    else
        number = lock_place(container, err);
    /* Only an empty directory goes: never what somebody else has put there. */
    if (number < 0) {
        (void)unlinkat(container->fd, lock_name, 0);
        (void)unlinkat(all_fd, container->name, AT_REMOVEDIR);
    }
    return number;
}

int engine_container_create(const struct image_store *store, const char *name,
                            struct engine_container *ret_container, struct err *err)
{
    struct engine_container container = { .fd = -1, .lock_fd = -1 };
    struct text own = text_init(container.name, sizeof(container.name));
    CLEANUP(fd_close) int all_fd = -1;
    int number = 0;

    if (name == NULL)
        number = make_name(&own, err);
    else
        number = oci_id_check(name, err);
    if (number == 0 && name != NULL)
        REQUIRE(text_append(&own, name));
    if (number == 0)
        number = make_all(store, &all_fd, err);
    if (number != 0)
        return number;
    number = make_place(all_fd, &container, err);
    if (number < 0) {
        engine_container_close(&container);
        return err_prefix(err, "container '%s'", container.name);
    }
    *ret_container = container;
    return 0;
}

int engine_container_write_record(const struct engine_container *container,
                                  const struct engine_record *record, struct err *err)
{
    CLEANUP(image_json_done) json_t *document =
        json_pack("{s:s, s:s, s:s, s:I}", "image", record->image, "manifest",
                  image_digest_text(&record->manifest).at, "command", record->command, "created_s",
                  (json_int_t)record->created_s);
    CLEANUP(free_pointer) char *text = NULL;
    int number;

    if (document != NULL && record->has_ended)
        (void)json_object_set_new(document, "status", json_integer(record->status));
    if (document != NULL)
        text = json_dumps(document, JSON_INDENT(2));
    if (text == NULL)
        return err_system(err, ENOMEM, "container '%s': write its record", container->name);
    number = file_write_atomic((struct file_place){ container->fd, record_name },
                               bytes_of_text(text), 0600, err);
    return number < 0 ? err_prefix(err, "container '%s'", container->name) : 0;
}

int engine_container_write_cgroups(const struct engine_container *container,
                                   const struct oci_texts *paths, struct err *err)
{
    char block[CGROUPS_BYTES_MAX];
    struct text text = text_init(block, sizeof(block));
    CLEANUP(fd_close) int fd = -1;
    int number = 0;

    if (paths->count == 0) {
        if (unlinkat(container->fd, cgroups_name, 0) < 0 && errno != ENOENT)
            return err_system(err, errno, "container '%s': forget its cgroups", container->name);
        return 0;
    }
    for (size_t i = 0; i < paths->count && number == 0; i++) {
        if (!text_append(&text, paths->at[i]) || !text_append_char(&text, '\n'))
            number = -ENAMETOOLONG;
    }
    /* Not synced: cgroups do not outlive the system either. */
    if (number == 0)
        fd = openat(container->fd, cgroups_name,
                    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (number == 0)
        number = fd < 0 ? -errno : fd_write_all(fd, text_bytes(&text));
    if (number < 0)
        return err_system(err, -number, "container '%s': write its cgroups", container->name);
    return 0;
}

/* Removes the cgroups that a runner has left which was killed: innermost first. */
static int forget_cgroups(const struct engine_container *container, struct err *err)
{
    CLEANUP(arena_done) struct arena arena = arena_init(CGROUPS_BYTES_MAX * 2);
    struct bytes content;
    char *lines;
    char *end;
    int number = file_read((struct file_place){ container->fd, cgroups_name }, CGROUPS_BYTES_MAX,
                           &arena, &content, err);

    if (number < 0)
        return number == -ENOENT ? 0 : number;
    lines = arena_copy_bytes(&arena, content);
    if (lines == NULL)
        return err_system(err, ENOMEM, "read its cgroups");
    /* A line that has no end was not written whole. */
    while (number == 0 && (end = strrchr(lines, '\n')) != NULL) {
        const char *line;

        *end = '\0';
        line = strrchr(lines, '\n');
        number = oci_state_forget_cgroup(line == NULL ? lines : line + 1, err);
    }
    return number;
}

void engine_container_close(struct engine_container *container)
{
    fd_close(&container->lock_fd);
    fd_close(&container->fd);
}

int engine_container_remove(const struct image_store *store, struct engine_container *container,
                            struct err *err)
{
    CLEANUP(fd_close) int all_fd = -1;
    int number = open_all(store, &all_fd, err);

    if (number == 0)
        number = forget_cgroups(container, err);
    if (number == 0)
        number = beneath_remove(all_fd, container->name, err);
    engine_container_close(container);
    return number < 0 ? err_prefix(err, "container '%s'", container->name) : 0;
}

/* It runs as long as its lock is held. */
static int find_running(int container_fd, bool *ret_is_running, struct err *err)
{
    CLEANUP(fd_close) int lock_fd =
        openat(container_fd, lock_name, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    bool is_held = lock_fd >= 0 && flock(lock_fd, LOCK_EX | LOCK_NB) < 0;

    if ((lock_fd < 0 && errno != ENOENT) || (is_held && errno != EWOULDBLOCK))
        return err_system(err, errno, "look at its lock");
    *ret_is_running = is_held;
    return 0;
}

/* One that has none so far leaves *record as it is. */
static int read_record(int container_fd, struct arena *arena, struct engine_record *record,
                       struct err *err)
{
    CLEANUP(image_json_done) json_t *document = NULL;
    const json_t *status;
    struct bytes json;
    int number = file_read((struct file_place){ container_fd, record_name }, RECORD_BYTES_MAX,
                           arena, &json, err);

    if (number < 0)
        return number == -ENOENT ? 0 : number;
    if (image_json_read(json, &document, err) < 0 ||
        image_json_check(document, record_fields, COUNT(record_fields), err) < 0)
        return err->number;
    status = image_json_member(document, "status");
    record->has_ended = status != NULL;
    record->status = (int)json_integer_value(status);
    record->created_s = json_integer_value(image_json_member(document, "created_s"));
    record->image = arena_copy_text(arena, image_json_text(document, "image"));
    record->command = arena_copy_text(arena, image_json_text(document, "command"));
    if (!image_digest_parse(bytes_of_text(image_json_text(document, "manifest")),
                            &record->manifest))
        return err_set(err, -EINVAL, "'%s': manifest: is no sha256 digest", record_name);
    return record->image == NULL || record->command == NULL ? err_system(err, ENOMEM, "read it")
                                                            : 0;
}

/* One container in front of the list. */
static int list_one(int all_fd, const char *name, struct arena *arena,
                    struct engine_listed **listed, struct err *err)
{
    CLEANUP(fd_close) int fd = beneath_open(all_fd, name, O_RDONLY | O_DIRECTORY);
    struct engine_listed *added = arena_alloc(arena, sizeof(*added));

    if (fd == -ENOENT)
        return 0; /* removed meanwhile */
    if (fd < 0)
        return err_system(err, -fd, "container '%s'", name);
    if (added == NULL)
        return err_system(err, ENOMEM, "list containers");
    if (read_record(fd, arena, &added->record, err) < 0 ||
        find_running(fd, &added->is_running, err) < 0)
        return err_prefix(err, "container '%s'", name);
    added->record.name = arena_copy_text(arena, name);
    if (added->record.name == NULL)
        return err_system(err, ENOMEM, "list containers");
    added->next = *listed;
    *listed = added;
    return 0;
}

int engine_container_list(const struct image_store *store, struct arena *arena,
                          struct engine_listed **ret_listed, struct err *err)
{
    CLEANUP(fd_close) int all_fd = -1;
    CLEANUP(beneath_list_close) DIR *listing = NULL;
    struct engine_listed *listed = NULL;
    const char *name;
    int number = 0;

    *ret_listed = NULL;
    if (store->root_fd < 0)
        return 0;
    number = open_all(store, &all_fd, err);
    if (number == -ENOENT)
        return 0;
    if (number < 0)
        return number;
    listing = beneath_list_open(all_fd);
    if (listing == NULL)
        return err_system(err, errno, "store '%s': list 'containers'", store->path);
    while (number == 0 && (name = beneath_list_next(listing)) != NULL)
        number = list_one(all_fd, name, arena, &listed, err);
    if (number == 0)
        *ret_listed = listed;
    return number;
}

int engine_container_remove_named(const struct image_store *store, const char *name,
                                  struct err *err)
{
    struct engine_container container = { .fd = -1, .lock_fd = -1 };
    struct text own = text_init(container.name, sizeof(container.name));
    CLEANUP(fd_close) int all_fd = -1;
    int number;

    if (oci_id_check(name, err) < 0)
        return err->number;
    if (store->root_fd < 0)
        return err_set(err, -ENOENT, "there is no container '%s'", name);
    REQUIRE(text_append(&own, name));
    number = open_all(store, &all_fd, err);
    if (number < 0 && number != -ENOENT)
        return number;
    container.fd = number < 0 ? number : beneath_open(all_fd, name, O_RDONLY | O_DIRECTORY);
    if (container.fd == -ENOENT)
        return err_set(err, -ENOENT, "there is no container '%s'", name);
    if (container.fd < 0)
        return err_system(err, -container.fd, "container '%s'", name);
    number = lock_place(&container, err);
    if (number < 0) {
        engine_container_close(&container);
        if (number != -EWOULDBLOCK)
            return err_prefix(err, "container '%s'", name);
        return err_set(err, -EBUSY, "container '%s': it is running", name);
    }
    return engine_container_remove(store, &container, err);
}
