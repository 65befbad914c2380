"""What of a lane is turned most: its learning rate, what it keeps of the past, its batch size, as sliders have them."""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, cast, get_args, get_type_hints

from annotated_types import Ge, Le

from ...descent.problem import Problem
from ...descent.rules.protocol import LENGTH, MOST_RATE, PAST, SHARE, kept_share, letters
from ...scene import Scene
from ..style.numbers import short
from .lanes import (
    HIGHEST_DECAY,
    LEAST_RATE,
    SelectLane,
    SetBatchSize,
    SetHyperparameter,
    SetSchedule,
    two_digits,
)
from .session import Message, Session, said

MOST_SHARE = 4.0
"""A share of a whole step goes up to so many: from 2 on, Newton's method leaves the minimum of a parabola."""
STABLE = 4.0
"""The slider of η goes up to so many times the longest step that the sharpest minimum bears."""
STRIDE = 0.2
"""A step's length goes up to so many diagonals of the window instead."""
DECADES = 1e-4
"""A logarithmic slider begins at so much of where it ends."""

THOUSANDTH = 0.001
"""The least share of a slider, where 0 may not be."""
WIDEST = 100.0
"""Where the slider of a number ends that has hardly any bounds."""

Ends = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Dial:
    """A number of a lane between two ends; `position` and the message's argument go from 0 to 1."""

    name: str
    sign: str
    """Its letter in formulas."""
    value: str
    position: float
    message: Callable[[float], Message]
    """What sets it, in the lane that is selected."""


@dataclass(frozen=True)
class OfLane(Message):
    """Select a lane, and say something to it."""

    index: int
    message: Message

    def apply(self, session: Session) -> Session:
        return said(SelectLane(self.index).apply(session), self.message)


@dataclass(frozen=True)
class Grip(Message):
    """One of a lane's sliders has been taken: its way as it was stays to be seen beside the new one."""

    lane: int

    def apply(self, session: Session) -> Session:
        return replace(session, former=(session.scene, self.lane))


@dataclass(frozen=True)
class LetGo(Message):
    """The slider has been let go of."""

    clears_notice = False

    def apply(self, session: Session) -> Session:
        return replace(session, former=None)


def dials(scene: Scene, index: int, known: Problem | None = None) -> tuple[Dial, ...]:
    """The dials of a scene's lane, in the order in which they stand.

    known: the problem that says where they end, if the scene's own may still have to be looked into.
    """
    lane, count = scene.lanes[index], scene.examples.count
    rule: Any = lane.rule
    rates, sizes = rates_of(known or scene.problem(), rule), (1.0, float(max(count, 2)))
    kept = kept_share(rule)
    rate = Dial(
        "rate",
        "η",
        short(rule.learning_rate),
        position_of(rule.learning_rate, rates),
        lambda position: SetHyperparameter("learning_rate", value_at(position, rates)),
    )
    batch = Dial(
        "batch",
        "B",
        f"{lane.batch_size}",
        position_of(lane.batch_size, sizes),
        lambda position: SetBatchSize(round(value_at(position, sizes))),
    )
    if kept is None:
        return rate, batch
    past = Dial(
        "memory",
        letters(type(rule)).get(kept, PAST).sign,
        short(getattr(rule, kept)),
        getattr(rule, kept) / HIGHEST_DECAY,
        lambda position: SetHyperparameter(kept, min(round(position, 2), HIGHEST_DECAY)),
    )
    return rate, past, batch


def schedule_dials(scene: Scene, index: int) -> tuple[Dial, ...]:
    """The numbers of a lane's schedule; those of a warm-up where there is a schedule or a warm-up."""
    schedule: Any = scene.lanes[index].schedule
    hints = get_type_hints(type(schedule), include_extras=True)
    names = [field.name for field in fields(schedule) if field.name not in ("per", "warmup_from")]
    if schedule.warmup:
        names.append("warmup_from")
    own = [name for name in names if not name.startswith("warmup")]
    ordered = [*own, *(name for name in names if name.startswith("warmup"))]
    return tuple(_schedule_dial(name, getattr(schedule, name), hints[name], scene.updates) for name in ordered)


def _schedule_dial(name: str, value: float, hint: Any, updates: int) -> Dial:
    """A number as its type bounds it: shares as they are, whole and large ones logarithmic."""
    kind, *bounds = get_args(hint)
    lows = [float(cast(float, bound.ge)) for bound in bounds if isinstance(bound, Ge)]
    high = min(float(cast(float, bound.le)) for bound in bounds if isinstance(bound, Le))
    if kind is int:
        return _whole_dial(name, round(value), lows[0], min(high, 2.0 * updates))
    if high <= 1:
        least = lows[0] if lows else THOUSANDTH
        return Dial(name, "", short(value), value, lambda position: SetSchedule(name, max(round(position, 3), least)))
    ends = (lows[0] if lows else DECADES * min(high, WIDEST), high if lows else min(high, WIDEST))
    place = position_of(value, ends)
    return Dial(name, "", short(value), place, lambda position: SetSchedule(name, value_at(position, ends)))


def _whole_dial(name: str, value: int, low: float, high: float) -> Dial:
    """A whole number, which may be 0 at the slider's begin."""
    ends = 1.0, max(2.0, high)

    def message(position: float) -> Message:
        return SetSchedule(name, 0 if low == 0 and not position else max(round(low), round(ends[1] ** position)))

    return Dial(name, "", f"{value}", position_of(value, ends), message)


def rates_of(problem: Problem, rule: object) -> Ends:
    """The ends of the slider of η: what is sensible on this surface, for a rule of this kind."""
    measures = letters(type(cast(Any, rule)))["learning_rate"].measures
    if measures == SHARE:
        most = MOST_SHARE
    elif measures == LENGTH:
        most = STRIDE * problem.units.length
    else:
        sharpest = max((minimum.eigenvalues[1] for minimum in problem.minima), default=problem.units.curvature)
        most = STABLE * 2 / sharpest if sharpest > 0 and math.isfinite(sharpest) else 1.0
    most = min(max(most, LEAST_RATE), MOST_RATE)
    return two_digits(DECADES * most), two_digits(most)


def position_of(value: float, ends: Ends) -> float:
    """Where a value stands on a logarithmic slider, from 0 to 1."""
    if value <= ends[0]:
        return 0.0
    return min(math.log(value / ends[0]) / math.log(ends[1] / ends[0]), 1.0)


def value_at(position: float, ends: Ends) -> float:
    """The value at a position of a logarithmic slider, to two digits."""
    return two_digits(ends[0] * (ends[1] / ends[0]) ** position)
