/* A file, written beside its name and then given it. */
#include "oci/kept.h"

#include "base/cleanup.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define KEPT_FILE "config.json"
#define NEW_FILE "config.json.new"

int oci_kept_write(int directory_fd, struct bytes json, struct err *err)
{
    CLEANUP(fd_close) int fd =
        openat(directory_fd, NEW_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0 || fd_write_all(fd, json) < 0 || fsync(fd) < 0 ||
        renameat(directory_fd, NEW_FILE, directory_fd, KEPT_FILE) < 0)
        return err_system(err, errno, "keep the config.json of the container");
    return 0;
}

int oci_kept_read(int directory_fd, struct arena *arena, struct oci_config *ret_config,
                  struct err *err)
{
    struct bytes json;

    if (file_read((struct file_place){ directory_fd, KEPT_FILE }, OCI_JSON_BYTES_MAX, arena, &json,
                  err) < 0 ||
        oci_config_parse(json, arena, ret_config, err) < 0)
        return err_prefix(err, "the kept config.json of the container");
    return 0;
}

int oci_kept_load(int directory_fd, struct arena *arena, struct bytes *ret_json, struct err *err)
{
    if (file_read((struct file_place){ directory_fd, KEPT_FILE }, OCI_JSON_BYTES_MAX, arena,
                  ret_json, err) < 0)
        return err_prefix(err, "the kept config.json of the container");
    return 0;
}

int oci_kept_remove(int directory_fd, struct err *err)
{
    static const char *const files[] = { NEW_FILE, KEPT_FILE };

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (unlinkat(directory_fd, files[i], 0) < 0 && errno != ENOENT)
            return err_system(err, errno, "remove the kept config.json of the container");
    }
    return 0;
}
