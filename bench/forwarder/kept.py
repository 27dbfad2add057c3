"""What a whole query costs by how many names the cache has: over sockets, in the process that
answers, with as many names in the cache as are asked for in no order."""

import contextlib
import dataclasses

from forwarder import servers, world
from harness import Case, Part, rounds

NAMES = (1000, 100000, 1000000, 10000000)
NAMES_SMALL = (1000, 2000)
# What others can keep that are told as servers.py tells them.
NAMES_MAX = {"cupel-dns": NAMES[-1], "unbound": 100000, "dnsdist": 100000}
BYTES_OF_NAME = 160
BYTES_LEAST = 1 << 28
FILL = 100000
FIRST = 0x10000000
BURST = 50000
TITLE = "queries by names kept"


def large_enough(server, number):
    """The server with a cache for so many names."""
    if server is not servers.OURS:
        return server

    def start(*where):
        words = server.start(*where)
        words[words.index("--cache-bytes") + 1] = str(max(BYTES_LEAST, number * BYTES_OF_NAME))
        return words
    return dataclasses.replace(server, start=start)


class Kept:
    def __init__(self, settings, there, count, is_small):
        self.settings = settings
        self.world = there
        self.count = count
        self.names = NAMES_SMALL if is_small else NAMES
        self.queries = 2000 if is_small else BURST

    def fill(self, contender, number):
        """Why the server does not have the names, or nothing."""
        for first in range(0, number, FILL):
            _, failure = world.burst(self.settings, contender.running, min(FILL, number - first),
                                     ["--first", str(FIRST + first)])
            if failure:
                return failure
        return None

    def start(self, stack, server, number):
        """A contender of its own that runs and has the names, and its subject."""
        contender = world.Contender(server, self.settings)
        subject = contender.subject()
        subject.name = f"{server.name}, {number:,} names"
        if contender.program:
            failure = stack.enter_context(world.started(contender, self.world.upstream(),
                                                        large_enough(server, number)))
            failure = failure or self.fill(contender, number)
            if failure:
                subject.set_aside("failed", failure)
        return contender, subject

    def run_of(self, contender, number):
        def run(turn):
            said, failure = world.burst(
                self.settings, contender.running, self.queries,
                ["--first", str(FIRST), "--names", str(number), "--seed", str(turn + 2)])
            return (None, failure) if failure else ([said["cpu"]], None)
        return run

    def measure(self, take):
        self.world.rest()
        there = [server for server in (servers.OURS, *servers.PEERS) if server.name in NAMES_MAX]
        with contextlib.ExitStack() as stack:
            runs = []
            for server in there:
                for number in self.names:
                    if number > NAMES_MAX[server.name]:
                        continue
                    self.settings.progress.step(f"{server.name} gets {number:,} names", -1, 1)
                    contender, subject = self.start(stack, server, number)
                    runs.append((number, contender, subject))
            take(Case(name=TITLE, about=f"{self.queries} queries a burst for any of so many names "
                      f"that are in the cache, {self.count} of each", compared=("cpu",),
                      against=tuple(f"{server.name}, {self.names[0]:,} names" for server in there),
                      subjects=[subject for *_, subject in runs]))
            rounds.interleave(self.settings, TITLE,
                              [rounds.one(subject, self.run_of(contender, number))
                               for number, contender, subject in runs
                               if subject.is_measured()], (("cpu", "us"),), self.count, 1)


def parts(settings, there, count, is_small):
    kept = Kept(settings, there, count, is_small)
    return [Part((TITLE,), 5 + sum(kept.names) * 1e-5 + kept.count * 2, kept.measure)]
