"""The search: successive halving over a grid, then finer around the best; and the best once more, on fresh seeds.

All candidates of a lane begin with few seeds; the better half goes on to twice as many, and so on, until few are left
with all of them (successive halving, as Jamieson & Talwalkar 2016, "Non-stochastic best arm identification and
hyperparameter optimization", do with an optimizer's iterations: here it is seeds that a candidate has to earn).
Where the best learning rate lies at an end of the grid, the grid grows that way; where none is better than the start,
to smaller ones if even with the smallest a run ends above it, and to larger ones if with the largest none does.
Around the best of the coarse grid a finer one is looked at with all seeds. Every candidate runs with the same seeds.

The best of many looks better than it is on the seeds that chose it. So what is told of it, of the lane as the scene
has it, and of the whole curve around it comes from other seeds that had no part in the choice.

What is wanted next follows from the results that are there: whoever computes them, and in how many goes, makes no
difference.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, TypeAlias, overload

import numpy as np

from ...base.limits import MOST_UPDATES
from ...descent.clock import MACHINE_TIME
from ...descent.verdict.kinds import VerdictKind
from ...scene import Scene
from ...surface.points import Array, Mask
from ..sweep.settings import Over
from ..sweep.sweep import Result, SeedBlock, bare, certain, numbers_of
from ..work.ensemble import NEVER, VERDICTS, Job, Outcomes
from ..work.steps import finished
from ..work.workers import StudyError
from .budget import Budget
from .candidates import Candidates, candidates, changed_scene

RUNGS = (8, 4, 2, 1)
"""The share of all seeds with which candidates run, one after the other: a so-manieth."""
LEAST = 3
"""So many stay to the end, if there are as many."""
ALIKE = 9
"""Digits behind the point, in the surface's own units of loss, that make a difference."""
FEWEST_SEEDS = 20
LARGEST_BLOCK = 250

CRITERIA = {
    "loss": "training loss at last",
    "test": "test loss at last",
    "escaped": "share not escaped",
}
"""What is made small, by its name. A loss at last above that at the start, or none, counts as that at the start: who
diverges has got nowhere, and how far away it is now says nothing of the learning rate."""

