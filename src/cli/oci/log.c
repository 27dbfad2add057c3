/* Errors: one sentence on stderr, and one line in the log that the caller of the runtime reads. */
#include "cli/oci/oci.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* A line as runc and crun write it, for podman and containerd. */
static void write_line(FILE *log, const char *format, const char *sentence)
{
    time_t now = time(NULL);
    struct tm parts;
    char when[64] = "";

    if (gmtime_r(&now, &parts) != NULL)
        (void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (strcmp(format, "json") == 0) {
        json_t *line = json_pack("{ss ss ss}", "level", "error", "msg", sentence, "time", when);

        (void)json_dumpf(line, log, JSON_COMPACT);
        (void)fputc('\n', log);
        json_decref(line);
        return;
    }
    (void)fprintf(log, "time=\"%s\" level=error msg=\"%s\"\n", when, sentence);
}

int oci_fail(const struct oci_globals *globals, const struct err *err, int status)
{
    struct err second = { 0 };
    FILE *log;
    bool ok;

    (void)cli_fail(OCI_PROGRAM, err, status);
    if (globals->log == NULL)
        return status;
    log = fopen(globals->log, "ae");
    ok = log != NULL;
    if (log != NULL) {
        write_line(log, globals->log_format, err->sentence);
        ok = fclose(log) == 0;
    }
    if (ok)
        return status;
    (void)err_system(&second, errno, "option '--log': write '%s'", globals->log);
    return cli_fail(OCI_PROGRAM, &second, status);
}
