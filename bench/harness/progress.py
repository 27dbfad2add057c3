"""A line on a terminal that says what is measured, in which round, and how long the rest takes."""

import os
import sys
import time

from harness import running

BAR = 20
TRUSTED_S = 5  # so long what was foreseen counts more than what was seen


def time_of(seconds):
    """A time to wait, as people say it."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 90:
        return f"{round(seconds / 5) * 5} s"
    return f"{round(seconds / 60)} min"


class Progress:
    """Of all parts, whose `seconds` are how long each of them is foreseen to take; what they take
    here corrects that. step() also is where an interruption is looked for."""

    def __init__(self, parts, stream=sys.stderr):
        self.stream = stream
        self.is_shown = stream.isatty()
        self.begin_s = time.monotonic()
        self.all_s = sum(part.seconds for part in parts)
        self.past_s = 0  # of the parts that are done
        self.part = None
        self.done, self.of = 0, 1
        self.unit = "round"

    def begin(self, part):
        self.finish()
        self.part = part
        running.check()

    def finish(self):
        """The part is at its end."""
        if self.part:
            self.past_s += self.part.seconds
        self.part = None
        self.done, self.of = 0, 1

    def step(self, title, done, of, unit="round"):
        """`done` of `of` rounds are done; negative while warming up."""
        self.done, self.of, self.unit = max(done, 0), of, unit
        self.show(title + (f", {unit} {min(done + 1, of)} of {of}" if done >= 0 else
                           ", warming up"))
        running.check()

    def so_far(self):
        """How far the part is, for the report."""
        return f"{self.done} of {self.of} {self.unit}s"

    def left_s(self):
        foreseen = self.past_s + (self.part.seconds * self.done / self.of if self.part else 0)
        spent = time.monotonic() - self.begin_s
        return (self.all_s - foreseen) * (spent + TRUSTED_S) / (foreseen + TRUSTED_S)

    def show(self, text):
        if not self.is_shown:
            return
        left = self.left_s()
        full = round(BAR * (1 - left / (left + time.monotonic() - self.begin_s + 1e-9)))
        bar = "█" * full + "░" * (BAR - full)
        line = f"{bar} {text}, {time_of(left)} left"
        try:
            width = os.get_terminal_size(self.stream.fileno()).columns or 80
        except OSError:
            width = 80
        print(f"\r\x1b[K{line[:max(width - 1, 20)]}", end="", file=self.stream, flush=True)

    def clear(self):
        if self.is_shown:
            print("\r\x1b[K", end="", file=self.stream, flush=True)
