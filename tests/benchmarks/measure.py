"""How things are measured: by turns, several times, and compared by their medians."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median


def by_turns(subjects: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Measure every subject once in each round, and return each one's median.

    What slows the machine down for a while slows all of them down. The order turns, too: nobody always comes first.
    """
    found: dict[str, list[float]] = {name: [] for name in subjects}
    names = list(subjects)
    for turn in range(rounds):
        for position in range(len(names)):
            name = names[(turn + position) % len(names)]
            found[name].append(subjects[name]())
    return {name: median(values) for name, values in found.items()}


class Stopwatch:
    """Seconds since its `with` block began; they stop at its end."""

    seconds = 0.0


@contextmanager
def stopwatch() -> Iterator[Stopwatch]:
    """Time the block."""
    watch = Stopwatch()
    start = time.perf_counter()
    yield watch
    watch.seconds = time.perf_counter() - start
