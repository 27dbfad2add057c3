/* cupel-dns-ctl: the commands, each of which is a request and what is printed of its answer. */
#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/dnsctl/print.h"
#include "cli/dnsctl/talk.h"
#include "cli/option.h"
#include "forwarder/core/store.h"
#include "operate/buffer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* A file of the cache: of the largest that there may be. */
#define CACHE_BYTES_MAX ((size_t)8 << 30)
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct json_options {
    bool json;
};

struct stats_options {
    bool json;
    bool shards;
};

struct flush_options {
    bool tree;
    bool all;
};

static const struct cli_option json_rows[] = {
    { .name = "json",
      .kind = CLI_FLAG,
      .offset = offsetof(struct json_options, json),
      .help = "print JSON" },
};

static const struct cli_option stats_rows[] = {
    { .name = "json",
      .kind = CLI_FLAG,
      .offset = offsetof(struct stats_options, json),
      .help = "print JSON" },
    { .name = "shards",
      .kind = CLI_FLAG,
      .offset = offsetof(struct stats_options, shards),
      .help = "print what each shard counted, in a column of its own behind the sum" },
};

static const struct cli_option flush_rows[] = {
    { .name = "tree",
      .kind = CLI_FLAG,
      .offset = offsetof(struct flush_options, tree),
      .help = "forget what is known of all names below it, too" },
    { .name = "all",
      .kind = CLI_FLAG,
      .offset = offsetof(struct flush_options, all),
      .help = "forget everything; there is no NAME then" },
};

static int fail(const struct err *err)
{
    return cli_fail(CTL_PROGRAM, err, 1);
}

/* Asks, and lets `print` print a member of the answer. */
static int show(const void *globals, const char *command, const char *member,
                void (*print)(const json_t *value))
{
    CLEANUP(ctl_answer_done) struct ctl_answer answer = { 0 };
    struct err err = { 0 };

    if (ctl_ask(globals, ctl_request(command), &answer, &err) < 0)
        return fail(&err);
    if (print != NULL)
        print(member == NULL ? answer.json : json_object_get(answer.json, member));
    return 0;
}

static int run_ping(const void *globals, const void *options, struct cli_operands operands)
{
    (void)options;
    (void)operands;
    return show(globals, "ping", NULL, NULL);
}

static int run_status(const void *globals, const void *options, struct cli_operands operands)
{
    const struct json_options *words = options;

    (void)operands;
    return show(globals, "status", NULL, words->json ? ctl_print_json : ctl_print_members);
}

static int run_stats(const void *globals, const void *options, struct cli_operands operands)
{
    const struct stats_options *words = options;

    (void)operands;
    if (words->shards)
        return show(globals, "stats", NULL, words->json ? ctl_print_shards_json : ctl_print_shards);
    return show(globals, "stats", "stats", words->json ? ctl_print_stats_json : ctl_print_stats);
}

static int run_upstreams(const void *globals, const void *options, struct cli_operands operands)
{
    const struct json_options *words = options;

    (void)operands;
    return show(globals, "upstreams", "upstreams",
                words->json ? ctl_print_json : ctl_print_upstreams);
}

static int run_flush(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(ctl_answer_done) struct ctl_answer answer = { 0 };
    const struct flush_options *words = options;
    json_t *request;
    struct err err = { 0 };

    if (words->all && (operands.count > 0 || words->tree))
        (void)err_set(&err, -EINVAL, "flush: --all stands alone");
    else if (!words->all && operands.count == 0)
        (void)err_set(&err, -EINVAL, "flush: NAME or --all is missing");
    if (err.number < 0)
        return cli_fail(CTL_PROGRAM, &err, 2);
    request = ctl_request("flush");
    if (words->all)
        (void)json_object_set_new(request, "all", json_true());
    else
        (void)json_object_set_new(request, "name", json_string(operands.at[0]));
    if (words->tree)
        (void)json_object_set_new(request, "tree", json_true());
    if (ctl_ask(globals, request, &answer, &err) < 0)
        return fail(&err);
    printf("%lld\n", (long long)json_integer_value(json_object_get(answer.json, "removed")));
    return 0;
}

