"""The servers of the suite while it is measured: the upstream, and each contender."""

import contextlib
import json
import os
import pathlib
import shutil
import tempfile

from forwarder import servers
from harness import Cannot, Subject, running

LIMIT_S = 60
LOST_MAX = 0.01
PRIORITY = 10  # before all programs that have none
FORWARDING = (servers.RELAY, servers.KEEPER)
ALL = (servers.ECHO, *FORWARDING, servers.OURS, *servers.PEERS)


class Contender:
    """A server, with what is known of it."""

    def __init__(self, server, settings):
        self.server = server
        self.program = servers.find(server, settings)
        self.version = None
        self.running = None
        self.failure = None  # why it did not begin

    def subject(self):
        """A new one, of a case."""
        if self.version is None:
            self.version = servers.version(self.server, self.program) if self.program else ""
        subject = Subject(self.server.name, self.version)
        if not self.program:
            subject.set_aside("missing", f"{self.server.package} is not installed")
        elif self.failure:
            subject.set_aside("failed", self.failure)
        return subject


class World:
    """What runs, until close(); nothing runs before it is needed."""

    def __init__(self, settings, stack):
        self.settings = settings
        self.contenders = [Contender(server, settings) for server in ALL]
        self.stack = stack
        self.fleet = stack.enter_context(contextlib.ExitStack())
        self.port = 0

    def upstream(self):
        """Its port."""
        if not self.port:
            for server in (servers.UPSTREAM, servers.OURS, servers.RELAY):
                if not servers.find(server, self.settings):
                    raise Cannot(f"the program '{server.program}' is not there ('make' builds it)")
            upstream = Contender(servers.UPSTREAM, self.settings)
            failure = self.stack.enter_context(started(upstream, 0))
            if failure:
                raise Cannot(f"the upstream: {failure}")
            self.port = upstream.running.port
        return self.port

    def alike(self):
        """All that answer from a cache, or at once."""
        return [each for each in self.contenders if each.server not in FORWARDING]

    def ours_and_peers(self):
        return [each for each in self.contenders
                if each.server in (servers.OURS, *servers.PEERS)]

    def running(self, wanted):
        """These contenders, each of which runs from now on, or has a failure."""
        for each in wanted:
            if each.program and not each.running and not each.failure:
                self.settings.progress.step(f"{each.server.name} is started", -1, 1)
                each.failure = self.fleet.enter_context(started(each, self.upstream()))
        return wanted

    def rest(self):
        """None of them runs, so that what is measured next has the machine to itself."""
        self.fleet.close()


@contextlib.contextmanager
def started(contender, upstream, server=None):
    """Runs the contender's server, or this variant of it; gives why it does not answer, or
    nothing."""
    with tempfile.TemporaryDirectory(prefix="cupel-bench-") as folder:
        there = servers.Running(server or contender.server, contender.program, folder, upstream)
        contender.running = there
        try:
            yield there.failure()
        finally:
            there.close()
            contender.running = None


def may_have_priority():
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(PRIORITY))
    except PermissionError:
        return False
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return True


class Apart:
    """Keeps load and servers apart from each other, and from all else that runs, as far as the
    system lets it: each side has a processor of its own, and goes before programs without a
    priority. What clients wait for then is the server, and not who else has its processor."""

    def __init__(self):
        self.processors = sorted(os.sched_getaffinity(0))
        self.taskset, self.chrt = (shutil.which(program, path=os.defpath)
                                   for program in ("taskset", "chrt"))
        self.has_two = len(self.processors) > 1 and self.taskset is not None
        self.has_priority = self.chrt is not None and may_have_priority()

    def __str__(self):
        words = ["load and server have a processor each"] * self.has_two + \
            ["go before all other programs"] * self.has_priority
        return " and ".join(words) or "load and server are where the system puts them"

    def words(self):
        """What stands before the words of the load."""
        return [self.taskset, "-c", str(self.processors[0])] * self.has_two + \
            [self.chrt, "-f", str(PRIORITY)] * self.has_priority

    def put(self, process, processors, policy, priority):
        for thread in pathlib.Path(f"/proc/{process.pid}/task").iterdir():
            with contextlib.suppress(ProcessLookupError):
                if self.has_two:
                    os.sched_setaffinity(int(thread.name), processors)
                if self.has_priority:
                    os.sched_setscheduler(int(thread.name), policy, os.sched_param(priority))

    @contextlib.contextmanager
    def of(self, contenders):
        """Does so with the servers of these that run, for a while."""
        there = [each.running.process for each in contenders if each.running]
        for process in there:
            self.put(process, self.processors[1:2], os.SCHED_FIFO, PRIORITY)
        try:
            yield
        finally:
            for process in there:
                with contextlib.suppress(FileNotFoundError):
                    self.put(process, self.processors, os.SCHED_OTHER, 0)


def load(settings, port, words, while_it_runs=None, before=()):
    """What a run of the load says, or None and why there is nothing."""
    done = running.run([*before, str(settings.helpers / "forwarder_load"), "--port", str(port),
                        *words], LIMIT_S, while_it_runs=while_it_runs)
    if done.status is None:
        return None, f"the queries took more than {LIMIT_S} seconds"
    return (None, done.reason()) if done.status != 0 else (json.loads(done.out), None)


def burst(settings, there, queries, words):
    """What one run of the load says, with the server's processor time, or why there is none."""
    try:
        before = there.cpu_us()
        said, failure = load(settings, there.port, ["--queries", str(queries), "--clients", "4",
                                                    "--window", "128", *words])
        if failure:
            return None, failure
        if said["wrong"] + said["lost"] > queries * LOST_MAX:
            return None, f"of {queries} queries {said['lost']} had no answer and " \
                         f"{said['wrong']} a wrong one"
        said["cpu"] = (there.cpu_us() - before) / said["answered"]
        said["rate"] = said["answered"] / said["seconds"] / 1000
        return said, None
    except FileNotFoundError:
        return None, "it ended while it was asked"
