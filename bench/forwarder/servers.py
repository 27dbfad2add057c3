"""The servers that the suite measures: each a Server with the words that start it on one port of
127.0.0.1, forwarding to the upstream at another, with one thread where it can be told so."""

import contextlib
import dataclasses
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import struct
import subprocess
import time

from harness import running

READY_S = 10
END_S = 5
VERSION_S = 5
SERVER_PORTS = range(10000, 32768)  # below those that Linux gives to clients (ip_local_port_range)
NAME_IS_READY = b"\x05ready\x05bench\x05cupel\0"


@dataclasses.dataclass(frozen=True)
class Server:
    """`start(program, folder, port, upstream)`: its words; it may write files to the folder."""
    name: str
    program: str
    package: str  # of Debian; nothing: ours
    start: object
    version: tuple = ("--version",)


def each_of(upstream):
    """An upstream's port, or those of several."""
    return upstream if isinstance(upstream, tuple) else (upstream,)


def cupel(program, _folder, port, upstream):
    words = [program, "--listen", f"127.0.0.1:{port}", "--cache-bytes", "268435456"]
    for number in each_of(upstream):
        words += ["--upstream", f"127.0.0.1:{number}"]
    return words


def relay(program, _folder, port, upstream):
    return [program, str(port), str(upstream)]


def keeper(program, folder, port, upstream):
    return [*relay(program, folder, port, upstream), "keep"]


def answerer(program, _folder, port, _upstream):
    return [program, str(port)]


def unbound(program, folder, port, upstream):
    path = folder / "unbound.conf"
    addresses = "\n    ".join(f"forward-addr: 127.0.0.1@{each}" for each in each_of(upstream))
    path.write_text(f"""server:
    interface: 127.0.0.1@{port}
    num-threads: 1
    do-daemonize: no
    username: ""
    chroot: ""
    directory: "{folder}"
    pidfile: ""
    use-syslog: no
    module-config: "iterator"
    do-not-query-localhost: no
    msg-cache-size: 128m
    rrset-cache-size: 256m
    outgoing-range: 4096
    num-queries-per-thread: 4096
forward-zone:
    name: "."
    {addresses}
remote-control:
    control-enable: no
""", encoding="utf-8")
    return [program, "-d", "-c", str(path)]


def dnsmasq(program, _folder, port, upstream):
    return [program, "--keep-in-foreground", "--conf-file=/dev/null", f"--port={port}",
            "--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv", "--no-hosts",
            *(f"--server=127.0.0.1#{each}" for each in each_of(upstream)),
            "--cache-size=10000", "--dns-forward-max=10000",
            "--user=", "--pid-file="]


def dnsdist(program, folder, port, upstream, cache="getPool(''):setCache(newPacketCache(1000000))"):
    path = folder / "dnsdist.conf"
    upstreams = "\n".join(f"newServer({{address='127.0.0.1:{each}', healthCheckMode='up'}})"
                          for each in each_of(upstream))
    path.write_text(f"""setLocal('127.0.0.1:{port}')
{upstreams}
setSecurityPollSuffix('')
{cache}
""", encoding="utf-8")
    return [program, "--supervised", "--disable-syslog", "-C", str(path)]


def dnsdist_alone(program, folder, port, upstream):
    return dnsdist(program, folder, port, upstream, cache="")


def bind(program, folder, port, upstream):
    path = folder / "named.conf"
    path.write_text(f"""options {{
    directory "{folder}";
    listen-on port {port} {{ 127.0.0.1; }};
    listen-on-v6 {{ none; }};
    forwarders {{ 127.0.0.1 port {upstream}; }};
    forward only;
    dnssec-validation no;
    pid-file none;
    session-keyfile none;
    recursive-clients 10000;
    max-cache-size 512m;
}};
controls {{ }};
""", encoding="utf-8")
    return [program, "-f", "-n", "1", "-c", str(path)]


def kresd(program, folder, port, upstream):
    path = folder / "kresd.conf"
    path.write_text(f"""net.listen('127.0.0.1', {port})
trust_anchors.remove('.')
policy.add(policy.all(policy.FORWARD('127.0.0.1@{upstream}')))
cache.size = 256 * MB
modules.unload('ta_update')
""", encoding="utf-8")
    return [program, "--noninteractive", "--config", str(path), str(folder)]


def recursor(program, folder, port, upstream):
    (folder / "recursor.conf").write_text(f"""local-address=127.0.0.1
local-port={port}
forward-zones-recurse=.=127.0.0.1:{upstream}
dont-query=
dnssec=off
threads=1
pdns-distributes-queries=no
daemon=no
socket-dir={folder}
security-poll-suffix=
max-cache-entries=2000000
max-packetcache-entries=1000000
max-mthreads=4096
""", encoding="utf-8")
    return [program, f"--config-dir={folder}"]


def smartdns(program, folder, port, upstream):
    """Without what it does beside forwarding: it does not measure addresses, and prefers none."""
    path = folder / "smartdns.conf"
    upstreams = "\n".join(f"server 127.0.0.1:{each}" for each in each_of(upstream))
    path.write_text(f"""bind 127.0.0.1:{port}
bind-tcp 127.0.0.1:{port}
{upstreams}
cache-size 2000000
cache-persist no
prefetch-domain no
serve-expired no
speed-check-mode none
response-mode fastest-response
dualstack-ip-selection no
tcp-idle-time 120
log-level fatal
log-file {folder}/smartdns.log
""", encoding="utf-8")
    return [program, "-f", "-c", str(path), "-p", "-"]


