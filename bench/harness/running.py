"""Programs that are run to their end, and the end that a signal makes: after listen(), SIGINT,
SIGTERM and SIGHUP raise Interrupted in whoever waits or looks here, and nowhere else. So nothing is
cut short while it is being made or removed, and what is measured so far can be told."""

import contextlib
import dataclasses
import os
import select
import signal
import subprocess
import tempfile
import time

GRACE_S = 1  # for a program that is told to end
ERRORS_MAX = 1 << 20


class Interrupted(BaseException):
    """A signal came; `number` is which."""

    def __init__(self, number):
        super().__init__()
        self.number = number


class Signals:
    """The first signal that came, and a descriptor that is readable from then on."""

    def __init__(self):
        self.first = 0
        self.reading, self.writing = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)

    def note(self, number, _frame):
        if not self.first:
            self.first = number
            os.write(self.writing, b"\0")


SIGNALS = Signals()


def listen():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, SIGNALS.note)


def is_interrupted():
    return SIGNALS.first != 0


def check():
    if is_interrupted():
        raise Interrupted(SIGNALS.first)


def sleep(seconds):
    select.select([SIGNALS.reading], [], [], seconds)
    check()


@dataclasses.dataclass(frozen=True)
class Done:
    """How a program ended: status is None where it took too long, negative where a signal ended
    it."""
    status: object
    out: str
    errors: str

    def reason(self):
        """Why it failed, in one line."""
        said = self.errors.strip().splitlines()
        if self.status is None:
            return "took too long"
        if said:
            return said[0]
        return f"exit status {self.status}" if self.status >= 0 else \
            f"ended by {signal.Signals(-self.status).name}"


def end_group(process):
    """Tells a program that has not ended and all in its process group to end, and makes them."""
    if process.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE_S)
    process.wait()


def await_end(process, seconds_max, is_cleanup, grace_s):
    """Until it has ended, or so long; a signal ends the waiting `grace_s` later, but not of what
    cleans up."""
    with contextlib.ExitStack() as stack:
        pidfd = os.pidfd_open(process.pid)
        stack.callback(os.close, pidfd)
        signals = [] if is_cleanup else [SIGNALS.reading]
        ready, _, _ = select.select([pidfd, *signals], [], [], seconds_max)
        if ready == signals:
            select.select([pidfd], [], [], grace_s)
    if not is_cleanup:
        check()


def run(words, seconds_max, environment=None, is_cleanup=False, while_it_runs=None, grace_s=0):
    """Runs a program without input to its end, in a process group of its own, for so long at most;
    while_it_runs() is called once it has begun. After a signal it may end by itself for `grace_s`,
    for the sake of what it has begun."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        begin = time.monotonic()
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=errors,
                                   env=environment, process_group=0)
        try:
            if while_it_runs:
                while_it_runs()
            await_end(process, max(0, begin + seconds_max - time.monotonic()), is_cleanup,
                      grace_s)
            status = process.poll()
        finally:
            end_group(process)
        out.seek(0)
        errors.seek(0)
        return Done(status, out.read().decode("utf-8", "replace"),
                    errors.read(ERRORS_MAX).decode("utf-8", "replace"))
