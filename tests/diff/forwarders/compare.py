"""What is different between two answers to one question, as marks; and the table that explains."""

import dataclasses
import fnmatch
import pathlib

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

FLAGS = (("aa", dns.flags.AA), ("ra", dns.flags.RA), ("rd", dns.flags.RD), ("ad", dns.flags.AD),
         ("cd", dns.flags.CD))
SECTIONS = ("answer", "authority", "additional")


class View:
    """An answer without what may differ: TTLs, order, letters' case."""

    def __init__(self, wire):
        self.problem = None
        if wire is None:
            self.problem = "silence"
            return
        try:
            self.message = dns.message.from_wire(wire, ignore_trailing=False)
        except (dns.exception.DNSException, ValueError) as problem:
            self.problem = f"malformed-{type(problem).__name__}"
            return
        self.rcode = dns.rcode.to_text(self.message.rcode())
        self.sections = {name: frozenset(self.rows(name)) for name in SECTIONS}

    def rows(self, section):
        for rrset in getattr(self.message, section):
            name = rrset.name.canonicalize().to_wire()
            for rdata in rrset:
                yield name, rrset.rdclass, rrset.rdtype, rdata.to_digestable()

    def kinds(self, section):
        """The types in a section, for reading."""
        return ",".join(sorted({dns.rdatatype.to_text(row[2]) for row in self.sections[section]}))


def section_marks(ours, theirs):
    for name in SECTIONS:
        mine, other = ours.sections[name], theirs.sections[name]
        if mine == other:
            continue
        word = "less" if mine < other else "more" if mine > other else "other"
        types = sorted({dns.rdatatype.to_text(row[2]) for row in mine ^ other})
        yield f"{name}:{word}:{'+'.join(types)}"


def marks(ours, theirs):
    """Each difference as a word: what it is of, ours, and theirs."""
    if ours.problem or theirs.problem:
        if ours.problem != theirs.problem:
            yield f"{ours.problem or 'answer'}/{theirs.problem or 'answer'}"
        return
    if ours.rcode != theirs.rcode:
        yield f"rcode:{ours.rcode}/{theirs.rcode}"
    for name, bit in FLAGS:
        mine, other = bool(ours.message.flags & bit), bool(theirs.message.flags & bit)
        if mine != other:
            yield f"{name}:{mine:d}/{other:d}"
    if (ours.message.edns < 0) != (theirs.message.edns < 0):
        yield f"edns:{ours.message.edns >= 0:d}/{theirs.message.edns >= 0:d}"
    if ours.message.question != theirs.message.question:
        yield "question"
    yield from section_marks(ours, theirs)


@dataclasses.dataclass
class Row:
    """An explained difference. `*` stands for anything, and columns are patterns."""
    peer: str
    mark: str
    situation: str
    right: str
    reason: str
    used: int = 0

    def explains(self, peer, mark, situation):
        return fnmatch.fnmatchcase(peer, self.peer) and fnmatch.fnmatchcase(mark, self.mark) and \
            fnmatch.fnmatchcase(situation, self.situation)


class Table:
    def __init__(self, path):
        lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
        self.rows = [Row(*line.split("\t")) for line in lines if line and line[0] != "#"]

    def row_for(self, peer, mark, situation):
        """The first row that explains the mark, or nothing."""
        return next((row for row in self.rows if row.explains(peer, mark, situation)), None)

    def explain(self, peer, mark, situation):
        """Whether a row explains the mark, which then has it."""
        row = self.row_for(peer, mark, situation)
        if row:
            row.used += 1
        return row is not None
