"""What bench/run prints and writes: the table, bench.json, bench.html."""

import io
import json
import os
import re

import jinja2

from harness import ROOT

os.environ.setdefault("MPLCONFIGDIR", str(ROOT / "build" / "matplotlib"))  # its font cache
import matplotlib  # noqa: E402
import matplotlib.pyplot as plot  # noqa: E402

matplotlib.use("svg")


def series(suite, cases):
    """The rows of bench.json: one for each metric of a subject; a subject without samples has one
    row, of the metric that it should have had."""
    for case in cases:
        for subject in case.subjects:
            metrics = subject.metrics or {case.compared[0]: ("", [])}
            for name, (unit, samples) in metrics.items():
                row = {"suite": suite, "case": case.name, "subject": subject.name, "metric": name,
                       "unit": unit, "samples": samples, "state": subject.state}
                if subject.version:
                    row["version"] = subject.version
                if subject.reason:
                    row["reason"] = subject.reason
                yield row
        for name, lines in case.curves.items():
            for subject, points in lines.items():
                yield {"suite": suite, "case": case.name, "subject": subject,
                       "metric": f"{name} by {case.curves_x}", "unit": case.curves_unit,
                       "samples": points, "state": "measured"}


def number(value):
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def spread(triple):
    value, low, high = triple
    return f"{number(value)} [{number(low)}, {number(high)}]"


def rows_of(case, summary, compared):
    """A heading, and a row of words for each subject, the first metric's lowest median first."""
    main = case.compared[0]
    measured = sorted(case.measured(), key=lambda each: summary[each.name]["medians"][main][0])
    units = {name: unit for subject in measured for name, (unit, _) in subject.metrics.items()}
    pairs = [pair for pair in (summary[measured[0].name]["ratios"] if measured else ())
             if pair[0] in compared]
    yield ("subject", *(f"{name}, {unit}" for name, unit in units.items()),
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
    yield f"{case.name}: {case.about}"
    for row in rows:
        yield "  " + "  ".join(word.ljust(width) if i == 0 else word.rjust(width)
                               for i, (word, width) in enumerate(zip(row, widths))).rstrip()
    for subject in set_aside(case):
        yield f"  {subject.name}: {subject.state}: {subject.reason}"


def as_svg(figure):
    stream = io.StringIO()
    figure.savefig(stream, format="svg", bbox_inches="tight", metadata={"Date": None})
    plot.close(figure)
    return re.sub(r"^.*?(?=<svg)", "", stream.getvalue(), flags=re.DOTALL)


def curves_picture(case):
    """A panel for each metric, a line for each subject, as inline SVG."""
    names = sorted({name for lines in case.curves.values() for name in lines})
    with plot.rc_context({"svg.hashsalt": "cupel", "svg.fonttype": "none", "font.size": 9}):
        figure, panels = plot.subplots(1, len(case.curves), figsize=(3.2 * len(case.curves), 3.6),
                                       sharey=True, squeeze=False)
        for axes, (metric, lines) in zip(panels[0], case.curves.items()):
            for number, name in enumerate(names):
                points = lines.get(name, [])
                axes.plot([x for x, _ in points], [value for _, value in points], "o-",
                          markersize=3, linewidth=1.2, color=f"C{number % 10}", label=name)
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.set_title(metric)
            axes.set_xlabel(case.curves_x)
            axes.grid(which="major", alpha=0.2)
        panels[0][0].set_ylabel(case.curves_unit)
        panels[0][-1].legend(fontsize=7, loc="center left", bbox_to_anchor=(1, 0.5))
        return as_svg(figure)


def picture(case):
    """The samples of the first compared metric as inline SVG: a box and all points for each."""
    measured = case.measured()[::-1]
    if not measured:
        return ""
    if case.curves:
        return curves_picture(case)
    main = case.compared[0]
    samples = [subject.metrics[main][1] for subject in measured]
    unit = measured[0].metrics[main][0]
    with plot.rc_context({"svg.hashsalt": "cupel", "svg.fonttype": "none", "font.size": 10}):
        figure, axes = plot.subplots(figsize=(8, 0.6 + 0.5 * len(measured)))
        for height, values in enumerate(samples, 1):
            axes.plot(values, [height] * len(values), "|", color="#36c", alpha=0.35, markersize=14)
        axes.boxplot(samples, vert=False, labels=[subject.name for subject in measured],
                     showfliers=False, widths=0.35, medianprops={"color": "#c22", "linewidth": 2})
        axes.set_xscale("log")
        axes.set_xlabel(f"{main}, {unit}")
        axes.xaxis.set_major_locator(matplotlib.ticker.LogLocator(subs=(1, 2, 5)))
        axes.xaxis.set_major_formatter(matplotlib.ticker.ScalarFormatter())
        axes.xaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
        axes.grid(axis="x", which="both", alpha=0.2)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        return as_svg(figure)


def machine():
    """One line about the machine, for the page."""
    cpu = re.search(r"^model name\s*: (.*)$", open("/proc/cpuinfo", encoding="utf-8").read(), re.M)
    system = os.uname()
    return f"{system.sysname} {system.release}, {len(os.sched_getaffinity(0))} cores, " \
           f"{cpu[1] if cpu else system.machine}"


def page(suites):
    """`suites`: a list of (title, about, [(case, summary)])."""
    loader = jinja2.FileSystemLoader([ROOT / "bench" / "harness", ROOT / "docs"])
    pages = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True,
                               lstrip_blocks=True, undefined=jinja2.StrictUndefined)
    return pages.get_template("page.html").render(
        suites=suites, machine=machine(), picture=picture, rows_of=rows_of, set_aside=set_aside)


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
