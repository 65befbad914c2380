"""What is counted of the seeds of a lane, of which none is kept: all that the odds follow from.

Whatever is counted are whole numbers, sums without rounding among them. So neither the order in which outcomes come nor
how seeds are cut into blocks makes a difference, and it takes no more memory for a million seeds than for a thousand:
as much as there are updates at which something happened.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np

from ...descent.examples.chance import Indices
from ...descent.problem import APART, Problem
from ...descent.verdict.judge import STAYING
from ...descent.verdict.kinds import VerdictKind
from ...scene import Scene
from ...surface.basins import NO_BASIN, Labels
from ...surface.points import Array, Mask
from ..statistics.fates import Times, otherwise
from ..statistics.paired import Fourfold, fourfold
from ..statistics.sums import Moments, moments
from ..work.ensemble import NEVER, VERDICTS, Outcomes, alike
from .ends import PLACELESS, places

FAILED = VERDICTS.index(VerdictKind.FAILED)
FIRST = 1 << 60  # A seed after all others.

Cell = tuple[float, float]
"""Where on a grid so fine that two points in the same square are the same minimum."""


class LaneCounts:
    """What is known of one lane; it grows as outcomes come."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.seeds = 0
        """How many have been counted."""
        self.verdicts: Indices = np.zeros(len(VERDICTS), dtype=np.intp)
        """How many have each of VERDICTS at last."""
        self.basins: Indices = np.zeros(len(problem.minima) + 1, dtype=np.intp)
        """How many are at last in the basin of each minimum of the problem, and, as the last entry, in none."""
        self.places: Indices = np.zeros(len(problem.minima) + len(PLACELESS), dtype=np.intp)
        """How many are at each of the places of `ends.places`."""
        self.undecided = 0
        """How many were perhaps about to escape at the limit."""
        self.losses, self.test_losses, self.gaps = Moments(), Moments(), Moments()
        """Sums of those that are finite: training and test losses at last, and the one less the other."""
        self.failed = 0
        """How often the rule failed."""
        self.first_failure = FIRST, 0
        """The first seed with which it did, and how many updates that one made before."""
        self.first: tuple[int, tuple[float, ...]] = FIRST, ()
        """The first seed, and where its marble is at last."""
        self._escapes: Counter[int] = Counter()
        self._endings: Counter[int] = Counter()
        self._beyond: dict[Cell, tuple[int, Cell, int]] = {}

    @property
    def escapes(self) -> Times:
        """When seeds left a basin or a saddle first."""
        return _times(self._escapes)

    @property
    def endings(self) -> Times:
        """When those ended that had not escaped before."""
        return _times(self._endings)

    @property
    def beyond(self) -> list[tuple[int, Cell, int]]:
        """Each minimum that the problem does not know and marbles are at: the first of their seeds, where, how many."""
        return sorted(self._beyond.values())

    def add(self, found: Outcomes, times: int = 1) -> None:
        """Count these seeds, each so many times."""
        self.seeds += times * len(found.seeds)
        self.verdicts = self.verdicts + times * np.bincount(found.verdicts, minlength=len(self.verdicts))
        self.basins = self.basins + times * np.roll(np.bincount(found.basins + 1, minlength=len(self.basins)), -1)
        where = places(found, len(self._problem.minima))
        self.places = self.places + times * np.bincount(where, minlength=len(self.places))
        self.undecided += times * int(np.count_nonzero(found.undecided))
        with np.errstate(invalid="ignore", over="ignore"):
            gaps = found.test_losses - found.losses
        self.losses += moments(found.losses[~found.over]) * times
        self.test_losses += moments(found.test_losses[~found.over]) * times
        self.gaps += moments(gaps[~found.over]) * times
        _count(self._escapes, found.escapes[found.escapes != NEVER], times)
        _count(self._endings, found.ends[otherwise(found.escapes, found.ends)], times)
        self._see_first(found, times)
        self.look_beyond(found, times)

    def _see_first(self, found: Outcomes, times: int) -> None:
        failed = np.flatnonzero(found.verdicts == FAILED)
        self.failed += times * len(failed)
        for place in failed[:1].tolist():
            self.first_failure = min(self.first_failure, (int(found.seeds[place]), int(found.updates[place])))
        for seed, theta in zip(found.seeds[:1].tolist(), found.theta[:1].tolist(), strict=True):
            if seed < self.first[0]:
                self.first = seed, tuple(theta)

    def look_beyond(self, found: Outcomes, times: int = 1) -> None:
        """Count those that have come to stay at minima that the problem does not know, and nothing else."""
        lost = lost_of(found)
        if not lost.any():
            return
        seeds, ends = found.seeds[lost], self._problem.beyond(found.theta[lost])
        there = np.isfinite(ends).all(axis=-1)
        cells = np.round(ends[there] / (APART * self._problem.window.diagonal)) + 0.0  # Without a negative zero.
        for seed, end, cell in zip(seeds[there].tolist(), ends[there].tolist(), cells.tolist(), strict=True):
            first, where, count = self._beyond.get((cell[0], cell[1]), (FIRST, (0.0, 0.0), 0))
            first, where = min((first, where), (seed, (end[0], end[1])))
            self._beyond[cell[0], cell[1]] = first, where, count + times


def _count(counter: "Counter[int]", updates: Indices, times: int) -> None:
    for update, count in zip(*(part.tolist() for part in np.unique(updates, return_counts=True)), strict=True):
        counter[update] += times * count


