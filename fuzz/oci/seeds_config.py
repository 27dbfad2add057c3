#!/usr/bin/python3
"""seeds_config.py DIRECTORY: adds to the seed corpus of fuzz_config.c what a config may ask for and
what is refused: scopes of systemd, limits, filters, mounts. Files are named for what they show."""
import json
import pathlib
import sys

ARGS = {"args": ["sh"], "cwd": "/", "user": {"uid": 0, "gid": 0}}
NAMESPACES = [{"type": kind} for kind in ("pid", "mount", "ipc", "uts", "network", "cgroup")]


def config(linux=None, **more):
    return {"ociVersion": "1.2.0", "process": ARGS, "root": {"path": "rootfs"},
            "linux": {"namespaces": NAMESPACES} | (linux or {})} | more


def limits(path=None, **resources):
    linux = {"resources": resources}
    return config(linux | ({"cgroupsPath": path} if path else {}))


def annotated(name, value):
    return config({"cgroupsPath": "a.slice:x:y"},
                  annotations={"org.systemd.property." + name: value})


def filtered(**seccomp):
    return config({"seccomp": seccomp}, annotations={"a": "b"})


def mounted(linux=None, **mount):
    return config(linux, mounts=[{"destination": "/a", "type": "bind", "source": "/b"} | mount])


