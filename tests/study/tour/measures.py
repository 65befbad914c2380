"""How each number of the tour is measured, by the names that `scene.tour` knows them by.

Whoever is asked the same twice answers with the same bits; a number that chance is in comes with the 95 % interval that
its seeds are worth.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Any

import numpy as np

from sim.descent.clock import CLOCKS
from sim.descent.examples.chance import epoch_orders
from sim.descent.examples.noise import example_gradients, noise
from sim.descent.lane import Lane, descend
from sim.descent.problem import Problem
from sim.descent.verdict.sight.tolerances import EQUAL_LOSS
from sim.scene import Scene, SceneError, did_you_mean, load_scene
from sim.scene.tour import STARTS, Number
from sim.study.maps.basin_map import RuleDescent
from sim.study.maps.swarm import starts
from sim.study.odds.odds import LaneOdds, Odds, odds
from sim.study.statistics.intervals import Estimate, wilson
from sim.study.work.ensemble import Job, Outcomes
from sim.surface.critical.point import CriticalKind, CriticalPoint
from sim.surface.points import Array, norm

# In which it is looked at whether each holds every example once.
EPOCHS = 10
# Numbers agree that differ by no more, over themselves: the rest is rounding.
AGREES = 1e-12
# Updates since a gradient whose weight is told.
BACK = 10
# Of a step from a saddle, in diagonals of the window.
DOWNHILL = 1e-3
ALL_OVER = "all over the map"


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be measured, and on what."""

    scene: Scene
    lane: Lane | None
    seeds: int
    """How many; 1 where there is no chance in it."""
    updates: int

    @property
    def chosen(self) -> Lane:
        """The lane that it is about.

        Raises:
            SceneError: the number names none.
        """
        if self.lane is None:
            raise SceneError(f"a number about {self.scene.name} needs a lane")
        return self.lane

    @property
    def problem(self) -> Problem:
        """What is minimised."""
        return self.scene.problem()


Measure = Callable[[Question], Estimate]


def measured(number: Number, usual: str) -> Estimate:
    """What a number of the tour is; `usual` is the scene of its step.

    Raises:
        SceneError: there is no such scene, or no such lane in it.
    """
    scene = load_scene(number.scene or usual)
    lanes = {lane.name: lane for lane in scene.lanes}
    if number.lane is not None and number.lane not in lanes:
        raise SceneError(f"{scene.name} has no lane {did_you_mean(number.lane, lanes)}")
    lane = None if number.lane is None else lanes[number.lane]
    updates = scene.updates if number.updates is None else number.updates
    return MEASURED[number.measure](Question(scene, lane, number.seeds or 1, updates))


def _exact(value: float) -> Estimate:
    return Estimate(float(value), float(value), float(value))


# What follows from the settings alone.


def _updates(asked: Question) -> int:
    return asked.chosen.updates_per_epoch(asked.scene.examples.count)


def _machine_time(clock: str, epoch: bool) -> Measure:
    """Units of the scene's machine that an update of the lane takes, or an epoch."""

    def measure(asked: Question) -> Estimate:
        cost = CLOCKS[clock](asked.chosen, asked.scene.examples.count, asked.scene.machine)
        return _exact(cost * (_updates(asked) if epoch else 1))

    return measure


def _spread(asked: Question) -> Estimate:
    """The σ by which the examples differ."""
    examples: Any = asked.scene.examples
    return _exact(examples.sigma)


def _rule(asked: Question) -> Any:
    return asked.chosen.rule


# Batches.


def _new_orders(asked: Question) -> Estimate:
    """The share of seeds whose second epoch has its examples in another order than the first."""
    seeds, count = asked.scene.seed + np.arange(asked.seeds), asked.scene.examples.count
    first, second = (epoch_orders(seeds, epoch, count) for epoch in (0, 1))
    return wilson(int((first != second).any(axis=1).sum()), asked.seeds).estimate


def _complete_epochs(asked: Question) -> Estimate:
    """The share of seeds of whose first epochs every one holds every example exactly once, batch by batch."""
    count, epoch = asked.scene.examples.count, _updates(asked)
    start = np.tile(asked.scene.start, (asked.seeds, 1))
    seeds = asked.scene.seed + np.arange(asked.seeds)
    run = descend(asked.problem.train, asked.chosen, start, seeds)
    complete = np.ones(asked.seeds, dtype=np.bool_)
    for _ in range(EPOCHS):
        drawn = np.concatenate([update.batch for update in islice(run, epoch)])
        complete &= (np.sort(drawn, axis=0) == np.arange(count)[:, None]).all(axis=0)
    return _exact(complete.mean())  # It is drawn so: no chance is in it.


