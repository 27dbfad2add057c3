"""The life of a container in its steps, as engines have it: create, start, exec, delete; the same
beside many others; and many containers at once."""

import contextlib
import itertools
import os
import shlex

from harness import Case, Part, Subject, rounds, running
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
CLEANUP_S = 60
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
        """Does it as well as it can, also when a signal came."""
        running.run([*self.place.identity(), *words], CLEANUP_S, self.place.environment(),
                    is_cleanup=True)

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
                running.check()
                self.quietly(self.together("create", part))
            yield
        finally:
            for part in parts:
                self.quietly(self.together("delete", part))


def named(contenders, runs_of):
    """Contenders of rounds, with a subject of its own for each name; runs_of(runtime) gives the
    run."""
    return [rounds.Contender(subjects, runs_of(runtime)) for subjects, runtime in contenders]


def cases_of(names, about, contenders):
    return [Case(name=name, compared=("wall", "cpu"), against=("crun",), about=about,
                 subjects=[subjects[key] for subjects, _ in contenders])
            for key, name in names.items()]


def crowd_of(size):
    """What measures so many at once."""
    def run_of(runtime):
        def run(_number):
            values, failure = runtime.crowd(size)
            return {"at once": values}, failure
        return run
    return run_of


def life_of(runtime):
    return lambda _number: runtime.live()


def contend(settings, place, keys):
    """(a subject for each key, runtime) for each program."""
    for name in PROGRAMS:
        program = startup.find_program(settings, name)
        version = startup.version(program) if program else ""
        subjects = {key: Subject(name, version) for key in keys}
        if program is None:
            for subject in subjects.values():
                subject.set_aside("missing", f"{name} is not installed")
        yield subjects, Runtime(program or name, settings, place)


class Place(startup.Place):
    def config(self):
        config = super().config()
        config["process"]["args"] = ["/bin/busybox", "sleep", "1000"]
        return config


class Life:
    """The parts of one caller."""

    def __init__(self, settings, world, uid, who):
        self.settings = settings
        self.world = world
        self.uid = uid
        self.who = who
        self.count = max(2, settings.samples // 5)
        self.others = min(OTHERS_MAX, settings.samples ** 2)

    def interleave(self, name, contenders, run_of, count):
        rounds.interleave(self.settings, name, named(contenders, run_of), rounds.TIMES, count,
                          min(WARM_UP, self.settings.samples // 5))

    def names(self, suffix=""):
        return {step: f"{step}{suffix}, {self.who}" for step in STEPS}

    def alone(self, take):
        contenders = list(contend(self.settings, self.world.place(self.uid), STEPS))
        about = f"{self.count} samples of each subject, interleaved"
        for case in cases_of(self.names(), about, contenders):
            take(case)
        self.interleave(f"life, {self.who}", contenders, life_of, self.count)

    def beside(self, take):
        contenders = [pair for pair in contend(self.settings, self.world.place(self.uid), STEPS)
                      if pair[0]["create"].name != ALONE]
        about = (f"{self.count} samples of each subject, interleaved, while each has "
                 f"{self.others} other containers")
        for case in cases_of(self.names(" beside others"), about, contenders):
            take(case)
        with contextlib.ExitStack() as stack:
            for subjects, runtime in contenders:
                if subjects["create"].is_measured():
                    stack.enter_context(runtime.others(self.others))
            self.interleave(f"life beside others, {self.who}", contenders, life_of, self.count)

    def crowd(self, name, size, count, take):
        contenders = list(contend(self.settings, self.world.place(self.uid), ("at once",)))
        about = f"{size} containers at once, {count} times"
        for case in cases_of({"at once": name}, about, contenders):
            take(case)
        self.interleave(name, contenders, crowd_of(size), count)

    def parts(self):
        size = min(CROWD_MAX, self.settings.samples)
        yield Part(tuple(self.names().values()), 0.35 * self.count, self.alone)
        yield Part(tuple(self.names(" beside others").values()),
                   0.03 * self.others + 0.15 * self.count, self.beside)
        yield Part((f"at once, {self.who}",), 2.0 * self.count, lambda take:
                   self.crowd(f"at once, {self.who}", size, self.count, take))
        size = min(LARGE_CROWD_MAX, self.settings.samples ** 2)
        count = max(2, self.count // 5)
        yield Part((f"many at once, {self.who}",), 0.1 * size * count, lambda take:
                   self.crowd(f"many at once, {self.who}", size, count, take))


def parts(settings, stack):
    world = startup.World(settings, stack, Place)
    return [part for uid, who in startup.callers()
            for part in Life(settings, world, uid, who).parts()]
