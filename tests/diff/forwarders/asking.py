"""Asks one server many questions, some at a time, over UDP, and over TCP what was cut."""

import select
import socket
import struct
import time

WINDOW = 32  # of five askers at once: what a socket takes in while its server has no processor
WAIT_S = 3
TRIES = 3


def over_tcp(port, wire):
    """The answer, or nothing."""
    try:
        with socket.create_connection(("127.0.0.1", port), WAIT_S) as stream:
            stream.sendall(struct.pack(">H", len(wire)) + wire)
            with stream.makefile("rb") as reader:
                head = reader.read(2)
                if len(head) < 2:
                    return None
                size, = struct.unpack(">H", head)
                answer = reader.read(size)
                return answer if len(answer) == size else None
    except OSError:
        return None


class Asker:
    """The answers of one server: `answers[i]` is that to `wires[i]`, or nothing."""

    def __init__(self, port, wires):
        self.port = port
        self.wires = wires
        self.answers = [None] * len(wires)
        self.was_cut = [False] * len(wires)
        self.seconds = 0.0
        self.waiting = {}  # id: (index, when it was sent, how often)

    def send(self, asking, index, tries):
        wire = self.wires[index]
        self.waiting[wire[:2]] = (index, time.monotonic(), tries)
        try:
            asking.send(wire)
        except OSError:
            pass

    def take(self, asking):
        while True:
            try:
                answer = asking.recv(65535)
            except OSError:
                return
            index, _, _ = self.waiting.pop(answer[:2], (None, 0, 0))
            if index is None:
                continue
            if answer[2] & 2:
                self.was_cut[index] = True
                answer = over_tcp(self.port, self.wires[index])
            self.answers[index] = answer

    def again(self, asking):
        now = time.monotonic()
        for key, (index, since, tries) in list(self.waiting.items()):
            if now - since > WAIT_S:
                del self.waiting[key]
                if tries < TRIES:
                    self.send(asking, index, tries + 1)

    def run(self):
        start = time.monotonic()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.connect(("127.0.0.1", self.port))
            asking.setblocking(False)
            index = 0
            while index < len(self.wires) or self.waiting:
                while index < len(self.wires) and len(self.waiting) < WINDOW:
                    self.send(asking, index, 1)
                    index += 1
                select.select([asking], [], [], 0.5)
                self.take(asking)
                self.again(asking)
        self.seconds = time.monotonic() - start
        return self
