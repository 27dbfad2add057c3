"""The questions of the comparison, made from a seed."""

import dataclasses
import random

import dns.flags
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype

import zones

KINDS = ("plain", "plain", "plain", "plain", "odd", "alias", "alias", "wildcard", "wildcard",
         "large", "deep", "delegated", "dname", "missing", "missing", "below", "apex", "outside")
OUTSIDE = (".", "example.", "com.", "elsewhere.example.", "plain.example.example.",
           "xplain.example.")


@dataclasses.dataclass(frozen=True)
class Question:
    """What is asked, and how; `kind` is what the name is in its zone."""
    number: int
    kind: str
    zone: str
    name: dns.name.Name
    type: int
    edns: bool
    dnssec_ok: bool
    checking_disabled: bool
    wants_ad: bool
    payload: int

    def wire(self):
        query = dns.message.make_query(self.name, self.type, use_edns=False)
        query.id = self.number % 65536
        if self.checking_disabled:
            query.flags |= dns.flags.CD
        if self.wants_ad:
            query.flags |= dns.flags.AD
        if self.edns:
            query.use_edns(0, dns.flags.DO if self.dnssec_ok else 0, self.payload)
        return query.to_wire()

    def situation(self):
        zone = {zones.PLAIN: "plain", zones.SIGNED: "signed"}.get(self.zone, "none")
        return f"zone={zone} kind={self.kind} type={dns.rdatatype.to_text(self.type)} " \
               f"edns={self.edns:d} do={self.dnssec_ok:d} cd={self.checking_disabled:d} " \
               f"ad={self.wants_ad:d}"

    def text(self):
        return f"number {self.number}: {self.name} {dns.rdatatype.to_text(self.type)} " \
               f"({self.situation()})"


def draw_name(draw, zone, kind):
    """A name of that kind, as text."""
    number = draw.randrange(100000)
    if kind == "missing":
        return draw.choice((f"missing{number}", f"no.such{number % 50}", f"name{number % 9}x",
                            r"mis\000sing"))
    if kind == "apex":
        return "@"
    if kind == "below":
        return f"below{number % 20}." + draw.choice(zone.names["plain"])
    owner = draw.choice(zone.names[kind])
    if kind == "wildcard":
        return draw.choice((owner, owner.replace("*", f"any{number % 30}"),
                            owner.replace("*", f"a.b{number % 9}"), owner[2:], "there.wild0"))
    if kind == "dname":
        return draw.choice((owner, f"x{number % 9}.{owner}", f"y.x.{owner}"))
    if kind == "delegated":
        return draw.choice((owner, f"x{number % 9}.{owner}", "ns.sub", "sub2", "x.sub2"))
    if kind == "deep":
        return owner.split(".", draw.randrange(3))[-1]
    return owner


def draw_type(draw, kind):
    if kind == "apex":
        return draw.choice(("SOA", "NS", "DNSKEY", "MX", "TXT", "A", "ANY", "NSEC", "DS", "CDS"))
    if kind == "large" and draw.random() < 0.8:
        return draw.choice(("TXT", "A"))
    if draw.random() < 0.1:
        return draw.choice(zones.OTHER_TYPES)
    if draw.random() < 0.5:
        return draw.choice(("A", "AAAA", "TXT"))
    return draw.choice(sorted(zones.RECORDS))


def with_case(draw, name):
    """The name, at times in letters of any case."""
    if draw.random() < 0.8:
        return name
    return dns.name.Name([bytes(octet ^ 0x20 if chr(octet).isalpha() and octet < 128 and
                                draw.random() < 0.5 else octet for octet in label)
                          for label in name.labels])


def make(seed, count, both):
    """`count` questions of these two zones."""
    draw = random.Random(seed + 1)
    for number in range(count):
        kind = draw.choice(KINDS)
        zone = draw.choice(both)
        if kind == "outside":
            name, zone_name = dns.name.from_text(draw.choice(OUTSIDE)), "."
        else:
            name = dns.name.from_text(draw_name(draw, zone, kind), dns.name.from_text(zone.name))
            zone_name = zone.name
        edns = draw.random() < 0.7
        yield Question(number, kind, zone_name, with_case(draw, name),
                       dns.rdatatype.from_text(draw_type(draw, kind)), edns,
                       edns and draw.random() < 0.5, draw.random() < 0.2, draw.random() < 0.3,
                       draw.choice((512, 1232, 4096)))


def expiring(first, both):
    """Questions about a DNAME record that ends while an alias made of it, which came later, goes
    on: pairs of how long to wait before, and what is asked then. `first` is the first's number."""
    half = zones.DNAME_TTL_S / 2
    numbers = iter(range(first, first + 65536))
    for wait_s, label, types in ((zones.DNAME_TTL_S + 2, "early", ("A",)), (half, "late", ("A",)),
                                 (half + 1, "late", ("A", "TXT", "AAAA", "MX"))):
        yield wait_s, [Question(next(numbers), "dname", zone.name,
                                dns.name.from_text(f"{label}.tree", dns.name.from_text(zone.name)),
                                dns.rdatatype.from_text(kind), has_dnssec, has_dnssec, False, False,
                                1232)
                       for zone in both for kind in types for has_dnssec in (False, True)]
