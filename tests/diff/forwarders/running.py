"""The servers of the comparison: an authoritative one (Knot), and those that forward to it."""

import contextlib
import os
import pathlib
import subprocess
import sys
import time

import dns.exception
import dns.message
import dns.query

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "bench"))
from forwarder import servers as bench  # noqa: E402 pylint: disable=wrong-import-position

READY_S = 30


def knot(folder, port, both):
    """Knot's words; it signs the second zone."""
    for zone in both:
        (folder / f"{zone.name}zone").write_text(zone.text(), encoding="utf-8")
    plain, signed = (zone.name for zone in both)
    (folder / "knot.conf").write_text(f"""server:
  listen: 127.0.0.1@{port}
  rundir: {folder}
  tcp-io-timeout: 5000
database:
  storage: {folder}/knot
policy:
  - id: here
    algorithm: ecdsap256sha256
    nsec3: off
    single-type-signing: on
template:
  - id: default
    storage: {folder}
    file: "%s.zone"
    journal-content: none
    zonefile-sync: -1
zone:
  - domain: {plain}
  - domain: {signed}
    dnssec-signing: on
    dnssec-policy: here
log:
  - target: stderr
    any: warning
""", encoding="utf-8")
    (folder / "knot").mkdir(exist_ok=True)
    return ["knotd", "-c", str(folder / "knot.conf")]


def cupel(programs):
    def words(_program, _folder, port, upstream):
        return [str(pathlib.Path(programs) / "cupel-dns"), "--listen", f"127.0.0.1:{port}",
                "--upstream", f"127.0.0.1:{upstream}", "--forward-any", "--timeout-ms", "10000",
                "--not-local", "invalid"]
    return words


def unbound(program, folder, port, upstream):
    words = bench.unbound(program, folder, port, upstream)
    path = folder / "unbound.conf"
    text = path.read_text(encoding="utf-8").replace(
        "server:\n", "server:\n    minimal-responses: no\n    outgoing-tcp-mss: 0\n"
        "    incoming-num-tcp: 100\n    rrset-roundrobin: no\n", 1)
    path.write_text(text, encoding="utf-8")
    return words


def dnsmasq(program, folder, port, upstream):
    return [*bench.dnsmasq(program, folder, port, upstream), "--edns-packet-max=1232",
            "--proxy-dnssec"]


# smartdns 40 is none of them: it passes on neither DO nor CD, cuts nothing short for small clients,
# and refuses names with octets that are no text, so each answer differs for a reason of that kind.
PEERS = (("unbound", "unbound", unbound), ("dnsdist", "dnsdist", bench.dnsdist),
         ("dnsmasq", "dnsmasq", dnsmasq))


class Running:
    """A server that runs until close(), on a port of its own."""

    def __init__(self, name, folder, start):
        self.name = name
        self.port = bench.free_port()
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir()
        self.log = open(self.folder / "log", "w+b")
        environment = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0"}
        self.process = subprocess.Popen(start(self.folder, self.port), cwd=self.folder,
                                        env=environment, stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log)

    def wait(self, name):
        """Until it answers for the apex of the zone."""
        query = dns.message.make_query(name, "SOA")
        end = time.monotonic() + READY_S
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError, dns.exception.DNSException):
                if dns.query.udp(query, "127.0.0.1", 0.3, self.port).answer:
                    return
            time.sleep(0.02)
        self.log.seek(0)
        said = self.log.read().decode("utf-8", "replace").strip().splitlines()
        sys.exit(f"{self.name} does not answer: {said[-1] if said else 'it says nothing'}")

    def close(self):
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def find(program):
    """The path of a peer's program, or nothing."""
    return bench.find(bench.Server(program, program, program, None), None)
