#!/usr/bin/python3
"""Writes the seeds of forwarder_store: seeds_store.py DIRECTORY."""
import pathlib
import struct
import sys

DO, CD, AD = 1, 2, 4


def name(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.split(".")) + b"\0"


def record(owner, kind, ttl, rdata):
    return owner + struct.pack(">HHIH", kind, 1, ttl, len(rdata)) + rdata


def message(question, kind, answers=(), authority=(), additional=(), flags=0x8180):
    header = struct.pack(">6H", 0, flags, 1, len(answers), len(authority), len(additional))
    return (header + name(question) + struct.pack(">HH", kind, 1)
            + b"".join((*answers, *authority, *additional)))


def entry(wire, bits=0, age=0):
    body = struct.pack(">BI", bits, age) + wire
    return struct.pack(">H", len(body)) + body


HERE = b"\xc0\x0c"
ADDRESS = record(HERE, 1, 300, bytes((192, 0, 2, 1)))
SOA = record(name("test"), 6, 600,
             name("ns.test") + name("h.test") + struct.pack(">5I", 1, 2, 3, 4, 120))
ERROR = b"\0" + struct.pack(">HHIHHHH", 41, 1232, 0, 6, 15, 2, 22)
PLAIN = entry(message("a.test", 1, [ADDRESS]))

SEEDS = {
    "one-address": PLAIN,
    "with-do-and-an-age": entry(message("a.test", 1, [ADDRESS]), DO | CD, 200),
    "stale": entry(message("a.test", 1, [ADDRESS]), AD, 350),
    "too-old": entry(message("a.test", 1, [ADDRESS]), 0, 500),
    "oldest": entry(message("a.test", 1, [ADDRESS]), 0, 0xFFFFFFFF),
    "no-such-name": entry(message("b.test", 1, authority=[SOA], flags=0x8183)),
    "an-alias": entry(message("c.test", 1, [record(HERE, 5, 100, name("d.test")),
                                             record(name("d.test"), 1, 50, bytes(4))])),
    "with-an-error": entry(message("a.test", 1, [ADDRESS], additional=[ERROR])),
    "a-failure": entry(message("a.test", 1, flags=0x8182)),
    "cut": entry(message("a.test", 1, [ADDRESS], flags=0x8380)),
    "bits-that-are-none": entry(message("a.test", 1, [ADDRESS]), 9),
    "do-and-ad": entry(message("a.test", 1, [ADDRESS]), DO | AD),
    "no-message": entry(b"\1\2\3"),
    "many": b"".join(entry(message(f"{number}.test", 1, [ADDRESS])) for number in range(300)),
    "twice": PLAIN + PLAIN,
    "a-record-that-is-cut": PLAIN + PLAIN[:-1],
}
FILES = {
    "file-empty": b"",
    "file-of-another-kind": b"#!/bin/sh\n",
    "file-of-another-version": b"CUPELDNS" + struct.pack(">IQ", 2, 1700000000),
    "file-without-an-end": b"CUPELDNS" + struct.pack(">IQ", 1, 1700000000) + PLAIN,
    "file-with-a-wrong-hash": (b"CUPELDNS" + struct.pack(">IQ", 1, 1700000000) + PLAIN
                               + struct.pack(">HIQ", 0, 1, 5)),
}


def main():
    directory = pathlib.Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    for title, octets in SEEDS.items():
        (directory / title).write_bytes(b"\1" + octets)
    for title, octets in FILES.items():
        (directory / title).write_bytes(b"\0" + octets)


main()
