"""What every suite of bench/run shares: series of samples, interleaved rounds, intervals, reports.

A suite is a folder bench/<suite>/ with a suite.py that has TITLE, ABOUT (how it measures, a
paragraph) and parts(settings, stack), which gives a list of Part and starts nothing yet; what
several parts need is entered in the stack, which is closed after the last of them."""

import dataclasses
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Cannot(Exception):
    """The benchmark could not do its work; the text says why in one sentence."""


@dataclasses.dataclass
class Settings:
    programs: pathlib.Path  # the folder of the built programs; helpers are in ../bench
    samples: int
    seed: int               # of the order within rounds, and of the resampling
    progress: object = None

    @property
    def helpers(self):
        return self.programs.parent / "bench"


@dataclasses.dataclass
class Part:
    """What is measured in one go: `measure(take)` measures the cases, each of which it gives to
    take(case) as soon as there is one, before it is measured."""
    cases: tuple  # their names
    seconds: float  # how long that takes on some machine, for the time that is left
    measure: object


@dataclasses.dataclass
class Subject:
    name: str
    version: str = ""
    state: str = "measured"  # or failed, missing, interrupted
    reason: str = ""         # for those
    metrics: dict = dataclasses.field(default_factory=dict)  # name -> (unit, one value a round)

    def is_measured(self):
        return self.state == "measured"

    def set_aside(self, state, reason):
        """A subject that fails has no samples at all: it is never fast."""
        self.state = state
        self.reason = reason
        self.metrics = {}


@dataclasses.dataclass
class Case:
    name: str
    about: str
    compared: tuple  # the metrics that ratios are made of; the first is drawn as well
    against: tuple   # the subjects that ratios are made to: the floor first
    subjects: list
    curves: dict = dataclasses.field(default_factory=dict)  # metric -> subject -> [(x, value)]
    curves_x: str = ""  # what x is
    curves_unit: str = ""
    interrupted: str = ""  # how far it was, where it was interrupted

    def measured(self):
        return [subject for subject in self.subjects if subject.is_measured()]

    def interrupt(self, so_far):
        """It ends here; what has samples keeps them."""
        self.interrupted = f"interrupted after {so_far}"
        for subject in self.measured():
            if not subject.metrics:
                subject.set_aside("interrupted", self.interrupted)
