/* What another has left is not taken over, but made anew. */
#include "oci/claim.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "kernel/cgroup.h"

#include <errno.h>

int oci_made_cgroup_claim(struct oci_made_cgroup *made, int *ret_fd, struct err *err)
{
    CLEANUP(fd_close) int left_fd = -1;
    bool is_populated = false;

    if (made->levels == 0) {
        if (kernel_cgroup_claim(made->path, &left_fd, err) < 0 ||
            kernel_cgroup_is_populated(made->path, &is_populated, err) < 0)
            return err->number;
        /* Not taken over, but made anew: what is still known of the one that has left it, perhaps
         * in another place, must not be true of this container. */
        if (!is_populated && (kernel_cgroup_remove(made->path, 1, err) < 0 ||
                              kernel_cgroup_make(made->path, &made->levels, err) < 0))
            return err->number;
        if (made->levels == 0)
            return err_set(err, -EEXIST, "the cgroup '%s' is another container's", made->path);
    }
    return kernel_cgroup_claim(made->path, ret_fd, err);
}
