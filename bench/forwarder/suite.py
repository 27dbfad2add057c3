"""The forwarder beside its peers and the least that a server can do: what a query costs that is in
the cache, that is not, of a mix; how long clients wait; and how much memory an answer takes."""

import contextlib
import dataclasses
import json
import random
import subprocess
import tempfile

from forwarder import gaps, servers
from harness import Cannot, Case, Subject

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
any. Latency by load: cached, at more and more queries a second, as curves. Start: from the start
of the process to the first answer. New connections: each question on one of its own; the client
is slow, so processor time counts. One of two upstreams dies: it is stopped, so that nothing
comes back from it. The cache alone: keeping and finding names in the process, beside one look at
memory of the same size. One round of ten of what was asked for."""

QUERIES = 50000
QUERIES_LEAST = 2000  # where hardly any samples are wanted
KEPT = 100000
LIMIT_S = 60
LOST_MAX = 0.01
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


FORWARDING = (servers.RELAY, servers.KEEPER)
KINDS = (Kind("cached", "any of 1,000 names", (servers.ECHO,), cached),
         Kind("not cached", "names that are new", FORWARDING, missed),
         Kind("mixed", "100,000 names as users ask for them", FORWARDING, mixed),
         Kind("cached, TCP", "one connection", (), over_tcp),
         *(Kind(f"latency at {rate} a second", "cached", (servers.ECHO,), at_rate(rate),
                ("p99", "p50", "cpu"), rate) for rate in RATES))


class Contender:
    """A server in all its cases."""

    def __init__(self, server, settings):
        self.server = server
        self.program = servers.find(server, settings)
        self.running = None
        self.subjects = {}
        self.taken = {}

    def subject(self, case):
        if case not in self.subjects:
            version = servers.version(self.server, self.program) if self.program else ""
            self.subjects[case] = Subject(self.server.name, version)
            if not self.program:
                self.subjects[case].set_aside("missing", f"{self.server.package} is not installed")
        return self.subjects[case]


def burst(settings, running, queries, words):
    """What one run of the load says, with the server's processor time, or why there is none."""
    before = running.cpu_us()
    command = [str(settings.helpers / "forwarder_load"), "--port", str(running.port), "--queries",
               str(queries), "--clients", "4", "--window", "128", *words]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return None, f"{queries} queries took more than {LIMIT_S} seconds"
    if done.returncode != 0:
        return None, (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[0]
    said = json.loads(done.stdout)
    if said["wrong"] + said["lost"] > queries * LOST_MAX:
        return None, f"of {queries} queries {said['lost']} had no answer and {said['wrong']} a " \
                     "wrong one"
    said["cpu"] = (running.cpu_us() - before) / said["answered"]
    return said, None


METRICS = (("cpu", "us"), ("rate", "k/s"), ("p50", "us"), ("p90", "us"), ("p99", "us"),
           ("p99.9", "us"))


def sample(settings, kind, contender, number, queries):
    subject = contender.subject(kind.name)
    said, failure = burst(settings, contender.running, queries, kind.words(number))
    if failure:
        subject.set_aside("failed", failure)
        return
    said["rate"] = said["answered"] / said["seconds"] / 1000
    contender.taken.setdefault(kind.name, []).append([said[name] for name, _ in METRICS])


def is_in(kind, contender):
    """Floors are floors of their own kinds alone."""
    return contender.server in (*kind.floors, servers.OURS, *servers.PEERS)


def measure_kind(settings, kind, contenders, rounds, is_small):
    queries = min(kind.queries, QUERIES_LEAST) if is_small else kind.queries
    order = random.Random(settings.seed)
    for number in range(-1, rounds):
        there = [each for each in contenders
                 if is_in(kind, each) and each.subject(kind.name).is_measured()]
        order.shuffle(there)
        for each in there:
            sample(settings, kind, each, number + 1, queries)
            if number < 0:
                each.taken.pop(kind.name, None)
        settings.progress(f"{kind.name}: round {max(number + 1, 0)} of {rounds}")
    subjects = [each.subject(kind.name) for each in contenders if is_in(kind, each)]
    for each in contenders:
        subject = each.subject(kind.name)
        if is_in(kind, each) and subject.is_measured():
            columns = zip(*each.taken[kind.name])
            subject.metrics = {name: (unit, [round(value, 3) for value in column])
                               for (name, unit), column in zip(METRICS, columns)}
    against = (*(floor.name for floor in kind.floors), "unbound", "dnsdist")
    return Case(name=kind.name, about=f"{kind.about}, {queries} queries a burst, {rounds} of each",
                compared=kind.compared, against=against, subjects=subjects)


def measure_memory(settings, contenders, count):
    """Of servers that are started anew, twice: what they have, and what answers add to it."""
    subjects = []
    for each in contenders:
        if each.server not in (servers.OURS, *servers.PEERS):
            continue
        subject = each.subject("memory")
        subjects.append(subject)
        taken = []
        while subject.is_measured() and len(taken) < 2:
            with started(settings, each) as failure:
                settings.progress(f"memory: {each.server.name}")
                before = each.running.resident_kib() if not failure else 0
                failure = failure or burst(settings, each.running, count,
                                           ["--first", str(0x70000000)])[1]
                if failure:
                    subject.set_aside("failed", failure)
                    break
                after = each.running.resident_kib()
                taken.append((before / 1024, (after - before) * 1024 / count))
        if subject.is_measured():
            first, added = zip(*taken)
            subject.metrics = {"an answer": ("octets", [round(value, 1) for value in added]),
                               "at start": ("MiB", [round(value, 3) for value in first])}
    return Case(name="memory", about=f"{count} answers with one address", compared=("an answer",),
                against=("unbound", "dnsdist"), subjects=subjects)


@contextlib.contextmanager
def started(settings, contender):
    """Runs the contender's server; gives why it does not answer, or nothing."""
    with tempfile.TemporaryDirectory(prefix="cupel-bench-") as folder:
        running = servers.Running(contender.server, contender.program, folder, settings.upstream)
        contender.running = running
        try:
            yield running.failure()
        finally:
            running.close()
            contender.running = None


@dataclasses.dataclass(frozen=True)
class Ready:
    """The settings, and the port of the upstream."""
    settings: object
    upstream: int

    def __getattr__(self, name):
        return getattr(self.settings, name)


def measure(settings):
    upstream = Contender(servers.UPSTREAM, settings)
    for server in (servers.OURS, servers.ECHO, servers.RELAY):
        if not servers.find(server, settings):
            raise Cannot(f"the program '{server.program}' is not there ('make' builds it)")
    contenders = [Contender(server, settings)
                  for server in (servers.ECHO, *FORWARDING, servers.OURS, *servers.PEERS)]
    rounds = max(2, settings.samples // 10)
    is_small = settings.samples < 20
    with contextlib.ExitStack() as stack:
        failure = stack.enter_context(started(Ready(settings, 0), upstream))
        if failure:
            raise Cannot(f"the upstream: {failure}")
        ready = Ready(settings, upstream.running.port)
        memory = measure_memory(ready, contenders, QUERIES_LEAST if is_small else KEPT)
        for each in contenders:
            failure = stack.enter_context(started(ready, each)) if each.program else None
            for kind in KINDS if failure else ():
                each.subject(kind.name).set_aside("failed", failure)
        cases = [measure_kind(ready, kind, contenders, rounds, is_small) for kind in KINDS]
        alike = [each for each in contenders if each.server not in FORWARDING]
        return [*cases, gaps.measure_rates(ready, alike, is_small), memory,
                *measure_others(ready, contenders, rounds, is_small)]


def measure_others(ready, contenders, rounds, is_small):
    """What needs servers of its own."""
    alike = [each for each in contenders if each.server not in FORWARDING]
    ours = [each for each in contenders if each.server is servers.OURS or each.server in
            servers.PEERS]
    count = 20 if is_small else gaps.CONNECTIONS
    return [gaps.measure_start(ready, alike, rounds),
            *gaps.measure_connections(ready, ours, rounds, count),
            *([] if is_small else [gaps.measure_death(ready, ours, rounds, is_small)]),
            *gaps.measure_names(ready, is_small)]
