/* A ruleset is a descriptor; rights that a kernel does not know yet are not handled there. */
#include "kernel/landlock.h"

#include "base/cleanup.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights by number, which younger headers have names for. */
#define RIGHT(bit) (UINT64_C(1) << (bit))
#define RIGHTS_OF_FILES (RIGHT(0) | RIGHT(1) | RIGHT(2) | RIGHT(TRUNCATE_BIT) | RIGHT(IOCTL_BIT))
#define REFER_BIT 13    /* since version 2 */
#define TRUNCATE_BIT 14 /* since version 3 */
#define IOCTL_BIT 15    /* of devices, since version 5 */
#define FIRST_RIGHTS 13 /* of version 1 */

static const uint64_t granted[] = {
    [KERNEL_LANDLOCK_READ] = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
    [KERNEL_LANDLOCK_CHANGE] = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
                               LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                               LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
                               RIGHT(TRUNCATE_BIT),
};

int kernel_landlock_version(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    return version > 0 ? (int)version : 0;
}

/* All rights that this version can take away. */
static uint64_t rights_of(int version)
{
    uint64_t rights = RIGHT(FIRST_RIGHTS) - 1;

    rights |= version >= 2 ? RIGHT(REFER_BIT) : 0;
    rights |= version >= 3 ? RIGHT(TRUNCATE_BIT) : 0;
    rights |= version >= 5 ? RIGHT(IOCTL_BIT) : 0;
    return rights;
}

static int add_place(int ruleset, uint64_t rights, const struct kernel_landlock_place *place,
                     struct err *err)
{
    CLEANUP(fd_close) int fd = open(place->path, O_PATH | O_CLOEXEC);
    struct landlock_path_beneath_attr rule = { .parent_fd = fd };
    struct stat what = { 0 };

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR || errno == EACCES))
        return 0;
    if (fd < 0 || fstat(fd, &what) < 0)
        return err_system(err, errno, "cannot look at '%s'", place->path);
    rule.allowed_access = granted[place->access] & rights;
    if (!S_ISDIR(what.st_mode))
        rule.allowed_access &= RIGHTS_OF_FILES;
    if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
        return err_system(err, errno, "cannot allow '%s'", place->path);
    return 0;
}

int kernel_landlock_enter(const struct kernel_landlock_place *places, size_t count, struct err *err)
{
    int version = kernel_landlock_version();
    struct landlock_ruleset_attr handled = { .handled_access_fs = rights_of(version) };
    CLEANUP(fd_close) int ruleset = -1;

    if (version == 0)
        return err_set(err, -ENOSYS, "this kernel has no Landlock");
    ruleset =
        (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled.handled_access_fs), 0);
    if (ruleset < 0)
        return err_system(err, errno, "cannot make a Landlock ruleset");
    for (size_t i = 0; i < count; i++) {
        int number = add_place(ruleset, handled.handled_access_fs, &places[i], err);

        if (number < 0)
            return number;
    }
    if (syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
        return err_system(err, errno, "cannot enter a Landlock ruleset");
    return 0;
}
