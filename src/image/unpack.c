/* Layer after layer, the lowest first. */
#include "image/unpack.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static int unpack_layer(const struct image_unpack *request, size_t index, struct image_tree *tree,
                        struct image_unpacked *unpacked, struct err *err)
{
    const struct image_descriptor *descriptor = &request->manifest->layers[index];
    CLEANUP(fd_close) int fd =
        openat(request->blobs_fd, descriptor->digest.hex, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    const struct image_layer layer = {
        .source = { .compression = image_media_compression(descriptor->media), .fd = fd },
        .diff_id = request->config->diff_ids[index],
        .bytes_max = request->bytes_max - unpacked->bytes,
        .entries_max = IMAGE_LAYER_ENTRIES_MAX,
        .watch = request->watch,
    };
    struct image_layer_result result;
    int number;

    if (fd < 0)
        number = err_system(err, errno, "open it");
    else
        number = image_layer_apply(&layer, tree, &result, err);
    if (number < 0)
        return err_prefix(err, "layer %s", image_digest_text(&descriptor->digest).at);
    unpacked->bytes += result.bytes;
    unpacked->left_out += result.left_out;
    return 0;
}

int image_unpack(const struct image_unpack *request, int root_fd,
                 struct image_unpacked *ret_unpacked, struct err *err)
{
    CLEANUP(image_directory_done) struct image_directory directory;
    struct image_unpacked unpacked = { 0 };

    REQUIRE(request->config->diff_ids_count == request->manifest->layers_count);
    image_directory_init(&directory, root_fd, request->owners);
    if (fchmod(root_fd, 0755) < 0)
        return err_system(err, errno, "open the image's root to all");
    for (size_t i = 0; i < request->manifest->layers_count; i++) {
        int number;

        if (request->begin != NULL)
            request->begin(request->watch.caller, i);
        number = unpack_layer(request, i, &directory.tree, &unpacked, err);
        if (number < 0)
            return number;
    }
    *ret_unpacked = unpacked;
    return 0;
}
