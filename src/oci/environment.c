/* A list that takes the place of another. */
#include "oci/environment.h"

#include "base/text_format.h"

#include <errno.h>
#include <limits.h>
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

/* The first process of the container is number 1 in it. */
int oci_environment_add_listening(struct arena *arena, unsigned int count, const char *names,
                                  struct oci_texts *env, struct err *err)
{
    char block[PATH_MAX];
    struct text text = text_init(block, sizeof(block));
    const char *words[3] = { "LISTEN_PID=1" };
    struct oci_texts added = { .count = 2, .at = words };

    if (count == 0)
        return 0;
    (void)text_format(&text, "LISTEN_FDS=%u", count);
    words[1] = arena_copy_text(arena, block);
    text_clear(&text);
    if (names != NULL && text_format(&text, "LISTEN_FDNAMES=%s", names))
        words[added.count++] = arena_copy_text(arena, block);
    for (size_t i = 0; i < added.count; i++) {
        if (words[i] == NULL)
            return err_system(err, ENOMEM, "the environment of a program");
    }
    return oci_environment_add(arena, &added, env, err);
}