Candidate: TypeAlias = tuple[int, ...]
Results: TypeAlias = Mapping[int, Result]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search has found for one lane."""

    best: Candidate
    curve: tuple[Candidate, ...]
    """The candidates with the learning rates of the grid that were looked at, and the other numbers of the best."""
    tried: int
    """How many candidates have run."""


Search: TypeAlias = Generator[list[int], None, Found]
"""Tells which blocks it needs next; they must be there before it goes on."""


@dataclass(frozen=True)
class Tuning:
    """A search as it is planned."""

    scene: Scene
    lanes: tuple[Candidates, ...]
    budget: Budget
    by: str
    """One of CRITERIA."""
    first_seed: int
    seeds: int
    """As many to choose by, and then as many fresh ones, the next, to tell of."""

    @property
    def kind(self) -> str:
        return "search"

    @property
    def words(self) -> list[str]:
        return [self.scene.name, self.by, self.budget.text]

    @cached_property
    def blocks(self) -> "Blocks":
        """The blocks of all candidates; few of them are ever wanted."""
        return Blocks(self)

    @property
    def runs(self) -> int:
        return len(self.blocks) * min(LARGEST_BLOCK, self.seeds)

    def missing(self, results: Results) -> list[int]:
        """What is wanted next of all lanes, each as far as it has come."""
        wanted: list[int] = []
        for search in self.searches(results):
            for needed in search:
                lacking = [place for place in needed if place not in results]
                if lacking:
                    wanted += lacking
                    break
        return wanted

    def expected(self, results: Results) -> list[int]:
        """What a search wants that finds nothing better than what the lanes have, wherever it has come by now."""
        guess = _Level(**{field.name: getattr(self, field.name) for field in fields(self)}, other=self)
        wanted = [place for search in guess.searches({}) for needed in search for place in needed]
        return [place for place in dict.fromkeys(wanted) if place not in results]

    def found(self, results: Results) -> tuple[Found, ...]:
        """What has been found for each lane when nothing is missing any more."""
        return tuple(map(finished, self.searches(results)))

    def searches(self, results: Results) -> Iterator[Search]:
        """One for each lane, over what is known."""
        return (_search(self, lane, results) for lane in range(len(self.lanes)))

    def description(self) -> dict[str, Any]:
        amount = self.budget.amount
        return {
            "study": self.kind,
            **numbers_of(self.scene),
            "lanes": [[each.lane, each.keys, each.axes, each.coarse] for each in self.lanes],
            "budget": [int(amount) if amount == int(amount) else amount, self.budget.clock],  # However it was written.
            **({"machine": asdict(self.scene.machine)} if self.budget.clock in MACHINE_TIME else {}),
            "by": self.by,
            "first_seed": self.first_seed,
            "seeds": self.seeds,
        }

    @cached_property
    def at_start(self) -> float:
        """The loss there, of which no loss at last counts for more."""
        return _at_start(self.scene, self.by)

    def scene_of(self, lane: int, candidate: Candidate) -> Scene:
        """The scene in which the lane's numbers are such."""
        among = self.lanes[lane]
        return changed_scene(self.scene, among.lane, among.values(candidate))

    def values(self, lane: int, candidate: Candidate, results: Results, rung: int | None = None) -> Array:
        """What is made small, one a seed (n,): with those that choose, up to a rung, or with the fresh ones."""
        if self.by != "escaped":
            return self.ends(lane, candidate, results, rung)
        never = [found.escapes == NEVER for found in self._outcomes(lane, candidate, results, rung)]
        return np.concatenate(never).astype(np.float64)

    def ends(self, lane: int, candidate: Candidate, results: Results, rung: int | None = None) -> Array:
        """The losses at last, likewise, none above that at the start; of the test, if that is what is made small."""
        return np.concatenate([self._ends(found) for found in self._outcomes(lane, candidate, results, rung)])

    def above(self, lane: int, candidate: Candidate, results: Results) -> Mask:
        """Which of the fresh seeds end above the loss at the start, or with none, so that that one counts; (n,)."""
        return np.concatenate([self._above(found) for found in self._outcomes(lane, candidate, results, None)])

    def score(self, lane: int, candidate: Candidate, results: Results, rung: int) -> tuple[float, ...]:
        """What ranks it with the seeds up to a rung, the smaller the better: the mean of what is made small.

        Of as many that escape the lower loss at last counts: who bounces for ever has escaped, too.
        """
        loss = self._rounded(float(self.ends(lane, candidate, results, rung).mean()))
        if self.by != "escaped":
            return (loss,)
        return round(float(self.values(lane, candidate, results, rung).mean()), ALIKE), loss

    @property
    def score_of_start(self) -> tuple[float, ...]:
        """What would rank a candidate that stays where it begins: none that gets anywhere has such a score."""
        loss = self._rounded(self.at_start)
        return (loss,) if self.by != "escaped" else (1.0, loss)

    def _rounded(self, loss: float) -> float:
        """A loss over the surface's own unit, as it is ranked."""
        share = loss / self.scene.problem().units.loss
        return round(share, ALIKE) if np.isfinite(share) else np.inf

    def overshoots(self, lane: int, candidate: Candidate, results: Results) -> bool:
        """Whether with the seeds of the first rung any run has ended above the start, or with no loss at all."""
        return any(self._above(found).any() for found in self._outcomes(lane, candidate, results, 1))

    def _outcomes(self, lane: int, candidate: Candidate, results: Results, rung: int | None) -> Iterator[Outcomes]:
        for place in self.blocks.of(lane, candidate, rung, fresh=rung is None):
            yield results[place].outcomes

    def _ends(self, found: Outcomes) -> Array:
        return np.where(self._above(found), self.at_start, self._losses(found))

    def _above(self, found: Outcomes) -> Mask:
        ends, failed = self._losses(found), found.verdicts == VERDICTS.index(VerdictKind.FAILED)
        return np.asarray(failed | ~np.isfinite(ends) | (ends > self.at_start))

    def _losses(self, found: Outcomes) -> Array:
        return found.test_losses if self.by == "test" else found.losses


