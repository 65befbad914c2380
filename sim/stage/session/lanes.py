"""Messages that change a scene's lanes by hand: their rules, hyperparameters and batches.

A change applies at once: the race runs anew with the same seed, and the same tick is shown again as soon
as it has been computed, so that one sees what the change does to the whole way.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from ...descent.rules import RULES, rule_name
from ...descent.rules.gradient_descent import GradientDescent
from ...descent.track import Lane
from ...scene import MOST_LANES
from ..style.theme import say
from .session import Session

HIGHEST_DECAY = 0.999


def with_lanes(session: Session, lanes: Sequence[Lane], selected: int | None = None) -> Session:
    """The session with these lanes in its scene. What the scene promised of others is no longer claimed."""
    scene = replace(session.scene, lanes=tuple(lanes), claims=(None,) * len(lanes))
    lane = session.lane if selected is None else selected
    # A guess was about the lanes as they were.
    return replace(session, scene=scene, lane=min(max(lane, 0), len(lanes) - 1), guess=None, asking=False, notice="")


def _with_lane(session: Session, lane: Lane) -> Session:
    lanes = list(session.scene.lanes)
    lanes[session.lane] = lane
    return with_lanes(session, lanes)


@dataclass(frozen=True)
class SelectLane:
    """Turn the controls to a lane."""

    index: int

    def apply(self, session: Session) -> Session:
        if not 0 <= self.index < len(session.scene.lanes):
            return session
        return replace(session, lane=self.index, notice="")


@dataclass(frozen=True)
class ChooseRule:
    """Give the selected lane another rule, which keeps the hyperparameters that it shares with the old one."""

    name: str

    def apply(self, session: Session) -> Session:
        lane = session.scene.lanes[session.lane]
        kind: Any = RULES[self.name]
        old: Any = lane.rule
        shared = {field.name for field in fields(old)} & {field.name for field in fields(kind)}
        return _with_lane(session, replace(lane, rule=kind(**{name: getattr(old, name) for name in shared})))


@dataclass(frozen=True)
class NextRule:
    """The rule after the selected lane's, round and round."""

    def apply(self, session: Session) -> Session:
        names, name = list(RULES), rule_name(session.scene.lanes[session.lane].rule)
        place = names.index(name) + 1 if name in names else 0  # A rule from elsewhere is before all others.
        return ChooseRule(names[place % len(names)]).apply(session)


@dataclass(frozen=True)
class SetHyperparameter:
    """Set one of the selected lane's hyperparameters, if its rule has it."""

    name: str
    value: float

    def apply(self, session: Session) -> Session:
        lane = session.scene.lanes[session.lane]
        rule: Any = lane.rule
        if self.name not in {field.name for field in fields(rule)}:
            return session
        return _with_lane(session, replace(lane, rule=replace(rule, **{self.name: self.value})))


@dataclass(frozen=True)
class ScaleLearningRate:
    """Multiply the selected lane's learning rate."""

    factor: float

    def apply(self, session: Session) -> Session:
        rate = session.scene.lanes[session.lane].rule.learning_rate * self.factor
        return SetHyperparameter("learning_rate", min(max(two_digits(rate), 1e-6), 1e3)).apply(session)


@dataclass(frozen=True)
class ShiftMomentum:
    """Add to the share of the past that the selected lane's rule keeps: its λ, α or β1."""

    amount: float

    def apply(self, session: Session) -> Session:
        rule: Any = session.scene.lanes[session.lane].rule
        name = memory(rule)
        if name is None:
            return session
        value = min(max(round(getattr(rule, name) + self.amount, 3), 0.0), HIGHEST_DECAY)
        return SetHyperparameter(name, value).apply(session)


def memory(rule: Any) -> str | None:
    """The hyperparameter that says how much of the past a rule keeps, if it has one."""
    names = {field.name for field in fields(rule)}
    return next((name for name in ("decay", "beta1", "alpha") if name in names), None)


@dataclass(frozen=True)
class SetBatchSize:
    """Set the selected lane's batch size; at most all examples."""

    size: int

    def apply(self, session: Session) -> Session:
        size = min(max(self.size, 1), session.scene.examples.count)
        return _with_lane(session, replace(session.scene.lanes[session.lane], batch_size=size))


@dataclass(frozen=True)
class ScaleBatchSize:
    """Multiply the selected lane's batch size, and change it by one at least."""

    factor: float

    def apply(self, session: Session) -> Session:
        size = session.scene.lanes[session.lane].batch_size
        scaled = round(size * self.factor)
        return SetBatchSize(scaled if scaled != size else size + (1 if self.factor > 1 else -1)).apply(session)


@dataclass(frozen=True)
class AddLane:
    """Add a lane: plain descent with all examples, at the selected lane's learning rate."""

    def apply(self, session: Session) -> Session:
        lane = session.scene.lanes[session.lane]
        rule = GradientDescent(lane.rule.learning_rate)
        return _add(session, Lane(_free_name(session, "descent"), rule, session.scene.examples.count))


@dataclass(frozen=True)
class DuplicateLane:
    """Add a copy of the selected lane."""

    def apply(self, session: Session) -> Session:
        lane = session.scene.lanes[session.lane]
        return _add(session, replace(lane, name=_free_name(session, lane.name)))


@dataclass(frozen=True)
class RemoveLane:
    """Remove the selected lane, unless it is the only one."""

    def apply(self, session: Session) -> Session:
        lanes = list(session.scene.lanes)
        if len(lanes) == 1:
            return replace(session, notice=say(session.language, "The last lane stays."))
        del lanes[session.lane]
        return with_lanes(session, lanes)


def _add(session: Session, lane: Lane) -> Session:
    lanes = session.scene.lanes
    if len(lanes) == MOST_LANES:
        return replace(session, notice=say(session.language, "There is room for six lanes."))
    return with_lanes(session, [*lanes, lane], selected=len(lanes))


def _free_name(session: Session, name: str) -> str:
    """The name, with a number if another lane has it already."""
    taken = {lane.name for lane in session.scene.lanes}
    stem = name[:36]
    return next(free for number in range(1, 99) if (free := stem if number == 1 else f"{stem} {number}") not in taken)


def two_digits(value: float) -> float:
    """The value, rounded to two significant digits."""
    return float(f"{value:.2g}")
