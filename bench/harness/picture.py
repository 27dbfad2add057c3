"""The pictures of a report, as inline SVG. A subject has the same colour, mark and place in all of
them; colours are apart for eyes that see fewer, and every line has its name at its end."""

import io
import os
import re

from harness import ROOT

os.environ.setdefault("MPLCONFIGDIR", str(ROOT / "build" / "matplotlib"))  # its font cache
import matplotlib  # noqa: E402
import matplotlib.pyplot as plot  # noqa: E402

matplotlib.use("svg")

OURS = "#0057d9"
FLOOR = "#777777"
# Paul Tol's muted colours, and an orange in place of his sand, which is too light for a line.
COLOURS = ("#cc6677", "#999933", "#117733", "#44aa99", "#882255", "#e08a00", "#aa4499", "#56a6d8",
           "#332288")
MARKS = "so^vDPX<>"
STYLE = {"svg.hashsalt": "cupel", "svg.fonttype": "none", "font.size": 9.5,
         "axes.edgecolor": "#999999", "axes.labelcolor": "#333333", "xtick.color": "#555555",
         "ytick.color": "#555555", "axes.spines.top": False, "axes.spines.right": False,
         "axes.titleweight": "bold", "axes.titlelocation": "left"}
UNITS = {"us": "µs", "µs": "µs"}


def is_ours(name):
    return name.startswith("cupel")


def is_floor(name):
    return name.startswith(("floor", "steps"))


def looks(names):
    """How each of these subjects is drawn, in their order."""
    peers = [name for name in names if not is_ours(name) and not is_floor(name)]
    floors = [name for name in names if is_floor(name)]
    ours = [name for name in names if is_ours(name)]
    made = {}
    for name in names:
        if is_floor(name):
            made[name] = {"color": FLOOR, "linestyle": ("--", ":", "-.")[floors.index(name) % 3],
                          "marker": "", "linewidth": 1.4, "zorder": 2}
        elif is_ours(name) and len(ours) == 1:
            made[name] = {"color": OURS, "linestyle": "-", "marker": "o", "linewidth": 2.6,
                          "markersize": 5, "zorder": 4}
        else:
            number = (peers or ours).index(name) if not is_ours(name) else ours.index(name)
            made[name] = {"color": COLOURS[number % len(COLOURS)] if not is_ours(name) else
                          (OURS, *COLOURS)[number % 10], "linestyle": "-",
                          "marker": MARKS[number % len(MARKS)], "linewidth": 1.3,
                          "markersize": 4, "zorder": 3}
    return made


def as_svg(figure):
    stream = io.StringIO()
    figure.savefig(stream, format="svg", bbox_inches="tight", metadata={"Date": None})
    plot.close(figure)
    return re.sub(r"^.*?(?=<svg)", "", stream.getvalue(), flags=re.DOTALL)


