"""libFuzzer: one process, which ends at its first crash and is then started again with what it had
found, for as long as there is time."""

import re

from driver import engine

PULSE = re.compile(r"^#(?P<executions>\d+)\s.*\bcov: (?P<edges>\d+) .*\bcorp: (?P<corpus>\d+)/",
                   re.MULTILINE)
TOTAL = re.compile(r"^stat::number_of_executed_units: (\d+)$", re.MULTILINE)
ARTIFACTS = ("crash", "timeout", "oom", "leak")
RESTARTS_MAX = 500
TAIL_BYTES = 1 << 16


class LibFuzzer(engine.Run):
    engine = "libfuzzer"

    def __init__(self, *words):
        super().__init__(*words)
        self.launches = 0  # of processes, each with a log and a folder of artifacts of its own
        self.executions_before = 0
        self.found = []

    @property
    def log(self):
        return self.folder / f"log.{self.launches}"

    @property
    def artifacts(self):
        return self.folder / "artifacts" / str(self.launches)

    def command(self):
        for folder in (self.artifacts, self.folder / "found"):
            folder.mkdir(parents=True, exist_ok=True)
        words = [self.binary, f"-max_total_time={self.limit()}",
                 f"-seed={self.settings.seed + self.launches}",
                 f"-timeout={self.settings.hang_s}",
                 f"-rss_limit_mb={engine.MEMORY_MIB}", f"-artifact_prefix={self.artifacts}/",
                 "-print_final_stats=1"]
        if self.target.dictionary:
            words.append(f"-dict={self.target.dictionary}")
        return [*words, "found", "seeds"]

    def environment(self):
        """A target that has a mutator looks whether it is to be used."""
        return engine.environment() | ({} if self.settings.mutators else {"CUPEL_NO_MUTATOR": "1"})

    def tail(self):
        with open(self.log, "rb") as stream:
            stream.seek(max(0, stream.seek(0, 2) - TAIL_BYTES))
            return stream.read().decode("utf-8", "replace")

    def read_figures(self):
        said = self.tail()
        pulses = list(PULSE.finditer(said))
        total = TOTAL.search(said)
        if pulses:
            self.figures.edges = int(pulses[-1]["edges"])
            self.figures.corpus = int(pulses[-1]["corpus"])
        executions = int(total[1]) if total else int(pulses[-1]["executions"]) if pulses else 0
        self.figures.executions = max(self.figures.executions, self.executions_before + executions)

    def take_artifacts(self):
        """The files that the process which has ended could not pass; most often one or none."""
        paths = [path for path in sorted(self.artifacts.iterdir())
                 if path.name.startswith(ARTIFACTS)]
        self.found += [engine.Finding(path, path.name.partition("-")[0], round(self.elapsed, 1),
                                      self.figures.executions) for path in paths]
        return paths

    def ended(self):
        """After a crash there may be time for more; without one the process ended in order."""
        artifacts = self.take_artifacts()
        if self.stopping:
            self.finish("done")
        elif self.process.returncode != 0 and not artifacts:
            said = self.tail().strip().splitlines()
            self.finish("failed", said[-1] if said else f"status {self.process.returncode}")
        elif artifacts and self.left() > 1 and self.launches < RESTARTS_MAX:
            self.launches += 1
            self.executions_before = self.figures.executions
            self.launch()
        else:
            self.finish("done")

    def findings(self):
        return self.bad_seeds + self.found

    def inputs(self):
        """Folders of inputs found, besides the seeds."""
        return [self.folder / "found"] if any((self.folder / "found").iterdir()) else []
