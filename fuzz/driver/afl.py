"""AFL++ in persistent mode, with test cases in shared memory.

The target tells it what values it compares with (CmpLog), in the same binary ('-c 0'): Debian's
afl-fuzz 4.04c-4 takes the name of a second binary for that, says that it started it, and runs the
first one again, so that it learns nothing.

What the environment tells afl-fuzz, and why:
  AFL_NO_UI                               the campaign has its own progress line
  AFL_NO_AFFINITY                         runs share the cores with whatever else is at work
  AFL_SKIP_CPUFREQ                        the governor is the machine's affair, and often not ours
  AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES   a container cannot change core_pattern; a crash that a
                                          core dump handler delays still counts as one
  AFL_FORKSRV_INIT_TMOUT                  a busy machine starts a sanitized target slowly
  AFL_HANG_TMOUT                          a hang is one for both engines alike
  AFL_CUSTOM_MUTATOR_LIBRARY              the mutator that the target asks for, beside its own"""

import contextlib
import re
import subprocess

from driver import engine

WORD = re.compile(r"(time|execs):(\d+)")  # of a file's name: milliseconds, and executions
COLOR = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
TIMEOUT_MS = 1000  # slower executions are run again with the hang limit
# The set that the forkserver wants, and otherwise the same as everywhere (engine/sanitizers.c).
ASAN = "abort_on_error=1:symbolize=0:detect_leaks=0:allocator_may_return_null=0:handle_abort=0"
UBSAN = "abort_on_error=1:halt_on_error=1:symbolize=0"


class Afl(engine.Run):
    engine = "afl"

    @property
    def log(self):
        return self.folder / "log"

    @property
    def output(self):
        return self.folder / "out" / "default"

    def command(self):
        words = ["afl-fuzz", "-i", "seeds", "-o", "out", "-V", self.limit(),
                 "-s", self.settings.seed, "-t", f"{TIMEOUT_MS}+", "-m", "none",
                 "-c", "0"]
        if self.target.dictionary:
            words += ["-x", self.target.dictionary]
        return [*words, "--", self.binary]

    def environment(self):
        library = {"AFL_CUSTOM_MUTATOR_LIBRARY": str(self.target.mutator_library)} \
            if self.target.mutator and self.settings.mutators else {}
        return engine.environment() | library | {
            "AFL_NO_UI": "1", "AFL_NO_AFFINITY": "1", "AFL_SKIP_CPUFREQ": "1",
            "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES": "1", "AFL_FORKSRV_INIT_TMOUT": "60000",
            "AFL_HANG_TMOUT": str(self.settings.hang_s * 1000), "ASAN_OPTIONS": ASAN,
            "UBSAN_OPTIONS": UBSAN}

    def read_figures(self):
        """From the last row of plot_data, which is written every few seconds, and at the end from
        fuzzer_stats."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            lines = (self.output / "plot_data").read_text().splitlines()
            row = [word.strip() for word in lines[-1].split(",")]
            names = [word.strip() for word in lines[0].lstrip("# ").split(",")]
            self.take(dict(zip(names, row)), "total_execs")
        with contextlib.suppress(OSError, ValueError):
            lines = (self.output / "fuzzer_stats").read_text().splitlines()
            rows = (line.partition(":") for line in lines)
            self.take({name.strip(): value.strip() for name, _, value in rows}, "execs_done")

    def take(self, words, executions):
        figures = self.figures
        figures.executions = max(figures.executions, int(words.get(executions, 0)))
        figures.edges = max(figures.edges, int(words.get("edges_found", 0)))
        figures.corpus = max(figures.corpus, int(words.get("corpus_count", 0)))

    def ended(self):
        if self.process.returncode == 0 or self.stopping:
            self.finish("done")
            return
        said = COLOR.sub("", self.log.read_text(errors="replace"))
        aborts = re.findall(r"(?:PROGRAM ABORT|SYSTEM ERROR) : (.*)", said)
        self.finish("failed", aborts[-1] if aborts else f"status {self.process.returncode}")

    def kill(self):
        super().kill()
        remove_shared_memory(self.process.pid)

    def findings(self):
        found = list(self.bad_seeds)
        for kind in ("crashes", "hangs"):
            for path in sorted((self.output / kind).glob("id:*")):
                words = dict(WORD.findall(path.name))
                found.append(engine.Finding(path, kind, int(words.get("time", 0)) / 1000,
                                            int(words.get("execs", 0))))
        return found

    def inputs(self):
        """Folders of inputs found, besides the seeds."""
        folder = self.output / "queue"
        return [folder] if folder.is_dir() else []


def remove_shared_memory(pid):
    """System V segments outlive an afl-fuzz that was killed: remove those it made."""
    with open("/proc/sysvipc/shm", encoding="ascii") as stream:
        names = stream.readline().split()
        rows = [dict(zip(names, line.split())) for line in stream]
    for row in rows:
        if int(row["cpid"]) == pid:
            subprocess.run(["ipcrm", "--shmem-id", row["shmid"]], stderr=subprocess.DEVNULL,
                           check=False)