def short(value, _place=None):
    """A number on an axis: 20k, 1M."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def time_text(value, _place=None):
    """Microseconds on an axis, as people say them."""
    for size, unit in ((1e6, "s"), (1e3, "ms")):
        if value >= size:
            return f"{value / size:g} {unit}"
    return f"{value:g} µs"


def spread_out(heights, least):
    """The places nearest to these, ascending, that are `least` apart."""
    placed = []
    for height in heights:
        placed.append(max(height, placed[-1] + least) if placed else height)
    excess = placed[-1] - max(1.0, heights[-1]) if placed else 0
    if excess > 0:  # the last stay inside; those below make room
        placed[-1] -= excess
        for index in range(len(placed) - 2, -1, -1):
            placed[index] = min(placed[index], placed[index + 1] - least)
    return placed


def name_lines(axes, lines, look):
    """The name of each line beside the panel, at the height of its end, and a thread to it."""
    ends = []
    for name, points in lines.items():
        x, y = axes.transLimits.transform(axes.transScale.transform(points[-1]))
        ends.append((y, x, name))
    ends.sort()
    places = spread_out([y for y, _, _ in ends], 0.058)
    for (y, x, name), place in zip(ends, places):
        colour = look[name]["color"]
        axes.annotate(name, xy=(x, y), xytext=(1.05, place), xycoords="axes fraction",
                      textcoords="axes fraction", color=colour, va="center", fontsize=8.5,
                      fontweight="bold" if is_ours(name) else "normal", annotation_clip=False,
                      arrowprops={"arrowstyle": "-", "color": colour, "alpha": 0.45,
                                  "linewidth": 0.7, "shrinkA": 1, "shrinkB": 3,
                                  "relpos": (0, 0.5)})


def scale(axes, case):
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(matplotlib.ticker.LogLocator(subs=(1, 2, 5), numticks=20))
    if max(x for lines in case.curves.values() for points in lines.values()
           for x, _ in points) > 1e6:
        axes.xaxis.set_major_locator(matplotlib.ticker.LogLocator(numticks=20))
    axes.xaxis.set_major_formatter(short)
    axes.xaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
    axes.yaxis.set_major_locator(matplotlib.ticker.LogLocator(numticks=20))
    axes.yaxis.set_minor_locator(matplotlib.ticker.LogLocator(subs=(2, 5), numticks=20))
    axes.yaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
    if UNITS.get(case.curves_unit) == "µs":
        axes.yaxis.set_major_formatter(time_text)
    else:
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g} {case.curves_unit}")
    axes.grid(which="major", color="#dddddd", linewidth=0.7)
    axes.grid(which="minor", axis="y", color="#f0f0f0", linewidth=0.5)
    axes.set_axisbelow(True)


def curves(case):
    """A panel for each metric, all with the same axes; a line for each subject."""
    metrics = {name: {subject: points for subject, points in lines.items() if points}
               for name, lines in case.curves.items() if any(lines.values())}
    if not metrics:
        return ""
    look = looks([subject.name for subject in case.subjects])
    wide = 2 if len(metrics) > 1 else 1
    high = -(-len(metrics) // wide)
    with plot.rc_context(STYLE):
        figure, panels = plot.subplots(high, wide, figsize=(6.6 * wide, 4.3 * high), sharex=True,
                                       sharey=True, squeeze=False)
        for axes, (metric, lines) in zip(panels.flat, metrics.items()):
            for name in reversed(look):
                if name in lines:
                    axes.plot(*zip(*lines[name]), **look[name])
            scale(axes, case)
            axes.set_title(metric)
            axes.tick_params(labelbottom=True, labelleft=True)
            axes.set_xlabel(case.curves_x)
        for axes in panels.flat[len(metrics):]:
            axes.set_visible(False)
        figure.subplots_adjust(wspace=0.75, hspace=0.28)
        figure.draw_without_rendering()  # only then all panels have the axes that they share
        for axes, lines in zip(panels.flat, metrics.values()):
            name_lines(axes, lines, look)
        return as_svg(figure)


def boxes(case):
    """The samples of the first compared metric: a box and all points for each."""
    measured = case.measured()[::-1]
    if not measured:
        return ""
    main = case.compared[0]
    samples = [subject.metrics[main][1] for subject in measured]
    look = looks([subject.name for subject in case.subjects])
    with plot.rc_context(STYLE):
        figure, axes = plot.subplots(figsize=(8, 0.6 + 0.42 * len(measured)))
        for height, (subject, values) in enumerate(zip(measured, samples), 1):
            colour = look[subject.name]["color"]
            axes.plot(values, [height] * len(values), "|", color=colour, alpha=0.45,
                      markersize=13)
            axes.boxplot([values], positions=[height], vert=False, showfliers=False, widths=0.4,
                         manage_ticks=False, boxprops={"color": colour},
                         whiskerprops={"color": colour}, capprops={"color": colour},
                         medianprops={"color": colour, "linewidth": 3})
        axes.set_yticks(range(1, len(measured) + 1), [subject.name for subject in measured])
        for label, subject in zip(axes.get_yticklabels(), measured):
            label.set_fontweight("bold" if is_ours(subject.name) else "normal")
        axes.set_ylim(0.4, len(measured) + 0.6)
        unit = measured[0].metrics[main][0]
        axes.set_xlabel(f"{main}, {UNITS.get(unit, unit)}" if unit else main)
        if all(value > 0 for values in samples for value in values):
            axes.set_xscale("log")
            axes.xaxis.set_major_locator(matplotlib.ticker.LogLocator(subs=(1, 2, 5)))
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
            axes.xaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
        axes.grid(axis="x", which="major", color="#dddddd", linewidth=0.7)
        axes.set_axisbelow(True)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        return as_svg(figure)


def draw(case):
    return curves(case) if case.curves else boxes(case)
