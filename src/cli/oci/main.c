/* cupel-oci: the OCI runtime. The tables of its commands and options. */
#include "cli/oci/oci.h"

#include <jansson.h>
#include <sys/random.h>

#define OUTPUT_BYTES 16384
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct cli_option program_rows[] = {
    { .name = "root",
      .kind = CLI_TEXT,
      .offset = offsetof(struct oci_globals, root),
      .value = "DIR",
      .help = "where containers are known (root: /run/cupel-oci; others, and root "
              "of a user namespace: $XDG_RUNTIME_DIR/cupel-oci, or /tmp/cupel-oci-UID)" },
    { .name = "log",
      .kind = CLI_TEXT,
      .offset = offsetof(struct oci_globals, log),
      .value = "FILE",
      .help = "append errors to this file as well" },
    { .name = "log-format",
      .kind = CLI_TEXT,
      .offset = offsetof(struct oci_globals, log_format),
      .value = "FORMAT",
      .choices = "text json",
      .help = "how a line of the log looks" },
    { .name = "log-level",
      .kind = CLI_TEXT,
      .offset = offsetof(struct oci_globals, log_level),
      .value = "LEVEL",
      .choices = "error warning info debug",
      .help = "what is said beside errors: nothing, warnings, or what --debug says as well" },
    { .name = "rootless",
      .kind = CLI_TEXT,
      .offset = offsetof(struct oci_globals, rootless),
      .value = "WHETHER",
      .choices = "true false auto",
      .help = "of no meaning: who calls it is what counts" },
    { .name = "systemd-cgroup",
      .kind = CLI_FLAG,
      .offset = offsetof(struct oci_globals, systemd_cgroup),
      .help = "have systemd make cgroups: linux.cgroupsPath is then 'slice:prefix:name'" },
    { .name = "cgroup-manager",
      .kind = CLI_TEXT,
      .offset = offsetof(struct oci_globals, cgroup_manager),
      .value = "WHO",
      .choices = "cgroupfs systemd disabled",
      .help = "who makes cgroups: this program, systemd (as --systemd-cgroup), or nobody: then "
              "there are no limits" },
    { .name = "debug",
      .kind = CLI_FLAG,
      .offset = offsetof(struct oci_globals, debug),
      .help = "also log the steps of the plan" },
};

#define BUNDLE_ROW(command)                                                                        \
    { .name = "bundle",                                                                            \
      .letter = 'b',                                                                               \
      .kind = CLI_TEXT,                                                                            \
      .offset = offsetof(struct command, bundle),                                                  \
      .value = "DIR",                                                                              \
      .help = "the directory that config.json is in (default: the working directory)" }

#define PID_FILE_ROW                                                                               \
    { .name = "pid-file",                                                                          \
      .kind = CLI_TEXT,                                                                            \
      .offset = offsetof(struct oci_run_words, pid_file),                                          \
      .value = "FILE",                                                                             \
      .help = "write the process id of the container's first process to this file" }

#define CONSOLE_ROW(command)                                                                       \
    { .name = "console-socket",                                                                    \
      .kind = CLI_TEXT,                                                                            \
      .offset = offsetof(struct command, console_socket),                                          \
      .value = "PATH",                                                                             \
      .help = "send the terminal to whoever listens at this socket" }

#define PIDFD_ROW(command)                                                                         \
    { .name = "pidfd-socket",                                                                      \
      .kind = CLI_TEXT,                                                                            \
      .offset = offsetof(struct command, pidfd_socket),                                            \
      .value = "PATH",                                                                             \
      .help = "send a descriptor of the process (a pidfd) to whoever listens at this socket" }

#define CONFIG_ROW                                                                                 \
    { .name = "config",                                                                            \
      .letter = 'f',                                                                               \
      .kind = CLI_TEXT,                                                                            \
      .offset = offsetof(struct oci_run_words, config),                                            \
      .value = "FILE",                                                                             \
      .help = "the config, from the bundle on (default: config.json)" }

#define PRESERVE_ROW(command)                                                                      \
    { .name = "preserve-fds",                                                                      \
      .kind = CLI_NUMBER,                                                                          \
      .offset = offsetof(struct command, preserve_fds),                                            \
      .value = "N",                                                                                \
      .help = "the program gets N more open files of the caller's, behind those of LISTEN_FDS",    \
      .number_max = OCI_PRESERVED_MAX }

