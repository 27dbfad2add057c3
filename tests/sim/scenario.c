/*
 * Stories about the forwarder, played over its core without a network:
 *
 *     sim.scenario FILE…
 *
 * Each line of a file is an option, a step, or a record below a step (scenarios/README.md). A line
 * that is wrong, and an expectation that is not met, end the file with FILE:LINE and a sentence.
 * Exit status 0: all went as they tell; 1: some did not; 2: a file cannot be read.
 */
#include "tests/sim/scenario.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/require.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#define FILE_BYTES_MAX (1U << 20)
#define WHY_BYTES (3 * SCENARIO_TEXT_MAX)

bool scenario_refuse(struct scenario *scenario, const char *sentence, struct bytes about)
{
    text_clear(&scenario->why);
    REQUIRE(text_append(&scenario->why, sentence));
    if (about.size > 0) {
        REQUIRE(text_append(&scenario->why, ": "));
        (void)text_append_bytes(&scenario->why, about);
    }
    return false;
}

/* The next line, without its end. */
static struct bytes first_line(struct bytes left)
{
    const uint8_t *end = memchr(left.at, '\n', left.size);

    return bytes_of(left.at, end == NULL ? left.size : (size_t)(end - left.at));
}

static struct bytes behind(struct bytes left, struct bytes line)
{
    size_t size = line.size < left.size ? line.size + 1 : line.size;

    return bytes_of(left.at + size, left.size - size);
}

static bool is_record(struct bytes line)
{
    return line.size > 0 && line.at[0] == ' ';
}

bool scenario_next_record(struct scenario *scenario, struct bytes *ret_line)
{
    struct bytes line = first_line(scenario->left);

    if (scenario->left.size == 0 || !is_record(line))
        return false;
    *ret_line = line;
    scenario->left = behind(scenario->left, line);
    scenario->lines_taken += 1;
    return true;
}

static bool time_passes(struct scenario *scenario, struct words *words)
{
    uint64_t ns;

    if (!words_take_if(words, "passes") || !word_time(words_take(words), &ns))
        return scenario_refuse(scenario, "time passes so and so long, such as 300ms or 5m",
                               bytes_of("", 0));
    if (!scenario_check_silence(scenario))
        return false;
    scenario_pass_time(scenario, ns);
    return true;
}

static bool tell_number(struct scenario *scenario, const char *before, uint64_t number,
                        const char *behind_it)
{
    text_clear(&scenario->why);
    REQUIRE(text_append(&scenario->why, before));
    REQUIRE(text_append_decimal(&scenario->why, number, 0));
    REQUIRE(text_append(&scenario->why, behind_it));
    return false;
}

/* Nothing waits, or nothing is kept. */
static bool nothing(struct scenario *scenario, struct words *words)
{
    uint32_t queries = forwarder_waiting(scenario->forwarder);
    uint32_t clients = forwarder_clients_waiting(scenario->forwarder);
    uint32_t kept = scenario->forwarder->cache.entries;

    if (words_take_if(words, "waits"))
        return (queries == 0 && clients == 0) ||
               tell_number(scenario, "queries wait: ", queries, "");
    if (!words_take_if(words, "is") || !words_take_if(words, "kept"))
        return scenario_refuse(scenario, "nothing waits, or nothing is kept", bytes_of("", 0));
    return kept == 0 || tell_number(scenario, "answers are kept: ", kept, "");
}

/* counted NAME N. */
static bool counted(struct scenario *scenario, struct words *words)
{
    struct bytes name = words_take(words);
    uint64_t wanted;

    for (unsigned int i = 0; i < FORWARDER_COUNTERS; i++) {
        uint64_t was = scenario->forwarder->counters[i];

        if (!word_is(name, forwarder_counter_name((enum forwarder_counter)i)))
            continue;
        if (!word_number(words_take(words), UINT32_MAX, &wanted))
            break;
        return was == wanted || tell_number(scenario, "it was counted ", was, " times");
    }
    return scenario_refuse(scenario, "a counter and a number stand here", name);
}

/* A line that is a step. */
static bool step(struct scenario *scenario, struct words *words)
{
    struct bytes who = words_take(words);

    if (!scenario->has_begun && !scenario_begin(scenario))
        return false;
    if (word_is(who, "client") || word_is(who, "clients"))
        return scenario_who(scenario, words, true);
    if (word_is(who, "upstream") || word_is(who, "upstreams"))
        return scenario_who(scenario, words, false);
    if (word_is(who, "time"))
        return time_passes(scenario, words);
    if (word_is(who, "nothing"))
        return nothing(scenario, words);
    if (word_is(who, "counted"))
        return counted(scenario, words);
    return scenario_refuse(scenario, "no line begins so", who);
}