def _times(counter: "Counter[int]") -> Times:
    updates = sorted(counter)
    counts = [counter[update] for update in updates]
    return Times(np.array(updates, dtype=np.intp), np.array(counts, dtype=np.intp))


def lost_of(found: Outcomes) -> Mask:
    """Which marbles have come to stay where no minimum is known, (M,)."""
    return np.asarray(STAYING[found.verdicts] & (found.basins == NO_BASIN))


def counted(scene: Scene, outcomes: Iterable[Outcomes]) -> tuple[LaneCounts, ...]:
    """What is known of the lanes of a scene if these are the outcomes of each."""
    lanes = []
    for found in outcomes:
        lanes.append(LaneCounts(scene.problem()))
        lanes[-1].add(found)
    return tuple(lanes)


# Minima that marbles have found.


def knowing(problem: Problem, lanes: Sequence[LaneCounts]) -> Problem:
    """The problem with the minima that marbles of these lanes have found, behind those that it knows."""
    ends = [end for lane in lanes for _, end, _ in lane.beyond]
    return problem.knowing(np.array(ends)) if ends else problem


def labels(problem: Problem, known: Problem, ends: Array) -> Labels:
    """Which of the minima that only `known` has are at these places (n, 2) beyond the others; NO_BASIN: none."""
    found = known.basins.labels(ends)
    fresh: Labels = np.where(found < len(problem.minima), NO_BASIN, found)
    return fresh


def all_basins(problem: Problem, known: Problem, lane: LaneCounts) -> Indices:
    """How many are at last in the basin of each minimum of `known`, and, as the last entry, in none."""
    none = int(lane.basins[-1])
    counts = np.zeros(len(known.minima) + 1, dtype=np.intp)
    counts[: len(problem.minima)] = lane.basins[:-1]
    beyond = lane.beyond
    if beyond:
        found = labels(problem, known, np.array([end for _, end, _ in beyond]))
        for label, (_, _, count) in zip(found.tolist(), beyond, strict=True):
            if label != NO_BASIN:
                counts[label] += count
                none -= count
    counts[-1] = none
    return counts


def named_basins(problem: Problem, known: Problem, found: Outcomes) -> Labels:
    """The basins of outcomes, with those of the minima that only `known` has, (M,)."""
    basins, lost = found.basins.copy(), np.flatnonzero(lost_of(found))
    if len(lost) and len(known.minima) > len(problem.minima):
        ends = problem.beyond(found.theta[lost])
        there = np.isfinite(ends).all(axis=-1)
        if there.any():
            basins[lost[there]] = labels(problem, known, ends[there])
    return basins


# Lanes seed by seed.


class PairCounts:
    """What is known of two lanes that ran with the same seeds; it grows as outcomes come."""

    def __init__(self) -> None:
        self.escaped = Fourfold(0, 0, 0, 0)
        """With how many seeds both have escaped, or one, or none."""
        self.differences = Moments()
        """Moments of the differences of losses at last, over seeds with which both losses and these are finite."""
        self.finite = 0
        """How many have both losses finite."""

    def add(self, one: Outcomes, other: Outcomes, times: int = 1) -> None:
        """Count these seeds, each so many times; each difference is the first one's less the other's."""
        table = fourfold(one.escapes != NEVER, other.escapes != NEVER)
        finite = np.isfinite(one.losses) & np.isfinite(other.losses) & ~one.over & ~other.over
        with np.errstate(over="ignore"):
            differences = one.losses[finite] - other.losses[finite]
        self.escaped += table * times
        self.differences += moments(differences) * times
        self.finite += times * len(differences)


class SceneCounts:
    """What is known of all lanes of a scene, and of its own lanes two by two, with so many seeds of each.

    Lanes whose seeds are bound to be alike need but one.
    """

    def __init__(self, scene: Scene, seeds: int, own: int) -> None:
        self._seeds = seeds
        self._own = own
        self.lanes = tuple(LaneCounts(scene.problem()) for _ in scene.lanes)
        self.pairs = {places: PairCounts() for places in combinations(range(own), 2)}
        """By the places of the earlier and the later lane; the differences are the later one's less the earlier's."""
        self._certain = {place for place, lane in enumerate(scene.lanes) if not lane.chance(scene.examples.count)}
        self._alike: dict[int, Outcomes] = {}
        self._waiting: dict[int, dict[int, Outcomes]] = {}

    def add(self, lane: int, found: Outcomes) -> None:
        """Count a block of seeds, the same for all lanes in which chance is, in whatever order they come."""
        if lane in self._certain:
            self._alike[lane] = found
            self.lanes[lane].add(found, self._seeds)
        else:
            self.lanes[lane].add(found)
        if lane >= self._own:
            return
        if lane not in self._certain:
            self._waiting.setdefault(int(found.seeds[0]), {})[lane] = found
        self._pair()

    def _pair(self) -> None:
        """Count the pairs of all blocks that are there of every lane, and let go of them."""
        certain = self._certain.intersection(range(self._own))
        if not certain <= self._alike.keys():
            return
        if len(certain) == self._own:
            self._count_pairs(self._alike, self._seeds)
            return
        for first in [first for first, lanes in self._waiting.items() if len(lanes) + len(certain) == self._own]:
            lanes = self._waiting.pop(first)
            seeds = next(iter(lanes.values())).seeds
            self._count_pairs({**lanes, **{place: alike(self._alike[place], seeds) for place in certain}}, 1)

    def _count_pairs(self, found: Mapping[int, Outcomes], times: int) -> None:
        for (earlier, later), pair in self.pairs.items():
            pair.add(found[later], found[earlier], times)
