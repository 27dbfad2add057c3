"""What a new connection costs: each question over one of its own, over TCP and over TLS."""

import contextlib
import os
import pathlib
import shutil
import socket
import ssl
import struct
import tempfile

from forwarder import servers, world
from harness import Cannot, Case, Part, rounds, running

CONNECTIONS = 400
CONNECTIONS_LEAST = 20
WAIT_S = 2
CERTIFICATE_S = 10
QUERY = struct.pack("!HHHHHH", 7, 0x100, 1, 0, 0, 0) + servers.NAME_IS_READY + \
    struct.pack("!HH", 1, 1)


def make_certificate(folder):
    """A key and a certificate for this machine."""
    program = shutil.which("openssl", path=os.defpath)
    if not program:
        raise Cannot("openssl is not installed, which makes the certificate for TLS")
    done = running.run(
        [program, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=bench.cupel", "-keyout", str(folder / "tls.key"),
         "-out", str(folder / "tls.pem")], CERTIFICATE_S)
    if done.status != 0:
        raise Cannot(f"openssl makes no certificate: {done.reason()}")


def without_checks():
    """A client that takes any certificate, and never resumes a session."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def connect_and_ask(port, context):
    """One connection, one question, one answer; whether it is one."""
    with contextlib.ExitStack() as stack:
        stream = stack.enter_context(socket.create_connection(("127.0.0.1", port), WAIT_S))
        if context:
            stream = stack.enter_context(context.wrap_socket(stream))
        stream.sendall(struct.pack("!H", len(QUERY)) + QUERY)
        answer = stream.recv(2048)
        if len(answer) == 2:
            answer += stream.recv(2048)
        return len(answer) > 6 and answer[2:4] == QUERY[:2]


class Connections:
    """One case: over TCP, or over TLS."""

    def __init__(self, settings, there, count, is_small, name, is_tls):
        self.settings = settings
        self.world = there
        self.count = count
        self.name = name
        self.is_tls = is_tls
        self.connections = CONNECTIONS_LEAST if is_small else CONNECTIONS

    def contenders(self):
        return [each for each in self.world.ours_and_peers()
                if not self.is_tls or each.server.name in servers.WITH_TLS]

    def once(self, contender, port):
        """Microseconds of the server's processor time for each connection."""
        context = without_checks() if self.is_tls else None
        try:
            before = contender.running.cpu_us()
            for _ in range(self.connections):
                running.check()
                if not connect_and_ask(port, context):
                    return None, "a connection had no answer"
            return [(contender.running.cpu_us() - before) / self.connections], None
        except OSError as reason:
            return None, f"a connection failed: {reason}"

    def start(self, stack, contender, place):
        """The port at which it is asked, or nothing, and why it does not answer."""
        server, port = contender.server, None
        if self.is_tls:
            port = servers.free_port()
            server = servers.with_tls(server, place, port)
        failure = stack.enter_context(world.started(contender, self.world.upstream(), server))
        return port or contender.running.port, failure

    def measure(self, take):
        self.world.rest()
        with contextlib.ExitStack() as stack:
            place = pathlib.Path(stack.enter_context(
                tempfile.TemporaryDirectory(prefix="cupel-bench-")))
            if self.is_tls:
                make_certificate(place)
            pairs = [(each, each.subject()) for each in self.contenders()]
            take(Case(name=self.name, about=f"one question each, {self.connections} in a row, "
                      f"{self.count} times", compared=("cpu",), against=("unbound", "dnsdist"),
                      subjects=[subject for _, subject in pairs]))
            asked = []
            for each, subject in pairs:
                port, failure = self.start(stack, each, place) if subject.is_measured() \
                    else (0, None)
                if failure:
                    subject.set_aside("failed", failure)
                asked.append(rounds.one(subject, lambda _number, each=each, port=port:
                                        self.once(each, port)))
            rounds.interleave(self.settings, self.name, asked, (("cpu", "us"),), self.count, 1)


def parts(settings, there, count, is_small):
    made = [Connections(settings, there, count, is_small, name, is_tls)
            for name, is_tls in (("new connections, TCP", False), ("new connections, TLS", True))]
    return [Part((each.name,), (4 if each.is_tls else 2.5) * (count + 1), each.measure)
            for each in made]
