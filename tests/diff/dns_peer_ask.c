/* A peer's program: it is sent messages and answers with views, each with its size in front. */
#include "diff/dns_peer.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* The child's half of starting; never comes back. */
static void run(struct diff_peer *peer, const int *to, const int *from)
{
    /* What the peer is started by ends: so does the peer. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(to[0], STDIN_FILENO);
    (void)dup2(from[1], STDOUT_FILENO);
    execv(peer->command[0], peer->command);
    _exit(127);
}

static bool start(struct diff_peer *peer)
{
    int to[2];
    int from[2];

    if (pipe2(to, O_CLOEXEC) < 0)
        return false;
    if (pipe2(from, O_CLOEXEC) < 0) {
        (void)close(to[0]);
        (void)close(to[1]);
        return false;
    }
    (void)fflush(NULL);
    peer->pid = fork();
    if (peer->pid == 0)
        run(peer, to, from);
    (void)close(to[0]);
    (void)close(from[1]);
    peer->in = to[1];
    peer->out = from[0];
    return peer->pid > 0;
}

/* Ends the program, and gives the signal that had ended it before. */
static int stop(struct diff_peer *peer, bool kills)
{
    int status = 0;

    if (peer->pid <= 0)
        return 0;
    fd_close(&peer->in);
    fd_close(&peer->out);
    if (kills)
        (void)kill(peer->pid, SIGKILL);
    while (waitpid(peer->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    peer->pid = 0;
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

void diff_peer_done(struct diff_peer *peer)
{
    (void)stop(peer, true);
}

/* Reads so many octets, unless the peer is silent for too long or ends. */
static enum diff_answer receive(const struct diff_peer *peer, void *block, size_t size)
{
    uint8_t *at = block;

    for (size_t done = 0; done < size;) {
        struct pollfd waits = { .fd = peer->out, .events = POLLIN };
        int ready = poll(&waits, 1, peer->timeout_ms);
        ssize_t got;

        if (ready == 0)
            return DIFF_HUNG;
        got = read(peer->out, at + done, size - done);
        if (got == 0 || (got < 0 && errno != EINTR))
            return DIFF_CRASHED;
        done += got > 0 ? (size_t)got : 0;
    }
    return DIFF_ANSWERED;
}

static enum diff_answer exchange(const struct diff_peer *peer, struct bytes wire, char *block)
{
    uint32_t size = (uint32_t)wire.size | (peer->fields_only ? DIFF_FIELDS_ONLY : 0);
    enum diff_answer answer;

    if (fd_write_all(peer->in, bytes_of(&size, sizeof(size))) < 0 ||
        fd_write_all(peer->in, wire) < 0)
        return DIFF_CRASHED;
    answer = receive(peer, &size, sizeof(size));
    if (answer == DIFF_ANSWERED && size >= DIFF_BLOCK_MAX)
        return DIFF_GARBLED;
    if (answer == DIFF_ANSWERED)
        answer = receive(peer, block, size);
    if (answer == DIFF_ANSWERED)
        block[size] = '\0';
    return answer;
}

enum diff_answer diff_peer_ask(struct diff_peer *peer, struct bytes wire, char *block,
                               int *ret_signal)
{
    enum diff_answer answer = DIFF_CRASHED;

    *ret_signal = 0;
    if (peer->pid > 0 || start(peer))
        answer = exchange(peer, wire, block);
    if (answer == DIFF_ANSWERED)
        return answer;
    peer->crashes += answer == DIFF_CRASHED;
    peer->hangs += answer == DIFF_HUNG;
    *ret_signal = stop(peer, answer != DIFF_CRASHED);
    return answer;
}
