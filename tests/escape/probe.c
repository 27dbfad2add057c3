/*
 * probe: what attacks need and busybox does not have; static, for any root file system.
 *
 *     probe swap A B STOP      exchanges the names, over and over, until there is a file STOP
 *     probe key NAME           adds the key to the session's keyring
 *     probe steal NAME         prints the key that whoever started this process has of that name
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECONDS_MAX 120

static int swap(const char *a, const char *b, const char *stop)
{
    time_t end = time(NULL) + SECONDS_MAX;

    while (access(stop, F_OK) < 0 && time(NULL) <= end) {
        for (int i = 0; i < 1000; i++)
            (void)renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE);
    }
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
