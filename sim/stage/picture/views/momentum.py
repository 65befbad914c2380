"""Momentum's arithmetic: next movement = λ · last movement − η · gradient, tail to tip and in numbers.

Unrolled, it is a sum of all gradients so far, in which the one k updates ago weighs λᵏ.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pygame

from ....descent.rules import preparations, rule_name
from ....descent.rules.plain.gradient_descent import GradientDescent, NoState
from ....descent.rules.plain.momentum import Momentum, MomentumState
from ....descent.rules.plain.nesterov import Nesterov, NesterovState
from ....descent.track import Track
from ....descent.update import ConstantGradient, one_update
from ....surface.points import Array, norm
from ...drawing.canvas import Backdrop, Canvas
from ...drawing.glyphs import draw_arrow
from ...style import text
from ...style.cache import cached
from ...style.color import Color, mix
from ...style.numbers import brief, number, rule_in_words
from ...style.theme import Theme
from ...views import ViewName
from .arrows import room_for
from .context import ViewContext
from .words.captions import COVERED, PLATE, ROW, captions_height, draw_line

# Arrows are so many times as long as the movements.
ENLARGED = 4.0
# All are shorter where one would be longer than this share of the map's height.
LONGEST = 0.35
MOST_ARROWS = 10  # Past gradients that are drawn as arrows.
MOST_BARS = 32  # Past gradients whose weights are shown.
HIGH = 1.6  # Of the highest bar, in ems.
FOOT = 0.1  # Below the equation, in ems.
WORDED = 0.5
"""The share of a map's height, from below, above which no words say what the weights are."""
LEAST_WEIGHT = 0.02
"""Smaller ones would not show."""
TYPE = 0.9  # Height of the equation's type, in ems.
WRITTEN: tuple[Callable[[float], str], ...] = (number, partial(brief, digits=2))
"""How numbers are written: with as many digits as there is room for."""
SHORT, APART = -0.7, 0.25
"""How high bars stand over the equation, in ems: beside its letters, which are short, and above all its lines."""
SIGN, LOW = "λᵏ", 0.2
"""What stands over the bars on low maps, where words have no room above them; and the weight below which bars are low.
"""
CLEAR = 2.0  # Beside the letters and the bars, and between them, in ems.


@dataclass(frozen=True, slots=True)
class Sum:
    """The next movement as a sum of arrows."""

    carried: Array
    """What is left of the movements so far, shape (2,)."""
    push: Array
    """What the new gradient adds, shape (2,)."""
    formula: str
    """The sum in letters."""

    @property
    def movement(self) -> Array:
        """The next movement, shape (2,)."""
        return self.carried + self.push


def next_movement(track: Track, moment: int) -> Sum | None:
    """The sum that makes the update after that moment, which must be known; None if the rule is none of this kind.

    Nor is one whose gradients are clipped or decayed: what they add up to is not the sum of those that are recorded.

    What is carried is the rule's answer to no slope at all, the push its answer to this one if it remembers nothing.
    """
    rule = track.rule(moment)
    if type(rule) not in _SUMS or preparations(rule):
        return None
    formula, remembered = _SUMS[type(rule)]
    theta = track.theta[moment]
    fresh = rule.init(theta)
    state = remembered(rule, track, moment) if moment else fresh
    _, carried, _ = one_update(rule, ConstantGradient(np.zeros(2)), theta, None, state)
    _, push, _ = one_update(rule, ConstantGradient(track.gradient[moment]), theta, None, fresh)
    return Sum(carried, push, formula)


def _heavy_ball(_rule: Momentum, track: Track, moment: int) -> MomentumState:
    return MomentumState(track.movement[moment - 1])


def _nesterov(rule: Nesterov, track: Track, moment: int) -> NesterovState:
    """The last update moved θ by λ m − η g: so m follows from it, unless nothing is carried on."""
    carried = track.movement[moment - 1] + track.rate(moment - 1) * track.gradient[moment - 1]
    return NesterovState(carried / rule.decay if rule.decay else np.zeros(2))


_SUMS: dict[type, tuple[str, Callable[[Any, Track, int], Any]]] = {
    GradientDescent: ("− η · g", lambda *_: NoState()),
    Momentum: ("λ · m − η · g", _heavy_ball),
    Nesterov: ("λ² · m − (1 + λ) η · g", _nesterov),
}
"""The sum, and the state before an update, of rules that are linear in gradients and in what they remember."""


def draw_momentum(canvas: Canvas, context: ViewContext) -> None:
    """The arrows, the equation under them at the map's lower edge, and the weights of past gradients as bars."""
    if not context.goes_on:
        return
    parts = next_movement(context.track, context.moment)
    movement = context.track.movement[context.moment]
    _draw_sum(canvas, context, parts, movement)
    lines = _draw_equation(canvas, context, parts, movement)
    if decay := _decay(context):
        _draw_weights(canvas, context, decay, lines)


