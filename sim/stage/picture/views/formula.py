"""A rule's recurrence as the field writes it, with the numbers of the coming update beside each line.

It lies at the map's lower left, or where it covers least, on a ground of the panel's colour, on as few lines as there
is room for.
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import compress, product
from typing import Any, NamedTuple

import numpy as np
from pygame import Rect

from ....descent.race import Race
from ....descent.rules import preparations, recurrence
from ....descent.rules.protocol import letters, settings_of, state_letters
from ....descent.schedules import CONSTANT
from ....descent.track import Track
from ....surface.points import Array
from ...drawing.camera import Camera
from ...drawing.canvas import Canvas
from ...style import text
from ...style.color import Color, mix
from ...style.kept import kept
from ...style.numbers import number, short
from ...style.theme import Theme
from .context import MOMENTS, ViewContext, captions_height
from .momentum import sum_places
from .room import LINE as HIDDEN
from .room import Choice, least_covering, seen
from .stretch import AGAIN, LAID_OUT_BY, Ground, ground_of, stretch_of

SHARE = 1 / 3
"""Of the map that is covered, at most."""
SMALL = 1 / 8
"""Where all lanes' formulas with their hyperparameters cover less than this share, these are told; else in no lane."""
SIZES = (0.85, 0.78, 0.72, 0.66, 0.6)
"""Heights of the type in ems: a smaller one is taken where by it any lane has the movement's formula, or tells of more
vectors.
"""
SMALLEST = 10
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
ANY = re.compile(r"[^→ ]+")
ACCENTS = "\u0302′∞"
LETTERS = re.compile(f"[a-zA-Zα-ωΑ-Ω]+[{ACCENTS}]*")
COUNTS, BARE = (8.0, 3.0, 2.0, 0.2), 60.0
"""As how many ems of the trail that is covered counts one less of each of a plan's merits, and a missing formula."""
SHORTEST = 4
"""Moments for which it stays at least, whatever arrows it hides; not over a marble."""
ALIKE = 8
"""Pixels: maps of lanes whose sides differ by less are offered the same."""
RATE = "learning_rate"
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
    """Those after the update alone, for where there is less room,"""
    least: str = ""
    """and these in as few digits as may be."""

    @property
    def usual(self) -> "Row":
        """The row as wide as it usually is, whatever the numbers."""
        whole = WIDEST if self.whole == self.brief else USUAL
        if self.tells == COUNT:
            return Row(COUNT, self.formula, ANY.sub(USUAL, self.whole), ANY.sub(USUAL, self.brief))
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


def formula_places(context: ViewContext) -> list[Rect]:
    """What the formula covers of the map in the block of moments around this one."""
    return [stand.place for _, stand in context.once(_stands_here) if stand is not None] if context.goes_on else []


def _laid_out(context: ViewContext) -> tuple[tuple[Row, ...], Plan, Rect] | None:
    """What is written, how and where; None where there is no room, or nothing to tell."""
    if not context.goes_on:
        return None
    stands = context.once(_stands_here)
    stand = next(stand for first, stand in reversed(stands) if first <= context.moment)
    if stand is None:
        return None
    bare, plan = _offered(context).plans[stand.size]
    rows = rows_of(context.track, context.moment)
    return _bare(rows) if bare else rows, plan, stand.place


Stands = tuple[tuple[int, Choice | None], ...]
"""From which moment on it has which of its sizes, and where; or neither."""


