"""Sweeps: what becomes of a scene's lanes as one or two of its numbers change.

A sweep is planned as a value: its points, the cases that they need (a lane that no number touches is one case at
all points), and the blocks of seeds in which each case is computed. So whoever computes a block, and
when, makes no difference.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, NamedTuple, Protocol

from ...descent.lane import Lane
from ...descent.race import Experiment
from ...foreign.rules_file import code_of
from ...scene import Scene
from ...scene.words import path_text
from ..work.ensemble import Job, Outcomes, join
from ..work.workers import StudyError
from .outsiders import open_tables, restored
from .settings import EVERY, FULL, NO_DIFFERENCE, Over, Parameter, PathStep, Value, parameter, scene_with, tables_of
from .ties import Tie, check_ties

MOST_POINTS = 2_500
MOST_RUNS = 5_000_000  # Some 600 MB of results.
MOST_WORK = 10**12  # Marble-updates; many cores take days for them.
BLOCK_WORK = 400_000  # Marble-updates of a block, about, so that little is lost when a sweep is stopped.
LARGEST_BLOCK, SMALLEST_BLOCK = 250, 50  # Seeds of a block: with fewer, numpy is not worth its while.


@dataclass(frozen=True, slots=True)
class Minimum:
    """Where a minimum lies, and the training loss there."""

    x: float
    y: float
    loss: float


@dataclass(frozen=True, slots=True)
class Result:
    """What becomes of some seeds of a case, and the minima that their basins are named after."""

    outcomes: Outcomes
    minima: tuple[Minimum, ...]
    """The lowest first, as the basins are numbered."""
    lowest: int
    """How many of them are the global one: those that are as low as the lowest."""


@dataclass(frozen=True, slots=True)
class SeedBlock:
    """Some seeds of a case: what one worker computes at a time."""

    case: int
    """Its place among the cases."""
    job: Job

    @property
    def marble_updates(self) -> int:
        """The marble updates of the job."""
        return self.job.marble_updates

    def run(self) -> Result:
        """Compute it, here and now."""
        outcomes = self.job.run()
        problem = self.job.experiment.problem()
        minima = tuple(Minimum(*point.position, point.value) for point in problem.minima)
        return Result(outcomes, minima, sum(minimum.loss <= problem.as_low for minimum in minima))


class Study(Protocol):
    """What is computed in blocks of seeds, and can be kept in a file and gone on with."""

    @property
    def kind(self) -> str:
        """What such studies are called in sentences."""
        ...

    @property
    def words(self) -> Sequence[str]:
        """What its file is called after, the scene first."""
        ...

    @property
    def blocks(self) -> Sequence[SeedBlock]:
        """All that might have to be computed."""
        ...

    @property
    def runs(self) -> int:
        """How many seeds all blocks have, together."""
        ...

    def missing(self, results: Mapping[int, Result]) -> list[int]:
        """The places of blocks that are wanted next, in view of the results of others, by their places."""
        ...

    def expected(self, results: Mapping[int, Result]) -> list[int]:
        """The places of all blocks that are likely to be wanted, next and then, without those that are there."""
        ...

    def description(self) -> dict[str, Any]:
        """All that the results follow from, as what JSON can hold."""
        ...


class _Case(NamedTuple):
    """What is computed once, at however many points it stands."""

    experiment: Experiment
    """With one lane."""
    updates: int


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """The scene with one combination of values."""

    values: tuple[Value, ...]
    """One a parameter."""
    scene: Scene
    updates: int
    cases: tuple[int, ...]
    """One a lane."""


class PlannedWhole:
    """What a study has in common with others of which all blocks are known from the start, whatever is found."""

    __slots__ = ()

    @property
    def runs(self: Study) -> int:
        return sum(block.job.count for block in self.blocks)

    def missing(self: Study, results: Mapping[int, Result]) -> list[int]:
        return [place for place in range(len(self.blocks)) if place not in results]

    def expected(self: Study, results: Mapping[int, Result]) -> list[int]:
        return self.missing(results)


@dataclass(frozen=True, slots=True)
class Sweep(PlannedWhole):
    """A sweep as it is planned."""

    scene: Scene
    parameters: tuple[Parameter, ...]
    first_seed: int
    seeds: int
    updates: int | None
    """After how many updates one looks; None: as many as the scene has at each point."""
    points: tuple[SweepPoint, ...]
    """The last parameter changes fastest."""
    blocks: tuple[SeedBlock, ...]
    """Case after case."""
    ties: tuple[Tie, ...] = ()
    """What follows from the parameters."""

    @property
    def kind(self) -> str:
        return "sweep"

    @property
    def words(self) -> list[str]:
        return [self.scene.name, *(each.name.split(".", 1)[-1] for each in self.parameters)]

    def description(self) -> dict[str, Any]:
        return {
            **numbers_of(self.scene),
            "over": [{"path": each.name, "values": each.values} for each in self.parameters],
            **({"ties": [each.text for each in self.ties]} if self.ties else {}),
            "first_seed": self.first_seed,
            "seeds": self.seeds,
            "updates": self.updates,
            "lanes": self.lanes,
            "points": [{"values": point.values, "cases": point.cases} for point in self.points],
        }

    @property
    def lanes(self) -> tuple[str, ...]:
        """The lanes' names."""
        return tuple(lane.name for lane in self.scene.lanes)

    def touches(self, lane: str) -> bool:
        """Whether any of the parameters makes a difference to that lane."""
        paths: list[tuple[PathStep, ...]] = [path for parameter in self.parameters for path in parameter.paths]
        paths += [tie.steps for tie in self.ties]
        return any(path[0] != "lane" or path[1] in (lane, EVERY) for path in paths)


