/* `cupel run`: options to a request; the rest is the engine's. */
#include "cli/cupel/cupel.h"

#include "base/cleanup.h"
#include "base/require.h"

#include <errno.h>

static struct oci_texts texts_of(const struct cli_texts *texts)
{
    return (struct oci_texts){ .count = texts->count, .at = texts->at };
}

static enum engine_network network_of(const char *word)
{
    static const char *const words[] = {
        [ENGINE_NETWORK_NONE] = "none",
        [ENGINE_NETWORK_HOST] = "host",
        [ENGINE_NETWORK_SLIRP4NETNS] = "slirp4netns",
    };

    for (unsigned int i = 0; word != NULL && i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i], word) == 0)
            return (enum engine_network)i;
    }
    return ENGINE_NETWORK_NONE;
}

static int read_options(const struct cupel_run_options *options, struct engine_run *request,
                        struct err *err)
{
    int64_t memory = 0;

    request->name = options->name;
    request->removes = options->removes;
    request->entrypoint = options->entrypoint;
    request->hostname = options->hostname;
    request->user = options->user;
    request->working_directory = options->workdir;
    request->volumes = texts_of(&options->volume);
    request->environment = texts_of(&options->env);
    request->network = network_of(options->network);
    request->has_network = options->network != NULL;
    if (options->pids_limit != 0)
        request->pids_limit = oci_number((int64_t)options->pids_limit);
    if (options->memory == NULL)
        return 0;
    if (cupel_size_parse(options->memory, &memory, err) < 0)
        return err_prefix(err, "--memory");
    if (memory == 0)
        return err_set(err, -EINVAL, "--memory: 0 is too little for any program");
    request->memory_limit = oci_number(memory);
    return 0;
}

int cupel_run_run(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(image_store_close) struct image_store store = IMAGE_STORE_CLOSED;
    CLEANUP(arena_done) struct arena arena = arena_init(IMAGE_STORE_ARENA_BYTES);
    struct engine_run request = {
        .store = &store,
        .command = { .count = (size_t)operands.count - 1,
                     .at = (const char *const *)&operands.at[1] },
    };
    struct err err = { 0 };
    int status = CUPEL_FAILED;
    int number = read_options(options, &request, &err);

    if (number == 0)
        number = cupel_store_open(globals, &store, &err);
    if (number == 0)
        number = engine_find(&store, operands.at[0], &arena, &request, &err);
    if (number == 0)
        number = engine_run(&request, &status, &err);
    return number < 0 ? cli_fail(CUPEL_PROGRAM, &err, status) : status;
}
