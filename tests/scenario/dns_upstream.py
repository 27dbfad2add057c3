#!/usr/bin/python3
"""dns_upstream.py PORT MODE: an upstream on 127.0.0.1 that misbehaves, until it is killed.

silent   takes queries and answers none
liar     sends replies that must not be believed, and then the right one
honest   answers
deaf     answers only the second time that it is asked
"""
import socket
import struct
import sys


def question_of(query):
    """The question: a name that is not compressed, type and class."""
    return query[12:query.index(0, 12) + 5]


def reply(query, address, flags=0x8580, question=None):
    """A reply to the query with one A record."""
    question = question or question_of(query)
    header = query[:2] + struct.pack(">5H", flags, 1, 1, 0, 0)
    record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 300, 4) + socket.inet_aton(address)
    return header + question + record


def lies(query):
    """Each reply that is wrong in one way; all give the address 192.0.2.66."""
    right = reply(query, "192.0.2.66")
    other_id = struct.pack(">H", struct.unpack(">H", query[:2])[0] ^ 1)
    yield other_id + right[2:]  # another id
    yield reply(query, "192.0.2.66", question=question_of(query).swapcase())  # another case
    yield reply(query, "192.0.2.66", question=b"\x05other\x04test\0\0\1\0\1")  # another name
    yield reply(query, "192.0.2.66", flags=0x0580)  # no response
    yield right[:-1]  # the last record is cut
    yield right + b"\0"  # more than the message
    yield right[:7] + b"\2" + right[8:]  # one record more than there is
    yield right[:-16] + b"\xc0\x1d" + right[-14:]  # a pointer to itself
    yield right[:5]  # no header
    yield b""  # nothing at all


def main():
    port, mode = int(sys.argv[1]), sys.argv[2]
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", port))
    forger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    forger.bind(("127.0.0.1", port + 1))
    asked = 0
    print("ready", flush=True)
    while True:
        query, client = server.recvfrom(4096)
        asked += 1
        if mode == "silent" or (mode == "deaf" and asked % 2 == 1):
            continue
        if mode == "liar":
            forger.sendto(reply(query, "192.0.2.66"), client)  # another port
            for lie in lies(query):
                server.sendto(lie, client)
        server.sendto(reply(query, "192.0.2.1"), client)


main()
