"""What libFuzzer and AFL++ have in common: a run of one engine on one target.

A run lives in build/fuzz/work/<target>/<engine>/, which is made anew, and reads corpus/ without
ever writing to it."""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import time

from driver import ROOT, children

HANG_S = 10          # an execution that takes longer is a hang, unless the user says otherwise
SAMPLES_MAX = 300    # of a run's figures on the way
MEMORY_MIB = 2048    # an execution that takes more is a crash (fuzz/engine/sanitizers.c)
WORK = ROOT / "build" / "fuzz" / "work"
SYMBOLIZER = pathlib.Path("/usr/lib/llvm-19/bin/llvm-symbolizer")


@dataclasses.dataclass(frozen=True)
class Finding:
    """A file that made a target fail, as the engine left it; `kind` is the engine's own word."""
    path: pathlib.Path
    kind: str
    seconds: float
    executions: int


@dataclasses.dataclass(frozen=True)
class Settings:
    seed: int      # of the engines' randomness
    hang_s: int
    mutators: bool = True  # whether targets get the mutators that they ask for


@dataclasses.dataclass
class Figures:
    executions: int = 0
    edges: int = 0
    corpus: int = 0


def environment():
    """The environment of all that we run: sanitizer reports with names and lines."""
    place = {"ASAN_SYMBOLIZER_PATH": SYMBOLIZER, "UBSAN_SYMBOLIZER_PATH": SYMBOLIZER}
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("AFL_", "ASAN_", "UBSAN_"))}
    return kept | ({name: str(path) for name, path in place.items()} if SYMBOLIZER.exists() else {})


class Run:
    """One engine on one target for a number of seconds. A subclass knows its engine's words:
    `command()`, `read_figures()` and `findings()`."""

    engine = ""

    def __init__(self, target, seconds, settings):
        self.target = target
        self.seconds = seconds
        self.settings = settings
        self.folder = WORK / target.name / self.engine
        self.binary = target.binary(self.engine)
        self.process = None
        self.stopping = False  # its time is over and it was asked to stop
        self.state = "waiting"
        self.reason = ""       # why the run failed
        self.started = 0.0
        self.elapsed = 0.0
        self.figures = Figures()
        self.samples = []      # (seconds, executions, edges, corpus)
        self.seed_count = 0
        self.bad_seeds = []

    @property
    def name(self):
        return f"{self.target.name} {self.engine}"

    @property
    def seeds(self):
        return self.folder / "seeds"

    def start(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.seeds.mkdir(parents=True)
        for path in self.target.seeds():
            shutil.copyfile(path, self.seeds / path.name)
            self.seed_count += 1
        self.state = "running"
        self.set_aside_bad_seeds()
        self.started = time.monotonic()
        self.launch()

    def set_aside_bad_seeds(self):
        """A seed that fails is a finding at execution 0, and the engine works on the others."""
        names = sorted(path.name for path in self.seeds.iterdir())
        for name in self.failing(names):
            place = self.folder / "bad-seeds" / name
            place.parent.mkdir(exist_ok=True)
            os.rename(self.seeds / name, place)
            self.bad_seeds.append(Finding(place, "seed", 0.0, 0))
        if len(self.bad_seeds) == len(names):
            (self.seeds / "blank").write_bytes(b" ")

    def failing(self, names):
        """Those of the seeds that fail, found by halving the list; a list that is merely long for
        the limit is halved as well, and cleared."""
        status, _ = children.run([self.binary, *names], self.settings.hang_s, cwd=self.seeds,
                                 env=environment())
        if status == 0:
            return []
        if len(names) == 1:
            return names
        half = len(names) // 2
        return self.failing(names[:half]) + self.failing(names[half:])

    def launch(self):
        with open(self.log, "wb") as stream:
            self.process = children.start(self.command(), cwd=self.folder, stdout=stream,
                                          stderr=stream, env=self.environment())

    def environment(self):
        return environment()

    def left(self):
        return self.seconds - (time.monotonic() - self.started)

    def limit(self):
        """What the engine is told as its time: it is stopped earlier than that, unless the
        campaign is killed."""
        return max(1, round(self.left())) + 2 * children.GRACE_S

    def tick(self):
        """Look at the run: update its figures, and see whether it has ended."""
        self.elapsed = time.monotonic() - self.started
        ended = self.process.poll() is not None
        self.read_figures()
        pause = max(1, self.seconds / SAMPLES_MAX)
        if ended or not self.samples or self.elapsed - self.samples[-1][0] >= pause:
            figures = self.figures
            self.samples.append((round(self.elapsed, 1), figures.executions, figures.edges,
                                 figures.corpus))
        if ended:
            self.ended()
        elif self.elapsed > self.seconds + self.settings.hang_s + children.GRACE_S:
            self.kill()
        elif self.elapsed > self.seconds and not self.stopping:
            self.stopping = True
            children.ask_to_stop(self.process)

    def ended(self):
        """The process has ended: decide what comes of the run."""
        self.finish("done")

    def finish(self, state, reason=""):
        self.state = state
        self.reason = reason

    def interrupt(self):
        """End the run now: in order if it can within its grace, else at once."""
        if self.process is not None and self.process.poll() is None:
            children.ask_to_stop(self.process)
            try:
                self.process.wait(children.GRACE_S)
            except subprocess.TimeoutExpired:
                self.kill()
        if self.process is not None:
            self.read_figures()
        if self.started:
            self.elapsed = time.monotonic() - self.started
        self.finish("interrupted")

    def kill(self):
        children.kill(self.process)
