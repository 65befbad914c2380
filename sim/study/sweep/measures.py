"""What a sweep measures of each lane at each point, as numbers with 95 % intervals."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ...surface.points import Array, Mask
from ..statistics.fates import fates, otherwise
from ..statistics.intervals import UNKNOWN, Estimate, mean, wilson
from ..work.ensemble import NEVER, VERDICTS
from .sweep import Minimum, Result

DEFAULT = "global"

Names = Sequence[int | None]
"""For each minimum of the scene as it is, which of a point's own minima it has become; None: it is gone."""

Each: TypeAlias = Callable[[Result, Names], Array | Mask | None]
"""What a measure is made of, one a seed (n,), a NaN where a seed does not count; None: nothing is known."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that follows from what became of many seeds."""

    label: str
    """What it is, for people."""
    percent: bool
    """Whether it is a share of the seeds."""
    estimate: Callable[[Result, Names], Estimate]
    each: Each | None
    """What the measure is the share or the mean of; None: it is something else."""


def measures(minima: int) -> dict[str, Measure]:
    """All measures, by name, for a scene with so many minima.

    `escaped`, `not-escaped-yet` and `ended-otherwise` add up to one. `escape` is unknown where fewer than half of all
    seeds have escaped. Losses are means over the seeds that did not diverge, leave the surface or fail. Minima are
    numbered as in the scene before it is changed, and followed from there; `global` means the one that is the lowest
    known at each point.
    """
    return {
        DEFAULT: _share("share of seeds that end in the basin of the lowest known minimum", _in_global_basin),
        **{
            f"minimum-{place + 1}": _share(
                f"share of seeds that end in the basin of minimum {place + 1}", _in_basin(place)
            )
            for place in range(minima)
        },
        "escaped": _share("share of seeds that escape", _escaped),
        "not-escaped-yet": _share("share of seeds that go on without having escaped yet", _waiting),
        "ended-otherwise": _share("share of seeds that diverge, leave the surface or fail before any escape", _ended),
        "escape": Measure("median update of the first escape", False, _escape, None),
        "train-loss": _mean("mean final training loss", lambda result: result.outcomes.losses),
        "test-loss": _mean("mean final test loss", lambda result: result.outcomes.test_losses),
        "gap": _mean("mean final test loss minus training loss", _gaps),
        **{
            kind.code: _share(f"share of seeds that end {kind.words}", _verdict(place))
            for place, kind in enumerate(VERDICTS)
        },
    }


def names_of(known: Sequence[Minimum], here: Sequence[Minimum]) -> tuple[int | None, ...]:
    """Which of the minima here each of the known ones has become: the one for which both are each other's nearest."""
    if not known or not here:
        return (None,) * len(known)
    places = [np.array([(minimum.x, minimum.y) for minimum in minima]) for minima in (known, here)]
    distances = np.linalg.norm(places[0][:, None] - places[1], axis=-1)
    nearest, back = distances.argmin(axis=1).tolist(), distances.argmin(axis=0).tolist()
    return tuple(there if back[there] == place else None for place, there in enumerate(nearest))


def estimates(result: Result, names: Names, certain: bool) -> dict[str, Estimate]:
    """Every measure of a result; without an interval where no chance is in it."""
    found = {name: measure.estimate(result, names) for name, measure in measures(len(names)).items()}
    if not certain:
        return found
    return {name: Estimate(each.value, each.value, each.value) for name, each in found.items()}


def _share(label: str, which: Callable[[Result, Names], Mask | None]) -> Measure:
    """The share of the seeds of which something is true."""

    def estimate(result: Result, names: Names) -> Estimate:
        found = which(result, names)
        return UNKNOWN if found is None else wilson(int(np.count_nonzero(found)), len(found)).estimate

    return Measure(label, True, estimate, which)


def _mean(label: str, values: Callable[[Result], Array]) -> Measure:
    """The mean over the seeds that did not get lost and have a finite value."""

    def each(result: Result, _names: Names) -> Array:
        found = values(result)
        return np.where(result.outcomes.over | ~np.isfinite(found), np.nan, found)

    def estimate(result: Result, names: Names) -> Estimate:
        found = each(result, names)
        return mean(found[np.isfinite(found)])

    return Measure(label, False, estimate, each)


def _in_global_basin(result: Result, _names: Names) -> Mask | None:
    basins = result.outcomes.basins
    return (basins >= 0) & (basins < result.lowest) if result.minima else None


def _in_basin(place: int) -> Callable[[Result, Names], Mask | None]:
    def which(result: Result, names: Names) -> Mask | None:
        there = names[place]
        return None if there is None else np.asarray(result.outcomes.basins == there)

    return which


def _escaped(result: Result, _names: Names) -> Mask:
    return np.asarray(result.outcomes.escapes != NEVER)


def _waiting(result: Result, _names: Names) -> Mask:
    found = result.outcomes
    return np.asarray((found.escapes == NEVER) & (found.ends == NEVER))


def _ended(result: Result, _names: Names) -> Mask:
    return otherwise(result.outcomes.escapes, result.outcomes.ends)


def _escape(result: Result, _names: Names) -> Estimate:
    found = result.outcomes
    half = fates(found.escapes, found.ends, int(found.updates.max())).quantile(0.5)
    return UNKNOWN if half is None else Estimate(half.update, half.low, math.inf if half.high is None else half.high)


def _gaps(result: Result) -> Array:
    with np.errstate(invalid="ignore"):
        return np.asarray(result.outcomes.test_losses - result.outcomes.losses)


def _verdict(place: int) -> Callable[[Result, Names], Mask]:
    return lambda result, _names: np.asarray(result.outcomes.verdicts == place)
