/* What another has left is not taken over, but made anew. */
#include "oci/claim.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "kernel/cgroup.h"
#include "kernel/cgroup_freeze.h"
#include "kernel/cgroup_tree.h"

#include <errno.h>
#include <unistd.h>

/* Takes a cgroup that nobody else may have; one that was there, and has nothing in it, is made
 * anew: what is still known of the one that has left it, perhaps in another place, must not be true
 * of this container. */
static int claim_own(struct oci_made_cgroup *made, int *ret_fd, struct err *err)
{
    CLEANUP(fd_close) int left_fd = -1;
    bool is_populated = false;

    if (made->levels == 0) {
        if (kernel_cgroup_claim(made->path, &left_fd, err) < 0 ||
            kernel_cgroup_is_populated(made->path, &is_populated, err) < 0)
            return err->number;
        if (!is_populated && (kernel_cgroup_remove(made->path, 1, err) < 0 ||
                              kernel_cgroup_make(made->path, &made->levels, err) < 0))
            return err->number;
        if (made->levels == 0)
            return err_set(err, -EEXIST, "the cgroup '%s' is another container's", made->path);
    }
    return kernel_cgroup_claim(made->path, ret_fd, err);
}

/* Takes a cgroup that the config names, if that can be: others may be in it. One that a runtime
 * made for a container which has left it is made anew, likewise; what an administrator made stays.
 */
static int claim_shared(struct oci_made_cgroup *made, int *ret_fd, struct err *err)
{
    CLEANUP(fd_close) int left_fd = -1;
    struct err ignored;

    if (made->levels == 0 && kernel_cgroup_is_marked(made->path) &&
        kernel_cgroup_claim(made->path, &left_fd, &ignored) == 0 && rmdir(made->path) == 0 &&
        kernel_cgroup_make(made->path, &made->levels, err) < 0)
        return err->number;
    if (made->levels > 0)
        (void)kernel_cgroup_claim(made->path, ret_fd, &ignored);
    return 0;
}

/* What comes into a cgroup that stands still does so as well, for ever. */
static int check_runs(const struct oci_made_cgroup *made, struct err *err)
{
    bool is_frozen = false;

    if (kernel_cgroup_is_frozen(made->path, &is_frozen, err) < 0)
        return err->number;
    return is_frozen ? err_set(err, -EBUSY, "the container's cgroup unexpectedly frozen: '%s'",
                               made->path)
                     : 0;
}

int oci_made_cgroup_make(bool may_be_shared, struct oci_made_cgroup *made, int *claim_fd,
                         struct err *err)
{
    struct err ignored;
    int number;

    if (kernel_cgroup_make(made->path, &made->levels, err) < 0)
        return err->number;
    number = may_be_shared ? claim_shared(made, claim_fd, err) : claim_own(made, claim_fd, err);
    if (number == 0 && made->levels == 0)
        number = check_runs(made, err);
    if (number < 0) {
        fd_close(claim_fd);
        /* Another that has claimed what we made removes it. */
        if (number != -EEXIST)
            (void)kernel_cgroup_remove(made->path, made->levels, &ignored);
        return number;
    }
    if (made->levels == 0)
        return 0;
    kernel_cgroup_mark(made->path);
    return kernel_cgroup_find_inode(made->path, &made->inode, err);
}

int oci_made_cgroup_adopt(struct oci_made_cgroup *made, size_t *count, struct err *err)
{
    if (kernel_cgroup_make(made->path, &made->levels, err) < 0)
        return err->number;
    made->levels = made->levels == 0 ? 1 : made->levels;
    (*count)++;
    return kernel_cgroup_find_inode(made->path, &made->inode, err);
}
