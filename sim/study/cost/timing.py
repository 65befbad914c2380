"""How long things take on this computer, one beside the other."""

import math
from collections.abc import Callable, Generator, Sequence

Clock = Callable[[], float]
"""Tells the time in seconds."""
Action = Callable[[], object]

FEWEST = 5  # Rounds that are measured, however long they take.
MOST = 101  # Rounds after which it ends, however short they are.
SHORTEST = 2e-4  # Seconds that are measured in one go, so that the clock's own reading is lost in them.


def timed(actions: Sequence[Action], clock: Clock, budget: float) -> Generator[float, None, list[list[float]]]:
    """How long each of the actions takes, in seconds, once a round; yields the share of the budget that is spent.

    They take turns, since a computer's speed changes from second to second, and every other round runs
    backwards. Each is tried out before. Very short ones are repeated within a round, and their mean is taken.
    """
    repeats = []
    for action in actions:
        action()
        began = clock()
        action()
        repeats.append(max(1, math.ceil(SHORTEST / max(clock() - began, 1e-9))))
    samples: list[list[float]] = [[] for _ in actions]
    began = clock()
    for turn in range(MOST):
        spent = (clock() - began) / budget
        if turn >= FEWEST and spent >= 1:
            break
        yield min(1.0, max(spent, turn / MOST))
        for index in range(len(actions))[:: -1 if turn % 2 else 1]:
            action, times = actions[index], repeats[index]
            first = clock()
            for _ in range(times):
                action()
            samples[index].append((clock() - first) / times)
    return samples