/* Copies the lines of a dump; whole is one whose last line says so. */
static int copy_dump(FILE *from, FILE *to, struct err *err)
{
    CLEANUP(free_pointer) char *line = NULL;
    size_t room = 0;
    ssize_t size;
    bool is_whole = false;

    while (size = getline(&line, &room, from), size > 0) {
        is_whole = strncmp(line, "; end: ", 7) == 0;
        if (fwrite(line, 1, (size_t)size, to) != (size_t)size)
            return err_system(err, errno, "cannot write the dump");
    }
    if (!is_whole)
        return err_set(err, -EIO, "the dump is not whole: cupel-dns went away, or let us wait");
    if (fflush(to) != 0)
        return err_system(err, errno, "cannot write the dump");
    return 0;
}

static int run_dump(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(ctl_answer_done) struct ctl_answer answer = { 0 };
    FILE *to = stdout;
    struct err err = { 0 };
    int number;

    (void)options;
    if (ctl_ask(globals, ctl_request("dump"), &answer, &err) < 0)
        return fail(&err);
    if (operands.count > 0)
        to = fopen(operands.at[0], "wxe");
    if (to == NULL) {
        (void)err_system(&err, errno, "'%s'", operands.at[0]);
        return fail(&err);
    }
    number = copy_dump(answer.rest, to, &err);
    if (to != stdout && fclose(to) != 0 && number == 0)
        number = err_system(&err, errno, "'%s'", operands.at[0]);
    if (to != stdout && number < 0)
        (void)unlink(operands.at[0]); /* a part of a dump is none; the file is ours and new */
    return number < 0 ? fail(&err) : 0;
}

/* Reads all that comes behind an answer. */
static int read_rest(FILE *from, struct operate_buffer *content, struct err *err)
{
    char block[BUFSIZ];
    size_t size;

    while (size = fread(block, 1, sizeof(block), from), size > 0)
        if (!operate_buffer_append(content, bytes_of(block, size)))
            return err_set(err, -ENOMEM, "no memory");
    return 0;
}

/* Saves what comes behind an answer, if that is a whole file of the cache. */
static int save(FILE *from, const char *path, struct err *err)
{
    CLEANUP(operate_buffer_done) struct operate_buffer content = { .max = CACHE_BYTES_MAX };
    struct file_place place = { AT_FDCWD, path };
    struct forwarder_store_reader reader;
    struct bytes octets;

    if (read_rest(from, &content, err) < 0)
        return err->number;
    octets = bytes_of(content.at, content.size);
    if (forwarder_store_open(&reader, octets, 0) != FORWARDER_STORE_OK)
        return err_set(err, -EIO, "what came is not whole: cupel-dns went away, or let us wait");
    return file_write_atomic(place, octets, 0600, err);
}

static int run_save(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(ctl_answer_done) struct ctl_answer answer = { 0 };
    struct err err = { 0 };

    (void)options;
    if (ctl_ask(globals, ctl_request("save"), &answer, &err) < 0 ||
        save(answer.rest, operands.at[0], &err) < 0)
        return fail(&err);
    return 0;
}

static int run_load(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(ctl_answer_done) struct ctl_answer answer = { 0 };
    CLEANUP(arena_done) struct arena arena = arena_init(CACHE_BYTES_MAX);
    struct file_place place = { AT_FDCWD, operands.at[0] };
    json_t *request;
    struct bytes content;
    struct err err = { 0 };

    (void)options;
    if (file_read(place, CACHE_BYTES_MAX, &arena, &content, &err) < 0)
        return fail(&err);
    request = ctl_request("load");
    (void)json_object_set_new(request, "size", json_integer((json_int_t)content.size));
    if (ctl_ask_with(globals, request, content, &answer, &err) < 0) {
        (void)err_prefix(&err, "'%s'", operands.at[0]);
        return fail(&err);
    }
    printf("%lld answers, %lld left out\n",
           (long long)json_integer_value(json_object_get(answer.json, "kept")),
           (long long)json_integer_value(json_object_get(answer.json, "left_out")));
    return 0;
}

static int run_log(const void *globals, const void *options, struct cli_operands operands)
{
    CLEANUP(ctl_answer_done) struct ctl_answer answer = { 0 };
    json_t *request = ctl_request("log");
    struct err err = { 0 };

    (void)options;
    (void)json_object_set_new(request, "level", json_string(operands.at[0]));
    return ctl_ask(globals, request, &answer, &err) < 0 ? fail(&err) : 0;
}

static int run_reopen(const void *globals, const void *options, struct cli_operands operands)
{
    (void)options;
    (void)operands;
    return show(globals, "reopen", NULL, NULL);
}

