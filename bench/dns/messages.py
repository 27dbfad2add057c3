#!/usr/bin/python3 -B
"""The messages of the DNS benchmarks: eight that are met every day, and some that are made to hurt.

    bench/dns/messages.py DIR      writes each to a file of its own

They are made from nothing but this file, and are the same octets each time."""

import dataclasses
import pathlib
import random
import struct
import sys

A, NS, CNAME, SOA, NULL, MX, TXT, AAAA, OPT, DS, RRSIG, NSEC3, SVCB, HTTPS = (
    1, 2, 5, 6, 10, 15, 16, 28, 41, 43, 46, 50, 64, 65)
PRIVATE = 65280
IN = 1
QUERY, ANSWER, NXDOMAIN = 0x0100, 0x8180, 0x8183
ANSWERS, AUTHORITY, ADDITIONAL = 1, 2, 3
COOKIE, EXTENDED_ERROR = 10, 15
DNSSEC_OK = 0x8000
UDP_SIZE = 1232
MESSAGE_SIZE_MAX = 65535
POINTER = 0xC000
POINTER_MAX = 0x3FFF


class Message:
    """A message that grows, names compressed to what stands before them."""

    def __init__(self, flags, seed=0):
        self.octets = bytearray(struct.pack("!HHHHHH", 0x1234, flags, 0, 0, 0, 0))
        self.places = {}
        self.draw = random.Random(seed)

    def count(self, section, number=1):
        at = 4 + 2 * section
        struct.pack_into("!H", self.octets, at,
                         struct.unpack_from("!H", self.octets, at)[0] + number)

    def put(self, form, *values):
        self.octets += struct.pack("!" + form, *values)

    def name(self, text):
        labels = [label for label in text.split(".") if label]
        for i, label in enumerate(labels):
            rest = ".".join(labels[i:])
            if rest in self.places:
                self.put("H", POINTER | self.places[rest])
                return
            if len(self.octets) <= POINTER_MAX:
                self.places[rest] = len(self.octets)
            self.octets += bytes([len(label)]) + label.encode()
        self.octets.append(0)

    def plain_name(self, text):
        """A name that is never compressed."""
        for label in filter(None, text.split(".")):
            self.octets += bytes([len(label)]) + label.encode()
        self.octets.append(0)

    def question(self, name, kind):
        self.count(0)
        self.name(name)
        self.put("HH", kind, IN)

    def record(self, section, owner, kind, ttl, write):
        """`write`: octets of RDATA, or a function that puts them."""
        self.count(section)
        self.name(owner)
        self.put("HHIH", kind, IN, ttl, 0)
        start = len(self.octets)
        if callable(write):
            write()
        else:
            self.octets += write
        struct.pack_into("!H", self.octets, start - 2, len(self.octets) - start)

    def named(self, section, owner, kind, ttl, target):
        self.record(section, owner, kind, ttl, lambda: self.name(target))

    def noise(self, size):
        return bytes(self.draw.randrange(256) for _ in range(size))

    def signature(self, section, owner, covered, labels):
        def write():
            self.put("HBBIIIH", covered, 13, labels, 900, 0x6955B900, 0x692CDA80, 12345)
            self.plain_name("com")
            self.octets += self.noise(64)
        self.record(section, owner, RRSIG, 900, write)

    def opt(self, flags=0, options=()):
        rdata = b"".join(struct.pack("!HH", code, len(octets)) + octets
                         for code, octets in options)
        self.count(ADDITIONAL)
        self.put("BHHIH", 0, OPT, UDP_SIZE, flags, len(rdata))
        self.octets += rdata
        return bytes(self.octets)


def query():
    message = Message(QUERY, 1)
    message.question("www.example.com", A)
    return message.opt(options=[(COOKIE, message.noise(8))])


def alias():
    message = Message(ANSWER, 2)
    edge, server = "www.example.com-v4.edgesuite.example.net", "a1422.dscr.akamai.example.net"
    message.question("www.example.com", A)
    message.record(ANSWERS, "www.example.com", CNAME, 300, lambda: (
        message.plain_name(edge), place_of(message, edge)))
    message.named(ANSWERS, edge, CNAME, 21600, server)
    for last in (10, 11):
        message.record(ANSWERS, server, A, 20, bytes([192, 0, 2, last]))
    return message.opt(options=[(COOKIE, message.noise(24))])


def place_of(message, text):
    """Lets later names point into one that was just written without compression."""
    at = len(message.octets) - len(text) - 2
    while text:
        message.places.setdefault(text, at)
        label, _, text = text.partition(".")
        at += 1 + len(label)


