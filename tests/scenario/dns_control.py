#!/usr/bin/python3
"""dns_control.py SOCKET PORT: clients of a control socket that mean ill, or are slow; queries to
PORT are answered in good time meanwhile."""
import json
import socket
import struct
import sys
import time

PATH, PORT = sys.argv[1], int(sys.argv[2])
NAMES = 3000


def connect():
    control = socket.socket(socket.AF_UNIX)
    control.settimeout(30)
    control.connect(PATH)
    return control


def answer_to(octets):
    """The first line of the answer to what is sent; None where the connection is closed."""
    with connect() as control:
        control.sendall(octets)
        control.shutdown(socket.SHUT_WR)
        line = control.makefile("rb").readline()
    return json.loads(line) if line else None


def ask(names):
    """Asks for addresses, a hundred at a time; gives the longest time that a hundred took."""
    longest = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(20)
        client.connect(("127.0.0.1", PORT))
        for start in range(0, len(names), 100):
            began = time.monotonic()
            for number, name in enumerate(names[start:start + 100]):
                labels = b"".join(bytes([len(part)]) + part for part in name.split(b"."))
                client.send(struct.pack(">6H", number, 0x100, 1, 0, 0, 0) + labels + b"\0\0\1\0\1")
            for _ in names[start:start + 100]:
                client.recv(4096)
            longest = max(longest, time.monotonic() - began)
    return longest


def main():
    for octets in (b"ping\n", b"{}\n", b"\0\n", b"[" * 4097, b'{"command":"halt"}\n',
                   b'{"command":"ping","x":"' + b"a" * 5000 + b'"}\n'):
        answer = answer_to(octets)
        assert answer and answer["ok"] is False and answer["error"], (octets[:20], answer)
    assert answer_to(b"") is None
    assert answer_to(b'{"command":') is None
    assert answer_to(b'{"command":"ping"}\n') == {"ok": True}
    # A line may come in pieces, and whoever leaves in the middle leaves nothing behind.
    with connect() as control:
        for octet in b'{"command":"ping"}\n':
            control.send(bytes([octet]))
        assert control.recv(100) == b'{"ok":true}\n'

    # A dump that is read slowly, while the cache fills, is forgotten, and fills again.
    names = [b"%04d.some-longer-name.in-the-cache.test" % number for number in range(NAMES)]
    ask(names)
    slow = connect()
    slow.send(b'{"command":"dump"}\n')
    began = slow.recv(100)
    assert began.startswith(b'{"ok":true}\n'), began
    assert answer_to(b'{"command":"dump"}\n')["error"] == "another dump is being made"
    longest = ask(names)
    assert longest < 2, longest
    assert answer_to(b'{"command":"flush","all":true}\n')["removed"] == NAMES
    ask(names[:50])
    rest = slow.makefile("rb").read()
    assert rest.splitlines()[-1].startswith(b"; end: "), rest[-100:]
    slow.close()

    # More than may be served at once: those who are silent are closed in the end.
    silent = [connect() for _ in range(8)]
    assert ask(names[:100]) < 2
    began = time.monotonic()
    assert answer_to(b'{"command":"ping"}\n') == {"ok": True}
    assert 2 < time.monotonic() - began < 20
    for control in silent:
        control.close()


main()
