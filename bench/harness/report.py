"""What bench/run prints and writes: the table, bench.json, bench.html."""

import json
import os
import re

import jinja2

from harness import ROOT, picture


def series(suite, cases):
    """The rows of bench.json: one for each metric of a subject; a subject without samples has one
    row, of the metric that it should have had."""
    for case in cases:
        for subject in case.subjects:
            metrics = subject.metrics or {case.compared[0]: ("", [])}
            for name, (unit, samples) in metrics.items():
                row = {"suite": suite, "case": case.name, "subject": subject.name, "metric": name,
                       "unit": unit, "samples": samples, **state_of(case, subject)}
                if subject.version:
                    row["version"] = subject.version
                yield row
        for name, lines in case.curves.items():
            for subject, points in lines.items():
                yield {"suite": suite, "case": case.name, "subject": subject,
                       "metric": f"{name} by {case.curves_x}", "unit": case.curves_unit,
                       "samples": points, **state_of(case)}


def state_of(case, subject=None):
    """The state of a row, and the reason where it is not measured as it should be."""
    if case.interrupted and (subject is None or subject.is_measured()):
        return {"state": "interrupted", "reason": case.interrupted}
    if subject is None or not subject.reason:
        return {"state": "measured"}
    return {"state": subject.state, "reason": subject.reason}


def not_begun(suite, cases):
    """A row for each case that an interruption left out."""
    for name in cases:
        yield {"suite": suite, "case": name, "subject": "", "metric": "", "unit": "",
               "samples": [], "state": "interrupted", "reason": "not begun"}


def number(value):
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def spread(triple):
    value, low, high = triple
    return f"{number(value)} [{number(low)}, {number(high)}]"


def rows_of(case, summary, compared):
    """A heading, and a row of words for each subject, in the suite's order."""
    measured = case.measured()
    units = {name: unit for subject in measured for name, (unit, _) in subject.metrics.items()}
    pairs = [pair for pair in (summary[measured[0].name]["ratios"] if measured else ())
             if pair[0] in compared]
    yield ("subject", *(f"{name}, {unit}" if unit else name for name, unit in units.items()),
           *(f"{metric} / {other}" for metric, other in pairs))
    for subject in measured:
        row = summary[subject.name]
        yield (subject.name, *(number(row["medians"][name][0]) for name in units),
               *(spread(row["ratios"][pair]) for pair in pairs))


def set_aside(case):
    return [subject for subject in case.subjects if not subject.is_measured()]


def table(case, summary):
    rows = list(rows_of(case, summary, case.compared[:1]))
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    yield f"{case.name}: {case.about}" + (f" ({case.interrupted})" if case.interrupted else "")
    for row in rows:
        yield "  " + "  ".join(word.ljust(width) if i == 0 else word.rjust(width)
                               for i, (word, width) in enumerate(zip(row, widths))).rstrip()
    for subject in set_aside(case):
        yield f"  {subject.name}: {subject.state}: {subject.reason}"


def machine():
    """One line about the machine, for the page."""
    cpu = re.search(r"^model name\s*: (.*)$", open("/proc/cpuinfo", encoding="utf-8").read(), re.M)
    system = os.uname()
    return f"{system.sysname} {system.release}, {len(os.sched_getaffinity(0))} cores, " \
           f"{cpu[1] if cpu else system.machine}"


def page(suites, is_interrupted, missed):
    """`suites`: a list of (title, about, [(case, summary)]); `missed`: the cases that an
    interruption left out."""
    loader = jinja2.FileSystemLoader([ROOT / "bench" / "harness", ROOT / "docs"])
    pages = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True,
                               lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    return pages.get_template("page.html").render(
        suites=suites, machine=machine(), picture=picture.draw, rows_of=rows_of,
        set_aside=set_aside, is_interrupted=is_interrupted, missed=missed)


def write(folder, rows, text):
    replace(folder / "bench.json", json.dumps(rows, indent=1) + "\n")
    replace(folder / "bench.html", text + "\n")


def replace(path, text):
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