# Noise.


def _signal(asked: Question) -> float:
    """‖∇L‖ at the start."""
    return float(norm(asked.problem.train.gradient(np.array(asked.scene.start))))


def _noise_at_end(asked: Question) -> Estimate:
    """The noise of the lane's gradient where the full batch ends, over ‖∇L‖ at the start."""
    spread = noise(example_gradients(asked.problem.train, _full_batch_end(asked)), asked.chosen.draw).deviation
    return _exact(spread / _signal(asked))


def _full_batch_end(asked: Question) -> Array:
    """Where the lane's rule ends with the full batch."""
    full = replace(asked.chosen, batch_size=asked.scene.examples.count)
    end: Array = _outcomes(replace(asked.scene, lanes=(full,), claims=(None,)), 1, asked.updates).theta[0]
    return end


def _slope_at_end(asked: Question) -> Estimate:
    """‖∇L‖ where the full batch ends, over that at the start; what is only rounding is none."""
    slope = float(norm(asked.problem.train.gradient(_full_batch_end(asked)))) / _signal(asked)
    return _exact(slope if slope > AGREES else 0.0)


# What becomes of many seeds.


@lru_cache(maxsize=64)
def _outcomes(alone: Scene, seeds: int, updates: int) -> Outcomes:
    """Of the only lane of the scene."""
    return Job(alone.experiment, 0, alone.seed, seeds, updates).run()


def _odds(asked: Question) -> Odds:
    alone = replace(asked.scene, lanes=(asked.chosen,), claims=(None,), captions=(), question=None)
    return odds(alone, [_outcomes(alone, asked.seeds, asked.updates)], asked.updates)


def _of_odds(value: Callable[[LaneOdds], Estimate]) -> Measure:
    return lambda asked: value(_odds(asked).lanes[0])


def _escape_update(told: LaneOdds) -> Estimate:
    """By which update half of all seeds have escaped."""
    half = told.fates.quantile(0.5)
    if half is None or half.high is None:
        raise SceneError(f"{told.lane.name}: fewer than half of the seeds escape")
    return Estimate(half.update, half.low, half.high)


def _in_basins(which: Callable[[tuple[CriticalPoint, ...], float], list[int]]) -> Measure:
    """The share of seeds that end in the basins of some of the minima."""

    def measure(asked: Question) -> Estimate:
        told = _odds(asked)
        chosen = which(told.minima, EQUAL_LOSS * asked.problem.units.loss)
        return told.lanes[0].ending_at(chosen, len(asked.problem.minima)).estimate

    return measure


def _lowest(minima: tuple[CriticalPoint, ...], equal: float) -> list[int]:
    level = min(point.value for point in minima) + equal
    return [place for place, point in enumerate(minima) if point.value <= level]


def _flattest(minima: tuple[CriticalPoint, ...], _equal: float) -> list[int]:
    return [min(range(len(minima)), key=lambda place: minima[place].eigenvalues[1])]


def _curvature(best: Callable[..., float]) -> Measure:
    """The largest eigenvalue of the Hessian at the sharpest, or flattest, minimum."""
    return lambda asked: _exact(best(point.eigenvalues[1] for point in asked.problem.minima))


# How rules move.


def _track(asked: Question, updates: int) -> tuple[Array, Array]:
    """Gradients of the batches and movements, update after update, of the race's own seed, each (U, 2)."""
    start, seeds = np.array([asked.scene.start]), np.array([asked.scene.seed])
    run = list(islice(descend(asked.problem.train, asked.chosen, start, seeds), updates))
    return np.array([update.gradient[0] for update in run]), np.array([update.movement[0] for update in run])


def _agreeing(movements: Array, expected: Array) -> Estimate:
    """The share of movements that are as expected."""
    agree = norm(movements - expected) <= AGREES * norm(movements)
    return _exact(float(agree.mean()))


def _as_the_rule_says(asked: Question) -> Estimate:
    """Movement = −η·gradient."""
    gradients, movements = _track(asked, asked.updates)
    return _agreeing(movements, -_rule(asked).learning_rate * gradients)


