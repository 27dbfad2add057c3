#!/usr/bin/python3
"""seeds_layer.py DIRECTORY: writes the seed corpus of fuzz_layer.c, layers that are named for what
they show: honest ones from Python's tarfile and GNU tar, and hostile ones, header by header. The
first octet of each is fuzz_layer.c's own."""
import gzip
import io
import pathlib
import subprocess
import sys
import tarfile
import tempfile

GZIP, ZSTD, HAS_LOWER = 1, 2, 4
FILE, LINK, SYMLINK, DEVICE, DIRECTORY, FIFO = "012356"


def member(kind, name, content=b"", link="", **fields):
    """One header and its content; `fields` replace what stands at size, mode, uid or magic."""
    name, link = os_bytes(name), os_bytes(link)
    header = bytearray(512)
    header[0:len(name)] = name
    header[100:107] = fields.get("mode", b"0000644" if kind != DIRECTORY else b"0000755")
    header[108:116] = fields.get("uid", b"0000000\0")
    header[116:124] = b"0000000\0"
    header[124:136] = fields.get("size", b"%011o\0" % len(content))
    header[136:148] = fields.get("time", b"07346545000\0")
    header[156] = ord(kind)
    header[157:157 + len(link)] = link
    header[257:265] = fields.get("magic", b"ustar\00000")
    if "sparse" in fields:
        header[386:386 + len(fields["sparse"])] = fields["sparse"]
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + content + bytes(-len(content) % 512)


def os_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def tar(*members, end=bytes(1024)):
    return b"".join(members) + end


def record(key, value):
    """A record of a pax header, which begins with its own length."""
    body = b" " + os_bytes(key) + b"=" + os_bytes(value) + b"\n"
    size = len(body)
    while size != len(body) + len(str(size)):
        size = len(body) + len(str(size))
    return str(size).encode() + body


def pax(*records):
    return member("x", "pax", b"".join(records))


def zstd(content):
    """A frame with one block that is not compressed."""
    assert len(content) < 128 * 1024
    size = len(content).to_bytes(4, "little")
    block = (len(content) << 3 | 1).to_bytes(3, "little")
    return b"\x28\xb5\x2f\xfd\xa0" + size + block + content


