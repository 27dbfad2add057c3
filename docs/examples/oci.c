/*
 * What a program does with libcupel-oci: it makes a container of a bundle, starts it, executes
 * another program in it and reads what that says, kills the container and removes it; and it says
 * what went wrong where something does.
 */
#include <oci/container.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#define FOR_EVER (-1)

/* Hears of what goes wrong and changes nothing. */
static void warn(void *owner, const struct err *warning)
{
    printf("%s: %s\n", (const char *)owner, warning->sentence);
}

/* Three calls that cannot succeed: each gives its reason. */
static void fail(const struct oci_runtime *runtime, const char *bundle)
{
    const struct oci_container_request same = { .bundle = bundle };
    const struct oci_container_request wrong = {
        .bundle = bundle,
        .config = "{\"ociVersion\": \"1.2.0\"}",
    };
    struct oci_started none = { .pidfd = -1 };
    struct err err;

    if (oci_container_start(runtime, "nobody", &err) < 0)
        printf("%s\n", err.sentence);
    if (oci_container_create(runtime, "wrong", &wrong, &none, &err) < 0)
        printf("%s\n", err.sentence);
    if (oci_container_create(runtime, "web", &same, &none, &err) < 0)
        printf("%s\n", err.sentence);
}

/* Executes `echo` in the container, and shows what it says. */
static int say(const struct oci_runtime *runtime, struct err *err)
{
    const char *const args[] = { "sh", "-c", "echo $GREETING from $(hostname)", NULL };
    const char *const env[] = { "GREETING=hello", NULL };
    int said[2];
    struct oci_started program = { .pidfd = -1 };
    char line[80] = "";
    int status = 0;
    int number;

    if (pipe2(said, O_CLOEXEC) < 0)
        return -1;
    {
        const int streams[3] = { STDIN_FILENO, said[1], STDERR_FILENO };
        const struct oci_program_request request = { .args = args, .env = env, .streams = streams };

        number = oci_container_exec(runtime, "web", &request, &program, err);
    }
    (void)close(said[1]);
    if (number == 0)
        number = oci_started_wait(&program, FOR_EVER, &status, err);
    if (number == 0 && read(said[0], line, sizeof(line) - 1) > 0)
        printf("status %d: %s", status, line);
    oci_started_close(&program);
    (void)close(said[0]);
    return number;
}

/* From the start of the container to its end. */
static int live(const struct oci_runtime *runtime, const struct oci_started *first, struct err *err)
{
    struct oci_container_state state;
    int status = 0;

    if (oci_container_start(runtime, "web", err) < 0 ||
        oci_container_read(runtime, "web", &state, err) < 0)
        return err->number;
    printf("%s is %s\n", state.id, oci_status_name(state.status));
    if (say(runtime, err) < 0 || oci_container_kill(runtime, "web", SIGKILL, false, err) < 0 ||
        oci_started_wait(first, FOR_EVER, &status, err) < 0)
        return err->number;
    printf("it ended with status %d\n", status);
    return 0;
}

int main(int argc, char **argv)
{
    char name[] = "warning";
    const struct oci_runtime runtime = { .root = argc == 3 ? argv[1] : NULL,
                                         .listener = { .warn = warn, .owner = name } };
    const struct oci_container_request request = { .bundle = argc == 3 ? argv[2] : "." };
    struct oci_started first = { .pidfd = -1 };
    struct err err = { .number = 0 };
    int number = oci_program_protect(argv, &err);

    if (number == 0)
        number = oci_container_create(&runtime, "web", &request, &first, &err);
    if (number == 0) {
        struct err second;

        fail(&runtime, request.bundle);
        number = live(&runtime, &first, &err);
        if (oci_container_delete(&runtime, "web", true, &second) < 0)
            printf("%s\n", second.sentence);
    }
    oci_started_close(&first);
    if (number < 0)
        printf("%s\n", err.sentence);
    return number < 0 ? 1 : 0;
}
