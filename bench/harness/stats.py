"""Medians and their ratios, with 95% intervals from bootstrap resampling.

Rounds are resampled, not samples: all subjects of a round stay together, as they were disturbed
together."""

import numpy

RESAMPLES = 4000


class Resampling:
    def __init__(self, rounds, seed):
        draw = numpy.random.default_rng(seed)
        self.rows = draw.integers(0, rounds, (RESAMPLES, rounds))

    def medians(self, samples):
        return numpy.median(numpy.asarray(samples)[self.rows], axis=1)


def interval(values):
    low, high = numpy.percentile(values, (2.5, 97.5))
    return float(low), float(high)


def summarize(case, seed):
    """For each measured subject: its medians, and the ratio of its main metric to each of
    case.against, all as (value, low, high)."""
    measured = [subject for subject in case.subjects if subject.is_measured()]
    if not measured:
        return {}
    resampling = Resampling(len(measured[0].metrics[case.main][1]), seed)
    main = {subject.name: resampling.medians(subject.metrics[case.main][1])
            for subject in measured}
    summary = {}
    for subject in measured:
        medians = {name: (float(numpy.median(samples)), *interval(resampling.medians(samples)))
                   for name, (_, samples) in subject.metrics.items()}
        ratios = {}
        for other in case.against:
            if other in main:
                value = medians[case.main][0] / numpy.median(case.find(other).metrics[case.main][1])
                ratios[other] = (float(value), *interval(main[subject.name] / main[other]))
        summary[subject.name] = {"medians": medians, "ratios": ratios}
    return summary
