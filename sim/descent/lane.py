"""How a lane's marbles move, update by update."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count as counted
from typing import Any, NamedTuple

import numpy as np

from ..surface.points import Array, Mask
from .examples.batches import Draw, Sampling
from .examples.chance import Indices, Noises, Seeds
from .examples.finite_sum import FiniteSum
from .rules.guard import RuleFailure, with_arrays, with_rate
from .rules.protocol import Rule, makes_noise, with_parts
from .schedules import CONSTANT, Schedule
from .update import Noise, first_state, one_update


@dataclass(frozen=True, slots=True)
class Lane:
    """How one marble moves: a rule with its hyperparameters, how its η changes, and how batches of B are drawn."""

    name: str
    rule: Rule[Any]
    batch_size: int
    schedule: Schedule = CONSTANT
    sampling: Sampling = "reshuffled"
    drop_last: bool = False

    @property
    def draw(self) -> Draw:
        """How its batches are drawn."""
        return Draw(self.batch_size, self.sampling, self.drop_last)

    def sees_all(self, count: int) -> bool:
        """Whether each batch is all of so many examples, so that its loss is the training loss."""
        return self.batch_size >= count

    def chance(self, count: int) -> bool:
        """Whether runs with other seeds are other runs: by what is drawn of so many examples, or by painted noise."""
        return not self.sees_all(count) or makes_noise(self.rule)

    def updates_per_epoch(self, count: int) -> int:
        """How many updates an epoch of N examples has."""
        return self.draw.updates_per_epoch(count)

    def rule_at(self, update: int, count: int) -> Rule[Any]:
        """The rule with the learning rate that the update has which is made after so many others, of N examples.

        Raises:
            RuleFailure: a rule from outside refuses it.
        """
        if self.schedule == CONSTANT:
            return self.rule
        return with_rate(self.rule, self._planned(update, count))

    def rate_at(self, update: int, count: int) -> float:
        """The learning rate of the update after so many others; where the rule refuses it, the one that was planned."""
        try:
            return self.rule_at(update, count).learning_rate
        except RuleFailure:
            return self._planned(update, count)

    def _planned(self, update: int, count: int) -> float:
        return self.rule.learning_rate * self.schedule.factor(update, self.updates_per_epoch(count))


class Update(NamedTuple):
    """One update of M marbles: θ ← θ + movement, with what caused it."""

    batch: Indices
    """Example indices (B, M), or (N,) for the full batch, which all marbles share."""
    gradient: Array
    """Batch gradient ∇L_B before the update, shape (M, 2)."""
    movement: Array
    """Shape (M, 2)."""
    theta: Array
    """θ after the update, shape (M, 2). A marble that has ended stays where it last was."""
    alive: Mask
    """Which marbles go on, shape (M,): neither did their numbers overflow, nor the rule fail; the same array again
    where no more of them ended."""
    state: tuple[Any, ...]
    """What the rule remembers after the update."""
    failures: Mapping[int, str]
    """How a rule from outside failed, by the numbers of the marbles that ended so, in this update or before."""


def descend(
    train: FiniteSum, lane: Lane, start: Array, seeds: Seeds, state: tuple[Any, ...] | None = None, first: int = 0
) -> Iterator[Update]:
    """Run M marbles down the training loss from start (M, 2), one seed each (M,), for as long as asked.

    Every marble gets the bits that it would get alone. A marble whose numbers overflow stops there, and so does one
    for which a rule from outside fails; when none is left the run ends.

    state: what the rule remembers there, if so many updates have been made `first`.
    """
    theta = np.array(start, dtype=np.float64)
    alive, intact = np.ones(len(theta), dtype=np.bool_), True
    failures: dict[int, str] = {}
    ended: dict[int, str] = {}  # Without those with whom the rule fails only after their numbers have overflowed.
    noted = 0
    noises = Noises(seeds)
    if state is None:
        state = _first(lane.rule, theta, failures)
    for update, batch in enumerate(lane.draw.batches(seeds, train.count, first), first):
        with np.errstate(all="ignore"):  # Not around the yield: the caller has settings of its own.
            rule, drawn = _scheduled(lane, update, train.count, theta, failures), None if batch.ndim == 1 else batch
            gradient, movement, state = _answer(rule, train, theta, drawn, state, noises.at(update), failures)
            moved = theta + movement
        if len(failures) > noted:
            ended, noted = ended | {marble: how for marble, how in failures.items() if alive[marble]}, len(failures)
        axes = np.isfinite(moved)
        finite = axes[:, 0] & axes[:, 1]
        intact = intact and bool(finite.all())
        if not intact and (alive & ~finite).any():
            alive = alive & finite
        theta = moved if intact else np.where(alive[:, None], moved, theta)
        yield Update(batch, gradient, movement, theta, alive, state, ended)
        if not intact and not alive.any():
            return


def remembered(
    train: FiniteSum, lane: Lane, made: tuple[Array, Array], seeds: Seeds, state: tuple[Any, ...], first: int
) -> Iterator[tuple[Any, ...]]:
    """What the rule of a run remembers after each update from that of number `first` on: the run's own, bit for bit.

    made: where the marbles were before each of these updates, and what gradient they met, (U, M, 2) each; state: what
    was remembered before them.
    """
    noises, drawn = Noises(seeds), lane.draw.batches(seeds, train.count, first)
    for update, theta, gradient, batch in zip(counted(first), *made, drawn, strict=False):
        with np.errstate(all="ignore"):
            failures: dict[int, str] = {}
            rule, some = _scheduled(lane, update, train.count, theta, failures), None if batch.ndim == 1 else batch
            _, _, state = _answer(rule, train, theta, some, state, noises.at(update), failures, gradient)
        yield state


def _first(rule: Rule[Any], theta: Array, failures: dict[int, str]) -> tuple[Any, ...]:
    """What the rule remembers at first. One that fails even there has failed for all marbles, which is noted down."""
    try:
        return first_state(rule, theta)
    except RuleFailure as failure:
        failures.update(dict.fromkeys(range(len(theta)), str(failure)))
        return ()


def _scheduled(lane: Lane, update: int, count: int, theta: Array, failures: dict[int, str]) -> Rule[Any]:
    """The rule for an update. One that refuses its learning rate has failed for all marbles, which is noted down."""
    try:
        return lane.rule_at(update, count)
    except RuleFailure as failure:
        failures.update({marble: str(failure) for marble in range(len(theta)) if marble not in failures})
        return lane.rule


def _answer(
    rule: Rule[Any],
    train: FiniteSum,
    theta: Array,
    batch: Indices | None,
    state: tuple[Any, ...],
    noise: Noise,
    failures: dict[int, str],
    gradient: Array | None = None,
) -> tuple[Array, Array, tuple[Any, ...]]:
    """Gradient, movement and state of M marbles after an update; NaN is the movement where the rule has failed.

    failures: how it did, by the marble; what is new is added. gradient: where it is known already.
    """
    if not failures:
        try:
            slope, movement, after = one_update(rule, train, theta, batch, state, noise, gradient)
        except RuleFailure:
            pass  # With whom, is found out below.
        else:
            return slope.here, movement, after

    movements = np.full_like(theta, np.nan)

    def ask(which: Indices) -> None:
        """Ask for some of the marbles, and where the rule fails, for half of them at a time."""
        nonlocal state
        some = None if batch is None else batch[:, which]
        kept = with_arrays(before, lambda part: part[which])
        try:
            _, movement, after = one_update(rule, train, theta[which], some, kept, lambda: noise()[which])
        except RuleFailure as failure:
            if len(which) == 1:
                failures[int(which[0])] = str(failure)
            else:
                ask(which[: len(which) // 2])
                ask(which[len(which) // 2 :])
            return
        movements[which] = movement
        state = _with_some(state, which, after)

    before, left = state, np.array([marble for marble in range(len(theta)) if marble not in failures], dtype=np.intp)
    if len(left):
        ask(left)
    return train.gradient(theta, batch), movements, state


def _with_some(state: tuple[Any, ...], which: Indices, after: tuple[Any, ...]) -> tuple[Any, ...]:
    """The state of M marbles, where some of them have a later one."""

    def part(old: Any, new: Any) -> Any:
        if not isinstance(new, np.ndarray) or not isinstance(old, np.ndarray):
            return new
        both = old.copy()
        both[which] = new
        return both

    return with_parts(after, map(part, state, after))