#define MAKING_FLAG(its_name, member, its_help)                                                    \
    { .name = (its_name),                                                                          \
      .kind = CLI_FLAG,                                                                            \
      .offset = offsetof(struct oci_run_words, member),                                            \
      .help = (its_help) }

/* What run and create share. */
#define MAKING_ROWS                                                                                \
    BUNDLE_ROW(oci_run_words), CONFIG_ROW, PID_FILE_ROW, CONSOLE_ROW(oci_run_words),               \
        PIDFD_ROW(oci_run_words), PRESERVE_ROW(oci_run_words),                                     \
        MAKING_FLAG("no-pivot", no_pivot,                                                          \
                    "move the root over the old one, where that is an initramfs; pivot_root "      \
                    "is safer"),                                                                   \
        MAKING_FLAG("no-new-keyring", no_new_keyring,                                              \
                    "the container has its caller's session keyring"),                             \
        MAKING_FLAG("no-subreaper", no_subreaper, "of no meaning: there never is one")

static const struct cli_option run_rows[] = {
    MAKING_ROWS,
    MAKING_FLAG("keep", keep, "delete removes the container, and not the end of its program"),
    { .name = "detach",
      .letter = 'd',
      .kind = CLI_FLAG,
      .offset = offsetof(struct oci_run_words, detach),
      .help = "leave it running; delete removes it" },
    { .name = "trace-steps",
      .kind = CLI_FLAG,
      .offset = offsetof(struct oci_run_words, trace_steps),
      .help = "say on standard error at the end when each step of the plan began, and how long it "
              "took" },
    { .name = "trace-format",
      .kind = CLI_TEXT,
      .offset = offsetof(struct oci_run_words, trace_format),
      .value = "FORMAT",
      .choices = "text json",
      .help = "how that looks" },
};

static const struct cli_option create_rows[] = { MAKING_ROWS };

#define EXEC_ROW(key, its_kind, member)                                                            \
    .name = (key), .kind = (its_kind), .offset = offsetof(struct oci_exec_options, member)
static const struct cli_option exec_rows[] = {
    { EXEC_ROW("process", CLI_TEXT, process), .letter = 'p', .value = "FILE",
      .help = "what is executed, as the object \"process\" of a config.json" },
    { EXEC_ROW("tty", CLI_FLAG, tty), .letter = 't', .help = "give it a terminal" },
    CONSOLE_ROW(oci_exec_options),
    PIDFD_ROW(oci_exec_options),
    PRESERVE_ROW(oci_exec_options),
    { EXEC_ROW("detach", CLI_FLAG, detach), .letter = 'd', .help = "leave it running" },
    { EXEC_ROW("pid-file", CLI_TEXT, pid_file), .value = "FILE",
      .help = "write the program's process id to this file" },
    { EXEC_ROW("cwd", CLI_TEXT, cwd), .value = "DIR", .help = "its working directory" },
    { EXEC_ROW("env", CLI_TEXTS, env), .letter = 'e', .value = "NAME=VALUE",
      .help = "a variable of its environment" },
    { EXEC_ROW("user", CLI_TEXT, user), .letter = 'u', .value = "UID[:GID]",
      .help = "the user that it is executed as" },
    { EXEC_ROW("additional-gids", CLI_TEXTS, additional_gids), .letter = 'g', .value = "GID",
      .help = "a group that it is in beside others" },
    { EXEC_ROW("cap", CLI_TEXTS, cap), .letter = 'c', .value = "CAP",
      .help = "a capability that it has beside others (CAP_KILL)" },
    { EXEC_ROW("apparmor", CLI_TEXT, apparmor), .value = "PROFILE",
      .help = "its profile of AppArmor" },
    { EXEC_ROW("process-label", CLI_TEXT, process_label), .value = "LABEL",
      .help = "its label of SELinux" },
    { EXEC_ROW("cgroup", CLI_TEXT, cgroup), .value = "PATH",
      .help = "the cgroup below the container's that it is in, which is there" },
    { EXEC_ROW("no-new-privs", CLI_FLAG, no_new_privs),
      .help = "no exec gives it rights that it does not have" },
    { EXEC_ROW("ignore-paused", CLI_FLAG, ignore_paused),
      .help = "even if the container is paused; it goes on with that" },
};

static const struct cli_option spec_rows[] = {
    BUNDLE_ROW(oci_spec_options),
    { .name = "file",
      .letter = 'f',
      .kind = CLI_TEXT,
      .offset = offsetof(struct oci_spec_options, file),
      .value = "FILE",
      .help = "where it is written, from the bundle on (default: config.json)" },
    { .name = "rootless",
      .kind = CLI_FLAG,
      .offset = offsetof(struct oci_spec_options, rootless),
      .help = "for a user without rights, even if the caller is root" },
};

