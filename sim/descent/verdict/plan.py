"""What is known beforehand of how the marbles of a lane will move: its noise, and what its learning rate comes to."""

from dataclasses import dataclass

import numpy as np

from ...surface.points import Array, Mask
from ..examples.chance import Indices
from ..lane import Lane
from ..rules import OWN
from ..rules.plain.gradient_descent import NoState
from ..rules.preparation import DecayedRule
from ..rules.protocol import makes_noise
from ..rules.sign.lion import Lion
from ..schedules import CONSTANT
from ..update import plain_rate
from .blocks import AT_ONCE, Carrying

SPENT = 1e-10
"""What is left of a learning rate of which one who takes no step any more will take none, over that of the lane."""
TELLING = 1e-8
"""What must be left of it where the length of steps is to tell that two forces balance: that of others is rounding."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned for a lane with N examples. Only the program's own rules are sure to heed a planned η."""

    lane: Lane
    count: int
    """N."""

    @property
    def epoch(self) -> int:
        """How many updates an epoch has."""
        return self.lane.updates_per_epoch(self.count)

    @property
    def chance(self) -> bool:
        """Whether runs with other seeds are other runs."""
        return self.lane.chance(self.count)

    @property
    def paints(self) -> bool:
        """Whether the rule adds noise of its own."""
        return makes_noise(self.lane.rule)

    @property
    def noisy(self) -> bool:
        """Whether there is noise of either kind."""
        return self.chance or self.paints

    @property
    def decays(self) -> bool:
        """Whether the rule shrinks θ besides following the gradient."""
        return bool(getattr(self.lane.rule, "weight_decay", 0.0))

    @property
    def penalty(self) -> float:
        """The curvature w of the penalty ½ w ‖θ‖² that the rule descends with the loss; decay beside it adds none."""
        return self.lane.rule.weight_decay if isinstance(self.lane.rule, DecayedRule) else 0.0

    @property
    def constant(self) -> bool:
        """Whether the learning rate stays as it is."""
        return self.lane.schedule == CONSTANT

    @property
    def repeats(self) -> bool:
        """Whether the rule answers the same at the same place: who takes no step never will again.

        Nothing is drawn, no learning rate is still to come, and the rule says that it remembers nothing.
        """
        remembers = getattr(type(self.lane.rule).init, "__annotations__", {}).get("return") is not NoState
        return not (self.chance or not self.constant or remembers)

    def carrying(self, curvature: float) -> Carrying:
        """How the rule carries on what has moved a marble, where the largest curvature of a minimum is this.

        Nobody asks without noise.
        """
        rule = self.lane.rule
        if not self.noisy:
            return AT_ONCE
        if isinstance(rule, Lion):
            return Carrying(even=True)
        plain = plain_rate(rule) if type(rule) in OWN else 0.0
        return Carrying(rule.decay, steepness=plain * curvature) if plain and hasattr(rule, "decay") else AT_ONCE

    def fallen(self, updates: Indices) -> Array:
        """What the learning rate is at most from each of these updates on, over the lane's own; infinite if unknown."""
        if type(self.lane.rule) not in OWN:
            return np.full(len(updates), np.inf)
        schedule, epoch = self.lane.schedule, self.epoch
        return np.array([schedule.never_above(update, epoch) for update in updates.tolist()])

    def factors(self, updates: Indices) -> Array:
        """What the learning rate of each of these updates is over the lane's own; 0 where steps may be rounding."""
        schedule, epoch = self.lane.schedule, self.epoch
        factors = np.array([schedule.factor(update, epoch) for update in updates.tolist()])
        return np.where(factors >= TELLING, factors, 0.0)

    def falls(self, updates: Indices) -> Mask:
        """Whether the learning rate is ever less than at each of these updates, after it."""
        schedule, epoch = self.lane.schedule, self.epoch
        return np.array([schedule.falls_after(update, epoch) for update in updates.tolist()], dtype=np.bool_)

    def unstable(self, updates: Indices) -> Array:
        """The curvature from which on plain descent is unstable by every learning rate from each of these updates on.

        It is 2 (1 + λ)/η with heavy-ball momentum, and for no other of the program's own rules more; infinite if η
        comes to nothing, if the rule is not the program's own, and where nothing turns on it, as with a constant η.
        """
        if self.constant or type(self.lane.rule) not in OWN:
            return np.full(len(updates), np.inf)
        schedule, epoch, decay = self.lane.schedule, self.epoch, getattr(self.lane.rule, "decay", 0.0)
        least = [schedule.least_after(update, epoch) for update in updates.tolist()]
        with np.errstate(divide="ignore"):
            return np.asarray(2 * (1 + decay) / (self.lane.rule.learning_rate * np.array(least)))

    def to_come(self, updates: Indices) -> Array:
        """What all learning rates from each of these updates on add up to at most; infinite if to no number."""
        if self.constant or type(self.lane.rule) not in OWN:
            return np.full(len(updates), np.inf)
        schedule, epoch, decay = self.lane.schedule, self.epoch, getattr(self.lane.rule, "decay", 0.0)
        sums = np.array([schedule.to_come(update, epoch) for update in updates.tolist()])
        return np.asarray(self.lane.rule.learning_rate * sums / (1 - decay))

    def rises(self, updates: Indices, span: int) -> Mask:
        """Whether the learning rate before each of these updates is more than so many before."""
        if self.constant:
            return np.zeros(len(updates), dtype=np.bool_)
        return np.asarray(self.rates(updates - 1) > self.rates(np.maximum(updates - 1 - span, 0)))

    def steps_left(self, updates: Indices) -> Array:
        """All steps from each of these updates on, as so many of its own learning rate at most; infinite if unknown.

        A rule moves in proportion to that, unless it adds noise of its own. With momentum it coasts on, from its last
        movement by the powers of λ, which add up to λ/(1 − λ).
        """
        if type(self.lane.rule) not in OWN or self.paints:
            return np.full(len(updates), np.inf)
        schedule, epoch, decay = self.lane.schedule, self.epoch, getattr(self.lane.rule, "decay", 0.0)
        sums = [(schedule.factor(update, epoch), schedule.to_come(update, epoch)) for update in updates.tolist()]
        steps = [to_come / factor if factor else 0.0 if to_come == 0 else np.inf for factor, to_come in sums]
        return np.array(steps) + decay / (1 - decay)

    def fades(self, update: int) -> bool:
        """Whether the learning rate comes to nothing from then on, so that no forces need to balance at rest."""
        here = np.array([update])
        return bool(self.fallen(here)[0] <= SPENT or self.steps_left(here)[0] < np.inf)

    def rates(self, updates: Indices) -> Array:
        """The learning rate of each of these updates, whatever their shape."""
        rates = [self.lane.rate_at(update, self.count) for update in updates.ravel().tolist()]
        return np.array(rates).reshape(updates.shape)
