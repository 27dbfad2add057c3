"""The parts of fuzz/campaign: what there is to run, how each engine is run, and what came of it."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Cannot(Exception):
    """The campaign could not do its work; the text says why in one sentence."""


def short(path):
    """A path as a user at the top of the tree would type it."""
    path = pathlib.Path(path)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else os.fspath(path)
