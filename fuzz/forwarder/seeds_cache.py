#!/usr/bin/python3
"""seeds_cache.py DIRECTORY: writes the seed corpus of fuzz_cache.c, histories that are named for
what they show. The words below are the steps that fuzz_cache.c reads; see there."""
import pathlib
import struct
import sys


def put(topic, size=16, ttl=60):
    return bytes([topic << 3]) + struct.pack(">H", size) + bytes([ttl - 1])


def failure(topic, ttl=5):
    return bytes([topic << 3]) + struct.pack(">H", 0) + bytes([192 + ttl - 1])


def find(topic):
    return bytes([topic << 3 | 2])


def wait(half_seconds):
    return bytes([half_seconds << 3 | 4])


def flush(topic):
    return bytes([topic << 3 | 6])


def flush_tree(topic):
    return bytes([topic << 3 | 7])


def put_crowd(first, count=64, seed=0):
    return bytes([first // 16 << 3 | 1, seed << 6 | count - 1])


def find_crowd(first, count=64):
    return bytes([first // 16 << 3 | 3, count - 1])


def crowd(of, count):
    return b"".join(of(first) for first in range(0, count, 64))


FRESH, STALE, ONE_BUCKET = b"\x00", b"\x0a", b"\x85"

SEEDS = {
    "nothing": FRESH + find(0),
    "found-until-its-end": FRESH + put(1, ttl=10) + (wait(3) + find(1)) * 8,
    "stale-until-its-end": STALE + put(1, ttl=5) + (wait(3) + find(1)) * 12,
    "a-failure": STALE + failure(3) + find(3) + wait(9) + find(3) + wait(1) + find(3),
    "put-again": FRESH + put(1) + find(1) + put(1, 200) + find(1) + put(1, 0) + find(1),
    "one-bucket": ONE_BUCKET + b"".join(put(i, 40 + i) for i in range(32)) +
                  b"".join(find(i) for i in range(31, -1, -1)) + put(9) + flush(4) + find(5),
    "sizes-around-a-block": FRESH + b"".join(put(i, 30 + i) + find(i) for i in range(32)),
    "no-room": FRESH + b"".join(put(i, 5000) + find(i % 5) for i in range(32)) +
               b"".join(find(i) for i in range(32)),
    "no-room-and-all-asked-for": FRESH + b"".join(put(i, 5000) for i in range(11)) +
               b"".join(find(i) for i in range(11)) + b"".join(put(i, 6000) for i in range(12, 31)),
    "too-large": FRESH + put(1, 16384) + find(1) + put(1, 7000) + find(1) + put(1, 16384) + find(1),
    "buckets-split": FRESH + crowd(put_crowd, 256) + crowd(find_crowd, 512) + put(3) + find(3),
    "buckets-split-twice": FRESH + crowd(put_crowd, 512) + crowd(find_crowd, 512),
    "buckets-split-and-are-empty-again": STALE + crowd(put_crowd, 448) + wait(31) * 7 +
               crowd(find_crowd, 512) + crowd(put_crowd, 128) + crowd(find_crowd, 512),
    "one-bucket-of-many-lines-is-split": ONE_BUCKET + crowd(put_crowd, 320) + put(4) +
               crowd(find_crowd, 320) + wait(31) * 5 + crowd(find_crowd, 320) + find(4),
    "flush-a-name": FRESH + put(0) + put(1) + put(3) + flush(1) + find(0) + find(1) + find(3),
    "flush-a-tree": FRESH + put(0) + put(1) + put(3) + flush_tree(1) + find(0) + find(1) + find(3),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, history in SEEDS.items():
        (folder / name).write_bytes(history)
    print(f"wrote {len(SEEDS)} seeds")


main()
