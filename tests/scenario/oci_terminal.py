#!/usr/bin/python3
"""The other side of a terminal.

    oci_terminal.py on ROWS COLUMNS COMMAND…
        runs the command on a terminal of that size, types what stands on standard input once it
        prints "type", and prints what it prints; its exit status is ours
    oci_terminal.py take SOCKET
        takes the terminal that comes over the socket, and prints what is printed there, 5 seconds
        at most
"""
import array
import fcntl
import os
import pty
import select
import socket
import struct
import sys
import termios
import time


def read_some(fd):
    try:
        return os.read(fd, 4096)
    except OSError:
        return b""


def run_on(rows, columns, command):
    typed = sys.stdin.buffer.read()
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))
        os.execvp(command[0], command)
    while True:
        octets = read_some(fd)
        if not octets:
            break
        sys.stdout.buffer.write(octets.replace(b"\r", b""))
        sys.stdout.buffer.flush()
        if typed and b"type" in octets:
            os.write(fd, typed)
            typed = b""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def take(path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(1)
        listener.settimeout(20)
        connection, _ = listener.accept()
        name, beside, _, _ = connection.recvmsg(4096, socket.CMSG_SPACE(4))
        fd = array.array("i", beside[0][2])[0]
        print("name", name.decode(), flush=True)
        end = time.monotonic() + 5
        while time.monotonic() < end:
            if select.select([fd], [], [], 0.1)[0]:
                octets = read_some(fd)
                if not octets:
                    break
                sys.stdout.buffer.write(octets.replace(b"\r", b""))
                sys.stdout.buffer.flush()
    return 0


if sys.argv[1] == "on":
    sys.exit(run_on(sys.argv[2], sys.argv[3], sys.argv[4:]))
sys.exit(take(sys.argv[2]))
