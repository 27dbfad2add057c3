#!/usr/bin/python3
"""dns_tcp.py CASE [AUTHORITY]: a client of 127.0.0.1:8053 over TCP, or of port 853 over TLS with a
certificate of this authority for dns.example.test, whose upstream answers everything with
192.0.2.1. Ends with a sentence where something is not as it should be.

cut        a query that comes octet by octet is answered
pipelined  100 queries at once are all answered, whatever the order
garbage    what is no query ends the connection, and nothing else does
idle       a connection on which nothing happens is closed
slow       so is one on which half a query came
crowd      of 40 connections of one address, the 16 that came last are served: the others were idle
busy       a connection that comes is closed where the 16 of its address wait for answers
many       while 400 connections are open on which nothing is asked, dig asks over TCP
half       a client that ends its side still gets its answers
unread     a client that reads no answers is closed, and others are answered
shake      a handshake of TLS that comes octet by octet is closed in time
"""
import select
import socket
import ssl
import struct
import subprocess
import sys
import time


def query(number, name=b"name"):
    question = bytes([len(name)]) + name + b"\x07example\x04test\0\0\1\0\1"
    message = struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + question
    return struct.pack(">H", len(message)) + message


def connect():
    has_tls = len(sys.argv) > 2
    client = socket.create_connection(("127.0.0.1", 853 if has_tls else 8053))
    client.settimeout(30)
    if not has_tls:
        return client
    context = ssl.create_default_context(cafile=sys.argv[2])
    context.set_alpn_protocols(["dot"])
    client = context.wrap_socket(client, server_hostname="dns.example.test")
    check(client.selected_alpn_protocol() == "dot", "the protocol is dot")
    return client


def octets(client, size):
    got = b""
    while len(got) < size:
        part = client.recv(size - len(got))
        if not part:
            return None
        got += part
    return got


def answer(client):
    length = octets(client, 2)
    return octets(client, struct.unpack(">H", length)[0]) if length else None


def check(condition, sentence):
    if not condition:
        sys.exit(f"dns_tcp.py: it is not so that {sentence}")


def is_answer(message, number):
    return (message is not None and message[:2] == struct.pack(">H", number) and
            message.endswith(b"\xc0\0\2\1"))


def cut():
    client = connect()
    for octet in query(7) * 2:
        client.send(bytes([octet]))
        time.sleep(0.002)
    for _ in range(2):
        check(is_answer(answer(client), 7), "a query that comes octet by octet is answered")


def pipelined():
    client = connect()
    client.sendall(b"".join(query(i, b"p%d" % i) for i in range(100)))
    ids = set()
    for _ in range(100):
        message = answer(client)
        check(message is not None, "each of 100 queries is answered")
        ids.add(struct.unpack(">H", message[:2])[0])
    check(ids == set(range(100)), "each of 100 queries is answered once")


def garbage():
    for wrong in (b"\0\0", b"\0\3abc", b"\xff\xff", query(1)[:4] + b"\x81" + query(1)[5:]):
        client = connect()
        client.sendall(wrong + bytes(20))
        check(answer(client) is None, "what is no query ends the connection")
    client = connect()
    client.sendall(struct.pack(">H", 12) + struct.pack(">6H", 9, 0x0100, 0, 0, 0, 0) + query(8))
    check(answer(client)[3] & 15 == 1, "a query without a question is told FORMERR")
    check(is_answer(answer(client), 8), "and the next one is answered")


def closed_after(client):
    start = time.monotonic()
    check(client.recv(1) == b"", "the connection is closed")
    return time.monotonic() - start


def idle():
    client = connect()
    client.sendall(query(1))
    check(is_answer(answer(client), 1), "a query is answered")
    check(0.4 < closed_after(client) < 10, "an idle connection is closed in time")


def slow():
    client = connect()
    client.sendall(query(1)[:9])
    check(0.4 < closed_after(client) < 10, "a slow connection is closed in time")


def await_closed(clients, count):
    """Until so many of them are at their end, so that nobody who asks finds others on their way."""
    until = time.monotonic() + 5
    while len(select.select(clients, [], [], 0)[0]) < count and time.monotonic() < until:
        time.sleep(0.01)


def crowd():
    clients = []
    served = 0
    for _ in range(40):
        try:
            clients.append(connect())
        except (ConnectionError, ssl.SSLError):
            pass
    await_closed(clients, len(clients) - 16)
    for i, client in enumerate(clients):
        try:
            client.sendall(query(i))
            served += is_answer(answer(client), i)
        except (ConnectionError, ssl.SSLError):
            pass
    check(served == 16, f"16 of 40 connections are served, but {served}")
    client = connect()
    client.sendall(query(5))
    check(is_answer(answer(client), 5), "one more is served, in the place of one that is idle")


def busy():
    clients = [connect() for _ in range(16)]
    for i, client in enumerate(clients):
        client.sendall(query(i, b"quiet"))
    time.sleep(0.3)
    more = connect()
    try:
        more.sendall(query(5))
        check(answer(more) is None, "one more is closed")
    except ConnectionError:
        pass


def many():
    clients = [connect() for _ in range(400)]
    subprocess.run(["dig", "+tcp", "+time=2", "+tries=1", "@127.0.0.1", "-p", "8053",
                    "name.example.test"], stdout=sys.stdout, check=True)
    del clients


def half():
    client = connect()
    client.sendall(query(1, b"half1") + query(2, b"half2"))
    client.shutdown(socket.SHUT_WR)
    numbers = sorted(struct.unpack(">H", answer(client)[:2])[0] for _ in range(2))
    check(numbers == [1, 2], "a client that ends its side gets its answers")
    check(client.recv(1) == b"", "and then the connection is closed")


def unread():
    client = connect()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(10)
    try:
        for _ in range(4000):
            client.sendall(query(1) * 50)
    except (ConnectionError, TimeoutError):
        pass
    other = connect()
    other.sendall(query(3))
    check(is_answer(answer(other), 3), "others are answered")


def shake():
    client = socket.create_connection(("127.0.0.1", 853))
    client.settimeout(30)
    hello = b"\x16\3\1\2\0\1\0\1\xfc\3\3" + bytes(500)
    start = time.monotonic()
    try:
        for octet in hello:
            client.send(bytes([octet]))
            time.sleep(0.05)
    except ConnectionError:
        pass
    check(0.4 < time.monotonic() - start < 10, "a slow handshake is closed in time")


globals()[sys.argv[1]]()
