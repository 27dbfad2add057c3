"""How much of the files that a target says it tests its inputs reach: they are replayed in the
preset `coverage` (source coverage of clang), which does not depend on an engine."""

import json
import os
import pathlib
import tempfile

from driver import ROOT, Cannot, children, targets

PRESET = "coverage"
BUILD = ROOT / "build" / PRESET
REPLAY_S = 300


def replayer(target):
    return BUILD / "tests" / f"replay.{target.layer}.{target.short_name}"


def build(chosen):
    targets.build(PRESET, [f"fuzz_{target.name}" for target in chosen])


def run(*command, **options):
    status, said = children.run(command, REPLAY_S, **options)
    if status != 0:
        last = said.strip().splitlines()[-1:] or ["it said nothing"]
        raise Cannot(f"{os.path.basename(command[0])} failed: {last[0]}")
    return said


def measure(target, folders):
    """Replay the files of these folders; for each file that the target covers: how many of its
    lines were reached, and how many it has."""
    with tempfile.TemporaryDirectory(prefix="cupel-coverage-") as name:
        scratch = pathlib.Path(name)
        binary = replayer(target)
        run(binary, *folders, env=os.environ | {"LLVM_PROFILE_FILE": f"{scratch}/raw"})
        run("llvm-profdata-19", "merge", "-o", scratch / "profile", scratch / "raw")
        said = run("llvm-cov-19", "export", "-summary-only", f"-instr-profile={scratch}/profile",
                   binary, cwd=ROOT)
    # The compiler names files from the top of the tree, llvm-cov puts the build's folder before it.
    reached = {os.path.relpath(ROOT / item["filename"], BUILD): item["summary"]["lines"]
               for item in json.loads(said)["data"][0]["files"]}
    return {name: line_counts(target, name, reached) for name in target.covers}


def line_counts(target, name, reached):
    """A file that is not in the target's binary at all is as bad as one that is not there."""
    if not (ROOT / name).is_file():
        raise Cannot(f"{target.name} covers {name}, and there is no such file")
    lines = reached.get(name, {"covered": 0, "count": 0})
    return lines["covered"], lines["count"]


def percent(covered, count):
    return 100 * covered / count if count else 0.0


def compare(runs_of):
    """Rows for a campaign: what the seeds reach, and what each engine's inputs reach with them."""
    rows = []
    for target, runs in runs_of.items():
        before = measure(target, [target.corpus])
        after = {run.engine: measure(target, [target.corpus, *run.inputs()]) for run in runs}
        rows += [{"target": target.name, "file": name, "lines": count, "seeds": covered,
                  **{engine: files[name][0] for engine, files in after.items()}}
                 for name, (covered, count) in before.items()]
    return rows
