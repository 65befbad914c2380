"""A rule's recurrence as the field writes it, with the numbers of the coming update beside each line.

It lies at the map's lower left, or where it covers least, on a ground of the panel's colour, on as few lines as there
is room for.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from pygame import Rect

from ....descent.rules import preparations, recurrence
from ....descent.rules.protocol import Rule, letters, settings_of, state_letters
from ....descent.track import Track
from ....surface.points import Array
from ...drawing.canvas import Canvas
from ...style import text
from ...style.color import Color, mix
from ...style.numbers import number, short
from .context import ViewContext, captions_height
from .momentum import sum_places
from .room import least_covering, seen

SHARE = 1 / 3
"""Of the map that is covered, at most."""
SIZES = (0.85, 0.78, 0.72)
"""Heights of the type in ems: a smaller one is taken where more is told by it, or on fewer lines."""
SMALLEST = 9
"""Height of the smallest type, in pixels."""
LINE = 1.32
"""From line to line, in heights of the type."""
MARGIN, PAD, GAP = 0.25, 0.35, 0.5
"""Around the ground, within it, and between a formula and its numbers; in ems."""
OPACITY = 232
"""Of the ground, of 255: that there is land below is still to be seen."""
USUAL, WIDEST = "−0.0000", "−0.0e−00"
"""Room is kept for such numbers, so that nothing moves when they change: for the widest where nothing can be left out.
"""
IN_PAIRS = re.compile(r"[^(, ]+(?=[,)])")
COUNTS, BARE = (5.0, 2.0, 1.0, 0.3, 0.1, 0.02), 1.0
"""As how many ems of the trail that is covered counts one less of each of a plan's merits, and a missing formula."""
MOVEMENT, GRADIENT, STATE, COUNT, BETWEEN, CONSTANTS = range(6)
"""What a row may tell: what comes last is left out first."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the recurrence, or a letter, and numbers beside it or below; one of the two may be empty."""

    tells: int
    formula: str
    whole: str = ""
    """The numbers; of what the rule remembers, before and after the update."""
    brief: str = ""
    """Those after the update alone, for where there is less room."""

    @property
    def usual(self) -> "Row":
        """The row as wide as it usually is, whatever the numbers."""
        whole = WIDEST if self.whole == self.brief else USUAL
        return Row(self.tells, self.formula, _with(self.whole, whole), _with(self.brief, WIDEST))

    def numbers(self, brief: bool) -> str:
        """Both, or those after the update."""
        return self.brief if brief else self.whole


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
    """Of what is written, in pixels,"""
    height: int
    """and in all its lines."""


def draw_formula(canvas: Canvas, context: ViewContext) -> None:
    """Draw the rows for which there is room, rather fewer of them than over what is to be seen of the race: at least
    the movement's numbers, if these are not over a marble wherever they lie.
    """
    laid_out = context.once(_laid_out)
    if laid_out is not None:
        rows, plan, ground = laid_out
        pad = round(PAD * context.em)
        canvas.rect(ground, context.theme.panel, corner=pad, opacity=OPACITY)
        _draw_rows(canvas, context, rows, plan, ground.inflate(-2 * pad, -2 * pad))


def formula_place(context: ViewContext) -> Rect | None:
    """What the formula covers of the map; None if there is none."""
    laid_out = context.once(_laid_out)
    return None if laid_out is None else laid_out[2]


def _laid_out(context: ViewContext) -> tuple[tuple[Row, ...], Plan, Rect] | None:
    """What is written, how and where; None where there is no room, or nothing to tell."""
    if not context.goes_on:
        return None
    em, area = context.em, context.area
    taken = context.once(sum_places) if "momentum" in context.views else []
    lift = taken[0].height if taken else 0
    above = round(captions_height(context.views) * em)
    rows = rows_of(context.track, context.moment)
    usual, margin = tuple(row.usual for row in rows), round(MARGIN * em)
    offers = _offers(usual, area.size, em, lift + above)
    room = Rect(area.left, area.top + above, area.width, area.height - lift - above).inflate(-2 * margin, -2 * margin)
    found = least_covering(room, offers.sizes, offers.untold, seen(context, taken))
    if found is None:
        return None
    index, ground = found
    bare, plan = offers.plans[index]
    return _bare(rows) if bare else rows, plan, ground