def from_tarfile(kind):
    """Something of everything that Python's tarfile writes."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=kind) as out:
        for name, what in (("dir", tarfile.DIRTYPE), ("dir/file", tarfile.REGTYPE),
                           ("dir/" + "long-" * 40 + "name", tarfile.REGTYPE),
                           ("dir/é", tarfile.REGTYPE), ("symlink", tarfile.SYMTYPE),
                           ("hard", tarfile.LNKTYPE), ("fifo", tarfile.FIFOTYPE),
                           ("null", tarfile.CHRTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type = what
            entry.mode = 0o755 if what == tarfile.DIRTYPE else 0o4644
            entry.mtime = 1000000000.5
            entry.uid, entry.gid = (1000, 3000000) if kind != tarfile.USTAR_FORMAT else (1, 1)
            entry.linkname = "dir/file" if what in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            content = b"content of " + name.encode() if what == tarfile.REGTYPE else b""
            entry.size = len(content)
            if kind == tarfile.PAX_FORMAT:
                entry.pax_headers = {"SCHILY.xattr.user.note": "kept",
                                     "SCHILY.xattr.security.capability": "\x01\x00\x00\x02",
                                     "SCHILY.xattr.trusted.overlay.opaque": "y",
                                     "SCHILY.xattr.user.overlay.redirect": "/outside"}
            if kind != tarfile.USTAR_FORMAT or len(name) < 100:
                out.addfile(entry, io.BytesIO(content))
    return stream.getvalue().rstrip(b"\0") + bytes(1024)


def sparse(kind):
    """A file with holes, by GNU tar."""
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/sparse", "wb") as file:
            file.truncate(65536)
            for offset in (8192, 32768):
                file.seek(offset)
                file.write(b"data" * 256)
        result = subprocess.run(
            ["tar", "--create", "--sparse", f"--format={kind}", "--mtime=@1000000000",
             "--owner=0", "--group=0", "--blocking-factor=1", "sparse"],
            cwd=folder, check=True, stdout=subprocess.PIPE)
    return result.stdout


TREE = tar(member(DIRECTORY, "./"), member(DIRECTORY, "dir/"), member(FILE, "dir/file", b"above"),
           member(SYMLINK, "link", link="dir"), member(LINK, "hard", link="dir/file"),
           member(FIFO, "fifo"), member(FILE, "a/b/c/implied", b"x"))
OVER_LINK = [member(SYMLINK, "s", link="../outside")]

SEEDS = {
    "empty": (0, b""),
    "nothing-but-the-end": (0, bytes(1024)),
    "one-of-each-kind": (0, TREE),
    "one-of-each-kind-over-another": (HAS_LOWER, TREE),
    "gzip": (GZIP, gzip.compress(TREE, mtime=0)),
    "gzip-in-gzip": (GZIP, gzip.compress(gzip.compress(TREE, mtime=0), mtime=0)),
    "gzip-cut": (GZIP, gzip.compress(TREE, mtime=0)[:-20]),
    "gzip-of-two-members": (GZIP, gzip.compress(TREE[:1024], mtime=0)
                            + gzip.compress(TREE[1024:], mtime=0)),
    "gzip-said-to-be-zstd": (ZSTD, gzip.compress(TREE, mtime=0)),
    "zstd": (ZSTD, zstd(TREE)),
    "zstd-over-another": (ZSTD | HAS_LOWER, zstd(TREE)),
    "gzip-bomb": (GZIP, gzip.compress(tar(member(FILE, "zeroes", size=b"00010000000\0"),
                                          bytes(1 << 21)), mtime=0)),
    "ustar-of-python": (0, from_tarfile(tarfile.USTAR_FORMAT)),
    "gnu-of-python": (0, from_tarfile(tarfile.GNU_FORMAT)),
    "pax-of-python": (HAS_LOWER, from_tarfile(tarfile.PAX_FORMAT)),
    "sparse-gnu": (0, sparse("gnu")),
    "sparse-pax": (0, sparse("pax")),
    "sparse-without-progress": (0, tar(member("S", "sparse", b"x" * 512, magic=b"ustar  \0",
                                              sparse=b"00000000000\0" * 8 + b"\1"
                                              + b"00000200000\0"), bytes(512))),
    "sparse-larger-than-said": (0, tar(member("S", "sparse", b"x" * 512, magic=b"ustar  \0",
                                              sparse=b"00077777777\0" + b"00000001000\0"
                                              + bytes(73) + b"00000001000\0"))),
    "ends-after-the-content": (0, tar(member(FILE, "file", b"content")[:519], end=b"")),
    "ends-in-the-content": (0, tar(member(FILE, "file", b"content")[:515], end=b"")),
    "ends-in-the-header": (0, tar(member(FILE, "file", b"content")[:300], end=b"")),
    "leads-up": (0, tar(member(FILE, "../evil", b"x"))),
    "leads-up-in-the-middle": (0, tar(member(FILE, "a/../../evil", b"x"))),
    "absolute": (0, tar(member(FILE, "/evil", b"x"))),
    "through-a-symlink": (0, tar(*OVER_LINK, member(FILE, "s/file", b"x"))),
    "through-a-symlink-of-below": (HAS_LOWER, tar(member(FILE, "link/file", b"x"))),
    "through-a-symlink-to-the-root": (HAS_LOWER, tar(member(FILE, "dir/link/file", b"x"))),
    "directory-through-a-symlink": (HAS_LOWER, tar(member(DIRECTORY, "link/evil"))),
    "directory-over-a-symlink": (HAS_LOWER, tar(member(DIRECTORY, "link"),
                                                member(FILE, "link/file", b"x"))),
    "symlink-over-a-directory": (HAS_LOWER, tar(member(SYMLINK, "dir", link="../outside"))),
    "symlink-over-a-directory-in-use": (0, tar(member(FILE, "d/f", b"x"),
                                               member(SYMLINK, "d", link="../outside"),
                                               member(FILE, "d/file", b"x"))),
    "symlink-over-a-directory-above-one-in-use": (0, tar(
        member(FILE, "d/dir/f", b"x"), member(SYMLINK, "d", link="../outside"),
        member(FILE, "d/dir/file", b"x"))),
    "symlink-over-a-directory-above-one-that-ends": (0, tar(
        member(DIRECTORY, "d/dir", mode=b"0000700"), member(SYMLINK, "d", link="../outside"))),
    "whiteout-below-a-symlink-over-a-directory": (0, tar(
        member(FILE, "d/dir/f", b"x"), member(SYMLINK, "d", link="../outside"),
        member(FILE, "d/dir/.wh.file"))),
    "opaque-below-a-symlink-over-a-directory": (0, tar(
        member(FILE, "d/dir/f", b"x"), member(SYMLINK, "d", link="../outside"),
        member(FILE, "d/dir/.wh..wh..opq"))),
    "file-over-a-directory": (HAS_LOWER, tar(member(FILE, "dir", b"x"))),
    "file-over-a-hard-link": (HAS_LOWER, tar(member(FILE, "hard", b"x"))),
    "hard-link-leads-up": (0, tar(member(LINK, "h", link="../outside/file"))),
    "hard-link-through-a-symlink": (HAS_LOWER, tar(member(LINK, "h", link="link/file"))),
    "hard-link-through-a-symlink-deeper": (HAS_LOWER, tar(member(LINK, "h", link="link/dir/file"))),
    "hard-link-to-a-symlink": (HAS_LOWER, tar(member(LINK, "h", link="link"))),
    "hard-link-to-itself": (HAS_LOWER, tar(member(LINK, "file", link="./file"))),
    "hard-link-into-what-it-replaces": (HAS_LOWER, tar(member(LINK, "dir", link="dir/file"))),
    "hard-link-to-a-directory": (HAS_LOWER, tar(member(LINK, "h", link="dir"))),
    "hard-link-to-the-root": (HAS_LOWER, tar(member(LINK, "h", link="/"))),
    "root-is-a-symlink": (HAS_LOWER, tar(member(SYMLINK, "./", link="../outside"))),
    "root-is-a-file": (HAS_LOWER, tar(member(FILE, "/", b"x"))),
    "root-is-locked": (0, tar(member(DIRECTORY, ".", mode=b"0000000"), member(FILE, "f", b"x"))),
    "whiteout": (HAS_LOWER, tar(member(FILE, ".wh.dir"), member(FILE, ".wh.link"),
                                member(FILE, "locked/.wh.file"), member(FILE, ".wh.none"))),
    "whiteout-after-its-own-file": (HAS_LOWER, tar(member(FILE, "dir/new", b"x"),
                                                   member(FILE, ".wh.dir"),
                                                   member(FILE, ".wh.dir"))),
    "whiteout-of-the-one-above": (HAS_LOWER, tar(member(FILE, ".wh..."))),
    "whiteout-of-the-one-above-deeper": (HAS_LOWER, tar(member(FILE, "dir/.wh..."))),
    "whiteout-of-itself": (HAS_LOWER, tar(member(FILE, "dir/.wh.."))),
    "whiteout-of-nothing": (HAS_LOWER, tar(member(FILE, ".wh."))),
    "whiteout-through-a-symlink": (HAS_LOWER, tar(member(FILE, "link/.wh.file"))),
    "whiteout-above-a-name": (HAS_LOWER, tar(member(FILE, ".wh.dir/file", b"x"))),
    "opaque": (HAS_LOWER, tar(member(FILE, "dir/deep/new", b"x"),
                              member(FILE, "dir/.wh..wh..opq"), member(FILE, "dir/new", b"x"))),
    "opaque-root": (HAS_LOWER, tar(member(FILE, ".wh..wh..opq"), member(FILE, "new", b"x"))),
    "opaque-twice": (HAS_LOWER, tar(member(FILE, "dir/.wh..wh..opq"),
                                    member(FILE, "dir/new", b"x"),
                                    member(FILE, "dir/.wh..wh..opq"))),
    "opaque-through-a-symlink": (HAS_LOWER, tar(member(FILE, "link/.wh..wh..opq"))),
    "reserved-names": (0, tar(member(DIRECTORY, ".wh..wh.plnk"), member(FILE, ".wh..wh.aufs"))),
    "devices": (0, tar(member(DEVICE, "dev/null"), member("4", "dev/sda"))),
    "locked-directory": (HAS_LOWER, tar(member(FILE, "locked/new", b"x"),
                                        member(DIRECTORY, "locked", mode=b"0000111"))),
    "size-of-eight-gigabytes": (0, tar(member(FILE, "f", b"x", size=b"77777777777\0"))),
    "size-negative": (0, tar(member(FILE, "f", b"x", size=b"\xff" * 10 + b"\xfe\x00"))),
    "size-beyond-64-bits": (0, tar(member(FILE, "f", b"x",
                                          size=b"\x80\x01" + bytes(9) + b"\x01"))),
    "size-that-wraps-when-rounded": (0, tar(member(FILE, "f", b"x",
                                                   size=b"\x80\0\0\0\x7f" + b"\xff" * 7))),
    "uid-that-wraps-to-root": (0, tar(member(FILE, "f", b"x", uid=b"\x80\0\0\1\0\0\0\0"))),
    "time-before-1970": (0, tar(member(FILE, "f", b"x", time=b"\xff" * 11 + b"\x01"))),
    "pax-path": (0, tar(pax(record("path", "pax/ü")), member(FILE, "short", b"x"))),
    "pax-path-leads-up": (0, tar(pax(record("path", "../evil")), member(FILE, "short", b"x"))),
    "pax-path-not-utf-8": (0, tar(pax(record("path", b"\xff")), member(FILE, "short", b"x"))),
    "pax-linkpath-leads-up": (0, tar(pax(record("linkpath", "../outside/file")),
                                     member(LINK, "h", link="x"))),
    "pax-size-larger": (0, tar(pax(record("size", "5")),
                               member(FILE, "f", b"12345", size=b"00000000000\0"))),
    "pax-size-smaller": (0, tar(pax(record("size", "0")), member(FILE, "f", TREE[:1024]))),
    "pax-size-negative": (0, tar(pax(record("size", "-1")), member(FILE, "f", b"x"))),
    "pax-owner-and-time": (0, tar(pax(record("uid", "4294967296"), record("mtime", "1.5")),
                                  member(FILE, "f", b"x"))),
    "pax-record-too-long": (0, tar(member("x", "pax", b"999999 path=x\n"),
                                   member(FILE, "f", b"x"))),
    "pax-record-of-size-zero": (0, tar(member("x", "pax", b"0 path=x\n"), member(FILE, "f", b"x"))),
    "pax-xattrs": (0, tar(pax(*(record(f"SCHILY.xattr.user.n{i}", "v") for i in range(40))),
                          member(FILE, "f", b"x"))),
    "pax-xattr-long-keyword": (0, tar(pax(record("SCHILY.xattr." + "k" * 2000, "v")),
                                      member(FILE, "f", b"x"))),
    "pax-global": (0, tar(member("g", "pax", record("path", "../evil")), member(FILE, "f", b"x"))),
    "gnu-long-name": (0, tar(member("L", "././@LongLink", b"gnu/" + b"n" * 200 + b"\0"),
                             member(FILE, "short", b"x"))),
    "gnu-long-name-leads-up": (0, tar(member("L", "././@LongLink", b"../" * 60 + b"evil\0"),
                                      member(FILE, "short", b"x"))),
    "gnu-long-link": (0, tar(member("K", "././@LongLink", b"t" * 300 + b"\0"),
                             member(SYMLINK, "s", link="short"))),
    "name-too-long": (0, tar(member("L", "././@LongLink", b"n" * 300 + b"\0"),
                             member(FILE, "short", b"x"))),
    "name-too-deep": (0, tar(member("L", "././@LongLink", b"d/" * 200 + b"\0"),
                             member(FILE, "short", b"x"))),
    "same-name-many-times": (0, tar(member(FILE, "n", b"1"), member(DIRECTORY, "n"),
                                    member(SYMLINK, "n", link="n"), member(FIFO, "n"),
                                    member(DIRECTORY, "n/"), member(FILE, "n/n", b"2"))),
    "more-entries-than-may-be": (0, tar(*(member(DIRECTORY, f"d{i}") for i in range(130)))),
    "header-that-is-no-header": (0, b"x" * 512 + bytes(1024)),
    "wrong-checksum-to-repair": (8, TREE[:148] + b"0000000 " + TREE[156:]),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (flags, content) in SEEDS.items():
        (folder / name).write_bytes(bytes([flags]) + content)


if __name__ == "__main__":
    main()
