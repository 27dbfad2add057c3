/*
 * probe [NAMESPACES [calls]]: the report, of system calls as well with the second word.
 * probe terminal COMMAND…: runs the command on a terminal of its own, and prints what comes out.
 */
#include "probe.h"

#include <errno.h>
#include <pty.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void print(const char *key, const char *name, const char *format, va_list values)
{
    char text[8192];

    (void)vsnprintf(text, sizeof(text), format, values);
    for (char *at = text; *at != '\0'; at++) {
        if (*at == '\n')
            *at = at[1] == '\0' ? '\0' : '|';
        else if (*at == '\t')
            *at = ' ';
        if (*at == '\0')
            break;
    }
    (void)printf("%s%s%s\t%s\n", key, name == NULL ? "" : " ", name == NULL ? "" : name, text);
}

void say(const char *key, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    print(key, NULL, format, values);
    va_end(values);
}

void say_named(const char *key, const char *name, const char *format, ...)
{
    va_list values;

    va_start(values, format);
    print(key, name, format, values);
    va_end(values);
}

const char *outcome(int number)
{
    const char *name = number == 0 ? "ok" : strerrorname_np(number);

    return name == NULL ? "?" : name;
}

void say_file(const char *key, const char *name, const char *path)
{
    char text[4096];
    size_t size = 0;
    FILE *file = fopen(path, "re");

    if (file == NULL) {
        say_named(key, name, "%s", outcome(errno));
        return;
    }
    errno = 0;
    size = fread(text, 1, sizeof(text) - 1, file);
    text[size] = '\0';
    for (size_t i = 0; i < size; i++)
        text[i] = text[i] == '\0' ? ' ' : text[i];
    if (ferror(file) != 0)
        (void)snprintf(text, sizeof(text), "%s", outcome(errno));
    (void)fclose(file);
    say_named(key, name, "%s", text);
}

/* The end of a terminal gives EIO when nobody has the other one open. */
static int on_terminal(char **command)
{
    char text[4096];
    ssize_t size;
    int status = 0;
    int end = -1;
    struct winsize window = { .ws_row = 30, .ws_col = 100 };
    pid_t child = forkpty(&end, NULL, NULL, &window);

    if (child == 0) {
        (void)execvp(command[0], command);
        _exit(127);
    }
    if (child < 0)
        return 125;
    while ((size = read(end, text, sizeof(text))) > 0) {
        for (ssize_t i = 0; i < size; i++) {
            if (text[i] != '\r')
                (void)putchar(text[i]);
        }
    }
    (void)waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "terminal") == 0)
        return on_terminal(argv + 2);
    probe_process(argc > 1 ? argv[1] : "");
    probe_files();
    if (argc > 2 && strcmp(argv[2], "calls") == 0)
        probe_calls();
    probe_rights();
    return 42;
}
