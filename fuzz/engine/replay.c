/*
 * Runs a fuzz target over files without any engine: `replay.<layer>.<name> FILE|DIR…`. A directory
 * stands for the files in it. Prints how many it ran; exits 2 where a file cannot be read or none
 * is there, since a replay of nothing shows nothing.
 */
#include "fuzz/target.h"

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/fd.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define INPUT_BYTES_MAX ((size_t)1 << 26)

bool fuzz_is_replay(void)
{
    return true;
}

static bool replay_file(struct file_place place)
{
    CLEANUP(arena_done) struct arena arena = arena_init(INPUT_BYTES_MAX + 64);
    struct bytes content;
    struct err err = { 0 };

    if (file_read(place, INPUT_BYTES_MAX, &arena, &content, &err) < 0) {
        (void)fprintf(stderr, "replay: %s\n", err.sentence);
        return false;
    }
    (void)LLVMFuzzerTestOneInput(content.at, content.size);
    return true;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool replay_directory(const char *path, size_t *count)
{
    struct dirent **entries = NULL;
    int number = scandir(path, &entries, is_visible, alphasort);
    CLEANUP(fd_close) int dir_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool all_read = number >= 0 && dir_fd >= 0;

    if (!all_read)
        (void)fprintf(stderr, "replay: cannot read the directory '%s'\n", path);
    for (int i = 0; i < number; i++) {
        if (all_read)
            all_read = replay_file((struct file_place){ dir_fd, entries[i]->d_name });
        if (all_read)
            *count += 1;
        free(entries[i]);
    }
    free(entries);
    return all_read;
}

int main(int argc, char **argv)
{
    size_t count = 0;

    for (int i = 1; i < argc; i++) {
        struct stat status;

        if (stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode)) {
            if (!replay_directory(argv[i], &count))
                return 2;
            continue;
        }
        if (!replay_file((struct file_place){ AT_FDCWD, argv[i] }))
            return 2;
        count++;
    }
    printf("replayed %zu inputs\n", count);
    return count == 0 ? 2 : 0;
}
