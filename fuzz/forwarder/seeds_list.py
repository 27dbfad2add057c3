#!/usr/bin/python3
"""seeds_list.py DIRECTORY: writes the seed corpus of fuzz_list.c, files that are named for what
they show, behind the octet that chooses their kind."""
import pathlib
import sys

BLOCK, HOSTS = 6, 7

SEEDS = {
    "nothing": (BLOCK, b""),
    "names-and-comments": (BLOCK, b"# list\nads.example\nADS.example. # why\n*.track.example\n"),
    "sinks": (BLOCK, b"0.0.0.0 a.example b.example\n127.0.0.1 localhost\n::1 c.example\n"
                     b"255.255.255.255 broadcasthost\nfe80::1%lo0 localhost\n0.0.0.0 0.0.0.0\n"),
    "filters": (BLOCK, b"[Adblock Plus 2.0]\n! title\n||ads.example^\n"
                       b"@@||ok.ads.example^$important\n||x.example^$third-party\n"
                       b"||y.example\n||z.example^|\nx.example##.ad\n"),
    "a-policy-zone": (BLOCK, b"$TTL 60\n@ SOA localhost. nobody.invalid. (\n 1 2 3\n 4 5 )\n"
                             b"  IN NS localhost.\na.example CNAME .\n*.a.example 60 IN CNAME *.\n"
                             b"b.example CNAME rpz-passthru.\n*.b.example CNAME rpz-passthru.\n"
                             b"c.example CNAME rpz-drop.\n32.1.2.0.192.rpz-ip CNAME .\n"
                             b"d.example A 192.0.2.1\ne.example CNAME f.example.\ng.example CNAME\n"
                             b"h.example IN\n"),
    "settings-of-dnsmasq": (BLOCK, b"local=/a.example/\naddress=/b.example/0.0.0.0\n"
                                   b"server=/c.example/\naddress=/d.example/#\n"
                                   b"address=/e.example/192.0.2.1\naddress=/f.example\n"),
    "an-order-mark-and-carriage-returns": (BLOCK, b"\xef\xbb\xbfa.example\r\nb.example\r\n"),
    "lines-that-are-none": (BLOCK, b"<html>\na..b\n.a\n1.2.3.4\n192.0.2.1 a.example\n*\n*.\n||^\n"
                                   b"0.0.0.0\n0.0.0.0 a/b\n" + b"a" * 64 + b".example\n"),
    "a-line-that-is-too-long": (BLOCK, b"a.example\n" + b"b" * 4200 + b"\nc.example"),
    "a-name-that-is-too-long": (BLOCK, b"a123456789." * 25 + b"example\n" + b"b." * 120 + b"c\n"),
    "a-line-without-an-end": (BLOCK, b"a.example\nb.example"),
    "hosts": (HOSTS, b"# hosts\n127.0.0.1 localhost\n192.168.1.5\tNas.home.arpa nas # big\n"
                     b"fd00::5 nas.home.arpa\n192.168.1.5 other\nff02::1 ip6-allnodes\n"),
    "hosts-that-are-none": (HOSTS, b"192.0.2.1\n192.0.2 a\na 192.0.2.1\n192.0.2.1 a..b c\n"
                                   b"fe80::1%lo0 a\n192.0.2.1 \xc3\xbc\n"),
    "more-addresses-than-a-name-may-have":
        (HOSTS, b"".join(b"10.0.%d.%d a.example\n" % (i >> 8, i & 255) for i in range(258))),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (choice, content) in SEEDS.items():
        (folder / name).write_bytes(bytes([choice]) + content)
    print(f"wrote {len(SEEDS)} seeds")


main()