static const struct cli_command commands[] = {
    { .name = "ping",
      .operands = "",
      .summary = "see whether it answers: status 0 or 1",
      .run = run_ping },
    { .name = "status",
      .operands = "",
      .summary = "print who answers, and since when",
      .options = json_rows,
      .options_count = COUNT(json_rows),
      .run = run_status,
      .options_bytes = sizeof(struct json_options) },
    { .name = "stats",
      .operands = "",
      .summary = "print what it counted",
      .options = stats_rows,
      .options_count = COUNT(stats_rows),
      .run = run_stats,
      .options_bytes = sizeof(struct stats_options) },
    { .name = "upstreams",
      .operands = "",
      .summary = "print how its upstreams do",
      .description =
          "STATE is unknown (nothing came of it so far), up, failing (it did not answer "
          "the last query), or down (it is left out for a while). RTT-MS is the smoothed "
          "round trip; TIMEOUTS are attempts that it did not answer in time.",
      .options = json_rows,
      .options_count = COUNT(json_rows),
      .run = run_upstreams,
      .options_bytes = sizeof(struct json_options) },
    { .name = "flush",
      .operands = "[NAME]",
      .summary = "forget the answers for a name, and print how many there were",
      .options = flush_rows,
      .options_count = COUNT(flush_rows),
      .operands_max = 1,
      .run = run_flush,
      .options_bytes = sizeof(struct flush_options) },
    { .name = "dump",
      .operands = "[FILE]",
      .summary = "print the cache, or write it to a new file",
      .description = "A comment for each answer says what it is one to, its response code, how old "
                     "it is, and for how long it is good. Records follow as lines of a zone file, "
                     "with the time that they have left; those that only say that there is nothing "
                     "are comments. The last line, '; end:', says how many answers there were.",
      .operands_max = 1,
      .run = run_dump },
    { .name = "save",
      .operands = "FILE",
      .summary = "write the cache to a file, as --cache-file does",
      .description =
          "The file takes the place of the one before when it is whole, and is for load, or "
          "for cupel-dns --cache-file.",
      .operands_min = 1,
      .operands_max = 1,
      .run = run_save },
    { .name = "load",
      .operands = "FILE",
      .summary = "add the answers of a file that save wrote",
      .description =
          "Answers are older by the time since the file was written, and have to be what "
          "is kept under the limits that hold now; others are left out. A file that is "
          "not whole is refused before any of it is read.",
      .operands_min = 1,
      .operands_max = 1,
      .run = run_load },
    { .name = "log",
      .operands = "LEVEL",
      .summary = "say which answers the query log has: off, failures or all",
      .operands_min = 1,
      .operands_max = 1,
      .run = run_log },
    { .name = "reopen",
      .operands = "",
      .summary = "open the file of the query log anew, for rotation",
      .run = run_reopen },
};

static const struct cli_option program_rows[] = {
    { .name = "control",
      .letter = 'c',
      .kind = CLI_TEXT,
      .offset = offsetof(struct ctl_globals, control),
      .value = "PATH",
      .help = "the socket that was given to cupel-dns as --control (" CTL_SOCKET ")" },
};

static const struct ctl_globals program_defaults = { .control = CTL_SOCKET };

static const struct cli_example examples[] = {
    { "cupel-dns --control " CTL_SOCKET, "can be operated" },
    { "cupel-dns-ctl stats", "prints what it counted" },
    { "cupel-dns-ctl flush --tree example.test", "forgets that name and all below it" },
    { "cupel-dns-ctl -c /tmp/dns.socket dump", "prints the cache of another one" },
};

static const struct cli_program program = {
    .name = CTL_PROGRAM,
    .summary = "operate a DNS forwarder that runs",
    .description =
        "Asks and tells a cupel-dns that was started with --control. The user that it "
        "runs as may, and root. Status 0: it is done; 1: nobody answers there, or it was "
        "refused; 2: the command line makes no sense. Nothing waits longer than ten "
        "seconds.",
    .options = program_rows,
    .options_count = COUNT(program_rows),
    .defaults = &program_defaults,
    .options_bytes = sizeof(program_defaults),
    .commands = commands,
    .commands_count = COUNT(commands),
    .examples = examples,
    .examples_count = COUNT(examples),
    .usage_status = 2,
};

int main(int argc, char **argv)
{
    return cli_main(&program, argc, argv);
}
