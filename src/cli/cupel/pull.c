/* `cupel pull`: image_pull() with a line of progress for people. */
#include "cli/cupel/cupel.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "image/pull.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define BAR_WIDTH 24
#define REDRAW_NS ((uint64_t)50000000)
#define INTERRUPTED 130

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* Interrupts end the pull in order, so that nothing of it is left. */
static void catch_interrupts(void)
{
    const struct sigaction action = { .sa_handler = interrupt };

    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
}

struct display {
    bool is_on;
    bool has_drawn; /* something stands on the line */
    uint64_t drawn_ns;
    struct image_progress drawn;
};

static void draw_bar(const struct image_progress *progress)
{
    uint64_t filled = progress->bytes_done * BAR_WIDTH / progress->bytes_total;

    fputs(" [", stderr);
    for (uint64_t i = 0; i < BAR_WIDTH; i++)
        fputc(i < filled ? '=' : i == filled ? '>' : ' ', stderr);
    fputc(']', stderr);
}

static void draw(const struct image_progress *progress)
{
    char block[32];
    struct text size = text_init(block, sizeof(block));

    fprintf(stderr, "\r\033[K%s layer %zu of %zu, %.12s",
            progress->stage == IMAGE_STAGE_FETCH ? "fetch " : "unpack", progress->layer + 1,
            progress->layers_count, progress->digest->hex);
    if (progress->bytes_total > 0)
        draw_bar(progress);
    cupel_size_format(progress->bytes_done, &size);
    fprintf(stderr, " %s", size.at);
    if (progress->bytes_total > 0) {
        cupel_size_format(progress->bytes_total, &size);
        fprintf(stderr, " of %s", size.at);
    }
    (void)fflush(stderr);
}

/* The line is drawn when something begins or ends, and otherwise not too often. */
static bool tell(void *caller, const struct image_progress *progress)
{
    struct display *display = caller;
    uint64_t now = clock_monotonic_ns();
    bool is_new = !display->has_drawn || progress->stage != display->drawn.stage ||
                  progress->layer != display->drawn.layer;
    bool is_whole = progress->bytes_total > 0 && progress->bytes_done == progress->bytes_total;

    if (interrupted)
        return false;
    if (!display->is_on || progress->stage == IMAGE_STAGE_ASK || progress->bytes_done == 0)
        return true;
    if (!is_new && !is_whole && now - display->drawn_ns < REDRAW_NS)
        return true;
    draw(progress);
    display->has_drawn = true;
    display->drawn_ns = now;
    display->drawn = *progress;
    return true;
}

static void display_done(const struct display *display)
{
    if (display->has_drawn)
        fputs("\r\033[K", stderr);
}

static int pull(const struct cupel_globals *globals, const struct cupel_pull_options *options,
                const char *word, struct err *err)
{
    CLEANUP(image_store_close) struct image_store store = IMAGE_STORE_CLOSED;
    struct image_reference reference;
    struct display display = { .is_on = !options->quiet && cli_can_colour(STDERR_FILENO) };
    const struct image_pull request = {
        .reference = &reference,
        .trusts_anyone = strcmp(options->tls_verify, "false") == 0,
        .bytes_max = IMAGE_LAYER_BYTES_MAX,
        .tell = tell,
        .caller = &display,
    };
    struct image_pulled pulled;
    int number = cupel_reference_parse(word, &reference, err);

    if (number == 0)
        number = cupel_store_open(globals, &store, err);
    if (number < 0)
        return number;
    catch_interrupts();
    number = image_pull(&store, &request, &pulled, err);
    display_done(&display);
    if (number < 0)
        return err_prefix(err, "pull '%s'", word);
    if (display.is_on)
        fprintf(stderr, "layers: %zu, fetched: %zu\n", pulled.layers_count, pulled.layers_fetched);
    puts(image_digest_text(&pulled.manifest).at);
    return 0;
}

int cupel_pull_run(const void *globals, const void *options, struct cli_operands operands)
{
    struct err err = { 0 };
    int number = pull(globals, options, operands.at[0], &err);

    if (number == 0)
        return 0;
    return cli_fail(CUPEL_PROGRAM, &err, number == -ECANCELED ? INTERRUPTED : CUPEL_FAILED);
}