static const struct cli_option plan_rows[] = {
    BUNDLE_ROW(oci_plan_options),
    { .name = "json",
      .letter = 'j',
      .kind = CLI_FLAG,
      .offset = offsetof(struct oci_plan_options, json),
      .help = "print JSON" },
};

static const struct cli_option list_rows[] = {
    { .name = "format",
      .letter = 'f',
      .kind = CLI_TEXT,
      .offset = offsetof(struct oci_list_options, format),
      .value = "FORMAT",
      .choices = "table json",
      .help = "how the list looks" },
    { .name = "quiet",
      .letter = 'q',
      .kind = CLI_FLAG,
      .offset = offsetof(struct oci_list_options, quiet),
      .help = "print the names alone" },
};

#define UPDATE_ROW(its_name, member, what, its_help)                                               \
    { .name = (its_name),                                                                          \
      .kind = CLI_TEXT,                                                                            \
      .offset = offsetof(struct oci_update_options, member),                                       \
      .value = (what),                                                                             \
      .help = (its_help) }

static const struct cli_option update_rows[] = {
    { .name = "resources",
      .letter = 'r',
      .kind = CLI_TEXT,
      .offset = offsetof(struct oci_update_options, resources),
      .value = "FILE",
      .help = "limits as the JSON of linux.resources; '-' is standard input" },
#define OCI_LIMIT(its_name, member, kind, what, its_help, place)                                   \
    UPDATE_ROW(its_name, member, what, its_help),
#include "cli/oci/limit.def"
#undef OCI_LIMIT
    UPDATE_ROW("cpuset-cpus", cpuset_cpus, "LIST", "processors, such as 0-3,7"),
    UPDATE_ROW("cpuset-mems", cpuset_mems, "LIST", "memory nodes"),
};

static const struct cli_option events_rows[] = {
    { .name = "stats",
      .kind = CLI_FLAG,
      .offset = offsetof(struct oci_events_options, stats),
      .help = "print what it uses once, and end" },
    { .name = "interval",
      .kind = CLI_TEXT,
      .offset = offsetof(struct oci_events_options, interval),
      .value = "TIME",
      .help = "how often that is printed: 5s, 500ms, 1m" },
};

static const struct cli_option ps_rows[] = {
    { .name = "format",
      .letter = 'f',
      .kind = CLI_TEXT,
      .offset = offsetof(struct oci_list_options, format),
      .value = "FORMAT",
      .choices = "table json",
      .help = "what ps prints of them, or a list of their ids" },
};

static const struct cli_option kill_rows[] = {
    { .name = "all",
      .letter = 'a',
      .kind = CLI_FLAG,
      .offset = offsetof(struct oci_kill_options, all),
      .help = "to all processes of the container, even if its first has ended" },
    { .name = "regex",
      .letter = 'r',
      .kind = CLI_FLAG,
      .offset = offsetof(struct oci_kill_options, regex),
      .help = "ID is a regular expression, for all containers whose names it is found in" },
};

static const struct cli_option delete_rows[] = {
    { .name = "force",
      .letter = 'f',
      .kind = CLI_FLAG,
      .offset = offsetof(struct oci_delete_options, force),
      .help = "kill it if it runs; one that is not there is no error" },
    { .name = "regex",
      .letter = 'r',
      .kind = CLI_FLAG,
      .offset = offsetof(struct oci_delete_options, regex),
      .help = "ID is a regular expression, for all containers whose names it is found in" },
};

static const struct oci_globals globals_standard = { .log_format = "text", .log_level = "warning" };
static const struct oci_run_words run_standard = { .bundle = ".", .trace_format = "text" };
static const struct oci_spec_options spec_standard = { .bundle = "." };
static const struct oci_plan_options plan_standard = { .bundle = "." };

static const struct oci_events_options events_standard = { .interval = "5s" };

static const struct oci_list_options list_standard = { .format = "table" };

