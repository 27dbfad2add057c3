"""The config.json of a container as podman makes it when nothing is asked for: its mounts and what
it hides, its capabilities and limits, and the filter of system calls of the profile that Debian
installs for it (package golang-github-containers-common). The profile has its own form, from which
an engine chooses by architecture and capabilities (containers-common, docs of seccomp.json)."""

import json
import pathlib

PROFILE = pathlib.Path("/usr/share/containers/seccomp.json")
CAPABILITIES = ["CAP_" + name for name in (
    "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "NET_BIND_SERVICE", "SETFCAP", "SETGID",
    "SETPCAP", "SETUID", "SYS_CHROOT")]
MASKED = ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
          "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
          "/sys/fs/selinux", "/sys/dev/block"]
READ_ONLY = ["/proc/asound", "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
             "/proc/sysrq-trigger"]
FILES = ("/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/run/.containerenv")
ARCHITECTURE = "amd64"


def applies(row):
    """Whether a row of the profile is for these capabilities and this architecture."""
    wanted, refused = row.get("includes") or {}, row.get("excludes") or {}
    if ARCHITECTURE not in wanted.get("arches", [ARCHITECTURE]):
        return False
    if ARCHITECTURE in refused.get("arches", []):
        return False
    return (set(wanted.get("caps", [])) <= set(CAPABILITIES)
            and not set(refused.get("caps", [])) & set(CAPABILITIES))


def rule(row):
    names = ("names", "action", "errnoRet")
    kept = {name: row[name] for name in names if name in row}
    if row.get("args"):
        kept["args"] = row["args"]
    return kept


def seccomp():
    profile = json.loads(PROFILE.read_text(encoding="utf-8"))
    native = next(entry for entry in profile["archMap"]
                  if entry["architecture"] == "SCMP_ARCH_X86_64")
    return {"defaultAction": profile["defaultAction"],
            "defaultErrnoRet": profile["defaultErrnoRet"],
            "architectures": [native["architecture"], *native["subArchitectures"]],
            "syscalls": [rule(row) for row in profile["syscalls"] if applies(row)]}


def mounts(folder):
    quiet = ["nosuid", "noexec", "nodev"]
    files = [{"destination": path, "type": "bind", "source": str(folder / pathlib.Path(path).name),
              "options": ["bind", "rprivate", *quiet]} for path in FILES]
    return [
        {"destination": "/proc", "type": "proc", "source": "proc", "options": quiet},
        {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
         "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
        {"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": [*quiet, "ro"]},
        {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
         "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]},
        {"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": quiet},
        *files,
        {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
         "options": [*quiet, "mode=1777", "size=65536000"]},
        {"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup",
         "options": ["rprivate", *quiet, "relatime", "ro"]}]


def config(folder, plain):
    """As podman would write it, over `plain`, the suite's own; its files are in `folder`."""
    for path in FILES:
        (folder / pathlib.Path(path).name).write_text("bench\n", encoding="utf-8")
    made = json.loads(json.dumps(plain))
    made["root"] = {"path": "rootfs"}
    made["mounts"] = mounts(folder)
    made["process"].update({
        "noNewPrivileges": False, "user": {"uid": 0, "gid": 0, "umask": 0o22},
        "env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "container=podman", "HOME=/root", "HOSTNAME=bench"],
        "capabilities": {name: CAPABILITIES for name in ("bounding", "effective", "permitted")},
        "rlimits": [{"type": "RLIMIT_NOFILE", "hard": 1024, "soft": 1024}]})
    made["linux"].update({"maskedPaths": MASKED, "readonlyPaths": READ_ONLY, "seccomp": seccomp()})
    return made