class Offers(NamedTuple):
    """What may be written, the best first."""

    plans: tuple[tuple[bool, Plan], ...]
    """Whether the movement is without its formula, and the others are left out, in each plan."""
    sizes: tuple[tuple[int, int], ...]
    """Width and height of its ground,"""
    untold: tuple[float, ...]
    """and as how many ems of the trail it counts what it leaves untold."""


@lru_cache(maxsize=64)
def _offers(rows: tuple[Row, ...], size: tuple[int, int], em: int, taken: int) -> Offers:
    """Those for a map of that size, of whose height other views have taken so much."""
    pad, told = 2 * round(PAD * em), [(False, plan, rows) for plan in planned(rows, size, em, taken)]
    told += [(True, plan, _bare(rows)) for plan in planned(_bare(rows), size, em, taken)]
    best = _vectors(rows), 1, len(rows), 1, 0, round(SIZES[0] * em)
    lacks = [np.subtract(best, _merit(plan, its)) @ COUNTS + bare * BARE for bare, plan, its in told]
    order = np.argsort(lacks, kind="stable").tolist()
    sizes = tuple((told[n][1].width + pad, told[n][1].height + pad) for n in order)
    return Offers(tuple(told[n][:2] for n in order), sizes, tuple(float(lacks[n]) for n in order))


def rows_of(track: Track, moment: int) -> tuple[Row, ...]:
    """What there is to be told of the update after that moment, which must be known.

    Of a rule that says no recurrence that is the gradient and the movement.
    """
    rule, lines = track.rule(moment), recurrence(track.lane.rule)
    gradient, movement = _pair(track.gradient[moment]), f"Δθ {_pair(track.movement[moment])}"
    first = Row(GRADIENT, "g", gradient, gradient)
    if not lines:
        return first, Row(MOVEMENT, "", movement, movement)
    told = {"θ": Row(MOVEMENT, "", movement, movement), **_remembered(track, moment)}
    before = tuple(_prepared(track, moment))
    rows = (_with_formula(told.get(line.partition(" ←")[0]), line) for line in lines[len(before) :])
    return first, *before, *rows, Row(CONSTANTS, _constants(rule))


def _with_formula(told: Row | None, line: str) -> Row:
    """The row of what a line of the recurrence computes, if that is told."""
    return Row(BETWEEN, line) if told is None else Row(told.tells, line, told.whole, told.brief)


def _prepared(track: Track, moment: int) -> Iterator[Row]:
    """What becomes of the gradient before the rule answers it."""
    gradient, theta = track.gradient[moment], track.theta[moment]
    for line, work in preparations(track.lane.rule):
        gradient = work(gradient, theta)
        yield Row(STATE, line, _pair(gradient), _pair(gradient))


def _remembered(track: Track, moment: int) -> dict[str, Row]:
    """The numbers of what the rule remembers, before and after the update, by their letters."""
    before, after = track.state(moment), track.state(moment + 1)
    rows = {}
    for name, sign in state_letters(type(before)).items():
        old, new = (_written(getattr(state, name)) for state in (before, after))
        tells = STATE if isinstance(getattr(before, name), np.ndarray) else COUNT
        rows[sign] = Row(tells, "", f"{old} → {new}", f"→ {new}")
    return rows


