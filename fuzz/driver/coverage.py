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


def summaries(replays):
    """Replay these folders, each list with its target, and merge what they reached: for each file
    of the tree, what llvm-cov says of its lines and branches."""
    with tempfile.TemporaryDirectory(prefix="cupel-coverage-") as name:
        scratch = pathlib.Path(name)
        for target, folders in replays.items():
            run(replayer(target), *folders,
                env=os.environ | {"LLVM_PROFILE_FILE": f"{scratch}/{target.name}.raw"})
        run("llvm-profdata-19", "merge", "-o", scratch / "profile", *scratch.glob("*.raw"))
        objects = [f"-object={replayer(target)}" for target in replays]
        said = run("llvm-cov-19", "export", "-summary-only", f"-instr-profile={scratch}/profile",
                   *objects, cwd=ROOT)
    return {in_tree(item["filename"]): item["summary"]
            for item in json.loads(said)["data"][0]["files"]}


def in_tree(name):
    """The compiler names files from the top of the tree; llvm-cov puts the build's folder before
    it, unless an object came out of a cache of compilers."""
    return name if (ROOT / name).is_file() else os.path.relpath(ROOT / name, BUILD)


def measure(target, folders):
    """Replay the files of these folders; for each file that the target covers: how many of its
    lines were reached, and how many it has."""
    reached = summaries({target: folders})
    return {name: line_counts(target, name, reached) for name in target.covers}


def line_counts(target, name, reached):
    """A file that is not in the target's binary at all is as bad as one that is not there."""
    if not (ROOT / name).is_file():
        raise Cannot(f"{target.name} covers {name}, and there is no such file")
    lines = reached.get(name, {"lines": {"covered": 0, "count": 0}})["lines"]
    return lines["covered"], lines["count"]


def measure_layer(layer, chosen):
    """Replay the corpus of these targets; for each file of the layer its (covered, count) of lines
    and of branches. Those that no target holds are not among them, nor headers without code."""
    reached = summaries({target: [target.corpus] for target in chosen})
    kinds = ("lines", "branches")
    return {name: tuple((reached[name][kind]["covered"], reached[name][kind]["count"])
                        for kind in kinds)
            for name in sorted(reached)
            if name.startswith(f"src/{layer}/") and reached[name]["lines"]["count"] > 0}


def percent(covered, count):
    return 100 * covered / count if count else 0.0


def compare(runs_of):
    """Rows for a campaign: what the seeds reach, and what each engine's inputs reach with them. An
    input that ends the replay is a crash, which is reported as one: then its target has no rows,
    and is among the second result, with the reason."""
    rows, reasons = [], {}
    for target, runs in runs_of.items():
        try:
            before = measure(target, [target.corpus])
            after = {run.engine: measure(target, [target.corpus, *run.inputs()]) for run in runs}
        except Cannot as reason:
            reasons[target.name] = str(reason)
            continue
        rows += [{"target": target.name, "file": name, "lines": count, "seeds": covered,
                  **{engine: files[name][0] for engine, files in after.items()}}
                 for name, (covered, count) in before.items()]
    return rows, reasons
