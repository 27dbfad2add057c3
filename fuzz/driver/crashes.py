"""From the files that the engines left to a list of distinct crashes, each shown to happen again.

Two files are the same crash if they fail in the same words at the same place, whichever engine
found them; numbers within the words do not count."""

import dataclasses
import hashlib
import re
import shlex
import shutil
import signal

from driver import children, engine, short

REPLAYS_MAX = 200   # files looked at for each run; engines save many files for one bug
SLOW_REPLAYS_MAX = 3
SLOW = ("hangs", "timeout")  # what the engines call a hang
FRAMES_MAX = 8
HANG = "takes longer than {} seconds"
MEMORY = f"takes more than {engine.MEMORY_MIB} MiB of memory"
PLACE = r"^(?:\./|\S*/(?=(?:src|fuzz)/))?(?P<place>\S+?:\d+)(?::\d+)?: "
STATEMENT = re.compile(PLACE + r"(?P<said>.*(?:the property does not hold:|: REQUIRE\().*)$", re.M)
UNDEFINED = re.compile(PLACE + r"runtime error: (?P<said>.*)$", re.M)
ADDRESS = re.compile(r"ERROR: (?:Address|Leak)Sanitizer: (?P<said>[\w-]+(?: memory leaks)?)")
TOO_MUCH = re.compile(r"libFuzzer: out-of-memory|allocation-size-too-big|exceeds maximum supported"
                      r"|out of memory: allocator is trying")
FRAME = re.compile(r"^\s+#\d+ 0x[0-9a-f]+ in (?P<function>\S+) (?:\S*?/)?"
                   r"(?P<place>(?:src|fuzz)/\S+?:\d+)", re.MULTILINE)


@dataclasses.dataclass
class Crash:
    target: str
    kind: str            # crash, hang, memory or leak
    reason: str
    frames: list
    file: object
    command: str
    reproduced: bool
    found: list          # of {engine, seconds, executions}, one for each engine

    def as_json(self):
        words = dataclasses.asdict(self)
        words["file"] = short(self.file)
        return words


def frames_of(said):
    """The functions of ours on the first stack of a report, innermost first."""
    frames = []
    for line in said.splitlines():
        hit = FRAME.match(line)
        if hit:
            frames.append(f"{hit['function']} {hit['place']}")
        elif frames and not line.lstrip().startswith("#"):
            break
    return frames[:FRAMES_MAX]


def judge(status, said):
    """What a failed replay shows: its kind, the reason in one line, and what of the reason tells
    this bug from others."""
    frames = frames_of(said)
    where = f" in {frames[0]}" if frames else ""
    hit = STATEMENT.search(said)
    if hit:
        reason = f"{hit['place']}: {hit['said']}"
        return "crash", reason, reason
    hit = UNDEFINED.search(said)
    if hit:  # the values differ from input to input
        return "crash", f"{hit['place']}: {hit['said']}", hit["place"]
    if TOO_MUCH.search(said):
        return "memory", MEMORY + where, "memory" + where
    hit = ADDRESS.search(said)
    if hit and "leak" in hit["said"]:
        return "leak", "memory leak" + where, "leak" + where
    reason = hit["said"] if hit else f"killed by {signal.Signals(-status).name}" if status < 0 \
        else f"ended with status {status}"
    return "crash", reason + where, reason + where


def replay(run, path):
    """Run a target on one file; what comes of it (None: nothing failed), and all that it said."""
    hang_s = run.settings.hang_s
    status, said = children.run([run.binary, path], hang_s, env=engine.environment())
    if status is None:
        return ("hang", HANG.format(hang_s), "hang"), said
    return None if status == 0 else judge(status, said), said


class Collection:
    """The distinct crashes of a campaign, and the folder that keeps a file for each."""

    def __init__(self, folder):
        self.folder = folder
        self.crashes = {}
        self.unexamined = 0
        self.slow = []     # files that an engine called too slow, and that were fast when replayed

    def take(self, run):
        findings = run.findings()
        slow = [finding for finding in findings if finding.kind in SLOW]
        fast = [finding for finding in findings if finding.kind not in SLOW]
        chosen = fast[:REPLAYS_MAX] + slow[:SLOW_REPLAYS_MAX]
        self.unexamined += len(findings) - len(chosen)
        for finding in chosen:
            self.examine(run, finding)

    def examine(self, run, finding):
        verdict, said = replay(run, finding.path)
        if verdict is None and finding.kind in SLOW:
            self.slow.append(finding.path)
            return
        kind, reason, mark = verdict or (
            "crash", f"failed under {run.engine} ({finding.kind}) and does not when run alone",
            f"{run.engine} alone")
        key = (run.target.name, mark)
        if key not in self.crashes:
            place = self.keep(run, finding, kind)
            self.crashes[key] = Crash(run.target.name, kind, reason, frames_of(said), place,
                                      command(run, place, kind), verdict is not None, [])
        known = self.crashes[key].found
        if all(entry["engine"] != run.engine for entry in known):
            known.append({"engine": run.engine, "seconds": finding.seconds,
                          "executions": finding.executions})

    def keep(self, run, finding, kind):
        digest = hashlib.sha256(finding.path.read_bytes()).hexdigest()[:12]
        place = self.folder / run.target.name / f"{kind}-{digest}"
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(finding.path, place)
        return place

    def of(self, run):
        """The distinct crashes that a run found."""
        return [crash for (target, _), crash in self.crashes.items() if target == run.target.name
                and any(entry["engine"] == run.engine for entry in crash.found)]


def command(run, path, kind):
    """What to type, at the top of the tree, to see the crash again."""
    limit = ["timeout", str(run.settings.hang_s)] if kind == "hang" else []
    return shlex.join([*limit, short(run.binary), short(path)])
