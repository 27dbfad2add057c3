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

static const struct cupel_run_options run_defaults = { 0 };

static const struct cli_option run_rows[] = {
    { .name = "rm",
      .kind = CLI_FLAG,
      .offset = offsetof(struct cupel_run_options, removes),
      .help = "remove the container, with all that it wrote, when it has ended" },
    { .name = "name",
      .kind = CLI_TEXT,
      .offset = offsetof(struct cupel_run_options, name),
      .value = "NAME",
      .help = "call the container so; without this it gets a name that nobody has" },
    { .name = "volume",
      .letter = 'v',
      .kind = CLI_TEXTS,
      .offset = offsetof(struct cupel_run_options, volume),
      .value = "HOST:CONTAINER[:ro]",
      .help = "show the file or directory HOST at CONTAINER, with ro read-only; may be repeated" },
    { .name = "env",
      .letter = 'e',
      .kind = CLI_TEXTS,
      .offset = offsetof(struct cupel_run_options, env),
      .value = "NAME[=VALUE]",
      .help = "set a variable of the environment, without a value to what it is here; may be "
              "repeated" },
    { .name = "workdir",
      .letter = 'w',
      .kind = CLI_TEXT,
      .offset = offsetof(struct cupel_run_options, workdir),
      .value = "DIRECTORY",
      .help = "start in this directory of the container" },
    { .name = "user",
      .letter = 'u',
      .kind = CLI_TEXT,
      .offset = offsetof(struct cupel_run_options, user),
      .value = "USER[:GROUP]",
      .help = "run as this user, by name or number as the image knows them" },
    { .name = "hostname",
      .kind = CLI_TEXT,
      .offset = offsetof(struct cupel_run_options, hostname),
      .value = "NAME",
      .help = "what the container's machine is called (the container's name)" },
    { .name = "entrypoint",
      .kind = CLI_TEXT,
      .offset = offsetof(struct cupel_run_options, entrypoint),
      .value = "PROGRAM",
      .help = "run this in place of the image's entry point; '' for none" },
    { .name = "network",
      .kind = CLI_TEXT,
      .offset = offsetof(struct cupel_run_options, network),
      .value = "KIND",
      .choices = "none host slirp4netns",
      .help = "none: no way out; host: the network of this machine; slirp4netns: a way out that "
              "needs no rights (none)" },
    { .name = "pids-limit",
      .kind = CLI_NUMBER,
      .offset = offsetof(struct cupel_run_options, pids_limit),
      .value = "N",
      .help = "at most so many processes and threads",
      .number_min = 1,
      .number_max = 4194304 },
    { .name = "memory",
      .letter = 'm',
      .kind = CLI_TEXT,
      .offset = offsetof(struct cupel_run_options, memory),
      .value = "SIZE",
      .help = "at most so much memory, in bytes or with a unit: 512k, 64m, 1g" },
};

static const struct cli_option ps_rows[] = {
    { .name = "json",
      .letter = 'j',
      .kind = CLI_FLAG,
      .offset = offsetof(struct cupel_ps_options, json),
      .help = "print a JSON array" },
};

static const struct cli_option images_rows[] = {
    { .name = "json",
      .letter = 'j',
      .kind = CLI_FLAG,
      .offset = offsetof(struct cupel_images_options, json),
      .help = "print a JSON array, with whole digests and sizes in bytes" },
};

static const struct cli_command commands[] = {
    { .name = "run",
      .operands = "IMAGE|DIRECTORY [COMMAND…]",
      .summary = "run a program in a new container",
      .description =
          "IMAGE is one that was pulled. A word that begins with '/' or '.' is a DIRECTORY, and "
          "any "
          "other that is no image here may be one: with a config.json in it, it is an OCI bundle, "
          "else a root file system, and then what the container writes is written into it.\n\n"
          "COMMAND takes the place of the image's own command. The container of an image keeps "
          "what "
          "it wrote until 'cupel rm', unless --rm is given.\n\n"
          "The exit status is the program's, or 128 + N where signal N ended it; 127 where there "
          "is "
          "no such program, 126 where it cannot be executed, 125 where cupel itself fails.",
      .options = run_rows,
      .options_count = COUNT(run_rows),
      .operands_min = 1,
      .operands_max = CLI_NO_LIMIT,
      .stops_at_operand = true,
      .run = cupel_run_run,
      .defaults = &run_defaults,
      .options_bytes = sizeof(struct cupel_run_options) },
    { .name = "ps",
      .operands = "",
      .summary = "list containers",
      .description = "Those that run, and those that have ended and were not removed.",
      .options = ps_rows,
      .options_count = COUNT(ps_rows),
      .operands_max = 0,
      .run = cupel_ps_run,
      .options_bytes = sizeof(struct cupel_ps_options) },
    { .name = "rm",
      .operands = "NAME…",
      .summary = "remove containers that have ended",
      .description = "What they wrote is gone then.",
      .operands_min = 1,
      .operands_max = CLI_NO_LIMIT,
      .run = cupel_rm_run },
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
    { "cupel run --rm 127.0.0.1:5000/busybox:1 echo hello", "run a program of it" },
    { "cupel run --rm -v .:/src:ro -m 64m --pids-limit 32 127.0.0.1:5000/busybox:1 ls /src",
      "with a directory of this machine, and limits" },
    { "cupel run ./rootfs sh", "a shell in a directory, without any image" },
    { "cupel images --json", "what is here, for programs" },
};

static const struct cli_program program = {
    .name = CUPEL_PROGRAM,
    .summary = "containers and their images",
    .description = "Images are fetched from registries into a store; containers are made of them, "
                   "or of any directory with a root file system or an OCI bundle. Root and every "
                   "user have a store of their own. Nothing runs in the background: a container "
                   "ends with the 'cupel run' that started it.\n\n"
                   "The exit status is 0, or 125 and one sentence where something went wrong; that "
                   "of 'cupel run' is its program's.",
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
