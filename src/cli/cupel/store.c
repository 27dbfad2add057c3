/* Where the store is, and words from the command line. */
#include "base/text_format.h"
#include "cli/cupel/cupel.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static const char root_store[] = "/var/lib/cupel";

/* The path of the store of whoever calls. */
static int default_path(struct text *path, struct err *err)
{
    const char *home = getenv("HOME");
    const char *xdg = getenv("XDG_DATA_HOME");
    bool ok;

    if (geteuid() == 0)
        ok = text_append(path, root_store);
    else if (xdg != NULL && xdg[0] == '/')
        ok = text_format(path, "%s/cupel", xdg);
    else if (home != NULL && home[0] == '/')
        ok = text_format(path, "%s/.local/share/cupel", home);
    else
        return err_set(err, -EINVAL, "--store is needed: HOME is not set");
    return ok ? 0 : err_system(err, ENAMETOOLONG, "the path of the store");
}

int cupel_store_open(const struct cupel_globals *globals, struct image_store *ret_store,
                     struct err *err)
{
    char block[PATH_MAX];
    struct text path = text_init(block, sizeof(block));
    int number = 0;

    if (globals->store == NULL) {
        number = default_path(&path, err);
    } else if (globals->store[0] == '/') {
        if (!text_append(&path, globals->store))
            number = err_system(err, ENAMETOOLONG, "--store");
    } else {
        if (getcwd(block, sizeof(block)) == NULL)
            return err_system(err, errno, "--store '%s'", globals->store);
        path.size = strlen(block);
        if (!text_format(&path, "/%s", globals->store))
            number = err_system(err, ENAMETOOLONG, "--store");
    }
    return number < 0 ? number : image_store_open(ret_store, path.at, err);
}

int cupel_reference_parse(const char *word, struct image_reference *ret_reference, struct err *err)
{
    enum image_reference_status status = image_reference_parse(bytes_of_text(word), ret_reference);

    if (status != IMAGE_REFERENCE_OK)
        return err_set(err, -EINVAL, "image '%s': %s", word, image_reference_explain(status));
    return 0;
}

int cupel_size_parse(const char *word, int64_t *ret_bytes, struct err *err)
{
    static const char units[] = "bkmgt";
    char *end = NULL;
    const char *unit;
    long long number;

    errno = 0;
    number = strtoll(word, &end, 10);
    unit = *end == '\0' ? units : strchr(units, *end | 0x20);
    if (errno != 0 || word[0] < '0' || word[0] > '9' || unit == NULL ||
        (*end != '\0' && end[1] != '\0'))
        return err_set(err, -EINVAL, "'%s' is no size such as 64m", word);
    for (; unit > units; unit--) {
        if (__builtin_mul_overflow(number, 1024, &number))
            return err_set(err, -EINVAL, "'%s' is more than can be counted", word);
    }
    *ret_bytes = number;
    return 0;
}

void cupel_size_format(uint64_t bytes, struct text *ret_text)
{
    static const char units[] = "kMGTPE";
    double value = (double)bytes / 1000;
    size_t unit = 0;

    text_clear(ret_text);
    if (bytes < 1000) {
        (void)text_format(ret_text, "%" PRIu64 " B", bytes);
        return;
    }
    while (value >= 999.95) {
        value /= 1000;
        unit++;
    }
    (void)text_format(ret_text, "%.1f %cB", value, units[unit]);
}
