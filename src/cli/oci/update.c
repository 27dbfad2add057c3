/* cupel-oci update: other limits for a container that is there. */
#include "oci/update.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/oci/oci.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* An option with a number, and the limit that it is. */
struct number_option {
    const char *name;
    size_t word;   /* offset of a const char * in struct oci_update_options */
    size_t number; /* offset of a struct oci_number in struct oci_resources */
    bool is_size;  /* it may end with k, m or g */
};

enum { NUMBER, SIZE };

static const struct number_option numbers[] = {
#define OCI_LIMIT(its_name, member, kind, value, help, place)                                      \
    { (its_name), offsetof(struct oci_update_options, member),                                     \
      offsetof(struct oci_resources, place), (kind) == SIZE },
#include "cli/oci/limit.def"
#undef OCI_LIMIT
};

/* How many bits a suffix shifts a number by; -1: it is none. */
static int shift_of(const char *suffix)
{
    static const char letters[] = "kmg";
    const char *found;

    if (suffix[0] == '\0')
        return 0;
    found = strchr(letters, suffix[0] | 0x20);
    if (found == NULL || (suffix[1] != '\0' && strcasecmp(suffix + 1, "b") != 0))
        return -1;
    return 10 * (int)(found - letters + 1);
}

static int read_number(const struct number_option *option, const char *word,
                       struct oci_number *ret_number, struct err *err)
{
    char *end = NULL;
    long long value;
    int shift;

    errno = 0;
    value = strtoll(word, &end, 10);
    shift = end == word ? -1 : shift_of(end);
    if (errno != 0 || strchr("-0123456789", word[0]) == NULL || shift < 0 ||
        (shift > 0 && (!option->is_size || value < 0 || value > INT64_MAX >> shift)) || value < -1)
        return err_set(err, -EINVAL, "option '--%s': '%s' is no number%s", option->name, word,
                       option->is_size ? " of octets, such as 64m, and not -1 either"
                                       : ", and not -1 either");
    *ret_number = oci_number(shift == 0 ? value : value << shift);
    return 0;
}

/* The limits that the options name. */
static int read_words(const struct oci_update_options *options, struct oci_resources *resources,
                      size_t *ret_count, struct err *err)
{
    *ret_count = 0;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const char *word;

        memcpy(&word, (const char *)options + numbers[i].word, sizeof(word));
        if (word == NULL)
            continue;
        if (read_number(&numbers[i], word, (void *)((char *)resources + numbers[i].number), err) <
            0)
            return err->number;
        (*ret_count)++;
    }
    resources->cpu_cpus = options->cpuset_cpus;
    resources->cpu_mems = options->cpuset_mems;
    *ret_count += options->cpuset_cpus != NULL;
    *ret_count += options->cpuset_mems != NULL;
    return 0;
}

/* The limits of a file, or of standard input. */
static int read_document(const char *path, struct arena *arena, struct oci_resources *resources,
                         struct err *err)
{
    bool is_input = strcmp(path, "-") == 0;
    CLEANUP(fd_close) int fd = is_input ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    struct bytes json;

    if (fd < 0)
        return err_system(err, errno, "option '--resources': open '%s'", path);
    if (fd_read_all(fd, OCI_JSON_BYTES_MAX, arena, &json, err) < 0 ||
        oci_resources_parse(json, arena, resources, err) < 0)
        return err_prefix(err, "option '--resources': %s", is_input ? "standard input" : path);
    return 0;
}

static int read_resources(const struct oci_update_options *options, struct arena *arena,
                          struct oci_resources *resources, struct err *err)
{
    size_t count = 0;

    if (read_words(options, resources, &count, err) < 0)
        return err->number;
    if (options->resources != NULL && count > 0)
        return err_set(err, -EINVAL,
                       "option '--resources' has all limits, and goes with no other option");
    return options->resources == NULL ? 0
                                      : read_document(options->resources, arena, resources, err);
}

int oci_update_command(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct oci_resources resources = { 0 };
    struct oci_found found;
    struct oci_host host;
    struct err err = { 0 };
    int number = read_resources(options, &arena, &resources, &err);

    if (number == 0)
        number = oci_find_running(globals, operands.at[0], &arena, &found, &err);
    if (number == 0)
        number = oci_host_read(&arena, &host, &err);
    if (number == 0)
        number = oci_update(&found.state, &resources, &host, &arena, &err);
    return number < 0 ? oci_fail(globals, &err, 1) : 0;
}
