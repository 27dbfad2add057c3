/* One row for each media type. */
#include "image/media.h"

#include "base/require.h"

#include <strings.h>

static const struct {
    const char *text;
    enum image_role role;
    enum image_compression compression; /* of a layer */
} medias[] = {
    [IMAGE_MEDIA_OCI_INDEX] = { "application/vnd.oci.image.index.v1+json", IMAGE_ROLE_INDEX, 0 },
    [IMAGE_MEDIA_DOCKER_INDEX] = { "application/vnd.docker.distribution.manifest.list.v2+json",
                                   IMAGE_ROLE_INDEX, 0 },
    [IMAGE_MEDIA_OCI_MANIFEST] = { "application/vnd.oci.image.manifest.v1+json",
                                   IMAGE_ROLE_MANIFEST, 0 },
    [IMAGE_MEDIA_DOCKER_MANIFEST] = { "application/vnd.docker.distribution.manifest.v2+json",
                                      IMAGE_ROLE_MANIFEST, 0 },
    [IMAGE_MEDIA_OCI_CONFIG] = { "application/vnd.oci.image.config.v1+json", IMAGE_ROLE_CONFIG, 0 },
    [IMAGE_MEDIA_DOCKER_CONFIG] = { "application/vnd.docker.container.image.v1+json",
                                    IMAGE_ROLE_CONFIG, 0 },
    [IMAGE_MEDIA_OCI_LAYER] = { "application/vnd.oci.image.layer.v1.tar", IMAGE_ROLE_LAYER,
                                IMAGE_COMPRESSION_NONE },
    [IMAGE_MEDIA_OCI_LAYER_GZIP] = { "application/vnd.oci.image.layer.v1.tar+gzip",
                                     IMAGE_ROLE_LAYER, IMAGE_COMPRESSION_GZIP },
    [IMAGE_MEDIA_OCI_LAYER_ZSTD] = { "application/vnd.oci.image.layer.v1.tar+zstd",
                                     IMAGE_ROLE_LAYER, IMAGE_COMPRESSION_ZSTD },
    [IMAGE_MEDIA_DOCKER_LAYER] = { "application/vnd.docker.image.rootfs.diff.tar", IMAGE_ROLE_LAYER,
                                   IMAGE_COMPRESSION_NONE },
    [IMAGE_MEDIA_DOCKER_LAYER_GZIP] = { "application/vnd.docker.image.rootfs.diff.tar.gzip",
                                        IMAGE_ROLE_LAYER, IMAGE_COMPRESSION_GZIP },
    [IMAGE_MEDIA_DOCKER_LAYER_ZSTD] = { "application/vnd.docker.image.rootfs.diff.tar.zstd",
                                        IMAGE_ROLE_LAYER, IMAGE_COMPRESSION_ZSTD },
};

bool image_media_parse(struct bytes text, enum image_media *ret_media)
{
    const uint8_t *parameters = text.size == 0 ? NULL : memchr(text.at, ';', text.size);

    if (parameters != NULL)
        text.size = (size_t)(parameters - text.at);
    while (text.size > 0 && text.at[text.size - 1] == ' ')
        text.size--;
    for (unsigned int i = 0; i < IMAGE_MEDIA_KINDS; i++) {
        if (strlen(medias[i].text) == text.size &&
            strncasecmp(medias[i].text, (const char *)text.at, text.size) == 0) {
            *ret_media = (enum image_media)i;
            return true;
        }
    }
    return false;
}

const char *image_media_text(enum image_media media)
{
    REQUIRE(media < IMAGE_MEDIA_KINDS);
    return medias[media].text;
}

enum image_role image_media_role(enum image_media media)
{
    REQUIRE(media < IMAGE_MEDIA_KINDS);
    return medias[media].role;
}

enum image_compression image_media_compression(enum image_media media)
{
    REQUIRE(image_media_role(media) == IMAGE_ROLE_LAYER);
    return medias[media].compression;
}
