/* A list that takes the place of another. */
#include "oci/environment.h"

#include <errno.h>
#include <string.h>

int oci_environment_add(struct arena *arena, const struct oci_texts *words, struct oci_texts *env,
                        struct err *err)
{
    const char **all = arena_alloc_array(arena, env->count + words->count + 1, sizeof(*all));
    size_t count = env->count;

    if (all == NULL)
        return err_system(err, ENOMEM, "the environment of a program");
    if (count > 0)
        memcpy(all, env->at, count * sizeof(*all));
    for (size_t i = 0; i < words->count; i++) {
        const char *word = words->at[i];
        size_t size = strcspn(word, "=");
        size_t at = 0;

        while (at < count && strncmp(all[at], word, size + 1) != 0)
            at++;
        all[at] = word;
        count += at == count ? 1 : 0;
    }
    *env = (struct oci_texts){ .count = count, .at = all };
    return 0;
}
