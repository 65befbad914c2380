"""Small against large batch: the lecture's closing table, filled with what is measured on the scene at hand.

The small side is the lane with the smallest batch, the large side the same rule on the full batch. Where the
scene has no such lane, one is made: `with_sides` adds it.

- Time of an update, measured on this computer: without parallel hardware the gradients of the examples are computed
  one after the other, with it all at once, as NumPy's vectors do. An epoch takes ⌈N/B⌉ updates.
- Gradient noise: the root mean square of ‖∇L_B − ∇L‖ over all batches B, at the start and where the full
  batch ends. Both are over ‖∇L‖ at the start: at the end the full gradient is about 0, and that
  the batch's is not is the whole point.
- Optimization: the share of seeds that end in the basin of the lowest known minimum (or of any as low), and of
  those that ever escaped.
- Generalization: the test loss at last, and how far it is above the training loss.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from ...descent.examples.finite_sum import FiniteSum
from ...descent.examples.noise import example_gradients, noise
from ...descent.lane import Lane
from ...descent.problem import Problem
from ...descent.rules.guard import RuleFailure
from ...descent.rules.plain.gradient_descent import GradientDescent
from ...descent.update import first_state, one_update
from ...scene import Scene
from ...surface.critical.point import CriticalPoint
from ...surface.points import Array, norm
from ..cost.serial import InTurn
from ..cost.timing import Action, timed
from ..statistics.intervals import UNKNOWN, Estimate
from ..statistics.wording import INTERVALS, estimate_summary, number_texts, share_texts
from ..work.ensemble import Outcomes
from ..work.steps import finished
from .counts import LaneCounts, counted
from .odds import LaneOdds, odds_of

if TYPE_CHECKING:
    from rich.table import Table

PATIENCE = 0.25
"""Seconds that are spent on measuring times."""

MICROSECONDS, SHARE, PLAIN = "µs", "%", ""


@dataclass(frozen=True, slots=True)
class Speed:
    """How many seconds an update of one lane takes on this computer."""

    serial: float
    """Without parallel hardware."""
    parallel: float
    """With it."""


@dataclass(frozen=True, slots=True)
class ContrastRow:
    """One line of the table."""

    code: str
    """Its name for programs."""
    label: str
    unit: str
    """MICROSECONDS, SHARE (of 1) or PLAIN."""
    small: Estimate
    large: Estimate


@dataclass(frozen=True, slots=True)
class Contrast:
    """Small against large batch."""

    small: Lane
    large: Lane
    count: int
    """N."""
    rows: tuple[ContrastRow, ...]


def sides(scene: Scene) -> tuple[Lane, Lane] | None:
    """The lane with the smallest batch and the one with the same rule on the full batch, made if need be.

    None for a single example, which is the smallest batch and the full one.
    """
    count = scene.examples.count
    if count == 1:
        return None
    small = min(scene.lanes, key=lambda lane: lane.batch_size)
    if small.sees_all(count):
        return _resized(small, 1), small
    partners = (lane for lane in scene.lanes if _moves_alike(lane, small) and lane.sees_all(count))
    return small, next(partners, _resized(small, count))


def _moves_alike(lane: Lane, other: Lane) -> bool:
    return (lane.rule, lane.schedule) == (other.rule, other.schedule)


def _resized(lane: Lane, batch_size: int) -> Lane:
    return replace(lane, name=f"{lane.name}, B = {batch_size}", batch_size=batch_size)


def with_sides(scene: Scene) -> Scene:
    """The scene with both sides among its lanes: those that had to be made come last."""
    made = [side for side in sides(scene) or () if side not in scene.lanes]
    return replace(scene, lanes=(*scene.lanes, *made), claims=(*scene.claims, *(None for _ in made)))


def contrast(scene: Scene, outcomes: Sequence[Outcomes], updates: int, speeds: tuple[Speed, Speed]) -> Contrast | None:
    """The table, from the outcomes of the lanes of `with_sides(scene)`, as many as there are of each so far.

    Args:
        scene: with or without the sides.
        outcomes: of the scene's lanes, then of those that were added, after so many updates.
        updates: how many.
        speeds: of the small and of the large side, as `measured`.

    Returns:
        The table; None for a scene that has no two sides.
    """
    whole = with_sides(scene)
    return contrast_of(scene, counted(whole, outcomes), updates, speeds)


def contrast_of(
    scene: Scene, lanes: Sequence[LaneCounts], updates: int, speeds: tuple[Speed, Speed]
) -> Contrast | None:
    """The table, from what was counted of these lanes."""
    both, whole = sides(scene), with_sides(scene)
    if both is None:
        return None
    told = odds_of(whole, lanes, updates)
    problem = scene.problem()
    places = [whole.lanes.index(side) for side in both]
    here = np.array([scene.start])
    points = (here, np.array(lanes[places[1]].first[1]).reshape(-1, 2))
    with np.errstate(all="ignore"):
        signal = float(norm(problem.train.gradient(here))[0])
        small, large = (
            _column(problem, told.minima, told.lanes[place], speed, points, signal)
            for place, speed in zip(places, speeds, strict=True)
        )
    rows = (ContrastRow(*about, *entries) for about, entries in zip(ABOUT, zip(small, large, strict=True), strict=True))
    return Contrast(*both, problem.train.count, tuple(rows))


ABOUT = (
    ("update_serial", "update, one example at a time", MICROSECONDS),
    ("update_parallel", "update, all at once", MICROSECONDS),
    ("epoch_serial", "epoch, one example at a time", MICROSECONDS),
    ("epoch_parallel", "epoch, all at once", MICROSECONDS),
    ("noise_at_start", "gradient noise at the start", SHARE),
    ("noise_at_end", "gradient noise at the end", SHARE),
    ("in_global_basin", "ends in the lowest known basin", SHARE),
    ("escaped", "escaped", SHARE),
    ("test_loss", "test loss", PLAIN),
    ("gap", "gap", PLAIN),
)
"""Code, label and unit of each row."""


def _column(
    problem: Problem,
    minima: Sequence[CriticalPoint],
    told: LaneOdds,
    speed: Speed,
    points: Sequence[Array],
    signal: float,
) -> tuple[Estimate, ...]:
    """The entries of one side, row by row, with the noise at these points (1, 2), or (0, 2) if not known yet."""
    epoch = told.lane.updates_per_epoch(problem.train.count)
    noises = (
        noise(example_gradients(problem.train, point[0]), told.lane.draw).deviation if len(point) else math.nan
        for point in points
    )
    return (
        _certain(1e6 * speed.serial),
        _certain(1e6 * speed.parallel),
        _certain(1e6 * epoch * speed.serial),
        _certain(1e6 * epoch * speed.parallel),
        *(_certain(each / signal if signal else math.nan) for each in noises),
        _in_lowest_basin(told, minima, problem),
        told.escaped.estimate,
        told.test_loss.estimate,
        told.gap.estimate,
    )


def _certain(value: float) -> Estimate:
    """A number that comes without an interval."""
    return Estimate(value, math.nan, math.nan) if math.isfinite(value) else UNKNOWN


def _in_lowest_basin(told: LaneOdds, minima: Sequence[CriticalPoint], problem: Problem) -> Estimate:
    """The share of seeds that end in the basin of the lowest of these minima, or of one as low."""
    if not minima:
        return UNKNOWN
    places = [place for place, point in enumerate(minima) if point.value <= problem.as_low]
    return told.ending_at(places, len(problem.minima)).estimate


# What is measured, and so never the same twice.


def measured(scene: Scene) -> tuple[Speed, Speed]:
    """The speed of both sides, on this computer and now; in a third of a second at most.

    A scene that has no two sides gets that of its only example twice. Of a rule that fails in an update, it is that
    without what the rule does with the gradient.
    """
    train = scene.problem().train
    lanes = sides(scene) or (scene.lanes[0], scene.lanes[0])
    try:
        return _speeds(train, lanes, scene.start)
    except RuleFailure:
        small, large = (replace(lane, rule=GradientDescent()) for lane in lanes)
        return _speeds(train, (small, large), scene.start)


def _speeds(train: FiniteSum, lanes: tuple[Lane, Lane], start: tuple[float, float]) -> tuple[Speed, Speed]:
    """The speeds of the lanes' first updates, in turn: of each time the least, for whatever else the computer does only
    makes it longer.
    """
    with np.errstate(all="ignore"):
        ways = [_updates(train, lane, start) for lane in lanes]
        least = map(min, finished(timed(list(chain(*ways)), perf_counter, PATIENCE)))
    small, large = ([next(least) for _ in each] for each in ways)
    return Speed(small[0], small[-1]), Speed(large[0], large[-1])


def _updates(train: FiniteSum, lane: Lane, start: tuple[float, float]) -> list[Action]:
    """The lane's first update, one example at a time and all at once: of a single example that is the same, once."""
    count = min(lane.batch_size, train.count)
    ways = (InTurn(train), train) if count > 1 else (train,)
    theta, batch = np.array([start]), np.arange(count)[:, None]
    state = first_state(lane.rule, theta)
    return [partial(one_update, lane.rule, way, theta, batch, state) for way in ways]