static bool play_line(struct scenario *scenario, struct bytes line)
{
    struct words words;

    text_clear(&scenario->why);
    scenario->lines_taken = 0;
    if (is_record(line))
        return scenario_refuse(scenario, "no record belongs here", bytes_of("", 0));
    if (!words_split(line, &words))
        return scenario_refuse(scenario, "the line has too many words", bytes_of("", 0));
    if (words.count == 0 || line.at[0] == '#')
        return true;
    if (words_take_if(&words, "with"))
        return scenario_option(scenario, &words);
    return step(scenario, &words);
}

/* Plays the lines; false where one is wrong, which is told. */
static bool play(struct scenario *scenario)
{
    while (scenario->left.size > 0) {
        struct bytes line = first_line(scenario->left);

        scenario->left = behind(scenario->left, line);
        scenario->line += 1;
        if (!play_line(scenario, line)) {
            printf("%s:%lu: %.*s: %s\n", scenario->path, scenario->line, (int)line.size,
                   (const char *)line.at, scenario->why.at);
            return false;
        }
        scenario->line += scenario->lines_taken;
    }
    if (scenario->has_begun && scenario_check_silence(scenario))
        return true;
    printf("%s:%lu: at the end: %s\n", scenario->path, scenario->line,
           scenario->has_begun ? scenario->why.at : "nothing happened");
    return false;
}

static void *block_of(size_t size)
{
    void *block = calloc(1, size);

    REQUIRE(block != NULL);
    return block;
}

static struct scenario *scenario_new(const char *path, struct bytes text)
{
    struct scenario *scenario = block_of(sizeof(*scenario));

    scenario->path = path;
    scenario->left = text;
    scenario->forwarder = block_of(sizeof(*scenario->forwarder));
    scenario->batch = block_of(sizeof(*scenario->batch));
    scenario->seen = block_of(SCENARIO_SEEN_MAX * sizeof(*scenario->seen));
    scenario->clients = block_of(SCENARIO_CLIENTS_MAX * sizeof(*scenario->clients));
    scenario->rdata = block_of(SCENARIO_RDATA_MAX);
    scenario->wire = block_of(DNS_MESSAGE_SIZE_MAX + 1);
    scenario->was = text_init(block_of(SCENARIO_TEXT_MAX), SCENARIO_TEXT_MAX);
    scenario->wanted = text_init(block_of(SCENARIO_TEXT_MAX), SCENARIO_TEXT_MAX);
    scenario->why = text_init(block_of(WHY_BYTES), WHY_BYTES);
    scenario_defaults(scenario);
    return scenario;
}

static void scenario_free(struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->seen_count; i++)
        free(scenario->seen[i].octets);
    forwarder_build_done(&scenario->build);
    forwarder_built_free(scenario->built);
    free(scenario->forwarder);
    free(scenario->batch);
    free(scenario->slab);
    free(scenario->seen);
    free(scenario->clients);
    free(scenario->rdata);
    free(scenario->wire);
    free(scenario->was.at);
    free(scenario->wanted.at);
    free(scenario->why.at);
    free(scenario);
}

/* Plays a file: 0, 1 or 2, as the program ends. */
static int play_file(const char *path)
{
    CLEANUP(arena_done) struct arena arena = arena_init(2 * (size_t)FILE_BYTES_MAX);
    struct file_place place = { AT_FDCWD, path };
    struct bytes text;
    struct err err;
    struct scenario *scenario;
    bool is_good;

    if (file_read(place, FILE_BYTES_MAX, &arena, &text, &err) < 0) {
        printf("%s\n", err.sentence);
        return 2;
    }
    scenario = scenario_new(path, text);
    is_good = play(scenario);
    scenario_free(scenario);
    return is_good ? 0 : 1;
}

int main(int argc, char **argv)
{
    int status = argc < 2 ? 2 : 0;

    for (int i = 1; i < argc; i++) {
        int one = play_file(argv[i]);

        status = one > status ? one : status;
    }
    printf("%d files\n", argc - 1);
    return status;
}
