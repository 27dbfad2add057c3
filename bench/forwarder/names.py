"""What the cache costs with many names: the cache alone, in a process without sockets, with a floor
that reads as much memory."""

import json
import statistics

from harness import Case, Part, Subject, rounds, running

NAMES = (1000, 10000, 100000, 1000000, 10000000)
LIMIT_S = 120
ROUNDS = 5
ROUNDS_LARGE = 3
FLOOR = "floor (one look at memory)"
SUBJECTS = {"find": "cupel-dns: find", "insert": "cupel-dns: insert",
            "insert, full": "cupel-dns: insert, full", "floor": FLOOR}
BY_NAMES = "cache by names"


class Names:
    """The cases of all numbers of names, and how they go together."""

    def __init__(self, settings, is_small):
        self.settings = settings
        self.is_small = is_small
        self.numbers = NAMES[:1] if is_small else NAMES
        self.measured = {}  # number of names -> key -> Subject

    @staticmethod
    def title(number):
        return f"cache of {number:,} names"

    def count(self, number):
        return 2 if self.is_small else ROUNDS_LARGE if number > 1000000 else ROUNDS

    def once(self, number):
        done = running.run([str(self.settings.helpers / "forwarder_cache"), str(number)], LIMIT_S)
        if done.status != 0:
            return None, done.reason()
        said = json.loads(done.out)
        return {key: [said[key]] for key in SUBJECTS}, None

    def measure(self, number, take):
        subjects = {key: Subject(name) for key, name in SUBJECTS.items()}
        take(Case(name=self.title(number), about="in the process, without sockets; each name is "
                  "found once, in another order than that in which they came",
                  compared=("cpu",), against=(FLOOR, SUBJECTS["insert"]),
                  subjects=list(subjects.values())))
        rounds.interleave(self.settings, self.title(number),
                          [rounds.Contender(subjects, lambda _number: self.once(number))],
                          (("cpu", "ns"),), self.count(number))
        self.measured[number] = subjects

    def measure_all(self, take):
        """What was not measured before is measured now; then the curves over all numbers."""
        for number in self.numbers:
            if number not in self.measured:
                self.measure(number, lambda case: None)
        lines, subjects = {}, []
        for key, name in SUBJECTS.items():
            of_number = [(number, of[key]) for number, of in sorted(self.measured.items())
                         if of[key].is_measured()]
            lines[name] = [(number, statistics.median(one.metrics["cpu"][1]))
                           for number, one in of_number]
            subject = Subject(name)
            if of_number:
                growth = round(lines[name][-1][1] / lines[name][0][1], 3)
                subject.metrics = {"most / fewest names": ("", [growth] * 2)}
            else:
                subject.set_aside("failed", "no number of names could be measured")
            subjects.append(subject)
        take(Case(name=BY_NAMES, about=f"from {self.numbers[0]:,} to {self.numbers[-1]:,} names",
                  compared=("most / fewest names",), against=(FLOOR,), subjects=subjects,
                  curves={"cpu": lines}, curves_x="names", curves_unit="ns"))

    def parts(self):
        for number in self.numbers:
            yield Part((self.title(number),), 0.5 + self.count(number) * number * 4e-6,
                       lambda take, number=number: self.measure(number, take))
        yield Part((BY_NAMES,), 0.5, self.measure_all)


def parts(settings, is_small):
    return Names(settings, is_small).parts()
