"""How long clients wait at more and more queries a second, and at half load."""

import random
import statistics

from forwarder import servers, world
from harness import Case, Part, rounds, running

# Queries a second, until a server has had enough.
RATES = (2000, 5000, 10000, 20000, 30000, 40000, 60000, 80000, 100000, 130000, 160000, 200000)
RATE_S = 0.5
REST_S = 0.4  # the kernel leaves programs that go before others 0.95 seconds of each
ENOUGH = 0.95  # of what was wanted came back in time
ENOUGH_SMALL = 0.2  # of moments, in which a pause counts much
PERCENTILES = ("p50", "p90", "p99", "p99.9")
ROUNDS_MAX = 5
CAPACITY_QUERIES = 50000
TITLE = "latency by load"
HALF = "latency at half load"
HALF_PERCENTILES = ("p99", "p50", "p90", "p99.9")
LOST_MAX = 0.5


def at_rate(settings, there, rate, seconds, apart):
    """What the load says at this rate, or nothing and why."""
    if apart.has_priority:
        running.sleep(REST_S)
    return world.load(
        settings, there.port, ["--queries", str(int(rate * seconds)), "--names", "1000",
                               "--clients", "4", "--window", "4096", "--rate", str(rate)],
        before=apart.words())


class Curves:
    """A point of each server at each rate that it bears: medians of interleaved rounds."""

    def __init__(self, settings, there, count, is_small):
        self.settings = settings
        self.world = there
        self.apart = world.Apart()
        self.rates = RATES[:2] if is_small else RATES
        self.seconds = 0.2 if is_small else RATE_S
        self.enough = ENOUGH_SMALL if is_small else ENOUGH
        self.count = min(count, ROUNDS_MAX)
        self.lines = {name: {} for name in PERCENTILES}

    def measure(self, take):
        pairs = [(each, each.subject()) for each in self.world.running(self.world.alike())]
        take(Case(name=TITLE, about=f"cached, {self.count} times {self.seconds} s at each rate, "
                  f"until less than {self.enough:.0%} of the answers come in time: the highest "
                  f"rate before that; {self.apart}", compared=("borne",),
                  against=(pairs[0][1].name, "unbound", "dnsdist"),
                  subjects=[subject for _, subject in pairs], curves=self.lines,
                  curves_x="queries a second", curves_unit="µs"))
        order = random.Random(self.settings.seed)
        bearing = [pair for pair in pairs if pair[1].is_measured()]
        with self.apart.of([each for each, _ in bearing]):
            for number, rate in enumerate(self.rates):
                bearing = self.measure_rate(rate, number, bearing, order)

    def point(self, each, rate):
        """What the load says; nothing where the server has had enough."""
        said, failure = at_rate(self.settings, each.running, rate, self.seconds, self.apart)
        wanted = rate * self.enough
        is_borne = failure is None and said["answered"] >= wanted * self.seconds and \
            said["answered"] / said["seconds"] >= wanted
        return said if is_borne else None

    def measure_rate(self, rate, number, bearing, order):
        """Adds the points of this rate; gives those that bear it."""
        taken = {each.server.name: [] for each, _ in bearing}
        for turn in range(self.count):
            self.settings.progress.step(f"{TITLE}: {rate} a second", number * self.count + turn,
                                        len(self.rates) * self.count)
            order.shuffle(bearing)
            for each, _ in bearing:
                taken[each.server.name].append(self.point(each, rate))
        still = []
        for each, subject in bearing:
            points = [said for said in taken[each.server.name] if said]
            if len(points) * 2 > self.count:
                still.append((each, subject))
                subject.metrics = {"borne": ("k/s", [rate / 1000] * 2)}
                for name in PERCENTILES:
                    self.lines[name].setdefault(subject.name, []).append(
                        (rate, statistics.median([said[name] for said in points])))
            elif not subject.metrics:
                subject.set_aside("failed", f"less than {self.rates[0]} queries a second")
        return still


class HalfLoad:
    """All servers at one rate: half of what the peer bears that bears most."""

    def __init__(self, settings, there, count, is_small):
        self.settings = settings
        self.world = there
        self.apart = world.Apart()
        self.count = count
        self.is_small = is_small
        self.seconds = 0.2 if is_small else RATE_S

    def capacity(self, each):
        said, _ = world.burst(self.settings, each.running, CAPACITY_QUERIES, ["--names", "1000"])
        return said["rate"] * 1000 if said else 0

    def rate(self, there):
        """A round number, since it is part of what is told."""
        best = 0
        if self.is_small:
            return 1000
        for number, each in enumerate(there):
            self.settings.progress.step(f"{HALF}: what {each.server.name} bears", -1, self.count)
            is_asked = each.program and not each.failure
            if is_asked and each.server in (*servers.PEERS, servers.OURS):
                found = statistics.median([self.capacity(each) for _ in range(3)])
                # Ours counts only where there is no peer.
                best = max(best, found) if each.server in servers.PEERS else best or found
        return max(1000, round(best / 2, -3))

    def measure(self, take):
        there = self.world.running(self.world.alike())
        rate = int(self.rate(there))
        pairs = [(each, each.subject()) for each in there]
        take(Case(name=HALF, about=f"cached, {rate} queries a second, half of what the peer bears "
                  f"that bears most; {self.count} times {self.seconds} s; who asked for what was "
                  f"lost has waited 3 s; {self.apart}", compared=("p99", "p50"),
                  against=(pairs[0][1].name, "unbound", "dnsdist"),
                  subjects=[subject for _, subject in pairs]))
        with self.apart.of(there):
            rounds.interleave(self.settings, f"{HALF}: {rate} a second",
                              [rounds.one(subject, lambda _number, each=each: self.once(each, rate))
                               for each, subject in pairs],
                              (*((name, "us") for name in HALF_PERCENTILES), ("lost", "%")),
                              self.count, 1)

    def once(self, each, rate):
        said, failure = at_rate(self.settings, each.running, rate, self.seconds, self.apart)
        if failure:
            return None, failure
        lost = (said["lost"] + said["wrong"]) / (rate * self.seconds)
        if lost > LOST_MAX:
            return None, f"of {rate} queries a second {lost:.0%} had no answer"
        return [*(said[name] for name in HALF_PERCENTILES), 100 * lost], None


def parts(settings, there, count, is_small):
    curves = Curves(settings, there, count, is_small)
    half = HalfLoad(settings, there, count, is_small)
    return [Part((TITLE,), 65 * curves.count * (curves.seconds + REST_S) + 5, curves.measure),
            Part((HALF,), 11 * (count + 1) * (half.seconds + REST_S) + 25, half.measure)]
