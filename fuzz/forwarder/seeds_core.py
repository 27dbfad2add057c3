#!/usr/bin/python3
"""seeds_core.py DIRECTORY: writes the seed corpus of fuzz_core.c, histories that are named for what
they show. The words below are the steps that fuzz_core.c reads; see there."""
import pathlib
import struct
import sys

A = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1"
CNAME = b"\xc0\x0c\0\5\0\1\0\0\0\x3c\0\4\1x\xc0\x0c"
BAD = b"\3bad\7example\4test\0"
TO_BAD = b"\xc0\x0c\0\5\0\1\0\0\0\x3c\0\x12" + BAD + BAD + A[2:]
SOA = (b"\0\0\6\0\1\0\0\0\x3c\0\x16\0\0" + struct.pack(">5I", 1, 2, 3, 4, 5))
UNKNOWN = b"\xc0\x0c\xff\0\0\1\0\0\0\x3c\0\3abc"
OPT = b"\0\0\x29\2\0\0\0\0\0\0\0"
OPT_ERROR = b"\0\0\x29\2\0\0\0\0\0\0\6\0\x0f\0\2\0\x16"
OPT_PADDING = b"\0\0\x29\2\0\0\0\0\0\0\6\0\x0c\0\2\0\0"
OPT_COOKIE = b"\0\0\x29\2\0\0\0\0\0\0\x0c\0\x0a\0\x08cupel-dns"[:-1]
OPT_EXTENDED = b"\0\0\x29\2\0\1\0\0\0\0\0"
QUESTION = b"\3wWw\4test\0\0\1\0\1"
ID, LANE, UPSTREAM, PORT, WRONG_QUESTION, QR, EDNS, END = (1 << bit for bit in range(8))


def limits(queries=8, attempts=3, upstreams=2, crowded=False, admit=0, streams=0):
    return bytes([queries - 1 | crowded << 3, attempts - 1, upstreams - 1 | streams << 4, admit])


def any_case():
    """Limits, and letters of any case."""
    return bytes([7 | 1 << 4, 2, 1, 0])


def caching(attempts=3, stale=0, ttl_min=0, prefetch=False):
    """Limits, and a cache."""
    return bytes([7 | 32, attempts - 1, 1, stale | ttl_min << 4 | prefetch << 6, 0])


def admit(allow=0, silent=False, rate=False, client=0, upstream=0):
    """Who may ask: allow 1: 192.0.2.0/28, 2: 192.0.2.16/28."""
    return ((allow > 0) | silent << 1 | (allow == 2) << 2 | rate << 3 | client << 4 |
            upstream << 6)


def local(block_answer):
    """Limits, and the names of witness_local.h; of blocked ones it is said that they do not exist,
    that they have the address 0, or nothing (REFUSED)."""
    return bytes([7, 128 + 4 * (block_answer + 1) % 12 + 2, 1, 0])


def local_caching(block_answer, stale=0):
    """The same, and a cache."""
    return bytes([7 | 32, 128 + 4 * (block_answer + 1) % 12 + 2, 1, stale, 0])


def ask(name, type_=1, class_=1, who=2):
    """A query for a name; odd clients speak EDNS, those from 24 on are on a stream."""
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    question = labels + b"\0" + struct.pack(">HH", type_, class_)
    return query(question + (OPT if who % 2 else b""), who)


def sized(octets):
    return struct.pack(">H", len(octets)) + octets


def octets(content, who=2):
    return bytes([who << 3]) + sized(content)


def query(body, who=2):
    return bytes([who << 3 | 1]) + sized(body)


def good(who=2):
    return bytes([who << 3 | 2])


def any_reply(content, which=0):
    return bytes([which << 3 | 4]) + sized(content)


def reply(spoil=0, which=0, answer=b"", counts=None, flags=0x30):
    counts = (1 if answer else 0) if counts is None else counts
    return bytes([which << 3 | 5, spoil, counts, flags]) + sized(answer)


