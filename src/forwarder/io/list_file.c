/* Parts of 64 KiB. */
#include "forwarder/io/list_file.h"

#include "base/cleanup.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PART_BYTES 65536

/* Reads to the end. */
static int read_parts(int fd, uint8_t *part, struct forwarder_list *list, struct err *err)
{
    uint64_t total = 0;
    ssize_t size;

    for (;;) {
        size = read(fd, part, PART_BYTES);
        if (size < 0 && errno == EINTR)
            continue;
        if (size < 0)
            return err_system(err, errno, "cannot be read");
        if (size == 0)
            break;
        total += (uint64_t)size;
        if (total > FORWARDER_LIST_BYTES_MAX)
            return err_set(err, -EFBIG, "it has more than %llu octets",
                           (unsigned long long)FORWARDER_LIST_BYTES_MAX);
        if (!forwarder_list_feed(list, bytes_of(part, (size_t)size)))
            return err_set(err, -ENOMEM, "%s", forwarder_build_text(list->status));
    }
    if (!forwarder_list_end(list))
        return err_set(err, -ENOMEM, "%s", forwarder_build_text(list->status));
    return 0;
}

int forwarder_list_file_read(const char *path, struct forwarder_list *list, struct err *err)
{
    /* O_NONBLOCK: nobody is answered while this waits for somebody who writes to a FIFO. */
    CLEANUP(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    CLEANUP(free_pointer) uint8_t *part = malloc(PART_BYTES);
    struct stat status;

    if (fd < 0)
        return err_system(err, errno, "'%s': cannot be opened", path);
    if (fstat(fd, &status) < 0)
        return err_system(err, errno, "'%s': cannot be looked at", path);
    if (!S_ISREG(status.st_mode))
        return err_set(err, -EINVAL, "'%s': not a regular file", path);
    if (part == NULL)
        return err_set(err, -ENOMEM, "'%s': no memory", path);
    if (read_parts(fd, part, list, err) < 0)
        return err_prefix(err, "'%s'", path);
    return 0;
}
