"""The DNS codec beside its peers: parsing, printing and building messages, and messages that are
made to hurt."""

import dataclasses
import importlib.util
import math
import pathlib
import random
import re
import shutil
import subprocess
import tempfile

from harness import Cannot, Case, Subject

TITLE = "The DNS codec"
ABOUT = """One sample is the mean of a loop of some hundred microseconds inside one process, over
one message; each round runs every subject once, in an order that is drawn anew. The floor is one
pass by hand that makes cupel's checks for the types of these messages and keeps nothing. Peers are
measured as they are used, with their own memory; libknot looks into RDATA when it is read later,
ldns when it parses, unbound not at all. To print is to make text of all records but OPT, of a
message that was parsed before. To build is to write a message from a list of its records with
names uncompressed; libknot and ldns keep the records in their own form, and check nothing; cupel
and the floor check all of it, and write the same octets. Instructions are those of one call as
callgrind counts them, where valgrind is installed. The last cases are messages that are made to
hurt; what is refused counts with the time until then."""

WARM_UP = 2
LIMIT_S = 60            # of one run of a subject
WORST_SAMPLES_MAX = 10  # rounds of the messages that hurt: some peers need a second for one


def load_messages():
    place = pathlib.Path(__file__).with_name("messages.py")
    spec = importlib.util.spec_from_file_location("dns_messages", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


MESSAGES = load_messages()


@dataclasses.dataclass(frozen=True)
class Operation:
    """`subjects`: (name, Debian package; none for what is always built)."""
    name: str         # also of the metric, and the programs are <program>_<subject>
    program: str
    subjects: tuple
    against: tuple
    messages: tuple
    is_worst: bool = False


PEERS = (("unbound", "libunbound-dev, libevent-dev and nettle-dev"), ("knot", "libknot-dev"),
         ("ldns", "libldns-dev"))
OPERATIONS = (
    Operation("parse", "parse", (("floor", ""), ("cupel", ""), *PEERS),
              ("floor", "unbound", "knot", "ldns"), MESSAGES.USUAL),
    Operation("print", "print", (("cupel", ""), *PEERS[1:]), ("knot", "ldns"),
              MESSAGES.USUAL[1:]),  # a query has no records
    Operation("build", "build", (("floor", ""), ("cupel", ""), *PEERS[1:]),
              ("floor", "knot", "ldns"), MESSAGES.USUAL),
    Operation("worst", "parse", (("cupel", ""), *PEERS), ("unbound", "knot", "ldns"),
              MESSAGES.WORST, is_worst=True),
    Operation("worst build", "build", (("cupel", ""), *PEERS[1:]), ("knot", "ldns"),
              MESSAGES.WORST_BUILT, is_worst=True),
)


def run(words):
    """Its standard output, or None and why it failed."""
    try:
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return None, f"took more than {LIMIT_S} s"
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        return None, said[0] if said else f"exit status {done.returncode}"
    return done.stdout, None


class Measuring:
    """One operation: its subjects over its messages."""

    def __init__(self, operation, settings, folder):
        self.operation = operation
        self.settings = settings
        self.paths = MESSAGES.write(folder, operation.messages)
        self.rounds = min(settings.samples, WORST_SAMPLES_MAX) if operation.is_worst \
            else settings.samples
        self.taken = {}         # subject: a list of rounds, each a value for each message
        self.instructions = {}  # subject: a value for each message
        self.octets = {}        # subject: the size of each result; 0: it has none
        self.aside = {}         # subject: (state, reason)
        self.programs = dict(self.find_programs())

    def find_programs(self):
        for name, package in self.operation.subjects:
            path = self.settings.helpers / f"{self.operation.program}_{name}"
            if path.is_file():
                yield name, path
            elif package:
                self.aside[name] = ("missing",
                                    f"{package} not installed when Cupel was built")
            else:
                raise Cannot(f"{path} is not there ('make' builds it)")

    def words(self, name):
        return [str(self.programs[name]), *(("--any",) if self.operation.is_worst else ()),
                *map(str, self.paths)]

    def once(self, name):
        """A value for each message, or None and why the subject failed."""
        said, failure = run(self.words(name))
        if failure:
            return None, failure
        rows = [line.split() for line in said.splitlines()]
        values = [float(row[0]) for row in rows]
        self.octets[name] = [int(row[1]) for row in rows]
        if len(values) != len(self.paths):
            return None, "its output is not a line for each message"
        return values, None

    def measure(self):
        order = random.Random(self.settings.seed)
        for number in range(-WARM_UP, self.rounds):
            names = [name for name in self.programs if name not in self.aside]
            order.shuffle(names)
            for name in names:
                values, failure = self.once(name)
                if failure:
                    self.aside[name] = ("failed", failure)
                elif number >= 0:
                    self.taken.setdefault(name, []).append(values)
            self.settings.progress(
                f"{self.operation.name}: round {number + 1} of {self.rounds}")
        if shutil.which("valgrind") and not self.operation.is_worst:
            for name in self.programs:
                if name not in self.aside:
                    self.settings.progress(f"{self.operation.name}: instructions of {name}")
                    self.count(name)

    def count(self, name):
        """What callgrind counts; programs that were built without its header have no counts."""
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "counts"
            _, failure = run(["valgrind", "--tool=callgrind", "--collect-atstart=no",
                              "--combine-dumps=yes", f"--callgrind-out-file={out}",
                              *self.words(name)])
            counts = re.findall(r"^desc: Trigger: Client Request$.*?^(?:totals|summary): (\d+)$",
                                out.read_text() if out.is_file() else "",
                                re.MULTILINE | re.DOTALL)
        if not failure and len(counts) == len(self.paths):
            self.instructions[name] = [int(number) / INSTRUCTIONS_CALLS for number in counts]

    def subjects(self, of):
        """One subject each, with of(its values of one round)."""
        for name, _ in self.operation.subjects:
            subject = Subject(name)
            if name in self.aside:
                subject.set_aside(*self.aside[name])
            else:
                subject.metrics = {self.operation.name: (
                    "ns", [round(of(values), 2) for values in self.taken[name]])}
                if all(self.octets[name]):
                    subject.metrics["octets"] = (
                        "", [round(of(self.octets[name]), 1)] * self.rounds)
                if len(self.instructions) == len(self.programs) - len(self.failed()):
                    subject.metrics["instructions"] = (
                        "", [round(of(self.instructions[name]), 1)] * self.rounds)
            yield subject

    def failed(self):
        return [name for name in self.programs if name in self.aside]

    def case(self, name, about, of):
        subjects = list(self.subjects(of))
        compared = (self.operation.name, *(("instructions",) if any(
            "instructions" in subject.metrics for subject in subjects) else ()))
        return Case(name=f"{self.operation.name}: {name}", about=about, compared=compared,
                    against=self.operation.against, subjects=subjects)

    def cases(self):
        if not self.operation.is_worst:
            yield self.case("geometric mean", "Over the messages below.", geometric_mean)
        for index, (made, path) in enumerate(zip(self.operation.messages, self.paths)):
            size = path.stat().st_size
            yield self.case(made.name, f"{made.about}: {size} octets.",
                            lambda values, index=index: values[index])


INSTRUCTIONS_CALLS = 16  # as in instructions.h


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def measure(settings):
    cases = []
    for operation in OPERATIONS:
        with tempfile.TemporaryDirectory() as folder:
            measuring = Measuring(operation, settings, folder)
            measuring.measure()
            cases += measuring.cases()
    return cases