# For programs and people.


def summary(told: Contrast) -> dict[str, Any]:
    """The table as what JSON can hold; shares are of 1, times in microseconds."""
    return {
        "small": {"lane": told.small.name, "batch_size": told.small.batch_size},
        "large": {"lane": told.large.name, "batch_size": told.large.batch_size},
        "rows": [
            {
                "row": row.code,
                "unit": "" if row.unit == SHARE else row.unit,
                "small": estimate_summary(row.small),
                "large": estimate_summary(row.large),
            }
            for row in told.rows
        ],
    }


def texts(estimate: Estimate, unit: str) -> tuple[str, str]:
    """A number with its unit, and its interval, as people read them."""
    if unit == SHARE:
        return share_texts(estimate)
    if unit == MICROSECONDS and not math.isnan(estimate.value):
        return f"{estimate.value:,.{0 if estimate.value >= 100 else 1}f} µs", ""
    return number_texts(estimate)


CAPTION = (
    "Times are measured on this computer. Gradient noise is how far the batch's gradient is from the full one, "
    "over the length of the full one at the start; the end is where the full batch ends.",
    INTERVALS,
)


LAST_OF_THEIR_KIND = ("update_parallel", "epoch_parallel", "noise_at_end", "escaped")
"""The rows below which the table has a line."""


def table(told: Contrast) -> "Table":
    """The table, for a terminal of 80 columns or more."""
    from rich import box  # noqa: PLC0415  Only those who look at a table wait for it.
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Table(
        title=Text("\nSmall against large batch", style="bold"),
        caption=Text("\n".join(CAPTION), style="dim"),
        caption_justify="left",
        box=box.HORIZONTALS,
        expand=False,
    )
    drawn.add_column(min_width=29)
    for lane in told.small, told.large:
        drawn.add_column(Text(f"{lane.name}\nbatch {lane.batch_size} of {told.count}"), max_width=21, overflow="fold")
    for row in told.rows:
        both = (texts(estimate, row.unit) for estimate in (row.small, row.large))
        cells = (Text.assemble(value, (f"\n{interval}" if interval else "", "dim")) for value, interval in both)
        drawn.add_row(row.label, *cells, end_section=row.code in LAST_OF_THEIR_KIND)
    return drawn
