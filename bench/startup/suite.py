"""Startup of a container: from the command to the exit status of /bin/true inside it."""

import collections
import ctypes
import itertools
import json
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile

from harness import Cannot, Case, Part, Subject, rounds, running
from startup import podman, steps

TITLE = "Startup of a container"
ABOUT = """One sample is one run of the whole command, from just before it is spawned until it has
ended, timed by a small C program; cpu and peak memory are of all its descendants. The container is
a root file system with Debian's busybox-static alone, and runs /bin/true. All subjects make new
mount, pid, uts, ipc, network and cgroup namespaces (as a user also a user namespace). cupel-oci,
crun, runc and bubblewrap also mount /proc, /dev, /dev/pts and /dev/shm, make the root read-only
and set no_new_privs; cupel-oci, crun and runc also make a cgroup, where they may, with all devices
allowed and without limits, and use no seccomp filter. The floor does what no container can do
without: clone, pivot_root, exec. steps is a program that is written from what cupel-oci plan
prints, and makes the system calls of that plan and no others: what is above it is cupel-oci's
own. "podman" is the same with the config that podman makes when nothing is asked for (podman.py):
30 mounts, of what is hidden as well, and a filter of system calls, which steps has compiled before;
it is measured where podman's profile is installed (golang-github-containers-common).
cupel-oci is linked with musl where that is installed, which begins more cheaply than glibc: "steps,
musl" is steps so too."""

FLOOR = "floor"
STEPS = "steps"
STEPS_MUSL = "steps, musl"
PEER = "crun"
NOBODY = 65534
BUSYBOX = pathlib.Path("/bin/busybox")
CLONE_NEWNS = 0x20000
VERSION_S = 5
FORGET_S = 10
CALLERS = {True: "as a plain user", False: "as root"}
NAMESPACES = ("mount", "pid", "uts", "ipc", "network", "cgroup")


