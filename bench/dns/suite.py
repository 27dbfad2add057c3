"""Parsing of DNS messages: from octets to the verdict on every name and every known RDATA."""

import functools
import math
import random
import subprocess

from harness import ROOT, Cannot, Case, Subject

TITLE = "Parsing of DNS messages"
ABOUT = """One sample is the mean of a loop of some hundred microseconds inside one process, over
one message; each round runs every subject once, in an order that is drawn anew. The floor is one
pass by hand that makes cupel's checks for the types of these messages and keeps nothing. libknot
and ldns are measured as they are used, with their own memory; libknot looks into RDATA when it is
read later, ldns when it parses."""

FLOOR = "floor"
PEER = "libknot"
SUBJECTS = (("floor", "parse_floor", ""), ("cupel", "parse_cupel", ""),
            ("libknot", "parse_knot", "libknot-dev"), ("ldns", "parse_ldns", "libldns-dev"))
CORPUS = ROOT / "corpus" / "dns" / "message"
MESSAGES = (("query", "a query with EDNS", "edns-cookie-query"),
            ("alias", "an answer through a CNAME", "nsd-alias-response"),
            ("mx", "MX", "unbound-resolved-answer-mx-response"),
            ("nxdomain", "a signed denial", "knot-signed-nxdomain-response"),
            ("referral", "a signed referral", "knot-signed-referral-response"),
            ("txt", "large TXT", "nsd-large-over-tcp-response"),
            ("addresses", "20 addresses", "nsd-many-addresses-response"),
            ("rrset", "50 addresses", "rrset-of-50"))
WARM_UP = 2


def parse_all(program):
    """The nanoseconds of each message, or why the subject failed."""
    words = [str(program), *(str(CORPUS / name) for _, _, name in MESSAGES)]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, timeout=30)
    values = [float(line) for line in done.stdout.split()]
    if done.returncode != 0 or len(values) != len(MESSAGES):
        said = done.stderr.strip().splitlines()
        return None, said[0] if said else f"exit status {done.returncode}"
    return values, None


def measure_rounds(settings, running):
    """{subject: a list of rounds, each a list of one value a message}, and {subject: failure}."""
    order = random.Random(settings.seed)
    taken = {name: [] for name in running}
    failures = {}
    for number in range(-WARM_UP, settings.samples):
        names = [name for name in running if name not in failures]
        order.shuffle(names)
        for name in names:
            values, failure = parse_all(running[name])
            if failure:
                failures[name] = failure
            elif number >= 0:
                taken[name].append(values)
        settings.progress(f"parsing: round {number + 1} of {settings.samples}")
    return taken, failures


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def subjects_of(missing, failures, samples):
    """One subject each, with what samples(name) gives."""
    subjects = []
    for name, _, _ in SUBJECTS:
        subject = Subject(name)
        if name in missing:
            subject.set_aside("missing", missing[name])
        elif name in failures:
            subject.set_aside("failed", failures[name])
        else:
            subject.metrics = {"parse": ("ns", [round(value, 2) for value in samples(name)])}
        subjects.append(subject)
    return subjects


def column(taken, index, subject):
    """The samples of one message."""
    return [values[index] for values in taken[subject]]


def measure(settings):
    running, missing = {}, {}
    for name, program, package in SUBJECTS:
        path = settings.helpers / program
        if path.is_file():
            running[name] = path
        elif package:
            missing[name] = f"{package} was not installed when Cupel was built"
        else:
            raise Cannot(f"{path} is not there ('make' builds it)")
    taken, failures = measure_rounds(settings, running)
    cases = [Case(name="geometric mean", about="Over the messages below.", compared=("parse",),
                  against=(FLOOR, PEER),
                  subjects=subjects_of(missing, failures, lambda name: map(geometric_mean,
                                                                           taken[name])))]
    for index, (label, about, name) in enumerate(MESSAGES):
        size = (CORPUS / name).stat().st_size
        subjects = subjects_of(missing, failures, functools.partial(column, taken, index))
        cases.append(Case(name=label, about=f"{about}, {size} octets.", compared=("parse",),
                          against=(FLOOR, PEER), subjects=subjects))
    return cases