@dataclass(frozen=True)
class _Level(Tuning):
    """A search to which all is alike, with the blocks of another: making scenes takes longer than guessing."""

    other: Tuning

    @cached_property
    def blocks(self) -> "Blocks":
        return self.other.blocks

    def score(self, *_: object, **__: object) -> tuple[float, ...]:
        return (0.0,)

    @property
    def score_of_start(self) -> tuple[float, ...]:
        return (1.0,)


def plan(
    scene: Scene,
    lanes: Sequence[str],
    overs: Sequence[Over],
    budget: Budget,
    by: str,
    seeds: int,
) -> Tuning:
    """The search over such lanes of a scene, from the scene's own seed on.

    Raises:
        SceneError: a value makes no scene.
        StudyError: that is too little or too much.
    """
    count = scene.examples.count
    if by != "escaped" and not np.isfinite(_at_start(scene, by)):
        kind = "test" if by == "test" else "training"
        raise StudyError(f"the {kind} loss at the start is not finite, so that none at last can be held against it")
    for lane in scene.lanes:
        updates = budget.updates(lane, count, scene.machine)
        if lane.name in lanes and not 1 <= updates <= MOST_UPDATES:
            raise StudyError(
                f"{budget.text} would be {updates:,} updates of lane {lane.name}: there must be from 1 to "
                f"{MOST_UPDATES:,}"
            )
    return Tuning(scene, tuple(candidates(scene, lane, overs) for lane in lanes), budget, by, scene.seed, seeds)


def _at_start(scene: Scene, by: str) -> float:
    """The training or the test loss there."""
    problem = scene.problem()
    with np.errstate(all="ignore"):
        return float((problem.test if by == "test" else problem.train).value(np.array(scene.start)))


def ranked(tuning: Tuning, lane: int, some: Iterable[Candidate], results: Results, rung: int) -> list[Candidate]:
    """Candidates with the seeds up to a rung, the best first; of those alike, the one nearest to what the lane has."""
    among = tuning.lanes[lane]
    scores = {each: tuning.score(lane, each, results, rung) for each in some}
    return sorted(scores, key=lambda each: (scores[each], among.departure(each), each))


