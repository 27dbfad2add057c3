#!/usr/bin/env bash
# CVE-2021-43784: id maps go to the process that makes the namespaces as a netlink attribute, whose
# length has 16 bits: what is behind the first 65,536 octets of a long map is read as attributes of
# its own, such as which namespaces there are to be.
# shellcheck source=tests/escape/escape.bash
source "$(dirname "$0")/escape.bash"
needs_root

a_length_of_16_bits_lets_a_map_say_what_it_likes() {
    /usr/bin/python3 - >out <<'PYTHON'
import struct

FLAGS, MAP = 27281, 27284  # attributes: the namespaces to be made, and a map


def attribute(kind, value):
    return struct.pack("=HH", (4 + len(value)) & 0xffff, kind) + value


def read(octets):
    found = {}
    while len(octets) >= 4:
        size, kind = struct.unpack_from("=HH", octets)
        if size < 4:
            break
        found[kind] = octets[4:size]
        octets = octets[size:]
    return found


evil = attribute(FLAGS, struct.pack("=I", 0))
chosen = b"0 1000 1\n" * 8 + evil
long_map = chosen + b"9" * (65536 + 4 + 72 - 4 - len(chosen))
told = read(attribute(FLAGS, struct.pack("=I", 0x7e020000)) + attribute(MAP, long_map))
print("namespaces: %#x" % struct.unpack("=I", told[FLAGS]))
PYTHON
    works 'namespaces: 0x0'
}

# maps COUNT: the change that makes so many.
maps() {
    echo "linux['namespaces'].append({'type': 'user'});
linux['uidMappings'] = linux['gidMappings'] = [
    {'containerID': i, 'hostID': 100000 + i, 'size': 1} for i in range($1)]"
}

cupel_oci_writes_a_map_whole_or_refuses_it() {
    evil_bundle root "$(maps 200)"
    cupel-oci plan --bundle bundle --json case >planned
    /usr/bin/python3 - <<'PYTHON' || fail "it is $(cut -c 1-2000 planned)"
import json

steps = json.load(open("planned", encoding="utf-8"))
written = [step for step in steps if step.get("file") in ("uid_map", "gid_map")]
assert len(written) == 2
for step in written:
    assert step["value"] == "".join(f"{i} {100000 + i} 1\n" for i in range(200))
assert "user" in next(step for step in steps if step["step"] == "clone")["new"]
PYTHON
    for count in 341 7000; do
        evil_bundle root "$(maps $count)"
        leaves_nothing expect_status 1 run root
        grep -q 'linux.uidMappings' err || fail "$(cat err)"
        [ "$(grep -c "" err)" -eq 1 ] || fail "$(cat err)"
    done
}

run_tests \
    a_length_of_16_bits_lets_a_map_say_what_it_likes \
    cupel_oci_writes_a_map_whole_or_refuses_it
