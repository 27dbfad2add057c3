"""Who decides on system calls (SCMP_ACT_NOTIFY): takes a listener from the socket SOCKET, writes
the state that came with it to TOLD, and answers every call with the errno ERRNO, or lets all go on
if that is 0, until nobody can make any more.

oci_agent.py SOCKET TOLD ERRNO
"""

import array
import fcntl
import os
import select
import socket
import struct
import sys

RECEIVE = 0xC0502100
SEND = 0xC0182101
CONTINUE = 1


def take(path):
    """The state, and the descriptor of the listener."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        os.umask(0)
        listening.bind(path)
        listening.listen()
        connection, _ = listening.accept()
    room = socket.CMSG_SPACE(array.array("i").itemsize * 4)
    state, beside, _, _ = connection.recvmsg(1 << 16, room)
    fds = array.array("i")
    for level, kind, content in beside:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(content)
    # Programs read it at once, as agents of others do.
    assert connection.recv(1 << 16) == b"", state
    assert len(fds) == 1, fds
    return state, fds[0]


def main(path, told, errno):
    state, listener = take(path)
    with open(told + ".new", "wb") as stream:
        stream.write(state)
    os.rename(told + ".new", told)
    poll = select.poll()
    poll.register(listener, select.POLLIN)
    while True:
        ((_, event),) = poll.poll()
        if not event & select.POLLIN:
            return
        call = bytearray(80)
        try:
            fcntl.ioctl(listener, RECEIVE, call)
            (number,) = struct.unpack_from("Q", call)
            flags = 0 if errno else CONTINUE
            fcntl.ioctl(listener, SEND, struct.pack("QqiI", number, 0, -errno, flags))
        except FileNotFoundError:
            # Whoever made the call has been killed.
            pass


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
