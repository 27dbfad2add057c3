#!/usr/bin/env bash
# cupel-wire with captured packets: pcap and pcapng, UDP, TCP, fragments, and files that are broken.
# shellcheck disable=SC2317  # functions are called by name
set -euo pipefail

# shellcheck source=tests/cli/wire.bash
. "$CUPEL_SOURCE/tests/cli/wire.bash"

# Writes the packets of one capture as ./dns.pcap and ./dns.pcapng: a query over UDP, a response of
# three fragments, two messages on a stream in the wrong order, ARP, and a datagram that is cut.
captures() {
    /usr/bin/python3 -B - "$CUPEL_SOURCE/corpus/capture/generate" <<'PYTHON'
import importlib.machinery
import importlib.util
import struct
import sys

loader = importlib.machinery.SourceFileLoader("make", sys.argv[1])
make = importlib.util.module_from_spec(importlib.util.spec_from_loader("make", loader))
loader.exec_module(make)

response = bytes.fromhex("abcd84000001000100000000" "016100" "00100001" "c00c00100001" "0000003c"
                         "0033" "32") + b"x" * 50
datagram = make.udp(response, source=53, target=4000)
packets = [make.ethernet(packet) for packet in (
    make.ipv4(make.udp(make.MESSAGE)),
    make.ipv4(datagram[48:], place=6),
    make.ipv4(datagram[:24], place=0x2000),
    make.ipv4(datagram[24:48], place=0x2003),
    make.ipv4(make.tcp(b"", 0, make.SYN), 6),
    make.ipv4(make.tcp(make.prefixed(make.MESSAGE)[10:] + make.prefixed(make.MESSAGE), 11), 6),
    make.ipv4(make.tcp(make.prefixed(make.MESSAGE)[:10], 1), 6),
)] + [make.ethernet(bytes(28), 0x0806), make.ethernet(make.ipv4(make.udp(make.MESSAGE)))[:-3]]
LINK, SECOND = 1, 1700000000

with open("dns.pcap", "wb") as out:
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINK))
    for number, packet in enumerate(packets):
        out.write(struct.pack("<IIII", SECOND + number, 123456, len(packet), len(packet)) + packet)


def block(kind, body):
    body += bytes(-len(body) % 4)
    size = 12 + len(body)
    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)


with open("dns.pcapng", "wb") as out:
    out.write(block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)))
    out.write(block(1, struct.pack("<HHI", LINK, 0, 65535)))
    for number, packet in enumerate(packets):
        time = (SECOND + number) * 1000000 + 123456
        out.write(block(6, struct.pack("<IIIII", 0, time >> 32, time & 0xFFFFFFFF, len(packet),
                                       len(packet)) + packet))
PYTHON
}

summary='9 packets, 4 messages, 1 packets of something else, 1 packets that were not captured to'
summary+=' their end'

decode_prints_each_message_with_time_ends_and_number() {
    captures
    for file in dns.pcap dns.pcapng; do
        expect 0 cupel-wire decode --pcap $file
        grep '^;; MESSAGE' out >messages
        same messages ";; MESSAGE 1: 2023-11-14T22:13:20.123456Z UDP 127.0.0.1#4000 > 127.0.0.2#53
;; MESSAGE 2: 2023-11-14T22:13:23.123456Z UDP 127.0.0.1#53 > 127.0.0.2#4000
;; MESSAGE 3: 2023-11-14T22:13:26.123456Z TCP 127.0.0.1#4000 > 127.0.0.2#53
;; MESSAGE 4: 2023-11-14T22:13:26.123456Z TCP 127.0.0.1#4000 > 127.0.0.2#53"
        same err "cupel-wire: $file: $summary"
        grep -qP '^a\.\t60\tIN\tTXT\t"x{50}"$' out
    done
}

decode_json_is_an_object_a_line() {
    captures
    expect 0 cupel-wire decode --pcap --json - <dns.pcapng
    /usr/bin/python3 - <<'PYTHON'
import json
first, second, third, fourth = map(json.loads, open("out"))
assert first["dateString"] == "2023-11-14T22:13:20.123456Z" and first["number"] == 1, first
assert abs(first["dateSeconds"] - 1700000000.123456) < 1e-5, first
assert first["source"] == {"address": "127.0.0.1", "port": 4000}, first
assert first["destination"] == {"address": "127.0.0.2", "port": 53}, first
assert (first["protocol"], third["protocol"], fourth["number"]) == ("UDP", "TCP", 4)
assert second["answerRRs"][0]["TYPEname"] == "TXT", second
PYTHON
}

check_numbers_the_messages_of_a_file() {
    captures
    expect 0 cupel-wire check --pcap dns.pcap
    same out "accept dns.pcap#1
accept dns.pcap#2
accept dns.pcap#3
accept dns.pcap#4"
}

port_says_where_to_look() {
    captures
    expect 0 cupel-wire check --pcap --port 4000 dns.pcap
    [ "$(wc -l <out)" -eq 4 ]
    expect 0 cupel-wire check --pcap --port 54 dns.pcap
    [ ! -s out ]
    expect 2 cupel-wire check --pcap --port 65536 dns.pcap
    expect 1 cupel-wire check --port 53 dns.pcap
    same err "cupel-wire: --port needs --pcap"
}

files_that_are_broken_are_said_to_be() {
    captures
    head -c 200 dns.pcap >short
    expect 1 cupel-wire check --pcap short
    grep -q '^cupel-wire: short: packet [0-9]*: truncated dump file' err
    head -c 300 dns.pcapng >short
    expect 1 cupel-wire decode --pcap short
    grep -q '^cupel-wire: short: packet [0-9]*: truncated' err
    printf 'no packets at all, but text' >text
    expect 1 cupel-wire decode --pcap text
    same err "cupel-wire: text: cannot be read as captured packets: unknown file format"
    expect 1 cupel-wire decode --pcap missing
    same err "cupel-wire: missing: cannot be opened: No such file or directory"
    : >empty
    expect 1 cupel-wire decode --pcap empty
    grep -q '^cupel-wire: empty: cannot be read as captured packets: ' err
}

run_tests "$@"