class Place:
    """A folder with the root file system and a bundle, and one for what the runtimes know, which
    is in memory, as /run is; for one caller. `change` makes of the config another one."""

    def __init__(self, folder, state, uid, change=None):
        self.folder = pathlib.Path(folder)
        self.state = pathlib.Path(state)
        self.rootfs = self.folder / "rootfs"
        self.is_user = uid != 0
        self.uid = uid
        self.ids = itertools.count()
        self.make(change)

    def make(self, change):
        for name in ("bin", "proc", "dev", "tmp", "sys", "etc", "run"):
            (self.rootfs / name).mkdir(parents=True)
        shutil.copy2(BUSYBOX, self.rootfs / "bin" / "busybox")
        (self.rootfs / "bin" / "true").symlink_to("busybox")
        config = self.config() if change is None else change(self.folder, self.config())
        (self.folder / "config.json").write_text(json.dumps(config, indent=1), encoding="utf-8")
        if os.geteuid() == 0:
            for path in (self.folder, self.state, *self.folder.rglob("*")):
                os.chown(path, self.uid, self.uid, follow_symlinks=False)

    def config(self):
        quiet = ["nosuid", "noexec"]
        linux = {"namespaces": [{"type": name} for name in NAMESPACES],
                 "resources": {"devices": [{"allow": True, "access": "rwm"}]}}
        if self.is_user:
            linux["namespaces"].append({"type": "user"})
            linux["uidMappings"] = [{"containerID": 0, "hostID": self.uid, "size": 1}]
            linux["gidMappings"] = [{"containerID": 0, "hostID": self.gid(), "size": 1}]
        return {
            "ociVersion": "1.0.2", "hostname": "bench",
            "process": {"terminal": False, "user": {"uid": 0, "gid": 0}, "args": ["/bin/true"],
                        "env": ["PATH=/bin"], "cwd": "/", "noNewPrivileges": True},
            "root": {"path": "rootfs", "readonly": True},
            "mounts": [
                {"destination": "/proc", "type": "proc", "source": "proc"},
                {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
                 "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
                {"destination": "/dev/pts", "type": "devpts", "source": "devpts",
                 "options": [*quiet, "newinstance", "ptmxmode=0666", "mode=0620"]},
                {"destination": "/dev/shm", "type": "tmpfs", "source": "shm",
                 "options": [*quiet, "nodev", "mode=1777", "size=65536k"]}],
            "linux": linux}

    def gid(self):
        return self.uid if os.geteuid() == 0 else os.getegid()

    def environment(self):
        return {"PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(self.state),
                "HOME": str(self.folder)}

    def identity(self):
        """What runs the timer as the caller of this place."""
        if not self.is_user or os.geteuid() != 0:
            return []
        return ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups"]


def oci(program, place):
    """How an OCI runtime runs the bundle, and how it forgets a container that failed."""
    base = [program, "--root", str(place.state / os.path.basename(program))]
    return (lambda name: [*base, "run", "--bundle", str(place.folder), name],
            lambda name: [*base, "delete", "--force", name])


def bubblewrap(program, place):
    words = [program, "--unshare-pid", "--unshare-uts", "--unshare-ipc", "--unshare-net",
             "--unshare-cgroup", "--hostname", "bench", "--ro-bind", str(place.rootfs), "/",
             "--proc", "/proc", "--dev", "/dev", "/bin/true"]
    return (lambda name: words[:1] + ["--unshare-user"] * place.is_user + words[1:]), None


def floor(program, place):
    words = [program, *["--user"] * place.is_user, str(place.rootfs), "/bin/true"]
    return (lambda name: words), None


def compiled_filter(program, place):
    """The filter of system calls of the config as cupel-oci keeps it, once it has run it: after a
    header (8 octets, the size of the rules, the number of instructions), and the rules."""
    start, _ = oci(program, place)
    words = start(f"bench-{os.getpid()}-filter")
    subprocess.run([*place.identity(), *words], env=place.environment(), check=False,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    kept = list((pathlib.Path(words[words.index("--root") + 1]) / ".filters").glob("*"))
    if not kept:
        return b""
    content = kept[0].read_bytes()
    size, count = struct.unpack_from("=8xII", content)
    return content[16 + size:][:8 * count]


def plan_floor(program, place, kind="steps"):
    """What the plan of the cupel-oci `program` says, and no more."""
    words = [*place.identity(), program, "plan", "--json", "--bundle", str(place.folder),
             f"bench-{os.getpid()}-steps"]
    built = place.folder / kind
    steps.build(words, place.environment(), built, compiled_filter(program, place))
    return (lambda name: [str(built)]), None


def plan_floor_musl(program, place):
    return plan_floor(program, place, "steps-musl")


FLOORS = (floor, plan_floor, plan_floor_musl)
RUNTIMES = ((STEPS, "cupel-oci", plan_floor), (STEPS_MUSL, "cupel-oci", plan_floor_musl),
            ("cupel-oci", "cupel-oci", oci), ("crun", "crun", oci), ("runc", "runc", oci))
SUBJECTS = (("floor", "floor_container", floor), *RUNTIMES, ("bubblewrap", "bwrap", bubblewrap))


def find_program(settings, name):
    """A program of ours from the build, or a peer's from PATH; None if it is not there."""
    for folder in (settings.programs, settings.helpers):
        if os.access(folder / name, os.X_OK):
            return str(folder / name)
    return shutil.which(name)


def version(program):
    done = running.run([program, "--version"], VERSION_S)
    return done.out.strip().partition("\n")[0] if done.status == 0 else ""


def contender(settings, place, row):
    """A subject and the function that runs it once."""
    name, program_name, words_of = row
    subject = Subject(name)
    program = find_program(settings, program_name)
    if program is None:
        subject.set_aside("missing", f"{program_name} is not installed")
        return subject, None
    if words_of not in FLOORS:
        subject.version = version(program)
    try:
        start, forget = words_of(program, place)
    except steps.Failed as reason:
        subject.set_aside("failed", str(reason))
        return subject, None
    timer = [*place.identity(), str(settings.helpers / "timer")]

    def run(_number):
        identity = f"bench-{os.getpid()}-{next(place.ids)}"
        failure = "interrupted"
        try:
            values, failure = rounds.time_once(timer, start(identity), place.environment())
        finally:
            if failure and forget:
                running.run([*place.identity(), *forget(identity)], FORGET_S,
                            place.environment(), is_cleanup=True)
        return values, failure

    return subject, run


def trace(program, place):
    """How long each kind of step of one start took, in µs; None where it failed."""
    start, forget = oci(program, place)
    words = start(f"bench-{os.getpid()}-{next(place.ids)}")
    at = words.index("run") + 1
    words[at:at] = ["--trace-steps", "--trace-format", "json"]
    status = None
    try:
        done = running.run([*place.identity(), *words], rounds.SECONDS_MAX, place.environment(),
                           grace_s=rounds.GRACE_S)
        status = done.status
    finally:
        if status != 0:
            running.run([*place.identity(), *forget(words[-1])], FORGET_S, place.environment(),
                        is_cleanup=True)
    if status != 0:
        return None
    times = collections.Counter()
    for step in json.loads(done.errors):
        times[step["step"]] += step["took_us"]
    return times


def measure_steps(settings, place, name, take):
    """Where the time of cupel-oci's own start goes; no case where it does not start."""
    program = find_program(settings, "cupel-oci")
    case = Case(name=name, compared=("took",), against=(), subjects=[],
                about="the steps of cupel-oci's plan, those of a kind together; the runtime and "
                      "the container's process go through theirs at the same time.")
    runs = []
    try:
        while program and len(runs) < settings.samples:
            settings.progress.step(name, len(runs), settings.samples)
            runs.append(trace(program, place))
            if runs[-1] is None:
                return
        if runs:
            take(case)
    except running.Interrupted:
        take(case)
        raise
    finally:
        lasting = [step for step in runs[0] if all(run[step] > 0 for run in runs)] \
            if runs and runs[-1] else []
        case.subjects += [Subject(step, metrics={"took": ("µs", [run[step] for run in runs])})
                          for step in lasting]


def is_hybrid():
    """Whether cgroup v1 hierarchies are mounted, which Debian's crun refuses."""
    with open("/proc/self/mountinfo", encoding="utf-8") as mounts:
        return any(" - cgroup " in line for line in mounts)


def see_only_cgroup2():
    """Go to a mount namespace of our own, where /sys/fs/cgroup is cgroup2 and nothing else. The
    machine's own mounts stay as they are."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        raise Cannot(f"cannot make a mount namespace: {os.strerror(ctypes.get_errno())}")
    for words in (["mount", "--make-rprivate", "/"], ["umount", "-R", "-l", "/sys/fs/cgroup"],
                  ["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"]):
        done = subprocess.run(words, stderr=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise Cannot(f"'{' '.join(words)}' failed: {done.stderr.strip()}")


class World:
    """What the parts share: where the machine's cgroups are, and a place for each caller."""

    def __init__(self, settings, stack, make_place):
        self.settings = settings
        self.stack = stack
        self.make_place = make_place
        self.places = {}
        self.cgroups = None

    def prepare(self):
        if self.cgroups:
            return
        for path in (BUSYBOX, self.settings.helpers / "timer",
                     self.settings.helpers / "floor_container"):
            if not path.is_file():
                raise Cannot(f"{path} is not there ('make' builds what is ours, 'ci/setup bench' "
                             "installs the rest)")
        self.cgroups = "measured under the machine's own cgroup mounts"
        if os.geteuid() == 0 and is_hybrid():
            see_only_cgroup2()
            self.cgroups = (
                "all subjects measured in a mount namespace in which /sys/fs/cgroup is cgroup2 "
                "alone, because this machine also has cgroup v1, which Debian's crun refuses")

    def place(self, uid, change=None):
        """The place of a caller with a config, which is made when it is needed first."""
        self.prepare()
        if (uid, change) not in self.places:
            memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
            prefix = f"cupel-bench-{os.getpid()}-"
            folder = self.stack.enter_context(tempfile.TemporaryDirectory(prefix=prefix))
            state = self.stack.enter_context(
                tempfile.TemporaryDirectory(prefix=prefix, dir=memory))
            os.chmod(folder, 0o755)
            self.places[uid, change] = self.make_place(folder, state, uid, change)
        return self.places[uid, change]


def callers():
    """(uid, who it is) of those who measure."""
    uids = (0, NOBODY) if os.geteuid() == 0 else (os.geteuid(),)
    return [(uid, CALLERS[uid != 0]) for uid in uids]


# What is measured: its name, what becomes of the config, and whom it is measured with.
KINDS = (("true", None, SUBJECTS, (FLOOR, STEPS, STEPS_MUSL, PEER)),
         ("podman", podman.config, RUNTIMES, (STEPS, STEPS_MUSL, PEER)))


def measure_kind(settings, world, uid, kind, take):
    """One config of one caller."""
    name, change, rows, against = kind
    place = world.place(uid, change)
    contenders = [contender(settings, place, row) for row in rows]
    take(Case(name=f"{name}, {CALLERS[place.is_user]}", compared=("wall", "cpu"), against=against,
              about=f"{settings.samples} samples of each subject, interleaved; {world.cgroups}.",
              subjects=[subject for subject, _ in contenders]))
    rounds.interleave(settings, f"{name}, {CALLERS[place.is_user]}",
                      [rounds.one(*pair) for pair in contenders if pair[1]],
                      rounds.TIMES, settings.samples, rounds.WARM_UP)


def parts(settings, stack):
    world = World(settings, stack, Place)
    made = []
    for uid, who in callers():
        for kind in KINDS:
            if kind[1] is None or podman.PROFILE.is_file():
                made.append(Part((f"{kind[0]}, {who}",), 0.22 * settings.samples,
                                 lambda take, uid=uid, kind=kind:
                                 measure_kind(settings, world, uid, kind, take)))
        made.append(Part((f"steps, {who}",), 0.02 * settings.samples,
                         lambda take, uid=uid, name=f"steps, {who}":
                         measure_steps(settings, world.place(uid), name, take)))
    return made
