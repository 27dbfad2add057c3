"""The life of a container in its steps, as engines have it: create, start, exec, delete; the same
beside many others; and many containers at once."""

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
--force ends it and removes all of it. Beside others: the same while there are so many more that
wait to be started, of each runtime that is measured so; runc is not, of which each keeps some 10
MiB. At once: so many containers are made, with run --detach, by as many commands that one shell
starts together; from the first to the last one's end. What the runtimes leave running (the
container) is in none of the times. The container is that of the suite startup, with /bin/sleep as
its program. One round of five of what was asked for."""

PROGRAMS = ("cupel-oci", "crun", "runc")
STEPS = ("create", "start", "exec", "delete")
CROWD_MAX = 16
LARGE_CROWD_MAX = 200
OTHERS_MAX = 1000
ALONE = "runc"  # not measured beside others
CALLERS = {True: "as a plain user", False: "as root"}
WARM_UP = 1


class Runtime:
    """A runtime and the words of its commands."""

    def __init__(self, program, settings, place):
        self.place = place
        self.timer = [*place.identity(), str(settings.helpers / "timer"), "--keep"]
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
        subprocess.run([*self.place.identity(), *words], env=self.place.environment(), check=False,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def live(self):
        """The values of each step of one life, or the sentence of the step that failed."""
        identity = self.identity()
        taken = {}
        is_over = False
        try:
            for step in STEPS:
                taken[step], failure = self.time(self.words(step, identity))
                if failure:
                    return None, f"{step}: {failure}"
            is_over = True
            return taken, None
        finally:
            if not is_over:
                self.quietly(self.words("delete", identity))

    def together(self, step, names):
        """The command that does the step for all of the names at once; the first that fails is the
        exit status of the whole."""
        lines = [f"{shlex.join(self.words(step, name))} & all=\"$all $!\"" for name in names]
        return ["sh", "-c", "\n".join([*lines, "for one in $all; do wait $one || exit 1; done"])]

    def crowd(self, size):
        """The values of so many starts at once."""
        names = [self.identity() for _ in range(size)]
        try:
            return self.time(self.together("run", names))
        finally:
            self.quietly(self.together("delete", names))

    @contextlib.contextmanager
    def others(self, count):
        """So many containers that wait to be started."""
        names = [self.identity() for _ in range(count)]
        parts = [names[at:at + CROWD_MAX] for at in range(0, count, CROWD_MAX)]
        try:
            for part in parts:
                self.quietly(self.together("create", part))
            yield
        finally:
            for part in parts:
                self.quietly(self.together("delete", part))


def measure_rounds(settings, contenders, count, measure_once):
    """Rounds in which each subject is measured once; measure_once(runtime) gives a dictionary of
    values, and None or why it failed. Gives {subject: {case: a list of values}}."""
    order = random.Random(settings.seed)
    taken = {subject.name: {} for subject, _ in contenders}
    for number in range(-min(WARM_UP, settings.samples // 5), count):
        running = [pair for pair in contenders if pair[0].is_measured()]
        order.shuffle(running)
        for subject, runtime in running:
            values, failure = measure_once(runtime)
            if failure:
                subject.set_aside("failed", failure)
                continue
            for name, each in values.items() if number >= 0 else ():
                taken[subject.name].setdefault(name, []).append(each)
        settings.progress(f"life: round {max(number + 1, 0)} of {count}")
    return taken


def case_of(name, about, contenders, taken, measured):
    """The case `name` of what was measured as `measured`: subjects of its own, with the state of
    those that were measured."""
    subjects = []
    for subject, _ in contenders:
        one = Subject(subject.name, subject.version, subject.state, subject.reason)
        if one.is_measured():
            columns = zip(*taken[subject.name][measured])
            one.metrics = {metric: (unit, [round(value, 6) for value in column])
                           for (metric, unit, _), column in zip(rounds.METRICS, columns)}
        subjects.append(one)
    return Case(name=name, compared=("wall", "cpu"), against=("crun",), about=about,
                subjects=subjects)


def crowd_of(size):
    """What measures so many at once."""
    def measure_once(runtime):
        values, failure = runtime.crowd(size)
        return {"at once": values}, failure
    return measure_once


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


def measure_alone(settings, contenders, count, who):
    taken = measure_rounds(settings, contenders, count, Runtime.live)
    return [case_of(f"{name}, {who}", f"{count} samples of each subject, interleaved", contenders,
                    taken, name) for name in STEPS]


def measure_beside(settings, contenders, count, who):
    size = min(OTHERS_MAX, settings.samples ** 2)
    contenders = [pair for pair in contenders if pair[0].name != ALONE]
    with contextlib.ExitStack() as stack:
        for subject, runtime in contenders:
            if subject.is_measured():
                stack.enter_context(runtime.others(size))
        taken = measure_rounds(settings, contenders, count, Runtime.live)
    about = (f"{count} samples of each subject, interleaved, while each has {size} other "
             "containers")
    return [case_of(f"{name} beside others, {who}", about, contenders, taken, name)
            for name in STEPS]


def measure_crowds(settings, contenders, count, who):
    cases = []
    for name, size, times in (("at once", min(CROWD_MAX, settings.samples), count),
                              ("many at once", min(LARGE_CROWD_MAX, settings.samples ** 2),
                               max(2, count // 5))):
        taken = measure_rounds(settings, contenders, times, crowd_of(size))
        cases.append(case_of(f"{name}, {who}", f"{size} containers at once, {times} times",
                             contenders, taken, "at once"))
    return cases


def measure_as(settings, uid):
    """The cases of one caller."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="cupel-bench-") as folder, \
            tempfile.TemporaryDirectory(prefix="cupel-bench-", dir=memory) as state:
        os.chmod(folder, 0o755)
        place = Place(folder, state, uid)
        contenders = list(contend(settings, place))
        count = max(2, settings.samples // 5)
        return [case for measure in (measure_alone, measure_beside, measure_crowds)
                for case in measure(settings, contenders, count, CALLERS[place.is_user])]


def measure(settings):
    for path in (startup.BUSYBOX, settings.helpers / "timer"):
        if not path.is_file():
            raise Cannot(f"{path} is not there ('make' builds what is ours, 'ci/setup bench' "
                         "installs the rest)")
    if os.geteuid() != 0:
        return measure_as(settings, os.geteuid())
    if startup.is_hybrid():
        startup.see_only_cgroup2()
    return [case for uid in (0, startup.NOBODY) for case in measure_as(settings, uid)]
