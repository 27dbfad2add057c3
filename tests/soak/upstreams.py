"""Upstreams of a soak: each on a port of 127.0.0.1, over UDP and TCP, in a mood that changes."""
import asyncio
import socket
import struct
import zlib

NOERROR, SERVFAIL, NXDOMAIN = 0, 2, 3
TYPE_A, TYPE_TXT = 1, 16
LARGE_BYTES = 2814  # of strings with 200 octets
SLOW_S = 0.3
TTL_S = 20

# Of each upstream, most of the time it is well.
MOODS = ("well",) * 8 + ("silent", "slow", "lossy", "failing", "cutting", "forging", "refusing")


def name_of(message):
    """The name of a message's question, as it is on the wire, in small letters."""
    return message[12:message.index(0, 12) + 1].lower()


def address_of(name):
    """The address that a name has, whoever is asked."""
    return struct.pack(">I", zlib.crc32(name))


def records_of(message):
    """The response code and the record for a message's question."""
    name = name_of(message)
    kind, = struct.unpack_from(">H", message, 12 + len(name))
    if name.startswith(b"\x02nx"):
        return NXDOMAIN, b""
    if kind == TYPE_TXT:
        text = (b"\xc8" + bytes(200)) * (LARGE_BYTES // 201)
        return NOERROR, record(TYPE_TXT, text)
    return NOERROR, record(TYPE_A, address_of(name))


def record(kind, octets):
    return b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, TTL_S, len(octets)) + octets


def answer(message, is_cut=False, rcode=None):
    """What an upstream says to a query."""
    code, records = records_of(message)
    if rcode is not None:
        code, records = rcode, b""
    if is_cut:
        records = b""
    end = 12 + len(name_of(message)) + 4
    flags = 0x8180 | code | (0x0200 if is_cut else 0)
    return message[:2] + struct.pack(">5H", flags, 1, 1 if records else 0, 0, 0) + \
        message[12:end] + records


class Upstream(asyncio.DatagramProtocol):
    """`mood` may change at any time; begin() opens what it listens on."""

    def __init__(self, port, chance):
        self.port = port
        self.chance = chance
        self.mood = "well"
        self.asked = 0
        self.transport = None

    async def begin(self):
        await asyncio.start_server(self.serve, "127.0.0.1", self.port)
        await self.open()

    async def open(self):
        self.transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: self, local_addr=("127.0.0.1", self.port))
        self.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)

    async def feel(self, mood):
        """Goes into another mood; one that refuses has no socket."""
        before, self.mood = self.mood, mood
        if mood == "refusing" and before != "refusing":
            self.transport.close()
        if mood != "refusing" and before == "refusing":
            await self.open()

    def send(self, message, peer):
        if not self.transport.is_closing():
            self.transport.sendto(message, peer)

    def datagram_received(self, message, peer):
        self.asked += 1
        reply = answer(message)
        if self.mood == "silent" or (self.mood == "lossy" and self.chance.random() < 0.3):
            return
        if self.mood == "failing":
            reply = answer(message, rcode=SERVFAIL)
        if self.mood == "cutting" or len(reply) > 1232:
            reply = answer(message, is_cut=True)
        if self.mood == "forging":
            self.send(reply[:-1], peer)
            self.send(bytes([reply[0] ^ 1]) + reply[1:], peer)
        if self.mood == "slow":
            asyncio.get_running_loop().call_later(SLOW_S, self.send, reply, peer)
        else:
            self.send(reply, peer)

    def error_received(self, _error):
        pass

    async def serve(self, reader, writer):
        """A connection; one that refuses or fails closes it after its first query."""
        try:
            while True:
                size, = struct.unpack(">H", await reader.readexactly(2))
                message = await reader.readexactly(size)
                self.asked += 1
                if self.mood in ("refusing", "failing"):
                    break
                if self.mood == "silent":
                    continue
                reply = answer(message)
                writer.write(struct.pack(">H", len(reply)) + reply)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass  # the last: the run is at its end
        finally:
            writer.close()