def mx():
    message = Message(ANSWER)
    message.question("example.org", MX)
    for number in (3, 1, 4, 2, 5):
        message.record(ANSWERS, "example.org", MX, 3600, lambda: (
            message.put("H", 10 * number), message.name(f"mx{number}.mail.example.org")))
    for server in ("ns2.example.org", "ns3.example.net", "ns1.example.org"):
        message.named(AUTHORITY, "example.org", NS, 86400, server)
    for number in range(1, 6):
        message.record(ADDITIONAL, f"mx{number}.mail.example.org", A, 3600,
                       bytes([198, 51, 100, number]))
    for number in range(1, 6):
        message.record(ADDITIONAL, f"mx{number}.mail.example.org", AAAA, 3600,
                       bytes.fromhex("20010db8") + bytes(11) + bytes([number]))
    return message.opt()


def nxdomain():
    message = Message(NXDOMAIN, 4)

    def soa():
        message.name("a.gtld-servers.net")
        message.name("nstld.verisign-grs.com")
        message.put("IIIII", 1767225600, 1800, 900, 604800, 900)

    def nsec3(bitmap):
        return bytes([1, 1, 0, 0, 0, 20]) + message.noise(20) + bytes.fromhex(bitmap)

    message.question("nosuchname-xyz123.com", A)
    message.record(AUTHORITY, "com", SOA, 900, soa)
    message.signature(AUTHORITY, "com", SOA, 1)
    for hashed, bitmap in (("6ELI4L0M6QPK0OUTNOMEH843QCAPEPSA", "000722000000000290"),
                           ("V51C4R08V1KEMODMQI9DVJ83UT5AQ2HA", "0006200000000012"),
                           ("J3M37M0RVUB47GR03DUAQERIKBGFHNQK", "0006200000000012")):
        message.record(AUTHORITY, f"{hashed}.com", NSEC3, 900, nsec3(bitmap))
        message.signature(AUTHORITY, f"{hashed}.com", NSEC3, 2)
    return message.opt(DNSSEC_OK)


def https():
    message = Message(ANSWER, 5)
    addresses = (bytes([104, 16, 132, 229]), bytes([104, 16, 133, 229]))
    params = ((1, b"\2h3\2h2"), (4, b"".join(addresses)), (5, message.noise(71)),
              (6, b"".join(bytes.fromhex("26064700") + bytes(8) + each for each in addresses)))
    rdata = b"\0\1\0" + b"".join(struct.pack("!HH", key, len(value)) + value
                                 for key, value in params)
    message.question("cloud.example.com", HTTPS)
    message.record(ANSWERS, "cloud.example.com", HTTPS, 300, rdata)
    message.signature(ANSWERS, "cloud.example.com", HTTPS, 3)
    return message.opt(DNSSEC_OK, [(COOKIE, message.noise(24)), (EXTENDED_ERROR, b"\0\3stale")])


def txt():
    message = Message(ANSWER, 6)
    letters = b"abcdefghijklmnopqrstuvwxyz0123456789 ;:="

    def string():
        return b"\xff" + bytes(message.draw.choice(letters) for _ in range(255))

    message.question("txt.example.com", TXT)
    message.record(ANSWERS, "txt.example.com", TXT, 300, b"".join(string() for _ in range(8)))
    return message.opt()


