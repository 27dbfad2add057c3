"""What is measured of servers that are started for it: how long a start takes, and what happens
when one of two upstreams dies."""

import contextlib
import json
import pathlib
import signal
import tempfile

from forwarder import servers, world
from harness import Case, Part, rounds, running

DEATH_RATE = 2000
DEATH_S = 6
DIES_AFTER_S = 1.5
ROUNDS_MAX = 3
FIRST_S = 15
START = "start"
DEATH = "one of two upstreams dies"


def first_answer(settings, contender, upstream):
    """From the start of the process to its first answer, asked for over and over."""
    with tempfile.TemporaryDirectory(prefix="cupel-bench-") as folder:
        port = servers.free_port()
        words = contender.server.start(contender.program, pathlib.Path(folder), port, upstream)
        done = running.run([str(settings.helpers / "forwarder_first"), str(port), *words], FIRST_S)
    if done.status != 0:
        return None, done.reason()
    said = json.loads(done.out.splitlines()[-1])  # servers say things, too
    return [said["first_ns"] / 1e6, said["cpu_us"] / 1e3], None


class Starts:
    def __init__(self, settings, there, count):
        self.settings = settings
        self.world = there
        self.count = 2 * count

    def measure(self, take):
        self.world.rest()
        upstream = self.world.upstream()
        pairs = [(each, each.subject()) for each in self.world.alike()]
        take(Case(name=START, about=f"from the start of the process to the first answer; processor "
                  f"time until it has ended; {self.count} times", compared=("wall", "cpu"),
                  against=(pairs[0][1].name, "unbound", "dnsdist"),
                  subjects=[subject for _, subject in pairs]))
        rounds.interleave(self.settings, START,
                          [rounds.one(subject, lambda _number, each=each:
                                      first_answer(self.settings, each, upstream))
                           for each, subject in pairs], (("wall", "ms"), ("cpu", "ms")),
                          self.count, 1)


class Deaths:
    """Names that are new, at two upstreams, one of which is stopped as a machine without power, so
    that nothing is refused either."""

    def __init__(self, settings, there, count, is_small):
        self.settings = settings
        self.world = there
        self.count = min(count, ROUNDS_MAX)
        self.seconds = 2 if is_small else DEATH_S

    def once(self, contender, number):
        with contextlib.ExitStack() as stack:
            upstreams = []
            for _ in range(2):
                upstream = world.Contender(servers.UPSTREAM, self.settings)
                failure = stack.enter_context(world.started(upstream, 0))
                if failure:
                    return None, f"an upstream: {failure}"
                upstreams.append(upstream.running)
            failure = stack.enter_context(
                world.started(contender, tuple(each.port for each in upstreams)))
            if failure:
                return None, failure
            # Whatever comes, it ends as others do.
            stack.callback(upstreams[0].process.send_signal, signal.SIGCONT)
            return self.load(contender, upstreams[0].process, number)

    def load(self, contender, dying, number):
        def die():
            running.sleep(DIES_AFTER_S * self.seconds / DEATH_S)
            dying.send_signal(signal.SIGSTOP)
        said, failure = world.load(
            self.settings, contender.running.port,
            ["--queries", str(int(DEATH_RATE * self.seconds)), "--first",
             str(0x20000000 + (number + 1) * 0x100000), "--clients", "4", "--window", "4096",
             "--rate", str(DEATH_RATE)], die)
        if failure:
            return None, failure
        return [said["max"] / 1000, said["p99.9"] / 1000, said["lost"] + said["wrong"]], None

    def measure(self, take):
        self.world.rest()
        pairs = [(each, each.subject()) for each in self.world.ours_and_peers()
                 if each.server.name in servers.WITH_TWO_UPSTREAMS]
        take(Case(name=DEATH, about=f"{DEATH_RATE} new names a second; after a quarter of the time "
                  "one upstream falls silent: the longest wait for an answer, and how many had "
                  "none within 3 seconds, or a failure", compared=("longest",),
                  against=("unbound", "dnsdist"), subjects=[subject for _, subject in pairs]))
        rounds.interleave(self.settings, DEATH,
                          [rounds.one(subject, lambda number, each=each: self.once(each, number))
                           for each, subject in pairs],
                          (("longest", "ms"), ("p99.9", "ms"), ("failures", "")), self.count)


def parts(settings, there, count, is_small):
    starts = Starts(settings, there, count)
    deaths = Deaths(settings, there, count, is_small)
    return [Part((START,), 2.5 * (starts.count + 1), starts.measure),
            Part((DEATH,), deaths.count * 5 * (deaths.seconds + 1), deaths.measure)]
