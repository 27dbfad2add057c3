#!/usr/bin/python3
"""A DNS server for tests, called as smartdns is: it answers a hundred queries and then no more, and
does not end when it is told."""

import re
import signal
import socket
import sys
import time

ANSWERS = 100

if "-v" in sys.argv:
    sys.exit(print("hangs 1.0"))
for number in (signal.SIGTERM, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
with open(sys.argv[sys.argv.index("-c") + 1], encoding="utf-8") as file:
    port = int(re.search(r"^bind .*:(\d+)$", file.read(), re.M)[1])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
    asked.bind(("127.0.0.1", port))
    for _ in range(ANSWERS):
        query, peer = asked.recvfrom(512)
        end = query.index(b"\0", 12) + 5
        asked.sendto(query[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + query[12:end] +
                     b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1", peer)
    time.sleep(3600)