def addresses():
    message = Message(ANSWER, 7)
    numbers = list(range(50))
    message.draw.shuffle(numbers)
    message.question("big.example.com", A)
    for number in numbers:
        message.record(ANSWERS, "big.example.com", A, 60, bytes([10, 1, number // 8, number]))
    return message.opt()


def referral():
    message = Message(ANSWER, 8)
    servers = [f"{letter}.gtld-servers.net" for letter in "abcdefghijklm"]
    told = list(servers)
    message.draw.shuffle(told)
    message.question("www.example.com", A)
    for server in told:
        message.named(AUTHORITY, "com", NS, 172800, server)
    message.record(AUTHORITY, "com", DS, 86400,
                   struct.pack("!HBB", 19718, 13, 2) + message.noise(32))
    message.signature(AUTHORITY, "com", DS, 1)
    for number, server in enumerate(servers, 1):
        message.record(ADDITIONAL, server, A, 172800, bytes([192, 5, 6, number]))
    for number, server in enumerate(servers, 1):
        message.record(ADDITIONAL, server, AAAA, 172800,
                       bytes.fromhex("20010503a83e") + bytes(6) + bytes([0, 2, 0, number]))
    return message.opt(DNSSEC_OK)


def start_of_worst(kind, section_size):
    """A header and one record of no type that matters, whose RDATA is to be pointed into."""
    message = Message(ANSWER)
    message.count(ANSWERS)
    message.put("BHHIH", 0, kind, IN, 0, section_size)
    return message


def fill(message, count, form, *values):
    """Puts a record again and again until the message is full, or `count` times."""
    size = struct.calcsize("!" + form)
    count = min(count, (MESSAGE_SIZE_MAX - len(message.octets)) // size)
    message.octets += struct.pack("!" + form, *values) * count
    message.count(ANSWERS, count)
    return bytes(message.octets)


def chain(hops):
    """Pointers, each to the one before it, and records that begin at the last."""
    message = start_of_worst(NULL, 1 + 2 * hops)
    at = len(message.octets)
    message.octets.append(0)
    for _ in range(hops):
        message.put("H", POINTER | at)
        at = len(message.octets) - 2
    return fill(message, 65535, "HHHIH", POINTER | at, PRIVATE, IN, 0, 0)


def deep():
    """One name of 127 labels, under as many records as fit."""
    message = start_of_worst(NULL, 255)
    at = len(message.octets)
    message.octets += b"\1a" * 127 + b"\0"
    return fill(message, 65535, "HHHIH", POINTER | at, PRIVATE, IN, 0, 0)


def ends():
    """Names of 127 labels without number, and records that begin at the end of each in turn, so
    that no memory of a fixed size holds them all."""
    message = start_of_worst(NULL, 62 * 256)
    starts = []
    for _ in range(62):
        starts.append(len(message.octets))
        message.octets += b"\1a" * 127 + b"\0\0"
    number = 0
    while len(message.octets) + 12 <= MESSAGE_SIZE_MAX:
        at = starts[number % 62] + 2 * (number // 62 % 64)
        message.put("HHHIH", POINTER | at, PRIVATE, IN, 0, 0)
        number += 1
    message.count(ANSWERS, number)
    return bytes(message.octets)


def rdata_of(kind, octets):
    message = start_of_worst(kind, len(octets))
    message.octets += octets
    return bytes(message.octets)


def empty_strings():
    return rdata_of(TXT, bytes(60000))


def parameters():
    keys = range(256, 256 + 15900)  # that mean nothing yet
    return rdata_of(SVCB, b"\0\1\0" + b"".join(struct.pack("!HH", key, 0) for key in keys))


def options():
    message = Message(QUERY)
    return message.opt(options=[(65001, b"")] * 16000)


def bitmaps():
    """NSEC3 records with all windows that there are."""
    message = Message(ANSWER)
    windows = b"".join(bytes([number, 1, 0x80]) for number in range(256))
    rdata = bytes([1, 0, 0, 0, 0, 20]) + bytes(20) + windows
    while len(message.octets) + len(rdata) + 11 <= MESSAGE_SIZE_MAX:
        message.record(ANSWERS, "", NSEC3, 0, rdata)
    return bytes(message.octets)


def under(owners):
    """Records with an address, as many as fit, each under the next of these owners."""
    message = Message(ANSWER)
    message.question("example", A)
    for owner in owners:
        before = bytes(message.octets)
        message.record(ANSWERS, owner, A, 0, bytes([192, 0, 2, 1]))
        if len(message.octets) > MESSAGE_SIZE_MAX:
            return before
    return bytes(message.octets)


def owners():
    return under(f"{number:x}.example" for number in range(65536))


def siblings():
    """Names of 125 labels, of which only the first is another each time; no more of them than fit
    without compression, too."""
    return under(f"{number:04x}" + ".a" * 124 for number in range(240))


def strangers():
    """Names of 125 labels that end differently, so that all their labels are new."""
    return under("a." * 124 + f"{number:04x}" for number in range(65536))


@dataclasses.dataclass(frozen=True)
class Made:
    name: str
    about: str
    make: object


USUAL = (Made("query", "a query with a cookie", query),
         Made("alias", "an address through two CNAME", alias),
         Made("mx", "MX with addresses in the additional section", mx),
         Made("nxdomain", "a signed denial with NSEC3", nxdomain),
         Made("https", "HTTPS, signed", https),
         Made("txt", "eight strings of 255 octets", txt),
         Made("addresses", "50 addresses", addresses),
         Made("referral", "a signed referral to 13 servers with two addresses each", referral))

WORST = (Made("chain", "5,400 records that begin with a chain of 127 pointers",
              lambda: chain(126)),
         Made("long-chain", "4,100 records that begin with a chain of 8,000 pointers",
              lambda: chain(8000)),
         Made("deep", "5,400 records under one name of 127 labels", deep),
         Made("ends", "4,100 records at 3,968 places in names of 127 labels", ends),
         Made("empty-strings", "a TXT of 60,000 empty strings", empty_strings),
         Made("parameters", "SVCB with 15,900 parameters", parameters),
         Made("options", "16,000 EDNS options", options),
         Made("bitmaps", "NSEC3 with all 256 windows, as often as fits", bitmaps))

WORST_BUILT = (Made("owners", "3,300 records, each with an owner of its own", owners),
               Made("siblings", "240 records under names of 125 labels that end alike", siblings),
               Made("strangers", "240 records under names of 125 labels that end differently",
                    strangers))


def write(folder, made):
    """Files in the folder, in the order of `made`."""
    paths = []
    for each in made:
        path = pathlib.Path(folder) / each.name
        path.write_bytes(each.make())
        paths.append(path)
    return paths


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: bench/dns/messages.py DIR")
    write(sys.argv[1], USUAL + WORST + WORST_BUILT)
