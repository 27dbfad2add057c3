"""Commands measured in interleaved rounds: in each round every command runs once, in an order that
is drawn anew, so that whatever disturbs the machine disturbs all alike."""

import random
import subprocess
import tempfile

from harness import Cannot

SECONDS_MAX = 30
WARM_UP = 5
# What bench/timer.c prints, with the factor that makes the unit.
METRICS = (("wall", "ms", 1e-6), ("cpu", "ms", 1e-3), ("peak memory", "MiB", 1 / 1024))


def time_once(timer, command, environment):
    """Run a command once; (values in the order of METRICS, None), or (None, why it failed)."""
    with tempfile.TemporaryFile() as errors:
        try:
            done = subprocess.run([*timer, *command], stdin=subprocess.DEVNULL, env=environment,
                                  stdout=subprocess.PIPE, stderr=errors, check=False,
                                  timeout=SECONDS_MAX)
        except subprocess.TimeoutExpired:
            return None, f"took longer than {SECONDS_MAX} seconds"
        errors.seek(0)
        said = errors.read(4096).decode("utf-8", "replace").strip().splitlines()
    words = done.stdout.split()
    if done.returncode != 0 or len(words) != 5:
        raise Cannot(f"{timer[-1]} failed: {said[0] if said else f'status {done.returncode}'}")
    left, status = int(words[3]), int(words[4])
    if status != 0:
        return None, said[0] if said else f"exit status {status}"
    if left:
        return None, f"left {left} processes behind"
    return [int(word) * factor for word, (_, _, factor) in zip(words, METRICS)], None


def measure(settings, title, contenders):
    """Fill the subjects of `contenders`, each a (subject, run), where run() runs it once and gives
    what time_once() gives."""
    order = random.Random(settings.seed)
    taken = {subject.name: [] for subject, _ in contenders}
    for number in range(-WARM_UP, settings.samples):
        running = [(subject, run) for subject, run in contenders if subject.is_measured()]
        order.shuffle(running)
        for subject, run in running:
            values, failure = run()
            if failure:
                subject.set_aside("failed", failure)
            elif number >= 0:
                taken[subject.name].append(values)
        settings.progress(f"{title}: " + (f"round {number + 1} of {settings.samples}"
                                          if number >= 0 else "warming up"))
    for subject, _ in contenders:
        if subject.is_measured():
            columns = list(zip(*taken[subject.name]))
            subject.metrics = {name: (unit, [round(value, 6) for value in column])
                               for (name, unit, _), column in zip(METRICS, columns)}
