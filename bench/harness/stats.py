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


def median(samples):
    return float(numpy.median(samples))


def summarize(case, seed):
    """For each measured subject its medians, by metric, and the ratios of its medians, by metric
    and by each subject of case.against; all as (value, low, high)."""
    measured = case.measured()
    if not measured:
        return {}
    rounds = len(next(iter(measured[0].metrics.values()))[1])
    resampling = Resampling(rounds, seed)
    samples = {(subject.name, metric): values for subject in measured
               for metric, (_, values) in subject.metrics.items()}
    resampled = {key: resampling.medians(values) for key, values in samples.items()}

    def ratio(name, other, metric):
        value = median(samples[name, metric]) / median(samples[other, metric])
        return value, *interval(resampled[name, metric] / resampled[other, metric])

    return {subject.name: {
        "medians": {metric: (median(samples[subject.name, metric]),
                             *interval(resampled[subject.name, metric]))
                    for metric in subject.metrics},
        "ratios": {(metric, other.name): ratio(subject.name, other.name, metric)
                   for metric in case.compared
                   for other in measured if other.name in case.against}}
            for subject in measured}