OURS = Server("cupel-dns", "cupel-dns", "", cupel)
ECHO = Server("floor (answers at once)", "forwarder_answerer", "", answerer, ())
RELAY = Server("floor (passes on)", "forwarder_relay", "", relay, ())
KEEPER = Server("floor (passes on and keeps)", "forwarder_relay", "", keeper, ())
UPSTREAM = Server("upstream", "forwarder_answerer", "", answerer, ())
PEERS = (Server("unbound", "unbound", "unbound", unbound, ("-V",)),
         Server("dnsmasq", "dnsmasq", "dnsmasq-base", dnsmasq),
         Server("dnsdist", "dnsdist", "dnsdist", dnsdist),
         Server("dnsdist without a cache", "dnsdist", "dnsdist", dnsdist_alone),
         Server("bind", "named", "bind9", bind, ("-v",)),
         Server("kresd", "kresd", "knot-resolver", kresd, ("-V",)),
         Server("recursor", "pdns_recursor", "pdns-recursor", recursor),
         Server("smartdns", "smartdns", "smartdns", smartdns, ("-v",)))


# Servers that serve TLS when they are told so by these words or lines, with a certificate and a key
# in the folder; and those that are given two upstreams.
WITH_TLS = ("cupel-dns", "unbound", "dnsdist")
WITH_TWO_UPSTREAMS = ("cupel-dns", "unbound", "dnsmasq", "dnsdist", "smartdns")


def with_tls(server, place, tls_port):
    """The server with one address more, where it is asked over TLS."""
    key, certificate = place / "tls.key", place / "tls.pem"

    def start(program, folder, port, upstream):
        words = server.start(program, folder, port, upstream)
        if server.name == "cupel-dns":
            return [*words, "--listen-tls", f"127.0.0.1:{tls_port}", "--tls-cert",
                    str(certificate), "--tls-key", str(key)]
        path = folder / f"{server.name}.conf"
        text = path.read_text(encoding="utf-8")
        if server.name == "unbound":
            text = text.replace("server:\n", f"""server:
    interface: 127.0.0.1@{tls_port}
    tls-port: {tls_port}
    tls-service-key: "{key}"
    tls-service-pem: "{certificate}"
""", 1)
        else:
            text += f"addTLSLocal('127.0.0.1:{tls_port}', '{certificate}', '{key}')\n"
        path.write_text(text, encoding="utf-8")
        return words
    return dataclasses.replace(server, start=start)


def find(server, settings):
    """The path of its program, or nothing."""
    if not server.package:
        for folder in (settings.programs, settings.helpers):
            if (folder / server.program).is_file():
                return str(folder / server.program)
        return None
    folders = os.environ.get("PATH", "").split(":")
    beside = [folder[:-3] + "sbin" for folder in folders if folder.endswith("/bin")]
    return shutil.which(server.program, path=":".join(folders + beside))


def version(server, program):
    if not server.version:
        return ""
    done = running.run([program, *server.version], VERSION_S)
    return (re.findall(r"\d+\.\d+(?:\.\d+)*", done.out + done.errors) or [""])[0]


def free_port():
    """One that nothing has, for UDP and TCP, and that no client is given meanwhile."""
    while True:
        port = secrets.choice(SERVER_PORTS)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, \
                contextlib.suppress(OSError):
            stream.bind(("127.0.0.1", port))
            datagrams.bind(("127.0.0.1", port))
            return port


def answers(port):
    """Whether the server there answers a query within a short time."""
    query = struct.pack("!HHHHHH", 1, 0x100, 1, 0, 0, 0) + NAME_IS_READY + struct.pack("!HH", 1, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.2)
        try:
            asking.connect(("127.0.0.1", port))
            asking.send(query)
            reply = asking.recv(512)
        except OSError:
            time.sleep(0.02)
            return False
        return reply[3] & 15 == 0 and reply[7] > 0


class Running:
    """A server that runs, until close()."""

    def __init__(self, server, program, folder, upstream):
        self.server = server
        self.port = free_port()
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.log = open(self.folder / "log", "w+b")
        self.process = subprocess.Popen(
            server.start(program, self.folder, self.port, upstream), cwd=self.folder,
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True)

    def failure(self):
        """Why it does not answer, or nothing."""
        end = time.monotonic() + READY_S
        while time.monotonic() < end:
            running.check()
            if self.process.poll() is not None:
                self.log.seek(0)
                said = self.log.read().decode("utf-8", "replace").strip().splitlines()
                return said[-1] if said else f"exit status {self.process.returncode}"
            if answers(self.port):
                return None
        return f"did not answer within {READY_S} seconds"

    def cpu_us(self):
        """Of all its threads, user and system, on a processor."""
        total = 0
        for path in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            total += int((path / "schedstat").read_text().split()[0])
        return total / 1000

    def resident_kib(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(re.search(r"^VmRSS:\s*(\d+)", text, re.M)[1])

    def tell(self, number):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    def close(self):
        """Ends it; where a signal came, without waiting for it to end by itself."""
        if not running.is_interrupted():
            self.tell(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(END_S)
        self.tell(signal.SIGKILL)
        self.process.wait()
        self.log.close()
