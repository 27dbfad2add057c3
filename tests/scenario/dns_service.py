#!/usr/bin/python3
"""dns_service.py STATES WORD…: what a service manager does. Opens 127.0.0.1:8053 for UDP and TCP,
sends itself a query there which nobody reads yet, starts the program with both sockets, writes
down in the file STATES what it is told, and gives the query's answer on standard output. Ends with
the program, which it sends SIGHUP and SIGTERM on."""
import os
import signal
import socket
import struct
import sys
import threading

ADDRESS = ("127.0.0.1", 8053)


END = b"end"  # behind all that the program said


def write_states(notify, path):
    while (said := notify.recv(4096)) != END:
        text = said.decode()
        with open(path, "a", encoding="utf-8") as states:
            states.write(" ".join(line.split("=")[0] for line in text.splitlines()) + "\n")


def main():
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(ADDRESS)
    tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tcp.bind(ADDRESS)
    tcp.listen()
    notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    notify.bind("notify")
    early = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    early.connect(ADDRESS)
    early.send(struct.pack(">6H", 77, 0x0100, 1, 0, 0, 0) + b"\5early\7example\3org\0\0\1\0\1")
    child = os.fork()
    if child == 0:
        # By numbers that none of them has, so that neither hides the other.
        os.dup2(udp.fileno(), 50)
        os.dup2(tcp.fileno(), 51)
        os.dup2(50, 3)
        os.dup2(51, 4)
        os.closerange(5, 100)
        os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="2",
                          NOTIFY_SOCKET=os.path.abspath("notify"))
        os.execvp(sys.argv[2], sys.argv[2:])
    udp.close()
    tcp.close()
    for number in (signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, lambda caught, _: os.kill(child, caught))
    writer = threading.Thread(target=write_states, args=(notify, sys.argv[1]), daemon=True)
    writer.start()
    answer = early.recv(4096)
    print("early answer", struct.unpack(">H", answer[:2])[0], answer[3] & 15, flush=True)
    _, status = os.waitpid(child, 0)
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(END, "notify")
    writer.join()
    sys.exit(os.waitstatus_to_exitcode(status))


main()
