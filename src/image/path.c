/* One pass over the components; what is not plain is refused, never repaired. */
#include "image/path.h"

#include "base/require.h"

static enum image_path_status append_component(struct text *path, struct bytes name, size_t depth)
{
    if (bytes_equal(name, bytes_of_text("..")))
        return IMAGE_PATH_LEADS_UP;
    if (name.size > IMAGE_NAME_MAX)
        return IMAGE_PATH_TOO_LONG;
    if (depth > IMAGE_PATH_DEPTH_MAX)
        return IMAGE_PATH_TOO_DEEP;
    if (path->size > 0 && !text_append_char(path, '/'))
        return IMAGE_PATH_TOO_LONG;
    if (!text_append_bytes(path, name) || path->size > IMAGE_PATH_MAX)
        return IMAGE_PATH_TOO_LONG;
    return IMAGE_PATH_OK;
}

enum image_path_status image_path_clean(const char *name, struct text *ret_path)
{
    size_t depth = 0;

    while (*name != '\0') {
        size_t size = strcspn(name, "/");
        struct bytes component = bytes_of(name, size);
        bool is_plain = size > 0 && !bytes_equal(component, bytes_of_text("."));
        enum image_path_status status = IMAGE_PATH_OK;

        if (is_plain)
            status = append_component(ret_path, component, ++depth);
        if (status != IMAGE_PATH_OK) {
            text_clear(ret_path);
            return status;
        }
        name += size;
        if (*name == '/')
            name++;
    }
    return IMAGE_PATH_OK;
}

const char *image_path_explain(enum image_path_status status)
{
    static const char *const sentences[] = {
        [IMAGE_PATH_OK] = "is clean",
        [IMAGE_PATH_LEADS_UP] = "leads up ('..')",
        [IMAGE_PATH_TOO_LONG] = "is longer than the system allows",
        [IMAGE_PATH_TOO_DEEP] = "is more than 128 directories deep",
    };

    REQUIRE((size_t)status < sizeof(sentences) / sizeof(sentences[0]));
    return sentences[status];
}

const char *image_path_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

size_t image_path_parent_size(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? 0 : (size_t)(slash - path);
}

bool image_path_is_within(const char *inner, const char *outer)
{
    size_t size = strlen(outer);

    if (size == 0)
        return true;
    return strncmp(inner, outer, size) == 0 && (inner[size] == '\0' || inner[size] == '/');
}
