"""What the suite measures beside bursts: how long clients wait at more and more queries a
second, how long a start takes, what a new connection costs, what happens when one of two
upstreams dies, and what the cache costs with many names."""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import time

from forwarder import servers
from harness import Case, Subject

# Queries a second, until a server has had enough.
RATES = (2000, 5000, 10000, 20000, 30000, 40000, 60000, 80000, 100000, 130000, 160000, 200000)
RATE_S = 2
ENOUGH = 0.95  # of what was wanted came back in time
PERCENTILES = ("p50", "p90", "p99", "p99.9")
DEATH_RATE = 2000
DEATH_S = 6
DIES_AFTER_S = 1.5
CONNECTIONS = 400
NAMES = (1000, 10000, 100000, 1000000, 10000000)
LIMIT_S = 300
QUESTION = servers.NAME_IS_READY + struct.pack("!HH", 1, 1)
QUERY = struct.pack("!HHHHHH", 7, 0x100, 1, 0, 0, 0) + QUESTION


def load(settings, port, words):
    """What a run of the load says; an empty answer where it cannot."""
    command = [str(settings.helpers / "forwarder_load"), "--port", str(port), *words]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, timeout=LIMIT_S)
    return json.loads(done.stdout) if done.returncode == 0 else {}


def subject_of(contender):
    version = servers.version(contender.server, contender.program) if contender.program else ""
    subject = Subject(contender.server.name, version)
    if not contender.program:
        subject.set_aside("missing", f"{contender.server.package} is not installed")
    return subject


def measure_rates(settings, contenders, is_small):
    """Cached answers at each rate: a curve for each server, and the highest rate that it bears."""
    rates, seconds = (RATES[:2], 0.2) if is_small else (RATES, RATE_S)
    subjects, curves = [], {name: {} for name in PERCENTILES}
    for each in contenders:
        subject = subject_of(each)
        subjects.append(subject)
        borne = 0
        for rate in rates if each.running else ():
            settings.progress(f"rates: {each.server.name}, {rate} a second")
            said = load(settings, each.running.port,
                        ["--queries", str(int(rate * seconds)), "--names", "1000", "--clients",
                         "4", "--window", "4096", "--rate", str(rate)])
            if not said or said["answered"] < rate * seconds * ENOUGH or \
                    said["answered"] / said["seconds"] < rate * ENOUGH:
                break
            borne = rate
            for name in PERCENTILES:
                curves[name].setdefault(each.server.name, []).append((rate, said[name]))
        if subject.is_measured() and borne:
            subject.metrics = {"borne": ("k/s", [borne / 1000] * 2)}
        elif subject.is_measured():
            subject.set_aside("failed", f"less than {rates[0]} queries a second")
    return Case(name="latency by load", about=f"cached, {seconds} seconds at each rate, until less "
                f"than {ENOUGH:.0%} of the answers come in time: the highest rate before that",
                compared=("borne",), against=(contenders[0].server.name, "unbound", "dnsdist"),
                subjects=subjects, curves=curves, curves_x="queries a second",
                curves_unit="us")


def first_answer_ms(contender, folder, upstream):
    """From the start of the process to its first answer, asked for over and over."""
    begin = time.monotonic()
    running = servers.Running(contender.server, contender.program, folder, upstream)
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(0.001)
            asking.connect(("127.0.0.1", running.port))
            while time.monotonic() - begin < servers.READY_S:
                with contextlib.suppress(OSError):
                    asking.send(QUERY)
                    if asking.recv(512)[3] & 15 == 0:
                        return (time.monotonic() - begin) * 1000
                if running.process.poll() is not None:
                    break
        return None
    finally:
        running.close()


def measure_start(settings, contenders, rounds):
    subjects = [subject_of(each) for each in contenders]
    taken = {each.server.name: [] for each in contenders}
    order = random.Random(settings.seed)
    for number in range(rounds):
        pairs = [pair for pair in zip(contenders, subjects) if pair[1].is_measured()]
        order.shuffle(pairs)
        for each, subject in pairs:
            settings.progress(f"start: round {number + 1} of {rounds}")
            with tempfile.TemporaryDirectory(prefix="cupel-bench-") as folder:
                waited = first_answer_ms(each, folder, settings.upstream)
            if waited is None:
                subject.set_aside("failed", "no answer")
            else:
                taken[each.server.name].append(waited)
    for each, subject in zip(contenders, subjects):
        if subject.is_measured():
            subject.metrics = {"wall": ("ms", taken[each.server.name])}
    return Case(name="start", about="from the start of the process to the first answer",
                compared=("wall",), against=(contenders[0].server.name, "unbound", "dnsdist"),
                subjects=subjects)


def make_certificate(folder):
    """A key and a certificate for this machine, or False without openssl."""
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "2", "-subj", "/CN=bench.cupel", "-keyout",
             str(folder / "tls.key"), "-out", str(folder / "tls.pem")]
    words[0] = shutil.which("openssl", path=os.defpath) or words[0]
    with contextlib.suppress(OSError):
        return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True,
                              check=False).returncode == 0
    return False


def connect_and_ask(port, context):
    """One connection, one question, one answer; whether it is one."""
    with contextlib.ExitStack() as stack:
        stream = stack.enter_context(socket.create_connection(("127.0.0.1", port), 5))
        if context:
            stream = stack.enter_context(context.wrap_socket(stream))
        stream.sendall(struct.pack("!H", len(QUERY)) + QUERY)
        answer = stream.recv(2048)
        if len(answer) == 2:
            answer += stream.recv(2048)
        return len(answer) > 6 and answer[2:4] == QUERY[:2]


