#!/usr/bin/python3
"""dns_shards.py all | clients PROCESS | death PROCESS: clients of 127.0.0.1:8053, which several
shards answer, each with a port of its own; a PROCESS is a shard's.

all      each client asks over UDP and TCP; all answers are theirs and right
clients  says how many clients the shard has: those whom nobody answers while it stands still
death    the shard is killed while all clients ask. No query of another's clients is lost; its own
         are answered again
"""
import os
import selectors
import signal
import socket
import struct
import sys
import time

CLIENTS = 48
PATIENCE_S = 20
ANSWER = socket.inet_aton("192.0.2.1")


def query(number, name):
    question = bytes([len(name)]) + name + b"\x07example\x03org\0\0\1\0\1"
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + question


class Client:
    """A port, and what is asked from there, one query after another."""

    def __init__(self, place):
        self.place = place
        self.asked = 0
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.connect(("127.0.0.1", 8053))
        self.waiting = {}

    def ask(self):
        self.asked += 1
        message = query(self.asked, b"c%d-%d-%d" % (os.getpid(), self.place, self.asked))
        self.waiting[self.asked] = message[12:]
        self.sock.send(message)

    def take(self, message):
        number = struct.unpack(">H", message[:2])[0]
        question = self.waiting.pop(number, None)
        if question is None or message[12:12 + len(question)] != question:
            sys.exit(f"dns_shards.py: client {self.place} got an answer that is not its own")
        if message[3] & 15 != 0 or message[-4:] != ANSWER:
            sys.exit(f"dns_shards.py: client {self.place} got a wrong answer: {message.hex()}")


def listen(clients, until):
    """Takes answers until that is true, or patience is over."""
    end = time.monotonic() + PATIENCE_S
    with selectors.DefaultSelector() as selector:
        for client in clients:
            selector.register(client.sock, selectors.EVENT_READ, client)
        while not until() and time.monotonic() < end:
            for key, _ in selector.select(0.01):
                key.data.take(key.data.sock.recv(4096))
    return until()


def all_answered(clients):
    return lambda: not any(client.waiting for client in clients)


def ask_over_tcp(place):
    with socket.create_connection(("127.0.0.1", 8053), PATIENCE_S) as stream:
        for number in range(5):
            message = query(number, b"t%d-%d" % (place, number))
            stream.sendall(struct.pack(">H", len(message)) + message)
            size = struct.unpack(">H", stream.recv(2, socket.MSG_WAITALL))[0]
            answer = stream.recv(size, socket.MSG_WAITALL)
            if answer[:2] != message[:2] or answer[-4:] != ANSWER:
                sys.exit(f"dns_shards.py: a wrong answer over TCP: {answer.hex()}")


def ask_all(clients):
    for _ in range(20):
        for client in clients:
            client.ask()
        if not listen(clients, all_answered(clients)):
            sys.exit("dns_shards.py: queries have no answer")
    for place in range(16):
        ask_over_tcp(place)


def find_clients(clients, process):
    """Those whom the shard answers."""
    os.kill(process, signal.SIGSTOP)
    for client in clients:
        client.ask()
    end = time.monotonic() + 0.7
    listen(clients, lambda: time.monotonic() > end)
    own = [client for client in clients if client.waiting]
    os.kill(process, signal.SIGCONT)
    if not listen(clients, all_answered(clients)):
        sys.exit("dns_shards.py: what waits for a shard that stood still has no answer")
    return own


def kill_one(clients, process):
    own = find_clients(clients, process)
    others = [client for client in clients if client not in own]
    print(len(own), "of", len(clients), "clients are of this shard")
    start = time.monotonic()
    is_killed = False
    while (now := time.monotonic()) < start + 1.5:
        for client in clients:
            client.ask()
        end = now + 0.01
        listen(clients, lambda end=end: time.monotonic() > end)
        if not is_killed and now > start + 0.5:
            os.kill(process, signal.SIGSEGV)
            is_killed = True
    if not listen(others, all_answered(others)):
        sys.exit("dns_shards.py: queries of other shards' clients have no answer")
    lost = sum(len(client.waiting) for client in own)
    asked = sum(client.asked for client in own)
    print(lost, "of", asked, "queries of its clients were lost with it")
    if lost * 4 > asked:
        sys.exit("dns_shards.py: too many were")
    for client in own:
        client.waiting.clear()
        client.ask()
    if not listen(own, all_answered(own)):
        sys.exit("dns_shards.py: nobody answers its clients now")


def main():
    clients = [Client(place) for place in range(CLIENTS)]
    if sys.argv[1] == "all":
        ask_all(clients)
    elif sys.argv[1] == "clients":
        print(len(find_clients(clients, int(sys.argv[2]))))
    else:
        kill_one(clients, int(sys.argv[2]))


main()
