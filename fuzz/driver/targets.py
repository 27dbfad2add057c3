"""The fuzz targets of the tree, and their builds."""

import contextlib
import dataclasses
import fcntl
import functools
import os
import re
import shutil
import subprocess

from driver import ROOT, Cannot, short

SELFTEST = "selftest"  # this layer's targets hold planted bugs: they run only when they are named
PROGRAMS = {"libfuzzer": ("clang-19",), "afl": ("afl-clang-fast", "afl-fuzz"),
            "coverage": ("clang-19", "llvm-profdata-19", "llvm-cov-19")}  # of each preset
FIRST_COMMENT = re.compile(r"/\*(?P<text>.*?)\*/", re.DOTALL)
COVERS = re.compile(r"^Covers:(?P<items>.*?)(?:^\s*$|\Z)", re.DOTALL | re.MULTILINE)
ITEM = re.compile(r"(?P<file>src/[\w./-]+\.[ch])(?:\s+(?P<floor>\d+)%)?")
FLOOR_DEFAULT = 80
MUTATOR = re.compile(r"^ \* Mutator: ([a-z]+)$", re.MULTILINE)
MUTATOR_PRESET = "release"  # afl-fuzz loads it: no sanitizer, and no code for an engine


@dataclasses.dataclass(frozen=True)
class Target:
    layer: str
    short_name: str

    @property
    def name(self):
        return f"{self.layer}_{self.short_name}"

    @property
    def source(self):
        return ROOT / "fuzz" / self.layer / f"fuzz_{self.short_name}.c"

    @property
    def corpus(self):
        return ROOT / "corpus" / self.layer / self.short_name

    @property
    def dictionary(self):
        """Words that both engines put into inputs, or None."""
        path = self.source.with_suffix(".dict")
        return path if path.is_file() else None

    @property
    def mutator(self):
        """The name of the mutator that the target's first comment asks for, or None."""
        comment = FIRST_COMMENT.search(self.source.read_text(encoding="utf-8"))
        word = MUTATOR.search(comment["text"]) if comment else None
        return word[1] if word else None

    @property
    def mutator_library(self):
        return ROOT / "build" / MUTATOR_PRESET / "fuzz" / f"mutator_{self.mutator}.so"

    def binary(self, engine):
        return ROOT / "build" / "fuzz" / engine / self.name

    def seeds(self):
        if not self.corpus.is_dir():
            raise Cannot(f"{short(self.corpus)}: there is no seed corpus for {self.name}")
        seeds = sorted(path for path in self.corpus.iterdir()
                       if path.is_file() and not path.name.startswith("."))
        if not seeds:
            raise Cannot(f"{short(self.corpus)}: the seed corpus of {self.name} is empty")
        return seeds

    @functools.cached_property
    def covers(self):
        """The files that the target says it tests, each with the least share of its lines (in
        percent) that the seeds reach: the words after `Covers:` in its first comment."""
        comment = FIRST_COMMENT.search(self.source.read_text(encoding="utf-8"))
        lines = re.sub(r"^\s*\* ?", "", comment["text"] if comment else "", flags=re.MULTILINE)
        words = COVERS.search(lines)
        return {item["file"]: int(item["floor"] or FLOOR_DEFAULT)
                for item in ITEM.finditer(words["items"] if words else "")}


def find_all():
    paths = sorted((ROOT / "fuzz").glob("*/fuzz_*.c"))
    return [Target(path.parent.name, path.stem.removeprefix("fuzz_")) for path in paths]


def choose(name):
    """The target of this name; without a name, all but those with planted bugs."""
    targets = find_all()
    if name is None:
        return [target for target in targets if target.layer != SELFTEST]
    chosen = [target for target in targets if target.name == name]
    if not chosen:
        known = ", ".join(target.name for target in targets)
        raise Cannot(f"there is no target '{name}' (there are: {known})")
    return chosen


@contextlib.contextmanager
def only_one(path, sentence):
    """Hold a lock file for as long as the block runs; `sentence` is for whoever comes second."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise Cannot(sentence) from busy
        yield


def run_quietly(command, log):
    """Run a build command; what it says is kept in a file and shown only if it fails."""
    with open(log, "wb") as stream:
        done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=stream,
                              stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        said = log.read_text(errors="replace").strip().splitlines()
        raise Cannot("\n".join([f"'{' '.join(command)}' failed:", *said[-30:]]))


def build(preset, goals):
    """Build these CMake targets of a preset."""
    for program in ("cmake", *PROGRAMS.get(preset, ())):
        if shutil.which(program) is None:
            raise Cannot(f"{program} is not installed ('ci/setup build fuzz' installs it)")
    log = ROOT / "build" / "fuzz" / f"build-{preset}.log"
    jobs = str(len(os.sched_getaffinity(0)))
    lock = ROOT / "build" / "fuzz" / f"build-{preset}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with open(lock, "w", encoding="utf-8") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)  # two campaigns may build: one after the other
        run_quietly(["cmake", "--preset", preset], log)
        run_quietly(["cmake", "--build", "--preset", preset, "--parallel", jobs,
                     "--target", *goals], log)


def build_binaries(engine, targets):
    """Build targets for an engine; its preset has the same name."""
    build(engine, [f"fuzz_{target.name}" for target in targets])
    mutators = sorted({f"mutator_{target.mutator}" for target in targets if target.mutator})
    if engine == "afl" and mutators:
        build(MUTATOR_PRESET, mutators)
    for target in targets:
        if not target.binary(engine).is_file():
            raise Cannot(f"{short(target.binary(engine))}: the build did not make it")
