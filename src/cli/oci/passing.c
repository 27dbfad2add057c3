/* What the caller of run, create and exec passes on beside standard input, output and error:
 * descriptors, and the way to whoever wants to know when the service is ready. */
#include "cli/oci/oci.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/text_format.h"
#include "oci/environment.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_FD 3
#define NOTIFY_PLACE "/run/notify/notify.sock"

/* The number that a variable holds; 0 where it holds none up to the largest count. */
static unsigned long read_variable(const char *name)
{
    const char *word = getenv(name);
    char *end = NULL;
    unsigned long number = word == NULL ? 0 : strtoul(word, &end, 10);

    return word == NULL || word[0] < '0' || word[0] > '9' || *end != '\0' ? 0 : number;
}

/* sd_listen_fds(3): they are meant for the process that the variable names. */
static unsigned long find_listening(void)
{
    unsigned long count = read_variable("LISTEN_FDS");

    return read_variable("LISTEN_PID") == (unsigned long)getpid() && count <= OCI_PRESERVED_MAX
               ? count
               : 0;
}

static bool is_open(unsigned long fd)
{
    return fcntl((int)fd, F_GETFD) >= 0;
}

int oci_passing_find(unsigned long preserve, bool may_listen, struct oci_passing *ret_passing,
                     struct err *err)
{
    unsigned long listening = may_listen ? find_listening() : 0;
    unsigned long count = listening + preserve;

    /* podman names those of LISTEN_FDS a second time. */
    if (preserve == listening && preserve > 0 && !is_open(FIRST_FD + listening))
        count = listening;
    for (unsigned long i = 0; i < count; i++) {
        if (!is_open(FIRST_FD + i))
            return err_set(err, -EBADF,
                           i < listening ? "LISTEN_FDS: there is no open file %lu"
                                         : "option '--preserve-fds': there is no open file %lu",
                           FIRST_FD + i);
    }
    *ret_passing =
        (struct oci_passing){ .count = (unsigned int)count, .listening = (unsigned int)listening };
    return 0;
}

const char *oci_notify_find(void)
{
    const char *path = getenv("NOTIFY_SOCKET");

    return path != NULL && (path[0] == '/' || path[0] == '@') && path[1] != '\0' ? path : NULL;
}

/* The socket itself, and not the directory that it is in, where there may be others. */
static int add_notify_mount(const char *path, struct arena *arena, struct oci_mounts *mounts,
                            struct err *err)
{
    static const char *const options[] = { "bind", "nosuid", "noexec", "nodev", "ro" };
    struct oci_mount *all = arena_alloc_array(arena, mounts->count + 1, sizeof(*all));

    if (all == NULL)
        return err_system(err, ENOMEM, "the mounts of a container");
    if (mounts->count > 0)
        memcpy(all, mounts->at, mounts->count * sizeof(*all));
    all[mounts->count] = (struct oci_mount){
        .destination = NOTIFY_PLACE, .type = "bind", .source = path, .options = { 5, options }
    };
    *mounts = (struct oci_mounts){ .count = mounts->count + 1, .at = all };
    return 0;
}

static int add_notify(struct arena *arena, struct oci_config *config, struct err *err)
{
    const char *path = oci_notify_find();
    char block[PATH_MAX];
    struct text text = text_init(block, sizeof(block));
    const char *word;
    const struct oci_texts added = { .count = 1, .at = &word };

    if (path == NULL)
        return 0;
    if (path[0] == '/' && add_notify_mount(path, arena, &config->mounts, err) < 0)
        return err->number;
    if (!text_format(&text, "NOTIFY_SOCKET=%s", path[0] == '/' ? NOTIFY_PLACE : path))
        return err_set(err, -ENAMETOOLONG, "NOTIFY_SOCKET: is too long");
    word = arena_copy_text(arena, block);
    if (word == NULL)
        return err_system(err, ENOMEM, "the environment of a program");
    return oci_environment_add(arena, &added, &config->process.env, err);
}

int oci_passing_apply(const struct oci_passing *passing, struct arena *arena,
                      struct oci_config *config, struct err *err)
{
    if (oci_environment_add_listening(arena, passing->listening, getenv("LISTEN_FDNAMES"),
                                      &config->process.env, err) < 0)
        return err->number;
    return add_notify(arena, config, err);
}

/* One datagram to the socket. */
static int tell(const char *path, struct bytes words, struct err *err)
{
    CLEANUP(fd_close) int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    size_t size = strlen(path);

    if (size >= sizeof(address.sun_path))
        return err_set(err, -ENAMETOOLONG, "NOTIFY_SOCKET: is too long");
    memcpy(address.sun_path, path, size);
    if (path[0] == '@')
        address.sun_path[0] = '\0';
    if (fd < 0 || sendto(fd, words.at, words.size, MSG_NOSIGNAL | MSG_DONTWAIT,
                         (const struct sockaddr *)&address,
                         (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size +
                                     (path[0] == '@' ? 0 : 1))) < 0)
        return err_system(err, errno, "NOTIFY_SOCKET: '%s'", path);
    return 0;
}

void oci_notify_main_process(const struct oci_globals *globals, pid_t pid)
{
    const char *path = oci_notify_find();
    char block[32];
    struct text text = text_init(block, sizeof(block));
    struct err err = { 0 };

    (void)text_format(&text, "MAINPID=%d\n", (int)pid);
    if (path != NULL && tell(path, text_bytes(&text), &err) < 0)
        oci_warn(globals, &err);
}
