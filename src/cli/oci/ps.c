/* cupel-oci ps: the processes of a container, alone or as the system's ps shows them. */
#include "base/cleanup.h"
#include "cli/document.h"
#include "cli/oci/oci.h"
#include "oci/freeze.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PS_ARGS_MAX 64
#define LINE_ROOM 65536

/* Runs the system's ps and reads what it prints. */
struct listing {
    pid_t pid;
    FILE *out;
};

static int start_ps(char *const *arguments, struct listing *ret_listing, struct err *err)
{
    int ends[2];
    pid_t pid;

    if (pipe(ends) < 0)
        return err_system(err, errno, "run ps");
    pid = fork();
    if (pid == 0) {
        (void)dup2(ends[1], STDOUT_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)execvp(arguments[0], arguments);
        _exit(127);
    }
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return err_system(err, errno, "run ps");
    }
    ret_listing->pid = pid;
    ret_listing->out = fdopen(ends[0], "r");
    return ret_listing->out == NULL ? err_system(err, errno, "run ps") : 0;
}

/* Waits for its end; it may not have told all. */
static int end_ps(struct listing *listing, struct err *err)
{
    int status = 0;

    if (listing->out != NULL)
        (void)fclose(listing->out);
    while (waitpid(listing->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        return err_set(err, -ENOENT, "there is no program ps on this system");
    return WIFEXITED(status) && WEXITSTATUS(status) == 0
               ? 0
               : err_set(err, -EIO,
                         "ps has failed; the options behind the container's name are "
                         "its own");
}

/* The number of the column "PID" in the first line; -1: there is none. */
static int find_column(char *line)
{
    char *rest = line;
    int column = 0;

    for (char *word = strtok_r(rest, " \t\n", &rest); word != NULL;
         word = strtok_r(NULL, " \t\n", &rest)) {
        if (strcmp(word, "PID") == 0)
            return column;
        column++;
    }
    return -1;
}

static pid_t read_column(const char *line, int column)
{
    const char *at = line + strspn(line, " \t");

    for (int i = 0; i < column; i++) {
        at += strcspn(at, " \t\n");
        at += strspn(at, " \t");
    }
    return (pid_t)strtol(at, NULL, 10);
}

static bool has(const struct kernel_pids *pids, pid_t pid)
{
    for (size_t i = 0; i < pids->count; i++) {
        if (pids->at[i] == pid)
            return true;
    }
    return false;
}

/* The first line, and those of the container's processes. */
static int print_lines(FILE *in, const struct kernel_pids *pids, struct err *err)
{
    CLEANUP(free_pointer) char *line = malloc(LINE_ROOM);
    CLEANUP(free_pointer) char *title = NULL;
    int column;

    if (line == NULL || fgets(line, LINE_ROOM, in) == NULL)
        return err_set(err, -EIO, "ps prints nothing");
    title = strdup(line);
    column = title == NULL ? -1 : find_column(title);
    if (column < 0)
        return err_set(err, -EINVAL, "ps prints no column PID");
    (void)fputs(line, stdout);
    while (fgets(line, LINE_ROOM, in) != NULL) {
        if (has(pids, read_column(line, column)))
            (void)fputs(line, stdout);
    }
    return 0;
}

static int print_table(const struct kernel_pids *pids, struct cli_operands operands,
                       struct err *err)
{
    char program[] = "ps";
    char standard[] = "-ef";
    char *arguments[PS_ARGS_MAX + 2] = { program };
    struct listing listing = { .pid = -1 };
    int number;

    if (operands.count > PS_ARGS_MAX)
        return err_set(err, -E2BIG, "ps gets no more than %d options", PS_ARGS_MAX);
    for (int i = 1; i < operands.count; i++)
        arguments[i] = operands.at[i];
    if (operands.count < 2)
        arguments[1] = standard;
    (void)fflush(stdout);
    if (start_ps(arguments, &listing, err) < 0)
        return err->number;
    number = print_lines(listing.out, pids, err);
    if (number == -EINVAL) /* its sentence is better than that of a broken pipe */
        (void)end_ps(&listing, &(struct err){ 0 });
    else
        number = end_ps(&listing, err);
    return number;
}

static void print_json(const struct kernel_pids *pids)
{
    for (size_t i = 0; i < pids->count; i++)
        printf("%s%d", i == 0 ? "[" : ",", (int)pids->at[i]);
    printf("%s]\n", pids->count == 0 ? "[" : "");
}

int oci_ps_command(const void *globals, const void *options, struct cli_operands operands)
{
    const struct oci_list_options *list = options;
    CLEANUP(arena_done) struct arena arena = arena_init(OCI_ARENA_BYTES);
    struct kernel_pids pids = { 0 };
    struct oci_found found;
    struct err err = { 0 };

    if (oci_find_created(globals, operands.at[0], &arena, &found, &err) < 0 ||
        oci_list_processes(&found.state, &arena, &pids, &err) < 0)
        return oci_fail(globals, &err, 1);
    if (strcmp(list->format, "json") == 0)
        print_json(&pids);
    else if (print_table(&pids, operands, &err) < 0)
        return oci_fail(globals, &err, 1);
    return cli_printed(stdout);
}