MAPS = [{"containerID": 0, "hostID": 1000, "size": 10}]
NOTIFY = [{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]
RULES = [{"allow": False, "access": "rwm"},
         {"allow": True, "type": "c", "major": 10, "minor": 200, "access": "rw"},
         {"allow": True, "type": "b", "major": 8, "access": "r"},
         {"allow": True, "type": "a", "access": "m"}]

SEEDS = {
    "scope-limits": limits(
        "a-b.slice:x:y", devices=RULES, pids={"limit": 7},
        memory={"limit": 1 << 26, "reservation": 1 << 25, "swap": 1 << 27},
        cpu={"shares": 512, "quota": 33333, "period": 100000, "cpus": "0-1,3,7", "mems": "0"},
        blockIO={"weight": 100}),
    "scope-limits-unified": limits(
        "a.slice:x:y", unified={"memory.high": "max", "memory.min": "4096", "pids.max": "0",
                                "cpu.max": "max 50000", "cpuset.cpus": "3-1",
                                "io.weight": "default 100", "memory.low": "1k"}),
    "scope-quota-alone": limits("a.slice:x:y", cpu={"quota": 20000}),
    "scope-quota-too-large": limits("a.slice:x:y", cpu={"quota": 1 << 62, "period": 1000}),
    "scope-list-of-too-many": limits("a.slice:x:y", cpu={"cpus": "0-9000"}),
    "scope-rules-without-words": limits("a.slice:x:y", devices=RULES[:1] + [
        {"allow": True, "type": "c", "minor": 1, "access": "r"}]),
    "scope-rules-that-deny": limits("a.slice:x:y", devices=RULES[:2] + [
        {"allow": False, "type": "c", "major": 1, "minor": 3}]),
    "scope-slice-of-nothing": limits("a--b.slice:x:y"), "scope-top": limits("-:x:y"),
    "scope-two-parts": limits("a.slice:x"), "scope-four-parts": limits("a.slice:x:y:z"),
    "scope-is-a-slice": limits("a.slice:x:y.slice"), "scope-not-a-word": limits("a.slice:x:y/z"),
    "annotation-seconds": annotated("TimeoutStopSec", "uint64 11"),
    "annotation-text": annotated("CollectMode", "'inactive-or-\\'failed'"),
    "annotation-list": annotated("After", "['a.service', \"b.service\" ]"),
    "annotation-list-empty": annotated("After", "[]"),
    "annotation-list-cut": annotated("After", "['a' 'b']"),
    "annotation-number": annotated("OOMScoreAdjust", " -5 "),
    "annotation-byte-of-seconds": annotated("WatchdogSec", "byte 5"),
    "annotation-truth": annotated("SendSIGHUP", "true"),
    "annotation-not-closed": annotated("Slice", "'a"),
    "annotation-nothing": annotated("Slice", ""), "annotation-tuple": annotated("Slice", "(1, 2)"),
    "annotation-name": annotated("A-b", "true"),
    "limit-swap-without-memory": limits(memory={"swap": 1}),
    "limit-no-memory": limits(memory={"limit": -1}),
    "limit-burst-above-quota": limits(cpu={"quota": 1000, "burst": 2000}),
    "limit-realtime-above-period": limits(cpu={"realtimeRuntime": 9, "realtimePeriod": 5}),
    "limit-shares-too-small": limits(cpu={"shares": 1}),
    "limit-shares-too-large": limits(cpu={"shares": 300000}),
    "limit-period-alone": limits(cpu={"period": 50000}),
    "limit-quota-and-period": limits(cpu={"quota": 20000, "period": 50000}),
    "limit-disks": limits(blockIO={"weight": 500, "leafWeight": 10}),
    "limit-swap": limits(memory={"limit": 1 << 20, "swap": 1 << 21, "checkBeforeUpdate": True}),
    "filter-notify": filtered(defaultAction="SCMP_ACT_ALLOW", syscalls=NOTIFY,
                              listenerPath="/run/agent.sock", listenerMetadata="m"),
    "filter-notify-without-path": filtered(defaultAction="SCMP_ACT_ALLOW", syscalls=NOTIFY),
    "filter-notify-relative": filtered(defaultAction="SCMP_ACT_ALLOW", syscalls=NOTIFY,
                                       listenerPath="agent.sock"),
    "filter-notify-too-long": filtered(defaultAction="SCMP_ACT_ALLOW", syscalls=NOTIFY,
                                       listenerPath="/" + "a" * 200),
    "filter-metadata-alone": filtered(defaultAction="SCMP_ACT_ALLOW", listenerMetadata="m"),
    "filter-notify-by-default": filtered(defaultAction="SCMP_ACT_NOTIFY", listenerPath="/a"),
    "mount-mapped": mounted(options=["rbind", "ridmap"], uidMappings=MAPS, gidMappings=MAPS),
    "mount-mapped-as-the-container": mounted(
        {"namespaces": NAMESPACES + [{"type": "user"}], "uidMappings": MAPS,
         "gidMappings": MAPS}, options=["bind", "idmap"]),
    "mount-mapped-as-one-joined": mounted(
        {"namespaces": NAMESPACES + [{"type": "user", "path": "/proc/1/ns/user"}]},
        options=["bind", "idmap"]),
    "mount-mapped-without-maps": mounted(options=["bind", "idmap"]),
    "mount-mapped-and-new": mounted(type="tmpfs", options=["idmap"], uidMappings=MAPS,
                                    gidMappings=MAPS),
    "mount-copied-up": mounted(type="tmpfs", options=["tmpcopyup", "sync", "mand"]),
    "mount-copied-up-of-a-bind": mounted(options=["bind", "tmpcopyup"]),
    "mount-bind-with-sync": mounted(options=["bind", "sync", "data=1"]),
    "mount-again": mounted(options=["remount", "ro", "size=5"]),
    "mount-again-copied-up": mounted(type="tmpfs", options=["remount", "tmpcopyup"]),
    "mount-shared": mounted(options=["rbind", "rshared"]),
    "root-propagation-of-nothing": config({"rootfsPropagation": "often"}),
    "root-propagation": config({"rootfsPropagation": "shared"}),
    "mount-of-outside": config(
        {"namespaces": [{"type": "mount"}, {"type": "user"}], "uidMappings": MAPS,
         "gidMappings": MAPS},
        mounts=[{"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/sys", "type": "sysfs", "source": "sysfs"}]),
}


def main():
    directory = pathlib.Path(sys.argv[1]) / "oci" / "config"
    for name, document in SEEDS.items():
        (directory / name).write_text(json.dumps(document), encoding="utf-8")


if __name__ == "__main__":
    main()