static const struct cli_command commands[] = {
    { .name = "run",
      .operands = "ID",
      .summary = "make a container, run its program to the end, and remove it",
      .description =
          "The container has standard input, output and error of its caller and no other open "
          "file, but those of LISTEN_FDS (where LISTEN_PID is this process) and of "
          "--preserve-fds. Where NOTIFY_SOCKET is set, it has that socket, too. Signals are passed "
          "on to its program.\n\n"
          "The exit status is that of the program, or 128 + n when signal n ended it; 1 where the "
          "container could not be made, which one sentence explains. With --detach it is 0 as soon "
          "as the program runs.",
      .options = run_rows,
      .options_count = COUNT(run_rows),
      .operands_min = 1,
      .operands_max = 1,
      .run = oci_run_command,
      .defaults = &run_standard,
      .options_bytes = sizeof(run_standard) },
    { .name = "create",
      .operands = "ID",
      .summary = "make a container whose program waits to be started",
      .description =
          "All is done but the exec of the program. Standard input, output and error of the "
          "caller are the container's. It stays, and its first process with it, when this command "
          "has ended: start starts the program, delete removes the container.",
      .options = create_rows,
      .options_count = COUNT(create_rows),
      .operands_min = 1,
      .operands_max = 1,
      .run = oci_create_command,
      .defaults = &run_standard,
      .options_bytes = sizeof(run_standard) },
    { .name = "start",
      .operands = "ID",
      .summary = "start the program of a container that was created",
      .description = "The exit status is 0 as soon as the program runs, and 1 where it cannot be "
                     "executed; the container is then stopped, and delete removes it.",
      .operands_min = 1,
      .operands_max = 1,
      .run = oci_start_command },
    { .name = "exec",
      .operands = "ID [COMMAND ARG…]",
      .summary = "execute another program in a container",
      .description =
          "The program is in the namespaces and cgroups of the container, behind its filter of "
          "system calls, and has what the config says of its first program, as far as --process "
          "and the other options do not say otherwise.\n\n"
          "The exit status is that of the program, or 128 + n when signal n ended it; 127 where "
          "there is no such program, 126 where it cannot be executed, 125 for all else that went "
          "wrong before. With --detach it is 0 as soon as the program runs.",
      .options = exec_rows,
      .options_count = COUNT(exec_rows),
      .operands_min = 1,
      .operands_max = CLI_NO_LIMIT,
      .stops_at_operand = true,
      .run = oci_exec_command,
      .options_bytes = sizeof(struct oci_exec_options) },
    { .name = "spec",
      .operands = "",
      .summary = "write a config.json to begin with",
      .description = "A shell in the directory 'rootfs' of the bundle, cut off from the machine "
                     "by namespaces. A config.json that is there already is left alone.",
      .options = spec_rows,
      .options_count = COUNT(spec_rows),
      .operands_max = 0,
      .run = oci_spec_command,
      .defaults = &spec_standard,
      .options_bytes = sizeof(spec_standard) },
    { .name = "plan",
      .operands = "[ID]",
      .summary = "print what run would ask of the kernel, step by step",
      .description = "A line for each step: its number, the process that performs it (runtime, "
                     "joiner, child; the cloner is the joiner, or the runtime where nothing is "
                     "joined), what it does with which values, and after '#' the part of "
                     "config.json that asks for it. Nothing is done.",
      .options = plan_rows,
      .options_count = COUNT(plan_rows),
      .operands_max = 1,
      .run = oci_plan_command,
      .defaults = &plan_standard,
      .options_bytes = sizeof(plan_standard) },
    { .name = "state",
      .operands = "ID",
      .summary = "print the state of a container as JSON",
      .operands_min = 1,
      .operands_max = 1,
      .run = oci_state_command },
    { .name = "list",
      .operands = "",
      .summary = "list the containers that there are",
      .options = list_rows,
      .options_count = COUNT(list_rows),
      .operands_max = 0,
      .run = oci_list_command,
      .defaults = &list_standard,
      .options_bytes = sizeof(list_standard) },
    { .name = "kill",
      .operands = "ID [SIGNAL]",
      .summary = "send a signal to the first process of a container",
      .description = "SIGNAL is a name (TERM or SIGTERM) or a number; without it, SIGTERM. Where "
                     "the container has no pid namespace of its own, KILL is for all that is in "
                     "its cgroup, and for what its first process has left there.",
      .options = kill_rows,
      .options_count = COUNT(kill_rows),
      .operands_min = 1,
      .operands_max = 2,
      .run = oci_kill_command,
      .options_bytes = sizeof(struct oci_kill_options) },
    { .name = "pause",
      .operands = "ID",
      .summary = "let all processes of a container stand still",
      .description = "By the freezer of its cgroup. Where they do not stand still within two "
                     "seconds they go on, and the exit status is 1. kill and delete --force end "
                     "a container that is paused, too.",
      .operands_min = 1,
      .operands_max = 1,
      .run = oci_pause_command },
    { .name = "resume",
      .operands = "ID",
      .summary = "let a container go on that was paused",
      .operands_min = 1,
      .operands_max = 1,
      .run = oci_resume_command },
    { .name = "events",
      .operands = "ID",
      .summary = "print what a container uses, and when memory ran out",
      .description =
          "A line of JSON for each, in the form of runc's: {\"type\": \"stats\"} at each "
          "interval, {\"type\": \"oom\"} when the kernel has ended a process for want of "
          "memory (cgroup v1: when there is such want). It ends with the container. What "
          "no cgroup of the container's own counts is 0.",
      .options = events_rows,
      .options_count = COUNT(events_rows),
      .operands_min = 1,
      .operands_max = 1,
      .run = oci_events_command,
      .defaults = &events_standard,
      .options_bytes = sizeof(events_standard) },
    { .name = "update",
      .operands = "ID",
      .summary = "give a container other limits",
      .description = "Limits that are not named stay as they are. All are set or none: where one "
                     "cannot be, those that were set before it get their old value again, and the "
                     "exit status is 1. Device rules in FILE are passed over.",
      .options = update_rows,
      .options_count = COUNT(update_rows),
      .operands_min = 1,
      .operands_max = 1,
      .run = oci_update_command,
      .options_bytes = sizeof(struct oci_update_options) },
    { .name = "ps",
      .operands = "ID [OPTION-OF-PS…]",
      .summary = "show the processes of a container",
      .description = "What the system's ps prints of them, with its options (default: -ef), which "
                     "must show the column PID; or with --format json a list of their ids. Ids are "
                     "those of outside.",
      .options = ps_rows,
      .options_count = COUNT(ps_rows),
      .operands_min = 1,
      .operands_max = CLI_NO_LIMIT,
      .stops_at_operand = true,
      .run = oci_ps_command,
      .defaults = &list_standard,
      .options_bytes = sizeof(list_standard) },
    { .name = "delete",
      .operands = "ID",
      .summary = "remove what is left of a container",
      .description = "Its cgroups and what is known of it. One that was created and not started is "
                     "ended, too. run without --detach removes its container itself at the end.",
      .options = delete_rows,
      .options_count = COUNT(delete_rows),
      .operands_min = 1,
      .operands_max = 1,
      .run = oci_delete_command,
      .options_bytes = sizeof(struct oci_delete_options) },
    { .name = "features",
      .operands = "",
      .summary = "print what this runtime does, as JSON",
      .description = "The document of the specification's features.md: versions, namespaces, "
                     "capabilities, options of mounts, seccomp.",
      .operands_max = 0,
      .run = oci_features_command },
};

