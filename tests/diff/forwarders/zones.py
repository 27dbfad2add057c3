"""The two zones of the comparison, made from a seed: text for Knot, and what can be asked."""

import base64
import random

PLAIN = "plain.example."
SIGNED = "signed.example."
TTLS = (300, 3600)
DNAME_TTL_S = 4  # so short that it ends while questions are asked

# A record of each type, by a number that makes it another one.
RECORDS = {
    "A": lambda n: f"192.0.2.{n % 250 + 1}",
    "AAAA": lambda n: f"2001:db8::{n % 65535 + 1:x}",
    "MX": lambda n: f"{n % 50} mail{n % 7}",
    "TXT": lambda n: f'"text {n}" "{"x" * (n % 200)}"',
    "SRV": lambda n: f"{n % 9} {n % 5} {n % 60000} mail{n % 7}",
    "CAA": lambda n: f'0 issue "ca{n}.example"',
    "TLSA": lambda n: f"3 1 1 {n:064x}",
    "SSHFP": lambda n: f"4 2 {n:064x}",
    "NAPTR": lambda n: f'{n % 100} 10 "u" "E2U+sip" "!^.*$!sip:{n}@a.example!" .',
    "PTR": lambda n: f"mail{n % 7}",
    "HINFO": lambda n: f'"cpu{n}" "os"',
    "LOC": lambda n: f"{n % 89} 0 0 N {n % 179} 0 0 E 10m",
    "RP": lambda n: f"mail{n % 7} mail{n % 3}",
    "AFSDB": lambda n: f"1 mail{n % 7}",
    "URI": lambda n: f'10 1 "https://{n}.example/"',
    "SVCB": lambda n: f"1 mail{n % 7} alpn=h2 port={n % 60000 + 1}",
    "HTTPS": lambda n: f"1 . alpn=h2,h3 ipv4hint=192.0.2.{n % 250 + 1}",
    "OPENPGPKEY": lambda n: base64.b64encode(f"{n:09d}".encode()).decode(),
    "TYPE65280": lambda n: f"\\# 4 {n % 65536:08x}",
}
# What a name may have beside what it has; asked for wherever it is.
OTHER_TYPES = ("NS", "SOA", "CNAME", "DNAME", "DS", "DNSKEY", "NSEC", "NSEC3PARAM", "RRSIG", "ANY",
               "CDS", "SPF", "TYPE999")
# Labels as zone files write them.
ODD_LABELS = (r"sp\032ace", r"do\.t", r"\000", r"\255\254", r"under_score", r"UPPER", r"mIxEd",
              "x" * 63, r"quo\"te", r"semi\;colon", r"back\\slash", "-", "xn--bcher-kva", "1",
              r"\@")


def front(zone):
    return [f"$ORIGIN {zone}", "$TTL 300", "@ SOA ns hostmaster 1 3600 600 86400 60", "@ NS ns",
            "ns A 127.0.0.1", "@ MX 10 mail1", '@ TXT "the apex"',
            *(f"mail{n} A 192.0.2.{n + 200}" for n in range(7)),
            *(f"mail{n} AAAA 2001:db8:1::{n + 1:x}" for n in range(0, 7, 2))]


class Zone:
    """A zone: its lines, and the names in it by what they are."""

    def __init__(self, name, draw, size):
        self.name = name
        self.lines = front(name)
        self.names = {}
        for make in (self.add_plain, self.add_odd, self.add_aliases, self.add_wildcards,
                     self.add_large, self.add_deep):
            make(draw, size)
        self.add("delegated", "sub", "NS ns.sub")
        self.lines += ["ns.sub A 192.0.2.250", "sub2 NS ns.elsewhere.example."]
        self.add("dname", "tree", f"{DNAME_TTL_S} DNAME mail1")

    def add(self, kind, owner, *texts):
        self.names.setdefault(kind, []).append(owner)
        self.lines += [f"{owner} {text}" for text in texts]

    def add_plain(self, draw, size):
        for number in range(size):
            types = draw.sample(sorted(RECORDS), draw.randint(1, 4))
            texts = [f"{draw.choice(TTLS) if index == 0 else ''} {kind} {RECORDS[kind](value)}"
                     for kind in types for index, value in enumerate(
                         draw.sample(range(100000), draw.randint(1, 3)))]
            self.add("plain", f"name{number}", *(each for each in self.same_ttl(texts)))

    @staticmethod
    def same_ttl(texts):
        """Records of one name and type have one TTL."""
        ttls = {}
        for text in texts:
            words = text.split()
            if words[0].isdigit():
                ttl, kind, rest = words[0], words[1], text.split(None, 2)[2]
            else:
                ttl, kind, rest = None, words[0], text.split(None, 1)[1]
            ttl = ttls.setdefault(kind, ttl or "300")
            yield f"{ttl} {kind} {rest}"

    def add_odd(self, draw, _size):
        for label in ODD_LABELS:
            self.add("odd", label, f"A {RECORDS['A'](draw.randrange(250))}", 'TXT "odd"')
        long = ".".join(["y" * 60] * 3)
        self.add("odd", long, "A 192.0.2.9")

    def add_aliases(self, draw, _size):
        for length in range(1, 13):
            for step in range(length):
                target = f"alias{length}-{step + 1}" if step + 1 < length else "mail1"
                self.lines.append(f"alias{length}-{step} CNAME {target}")
            self.names.setdefault("alias", []).append(f"alias{length}-0")
        self.add("alias", "dangling", "CNAME nowhere")
        self.add("alias", "outside", "CNAME name1.elsewhere.example.")
        self.add("alias", "across", f"CNAME name1.{PLAIN if self.name == SIGNED else SIGNED}")
        self.add("alias", "loop1", "CNAME loop2")
        self.add("alias", "loop2", "CNAME loop1")
        self.add("alias", "towild", "CNAME any.wild0")
        draw.random()

    def add_wildcards(self, draw, _size):
        for number in range(4):
            self.add("wildcard", f"*.wild{number}", f"A {RECORDS['A'](draw.randrange(250))}",
                     f'TXT "wild {number}"')
        self.add("wildcard", "*.wildalias", "CNAME mail1")
        self.lines.append("there.wild0 MX 1 mail1")

    def add_large(self, draw, _size):
        for number in range(6):
            size = 3 + 4 * number
            self.add("large", f"large{number}", *(
                f'TXT "{draw.randrange(10 ** 9):0240d}"' for _ in range(size)))
        self.add("large", "many", *(f"A 198.51.100.{n}" for n in range(1, 200)))

    def add_deep(self, draw, _size):
        for number in range(5):
            self.add("deep", f"a.b.c{number}.d", f"A {RECORDS['A'](draw.randrange(250))}")

    def text(self):
        return "\n".join(self.lines) + "\n"


def make(seed):
    draw = random.Random(seed)
    return Zone(PLAIN, draw, 400), Zone(SIGNED, draw, 150)
