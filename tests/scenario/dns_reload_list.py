#!/usr/bin/python3
"""dns_reload_list.py WORD…: runs the program as a service manager does, with a block list in the
file `list`, which becomes a long one, and a short one while that is read. Says that queries were
answered between what it is told at the beginning and at the end of a reload; ends with a sentence
where there were few, or a list is not what holds then. Nothing here depends on how long that
takes."""
import os
import signal
import socket
import struct
import subprocess
import sys

NAMES = 400000
FEW = 20


def write_list(names):
    with open("list.new", "w", encoding="ascii") as new:
        new.writelines(name + "\n" for name in names)
    os.replace("list.new", "list")


class Manager:
    """The socket that is told how things are, and a client."""

    def __init__(self, words):
        self.told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.told.bind("told")
        self.told.settimeout(60)
        self.client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.client.connect(("127.0.0.1", 8053))
        self.client.settimeout(60)
        self.asked = 0
        os.environ["NOTIFY_SOCKET"] = os.path.abspath("told")
        self.program = subprocess.Popen(words)

    def wait_for(self, state):
        text = self.told.recv(4096).decode().splitlines()[0]
        if text != state + "=1":
            sys.exit(f"dns_reload_list.py: {text}, and not {state}")

    def is_blocked(self, name):
        """Asks for a name that is local, or blocked."""
        self.asked += 1
        number = self.asked & 0xffff
        question = b"".join(bytes([len(label)]) + label for label in name.encode().split(b"."))
        self.client.send(struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + question +
                         b"\0\0\1\0\1")
        answer = self.client.recv(4096)
        if struct.unpack(">H", answer[:2])[0] != number:
            sys.exit("dns_reload_list.py: the answer to another query")
        return answer[3] & 15 == 3

    def reload(self, names):
        write_list(names)
        self.program.send_signal(signal.SIGHUP)

    def ask_until_ready(self):
        """How many queries are answered until a reload is done. Another begins meanwhile."""
        self.told.setblocking(False)
        answered = 0
        while True:
            try:
                self.wait_for("READY")
                break
            except BlockingIOError:
                answered += not self.is_blocked("localhost")
                if answered == FEW:
                    self.reload(["last.example.org"])
        self.told.settimeout(60)
        return answered


def main():
    write_list(["first.example.org"])
    manager = Manager(sys.argv[1:])
    manager.wait_for("READY")
    manager.reload(f"n{number}.example.org" for number in range(NAMES))
    manager.wait_for("RELOADING")
    first = manager.is_blocked("first.example.org")
    answered = manager.ask_until_ready()
    if answered < FEW:
        sys.exit(f"dns_reload_list.py: {answered} queries were answered while a list was read")
    manager.wait_for("RELOADING")
    manager.wait_for("READY")
    last = manager.is_blocked("last.example.org")
    manager.program.terminate()
    if manager.program.wait() != 0:
        sys.exit("dns_reload_list.py: it does not end well")
    if not first or not last:
        sys.exit(f"dns_reload_list.py: a list does not hold: {first}, {last}")
    print("queries were answered while a list was read")


main()
