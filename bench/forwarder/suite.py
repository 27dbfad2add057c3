"""The forwarder beside its peers and the least that a server can do: what a query costs that is in
the cache, that is not, of a mix; how long clients wait; and how much memory an answer takes."""

import dataclasses

from forwarder import connections, curves, gaps, kept, names, servers, world
from harness import Case, Part, rounds

TITLE = "The forwarder"
ABOUT = """Each server runs in one process on loopback, with one thread where it can be told so,
a cache that is large enough (dnsmasq's is the 10,000 names that it can have) and, as its
upstream, a program that answers every query at once; load and upstream share the processors with
it. So the honest figure is the processor time that the server used, user and system, for each
query: cpu. One sample is one burst of queries from four sockets of which 128 are on their way;
each round has one burst for every server, in an order that is drawn anew. Cached: any of 1,000
names. Not cached: names that nobody asked for before. Mixed: any of 100,000 names, the k-th with
a probability of 1/k, which are others in each round. TCP: cached, over one connection. Latency:
cached, so many queries a second. The floors: a program that makes an answer of each query in
place, with one system call for a batch; one that passes queries on with another id and
answers back, and does nothing else; and the same with a table in which it keeps what it got, and
checks nothing of. Memory: of so many answers, in octets for each, and before
any. Latency by load: cached, at more and more queries a second, as curves. At half load: at half of
what the peer that bears most bears. Start: from the start of the process to the first answer. New
connections: each question on one of its own; the client is slow, so processor time counts. One of
two upstreams dies: it is stopped, so that nothing comes back from it. Queries by names kept:
cached, any of all the names that the cache was filled with. The cache alone: keeping and finding
names in the process, beside one look at memory of the same size. One round of ten of what was asked
for."""

QUERIES = 50000
QUERIES_LEAST = 2000  # where hardly any samples are wanted
KEPT = 100000
MEMORY_ROUNDS = 2
RATES = (5000, 20000)


@dataclasses.dataclass(frozen=True)
class Kind:
    """A kind of load: `words(round)` are its words, but for port and number of queries."""
    name: str
    about: str
    floors: tuple  # the servers that are its floors
    words: object
    compared: tuple = ("cpu",)
    queries: int = QUERIES
    seconds: float = 1.2  # of a burst, on some machine


def cached(_round):
    return ["--names", "1000"]


def missed(number):
    return ["--first", str(0x10000000 + number * QUERIES)]


def mixed(number):
    return ["--zipf", "--names", str(KEPT), "--first", str(0x40000000 + number * KEPT)]


def over_tcp(_round):
    return ["--tcp", "--names", "1000", "--clients", "1"]


def at_rate(rate):
    return lambda _round: ["--names", "1000", "--rate", str(rate)]


KINDS = (Kind("cached", "any of 1,000 names", (servers.ECHO,), cached),
         Kind("not cached", "names that are new", world.FORWARDING, missed, seconds=2.5),
         Kind("mixed", "100,000 names as users ask for them", world.FORWARDING, mixed),
         Kind("cached, TCP", "one connection", (), over_tcp),
         *(Kind(f"latency at {rate} a second", "cached", (servers.ECHO,), at_rate(rate),
                ("p99", "p50", "cpu"), rate) for rate in RATES))


METRICS = (("cpu", "us"), ("rate", "k/s"), ("p50", "us"), ("p90", "us"), ("p99", "us"),
           ("p99.9", "us"))


def is_in(kind, contender):
    """Floors are floors of their own kinds alone."""
    return contender.server in (*kind.floors, servers.OURS, *servers.PEERS)


class Bursts:
    """The parts that are bursts of queries at servers that run all the time."""

    def __init__(self, settings, there):
        self.settings = settings
        self.world = there
        self.rounds = max(2, settings.samples // 10)
        self.is_small = settings.samples < 20

    def run_of(self, kind, contender, queries):
        """A burst of that kind."""
        def run(number):
            said, failure = world.burst(self.settings, contender.running, queries,
                                        kind.words(number + 1))
            return (None, failure) if failure else ([said[name] for name, _ in METRICS], None)
        return run

    def kind(self, kind, take):
        queries = min(kind.queries, QUERIES_LEAST) if self.is_small else kind.queries
        there = self.world.running([each for each in self.world.contenders if is_in(kind, each)])
        pairs = [(each, each.subject()) for each in there]
        take(Case(name=kind.name, compared=kind.compared,
                  about=f"{kind.about}, {queries} queries a burst, {self.rounds} of each",
                  against=(*(floor.name for floor in kind.floors), "unbound", "dnsdist"),
                  subjects=[subject for _, subject in pairs]))
        rounds.interleave(self.settings, kind.name,
                          [rounds.one(subject, self.run_of(kind, each, queries))
                           for each, subject in pairs], METRICS, self.rounds, 1)

    def memory(self, take):
        """Of servers that are started anew: what they have, and what answers add to it."""
        self.world.rest()
        count = QUERIES_LEAST if self.is_small else KEPT
        pairs = [(each, each.subject()) for each in self.world.ours_and_peers()]
        take(Case(name="memory", about=f"{count} answers with one address",
                  compared=("an answer",), against=("unbound", "dnsdist"),
                  subjects=[subject for _, subject in pairs]))
        rounds.interleave(self.settings, "memory",
                          [rounds.one(subject, lambda _number, each=each:
                                      self.memory_of(each, count)) for each, subject in pairs],
                          (("an answer", "octets"), ("at start", "MiB")), MEMORY_ROUNDS)

    def memory_of(self, contender, count):
        with world.started(contender, self.world.upstream()) as failure:
            if failure:
                return None, failure
            before = contender.running.resident_kib()
            _, failure = world.burst(self.settings, contender.running, count,
                                     ["--first", str(0x70000000)])
            if failure:
                return None, failure
            added = contender.running.resident_kib() - before
            return [added * 1024 / count, before / 1024], None

    def parts(self):
        bursts = (self.rounds + 1) * len(self.world.contenders)
        for kind in KINDS:
            yield Part((kind.name,), bursts * kind.seconds, lambda take, kind=kind:
                       self.kind(kind, take))
        yield from curves.parts(self.settings, self.world, self.rounds, self.is_small)
        yield Part(("memory",), 50, self.memory)


def parts(settings, stack):
    there = world.World(settings, stack)
    bursts = Bursts(settings, there)
    shared = (settings, there, bursts.rounds, bursts.is_small)
    return [*bursts.parts(), *gaps.parts(*shared), *connections.parts(*shared),
            *kept.parts(*shared), *names.parts(settings, bursts.is_small)]