def _decay(context: ViewContext) -> float:
    """The λ of the weights; 0 where there are none."""
    rule = context.track.lane.rule
    summed = type(rule) in _SUMS and not preparations(rule)
    return float(getattr(rule, "decay", 0.0)) if summed else 0.0


def sum_places(context: ViewContext) -> list[pygame.Rect]:
    """What the equation takes up at the map's lower edge when it is longest, and the weights, if there are any."""
    area, em, told, decay = context.area, context.em, ViewName.FORMULA in context.views, _decay(context)
    if told and not decay:
        return []
    rows = min(_most_lines(context), 2 if told else 3)
    lines = pygame.Rect(area.left, 0, area.width, round((ROW * rows + FOOT) * em))
    lines.bottom = area.bottom
    return [lines, *(_weights_places(context, decay, rows) if decay else ())]


def past_pushes(track: Track, moment: int, most: int) -> Array:
    """−η λᵏ g of k = 0, 1, 2 … updates ago, shape (at most `most`, 2): all of them add up to the next movement.

    η is that of the update that the gradient belongs to.
    """
    rule = track.lane.rule
    if not isinstance(rule, Momentum):
        return np.empty((0, 2))
    updates = range(moment, max(moment - most, -1), -1)
    rates = np.array([track.rate(update) for update in updates])
    pushes: Array = -(rates * rule.decay ** np.arange(len(rates)))[:, None] * track.gradient[list(updates)]
    return pushes


def _pushes(context: ViewContext) -> Array:
    """The pushes of past gradients that are drawn."""
    return past_pushes(context.track, context.moment, MOST_ARROWS)


def _draw_past(canvas: Canvas, context: ViewContext, tip: Array, enlarged: float) -> None:
    """The pushes of past gradients tail to tip, back from where the next movement ends, ever fainter."""
    pushes = enlarged * context.vector(context.once(_pushes))
    joints = np.concatenate([[tip], tip - np.cumsum(pushes, axis=0)]).tolist()
    for k, (end, start) in enumerate(pairwise(joints)):
        color = mix(context.color, context.theme.high, 0.25 + 0.6 * k / MOST_ARROWS)
        draw_arrow(canvas, start, end, color, context.theme.halo, 0.55 * context.stroke)


def _draw_sum(canvas: Canvas, context: ViewContext, parts: Sum | None, movement: Array) -> None:
    center, theme = context.center, context.theme
    if not context.holds(center):
        return
    carried = parts.carried if parts else np.zeros(2)
    longest = max(float(norm(vector).max()) for vector in (carried, movement, movement - carried))
    reach = LONGEST * context.area.height / max(longest * context.camera.scale, 1e-300)
    enlarged = min(ENLARGED, reach, room_for(context, _ends(context, parts, carried, movement)))
    joint, tip = (tuple((center + enlarged * context.vector(each)).tolist()) for each in (carried, movement))
    if parts is not None and carried.any():
        _draw_past(canvas, context, np.array(tip), enlarged)
        draw_arrow(canvas, center, joint, mix(context.color, theme.mark, 0.25), theme.halo, context.stroke)
        draw_arrow(canvas, joint, tip, theme.mark, theme.halo, context.stroke)
    draw_arrow(canvas, center, tip, context.color, theme.halo, 1.5 * context.stroke)


def _ends(context: ViewContext, parts: Sum | None, carried: Array, movement: Array) -> Array:
    """From the marble to the ends of all the arrows (n, 2), in the plane."""
    if parts is None or not carried.any():
        return movement[None]
    return np.concatenate([[carried, movement], movement - np.cumsum(context.once(_pushes), axis=0)])


def _draw_equation(canvas: Canvas, context: ViewContext, parts: Sum | None, movement: Array) -> int:
    """Returns how many lines it takes: as many of the first ones as leave a low map to be seen."""
    size, room = round(TYPE * context.em), round(context.area.width - context.em)
    lines = _equation(context, parts, movement, size, room)[: _most_lines(context)]
    high, color = context.area.height / context.em - FOOT, mix(context.color, context.theme.text, 0.35)
    for row, line in enumerate(reversed(lines), start=1):
        draw_line(canvas, context, line, high - ROW * row, size, color)
    return len(lines)


def _most_lines(context: ViewContext) -> int:
    return max(1, int(COVERED * context.area.height / (ROW * context.em)))


def _equation(context: ViewContext, parts: Sum | None, movement: Array, size: int, room: int) -> list[str]:
    """The sum in letters and in numbers, in lines that all fit into the room: else with fewer digits, or in letters.

    Where the rule's formula is shown, which says the movement too, only what that does not: the two summands.
    """
    say, told = context.theme.say, ViewName.FORMULA in context.views
    if parts is None:
        name = rule_in_words(rule_name(context.track.lane.rule), context.theme.language)
        letters = say("movement by {rule}", rule=name)
    else:
        letters = _letters(context.theme, parts.formula)
    first = [] if told or text.width(letters, size) > room else [letters]
    for written in WRITTEN:
        result = f"= {_pair(movement, written)}"
        if parts is None or not parts.carried.any():
            ways = [[] if told else [result]]
        else:
            summands = f"{'Δθ ' * told}= {_pair(parts.carried, written)} + {_pair(parts.push, written)}"
            ways = [[f"{summands} {result}"], [summands, result]]
        for lines in ways:
            if all(text.width(line, size) <= room for line in lines):
                return first + lines
    return first