def burst_of_connections(running, port, context, count):
    """Microseconds of the server's processor time for each, or nothing."""
    before = running.cpu_us()
    with contextlib.suppress(OSError):
        if all(connect_and_ask(port, context) for _ in range(count)):
            return (running.cpu_us() - before) / count
    return None


def measure_connections(settings, contenders, rounds, count):
    """Each question over a connection of its own, over TCP and over TLS without resumption."""
    cases = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    for name, chosen in (("new connections, TCP", None), ("new connections, TLS", context)):
        subjects = []
        for each in contenders:
            if chosen and each.server.name not in servers.WITH_TLS:
                continue
            subject = subject_of(each)
            subjects.append(subject)
            if not subject.is_measured():
                continue
            settings.progress(f"{name}: {each.server.name}")
            taken = connections_of(settings, each, chosen, rounds, count)
            if None in taken or not taken:
                subject.set_aside("failed", "a connection was refused, or had no answer")
            else:
                subject.metrics = {"cpu": ("us", taken)}
        cases.append(Case(name=name, about=f"one question each, {count} in a row, {rounds} times",
                          compared=("cpu",), against=("unbound", "dnsdist"), subjects=subjects))
    return cases


def connections_of(settings, contender, context, rounds, count):
    with tempfile.TemporaryDirectory(prefix="cupel-bench-") as folder:
        folder = pathlib.Path(folder)
        server = contender.server
        port = None
        if context:
            if not make_certificate(folder):
                return []
            port = servers.free_port()
            server = servers.with_tls(server, folder, port)
        running = servers.Running(server, contender.program, folder / "server", settings.upstream)
        try:
            if running.failure():
                return []
            port = port or running.port
            burst_of_connections(running, port, context, count // 4 + 1)
            return [burst_of_connections(running, port, context, count) for _ in range(rounds)]
        finally:
            running.close()


def die(settings, contender, folder, number, is_small):
    """What the load says of a server while one of its two upstreams falls silent."""
    upstreams = [servers.Running(servers.UPSTREAM, servers.find(servers.UPSTREAM, settings),
                                 folder / name, 0) for name in ("one", "two")]
    running = None
    seconds = 2 if is_small else DEATH_S
    try:
        if any(each.failure() for each in upstreams):
            return {}
        running = servers.Running(contender.server, contender.program, folder / "server",
                                  tuple(each.port for each in upstreams))
        if running.failure():
            return {}
        command = [str(settings.helpers / "forwarder_load"), "--port", str(running.port),
                   "--queries", str(int(DEATH_RATE * seconds)), "--first",
                   str(0x20000000 + number * 0x100000), "--clients", "4", "--window", "4096",
                   "--rate", str(DEATH_RATE)]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as asking:
            time.sleep(DIES_AFTER_S * seconds / DEATH_S)
            upstreams[0].process.send_signal(signal.SIGSTOP)  # as a machine without power
            said, _ = asking.communicate(timeout=LIMIT_S)
        return json.loads(said) if asking.returncode == 0 else {}
    finally:
        upstreams[0].process.send_signal(signal.SIGCONT)
        for each in (running, *upstreams):
            if each:
                each.close()


def measure_death(settings, contenders, rounds, is_small):
    subjects = []
    for each in contenders:
        if each.server.name not in servers.WITH_TWO_UPSTREAMS:
            continue
        subject = subject_of(each)
        subjects.append(subject)
        taken = []
        while subject.is_measured() and len(taken) < rounds:
            settings.progress(f"an upstream dies: {each.server.name}")
            with tempfile.TemporaryDirectory(prefix="cupel-bench-") as folder:
                said = die(settings, each, pathlib.Path(folder), len(taken), is_small)
            if not said:
                subject.set_aside("failed", "it did not answer")
                break
            taken.append((said["max"] / 1000, said["p99.9"] / 1000, said["lost"] + said["wrong"]))
        if subject.is_measured():
            longest, most, failures = zip(*taken)
            subject.metrics = {"longest": ("ms", list(longest)), "p99.9": ("ms", list(most)),
                               "failures": ("", list(failures))}
    return Case(name="one of two upstreams dies", about=f"{DEATH_RATE} new names a second; after a "
                "quarter of the time one upstream falls silent: the longest wait for an answer, "
                "and how many had none within 3 seconds, or a failure", compared=("longest",),
                against=("unbound", "dnsdist"), subjects=subjects)


def measure_names(settings, is_small):
    """The cache alone, in a process without sockets, with a floor that reads as much memory."""
    cases = []
    for names in NAMES[:1] if is_small else NAMES:
        settings.progress(f"cache of {names} names")
        taken = []
        for _ in range(2 if names > 1000000 or is_small else 5):
            done = subprocess.run([str(settings.helpers / "forwarder_cache"), str(names)],
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  check=False, timeout=LIMIT_S)
            if done.returncode == 0:
                taken.append(json.loads(done.stdout))
        subjects = []
        for name in ("find", "insert", "insert, full", "floor"):
            title = "floor (one look at memory)" if name == "floor" else f"cupel-dns: {name}"
            subject = Subject(title)
            subject.metrics = {"cpu": ("ns", [row[name] for row in taken])}
            if not taken:
                subject.set_aside("failed", "there was no memory")
            subjects.append(subject)
        cases.append(Case(name=f"cache of {names:,} names", about="in the process, without sockets",
                          compared=("cpu",), against=("floor (one look at memory)",),
                          subjects=subjects))
    return cases