def _search(tuning: Tuning, lane: int, results: Results) -> Search:
    """Tells block by block what it needs to know."""
    among, blocks = tuning.lanes[lane], tuning.blocks
    parts = len(blocks.rungs)

    def ordered(some: Sequence[Candidate], rung: int) -> list[Candidate]:
        return ranked(tuning, lane, some, results, rung)

    alive = among.begin()
    yield blocks.all(lane, alive, 1)
    seen = {*alive}
    alive = ordered(alive, 1)

    def outermost() -> list[Candidate]:
        """The candidates at an end of the grid beyond which it is worth looking."""
        if tuning.score(lane, alive[0], results, 1) < tuning.score_of_start:
            return alive[:1]
        low, high = ((end(rate for rate, *_ in seen), *alive[0][1:]) for end in (min, max))
        if tuning.overshoots(lane, low, results):
            return [low]
        return [] if tuning.overshoots(lane, high, results) else [high]

    while more := [new for each in outermost() for new in among.beyond(each, seen) if new not in seen]:
        yield blocks.all(lane, more, 1)
        seen |= {*more}
        alive = ordered([*alive, *more], 1)
    for rung in range(2, parts + 1):
        alive = alive[: max(LEAST, -(-len(alive) // 2))]
        yield blocks.all(lane, alive, rung)
        alive = ordered(alive, rung)
    finer = among.around(alive[0])
    yield blocks.all(lane, finer, parts)
    best, *_ = ordered([*alive, *finer], parts)
    rates = sorted({rate for rate, *_ in seen} | {best[0]})
    curve = tuple((rate, *best[1:]) for rate in rates)
    yield [place for each in {*curve, among.own} for place in blocks.of(lane, each, fresh=True)]
    return Found(best, curve, len(seen) + len(finer))


class Blocks(Sequence[SeedBlock]):
    """All blocks that a search might want, made when they are asked for.

    Of each candidate there are as many as there are rungs, each with the seeds that it adds, and as many again with
    fresh seeds. Where no chance is in a lane one seed stands for all.
    """

    def __init__(self, tuning: Tuning) -> None:
        self._tuning = tuning
        seeds = tuning.seeds
        ends = [0, *(-(-seeds // share) for share in RUNGS)]
        self.rungs: list[list[tuple[int, int]]] = [[*_cut(low, high)] for low, high in pairwise(ends) if low < high]
        """The seeds that each rung adds: the first, counted from the first of all, and how many."""
        self._parts = [part for rung in self.rungs for part in rung] + [*_cut(seeds, 2 * seeds)]
        self._fresh = sum(map(len, self.rungs))
        self._counts = [int(np.prod(each.shape)) for each in tuning.lanes]
        self._made = lru_cache(4096)(self._make)
        self._way = lru_cache(4096)(self._found)

    def __len__(self) -> int:
        return sum(self._counts) * len(self._parts)

    @overload
    def __getitem__(self, place: int) -> SeedBlock: ...
    @overload
    def __getitem__(self, place: slice) -> list[SeedBlock]: ...
    def __getitem__(self, place: int | slice) -> SeedBlock | list[SeedBlock]:
        if isinstance(place, slice):
            return [self[at] for at in range(*place.indices(len(self)))]
        if not 0 <= place < len(self):
            raise IndexError(place)
        return self._made(place)

    def of(self, lane: int, candidate: Candidate, rung: int | None = None, *, fresh: bool = False) -> list[int]:
        """The places of a candidate's blocks: up to a rung, or all; or those with fresh seeds."""
        at = np.ravel_multi_index(candidate, self._tuning.lanes[lane].shape)
        first = (sum(self._counts[:lane]) + int(at)) * len(self._parts)
        if self._is_certain(lane, candidate):
            return [first]
        chosen = sum(map(len, self.rungs[: len(self.rungs) if rung is None else rung]))
        return [*range(first + self._fresh, first + len(self._parts))] if fresh else [*range(first, first + chosen)]

    def of_lane(self, lane: int) -> range:
        """The places of all of its candidates' blocks."""
        first = sum(self._counts[:lane]) * len(self._parts)
        return range(first, first + self._counts[lane] * len(self._parts))

    def all(self, lane: int, some: Sequence[Candidate], rung: int) -> list[int]:
        """The places of the blocks of several candidates up to a rung."""
        return [place for each in some for place in self.of(lane, each, rung)]

    def _is_certain(self, lane: int, candidate: Candidate) -> bool:
        """Whether no chance is in the lane with these values, as where its batch is all examples."""
        scene, place = self._way(lane, candidate)
        return certain(scene, place)

    def _found(self, lane: int, candidate: Candidate) -> tuple[Scene, int]:
        """The scene with these values, and which of its lanes it is."""
        scene = self._tuning.scene_of(lane, candidate)
        return scene, [each.name for each in scene.lanes].index(self._tuning.lanes[lane].lane)

    def _make(self, block: int) -> SeedBlock:
        at, part = divmod(block, len(self._parts))
        case, lane = at, 0
        while at >= self._counts[lane]:
            at -= self._counts[lane]
            lane += 1
        tuning, among = self._tuning, self._tuning.lanes[lane]
        candidate = tuple(int(index) for index in np.unravel_index(at, among.shape))
        scene, place = self._way(lane, candidate)
        way = scene.lanes[place]
        updates = tuning.budget.updates(way, scene.examples.count, scene.machine)
        first, count = (0, 1) if self._is_certain(lane, candidate) else self._parts[part]
        return SeedBlock(
            case,
            Job(
                bare(scene, way),
                0,
                tuning.first_seed + first,
                count,
                updates,
                self._tuning.by == "escaped",
            ),
        )


def _cut(low: int, high: int) -> Iterator[tuple[int, int]]:
    """Seeds in blocks that are not too large."""
    for first in range(low, high, LARGEST_BLOCK):
        yield first, min(LARGEST_BLOCK, high - first)
