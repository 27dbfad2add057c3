"""Interleaved rounds: in each round every subject is measured once, in an order that is drawn anew,
so that whatever disturbs the machine disturbs all alike."""

import dataclasses
import random

from harness import Cannot, running

SECONDS_MAX = 30
GRACE_S = 3  # a command that is killed leaves what nobody knows of
WARM_UP = 5
# What bench/timer.c prints, with the factor that makes the unit.
TIMED = (("wall", "ms", 1e-6), ("cpu", "ms", 1e-3), ("peak memory", "MiB", 1 / 1024))
TIMES = tuple((name, unit) for name, unit, _ in TIMED)


def time_once(timer, command, environment):
    """Run a command once; (values in the order of TIMES, None), or (None, why it failed)."""
    done = running.run([*timer, *command], SECONDS_MAX, environment, grace_s=GRACE_S)
    if done.status is None:
        return None, f"took longer than {SECONDS_MAX} seconds"
    words = done.out.split()
    if done.status != 0 or len(words) != 5:
        raise Cannot(f"{timer[-1]} failed: {done.reason()}")
    left, status = int(words[3]), int(words[4])
    if status != 0:
        return None, done.errors.strip().partition("\n")[0] or f"exit status {status}"
    if left:
        return None, f"left {left} processes behind"
    return [int(word) * factor for word, (_, _, factor) in zip(words, TIMED)], None


@dataclasses.dataclass
class Contender:
    """What is measured at once, which may be of several subjects: `run(number)` gives ({key: its
    values}, None), or (None, why it failed); the number is that of the round, negative while
    warming up."""
    subjects: dict  # key -> Subject
    run: object

    def is_measured(self):
        return all(subject.is_measured() for subject in self.subjects.values())

    def fail(self, reason):
        for subject in self.subjects.values():
            subject.set_aside("failed", reason)


def one(subject, run):
    """A contender of one subject, whose run(number) gives (its values, None) or (None, why)."""
    def run_one(number):
        values, failure = run(number)
        return {"": values}, failure
    return Contender({"": subject}, run_one)


def interleave(settings, title, contenders, metrics, count, warm_up=0):
    """Measures all contenders `count` times. In the end, also where that is an interruption, each
    subject has the values of the rounds that were whole; `metrics`: (name, unit) of each value."""
    order = random.Random(settings.seed)
    taken = {id(each): [] for each in contenders}
    try:
        for number in range(-warm_up, count):
            settings.progress.step(title, number, count)
            there = [each for each in contenders if each.is_measured()]
            order.shuffle(there)
            for each in there:
                running.check()
                values, failure = each.run(number)
                if failure:
                    each.fail(failure)
                elif number >= 0:
                    taken[id(each)].append(values)
    finally:
        fill(contenders, taken, metrics)


def fill(contenders, taken, metrics):
    there = [each for each in contenders if each.is_measured()]
    whole = min((len(taken[id(each)]) for each in there), default=0)
    for each in there if whole else ():
        for key, subject in each.subjects.items():
            columns = zip(*(values[key] for values in taken[id(each)][:whole]))
            subject.metrics = {name: (unit, [round(value, 6) for value in column])
                               for (name, unit), column in zip(metrics, columns)}