def _as_the_sum_says(asked: Question) -> Estimate:
    """Movement = −η·Σ λᵏ·gₖ over all gradients that there have been, the one k updates ago with the weight λᵏ."""
    gradients, movements = _track(asked, asked.updates)
    rule, updates = _rule(asked), len(gradients)
    ago = np.arange(updates)[:, None] - np.arange(updates)
    weights = np.where(ago >= 0, float(rule.decay) ** np.maximum(ago, 0), 0.0)
    return _agreeing(movements, -rule.learning_rate * weights @ gradients)


def _weight_back(asked: Question) -> Estimate:
    return _exact(_rule(asked).decay ** BACK)


def _carried(asked: Question) -> Estimate:
    """Which part of the last movement, along it, is that of the movements before: all but the step −η·gradient."""
    gradients, movements = _track(asked, asked.updates)
    last, step = movements[-1], -_rule(asked).learning_rate * gradients[-1]
    return _exact(float(1 - step @ last / (last @ last)))


# Critical points.


def _critical(kind: CriticalKind) -> Measure:
    """How many there are in the scene's window."""

    def measure(asked: Question) -> Estimate:
        window = asked.scene.window
        points = [point for point in asked.problem.critical if window.contains(np.array(point.position))]
        return _exact(sum(point.kind is kind for point in points))

    return measure


def _ways_down(asked: Question) -> Estimate:
    """The share of steps from the window's saddles, along the eigenvector of κmin, that lead to a lower loss."""
    problem, window = asked.problem, asked.scene.window
    saddles = [point for point in problem.saddles if window.contains(np.array(point.position))]
    steps = [
        np.array(point.position) + side * DOWNHILL * window.diagonal * np.array(point.eigenvectors[0])
        for point in saddles
        for side in (-1, 1)
    ]
    heights = np.repeat([point.value for point in saddles], 2)
    return _exact(float((problem.train.value(np.array(steps)) < heights).mean()))


def _starts(asked: Question) -> Estimate:
    """The share of starts all over the map from which the lane's rule, on the full batch, ends in the lowest basin."""
    scene, problem = asked.scene, asked.problem
    points = starts(scene.window, scene.start, scene.seed, asked.seeds, ALL_OVER)
    labels = RuleDescent(problem, asked.chosen.rule).labels(points)
    lowest = _lowest(problem.minima, EQUAL_LOSS * problem.units.loss)
    return wilson(int(np.isin(labels, lowest).sum()), asked.seeds).estimate


MEASURED: Mapping[str, Measure] = MappingProxyType(
    {
        "examples": lambda asked: _exact(asked.scene.examples.count),
        "spread of the examples": _spread,
        "batch size": lambda asked: _exact(asked.chosen.batch_size),
        "updates an epoch": lambda asked: _exact(_updates(asked)),
        "order is new": _new_orders,
        "epoch is complete": _complete_epochs,
        "serial update": _machine_time("serial", epoch=False),
        "parallel update": _machine_time("parallel", epoch=False),
        "serial epoch": _machine_time("serial", epoch=True),
        "parallel epoch": _machine_time("parallel", epoch=True),
        "noise at the end": _noise_at_end,
        "slope at the end": _slope_at_end,
        "escaped": _of_odds(lambda told: told.escaped.estimate),
        "escape update": _of_odds(_escape_update),
        "in the lowest basin": _in_basins(_lowest),
        "in the flattest basin": _in_basins(_flattest),
        "training loss": _of_odds(lambda told: told.train_loss.estimate),
        "test loss": _of_odds(lambda told: told.test_loss.estimate),
        "gap": _of_odds(lambda told: told.gap.estimate),
        "curvature of the sharpest minimum": _curvature(max),
        "curvature of the flattest minimum": _curvature(min),
        "learning rate": lambda asked: _exact(_rule(asked).learning_rate),
        "momentum": lambda asked: _exact(_rule(asked).decay),
        "largest stable learning rate": lambda asked: _exact(2 / max(p.eigenvalues[1] for p in asked.problem.minima)),
        "movements as the rule says": _as_the_rule_says,
        "movements as the sum says": _as_the_sum_says,
        "weight of the last gradient but ten": _weight_back,
        "share of past gradients in the movement": _carried,
        "minima": _critical(CriticalKind.MINIMUM),
        "maxima": _critical(CriticalKind.MAXIMUM),
        "saddles": _critical(CriticalKind.SADDLE),
        "ways down from saddles": _ways_down,
        STARTS: _starts,
    }
)
"""All that `scene.tour.MEASURES` names."""