def plan(
    scene: Scene,
    overs: Sequence[Over],
    seeds: int,
    updates: int | None = None,
    ties: Sequence[Tie] = (),
) -> Sweep:
    """The sweep of a scene over the values that were typed, from the scene's own seed on, with what follows from them.

    Of a rule that no file can name the learning rate is a number of the scene, and nothing else.

    Raises:
        SceneError: there is no such number, or a value makes no scene.
        StudyError: the parameters do not go together, or it is too much.

    >>> from three_marbles.scene import load_scene
    >>> from three_marbles.study.sweep.settings import over
    >>> sweep = plan(load_scene("local-minimum"), [over("lane.minibatch.batch_size=1,2,5")], seeds=100)
    >>> [point.values for point in sweep.points]
    [(1,), (2,), (5,)]
    >>> [name for name in sweep.lanes if sweep.touches(name)]
    ['minibatch']
    """
    tables = open_tables(scene)
    parameters = tuple(parameter(over, tables) for over in overs)
    _check_parameters(parameters, updates)
    combinations = 1
    for each in parameters:
        combinations *= len(each.values)
    if combinations > MOST_POINTS:
        raise StudyError(f"that would be {combinations:,} points, more than {MOST_POINTS:,}")

    def follow(changed: dict[str, Any]) -> None:
        for each in ties:
            each.follow(tables, changed, scene.examples.count)

    check_ties(ties, [path for each in parameters for path in each.paths], tables)
    cases: dict[_Case, int] = {}
    points = []
    for values in product(*(each.values for each in parameters)):
        made_of = scene_with(tables, scene.name, list(zip(parameters, values, strict=True)), follow)
        changed = restored(made_of, scene)
        made = changed.updates if updates is None else updates
        alone = [_Case(bare(changed, lane), made) for lane in changed.lanes]
        points.append(SweepPoint(values, changed, made, tuple(cases.setdefault(case, len(cases)) for case in alone)))
    runs = [1 if certain(case.experiment) else seeds for case in cases]
    _check_size(runs, sum(count * case.updates for count, case in zip(runs, cases, strict=True)))
    blocks = tuple(block for number, case in enumerate(cases) for block in _blocks(number, case, scene.seed, seeds))
    return Sweep(scene, parameters, scene.seed, seeds, updates, tuple(points), blocks, tuple(ties))


def numbers_of(scene: Scene) -> dict[str, Any]:
    """All of a scene that decides what becomes of its marbles, whatever their seed, as what JSON can hold."""
    tables, outside = tables_of(scene), code_of([lane.rule for lane in scene.lanes])
    others = ("title", "look", "seed", *NO_DIFFERENCE)
    return {
        **({"rules": outside} if outside else {}),
        "scene": scene.name,
        "numbers": {key: table for key, table in tables.items() if key not in others},
    }


def certain(scene: Scene | Experiment, lane: int = 0) -> bool:
    """Whether the lane knows no chance, so that every seed ends alike: as where every batch is of all examples."""
    return not scene.lanes[lane].chance(scene.examples.count)


def bare(scene: Scene, lane: Lane) -> Experiment:
    """All that makes a difference to the marbles of a lane in that scene: equal ones become of equal marbles."""
    return replace(scene.experiment, lanes=(replace(lane, name=""),))


def _blocks(number: int, case: _Case, first_seed: int, seeds: int) -> list[SeedBlock]:
    if certain(case.experiment):
        return [SeedBlock(number, Job(case.experiment, 0, first_seed, 1, case.updates))]
    size = min(LARGEST_BLOCK, max(SMALLEST_BLOCK, BLOCK_WORK // max(1, case.updates)))
    return [
        SeedBlock(number, Job(case.experiment, 0, first_seed + first, min(size, seeds - first), case.updates))
        for first in range(0, seeds, size)
    ]


def _check_parameters(parameters: Sequence[Parameter], updates: int | None) -> None:
    for place, one in enumerate(parameters):
        for other in parameters[:place]:
            if both := set(one.paths) & set(other.paths):
                path = path_text(*min(both, key=str))
                raise StudyError(f"{path} can be swept only once, but {other.name} and {one.name} both change it")
    if updates is not None and any(("updates",) in parameter.paths for parameter in parameters):
        raise StudyError("updates are swept already, and cannot be given once for all as well")


def _check_size(runs: Sequence[int], work: int) -> None:
    if sum(runs) > MOST_RUNS:
        raise StudyError(f"that would be {sum(runs):,} runs, more than {MOST_RUNS:,}: ask for fewer seeds or values")
    if work > MOST_WORK:
        raise StudyError(
            f"that would be {work:,} updates of single marbles, more than {MOST_WORK:,}: "
            "ask for fewer updates, seeds or values"
        )


def as_number(value: Value, point: SweepPoint) -> float:
    """A value at a point as a number: a full batch has as many examples as there are."""
    return float(point.scene.examples.count) if value == FULL else float(value)


def gathered(sweep: Sweep, results: Mapping[int, Result]) -> dict[int, Result]:
    """The results of all blocks put together case by case, in the order of the seeds."""
    parts: dict[int, list[Result]] = {}
    for place, block in enumerate(sweep.blocks):
        parts.setdefault(block.case, []).append(results[place])
    return {
        case: Result(join([part.outcomes for part in some]), some[0].minima, some[0].lowest)
        for case, some in parts.items()
    }
