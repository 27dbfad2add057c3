/* cupel: images and containers. The tables of its commands and options. */
#include "cli/cupel/cupel.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct cli_option global_rows[] = {
    { .name = "store",
      .kind = CLI_TEXT,
      .offset = offsetof(struct cupel_globals, store),
      .value = "DIRECTORY",
      .help = "keep images and containers here (root: /var/lib/cupel, others: "
              "$XDG_DATA_HOME/cupel or ~/.local/share/cupel)" },
};

static const struct cupel_pull_options pull_defaults = { .tls_verify = "true" };

static const struct cli_option pull_rows[] = {
    { .name = "tls-verify",
      .kind = CLI_TEXT,
      .offset = offsetof(struct cupel_pull_options, tls_verify),
      .value = "true|false",
      .choices = "true false",
      .help = "check the registry's certificate; with false, any certificate is taken, and plain "
              "HTTP where the registry speaks no TLS (true)" },
    { .name = "quiet",
      .letter = 'q',
      .kind = CLI_FLAG,
      .offset = offsetof(struct cupel_pull_options, quiet),
      .help = "show no progress, even on a terminal" },
};

static const struct cli_option images_rows[] = {
    { .name = "json",
      .letter = 'j',
      .kind = CLI_FLAG,
      .offset = offsetof(struct cupel_images_options, json),
      .help = "print a JSON array, with whole digests and sizes in bytes" },
};

static const struct cli_command commands[] = {
    { .name = "pull",
      .operands = "IMAGE",
      .summary = "fetch an image from a registry",
      .description =
          "IMAGE is [HOST[:PORT]/]NAME[:TAG][@DIGEST], with docker's defaults: the host docker.io, "
          "and the tag latest. All of the image is fetched, its digests are checked, and it is "
          "unpacked; where anything of this fails, nothing of it is kept. Prints the image's "
          "digest.\n\n"
          "A registry is spoken to over HTTPS; one on this machine (a loopback address or "
          "localhost) also over plain HTTP, where it speaks no TLS.",
      .options = pull_rows,
      .options_count = COUNT(pull_rows),
      .operands_min = 1,
      .operands_max = 1,
      .run = cupel_pull_run,
      .defaults = &pull_defaults,
      .options_bytes = sizeof(struct cupel_pull_options) },
    { .name = "images",
      .operands = "",
      .summary = "list the images that are here",
      .description = "One line for each name: the image's digest, what it takes unpacked, and when "
                     "it was made.",
      .options = images_rows,
      .options_count = COUNT(images_rows),
      .operands_max = 0,
      .run = cupel_images_run,
      .options_bytes = sizeof(struct cupel_images_options) },
    { .name = "rmi",
      .operands = "IMAGE…",
      .summary = "remove images",
      .description = "Takes each name off the list, and removes what no other image needs.",
      .operands_min = 1,
      .operands_max = CLI_NO_LIMIT,
      .run = cupel_rmi_run },
};

static const struct cli_example examples[] = {
    { "cupel pull 127.0.0.1:5000/busybox:1", "fetch an image from a registry on this machine" },
    { "cupel images --json", "what is here, for programs" },
};

static const struct cli_program program = {
    .name = CUPEL_PROGRAM,
    .summary = "containers and their images",
    .options = global_rows,
    .options_count = COUNT(global_rows),
    .options_bytes = sizeof(struct cupel_globals),
    .commands = commands,
    .commands_count = COUNT(commands),
    .examples = examples,
    .examples_count = COUNT(examples),
    .usage_status = CUPEL_FAILED,
};

int main(int argc, char **argv)
{
    return cli_main(&program, argc, argv);
}
