/* The other end is local and answers at once, or there is something wrong: ten seconds. */
#include "cli/dnsctl/talk.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "cli/option.h"
#include "operate/local.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define PATIENCE_S 10
/* The first line of an answer is not larger, whatever is counted. */
#define LINE_BYTES_MAX ((size_t)1 << 20)

void ctl_answer_done(struct ctl_answer *answer)
{
    json_decref(answer->json);
    if (answer->rest != NULL)
        (void)fclose(answer->rest);
    *answer = (struct ctl_answer){ 0 };
}

json_t *ctl_request(const char *command)
{
    json_t *request = json_object();

    (void)json_object_set_new(request, "command", json_string(command));
    return request;
}

/* Sends all of it. That the other end is closed already is no failure here: reading says it. */
static int send_octets(int fd, struct bytes octets)
{
    while (octets.size > 0) {
        ssize_t sent = send(fd, octets.at, octets.size, MSG_NOSIGNAL);

        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET))
            return 0;
        if (sent < 0 && errno != EINTR)
            return -errno;
        (void)bytes_from(octets, sent < 0 ? 0 : (size_t)sent, &octets);
    }
    return 0;
}

static int send_request(int fd, const json_t *request, struct bytes octets, struct err *err)
{
    CLEANUP(free_pointer) char *line = json_dumps(request, JSON_COMPACT);
    int number;

    if (line == NULL)
        return err_set(err, -ENOMEM, "no memory");
    number = send_octets(fd, bytes_of_text(line));
    if (number == 0)
        number = send_octets(fd, bytes_of_text("\n"));
    if (number == 0)
        number = send_octets(fd, octets);
    return number < 0 ? err_system(err, -number, "cannot send the request") : 0;
}

static int read_answer(struct ctl_answer *answer, struct err *err)
{
    CLEANUP(free_pointer) char *line = NULL;
    size_t room = 0;
    ssize_t size = getline(&line, &room, answer->rest);
    json_error_t why;

    if (size < 0)
        return err_set(err, -EIO, "cupel-dns gave no answer: %s",
                       ferror(answer->rest) ? strerror(errno) : "the connection was closed");
    if ((size_t)size > LINE_BYTES_MAX)
        return err_set(err, -EPROTO, "cupel-dns gave an answer without end");
    answer->json = json_loadb(line, (size_t)size, JSON_REJECT_DUPLICATES, &why);
    if (!json_is_object(answer->json))
        return err_set(err, -EPROTO, "cupel-dns gave an answer that is no JSON: %s", why.text);
    if (!json_is_true(json_object_get(answer->json, "ok"))) {
        const char *sentence = json_string_value(json_object_get(answer->json, "error"));

        return err_set(err, -EREMOTEIO, "%s", sentence == NULL ? "cupel-dns refused" : sentence);
    }
    return 0;
}

int ctl_ask(const struct ctl_globals *globals, json_t *request, struct ctl_answer *ret_answer,
            struct err *err)
{
    return ctl_ask_with(globals, request, (struct bytes){ 0 }, ret_answer, err);
}

int ctl_ask_with(const struct ctl_globals *globals, json_t *request, struct bytes octets,
                 struct ctl_answer *ret_answer, struct err *err)
{
    CLEANUP(fd_close) int fd = -1;
    CLEANUP(ctl_answer_done) struct ctl_answer answer = { 0 };
    int number = operate_local_connect(globals->control, PATIENCE_S, &fd, err);

    if (number == 0)
        number = send_request(fd, request, octets, err);
    json_decref(request);
    if (number < 0)
        return number;
    answer.rest = fdopen(fd, "r");
    if (answer.rest == NULL)
        return err_system(err, errno, "cannot read the answer");
    (void)fd_take(&fd);
    number = read_answer(&answer, err);
    if (number < 0)
        return number;
    *ret_answer = answer;
    answer = (struct ctl_answer){ 0 };
    return 0;
}
