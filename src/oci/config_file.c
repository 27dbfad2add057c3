/* config.json of a bundle. */
#include "oci/config.h"

#include "base/cleanup.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>

int oci_config_load(const char *bundle, const char *name, struct arena *arena,
                    struct bytes *ret_json, struct err *err)
{
    CLEANUP(fd_close) int bundle_fd = open(bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);

    if (bundle_fd < 0)
        return err_system(err, errno, "bundle '%s'", bundle);
    if (file_read((struct file_place){ bundle_fd, name }, OCI_JSON_BYTES_MAX, arena, ret_json,
                  err) < 0)
        return err_prefix(err, "bundle '%s'", bundle);
    return 0;
}

int oci_config_read(const char *bundle, struct arena *arena, struct oci_config *ret_config,
                    struct err *err)
{
    struct bytes json;

    if (oci_config_load(bundle, "config.json", arena, &json, err) < 0)
        return err->number;
    if (oci_config_parse(json, arena, ret_config, err) < 0)
        return err_prefix(err, "bundle '%s': config.json", bundle);
    return 0;
}
