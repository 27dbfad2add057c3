"""The life of a container in its steps, as engines have it: create, start, exec, delete; and many
containers at once."""

import contextlib
import itertools
import os
import random
import shlex
import subprocess
import tempfile

from harness import Cannot, Case, Subject, rounds
from startup import suite as startup

TITLE = "A container's life in steps"
ABOUT = """One sample is one command, timed as in the suite startup: create makes the container up
to the gate at which its program waits, start has it go on, exec runs /bin/true in it, and delete
--force ends it and removes all of it. At once: so many containers are made, with run --detach, by
as many commands that one shell starts together; from the first to the last one's end. What the
runtimes leave running (the container) is in none of the times. The container is that of the suite
startup, with /bin/sleep as its program. One round of five of what was asked for."""

PROGRAMS = ("cupel-oci", "crun", "runc")
STEPS = ("create", "start", "exec", "delete")
CROWD_MAX = 16
WARM_UP = 1


class Runtime:
    """A runtime and the words of its commands."""

    def __init__(self, program, settings, place):
        self.place = place
        self.crowd_size = min(CROWD_MAX, settings.samples)
        self.timer = [str(settings.helpers / "timer"), "--keep"]
        self.base = [program, "--root", str(place.state / os.path.basename(program))]
        self.numbers = itertools.count()

    def identity(self):
        return f"bench-{os.getpid()}-{os.path.basename(self.base[0])}-{next(self.numbers)}"

    def words(self, step, identity):
        bundle = ["--bundle", str(self.place.folder)]
        return self.base + {"create": ["create", *bundle, identity],
                            "run": ["run", "--detach", *bundle, identity],
                            "start": ["start", identity],
                            "exec": ["exec", identity, "/bin/true"],
                            "delete": ["delete", "--force", identity]}[step]

    def time(self, words):
        return rounds.time_once(self.timer, words, self.place.environment())

    def quietly(self, words):
        subprocess.run(words, env=self.place.environment(), check=False, stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def live(self):
        """The values of each step of one life, or the sentence of the step that failed."""
        identity = self.identity()
        taken = {}
        for step in STEPS:
            taken[step], failure = self.time(self.words(step, identity))
            if failure:
                self.quietly(self.words("delete", identity))
                return None, f"{step}: {failure}"
        return taken, None

    def crowd(self):
        """The values of many starts at once."""
        names = [self.identity() for _ in range(self.crowd_size)]
        # The first that fails is the exit status of the whole.
        lines = [f"{shlex.join(self.words('run', name))} & all=\"$all $!\"" for name in names]
        script = "\n".join([*lines, "for one in $all; do wait $one || exit 1; done"])
        values, failure = self.time(["sh", "-c", script])
        for name in names:
            self.quietly(self.words("delete", name))
        return values, failure


def measure_once(subject, runtime, taken, is_kept):
    """One life and one crowd; what they took goes to the lists of `taken`."""
    values, failure = runtime.live()
    if not failure:
        values["at once"], failure = runtime.crowd()
    if failure:
        subject.set_aside("failed", failure)
    elif is_kept:
        for name, each in values.items():
            taken[name].append(each)


def measure_rounds(settings, contenders, count):
    order = random.Random(settings.seed)
    taken = {subject.name: {name: [] for name in (*STEPS, "at once")} for subject, _ in contenders}
    for number in range(-WARM_UP, count):
        running = [pair for pair in contenders if pair[0].is_measured()]
        order.shuffle(running)
        for subject, runtime in running:
            measure_once(subject, runtime, taken[subject.name], number >= 0)
        settings.progress(f"life: round {max(number + 1, 0)} of {count}")
    return taken


def case_of(name, about, contenders, taken):
    """The case of one step: subjects of its own, with the state of those that were measured."""
    subjects = []
    for subject, _ in contenders:
        one = Subject(subject.name, subject.version, subject.state, subject.reason)
        if one.is_measured():
            columns = zip(*taken[subject.name][name])
            one.metrics = {metric: (unit, [round(value, 6) for value in column])
                           for (metric, unit, _), column in zip(rounds.METRICS, columns)}
        subjects.append(one)
    return Case(name=name, compared=("wall", "cpu"), against=("crun",), about=about,
                subjects=subjects)


def contend(settings, place):
    """A (subject, runtime) for each program; runtime None where it is not there."""
    for name in PROGRAMS:
        program = startup.find_program(settings, name)
        subject = Subject(name, startup.version(program) if program else "")
        if program is None:
            subject.set_aside("missing", f"{name} is not installed")
        yield subject, Runtime(program, settings, place) if program else None


class Place(startup.Place):
    def config(self):
        config = super().config()
        config["process"]["args"] = ["/bin/busybox", "sleep", "1000"]
        return config


def measure(settings):
    for path in (startup.BUSYBOX, settings.helpers / "timer"):
        if not path.is_file():
            raise Cannot(f"{path} is not there ('make' builds what is ours, 'ci/setup bench' "
                         "installs the rest)")
    if os.geteuid() == 0 and startup.is_hybrid():
        startup.see_only_cgroup2()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cupel-bench-"))
        state = stack.enter_context(tempfile.TemporaryDirectory(prefix="cupel-bench-", dir=memory))
        contenders = list(contend(settings, Place(folder, state, os.geteuid())))
        count = max(2, settings.samples // 5)
        taken = measure_rounds(settings, contenders, count)
    return [case_of(name, f"{count} samples of each subject, interleaved", contenders, taken)
            for name in STEPS] + [case_of("at once", f"{min(CROWD_MAX, settings.samples)} "
                                          f"containers at once, {count} times", contenders, taken)]
