"""The DNS codec beside its peers: parsing, printing and building messages, and messages that are
made to hurt."""

import dataclasses
import importlib.util
import math
import pathlib
import re
import shutil
import tempfile

from harness import Cannot, Case, Part, Subject, rounds, running

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
    done = running.run(words, LIMIT_S)
    if done.status is None:
        return None, f"took more than {LIMIT_S} s"
    return (None, done.reason()) if done.status != 0 else (done.out, None)


MEAN = "geometric mean"


class Measuring:
    """One operation: its subjects over its messages, a case for each and one for their mean."""

    def __init__(self, operation, settings):
        self.operation = operation
        self.settings = settings
        self.rounds = min(settings.samples, WORST_SAMPLES_MAX) if operation.is_worst \
            else settings.samples
        self.names = (*(() if operation.is_worst else (MEAN,)),
                      *(message.name for message in operation.messages))
        self.paths = []
        self.octets = {}  # subject: the size of each result; 0: it has none

    def title(self, name):
        return f"{self.operation.name}: {name}"

    def part(self):
        return Part(tuple(map(self.title, self.names)),
                    (0.1 * self.rounds if not self.operation.is_worst else 0.6 * self.rounds),
                    self.measure)

    def contenders(self):
        """A (contender, its program) for each subject."""
        for name, package in self.operation.subjects:
            path = self.settings.helpers / f"{self.operation.program}_{name}"
            subjects = {each: Subject(name) for each in self.names}
            contender = rounds.Contender(
                subjects, lambda _number, name=name, path=path: self.once(name, path))
            if not path.is_file() and not package:
                raise Cannot(f"{path} is not there ('make' builds it)")
            for subject in subjects.values() if not path.is_file() else ():
                subject.set_aside("missing", f"{package} not installed when Cupel was built")
            yield contender, path

    def words(self, path):
        return [str(path), *(("--any",) if self.operation.is_worst else ()),
                *map(str, self.paths)]

    def by_name(self, values):
        """A value for each message, by the name of its case, with their mean."""
        named = dict(zip((message.name for message in self.operation.messages), values))
        return named if self.operation.is_worst else {MEAN: geometric_mean(values), **named}

    def once(self, name, path):
        said, failure = run(self.words(path))
        if failure:
            return None, failure
        rows = [line.split() for line in said.splitlines()]
        if len(rows) != len(self.paths):
            return None, "its output is not a line for each message"
        self.octets[name] = [int(row[1]) for row in rows]
        values = self.by_name([float(row[0]) for row in rows])
        return {key: [value] for key, value in values.items()}, None

    def measure(self, take):
        pairs = list(self.contenders())
        with tempfile.TemporaryDirectory(prefix="cupel-bench-") as folder:
            self.paths = MESSAGES.write(folder, self.operation.messages)
            cases = [self.case(name, pairs) for name in self.names]
            for case in cases:
                take(case)
            rounds.interleave(self.settings, self.operation.name, [each for each, _ in pairs],
                              ((self.operation.name, "ns"),), self.rounds, WARM_UP)
            for each, _ in pairs:
                self.add_octets(each)
            if shutil.which("valgrind") and not self.operation.is_worst:
                self.count_all(cases, pairs)

    def case(self, name, pairs):
        about = "Over the messages below."
        for made, path in zip(self.operation.messages, self.paths):
            if made.name == name:
                about = f"{made.about}: {path.stat().st_size} octets."
        return Case(name=self.title(name), about=about, compared=(self.operation.name,),
                    against=self.operation.against,
                    subjects=[each.subjects[name] for each, _ in pairs])

    def add_octets(self, contender):
        name = next(iter(contender.subjects.values())).name
        if contender.is_measured() and all(self.octets[name]):
            self.add(contender, "octets", self.octets[name])

    def add(self, contender, metric, values):
        """The same in each round."""
        for key, value in self.by_name(values).items():
            contender.subjects[key].metrics[metric] = ("", [round(value, 1)] * self.rounds)

    def count_all(self, cases, pairs):
        """The instructions of all, or of none."""
        there = [pair for pair in pairs if pair[0].is_measured()]
        counted = []
        for number, (contender, path) in enumerate(there):
            self.settings.progress.step(f"{self.operation.name}: instructions", number,
                                        len(there), "program")
            counted.append((contender, self.count(path)))
        if all(counts for _, counts in counted):
            for contender, counts in counted:
                self.add(contender, "instructions", counts)
            for case in cases:
                case.compared = (self.operation.name, "instructions")

    def count(self, path):
        """What callgrind counts; programs that were built without its header have no counts."""
        with tempfile.TemporaryDirectory(prefix="cupel-bench-") as folder:
            out = pathlib.Path(folder) / "counts"
            _, failure = run(["valgrind", "--tool=callgrind", "--collect-atstart=no",
                              "--combine-dumps=yes", f"--callgrind-out-file={out}",
                              *self.words(path)])
            counts = re.findall(r"^desc: Trigger: Client Request$.*?^(?:totals|summary): (\d+)$",
                                out.read_text() if out.is_file() else "",
                                re.MULTILINE | re.DOTALL)
        if failure or len(counts) != len(self.paths):
            return []
        return [int(number) / INSTRUCTIONS_CALLS for number in counts]


INSTRUCTIONS_CALLS = 16  # as in instructions.h


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def parts(settings, _stack):
    return [Measuring(operation, settings).part() for operation in OPERATIONS]
