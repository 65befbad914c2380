"""What there is to be told of an update: the lines of a rule's recurrence, and numbers beside them."""

import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np

from .....descent.rules import preparations, recurrence
from .....descent.rules.protocol import letters, settings_of, state_letters
from .....descent.schedules import CONSTANT
from .....descent.track import Track
from .....surface.points import Array
from ....style.numbers import number, short

USUAL, WIDEST = "−0.0000", "−0.0e−00"
"""Room is kept for such numbers, so that nothing moves when they change: for the widest where nothing can be left out.
"""
IN_PAIRS = re.compile(r"[^(, ]+(?=[,)])")
ANY = re.compile(r"[^→ ]+")
RATE = "learning_rate"


class Tells(IntEnum):
    """What a row may tell: what comes last is left out first."""

    MOVEMENT = 0
    GRADIENT = 1
    STATE = 2
    COUNT = 3
    BETWEEN = 4
    CONSTANTS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the recurrence, or a letter, and numbers beside it or below; one of the two may be empty."""

    tells: Tells
    formula: str
    whole: str = ""
    """The numbers; of what the rule remembers, before and after the update."""
    brief: str = ""
    """The numbers after the update alone, for where there is less room,"""
    least: str = ""
    """and these in as few digits as may be."""

    @property
    def usual(self) -> "Row":
        """The row as wide as it usually is, whatever the numbers."""
        whole = WIDEST if self.whole == self.brief else USUAL
        if self.tells == Tells.COUNT:
            return Row(Tells.COUNT, self.formula, ANY.sub(USUAL, self.whole), ANY.sub(USUAL, self.brief))
        return Row(self.tells, self.formula, _with(self.whole, whole), _with(self.brief, WIDEST))

    def numbers(self, brief: bool) -> str:
        """Both, or those after the update."""
        return self.brief if brief else self.whole


def rows_of(track: Track, moment: int) -> tuple[Row, ...]:
    """What there is to be told of the update after that moment, which must be known.

    Of a rule that says no recurrence that is the gradient and the movement. One from outside may say it in hyphens.
    """
    lines = [line.replace(" - ", " − ") for line in recurrence(track.lane.rule)]
    first, movement = (
        _told(Tells.GRADIENT, "g", track.gradient[moment]),
        _told(Tells.MOVEMENT, "", track.movement[moment], "Δθ "),
    )
    if not lines:
        return first, movement
    told = {"θ": movement, **_remembered(track, moment)}
    before = tuple(_prepared(track, moment))
    rows = (_with_formula(told.get(line.partition(" ←")[0]), line) for line in lines[len(before) :])
    return first, *before, *rows, Row(Tells.CONSTANTS, _constants(track, moment))


def _told(tells: Tells, formula: str, vector: Array, name: str = "") -> Row:
    """A row of a vector of which there is only one."""
    pair = f"{name}{_pair(vector)}"
    return Row(tells, formula, pair, pair, f"{name}{_pair(vector, _terse)}")


def _with_formula(told: Row | None, line: str) -> Row:
    """The row of what a line of the recurrence computes, if that is told."""
    return Row(Tells.BETWEEN, line) if told is None else replace(told, formula=line)


def _prepared(track: Track, moment: int) -> Iterator[Row]:
    """What becomes of the gradient before the rule answers it."""
    gradient, theta = track.gradient[moment], track.theta[moment]
    for line, work in preparations(track.lane.rule):
        gradient = work(gradient, theta)
        yield _told(Tells.STATE, line, gradient)


def _remembered(track: Track, moment: int) -> dict[str, Row]:
    """The numbers of what the rule remembers, before and after the update, by their letters."""
    before, after = track.state(moment), track.state(moment + 1)
    rows = {}
    for name, sign in state_letters(type(before)).items():
        old, new = getattr(before, name), getattr(after, name)
        tells = Tells.STATE if isinstance(old, np.ndarray) else Tells.COUNT
        rows[sign] = Row(tells, "", f"{_written(old)} → {_written(new)}", _written(new), _written(new, _terse))
    return rows


def bare_rows(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The movement without its formula, which may have letters that there is no room to explain; nor constants."""
    told = (row for row in rows if row.tells != Tells.CONSTANTS)
    return tuple(replace(row, formula="") if row.tells == Tells.MOVEMENT else row for row in told)


def vectors(rows: Iterable[Row]) -> int:
    """How many of the rows tell of a vector."""
    return sum(row.tells <= Tells.STATE for row in rows)


def _with(numbers: str, each: str) -> str:
    """The numbers as written, with another in the place of each in a pair."""
    return IN_PAIRS.sub(each, numbers)


def _usually(value: float) -> str:
    """As numbers are told elsewhere, but powers without a plus: that of a diverging rule has three digits."""
    return number(value).replace("e+", "e")


def _terse(value: float) -> str:
    """One digit, and a power where that is shorter: 6e39, −0.05."""
    if not math.isfinite(value):
        return number(value)
    words = f"{value:.1g}" if not value or 1e-3 <= abs(value) < 1e4 else f"{value:.0e}"
    digit, powers, power = words.partition("e")
    return (f"{digit}e{int(power)}" if powers else digit).replace("-", "−")


def _written(value: Any, told: Callable[[float], str] = _usually) -> str:
    """A number of a rule's state, or a pair of them."""
    if isinstance(value, np.ndarray):
        return _pair(value, told)
    return str(value) if isinstance(value, int) else told(float(value))


def _pair(vector: Array, told: Callable[[float], str] = _usually) -> str:
    x, y = map(told, vector.tolist())
    return f"({x}, {y})"


def _constant(value: object, written: Callable[[float], str]) -> str:
    """The value of a hyperparameter, which a rule from outside may tell as it likes."""
    return written(value) if isinstance(value, int | float) else str(value)


def _constants(track: Track, moment: int) -> str:
    """The hyperparameters, all of them but options that are off; of a learning rate that changes, as many digits."""
    rule, changes = track.rule(moment), track.lane.schedule != CONSTANT
    told, known = settings_of(rule), letters(type(rule))
    exact = {RATE} if changes else set()
    words = {name: _constant(told[name], number if name in exact else short) for name in known if name in told}
    return " · ".join(f"{known[name].sign} {value}" for name, value in words.items())
