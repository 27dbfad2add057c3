"""What every suite of bench/run shares: series of samples, interleaved rounds, intervals, reports.

A suite is a folder bench/<suite>/ with a suite.py that has TITLE, ABOUT (how it measures, a
paragraph) and measure(settings), which gives a list of Case."""

import dataclasses
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Cannot(Exception):
    """The benchmark could not do its work; the text says why in one sentence."""


@dataclasses.dataclass(frozen=True)
class Settings:
    programs: pathlib.Path  # the folder of the built programs; helpers are in ../bench
    samples: int
    seed: int               # of the order within rounds, and of the resampling
    progress: object        # a function of one line of text

    @property
    def helpers(self):
        return self.programs.parent / "bench"


@dataclasses.dataclass
class Subject:
    name: str
    version: str = ""
    state: str = "measured"  # or failed, missing
    reason: str = ""         # for those two
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

    def measured(self):
        return [subject for subject in self.subjects if subject.is_measured()]
