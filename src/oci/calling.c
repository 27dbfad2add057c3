/* Threads are cancelled where the C library waits, and a clone of one would be, too. */
#include "oci/calling.h"

#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>

struct oci_calling oci_calling_begin(void)
{
    struct oci_calling calling = { .has_processors = false };

    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &calling.cancellation);
    return calling;
}

int oci_calling_keep_processors(struct oci_calling *calling, struct err *err)
{
    if (kernel_scheduling_get_affinity(&calling->processors, err) < 0)
        return err->number;
    calling->has_processors = true;
    return 0;
}

void oci_calling_end(struct oci_calling *calling)
{
    struct err ignored;

    if (calling->has_processors)
        (void)kernel_scheduling_set_affinity(&calling->processors, &ignored);
    (void)pthread_setcancelstate(calling->cancellation, NULL);
}

int oci_calling_check(const int *streams, struct err *err)
{
    struct sigaction child;

    for (int i = 0; i < KERNEL_STREAMS; i++) {
        /* What is opened here would be in their places. */
        if (fcntl(i, F_GETFD) < 0)
            return err_set(err, -EBADF, "descriptor %d of the calling program is not open", i);
        if (streams != NULL && fcntl(streams[i], F_GETFD) < 0)
            return err_set(err, -EBADF, "streams[%d]: descriptor %d is not open", i, streams[i]);
    }
    if (sigaction(SIGCHLD, NULL, &child) < 0)
        return err_system(err, errno, "look at the action of SIGCHLD");
    if ((child.sa_flags & SA_NOCLDWAIT) != 0 ||
        ((child.sa_flags & SA_SIGINFO) == 0 && child.sa_handler == SIG_IGN))
        return err_set(err, -EINVAL,
                       "the calling program ignores SIGCHLD, and cannot wait for its children");
    return 0;
}

int oci_calling_check_preserved(const struct oci_calling_preserved *preserved, struct err *err)
{
    if (preserved->count > OCI_PRESERVED_MAX)
        return err_set(err, -E2BIG, "preserved: %u are more than %d descriptors", preserved->count,
                       OCI_PRESERVED_MAX);
    if (preserved->count > 0 && preserved->fds == NULL)
        return err_set(err, -EINVAL, "preserved: are %u, and none is there", preserved->count);
    if (preserved->listening > preserved->count)
        return err_set(err, -EINVAL, "listening: %u are more than the %u that are preserved",
                       preserved->listening, preserved->count);
    for (unsigned int i = 0; i < preserved->count; i++) {
        int fd = preserved->fds[i];

        if (fd >= 0 && fd < KERNEL_STREAMS)
            return err_set(err, -EINVAL, "preserved[%u]: descriptor %d is a standard one", i, fd);
        if (fcntl(fd, F_GETFD) < 0)
            return err_set(err, -EBADF, "preserved[%u]: descriptor %d is not open", i, fd);
    }
    return 0;
}

int oci_calling_check_root(const char *root, struct err *err)
{
    if (root != NULL && root[0] == '/')
        return 0;
    return err_set(err, -EINVAL, "the root of the containers is no absolute path: '%s'",
                   root == NULL ? "" : root);
}

int oci_calling_find(const struct oci_runtime *runtime, const char *id, struct arena *arena,
                     struct oci_state *ret_state, struct err *err)
{
    if (oci_calling_check_root(runtime->root, err) < 0)
        return err->number;
    return oci_state_await(runtime->root, id, arena, ret_state, err);
}