def _bare(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The gradient and the movement, without its formula."""
    told = (row for row in rows if row.tells in (GRADIENT, MOVEMENT))
    return tuple(Row(row.tells, "", row.whole, row.brief) if row.tells == MOVEMENT else row for row in told)


@lru_cache(maxsize=64)
def planned(rows: tuple[Row, ...], size: tuple[int, int], em: int, taken: int = 0) -> tuple[Plan, ...]:
    """The plans for a map of that size, of whose height other views have taken so much, the best first.

    There is none if there is not even room for the movement.

    The best tells of as many vectors as it can, of these rather before and after, then of most else; if it can, not in
    the smallest type, on few lines and in large type, in this order.
    """
    return tuple(sorted(_plans(rows, size, em, taken), key=lambda plan: _merit(plan, rows), reverse=True))


def _merit(plan: Plan, rows: tuple[Row, ...]) -> tuple[int, ...]:
    told, below = _vectors(rows[row] for row in plan.shown), len(plan.shown) - sum(plan.beside)
    return told, not plan.brief, len(plan.shown), plan.size > SMALLEST, -below, plan.size


def _vectors(rows: Iterable[Row]) -> int:
    return sum(row.tells <= STATE for row in rows)


def _plans(rows: tuple[Row, ...], size: tuple[int, int], em: int, taken: int) -> Iterator[Plan]:
    """All plans that fit."""
    width, height = size
    around, inside, gap = 2 * round(MARGIN * em), 2 * round(PAD * em), round(GAP * em)
    room, ranked = width - around - inside, sorted(range(len(rows)), key=lambda row: rows[row].tells)
    for share, brief in product(SIZES, (False, True)):
        type_size = max(SMALLEST, round(share * em))
        for count in range(1, len(rows) + 1):
            shown = tuple(sorted(ranked[:count]))
            parts = [
                tuple(text.width(part, type_size) for part in (rows[row].formula, rows[row].numbers(brief)))
                for row in shown
            ]
            sums = [sum(widths) + gap * all(widths) for widths in parts]
            beside = tuple(wide <= room for wide in sums)
            wide = max(each if fits else max(both) for each, fits, both in zip(sums, beside, parts, strict=True))
            step = round(LINE * type_size)
            high = step * (2 * count - sum(beside))
            covered = (wide + inside) * (high + inside)
            if wide <= room and high + inside + around + taken <= height and covered <= SHARE * width * height:
                yield Plan(shown, beside, brief, type_size, step, wide, high)


def _draw_rows(canvas: Canvas, context: ViewContext, rows: tuple[Row, ...], plan: Plan, place: Rect) -> None:
    theme, y = context.theme, place.top + plan.step / 2
    colors = {MOVEMENT: context.color, GRADIENT: theme.text, STATE: mix(context.color, theme.text, 0.5)}
    for index, beside in zip(plan.shown, plan.beside, strict=True):
        row, color = rows[index], colors.get(rows[index].tells, theme.muted)
        canvas.text(row.formula, (place.left, y), plan.size, theme.text if row.whole else theme.muted)
        taken = text.width(row.formula, plan.size) + round(GAP * context.em) if beside and row.formula else 0
        y += 0 if beside else plan.step
        _draw_numbers(canvas, row, plan, (place.right, y), place.width - taken, color)
        y += plan.step


def _draw_numbers(canvas: Canvas, row: Row, plan: Plan, end: tuple[float, float], room: int, color: Color) -> None:
    """The numbers up to there; those before the update are left out where some are wider than is usual."""
    numbers = row.numbers(plan.brief)
    if text.width(numbers, plan.size) > room:
        numbers = text.fitted(row.brief, plan.size, room)
    canvas.text(numbers, end, plan.size, color, align=1)


def _with(numbers: str, each: str) -> str:
    """The same, with that number in the place of each in a pair."""
    return IN_PAIRS.sub(each, numbers)


def _written(value: Any) -> str:
    """A number of a rule's state, or a pair of them."""
    if isinstance(value, np.ndarray):
        return _pair(value)
    return str(value) if isinstance(value, int) else number(float(value))


def _pair(vector: Array) -> str:
    x, y = vector.tolist()
    return f"({number(x)}, {number(y)})"


def _constants(rule: Rule[Any]) -> str:
    """The hyperparameters, all of them but options that are off."""
    told, known = settings_of(rule), letters(type(rule))
    return " · ".join(f"{letter.sign} {short(told[name])}" for name, letter in known.items() if name in told)
