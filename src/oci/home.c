/* A file of the image, which may be anything. */
#include "oci/home.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "oci/subordinate.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BYTES_MAX 65536
#define NAME "HOME="

/* As much of the file as there is and as there is room for. */
static struct bytes read_passwd(char *block, size_t room)
{
    CLEANUP(fd_close) int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat status;
    size_t size = 0;
    ssize_t more = 1;

    if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
        return bytes_of(NULL, 0);
    while (more > 0 && size < room) {
        more = read(fd, block + size, room - size);
        size += more > 0 ? (size_t)more : 0;
    }
    return bytes_of(block, size);
}

void oci_home_find(const struct oci_step_home *step)
{
    char block[FILE_BYTES_MAX];
    const struct bytes passwd = read_passwd(block, sizeof(block));
    const struct bytes home = oci_subordinate_home(passwd, step->uid);
    const size_t before = sizeof(NAME) - 1;

    if (home.size == 0 || home.size >= OCI_HOME_ROOM - before ||
        memchr(home.at, '\0', home.size) != NULL)
        return;
    memcpy(step->variable + before, home.at, home.size);
    step->variable[before + home.size] = '\0';
}
