#!/usr/bin/python3
"""dns_reload.py PROCESS FILE ONE OTHER: two upstreams and a client of 127.0.0.1:8053, over UDP and
TCP, while FILE becomes ONE, then OTHER, and so on, each time with a SIGHUP to the process. Says how
many queries were answered; ends with a sentence where one was lost, or an answer is not that of an
upstream."""
import heapq
import os
import selectors
import shutil
import signal
import socket
import struct
import sys
import time

RELOADS = 20
PAUSE_S = 0.1
QUERIES_PER_S = 500
DELAY_S = 0.04
UPSTREAMS = (5341, 5342)


def query(number):
    name = b"n%d" % number
    question = bytes([len(name)]) + name + b"\x07example\x03org\0\0\1\0\1"
    return struct.pack(">6H", number & 0xffff, 0x0100, 1, 0, 0, 0) + question


def reply(message, port):
    end = message.index(0, 12) + 5
    header = message[:2] + struct.pack(">5H", 0x8180, 1, 1, 0, 0)
    record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 300, 4) + struct.pack(">I", port)
    return header + message[12:end] + record


class Load:
    """All sockets, and what is still to be answered."""

    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.late = []  # (when, number, upstream, reply, where to)
        self.waiting = {}  # number: when it was asked
        self.answered = {}  # by upstream's port
        self.asked = 0
        for port in UPSTREAMS:
            upstream = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            upstream.bind(("127.0.0.1", port))
            self.watch(upstream, lambda upstream=upstream, port=port: self.serve(upstream, port))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.connect(("127.0.0.1", 8053))
        self.watch(self.udp, lambda: self.take(self.udp.recv(4096)))
        self.tcp = socket.create_connection(("127.0.0.1", 8053))
        self.stream = b""
        self.watch(self.tcp, self.take_stream)

    def watch(self, sock, function):
        self.selector.register(sock, selectors.EVENT_READ, function)

    def serve(self, upstream, port):
        message, peer = upstream.recvfrom(4096)
        heapq.heappush(self.late, (time.monotonic() + DELAY_S, len(self.late), self.asked,
                                   upstream.fileno(), upstream, reply(message, port), peer))

    def take_stream(self):
        part = self.tcp.recv(65536)
        if not part:
            sys.exit("dns_reload.py: the connection was closed")
        self.stream += part
        while len(self.stream) >= 2:
            size = struct.unpack(">H", self.stream[:2])[0]
            if len(self.stream) < 2 + size:
                return
            self.take(self.stream[2:2 + size])
            self.stream = self.stream[2 + size:]

    def take(self, message):
        number = struct.unpack(">H", message[:2])[0]
        if message[3] & 15 != 0:
            sys.exit(f"dns_reload.py: the answer to query {number} is failure {message[3] & 15}")
        if self.waiting.pop(number, None) is None:
            sys.exit(f"dns_reload.py: query {number} is answered, but was not or was before")
        port = struct.unpack(">I", message[-4:])[0]
        self.answered[port] = self.answered.get(port, 0) + 1

    def ask(self):
        message = query(self.asked)
        self.waiting[self.asked] = time.monotonic()
        if self.asked % 5 == 0:
            self.tcp.sendall(struct.pack(">H", len(message)) + message)
        else:
            self.udp.send(message)
        self.asked += 1

    def run(self, until):
        """Lets all happen up to a time; what is there already, when that is over. Else a machine
        that is late would have us ask and ask, and our buffers lose the answers."""
        is_first = True
        while (now := time.monotonic()) < until or is_first:
            is_first = False
            while self.late and self.late[0][0] <= now:
                *_, upstream, message, peer = heapq.heappop(self.late)
                upstream.sendto(message, peer)
            wait = min([until] + [entry[0] for entry in self.late[:1]]) - now
            for key, _ in self.selector.select(max(wait, 0)):
                key.data()


def main():
    process, path, files = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    load = Load()
    start = time.monotonic()
    reloads = 0
    while reloads < RELOADS:
        load.run(start + load.asked / QUERIES_PER_S)
        load.ask()
        if time.monotonic() >= start + PAUSE_S * (reloads + 1):
            shutil.copy(files[reloads % 2], path + ".new")
            os.replace(path + ".new", path)
            os.kill(process, signal.SIGHUP)
            reloads += 1
    for _ in range(100):
        if load.waiting:
            load.run(time.monotonic() + 0.1)
    if load.waiting:
        sys.exit(f"dns_reload.py: {len(load.waiting)} of {load.asked} queries have no answer")
    if len(load.answered) != len(UPSTREAMS):
        sys.exit(f"dns_reload.py: not both upstreams were asked: {load.answered}")
    print(load.asked, "queries,", load.answered)


main()
