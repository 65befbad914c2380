"""Learning rates that change by a plan: η at an update is the lane's η times the schedule's factor there.

A schedule belongs to the lane and not to the rule. Its time is counted in updates, or in whole epochs, as where
torch calls `scheduler.step()` at each epoch's end. A linear warm-up may come before any of them: its time begins when
that is over, as in `torch.optim.lr_scheduler.SequentialLR([LinearLR(…), …], milestones=[warmup])`.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import Annotated, ClassVar, Literal

from annotated_types import Ge, Gt, Le

MOST_TIME = 1_000_000

Span = Annotated[int, Ge(1), Le(MOST_TIME)]
"""A length of time, in updates or epochs."""
Floor = Annotated[float, Ge(0), Le(1)]
"""The smallest factor: η_min/η."""
Unit = Literal["update", "epoch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule(ABC):
    """What the learning rate is multiplied with, in time; without a warm-up, time 0 is the first update.

    per: in what time is counted.
    warmup: how long the factor first rises evenly to that of the schedule's begin; 0 for not at all.
    warmup_from: the factor, over that of the schedule's begin, with which it starts.
    """

    name: ClassVar[str]
    falls: ClassVar[bool] = False
    """Whether the factor never rises after the warm-up."""

    per: Unit = "update"
    warmup: Annotated[int, Ge(0), Le(MOST_TIME)] = 0
    warmup_from: Annotated[float, Ge(0), Le(1)] = 0.1

    def factor(self, update: int, updates_per_epoch: int) -> float:
        """What the update that is made after so many others multiplies η with.

        >>> [StepDecay(every=2, gamma=0.5).factor(update, 1) for update in range(6)]
        [1.0, 1.0, 0.5, 0.5, 0.25, 0.25]
        >>> [Constant(warmup=4, warmup_from=0.0).factor(update, 1) for update in range(6)]
        [0.0, 0.25, 0.5, 0.75, 1.0, 1.0]
        """
        time = update if self.per == "update" else update // updates_per_epoch
        if time < self.warmup:
            return self.at(0) * (self.warmup_from + (1 - self.warmup_from) * time / self.warmup)
        return self.at(time - self.warmup)

    def never_above(self, update: int, updates_per_epoch: int) -> float:
        """The most that the factor is for that update and all that come after it; infinite where it may still rise.

        >>> [Polynomial(length=2, warmup=1, warmup_from=0.0).never_above(update, 1) for update in range(5)]
        [inf, 1.0, 0.5, 0.0, 0.0]
        """
        time = (update if self.per == "update" else update // updates_per_epoch) - self.warmup
        return self.factor(update, updates_per_epoch) if time >= 0 and self.falls_from(time) else math.inf

    def falls_from(self, time: int) -> bool:
        """Whether the factor never rises from that time after the warm-up on."""
        del time
        return self.falls

    def falls_after(self, update: int, updates_per_epoch: int) -> bool:
        """Whether the factor is ever less than that update's, after it.

        >>> [Polynomial(length=2, warmup=1, warmup_from=0.0).falls_after(update, 1) for update in range(5)]
        [False, True, True, False, False]
        """
        return self.least_after(update, updates_per_epoch) < self.factor(update, updates_per_epoch)

    def least_after(self, update: int, updates_per_epoch: int) -> float:
        """What the factor comes to at least from that update on, or comes close to, once the warm-up is over.

        >>> Cosine(length=9, floor=0.25).least_after(3, 1)
        0.25
        """
        time = (update if self.per == "update" else update // updates_per_epoch) - self.warmup
        return self.least_from(max(time, 0))

    def least_from(self, time: int) -> float:
        """What the factor comes to at least from that time after the warm-up on, or comes close to."""
        del time
        return 0.0

    def to_come(self, update: int, updates_per_epoch: int) -> float:
        """What the factors of that update and of all that come after it add up to at most; infinite if to no number.

        >>> Exponential(gamma=0.5).to_come(1, 1)
        1.0
        >>> InverseTime().to_come(1, 1)
        inf
        """
        time = (update if self.per == "update" else update // updates_per_epoch) - self.warmup
        return self.sum_from(time) * (1 if self.per == "update" else updates_per_epoch) if time >= 0 else math.inf

    def sum_from(self, time: int) -> float:
        """What the factors from that time after the warm-up on add up to at most; infinite if to no number."""
        del time
        return math.inf

    @abstractmethod
    def at(self, time: int) -> float:
        """The factor at that time after the warm-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Schedule):
    """1, always: the learning rate as it is."""

    name: ClassVar[str] = "constant"
    falls: ClassVar[bool] = True

    def at(self, time: int) -> float:
        del time
        return 1.0

    def least_from(self, time: int) -> float:
        """What it always is."""
        return self.at(time)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDecay(Schedule):
    """γ^⌊t/s⌋: torch.optim.lr_scheduler.StepLR(step_size=s, gamma=γ).

    every: s.
    gamma: γ.
    """

    name: ClassVar[str] = "step"
    falls: ClassVar[bool] = True

    every: Span = 100
    gamma: Annotated[float, Gt(0), Le(1)] = 0.1

    def at(self, time: int) -> float:
        return float(self.gamma ** (time // self.every))

    def least_from(self, time: int) -> float:
        """Nothing, if it falls at all."""
        del time
        return float(self.gamma == 1)

    def sum_from(self, time: int) -> float:
        """The sum of the factors left in this step, and of the geometric series of all later ones."""
        if self.gamma == 1:
            return math.inf
        return self.at(time) * (self.every - time % self.every + self.every * self.gamma / (1 - self.gamma))


@dataclass(frozen=True, slots=True, kw_only=True)
class Exponential(Schedule):
    """γᵗ: torch.optim.lr_scheduler.ExponentialLR(gamma=γ).

    gamma: γ.
    """

    name: ClassVar[str] = "exponential"
    falls: ClassVar[bool] = True

    gamma: Annotated[float, Gt(0), Le(1)] = 0.99

    def at(self, time: int) -> float:
        return float(self.gamma**time)

    def least_from(self, time: int) -> float:
        """Nothing, if it falls at all."""
        del time
        return float(self.gamma == 1)

    def sum_from(self, time: int) -> float:
        """The sum of the geometric series of the factors."""
        return self.at(time) / (1 - self.gamma) if self.gamma < 1 else math.inf


@dataclass(frozen=True, slots=True, kw_only=True)
class Polynomial(Schedule):
    """(1 − min(t, T)/T)ᵖ: torch.optim.lr_scheduler.PolynomialLR(total_iters=T, power=p). From T on it is 0.

    length: T.
    power: p; 1 is a straight line.
    """

    name: ClassVar[str] = "polynomial"
    falls: ClassVar[bool] = True

    length: Span = 400
    power: Annotated[float, Gt(0), Le(100)] = 1.0

    def at(self, time: int) -> float:
        return float((1 - min(time, self.length) / self.length) ** self.power)

    def sum_from(self, time: int) -> float:
        """At most the first of them and the integral from there on, for they fall."""
        left = 1 - min(time, self.length) / self.length
        return self.at(time) + self.length / (self.power + 1) * math.pow(left, self.power + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class InverseTime(Schedule):
    """1/(1 + k t), the decay of Robbins and Monro (1951), of which Σ η is infinite and Σ η² finite.

    It is keras.optimizers.schedules.InverseTimeDecay(decay_steps=1, decay_rate=k); torch has it as
    LambdaLR(lambda t: 1 / (1 + k * t)).

    decay_rate: k, for each unit of time.
    """

    name: ClassVar[str] = "inverse time"
    falls: ClassVar[bool] = True

    decay_rate: Annotated[float, Gt(0), Le(1e3)] = 0.01

    def at(self, time: int) -> float:
        return 1 / (1 + self.decay_rate * time)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosine(Schedule):
    """f + (1 − f)(1 + cos(π t/T))/2: torch.optim.lr_scheduler.CosineAnnealingLR(T_max=T, eta_min=f η).

    Loshchilov and Hutter (2017, SGDR, equation 5), without restarts: after T it rises again as it fell, as torch's.

    length: T.
    floor: f.
    """

    name: ClassVar[str] = "cosine"

    length: Span = 400
    floor: Floor = 0.0

    def at(self, time: int) -> float:
        return _cosine(1.0, self.floor, time / self.length)

    def least_from(self, time: int) -> float:
        """The floor, again and again."""
        del time
        return self.floor


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmRestarts(Schedule):
    """The cosine's fall from 1 to f within a cycle, over and over; each cycle is m times as long as the one before.

    Loshchilov and Hutter (2017, SGDR): torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(T_0=T, T_mult=m,
    eta_min=f η). At a cycle's begin the factor is 1, at its last moment it is not yet f.

    length: T, that of the first cycle.
    stretch: m.
    floor: f.
    """

    name: ClassVar[str] = "warm restarts"

    length: Span = 100
    stretch: Annotated[int, Ge(1), Le(100)] = 1
    floor: Floor = 0.0

    def at(self, time: int) -> float:
        begin, length = self._cycle(time)
        return _cosine(1.0, self.floor, (time - begin) / length)

    def least_from(self, time: int) -> float:
        """The last factor of a cycle, which is the closer to the floor, the longer that is."""
        del time
        return self.at(self.length - 1) if self.stretch == 1 else self.floor

    def _cycle(self, time: int) -> tuple[int, int]:
        """When the cycle of that time begins, and how long it is."""
        if self.stretch == 1:
            return time - time % self.length, self.length
        begin, length = 0, self.length
        while time >= begin + length:
            begin, length = begin + length, length * self.stretch
        return begin, length


@dataclass(frozen=True, slots=True, kw_only=True)
class OneCycle(Schedule):
    """Up from 1/d to 1 in the first part of T, down to 1/(d e) in the rest, both along a cosine (Smith and Topin 2018).

    torch.optim.lr_scheduler.OneCycleLR(max_lr=η, total_steps=T, pct_start=p, div_factor=d, final_div_factor=e,
    cycle_momentum=False). After T, where torch raises an error, it stays where it ended.

    length: T.
    rise: p, which part of T it rises.
    start_divisor, end_divisor: d and e.
    """

    name: ClassVar[str] = "one cycle"

    length: Annotated[int, Ge(2), Le(MOST_TIME)] = 400
    rise: Annotated[float, Gt(0), Le(1)] = 0.3
    start_divisor: Annotated[float, Ge(1), Le(1e6)] = 25.0
    end_divisor: Annotated[float, Ge(1), Le(1e9)] = 1e4

    def at(self, time: int) -> float:
        top, last = self.rise * self.length - 1, self.length - 1
        first, end = 1 / self.start_divisor, 1 / (self.start_divisor * self.end_divisor)
        if time < top:
            return _cosine(first, 1.0, time / top)
        return _cosine(1.0, end, (min(time, last) - top) / (last - top)) if last > top else 1.0

    def least_from(self, time: int) -> float:
        """Where it ends, or where it is, if that is less."""
        return min(self.at(time), self.at(max(time, self.length)))

    def falls_from(self, time: int) -> bool:
        """As every schedule has it."""
        return time >= self.rise * self.length - 1


def _cosine(first: float, last: float, share: float) -> float:
    """Half a wave from one factor to another."""
    return last + (first - last) * (1 + math.cos(math.pi * share)) / 2


_KINDS: tuple[type[Schedule], ...] = (
    Constant,
    StepDecay,
    Exponential,
    Polynomial,
    InverseTime,
    Cosine,
    WarmRestarts,
    OneCycle,
)

SCHEDULES: dict[str, type[Schedule]] = {kind.name: kind for kind in _KINDS}
"""Every schedule by the name that scenes and menus use, in the order menus show."""


def schedule_settings(schedule: Schedule) -> dict[str, str]:
    """The schedule's numbers that matter, as they are written: its own, and those of a warm-up and of epochs if any.

    >>> schedule_settings(Exponential(gamma=0.9, per="epoch"))
    {'gamma': '0.9', 'per': 'epoch'}
    """
    shared = {field.name for field in fields(Schedule)}
    told = {field.name: getattr(schedule, field.name) for field in fields(schedule) if field.name not in shared}
    if schedule.warmup:
        told |= {"warmup": schedule.warmup, "warmup_from": schedule.warmup_from}
    if schedule.per != "update":
        told["per"] = schedule.per
    return {name: value if isinstance(value, str) else f"{value:g}" for name, value in told.items()}


CONSTANT = Constant()
"""The learning rate as it is: what a lane has that is given no schedule."""
