"""Which rows there is room for, and how they are written: in so many lines of type of that size."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from ....style import text
from .rows import Row, Tells, vectors

SHARE = 1 / 3
"""How much of the map is covered at most."""
LINE = 1.32
"""From line to line, in heights of the type."""
MARGIN, PAD, GAP = 0.25, 0.35, 0.5
"""Around the ground, within it, and between a formula and its numbers; in ems."""
ACCENTS = "\u0302′∞"
LETTERS = re.compile(f"[a-zA-Zα-ωΑ-Ω]+[{ACCENTS}]*")


@dataclass(frozen=True, slots=True)
class Plan:
    """What there is room for."""

    shown: tuple[int, ...]
    """Which rows, from above."""
    beside: tuple[bool, ...]
    """Whether the numbers of each of these stand beside its formula; else below, on a line of their own."""
    brief: bool
    size: int
    """Height of the type, in pixels."""
    step: int
    """From line to line, in pixels."""
    width: int
    """Width of what is written, in pixels,"""
    height: int
    """and height of all its lines."""


@lru_cache(maxsize=64)
def planned(rows: tuple[Row, ...], size: tuple[int, int], em: int, type_size: int, taken: int = 0) -> tuple[Plan, ...]:
    """The plans for a map of that size, of whose height other views have taken so much, the best first.

    There is none if there is not even room for the movement with the lines that say what its letters are.

    The best tells of as many vectors as it can, of these rather before and after, then of most else; if it can, on few
    lines.
    """
    return tuple(sorted(_plans(rows, size, em, type_size, taken), key=lambda plan: merit(plan, rows), reverse=True))


def merit(plan: Plan, rows: tuple[Row, ...]) -> tuple[int, ...]:
    """What makes a plan better than another one: the first that differs counts."""
    told, below = vectors(rows[row] for row in plan.shown), len(plan.shown) - sum(plan.beside)
    return told, not plan.brief, len(plan.shown), -below


def _plans(rows: tuple[Row, ...], size: tuple[int, int], em: int, type_size: int, taken: int) -> Iterator[Plan]:
    """All plans that fit, and say of each letter what it is."""
    width, height = size
    around, inside, gap, step = 2 * round(MARGIN * em), 2 * round(PAD * em), round(GAP * em), round(LINE * type_size)
    room, ranked = width - around - inside, sorted(range(len(rows)), key=lambda row: rows[row].tells)
    counts = [count for count in range(1, len(rows) + 1) if _explained([rows[row] for row in ranked[:count]], rows)]
    for brief, count in product((False, True), counts):
        shown = tuple(sorted(ranked[:count]))
        parts = [
            tuple(text.width(part, type_size) for part in (rows[row].formula, rows[row].numbers(brief)))
            for row in shown
        ]
        sums = [sum(widths) + gap * all(widths) for widths in parts]
        beside = tuple(wide <= room for wide in sums)
        wide = max(each if fits else max(both) for each, fits, both in zip(sums, beside, parts, strict=True))
        high = step * (2 * count - sum(beside))
        covered = (wide + inside) * (high + inside)
        if wide <= room and high + inside + around + taken <= height and covered <= SHARE * width * height:
            yield Plan(shown, beside, brief, type_size, step, wide, high)


def _explained(shown: Sequence[Row], rows: Sequence[Row]) -> bool:
    """Whether those of the rows say of each letter in them what it is, as far as any row does."""
    used = {letter for row in shown for letter in _letters_in(row.formula)[1]}
    return not any(
        used & _letters_in(row.formula)[0] for row in rows if row not in shown and row.tells != Tells.MOVEMENT
    )


@lru_cache(maxsize=256)
def _letters_in(formula: str) -> tuple[frozenset[str], frozenset[str]]:
    """Which letters a line says what they are, and which are in it."""
    told = (re.split("[←=]", part, maxsplit=1)[0].strip() for part in formula.split(",  "))
    used = {letter for letter in LETTERS.findall(formula.replace("ᵗ", " t ")) if len(letter.rstrip(ACCENTS)) == 1}
    return frozenset(told), frozenset(used)