static const struct cli_example examples[] = {
    { "cupel-oci spec --bundle demo",
      "write demo/config.json for the root file system demo/rootfs" },
    { "cupel-oci plan --bundle demo", "see what the kernel will be asked for" },
    { "cupel-oci run --bundle demo web", "run it" },
    { "cupel-oci kill web INT", "from elsewhere: as if Ctrl-C were typed" },
};

static const struct cli_program program = {
    .name = OCI_PROGRAM,
    .summary = "the OCI container runtime",
    .description = "Runs containers from bundles of the Open Container Initiative: a directory "
                   "with a config.json and a root file system. As root, and as a user without "
                   "any rights.",
    .options = program_rows,
    .options_count = COUNT(program_rows),
    .defaults = &globals_standard,
    .options_bytes = sizeof(globals_standard),
    .commands = commands,
    .commands_count = COUNT(commands),
    .examples = examples,
    .examples_count = COUNT(examples),
    .print_version = oci_print_version,
    .usage_status = 1,
};

/* Of JSON objects, by one system call, where jansson would read /dev/urandom. */
static void seed_hashes(void)
{
    size_t seed = 0;

    if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != (ssize_t)sizeof(seed))
        seed = 0; /* jansson finds one */
    json_object_seed(seed);
}

/* A document leaves in one piece, also with a C library that has the first line go alone: who reads
 * no further than what it looks for ends nobody. */
static void gather_output(void)
{
    static char room[OUTPUT_BYTES];

    (void)setvbuf(stdout, room, _IOFBF, sizeof(room));
}

int main(int argc, char **argv)
{
    oci_protect_remember(argv);
    gather_output();
    seed_hashes();
    return cli_main(&program, argc, argv);
}