def cookied(forged=False, bad=False, which=0):
    """A reply with a cookie, and perhaps BADCOOKIE."""
    return reply(which=which, answer=b"" if bad else A, flags=0x37 if bad else 0x30,
                 counts=(0 if bad else 1) | 64 | forged << 7)


def failure(how=0):
    return bytes([(28 + how) << 3 | 4, 0])


WAIT = bytes([1 << 3 | 7])
LITTLE = bytes([2 << 3 | 7])


def seconds(count):
    return bytes([16 + count * 2 << 3 | 7])



def message(*counts, flags=0x0100, body=b""):
    return struct.pack(">6H", 0xBEEF, flags, *counts) + body


SEEDS = {
    "nothing": b"",
    "a-query-and-its-reply": limits() + good() + reply(answer=A),
    "a-query-with-edns-and-its-reply": limits() + good(3) + reply(answer=A),
    "a-name-that-is-not-there": limits() + good() + reply(answer=SOA, counts=4, flags=0x33),
    "an-alias-and-an-unknown-type": limits() + good() + reply(answer=CNAME + UNKNOWN, counts=2),
    "no-reply": limits() + good() + WAIT * 4,
    "no-reply-to-edns": limits() + good(5) + WAIT * 4,
    "a-reply-to-the-first-attempt-after-the-second":
        limits() + good() + WAIT + reply(UPSTREAM, answer=A),
    "a-reply-from-the-second-upstream": limits() + good() + WAIT + reply(answer=A),
    "a-reply-that-comes-twice": limits() + good() + reply(answer=A) + good() + reply(answer=A) * 2,
    "replies-out-of-order": limits() + good(2) + good(4) + good(7) + reply(which=2, answer=A) +
                            reply(which=1, answer=A) + reply(answer=A),
    "one-query-too-many": limits(queries=2) + good(2) + good(4) + good(6) + good(9) + WAIT * 5,
    "each-lie-and-then-the-truth": limits(upstreams=3) + good() + b"".join(
        reply(lie, answer=A) for lie in (ID, LANE, UPSTREAM, PORT, WRONG_QUESTION, QR, END)) +
        reply(answer=A),
    "a-record-that-is-not-what-its-type-has":
        limits() + good() + reply(answer=A[:11] + b"\3abc") + reply(answer=A),
    "each-lie-about-edns": limits() + good(3) + b"".join(
        reply(lie, answer=A) for lie in (ID, LANE, PORT, WRONG_QUESTION, QR, END)) +
        reply(EDNS, answer=A),
    "edns-that-was-not-asked-for": limits() + good() + reply(EDNS, answer=A),
    "edns-in-between": limits() + good(3) + reply(EDNS, answer=OPT_ERROR + UNKNOWN, counts=0x20),
    "edns-in-between-not-asked-for":
        limits() + good() + reply(answer=OPT_ERROR + UNKNOWN, counts=0x20) + reply(answer=A),
    "an-extended-rcode": limits() + good(3) + reply(EDNS, answer=OPT_EXTENDED, counts=0x10),
    "an-extended-rcode-not-asked-for":
        limits() + good() + reply(answer=OPT_EXTENDED, counts=0x10) + reply(answer=A),
    "a-reply-that-is-too-large": limits() + good() +
        reply(answer=b"\0\xff\0\0\1\0\0\0\x3c\2\x58" + bytes(600), counts=1),
    "a-reply-that-is-too-large-with-edns": limits() + good(3) +
        reply(answer=b"\0\xff\0\0\1\0\0\0\x3c\2\x58" + bytes(600), counts=1),
    "any-octets-from-upstreams": limits() + any_reply(b"") + any_reply(bytes(12)) + good() +
        any_reply(b"\x80\0\0\1\0\0\0\0\0\0" + b"\2Ns\4tEst\0\0\1\0\1") +
        any_reply(b"\x80\0\0\1\0\0\0\0\0\0" + b"\2ns\4test\0\0\1\0\1", 1) + any_reply(b"\1"),
    "queries-of-many-kinds": limits() + query(QUESTION) + query(QUESTION + OPT, 3) +
        query(QUESTION + b"\0\0\x29\2\0\0\1\0\0\0\0", 3) + query(b"\0\0\xfc\0\1") +
        query(b"\0\0\xfb\0\1", 4) + query(QUESTION + OPT_ERROR, 5) + WAIT * 8,
    "one-question-at-one-time-with-and-without-edns": limits() + query(QUESTION + OPT, 3) * 2 +
        query(QUESTION + b"\0\xff\0\0\1\0\0\0\0\0\0", 3) + WAIT * 9,
    "questions-that-are-none": limits() + query(b"") + query(b"\xc0\x0c\0\1\0\1") +
        query(b"\xc0\0\0\1\0\1") + query(QUESTION + b"\0") + query(b"\x40\0\0\1\0\1") +
        query(b"\x3f" + b"a" * 62),
    "octets-that-are-no-query": limits() + octets(b"") + octets(bytes(11)) + octets(bytes(12)) +
        octets(message(0, 0, 0, 0)) + octets(message(1, 0, 0, 0, flags=0x8100, body=QUESTION)) +
        octets(message(1, 0, 0, 0, flags=0x2800, body=QUESTION)) +
        octets(message(2, 0, 0, 0, body=QUESTION * 2)) +
        octets(message(1, 1, 0, 0, body=QUESTION + A)) +
        octets(message(1, 0, 0, 2, body=QUESTION + OPT * 2)),
    "asked-again-from-the-cache": caching() + good() + reply(answer=A) + good(4) + good(5) +
        seconds(7) * 4 + good() + seconds(7) * 5 + good(),
    "an-alias-from-the-cache": caching() + good() +
        reply(answer=CNAME + b"\1x\xc0\x0c" + A[2:], counts=2) + good(4),
    "nothing-there-from-the-cache": caching() + good() +
        reply(answer=SOA, counts=4, flags=0x33) + good(4) + seconds(5) + good(6),
    "a-failure-from-the-cache": caching() + good() + reply(flags=0x32) + good(4) + good(5) +
        seconds(2) + good(),
    "nobody-answers-and-the-cache-says-so": caching() + good() + WAIT * 3 + good(4) + seconds(1) +
        good(4),
    "stale-after-a-while": caching(stale=15) + good(3) + reply(answer=A) + seconds(7) * 9 +
        good(3) + WAIT * 2 + good(5) + WAIT * 4 + good(5),
    "stale-instead-of-a-failure": caching(stale=15) + good() + reply(answer=A) + seconds(7) * 9 +
        good(4) + reply(flags=0x32) + good(6),
    "asked-anew-near-the-end": caching(prefetch=True) + good() + reply(answer=A) + seconds(7) * 8 +
        good(4) + good(6) + reply(answer=A) + seconds(4) + good(),
    "a-refresh-without-a-reply": caching(prefetch=True) + good() + reply(answer=A) +
        seconds(7) * 8 + good(4) + WAIT * 4,
    "ttls-are-lifted": caching(ttl_min=3) + good() + reply(answer=A[:9] + b"\1" + A[10:]) +
        seconds(2) + good(4),
    "ten-wait-for-one": any_case() + b"".join(good(i * 2) for i in range(10)) +
        reply(answer=A),
    "ten-wait-in-vain": limits() + b"".join(good(i * 2) for i in range(10)) + WAIT * 4,
    "who-may-not-ask-is-refused": limits(admit=admit(allow=1)) + good(17) + octets(b"", 17) +
        good(30) + octets(bytes(12), 18) + good(15) + reply(answer=A),
    "who-may-not-ask-gets-silence": limits(admit=admit(allow=2, silent=True)) + good(15) +
        octets(bytes(12), 14) + good(17) + good(30) + reply(answer=A),
    "over-the-rate": limits(admit=admit(rate=True, silent=True)) + good() * 9 + good(30) +
        reply(answer=A) + seconds(3) + good() * 3 + seconds(7) + good() * 4 + reply(answer=A),
    "over-the-rate-without-slip": limits(admit=admit(rate=True)) + good() * 6 + reply(answer=A),
    "one-of-a-client-too-many": limits(admit=admit(client=2)) + good(4) * 3 + good(5) * 3 +
        reply(answer=A) + good(4) * 3 + WAIT * 6,
    "one-for-an-upstream-too-many": limits(admit=admit(upstream=1)) + good(2) +
        query(QUESTION, 3) + query(b"\1x" + QUESTION, 4) + WAIT * 2 + reply(answer=A) +
        query(b"\1x" + QUESTION, 4) + WAIT * 6,
    "one-client-too-many": limits(crowded=True) + good() * 5 + reply(answer=A),
    "no-edns-after-formerr": limits() + good(3) + reply(EDNS, flags=0x31) + reply(answer=A) +
        good(5) + reply(answer=A),
    "no-edns-after-notimp-and-still-notimp": limits() + good(3) + reply(EDNS, flags=0x34) +
        reply(flags=0x34),
    "cut-and-then-whole-over-a-stream": limits() + good(3) + reply(flags=0x70) + reply(answer=A),
    "cut-over-a-stream-too": limits() + good(3) + reply(flags=0x70) + reply(answer=A, flags=0x70),
    "no-reply-over-a-stream": limits() + good(30) + reply(flags=0x70) + WAIT * 4,
    "a-client-on-a-stream": limits() + good(30) +
        reply(answer=b"\0\xff\0\0\1\0\0\0\x3c\2\x58" + bytes(600), counts=1) + good(31),
    "over-tls-and-its-stream-closes": limits(streams=7) + good(3) + failure(2) + reply(answer=A) +
        good(5) + failure(2) * 4 + WAIT * 4,
    "one-over-tcp-is-not-there-the-next-is": limits(upstreams=3, streams=3) + good(3) + failure() +
        reply(answer=A) + good(5) + failure() * 3 + WAIT * 4,
    "nobody-takes-datagrams": limits(upstreams=2) + good(3) + failure() * 2 + WAIT * 4,
    "a-way-fails-on-which-nobody-waits": limits(upstreams=2) + good(3) + b"".join(
        b"\xe4" + bytes([128 + socket]) for socket in range(16)) + reply(answer=A),
    "cut-and-then-the-stream-fails": limits() + good(3) + reply(flags=0x70) + failure() +
        reply(flags=0x70) + failure(2) + reply(answer=A),
    "in-time-a-stream-is-still-there": limits(upstreams=2, streams=3) + good(3) + WAIT * 4,
    "padded-where-nobody-reads": limits() + query(QUESTION + OPT_PADDING, 29) + reply(answer=A) +
        query(b"\0\0\xfc\0\1" + OPT_PADDING, 31) + query(QUESTION + OPT_PADDING, 25) + WAIT * 4,
    "padded-from-the-cache": caching() + query(QUESTION + OPT_PADDING, 29) + reply(answer=A) +
        query(QUESTION + OPT_PADDING, 31),
    "formerr-with-edns-is-an-answer": limits() + good(3) + reply(flags=0x31),
    "a-header-that-says-formerr": limits() + good(3) +
        any_reply(b"\x80\1" + bytes(8)) + any_reply(b"\x80\1" + bytes(8)) + reply(answer=A),
    "time-in-small-steps": limits() + good() + LITTLE * 20 + good() + LITTLE * 20,
    "special-names": local(0) + ask("localhost") + ask("x.LocalHost", 28, who=3) +
        ask("localhost", 15) + ask("invalid") + ask("x.invalid", 255, who=5) +
        ask("printer.invalid") + ask("printer.invalid", 255) + good() + reply(answer=A),
    "records-that-are-local": local(0) + ask("LOCAL.example.test") + ask("local.example.test", 28) +
        ask("many.example.test") + ask("many.example.test", who=5) +
        ask("many.example.test", who=30),
    "names-that-do-not-exist-since-they-are-blocked": local(0) + ask("bad.example.test") +
        ask("a.b.bad.example.test", 28, who=3) + ask("x1.example.test", 255) +
        ask("y.x1.example.test") + ask("ok.bad.example.test", who=7) + WAIT * 4,
    "names-without-an-address-since-they-are-blocked": local(1) + ask("bad.example.test") +
        ask("bad.example.test", 28, who=3) + ask("bad.example.test", 15) +
        ask("bad.example.test", 255),
    "names-that-are-refused-since-they-are-blocked": local(2) + ask("bad.example.test") +
        ask("bad.example.test", 28, who=3),
    "an-alias-of-a-blocked-name": local_caching(0) + good() + good(3) + good(30) +
        reply(answer=TO_BAD, counts=2) + good(4) + good(5) + good(29) + reply(answer=A),
    "an-alias-of-a-blocked-name-without-an-address": local_caching(1) + good(5) +
        reply(answer=TO_BAD, counts=2) + good(3) + ask("ok.bad.example.test") +
        reply(answer=TO_BAD, counts=2) + ask("ok.bad.example.test", who=5),
    "an-alias-of-a-blocked-name-is-refused": local_caching(2) + good(5) +
        reply(answer=TO_BAD, counts=2) + good(3) + ask("ns.test", 5) +
        reply(answer=TO_BAD, counts=2, flags=0x30) + ask("ns.test", 5),
    "a-stale-alias-of-a-blocked-name": local_caching(0, stale=15) + good() +
        reply(answer=TO_BAD, counts=2) + seconds(7) * 9 + good(3) + reply(flags=0x32) + good(5) +
        seconds(7) * 5 + good(3) + WAIT * 4,
    "a-reply-in-fragments": limits() + good(3) + reply(which=31, answer=A) +
        reply(which=31, answer=A) + reply(answer=A),
    "any-and-the-class-ch": local(0) + ask("www.test", 255) + ask("Version.Bind", 16, 3, who=5) +
        ask("version.server", 255, 3) + ask("id.server", 16, 3, who=3) + ask("www.test", 1, 3) +
        ask("localhost", 1, 255) + ask("localhost", 1, 4) + WAIT * 4,
    "a-cookie-and-then-none-is-not-believed": limits() + good(3) + cookied() + good(5) +
        reply(answer=A) * 2,
    "a-cookie-that-is-forged": limits() + good(3) + cookied(forged=True) + cookied(),
    "a-bad-cookie-once-and-again": limits() + good(3) + cookied(bad=True) + cookied(bad=True) +
        cookied(bad=True) + cookied(),
    "a-bad-cookie-from-one-without": limits() + good(3) + cookied() + good(5) +
        cookied(bad=True) * 3 + cookied(),
    "formerr-from-one-that-knew-cookies": limits() + good(3) + cookied() + good(5) +
        reply(EDNS, flags=0x31) * 2 + reply(answer=A),
    "cut-and-no-cookie-over-the-stream": limits() + good(3) + cookied() + good(5) +
        reply(answer=A) + reply(answer=A),
    "a-query-for-a-cookie-alone": limits() + octets(message(0, 0, 0, 1, body=OPT_COOKIE), 3) +
        octets(message(0, 0, 0, 1, body=OPT), 3) +
        octets(message(1, 0, 0, 0, flags=0x2800, body=QUESTION)),
    "many-questions-at-one-time": limits() + b"".join(
        ask(f"x{i}.example.test", who=2 * i) for i in range(10)) +
        b"".join(reply(which=i % 3, answer=A) for i in range(8)),
    "one-attempt-one-upstream-one-query":
        limits(1, 1, 1) + good() + good() + reply(answer=A) + good() + WAIT + reply(answer=A),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, history in SEEDS.items():
        (folder / name).write_bytes(history)
    print(f"wrote {len(SEEDS)} seeds")


main()