def _pair(vector: Array, written: Callable[[float], str]) -> str:
    x, y = vector.tolist()
    return f"({written(x)}, {written(y)})"


def weights(decay: float, moment: int) -> list[float]:
    """λᵏ for the gradients of k = 0, 1, 2 … updates ago, as far as there are any that matter."""
    powers = [decay**k for k in range(min(moment + 1, MOST_BARS))]
    return [power for power in powers if power >= LEAST_WEIGHT]


def _weights_places(context: ViewContext, decay: float, lines: int) -> tuple[pygame.Rect, ...]:
    """What the bars take up over so many lines of the equation, and what the words above them; none without room."""
    formula = "" if ViewName.FORMULA in context.views else _SUMS[type(context.track.lane.rule)][0]
    above = captions_height(context.views)
    return _bars_and_words(tuple(context.area), context.em, context.theme, formula, decay, lines, above)


@cached
def _bars_and_words(
    area: tuple[int, ...], em: int, theme: Theme, formula: str, decay: float, lines: int, above: float
) -> tuple[pygame.Rect, ...]:
    """They are at the right, beside the letters of a formula, where these leave room for them, else above all lines."""
    left, top, width, height = area
    bars = pygame.Rect(0, 0, len(weights(decay, MOST_BARS)) * sum(_bar(em)) + 2, round(HIGH * em) + 2)
    both = text.width(_letters(theme, formula), round(TYPE * em)) + bars.width + round(CLEAR * em)
    foot = top + height - round((ROW * lines + (SHORT if formula and both <= width else APART)) * em)
    right, lowest = left + width - round(0.6 * em), top + round(above * em)
    bars.bottomright = right + 1, foot + 1
    plate = pygame.Rect(0, 0, text.width(_words(theme), round(0.8 * em)) + em // 2, round(1.2 * em))
    plate.bottomright = right + em // 4, round(foot - (HIGH + 0.1) * em)
    if plate.top >= max(lowest, top + (1 - WORDED) * height):
        return bars, plate
    return (bars,) if bars.top >= lowest else ()


def _letters(theme: Theme, formula: str) -> str:
    return theme.say("movement = {formula}", formula=formula)


def _draw_weights(canvas: Canvas, context: ViewContext, decay: float, lines: int) -> None:
    """Bars at the right, beside the equation's letters or above it: the newest gradient's is the last."""
    theme, em = context.theme, context.em
    places = _weights_places(context, decay, lines)
    if places:
        bars, most = weights(decay, context.moment), places[0]
        place = pygame.Rect(0, 0, len(bars) * sum(_bar(em)) + 2, most.height)
        place.bottomright = most.bottomright
        drawn = Backdrop(_draw_bars, (tuple(bars), context.color, theme, em), place.size, holes=True)
        canvas.backdrop(drawn, place.topleft)
        if len(places) == 1:
            _draw_sign(canvas, place, bars, theme, em)
    for plate in places[1:]:
        canvas.rect(plate, theme.panel, opacity=PLATE)
        canvas.text(_words(theme), plate.center, round(0.8 * em), theme.text, align=0.5)


def _draw_sign(canvas: Canvas, place: pygame.Rect, bars: list[float], theme: Theme, em: int) -> None:
    """What the bars are, over those that are low, and to the left of the others."""
    size, low = round(0.9 * em), sum(_bar(em)) * sum(weight < LOW for weight in bars)
    wide, high = text.label_size(SIGN, size, bold=True)
    left = min(place.left, place.left + low - wide)
    canvas.label(SIGN, (left, place.bottom - round(LOW * HIGH * em) - high), size, theme.text, theme.halo, bold=True)


def _words(theme: Theme) -> str:
    return theme.say("weights λᵏ of past gradients")


def _bar(em: int) -> tuple[int, int]:
    """Width of a bar and of the gap before it, in pixels."""
    return max(2, round(0.22 * em)), max(1, round(0.08 * em))


def _draw_bars(canvas: Canvas, bars: tuple[float, ...], color: Color, theme: Theme, em: int) -> None:
    """The bars with their rims: they are the same once a gradient too old to matter has been met."""
    (width, height), (wide, gap) = canvas.size, _bar(em)
    for k, weight in enumerate(bars):
        bar = pygame.Rect(0, 0, wide, max(1, round(weight * HIGH * em)))
        bar.bottomright = (width - 1 - k * (wide + gap), height - 1)
        canvas.rect(bar.inflate(2, 2), theme.halo)
        canvas.rect(bar, mix(color, theme.high, 0.6 * (1 - weight)))
