"""What a sweep measures of each lane at each point, as numbers with 95 % intervals."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ...descent.verdict.kinds import VerdictKind
from ...surface.points import Array, Mask
from ..statistics.fates import fates, otherwise
from ..statistics.intervals import UNKNOWN, Estimate, mean, wilson
from ..work.ensemble import NEVER, VERDICTS
from .sweep import Minimum, Result

DEFAULT = "global"

Names = Sequence[int | None]
"""For each minimum of the scene as it is, which of a point's own minima it has become; None: it is gone."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number that follows from what became of many seeds."""

    label: str
    """What it is, for people."""
    percent: bool
    """Whether it is a share of the seeds."""
    estimate: Callable[[Result, Names], Estimate]


LOST = (VerdictKind.DIVERGED, VerdictKind.FAILED)
"""Verdicts after which a marble's last loss says nothing of where it belongs."""


def measures(minima: int) -> dict[str, Measure]:
    """All measures, by name, for a scene with so many minima.

    `escaped`, `not-escaped-yet` and `ended-otherwise` add up to one. `escape` is unknown where fewer than half of all
    seeds have escaped. Losses are means over the seeds that did not diverge. Minima are numbered as in the scene
    before it is changed, and followed from there; `global` means the one that is the lowest known at each point.
    """
    return {
        DEFAULT: Measure("share of seeds that end in the basin of the lowest known minimum", True, _in_global_basin),
        **{
            f"minimum-{place + 1}": Measure(
                f"share of seeds that end in the basin of minimum {place + 1}", True, _in_basin(place)
            )
            for place in range(minima)
        },
        "escaped": Measure("share of seeds that escape", True, _escaped),
        "not-escaped-yet": Measure("share of seeds that go on without having escaped yet", True, _waiting),
        "ended-otherwise": Measure("share of seeds that diverge or leave the surface before any escape", True, _ended),
        "escape": Measure("median update of the first escape", False, _escape),
        "train-loss": Measure("mean final training loss", False, _mean(lambda result: result.outcomes.losses)),
        "test-loss": Measure("mean final test loss", False, _mean(lambda result: result.outcomes.test_losses)),
        "gap": Measure("mean final test loss minus training loss", False, _mean(_gaps)),
        **{
            kind.code: Measure(f"share of seeds that end {kind.value}", True, _verdict(place))
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


def _share(which: Mask) -> Estimate:
    return wilson(int(np.count_nonzero(which)), len(which)).estimate


def _in_global_basin(result: Result, _names: Names) -> Estimate:
    basins = result.outcomes.basins
    return _share((basins >= 0) & (basins < result.lowest)) if result.minima else UNKNOWN


def _in_basin(place: int) -> Callable[[Result, Names], Estimate]:
    def estimate(result: Result, names: Names) -> Estimate:
        there = names[place]
        return UNKNOWN if there is None else _share(result.outcomes.basins == there)

    return estimate


def _escaped(result: Result, _names: Names) -> Estimate:
    return _share(result.outcomes.escapes != NEVER)


def _waiting(result: Result, _names: Names) -> Estimate:
    found = result.outcomes
    return _share((found.escapes == NEVER) & (found.ends == NEVER))


def _ended(result: Result, _names: Names) -> Estimate:
    return _share(otherwise(result.outcomes.escapes, result.outcomes.ends))


def _escape(result: Result, _names: Names) -> Estimate:
    found = result.outcomes
    half = fates(found.escapes, found.ends, int(found.updates.max())).quantile(0.5)
    return UNKNOWN if half is None else Estimate(half.update, half.low, math.inf if half.high is None else half.high)


def _mean(values: Callable[[Result], Array]) -> Callable[[Result, Names], Estimate]:
    def estimate(result: Result, _names: Names) -> Estimate:
        found = values(result)
        stayed = ~np.isin(result.outcomes.verdicts, [VERDICTS.index(kind) for kind in LOST])
        return mean(found[stayed & np.isfinite(found)])

    return estimate


def _gaps(result: Result) -> Array:
    with np.errstate(invalid="ignore"):
        return np.asarray(result.outcomes.test_losses - result.outcomes.losses)


def _verdict(place: int) -> Callable[[Result, Names], Estimate]:
    return lambda result, _names: _share(result.outcomes.verdicts == place)
