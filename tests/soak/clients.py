"""Clients of a soak: they ask over UDP and TCP, know what each answer has to be, and count."""
import asyncio
import socket
import struct
import time

from upstreams import LARGE_BYTES, NOERROR, NXDOMAIN, SERVFAIL, TYPE_A, TYPE_TXT, address_of

SOCKETS = 8
TC = 0x0200
POPULAR = 400
LOST_TOLD_MAX = 1000


class Account:
    """What was asked, and what came of it."""

    def __init__(self):
        self.asked = self.answered = self.failed = self.lost = self.wrong = 0
        self.late = 0  # of the answered: they had been given up
        self.lost_by_stream = 0  # of the lost
        self.first_wrong = None
        self.lost_queries = []  # the first of them

    def tell_lost(self, asked, reason):
        self.lost += 1
        self.first_wrong = self.first_wrong or f"{asked.name}: {reason}"
        if len(self.lost_queries) < LOST_TOLD_MAX:
            self.lost_queries.append({"name": asked.name.decode("ascii", "replace"),
                                      "type": asked.kind, "reason": reason,
                                      "asked_at": round(asked.since, 3)})
            asked.told = self.lost_queries[-1]

    def tell_late(self, asked):
        """An answer came after all."""
        self.lost -= 1
        self.late += 1
        if asked.told:
            self.lost_queries = [lost for lost in self.lost_queries if lost is not asked.told]

    def tell_wrong(self, sentence):
        self.wrong += 1
        self.first_wrong = self.first_wrong or sentence


def query(number, name, kind, has_edns):
    opt = b"\0\0\x29\x04\xd0\0\0\0\0\0\0" if has_edns else b""
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 1 if opt else 0) + name + \
        struct.pack(">HH", kind, 1) + opt


def wire_name(label):
    return bytes([len(label)]) + label.encode() + b"\x04soak\x04test\0"


class Asked:
    """A query on its way."""

    def __init__(self, name, kind):
        self.name = name
        self.kind = kind
        self.since = time.monotonic()
        self.told = None  # what is said of it among the lost


class Clients:
    """`chance` draws what is asked for; ask() asks once, and counts in `account`. What has waited
    for `given.patience` seconds is lost; each `given.lose`-th answer is overlooked."""

    def __init__(self, port, chance, account, given):
        self.port = port
        self.chance = chance
        self.account = account
        self.given = given
        self.came = 0
        self.sockets = []
        self.number = 0
        self.new_names = 0

    async def begin(self):
        loop = asyncio.get_running_loop()
        for _ in range(SOCKETS):
            transport, client = await loop.create_datagram_endpoint(
                lambda: Client(self), remote_addr=("127.0.0.1", self.port))
            transport.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
            client.transport = transport
            self.sockets.append(client)

    def draw(self):
        """A name, a type, and whether with EDNS: half of them popular, the others new."""
        dice = self.chance.random()
        if dice < 0.5:
            label, kind = f"p{int(POPULAR ** self.chance.random())}", TYPE_A
        elif dice < 0.6:
            label, kind = f"nx{self.chance.randrange(1000)}", TYPE_A
        elif dice < 0.65:
            label, kind = f"large{self.chance.randrange(50)}", TYPE_TXT
        else:
            self.new_names += 1
            label, kind = f"n{self.new_names}", TYPE_A
        return wire_name(label), kind, self.chance.random() < 0.5

    def ask(self):
        name, kind, has_edns = self.draw()
        self.account.asked += 1
        self.number = (self.number + 1) % 65536
        asked = Asked(name, kind)
        message = query(self.number, name, kind, has_edns)
        if self.chance.random() < 0.05:
            asyncio.ensure_future(self.ask_by_stream(message, asked))
            return
        client = self.chance.choice(self.sockets)
        client.given_up.pop(self.number, None)
        client.waiting[self.number] = asked
        client.transport.sendto(message)

    async def ask_by_stream(self, message, asked):
        """Asks on a connection of its own."""
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(struct.pack(">H", len(message)) + message)
            size, = struct.unpack(">H", await asyncio.wait_for(
                reader.readexactly(2), self.given.patience))
            self.judge(await reader.readexactly(size), asked)
            writer.close()
        except (asyncio.IncompleteReadError, asyncio.TimeoutError, OSError) as error:
            self.account.lost_by_stream += 1
            self.account.tell_lost(asked, f"over TCP: {error!r}")

    def judge(self, message, asked):
        """Whether an answer, which is whole, is right."""
        flags, _, answers = struct.unpack_from(">HHH", message, 2)
        rcode = flags & 15
        is_absent = asked.name.startswith(b"\x02nx")
        end = 12 + len(asked.name) + 4
        if message[12:12 + len(asked.name)].lower() != asked.name:
            self.account.tell_wrong(f"{asked.name}: another question")
        elif rcode == SERVFAIL:
            self.account.failed += 1
        elif rcode != (NXDOMAIN if is_absent else NOERROR) or \
                answers != (0 if is_absent else 1):
            self.account.tell_wrong(f"{asked.name}: response code {rcode}, {answers} answers")
        elif asked.kind == TYPE_A and not is_absent and \
                message[end + 12:end + 16] != address_of(asked.name):
            self.account.tell_wrong(f"{asked.name}: another address")
        elif asked.kind == TYPE_TXT and len(message) < LARGE_BYTES:
            self.account.tell_wrong(f"{asked.name}: {len(message)} octets")
        self.account.answered += 1

    def is_overlooked(self):
        self.came += 1
        return self.given.lose > 0 and self.came % self.given.lose == 0

    def waiting(self):
        return sum(len(client.waiting) for client in self.sockets)

    def count_lost(self):
        """Those that wait for longer than any answer takes."""
        old = time.monotonic() - self.given.patience
        for client in self.sockets:
            late = [number for number, asked in client.waiting.items() if asked.since < old]
            for number in late:
                client.given_up[number] = client.waiting.pop(number)
                self.account.tell_lost(client.given_up[number], "no answer")


class Client(asyncio.DatagramProtocol):
    """A socket, and what is waited for on it."""

    def __init__(self, clients):
        self.clients = clients
        self.waiting = {}
        self.given_up = {}
        self.transport = None

    def datagram_received(self, message, _peer):
        number, flags = struct.unpack_from(">HH", message, 0)
        if self.clients.is_overlooked():
            return
        asked = self.waiting.pop(number, None)
        if asked is None and number in self.given_up:
            asked = self.given_up.pop(number)
            self.clients.account.tell_late(asked)
        if asked is None:
            self.clients.account.tell_wrong(f"an answer {number} that nobody waits for")
        elif flags & TC and flags & 15 != SERVFAIL:
            asyncio.ensure_future(self.clients.ask_by_stream(
                query(number, asked.name, asked.kind, False), asked))
        else:
            self.clients.judge(message, asked)

    def error_received(self, error):
        self.clients.account.tell_wrong(f"a socket says {error!r}")
