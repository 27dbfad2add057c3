"""The servers of the suite while it is measured: the upstream, and each contender."""

import contextlib
import json
import tempfile

from forwarder import servers
from harness import Cannot, Subject, running

LIMIT_S = 60
LOST_MAX = 0.01
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


def load(settings, port, words, while_it_runs=None):
    """What a run of the load says, or None and why there is nothing."""
    done = running.run([str(settings.helpers / "forwarder_load"), "--port", str(port), *words],
                       LIMIT_S, while_it_runs=while_it_runs)
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
