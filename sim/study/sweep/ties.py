"""Numbers of a scene that follow another one: the learning rate in proportion to the batch size, or to its root."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...scene import SceneError
from .settings import FULL, NUMBER, PathStep, number_at, path_at_begin, paths_of, set_at

DIGITS = 10  # Significant ones of a number that follows.
SIGNS = ("~", "∝")
FORM = "PATH~PATH, or PATH~PATH^POWER, such as lane.minibatch.learning_rate~lane.minibatch.batch_size"


@dataclass(frozen=True, slots=True)
class Tie:
    """What was typed: one number that goes with a power of another."""

    target: str
    steps: tuple[PathStep, ...]
    source: str
    source_steps: tuple[PathStep, ...]
    power: float

    @property
    def text(self) -> str:
        """As it is told."""
        power = "" if self.power == 1 else f"^{self.power:g}"
        return f"{self.target} ∝ {self.source}{power}"

    def follow(self, before: dict[str, Any], tables: dict[str, Any], count: int) -> None:
        """Put into a scene's tables what follows from their numbers, where before it was that of other tables.

        count: how many examples a full batch has.

        Raises:
            SceneError: there is no such number, or nothing is in proportion to it.
        """
        (source,) = paths_of(self.source, self.source_steps, before)[:1]
        old, new = (_amount(number_at(each, source), count) for each in (before, tables))
        if old is None or new is None or old == 0:
            raise SceneError(f"{self.source} is {number_at(before, source)!r}, to which nothing can be in proportion")
        for path in paths_of(self.target, self.steps, before):
            usual = number_at(before, path)
            amount = _amount(usual, count)
            if amount is None:
                raise SceneError(f"{self.target} is {usual!r}, which cannot be in proportion to anything")
            followed = self._followed(amount, old, new)
            set_at(tables, path, followed if isinstance(usual, float) else max(1, round(followed)))

    def _followed(self, amount: float, old: float, new: float) -> float:
        """What becomes of an amount where what it follows was `old` and is `new`."""
        ratio = new / old
        try:
            factor = ratio**self.power
        except (OverflowError, ZeroDivisionError):
            factor = math.inf
        followed = amount * factor if isinstance(factor, float) else math.nan  # A root of what is below 0 is none.
        if not math.isfinite(followed):
            raise SceneError(f"{self.text}: {ratio:g} to the power of {self.power:g} is no number that can be used")
        return float(f"{followed:.{DIGITS}g}")


def tie(text: str) -> Tie:
    """The two paths in PATH~PATH, and the power if any.

    Raises:
        ValueError: it is written otherwise; the message says what would be right.

    >>> tie("lane.minibatch.learning_rate ~ lane.minibatch.batch_size^0.5").text
    'lane.minibatch.learning_rate ∝ lane.minibatch.batch_size^0.5'
    """
    target, steps, sign, rest = path_at_begin(text)
    rest, caret, power = rest.partition("^")
    source, source_steps, end, _ = path_at_begin(rest)
    if sign not in SIGNS or end or not target or not source or (caret and not NUMBER.fullmatch(power.strip())):
        raise ValueError(f"must be {FORM}, not {text[:60]!r}")
    return Tie(target, steps, source, source_steps, float(power) if caret else 1.0)


def check_ties(ties: Sequence[Tie], swept: Sequence[tuple[str | int, ...]], tables: dict[str, Any]) -> None:
    """Each tie makes one number follow one that is swept.

    Raises:
        SceneError: there is no such number, or it follows none that is swept, or two of them, or is swept itself.
    """
    led: dict[tuple[str | int, ...], str] = {}
    for each in ties:
        sources = paths_of(each.source, each.source_steps, tables)
        if len(sources) > 1:
            raise SceneError(f"{each.text}: {each.source} is several numbers, and one can follow only one")
        if sources[0] not in swept:
            raise SceneError(f"{each.text}: {each.source} is not swept, so that nothing changes with it")
        for path in paths_of(each.target, each.steps, tables):
            if path == ("seed",):
                raise SceneError(f"{each.text}: seed cannot follow: every point is computed for many seeds")
            if path in swept:
                raise SceneError(f"{each.text}: {each.target} is swept itself")
            if path in led:
                raise SceneError(f"{each.text}: {each.target} is tied already, by {led[path]}")
            led[path] = each.text


def _amount(value: Any, count: int) -> float | None:
    """A number that others may follow; None for a word."""
    if value == FULL:
        return float(count)
    return None if isinstance(value, bool | str) else float(value)
