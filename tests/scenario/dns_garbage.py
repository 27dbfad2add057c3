#!/usr/bin/python3
"""dns_garbage.py: sends what is no good query to 127.0.0.1:8053, whose upstream answers
everything, and checks that each gets what it should: silence, or an answer of one kind with the id
and, where it can be read, the question that were sent. Prints a line for each kind."""
import random
import socket
import struct
import sys

SERVER = ("127.0.0.1", 8053)
FORMERR, NOTIMP, REFUSED = 1, 4, 5
ID = 0xBEEF
QUESTION = b"\x07eXample\x04test\0\0\1\0\1"
OPT = b"\0\0\x29\x10\0\0\0\0\0\0\0"
BADVERS_OPT = b"\0\0\x29\x10\0\0\1\0\0\0\0"


def message(*counts, body=b"", flags=0x0100):
    return struct.pack(">6H", ID, flags, *counts) + body


def a_header_cut_at(size):
    return message(1, 0, 0, 0, body=QUESTION)[:size]


# What is sent, and the response code that comes back; None: silence.
CASES = [
    ("an empty datagram", b"", None),
    ("one octet", b"\0", None),
    ("a header without its last octet", a_header_cut_at(11), None),
    ("a response", message(1, 0, 0, 0, body=QUESTION, flags=0x8180), None),
    ("a response that says FORMERR", message(0, 0, 0, 0, flags=0x8001), None),
    ("a NOTIFY response", message(1, 0, 0, 0, body=QUESTION, flags=0xA000), None),
    ("a header alone", message(0, 0, 0, 0), FORMERR),
    ("a question that is not there", message(1, 0, 0, 0), FORMERR),
    ("two questions", message(2, 0, 0, 0, body=QUESTION * 2), FORMERR),
    ("65535 questions", message(65535, 0, 0, 0, body=QUESTION), FORMERR),
    ("half a question", message(1, 0, 0, 0, body=QUESTION[:9]), FORMERR),
    ("a pointer to itself", message(1, 0, 0, 0, body=b"\xc0\x0c\0\1\0\1"), FORMERR),
    ("a pointer into the header", message(1, 0, 0, 0, body=b"\xc0\0\0\1\0\1"), FORMERR),
    ("a pointer past the end", message(1, 0, 0, 0, body=b"\xff\xff\0\1\0\1"), FORMERR),
    ("a label of type 10", message(1, 0, 0, 0, body=b"\x81a\0\0\1\0\1"), FORMERR),
    ("a name of 256 octets", message(1, 0, 0, 0, body=b"\x3f" + b"a" * 63 +
                                     (b"\x3f" + b"b" * 63) * 3 + b"\0\0\1\0\1"), FORMERR),
    ("octets left over", message(1, 0, 0, 0, body=QUESTION + b"\xff"), FORMERR),
    ("two OPT records", message(1, 0, 0, 2, body=QUESTION + OPT * 2), FORMERR),
    ("an OPT record as an answer", message(1, 1, 0, 0, body=QUESTION + OPT), FORMERR),
    ("4096 octets of 0xff", b"\xbe\xef\1\0" + b"\xff" * 4092, FORMERR),
    ("4097 octets", message(1, 0, 0, 0, body=QUESTION + bytes(4097 - 12 - len(QUESTION))), None),
    ("an inverse query", message(0, 1, 0, 0, flags=0x0900), NOTIMP),
    ("a NOTIFY", message(1, 0, 0, 0, body=QUESTION, flags=0x2400), NOTIMP),
    ("an UPDATE", message(1, 0, 0, 0, body=QUESTION, flags=0x2800), NOTIMP),
    ("opcode 15", message(1, 0, 0, 0, body=QUESTION, flags=0x7800), NOTIMP),
    ("a zone transfer", message(1, 0, 0, 0, body=QUESTION[:-4] + b"\0\xfc\0\1"), REFUSED),
    ("EDNS version 1", message(1, 0, 0, 1, body=QUESTION + BADVERS_OPT), 16),
]


def open_client():
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.connect(SERVER)
    client.settimeout(60)
    return client


def check(condition, label):
    if not condition:
        sys.exit(f"not ok - {label}")


def rcode_of(answer):
    """The whole response code: the upper bits are in an OPT record at the end."""
    low = answer[3] & 15
    with_edns = struct.unpack(">H", answer[10:12])[0] == 1
    return low | answer[-6] << 4 if with_edns else low


GOOD = struct.pack(">6H", 0x600D, 0x0100, 1, 0, 0, 0) + QUESTION


def is_answered(client, datagram):
    """Whether a datagram has an answer of its id; it is sent again, as a flood just before it may
    have left no room in a socket's queue."""
    client.settimeout(1)
    for _ in range(60):
        client.send(datagram)
        try:
            return client.recv(65535)[:2] == datagram[:2]
        except TimeoutError:
            continue
    return False


def answer_to(client, datagram):
    """The answer to a datagram, or None: then the answer to a good query after it comes first."""
    client.send(datagram)
    client.send(GOOD)
    answer = client.recv(65535)
    if answer[:2] == b"\x60\x0d":
        return None
    check(client.recv(65535)[:2] == b"\x60\x0d", "a good query after a bad one is answered")
    return answer


def each_kind_of_garbage(client):
    for label, datagram, rcode in CASES:
        answer = answer_to(client, datagram)
        if rcode is None:
            check(answer is None, f"{label} gets silence")
            print(f"ok - {label} gets silence")
            continue
        check(answer is not None, f"{label} gets an answer")
        check(answer[:2] == datagram[:2], f"{label} is answered with its id")
        check(answer[2] & 0x80, f"{label} is answered with a response")
        check(answer[2] & 0x78 == datagram[2] & 0x78, f"{label} is answered with its opcode")
        check(rcode_of(answer) == rcode, f"{label} gets response code {rcode}")
        if QUESTION in datagram:
            check(QUESTION in answer, f"{label} is answered with its question")
        print(f"ok - {label} gets response code {rcode}")


def random_damage(client, seed, count):
    """Good messages with octets changed, cut or added: an answer has the id, or there is none."""
    chance = random.Random(seed)
    client.settimeout(0)
    for _ in range(count):
        wire = bytearray(message(1, 0, 0, 1, body=QUESTION + OPT))
        for _ in range(chance.randrange(1, 6)):
            wire[chance.randrange(2, len(wire))] = chance.randrange(256)
        wire = wire[:chance.randrange(len(wire) + 1)] if chance.random() < 0.3 else wire
        try:
            client.send(bytes(wire))
            while True:
                answer = client.recv(65535)
                check(struct.unpack(">H", answer[:2])[0] == ID and answer[2] & 0x80,
                      f"damaged messages are answered with their id (seed {seed})")
        except BlockingIOError:
            continue
    print(f"ok - {count} damaged messages, none answered wrongly (seed {seed})")


def main():
    each_kind_of_garbage(open_client())
    random_damage(open_client(), 1, 20000)
    check(is_answered(open_client(), GOOD), "a good query is answered afterwards")
    print("ok - a good query is answered afterwards")


main()
