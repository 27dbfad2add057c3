"""What a campaign prints and writes: the progress line, the table, fuzz.json and fuzz.html."""

import json
import os
import sys
import time

import jinja2

from driver import ROOT, short

COLUMNS = ("target", "engine", "executions", "executions/s", "edges", "corpus", "crashes")


class Progress:
    """One line that is written over on a terminal; elsewhere a line whenever a run ends."""

    def __init__(self, seconds, stream=sys.stderr):
        self.stream = stream
        self.live = stream.isatty()
        self.seconds = seconds
        self.started = time.monotonic()
        self.told = set()

    def show(self, runs):
        if not self.live:
            for run in runs:
                if run.name not in self.told and run.state not in ("waiting", "running"):
                    self.told.add(run.name)
                    self.say(f"{run.name}: {run.figures.executions:,} executions, "
                             f"{len(run.findings())} failing files")
            return
        elapsed = time.monotonic() - self.started
        active = [run.name for run in runs if run.state == "running"]
        executions = sum(run.figures.executions for run in runs)
        failing = sum(len(run.findings()) for run in runs)
        self.write_over(f"{elapsed:.0f} s, {max(0, self.seconds - elapsed):.0f} s left | "
                        f"{executions:,} executions | {failing} failing files | "
                        f"{', '.join(active)}")

    def write_over(self, text):
        width = os.get_terminal_size(self.stream.fileno()).columns or 80
        self.stream.write("\r\x1b[K" + text[:width - 1])
        self.stream.flush()

    def say(self, text):
        """A line that stays."""
        self.clear()
        print(text, file=self.stream, flush=True)

    def clear(self):
        if self.live:
            self.write_over("")


def row(run, crashes):
    rate = run.figures.executions / run.elapsed if run.elapsed > 0 else 0.0
    return {"target": run.target.name, "engine": run.engine, "state": run.state,
            "reason": run.reason, "seconds": round(run.elapsed, 1), "seeds": run.seed_count,
            "executions": run.figures.executions, "executions_per_s": round(rate, 1),
            "edges": run.figures.edges, "corpus": run.figures.corpus,
            "crashes": len(crashes.of(run)), "samples": run.samples}


def result(options, runs, crashes, interrupted):
    """The contents of fuzz.json; docs/fuzzing.md says what each word means."""
    return {"seconds": options.time, "seed": options.seed, "interrupted": interrupted,
            "runs": [row(run, crashes) for run in runs], "coverage": [], "uncovered": {},
            "crashes": [crash.as_json() for crash in crashes.crashes.values()],
            "slow": [short(path) for path in crashes.slow], "unexamined": crashes.unexamined}


def cells(run):
    return (run["target"], run["engine"], f"{run['executions']:,}",
            f"{run['executions_per_s']:,.0f}", f"{run['edges']:,}", f"{run['corpus']:,}",
            str(run["crashes"]))


def align(rows, left):
    """Rows of words as lines of columns, the first `left` of them flush left."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        words = [word.ljust(width) if i < left else word.rjust(width)
                 for i, (word, width) in enumerate(zip(row, widths))]
        yield "  ".join(words)


def table(outcome):
    """Lines of text; a run that did not go to its end says so after its row."""
    states = ["", *(run["state"] + (f": {run['reason']}" if run["reason"] else "")
                    for run in outcome["runs"])]
    lines = align([COLUMNS, *(cells(run) for run in outcome["runs"])], 2)
    for line, state in zip(lines, states):
        yield line if state in ("", "done") else f"{line}  {state}"


def coverage_lines(outcome):
    rows = outcome["coverage"]
    for name, reason in outcome["uncovered"].items():
        yield f"{name}: what its inputs reach is not known: {reason}"
    if not rows:
        return
    names = ["seeds", *(word for word in rows[0] if word not in
                        ("target", "file", "lines", "seeds"))]
    yield ""
    yield from align([("target", "lines reached of", "lines", *names),
                      *((row["target"], row["file"], str(row["lines"]),
                         *(str(row[name]) for name in names)) for row in rows)], 2)


def crash_lines(outcome):
    for crash in outcome["crashes"]:
        yield ""
        yield f"{crash['target']}: {crash['kind']}: {crash['reason']}"
        for entry in crash["found"]:
            yield (f"    found by {entry['engine']} after {entry['seconds']} s, "
                   f"{entry['executions']:,} executions")
        for frame in crash["frames"]:
            yield f"    in {frame}"
        yield f"    input:  {crash['file']}"
        yield f"    replay: {crash['command']}"
    for path in outcome["slow"]:
        yield f"{path}: was slow in the campaign and is not when it is run alone"
    if outcome["unexamined"]:
        yield f"{outcome['unexamined']} more failing files were not looked at"


def curve(run, what, width=160, height=32):
    """The points of an SVG line of edges (2) or executions (1) over time."""
    samples = [(0, 0, 0, 0), *run["samples"]]
    right = max(sample[0] for sample in samples) or 1
    top = max(sample[what] for sample in samples) or 1
    return " ".join(f"{sample[0] / right * width:.1f},{height - sample[what] / top * height:.1f}"
                    for sample in samples)


def write(folder, outcome):
    """fuzz.json and fuzz.html, each whole or not at all."""
    loader = jinja2.FileSystemLoader([ROOT / "fuzz" / "driver", ROOT / "docs"])
    pages = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True,
                               lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    pages.globals["curve"] = curve
    page = pages.get_template("page.html").render(outcome=outcome)
    replace(folder / "fuzz.json", json.dumps(outcome, indent=1) + "\n")
    replace(folder / "fuzz.html", page + "\n")


def replace(path, text):
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