def _stands_here(context: ViewContext) -> Stands:
    ground = ground_of(context, LAID_OUT_BY)
    return _stands(ground, context.index, context.moment // MOMENTS, context.beside)


@kept
def _stands(ground: Ground, index: int, block: int, beside: tuple[tuple[int, int], ...]) -> Stands:
    """Where the formula stands in a block of moments: all the time at one place, if there is one that hides nothing.

    It is where it was in the block before, if that is as good, or else where it can stay in the next one, too. Every
    so many blocks it is placed anew, so that not all before must be looked at.
    """
    first, before = MOMENTS * block, None
    if block % AGAIN:
        earlier = tuple((lane, max(0, each - 1)) for lane, each in beside)
        _, before = _stands(ground, index, block - 1, earlier)[-1]
    context = ground.at(index, first, beside)
    updates = len(stretch_of(context, index, block).marbles) - 1
    further = len(stretch_of(context, index, block + 1).marbles) - 1 if updates == MOMENTS else 0
    return tuple(_placed(context, _offered(context), (first, first + updates), further, before))


def _placed(
    context: ViewContext, offers: "Offers", part: tuple[int, int], further: int, before: Choice | None
) -> Iterator[tuple[int, Choice | None]]:
    """Where it stands from one moment to the one before another: where no place is free all the time, each half of it
    is looked at alone.

    further: so many moments after these it is to have its place, too, if it needs another one.
    """
    (first, last), taken, margin = part, _taken(context), round(MARGIN * context.em)
    room = Rect(context.area.left, context.area.top + taken.above, context.area.width, context.area.height - taken.both)
    find = partial(least_covering, room.inflate(-2 * margin, -2 * margin), offers.sizes, offers.untold)
    found = find(seen(context, first, last, taken.places), before)
    hides = found is None or (found.cost >= HIDDEN and last - first > SHORTEST)
    if hides and last - first >= 2:
        middle = (first + last) // 2
        for each, more in (((first, middle), 0), ((middle, last), further)):
            for placed in _placed(context, offers, each, more, before):
                yield placed
                _, before = placed
        return
    if found is not None and further and (before is None or found[1:] != before[1:]):
        lasting = find(seen(context, first, last + further, taken.places), before)
        if lasting is not None and lasting.cost < HIDDEN:
            found = lasting
    yield first, found


class Taken(NamedTuple):
    """What other views have of a map's height."""

    above: int
    """How many pixels, above,"""
    both: int
    """and above and below;"""
    places: list[Rect]
    """what lies below, and beside it."""


def _taken(context: ViewContext) -> Taken:
    places = context.once(sum_places) if "momentum" in context.views else []
    above = round(captions_height(context.views) * context.em)
    return Taken(above, above + (places[0].height if places else 0), places)


class Offers(NamedTuple):
    """What may be written, the best first."""

    plans: tuple[tuple[bool, Plan], ...]
    """Whether the movement is without its formula, in each plan."""
    sizes: tuple[tuple[int, int], ...]
    """Width and height of its ground,"""
    untold: tuple[float, ...]
    """and as how many ems of the trail it counts what it leaves untold."""


def _offered(context: ViewContext) -> Offers:
    """What may be written of a lane, at all moments alike."""
    place = context.theme, context.area.size, context.em, context.views & LAID_OUT_BY
    return _offers_of(context.race, context.index, *place)


@kept
def _offers_of(race: Race, index: int, theme: Theme, size: tuple[int, int], em: int, views: frozenset[str]) -> Offers:
    """In one size of type for all lanes: the largest in which each has the movement's formula that has it in any,
    and tells as many vectors by it as it can in any.
    """
    (width, height), camera, own = size, Camera(race.problem.window, *size), 0
    around = width // ALIKE * ALIKE, height // ALIKE * ALIKE
    told = list[tuple[tuple[Row, ...], int]]()
    for lane, track in enumerate(race.tracks):
        if track.updates:
            context = Ground(race, camera, theme, (0, 0, *size), em, views).at(lane)
            own = len(told) if lane == index else own
            told.append((tuple(row.usual for row in rows_of(track, 0)), _taken(context).both))
    sizes = list(dict.fromkeys(max(SMALLEST, round(share * em)) for share in SIZES))
    tells = [[_telling(rows, around, em, size, taken) for rows, taken in told] for size in sizes]
    most = [max(each) for each in zip(*tells, strict=True)]
    fitting = (size for size, each in zip(sizes, tells, strict=True) if each == most)
    chosen = next(fitting, sizes[-1])
    offers = [_offers(rows, around, em, taken, chosen) for rows, taken in told]
    small = SMALL * around[0] * around[1]
    alike = all(
        any(
            _constants_in(lane[0], *plan) and wide * tall <= small for plan, (wide, tall) in zip(*each[:2], strict=True)
        )
        for each, lane in zip(offers, told, strict=True)
    )
    return _with_constants(offers[own], told[own][0], alike)


def _with_constants(offers: Offers, rows: tuple[Row, ...], told: bool) -> Offers:
    """Those with the constants, or those without; and the movement alone."""
    those = [bare or _constants_in(rows, bare, plan) == told for bare, plan in offers.plans]
    plans, sizes, untold = offers
    return Offers(tuple(compress(plans, those)), tuple(compress(sizes, those)), tuple(compress(untold, those)))


def _constants_in(rows: tuple[Row, ...], bare: bool, plan: Plan) -> bool:
    return not bare and any(rows[row].tells == CONSTANTS for row in plan.shown)


def _telling(rows: tuple[Row, ...], size: tuple[int, int], em: int, type_size: int, taken: int) -> tuple[bool, int]:
    """Whether the movement's formula can be told, and of how many vectors beside it; or else without."""
    plans = _offers(rows, size, em, taken, type_size).plans
    return max(((not bare, _vectors(rows[row] for row in plan.shown)) for bare, plan in plans), default=(False, 0))


@lru_cache(maxsize=256)
def _offers(rows: tuple[Row, ...], size: tuple[int, int], em: int, taken: int, type_size: int) -> Offers:
    """Those for a map of that size, of whose height other views have taken so much: none that is no better than another
    that is as small.
    """
    pad, told = 2 * round(PAD * em), [(False, plan, rows) for plan in planned(rows, size, em, type_size, taken)]
    told += [(True, plan, _bare(rows)) for plan in planned(_bare(rows), size, em, type_size, taken)]
    best = _vectors(rows), 1, len(rows), 0
    lacks = [np.subtract(best, _merit(plan, its)) @ COUNTS + bare * BARE for bare, plan, its in told]
    order, sizes = list[int](), list[tuple[int, int]]()
    for n in np.argsort(lacks, kind="stable").tolist():
        wide, tall = told[n][1].width + pad, told[n][1].height + pad
        if not any(wide >= width and tall >= height for width, height in sizes):
            order.append(n)
            sizes.append((wide, tall))
    return Offers(tuple(told[n][:2] for n in order), tuple(sizes), tuple(float(lacks[n]) for n in order))


def rows_of(track: Track, moment: int) -> tuple[Row, ...]:
    """What there is to be told of the update after that moment, which must be known.

    Of a rule that says no recurrence that is the gradient and the movement. One from outside may say it in hyphens.
    """
    lines = [line.replace(" - ", " − ") for line in recurrence(track.lane.rule)]
    first, movement = _told(GRADIENT, "g", track.gradient[moment]), _told(MOVEMENT, "", track.movement[moment], "Δθ ")
    if not lines:
        return first, movement
    told = {"θ": movement, **_remembered(track, moment)}
    before = tuple(_prepared(track, moment))
    rows = (_with_formula(told.get(line.partition(" ←")[0]), line) for line in lines[len(before) :])
    return first, *before, *rows, Row(CONSTANTS, _constants(track, moment))


def _told(tells: int, formula: str, vector: Array, name: str = "") -> Row:
    """A row of a vector of which there is only one."""
    pair = f"{name}{_pair(vector)}"
    return Row(tells, formula, pair, pair, f"{name}{_pair(vector, _terse)}")


def _with_formula(told: Row | None, line: str) -> Row:
    """The row of what a line of the recurrence computes, if that is told."""
    return Row(BETWEEN, line) if told is None else replace(told, formula=line)


def _prepared(track: Track, moment: int) -> Iterator[Row]:
    """What becomes of the gradient before the rule answers it."""
    gradient, theta = track.gradient[moment], track.theta[moment]
    for line, work in preparations(track.lane.rule):
        gradient = work(gradient, theta)
        yield _told(STATE, line, gradient)


def _remembered(track: Track, moment: int) -> dict[str, Row]:
    """The numbers of what the rule remembers, before and after the update, by their letters."""
    before, after = track.state(moment), track.state(moment + 1)
    rows = {}
    for name, sign in state_letters(type(before)).items():
        old, new = getattr(before, name), getattr(after, name)
        tells = STATE if isinstance(old, np.ndarray) else COUNT
        rows[sign] = Row(tells, "", f"{_written(old)} → {_written(new)}", _written(new), _written(new, _terse))
    return rows


def _bare(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The movement without its formula, which may have letters that there is no room to explain; nor constants."""
    told = (row for row in rows if row.tells != CONSTANTS)
    return tuple(replace(row, formula="") if row.tells == MOVEMENT else row for row in told)


@lru_cache(maxsize=64)
def planned(rows: tuple[Row, ...], size: tuple[int, int], em: int, type_size: int, taken: int = 0) -> tuple[Plan, ...]:
    """The plans for a map of that size, of whose height other views have taken so much, the best first.

    There is none if there is not even room for the movement with the lines that say what its letters are.

    The best tells of as many vectors as it can, of these rather before and after, then of most else; if it can, on few
    lines.
    """
    return tuple(sorted(_plans(rows, size, em, type_size, taken), key=lambda plan: _merit(plan, rows), reverse=True))


def _merit(plan: Plan, rows: tuple[Row, ...]) -> tuple[int, ...]:
    told, below = _vectors(rows[row] for row in plan.shown), len(plan.shown) - sum(plan.beside)
    return told, not plan.brief, len(plan.shown), -below


def _vectors(rows: Iterable[Row]) -> int:
    return sum(row.tells <= STATE for row in rows)


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
    return not any(used & _letters_in(row.formula)[0] for row in rows if row not in shown and row.tells != MOVEMENT)


@lru_cache(maxsize=256)
def _letters_in(formula: str) -> tuple[frozenset[str], frozenset[str]]:
    """Which letters a line says what they are, and which are in it."""
    told = (re.split("[←=]", part, maxsplit=1)[0].strip() for part in formula.split(",  "))
    used = {letter for letter in LETTERS.findall(formula.replace("ᵗ", " t ")) if len(letter.rstrip(ACCENTS)) == 1}
    return frozenset(told), frozenset(used)


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
    """The numbers up to there; where some are wider than is usual, those before the update are left out, or digits."""
    forms = row.numbers(plan.brief), row.brief, row.least
    numbers = next((form for form in forms if text.width(form, plan.size) <= room), row.least)
    canvas.text(numbers, end, plan.size, color, align=1)


def _with(numbers: str, each: str) -> str:
    """The same, with that number in the place of each in a pair."""
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
